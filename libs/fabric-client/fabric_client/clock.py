"""Time as a value, so that waits of an hour can be tested in a moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

OnWait = Callable[[str], None]
"""Gets what is being waited for in words, such as "running 25 %"; called at least every 10 s."""

_SLICE = 10.0


@dataclass(frozen=True, slots=True)
class Clock:
    monotonic: Callable[[], float] = time.monotonic
    time: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def pause(self, seconds: float, words: Callable[[], str], on_wait: OnWait | None) -> None:
        """Sleep in slices and say in between what is waited for: silence looks like death."""
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0:
            if on_wait:
                on_wait(words())
            await self.sleep(min(left, _SLICE))


def running_for(seconds: float) -> str:
    return f"running for {in_words(seconds)}" if seconds >= 1 else "running"


def in_words(seconds: float) -> str:
    """A duration for people: "45 s", "12 min"."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
