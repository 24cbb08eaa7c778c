"""Removes staged files that nobody will ask for again."""

from datetime import UTC, datetime, timedelta

import structlog

from app.models import JobRecord
from app.services.job_records import JobRecords
from app.staging.folder import StagingFolder

log = structlog.get_logger()

ORPHAN_SECONDS = 3600


class Retention:
    def __init__(self, records: JobRecords, staging: StagingFolder, keep_seconds: float) -> None:
        self._records = records
        self._staging = staging
        self._keep = timedelta(seconds=keep_seconds)

    async def sweep(self) -> None:
        """Removes files of jobs that ended long enough ago, and those without a job."""
        for job_id in await self._staging.idle_jobs(ORPHAN_SECONDS):
            stored = await self._records.find(job_id)
            if stored is None or self._is_over(stored.record):
                log.info("staged files removed", job_id=job_id)
                await self._staging.remove(job_id)

    def _is_over(self, job: JobRecord) -> bool:
        ended = datetime.fromisoformat(job.updated_at)
        return not job.active and datetime.now(UTC) - ended > self._keep
