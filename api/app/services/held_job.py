"""A job whose lease this replica holds, and whose record it alone writes."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.errors import JobNotFound, LeaseLost, PreconditionFailed, StoreUnavailable
from app.models import JobRecord, Lease
from app.services import jobs
from app.services.job_records import JobRecords, Stored

PROGRESS_SECONDS = 1.0
RETRY_SECONDS = 0.5

Publish = Callable[[JobRecord], None]


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    seconds: float = 30.0
    renew: float = 10.0

    def lease(self, owner: str) -> Lease:
        """``lease_until`` is for people: other replicas only look whether it changes."""
        until = datetime.now(UTC) + timedelta(seconds=self.seconds)
        text = until.isoformat(timespec="microseconds").replace("+00:00", "Z")
        return Lease(owner=owner, lease_until=text)


class HeldJob:
    """State changes are durable before they are acted on and published; progress is
    published at once and written at most once a second. Each write renews the lease.

    ``cancel_wanted`` is set when somebody asked for the job's cancellation.
    """

    def __init__(
        self, records: JobRecords, stored: Stored, owner: str, times: LeaseTimes, publish: Publish
    ) -> None:
        self.job = stored.record
        self.cancel_wanted = asyncio.Event()
        self._records = records
        self._etag = stored.etag
        self._owner = owner
        self._times = times
        self._publish = publish
        self._renewed = time.monotonic()
        self._dirty = False
        self._writing = asyncio.Lock()

    async def take(self) -> None:
        """Starts the pending job, or raises LeaseLost if another was faster."""
        lease = self._times.lease(self._owner)
        await self.change(jobs.start(self.job, lease, jobs.timestamp()))

    async def change(self, job: JobRecord) -> None:
        """Returns when the change is durable; raises LeaseLost if it can't be ours to make."""
        self.job = job
        await self._save()
        self._publish(self.job)

    def progress(self, job: JobRecord) -> None:
        self.job, self._dirty = job, True
        self._publish(job)

    async def keep(self) -> None:
        """Writes progress and renews the lease until it is lost, which it raises."""
        while True:
            await asyncio.sleep(min(PROGRESS_SECONDS, self._times.renew / 4))
            age = time.monotonic() - self._renewed
            if age >= self._times.renew or (self._dirty and age >= PROGRESS_SECONDS):
                await self._save()

    async def _save(self) -> None:
        """Retries a failing store for as long as the lease lasts."""
        async with self._writing:
            try:
                async with asyncio.timeout(self._left()):
                    written = False
                    while not written:
                        written = await self._written()
            except TimeoutError:
                raise LeaseLost("The document store could not be reached in time") from None

    def _left(self) -> float:
        return max(0.0, self._renewed + self._times.seconds - time.monotonic())

    async def _written(self) -> bool:
        began = time.monotonic()
        self._dirty = False
        try:
            stored = await self._records.replace(self._leased(), self._etag)
        except StoreUnavailable:
            self._dirty = True
            await asyncio.sleep(RETRY_SECONDS)
            return False
        except PreconditionFailed:
            await self._look_again()
            return False
        self._etag, self._renewed = stored.etag, began
        # not the record as written: a later state may have come while the write was under way
        self.job = self.job.changed(revision=stored.record.revision)
        return True

    def _leased(self) -> JobRecord:
        running = self.job.status == "running"
        return self.job.changed(lease=self._times.lease(self._owner) if running else None)

    async def _look_again(self) -> None:
        """Goes on from what is stored if that is ours still: somebody asked for the job's
        cancellation, or the answer to a write of our own got lost."""
        try:
            stored = await self._records.get(self.job.id)
        except JobNotFound:
            raise LeaseLost("The job was deleted") from None
        except StoreUnavailable:
            return  # the write is tried again, refused again, and this too
        lease = stored.record.lease
        if lease is None or lease.owner != self._owner or stored.record.attempt != self.job.attempt:
            self._publish(stored.record)
            raise LeaseLost("The job is in other hands")
        self._etag = stored.etag
        self.job = self.job.changed(
            revision=stored.record.revision, cancel_requested=stored.record.cancel_requested
        )
        if stored.record.cancel_requested:
            self.cancel_wanted.set()
