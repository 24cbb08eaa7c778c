"""How many requests a load has in flight: as many as the server takes, which it says by refusing.

A server with a budget of request units does no more for being asked by more at once. So the number
grows slowly while all goes well, and falls fast when a request is throttled; until the time that
the server names nobody asks it.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_START = 4.0
_LEAST = 1 / 16
"""Below one, requests follow each other with a pause between them."""
_INTERVAL = 0.5
"""Seconds: at most one step up and one step down in each."""
_FIRST_INTERVAL = 0.1
"""The same on the first way up, until the server refuses something."""
_CUT = 0.5
_STEP_BELOW_ONE = 0.1
_JITTER = 0.1
"""Of the wait, so that those who waited do not all come at once."""


class Pace:
    """One for a load. ``most``: requests at once, when the server minds none."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = min(_START, most)
        self._in_flight = self._busiest = 0
        self._closed_until = 0.0
        self._grown = self._cut = float("-inf")
        self._well = self._throttled = 0
        self._freed = asyncio.Event()

    @property
    def limit(self) -> int:
        """Requests that may be in flight now."""
        return max(1, int(self._limit))

    @property
    def throttled_share(self) -> float:
        """Of all answers up to now."""
        return self._throttled / max(1, self._throttled + self._well)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """For one request; to be left before the next try of the same."""
        await self._enter()
        began = _now()
        try:
            yield
        finally:
            self._in_flight -= 1
            self._freed.set()
            if self._limit < 1:
                pause = (_now() - began) * (1 / self._limit - 1)
                self._closed_until = max(self._closed_until, _now() + pause)

    def throttled(self, retry_after: float) -> None:
        """Nobody gets a turn for so many seconds."""
        now = _now()
        self._throttled += 1
        self._closed_until = max(self._closed_until, now + retry_after)
        if now - self._cut >= max(_INTERVAL, retry_after):  # those beside it tell of the same
            self._limit = max(_LEAST, self._limit * _CUT)
            self._cut = self._grown = now

    def went_well(self) -> None:
        now = _now()
        self._well += 1
        if now - self._grown >= self._interval and self._busiest >= self.limit:
            self._limit = min(self._most, self._limit + self._step())
            self._grown = now
            self._busiest = 0
            self._freed.set()

    @property
    def _interval(self) -> float:
        return _INTERVAL if self._throttled else _FIRST_INTERVAL

    def _step(self) -> float:
        if self._throttled == 0:
            return self._limit  # the first way up is short
        return 1.0 if self._limit >= 1 else self._limit * _STEP_BELOW_ONE

    async def _enter(self) -> None:
        while True:
            left = self._closed_until - _now()
            if left > 0:
                await asyncio.sleep(left * (1 + random.uniform(0, _JITTER)))  # noqa: S311
            elif self._in_flight >= self.limit:
                self._freed.clear()
                await self._freed.wait()
            else:
                break
        self._in_flight += 1
        self._busiest = max(self._busiest, self._in_flight)


def _now() -> float:
    return asyncio.get_running_loop().time()
