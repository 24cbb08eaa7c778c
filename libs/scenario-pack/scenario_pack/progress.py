"""How far a reader has come, told a few times a second at most."""

from __future__ import annotations

import time
from collections.abc import Callable

OnProgress = Callable[[str, int, int | None], None]
"""Called with what is being done, the rows done so far, and all rows where they are known.

What is being done has the same name until it is done; a ``remark`` may come behind it.
"""

SECONDS_BETWEEN_REPORTS = 0.2


_REMARK = "\n"


def remark(text: str) -> str:
    """To be put behind what is being done: how it goes."""
    return f"{_REMARK}{text}"


def without_remark(what: str) -> tuple[str, str]:
    name, _, text = what.partition(_REMARK)
    return name, text


class Progress:
    def __init__(self, report: OnProgress) -> None:
        self._report = report
        self._next_report = 0.0

    def update(self, detail: str, done: int, total: int | None = None) -> None:
        if time.monotonic() >= self._next_report:
            self.finish(detail, done, total)

    def finish(self, detail: str, done: int, total: int | None = None) -> None:
        """The last word on a piece of work: always reported."""
        self._report(detail, done, total)
        self._next_report = time.monotonic() + SECONDS_BETWEEN_REPORTS
