"""Idempotency keys of deleted jobs: whoever comes late with one must not run the job again."""

from app.clients.documents import Documents
from app.errors import PreconditionFailed
from app.models import JobRecord
from app.services import jobs

CONTAINER = "leases"
PAGE = 200


class DeletedKeys:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def fingerprint(self, job_id: str) -> str | None:
        """What the deleted job of this id was made of; None if no such job is remembered."""
        document = await self._documents.get(CONTAINER, _id(job_id))
        return str(document.body["fingerprint"]) if document else None

    async def remember(self, job: JobRecord) -> None:
        if not job.idempotent:
            return
        key = {"id": _id(job.id), "fingerprint": job.fingerprint, "deleted_at": jobs.timestamp()}
        try:
            await self._documents.put(CONTAINER, key)
        except PreconditionFailed:
            return  # an earlier deletion got as far as this

    async def forget(self, before: str) -> None:
        """Forgets those of jobs that were deleted before this timestamp."""
        query = "SELECT * FROM c WHERE c.deleted_at < @before"
        while True:
            page = await self._documents.list(CONTAINER, query, {"before": before}, limit=PAGE)
            for key in page.items:
                await self._documents.delete(CONTAINER, key["id"])
            if page.continuation is None:
                return


def _id(job_id: str) -> str:
    return f"submission-{job_id}"
