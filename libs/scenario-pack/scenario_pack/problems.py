"""What is wrong with a pack, in words that lead a person to the place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_PROBLEMS_PER_FILE = 100
# Of one kind in a file, so that a thousand short rows don't hide the only duplicate id.
SHOWN_OF_A_KIND = 25


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend.

    `row` counts records as a spreadsheet does (the header is 1, blank lines count too);
    `line` is the line of the file, from 1, where the record begins.
    """

    detail: str
    file: str = ""
    row: int | None = None
    line: int | None = None
    column: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "row": self.row,
            "line": self.line,
            "column": self.column,
            "detail": self.detail,
        }

    def __str__(self) -> str:
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.column is not None:
            place.append(f"column {self.column}")
        return f"{', '.join(place)}: {self.detail}" if place else self.detail


@dataclass(frozen=True, slots=True)
class PackWarning:
    """Something that was loaded around, counted, with the first examples by value."""

    kind: str
    detail: str
    file: str = ""
    column: str | None = None
    count: int = 1
    examples: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class PackError(Exception):
    """The pack can't be taken as it is; `problems` is never empty."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        found = [problems] if isinstance(problems, Problem) else list(problems)
        if not found:
            raise ValueError("a PackError needs at least one problem")
        self.problems = tuple(_cut(found))
        super().__init__(str(self))

    def __str__(self) -> str:
        first, *others = self.problems
        return f"{first.detail} (and {len(others)} more)" if others else first.detail


def _cut(problems: list[Problem]) -> list[Problem]:
    """The first 100 of each file, then one that counts the others."""
    seen: Counter[str] = Counter()
    kept: list[Problem] = []
    for problem in problems:
        seen[problem.file] += 1
        if seen[problem.file] <= MAX_PROBLEMS_PER_FILE:
            kept.append(problem)
    kept += [
        Problem(f"and {n - MAX_PROBLEMS_PER_FILE} more problems in this file", file=file)
        for file, n in seen.items()
        if n > MAX_PROBLEMS_PER_FILE
    ]
    return kept
