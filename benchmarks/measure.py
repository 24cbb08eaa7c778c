"""Timing two ways of doing one thing in turn, so that a drifting machine slows both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. ``ours`` and ``reference`` are medians; without a reference
    ``ours`` itself is held against the limit."""

    what: str
    ours: float
    limit: float
    reference: float | None = None
    unit: str = "s"

    @property
    def figure(self) -> float:
        return self.ours if self.reference is None else self.ours / self.reference

    @property
    def met(self) -> bool:
        return self.figure <= self.limit

    def row(self) -> str:
        ours = f"{self.ours:.3f} {self.unit}"
        if self.reference is None:
            reference, ratio, limit = "", "", f"{self.limit:g} {self.unit}"
        else:
            reference = f"{self.reference:.3f} {self.unit}"
            ratio, limit = f"{self.figure:.2f}", f"{self.limit:g}"
        mark = "" if self.met else "  MISSED"
        return f"{self.what:58} {ours:>10} {reference:>10} {ratio:>7} {limit:>8}{mark}"


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def side_by_side(
    what: str,
    ours: Callable[[], object],
    reference: Callable[[], object],
    *,
    limit: float,
    repeats: int,
) -> Result:
    """Runs both once unmeasured, then in turn; the ratio is that of the medians."""
    ours()
    reference()
    pairs = [(seconds(reference), seconds(ours)) for _ in range(repeats)]
    return Result(
        what,
        statistics.median(pair[1] for pair in pairs),
        limit,
        statistics.median(pair[0] for pair in pairs),
    )
