"""At most so many calls in any minute, each bucket on its own. The loop's time is made up."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

from fabric_client.clock import Clock
from fabric_client.limiter import Limiter


class _Selector(selectors.DefaultSelector):
    loop: "_FastLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        self.loop.moment += max(timeout or 0, 1e-6)
        return super().select(0)


class _FastLoop(asyncio.SelectorEventLoop):
    """Time passes when nothing else is to be done."""

    def __init__(self) -> None:
        self.moment = 0.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.moment


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=_FastLoop) as runner:
        return runner.run(work)


async def _calls(limiter: Limiter, path: str, number: int) -> list[float]:
    loop = asyncio.get_running_loop()
    moments = []

    async def call() -> None:
        await limiter.bucket(path).acquire(None)
        moments.append(loop.time())

    await asyncio.gather(*(call() for _ in range(number)))
    return sorted(moments)


def test_no_minute_has_more_calls_than_allowed() -> None:
    moments = _run(_calls(Limiter(150, Clock()), "/workspaces", 600))
    for start in moments:
        assert sum(start <= moment < start + 60 for moment in moments) <= 151
    assert moments[49] < 0.1  # a third at once: short work does not wait
    assert moments[-1] < 360


def test_a_limit_of_one_still_lets_calls_through() -> None:
    assert len(_run(_calls(Limiter(1, Clock()), "/workspaces", 3))) == 3


def test_operations_and_jobs_have_their_own() -> None:
    async def work() -> list[float]:
        limiter = Limiter(150, Clock())
        await _calls(limiter, "/workspaces", 50)
        await _calls(limiter, "/operations/1/result", 50)
        return await _calls(limiter, "/workspaces/w/items/i/jobs/instances/1", 50)

    assert _run(work())[-1] < 0.1
