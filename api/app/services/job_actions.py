"""What people do with a job that exists: look, cancel, retry, delete."""

import structlog

from app.errors import FilesGone, JobConflict, PreconditionFailed
from app.models import JobRecord
from app.services import jobs
from app.services.deleted_keys import DeletedKeys
from app.services.events import JobEvents
from app.services.job_records import JobRecords, Stored
from app.services.runner import Runner
from app.services.scenario_leases import ScenarioLeases
from app.staging.folder import StagingFolder

log = structlog.get_logger()

ATTEMPTS = 10


class JobActions:
    """All raise JobNotFound, and JobConflict where the job's state does not allow it."""

    def __init__(
        self,
        records: JobRecords,
        leases: ScenarioLeases,
        deleted_keys: DeletedKeys,
        staging: StagingFolder,
        runner: Runner,
        events: JobEvents,
    ) -> None:
        self._records = records
        self._leases = leases
        self._deleted_keys = deleted_keys
        self._staging = staging
        self._runner = runner
        self._events = events

    async def cancel(self, job_id: str) -> JobRecord:
        """Ends a pending job at once; a running one ends as soon as its owner has stopped."""
        for _ in range(ATTEMPTS):
            stored = await self._records.get(job_id)
            wanted = jobs.request_cancel(stored.record, jobs.timestamp())
            try:
                stored = await self._records.replace(wanted, stored.etag)
            except PreconditionFailed:
                continue  # its owner writes progress
            self._runner.cancel(job_id)
            if not self._runner.is_running(job_id):
                self._events.publish(stored.record)
            return stored.record
        raise JobConflict("The job keeps changing. Try again.")

    async def retry(self, job_id: str) -> JobRecord:
        """Makes a failed or cancelled job pending again; what is done stays done.

        Raises ScenarioBusy while another job of the scenario is active, and FilesGone.
        """
        stored = await self._records.get(job_id)
        retried = jobs.retry(stored.record, "", jobs.timestamp())
        await self._require_files(retried)
        claim = await self._leases.take(retried.scenario_name, job_id)
        try:
            stored = await self._records.activate(retried.changed(claim=claim), stored.etag)
        except PreconditionFailed:
            raise JobConflict("The job was changed at the same moment. Look again.") from None
        log.info("job retried", job_id=job_id, attempt=stored.record.attempt)
        self._events.publish(stored.record)
        self._runner.wake.set()
        return stored.record

    async def delete(self, job_id: str) -> None:
        """Removes an ended job, its record and its files."""
        stored = await self._records.get(job_id)
        job = stored.record
        if job.active:
            raise JobConflict(f"The job is {job.status}. Cancel it, or wait for its end.")
        await self._deleted_keys.remember(job)
        await self._leases.release(job.scenario_name, job.claim)
        await self._delete_record(stored)
        await self._staging.remove(job_id)
        log.info("job deleted", job_id=job_id)
        self._events.publish_deleted(job_id)

    async def _require_files(self, job: JobRecord) -> None:
        """Files staged out of our reach are judged by the replica that has them."""
        if job.staged_on in await self._staging.owners():
            slots = [step.name for step in job.steps if step.sha256 and step.status == "pending"]
            if not await self._staging.holds(job.id, slots):
                raise FilesGone

    async def _delete_record(self, stored: Stored) -> None:
        try:
            await self._records.delete(stored)
        except PreconditionFailed:
            raise JobConflict("The job was changed at the same moment. Look again.") from None
