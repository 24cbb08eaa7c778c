"""A report as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scenario_pack.names import shown
from scenario_pack.problems import PackWarning
from scenario_pack.validation import Part, Report


def report_lines(report: Report) -> Iterator[str]:
    name = f', scenario "{shown(report.scenario_name)}"' if report.scenario_name else ""
    yield f"{shown(report.path)}{name}: {'fine' if report.is_fine else 'has problems'}"
    yield from (f"  problem: {problem}" for problem in report.problems)
    yield from map(_warning_line, report.warnings)
    for part in report.parts:
        yield from _part_lines(part)


def _part_lines(part: Part) -> Iterator[str]:
    yield f"  {part.slot}: {_counted(part.counts) or 'not counted'}"
    yield from (f"    problem: {problem}" for problem in part.problems)
    for warning in part.warnings:
        yield f"  {_warning_line(warning)}"
        yield from (f"      {_example(example)}" for example in warning.examples)


def _warning_line(warning: PackWarning) -> str:
    place = ", ".join(shown(text) for text in (warning.file, warning.column) if text)
    times = f" ({warning.count:,} times)" if warning.count > 1 else ""
    return f"  warning: {place}: {warning.detail}{times}"


def _example(example: dict[str, Any]) -> str:
    return ", ".join(f"{key} {shown(str(value))}" for key, value in example.items())


def _counted(counts: dict[str, Any]) -> str:
    """`vertices 3 (Site 2, Link 1), dangling 0`; what is counted of tables is their rows."""
    return ", ".join(
        f"{'rows' if what == 'tables' else what} {sum(count.values()):,} ({_counted(count)})"
        if isinstance(count, dict)
        else f"{shown(what)} {count:,}"
        for what, count in counts.items()
    )
