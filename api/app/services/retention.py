"""Removes what nobody will ask for again: staged files, keys of deleted jobs."""

from datetime import UTC, datetime, timedelta

import structlog

from app.models import JobRecord
from app.services import jobs
from app.services.deleted_keys import DeletedKeys
from app.services.job_records import JobRecords
from app.staging.folder import StagingFolder

log = structlog.get_logger()

ORPHAN_SECONDS = 3600


class Retention:
    def __init__(
        self,
        records: JobRecords,
        staging: StagingFolder,
        deleted_keys: DeletedKeys,
        keep_seconds: float,
    ) -> None:
        self._records = records
        self._staging = staging
        self._deleted_keys = deleted_keys
        self._keep = timedelta(seconds=keep_seconds)

    async def sweep(self) -> None:
        await self._sweep_files()
        await self._deleted_keys.forget(jobs.timestamp(datetime.now(UTC) - self._keep))

    async def _sweep_files(self) -> None:
        """Removes files of jobs that ended long enough ago, and those without a job."""
        for job_id in await self._staging.idle_jobs(ORPHAN_SECONDS):
            stored = await self._records.find(job_id)
            if stored is None or self._is_over(stored.record):
                log.info("staged files removed", job_id=job_id)
                await self._staging.remove(job_id)

    def _is_over(self, job: JobRecord) -> bool:
        ended = datetime.fromisoformat(job.updated_at)
        return not job.active and datetime.now(UTC) - ended > self._keep
