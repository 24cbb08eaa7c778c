"""Job records as documents of graph-query-api. Every write is conditional."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

from app.clients.documents import Documents
from app.errors import JobNotFound, PreconditionFailed
from app.models import JobRecord
from app.services.jobs import json_bytes

log = structlog.get_logger()

CONTAINER = "upload-jobs"
PAGE = 200
MAX_METADATA_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """A record, and the etag of this very version of it."""

    record: JobRecord
    etag: str


class JobRecords:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def get(self, job_id: str) -> Stored:
        """Raises JobNotFound, also for what can't be a job's id."""
        document = await self._documents.get(CONTAINER, job_id) if _is_job_id(job_id) else None
        record = _record(document.body) if document else None
        if document is None or record is None:
            raise JobNotFound(job_id)
        return Stored(record, document.etag)

    async def find(self, job_id: str) -> Stored | None:
        try:
            return await self.get(job_id)
        except JobNotFound:
            return None

    async def create(self, record: JobRecord) -> Stored:
        """Raises PreconditionFailed if there is such a job, of another claim."""
        try:
            etag = await self._documents.put(CONTAINER, _body(record))
        except PreconditionFailed:
            return await self._written_before(record)
        return Stored(record, etag)

    async def replace(self, record: JobRecord, etag: str) -> Stored:
        """Raises PreconditionFailed if the stored record has another etag, or is gone."""
        record = record.changed(revision=record.revision + 1)
        etag = await self._documents.put(CONTAINER, _body(record), if_match=etag)
        return Stored(record, etag)

    async def activate(self, record: JobRecord, etag: str) -> Stored:
        """Replaces an ended job's record by one with a new claim."""
        try:
            return await self.replace(record, etag)
        except PreconditionFailed:
            return await self._written_before(record)

    async def _written_before(self, record: JobRecord) -> Stored:
        """The record as it is now, if an attempt to write it succeeded though its answer
        got lost; it may have been taken up and changed since, but the claim is the same."""
        stored = await self.find(record.id)
        if stored is None or stored.record.claim != record.claim:
            raise PreconditionFailed
        return stored

    async def delete(self, stored: Stored) -> None:
        await self._documents.delete(CONTAINER, stored.record.id, if_match=stored.etag)

    async def discard(self, job_id: str) -> None:
        """Deletes a record that nobody knows of yet."""
        await self._documents.delete(CONTAINER, job_id)

    async def page(
        self,
        *,
        status: str | None = None,
        scenario: str | None = None,
        limit: int,
        continuation: str | None = None,
    ) -> tuple[list[JobRecord], str | None]:
        """One page, newest first. Raises InvalidQuery for a foreign continuation token."""
        equal = {"status": status, "scenario_name": scenario}
        wanted = {name: value for name, value in equal.items() if value is not None}
        where = " AND ".join(f"c.{name} = @{name}" for name in wanted)
        query = f"SELECT * FROM c WHERE {where} ORDER BY c.created_at DESC" if where else None
        page = await self._documents.list(
            CONTAINER, query, wanted, limit=limit, continuation=continuation
        )
        return _records(page.items), page.continuation

    async def active(self) -> list[JobRecord]:
        """All pending and running jobs, oldest first."""
        return [job async for job in self._all({"status": ("pending", "running")})]

    async def running(self) -> list[JobRecord]:
        return [job async for job in self._all({"status": ("running",)})]

    async def pending(self, staged_on: Collection[str]) -> list[JobRecord]:
        """Jobs that wait for one of these owners' staging folders, oldest first."""
        wanted = {"status": ("pending",), "staged_on": tuple(staged_on)}
        return [job async for job in self._all(wanted)]

    async def _all(self, wanted: Mapping[str, tuple[str, ...]]) -> AsyncIterator[JobRecord]:
        parameters: dict[str, Any] = {}
        terms = []
        for field, values in wanted.items():
            names = [f"{field}{n}" for n in range(len(values))]
            parameters |= dict(zip(names, values, strict=True))
            terms.append(f"c.{field} IN ({', '.join(f'@{name}' for name in names)})")
        query = f"SELECT * FROM c WHERE {' AND '.join(terms)} ORDER BY c.created_at ASC"
        continuation = None
        while True:
            page = await self._documents.list(
                CONTAINER, query, parameters, limit=PAGE, continuation=continuation
            )
            for record in _records(page.items):
                yield record
            if (continuation := page.continuation) is None:
                return


def _body(record: JobRecord) -> dict[str, Any]:
    """The record as it is stored, which takes 2 MB; all but the metadata is bounded already."""
    if record.scenario_metadata and json_bytes(record.scenario_metadata) > MAX_METADATA_BYTES:
        record = record.changed(scenario_metadata=None, metadata_left_out=True)
    return record.model_dump(mode="json")


def _is_job_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _records(items: list[dict[str, Any]]) -> list[JobRecord]:
    return [record for item in items if (record := _record(item))]


def _record(body: dict[str, Any]) -> JobRecord | None:
    """What is no job, though somebody put it there, must not hide all the others."""
    try:
        return JobRecord.model_validate(body)
    except ValidationError as error:
        log.warning("unreadable job record", job_id=body.get("id"), problems=error.error_count())
        return None
