"""An event loop whose clock leaps to the next moment at which something is due.

What would take minutes of waiting takes no time, and always the same course. It is for code that
waits for time alone: sockets are looked at, but never waited for.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Leaping(selectors.DefaultSelector):
    moment = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.moment += timeout or 0.0
        return super().select(0)


class LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.moment


def run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(work)
