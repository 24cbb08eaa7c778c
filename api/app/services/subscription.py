"""What one listener of the event stream has yet to be told."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from app.models import JobRecord

MAX_PENDING = 1_000

Event = tuple[str, dict[str, Any]]
Change = JobRecord | None
"""A job's latest state, or None when it was deleted."""


class Subscription:
    """Holds the latest change of each job only: a slow listener misses steps, no ends.

    With ``job_id`` it hears of that job alone, and is over when that has ended.
    """

    def __init__(self, job_id: str | None = None) -> None:
        self.job_id = job_id
        self._snapshot: list[JobRecord] = []
        self._changes: dict[str, Change] = {}
        self._news = asyncio.Event()
        self._closed = False

    def begin(self, snapshot: list[JobRecord]) -> None:
        """Sets what is told first; changes offered before are part of it."""
        self._snapshot = snapshot
        self._changes.clear()

    def offer(self, job_id: str, change: Change) -> None:
        if self.job_id not in {None, job_id}:
            return
        self._changes[job_id] = change
        if len(self._changes) > MAX_PENDING:
            self.close()  # it reads nothing; when it comes back it gets a snapshot
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()

    async def events(self) -> AsyncGenerator[Event, None]:
        yield "snapshot", {"jobs": [_wire(job) for job in self._snapshot]}
        over = self.job_id is not None and not any(job.active for job in self._snapshot)
        while not over:
            await self._news.wait()
            self._news.clear()
            while self._changes and not over:
                job_id, change = next(iter(self._changes.items()))
                del self._changes[job_id]
                yield ("job", {"job": _wire(change)}) if change else ("deleted", {"id": job_id})
                over = self.job_id is not None and (change is None or not change.active)
            over = over or self._closed


def _wire(job: JobRecord) -> dict[str, Any]:
    return job.public().model_dump(mode="json")
