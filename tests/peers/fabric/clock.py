"""The stand-in's time, which tests may move and hurry."""

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970; runs ``speed`` times as fast as the wall's, and can be set forward."""

    def __init__(self) -> None:
        self._moved = asyncio.Event()
        self._base = time.time()
        self._since = time.monotonic()
        self.speed = 1.0

    def now(self) -> float:
        return self._base + (time.monotonic() - self._since) * self.speed

    def adjust(self, *, speed: float | None = None, advance: float = 0.0) -> None:
        self._base, self._since = self.now() + advance, time.monotonic()
        self.speed = self.speed if speed is None else speed
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep_until(self, moment: float) -> None:
        while (left := moment - self.now()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), left / self.speed)
            except TimeoutError:
                continue


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
