"""Tells listeners of every change of jobs, whichever replica makes it.

Changes made here are published at once. Those of other replicas are found by one
poller a process, which reads the active jobs and the newest ones and compares; it
works only while somebody listens.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from weakref import WeakSet

from app.models import JobRecord
from app.services.job_records import JobRecords
from app.services.subscription import Change, Event, Subscription

NEWEST = 50
REMEMBER_DELETED = 1_000


class JobEvents:
    def __init__(self, records: JobRecords) -> None:
        self._records = records
        self._known: dict[str, JobRecord] = {}
        self._own: set[str] = set()
        self._deleted: deque[str] = deque(maxlen=REMEMBER_DELETED)
        # weak: a stream whose client left before its first event is forgotten by itself
        self._listeners: WeakSet[Subscription] = WeakSet()
        self._reading = asyncio.Lock()

    def publish(self, job: JobRecord) -> None:
        """A change made here. One that was overtaken by a later one is not told any more."""
        known = self._known.get(job.id)
        if known and known.revision > job.revision:
            return
        if self._listeners or job.id in self._own:
            self._known[job.id] = job
        else:
            self._known.pop(job.id, None)
        self._tell(job.id, job)

    def publish_deleted(self, job_id: str) -> None:
        self._deleted.append(job_id)
        self._known.pop(job_id, None)
        self._tell(job_id, None)

    def own(self, job_id: str) -> None:
        """While a job runs here, what is published is ahead of what is stored."""
        self._own.add(job_id)

    def disown(self, job_id: str) -> None:
        self._own.discard(job_id)

    async def subscribe(self, job_id: str | None = None) -> Subscription:
        """All jobs that are active or among the newest 50, or one job; then what changes.

        Raises JobNotFound, StoreUnavailable.
        """
        subscription = Subscription(job_id)
        self._listeners.add(subscription)
        try:
            await self.refresh()
            if job_id is None:
                snapshot = sorted(self._known.values(), key=_age, reverse=True)
            else:
                snapshot = [self._known.get(job_id) or (await self._records.get(job_id)).record]
        except BaseException:
            self._listeners.discard(subscription)
            raise
        subscription.begin(snapshot)
        return subscription

    async def stream(self, subscription: Subscription) -> AsyncGenerator[Event, None]:
        """The snapshot, then changes until the listener goes away or its one job has ended."""
        try:
            async for event in subscription.events():
                yield event
        finally:
            self._listeners.discard(subscription)

    def close(self) -> None:
        """Ends all streams."""
        for listener in list(self._listeners):
            listener.close()

    async def poll(self) -> None:
        if self._listeners:
            await self.refresh()

    async def refresh(self) -> None:
        """Reads what is stored, and publishes what differs from what is known."""
        async with self._reading:
            before = set(self._known)
            # in this order: a job that ends between the two readings is in the second
            found = {job.id: job for job in await self._records.active()}
            newest, _ = await self._records.page(limit=NEWEST)
            for job in newest:
                if job.id not in found or job.revision > found[job.id].revision:
                    found[job.id] = job
            for job in found.values():
                self._take(job)
            for job_id in before - set(found) - self._own:
                await self._look_up(job_id)

    def _take(self, job: JobRecord) -> None:
        known = self._known.get(job.id)
        if job.id in self._deleted or (known and job.id in self._own):
            return
        if known is None or job.revision > known.revision:
            self.publish(job)

    async def _look_up(self, job_id: str) -> None:
        """A job that is no longer active nor among the newest: it ended, or was deleted."""
        stored = await self._records.find(job_id)
        if stored is None:
            if job_id in self._known:
                self.publish_deleted(job_id)
            return
        self._take(stored.record)
        if not stored.record.active and job_id not in self._own:
            self._known.pop(job_id, None)

    def _tell(self, job_id: str, change: Change) -> None:
        for listener in list(self._listeners):
            listener.offer(job_id, change)


def _age(job: JobRecord) -> str:
    return job.created_at
