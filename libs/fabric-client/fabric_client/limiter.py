"""Staying below Fabric's quotas, so that 429 is the exception.

Source: Fabric REST, throttling: each identity has separate quotas for the platform's calls, for
jobs, and for asking after long-running operations, 200 calls a minute each.
"""

from typing import Literal

from aiolimiter import AsyncLimiter

from fabric_client.clock import Clock, OnWait, in_words
from fabric_client.retry import obeyed

BucketName = Literal["platform", "jobs", "operations"]


class Bucket:
    """At most ``calls_per_minute`` in any minute, a third of them at once."""

    def __init__(self, calls_per_minute: int, clock: Clock) -> None:
        burst = max(1, calls_per_minute // 3)
        steady = max(1, calls_per_minute - burst)
        self._limiter = AsyncLimiter(burst, 60 * burst / steady)
        self._clock = clock
        self._closed_until = 0.0

    def close(self, seconds: float) -> None:
        """Fabric refuses this identity's calls for so long: the others in flight need not ask."""
        self._closed_until = max(self._closed_until, self._clock.monotonic() + seconds)

    async def acquire(self, on_wait: OnWait | None) -> None:
        while (left := self._closed_until - self._clock.monotonic()) > 0:
            await self._clock.pause(obeyed(left), self._words, on_wait)
        await self._limiter.acquire()

    def _words(self) -> str:
        left = max(1.0, self._closed_until - self._clock.monotonic())
        return f"throttled, again in {in_words(left)}"


class Limiter:
    def __init__(self, calls_per_minute: int, clock: Clock) -> None:
        self._buckets: dict[BucketName, Bucket] = {
            "platform": Bucket(calls_per_minute, clock),
            "jobs": Bucket(calls_per_minute, clock),
            "operations": Bucket(calls_per_minute, clock),
        }

    def bucket(self, path: str) -> Bucket:
        if path.startswith("/operations/"):
            return self._buckets["operations"]
        return self._buckets["jobs" if "/jobs/" in path else "platform"]
