"""Finds running jobs whose owner is gone.

Our own id with no run behind it: a process before us died, or we gave the job up;
recovered at once. Another's: recovered once its lease has not changed for as long as
a lease lasts, and some more, by our own monotonic clock. ``lease_until`` is never
compared with any clock, since clocks of machines differ.
"""

import time
from dataclasses import dataclass

import structlog

from app.errors import JobNotFound, PreconditionFailed
from app.models import JobRecord, Lease
from app.services import jobs
from app.services.events import JobEvents
from app.services.job_records import JobRecords
from app.services.runner import Runner
from app.staging.folder import StagingFolder

log = structlog.get_logger()

MARGIN = 1.2
"""Of a lease's length, for writes under way and slow readings."""

GIVEN_UP = "The document store could not be reached in time; the load was stopped"


@dataclass(frozen=True, slots=True)
class _Sighting:
    lease: Lease | None
    revision: int
    since: float


class Recovery:
    def __init__(
        self,
        records: JobRecords,
        staging: StagingFolder,
        runner: Runner,
        events: JobEvents,
        *,
        lease_seconds: float,
        resume: bool,
    ) -> None:
        self._records = records
        self._staging = staging
        self._runner = runner
        self._events = events
        self._patience = lease_seconds * MARGIN
        self._resume = resume
        self._seen: dict[str, _Sighting] = {}
        self._starting = True

    async def look(self) -> None:
        """One look at all running jobs."""
        running = await self._records.running()
        seen = {job.id: self._sighting(job) for job in running}
        self._seen = seen
        for job in running:
            if self._runner.is_running(job.id):
                if job.cancel_requested:
                    self._runner.cancel(job.id)
            elif self._is_ours(job):
                cause = jobs.SERVER_RESTARTED if self._starting else GIVEN_UP
                await self._recover(job, cause, resume=self._resume)
            else:
                await self._judge(job, time.monotonic() - seen[job.id].since)
        self._starting = False

    def _sighting(self, job: JobRecord) -> _Sighting:
        before = self._seen.get(job.id)
        if before and before.lease == job.lease and before.revision == job.revision:
            return before
        return _Sighting(job.lease, job.revision, time.monotonic())

    def _is_ours(self, job: JobRecord) -> bool:
        return job.lease is None or job.lease.owner == self._staging.owner

    async def _judge(self, job: JobRecord, unchanged: float) -> None:
        """With resume a replica that can't reach the files leaves the job to one that can,
        for as long again."""
        reachable = job.staged_on in await self._staging.owners()
        can_resume = self._resume and reachable
        patience = self._patience if can_resume or not self._resume else 2 * self._patience
        if unchanged > patience:
            await self._recover(job, jobs.SERVER_RESTARTED, resume=can_resume)

    async def _recover(self, seen: JobRecord, cause: str, *, resume: bool) -> None:
        try:
            stored = await self._records.get(seen.id)
            if stored.record.revision != seen.revision or self._runner.is_running(seen.id):
                return
            job = jobs.recover(stored.record, jobs.timestamp(), resume=resume, cause=cause)
            stored = await self._records.replace(job, stored.etag)
        except (JobNotFound, PreconditionFailed):
            return
        log.warning("job recovered", job_id=seen.id, status=stored.record.status)
        self._events.publish(stored.record)
        self._runner.wake.set()
