"""The command line: build a scenario's tarballs, and judge tarballs and folders."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scenario_pack.build import build
from scenario_pack.names import shown
from scenario_pack.problems import PackError, Problem
from scenario_pack.report_text import report_lines
from scenario_pack.validation import Report, validate

FINE, PROBLEMS, STOPPED = 0, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    parsed = _parser().parse_args(arguments)
    try:
        status = _build(parsed) if parsed.command == "build" else _validate(parsed)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEMS
    except KeyboardInterrupt:
        return STOPPED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scenario-pack",
        description="Build and check scenario packs.",
        epilog="Exit status: 0 fine, 1 problems were found, 2 wrong usage.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser(
        "build",
        help="pack a scenario's folder into its tarballs",
        description="Write <name>-<slot>.tar.gz for each slot that the folder holds: "
        "graph, telemetry, runbooks, tickets, prompts. Equal files give equal bytes.",
    )
    builder.add_argument("folder", type=Path, metavar="DIR", help="holds scenario.yaml")
    builder.add_argument(
        "--out",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="where the tarballs go (default: the current folder)",
    )
    validator = commands.add_parser(
        "validate",
        help="report every problem of tarballs and folders",
        description="Judge packs as a load would, and report all problems with file, row and "
        "column. A tarball's slot is told by its name (<name>-<slot>.tar.gz), else by content.",
    )
    validator.add_argument("paths", type=Path, nargs="+", metavar="FILE_OR_DIR")
    validator.add_argument("--json", action="store_true", help="print a list of reports as JSON")
    return parser


def _build(parsed: argparse.Namespace) -> int:
    try:
        tarballs = build(parsed.folder, parsed.out)
    except (PackError, OSError) as error:
        print(f"{shown(str(parsed.folder))} can't be packed:")
        for problem in _problems(error):
            print(f"  {problem}")
        return PROBLEMS
    for tarball in tarballs:
        if tarball.path is None:
            print(f"{tarball.slot}: skipped, the folder holds nothing for it")
        else:
            print(f"{tarball.path}  {tarball.bytes:,} bytes, {tarball.files} files")
    return FINE


def _validate(parsed: argparse.Namespace) -> int:
    reports = []
    for path in parsed.paths:
        reports.append(_report(path))
        if not parsed.json:
            print("\n".join(report_lines(reports[-1])), flush=True)
    names = sorted({report.scenario_name for report in reports if report.scenario_name})
    if parsed.json:
        print(json.dumps([report.as_dict() for report in reports], indent=2, allow_nan=False))
    elif len(names) > 1:
        print(f"These are of different scenarios: {', '.join(map(shown, names))}")
    return FINE if all(report.is_fine for report in reports) else PROBLEMS


def _report(path: Path) -> Report:
    with TemporaryDirectory(prefix="scenario-pack-") as work:
        try:
            return validate(path, Path(work))
        except OSError as error:
            return Report(shown(str(path)), "", (), problems=tuple(_problems(error)))


def _problems(error: PackError | OSError) -> Sequence[Problem]:
    if isinstance(error, PackError):
        return error.problems
    file = shown(str(error.filename)) if error.filename else ""
    return [Problem((error.strerror or str(error)).lower(), file=file)]


if __name__ == "__main__":
    sys.exit(main())
