"""Accepting a job: all or nothing.

Order: checks; the scenario's lease; the files' final place; the record. The record
is written last, so a job that can be seen is whole, and whatever fails before is
undone in reverse. What a process that dies in between leaves (a lease whose job
does not exist, files without a job) is taken over or swept later, and no job.
"""

import asyncio
import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from weakref import WeakValueDictionary

import structlog

from app.errors import (
    IdempotencyMismatch,
    PreconditionFailed,
    ScenarioBusy,
    StoreUnavailable,
)
from app.models import JobRecord
from app.services import jobs
from app.services.backends import Backends
from app.services.deleted_keys import DeletedKeys
from app.services.destinations import Destination, Destinations
from app.services.job_records import JobRecords, Stored
from app.services.scenario_leases import SECOND_WRITE_SECONDS, ScenarioLeases
from app.services.submission_checks import check, check_key, is_check_only
from app.staging.folder import StagingFolder
from scenario_pack.archive import Limits
from service_kit.forms import Form

log = structlog.get_logger()

KEYS = uuid.UUID("5f0f2f4e-7a0b-4c39-9d4c-0f6f5b1a7c11")
UNDO_SECONDS = 5.0

Accepted = Callable[[JobRecord], None]


class Submissions:
    """``accepted`` is told of each new job once it is durable."""

    def __init__(
        self,
        records: JobRecords,
        leases: ScenarioLeases,
        deleted_keys: DeletedKeys,
        staging: StagingFolder,
        limits: Limits,
        backends: Backends,
        destinations: Destinations,
        accepted: Accepted,
    ) -> None:
        self._records = records
        self._leases = leases
        self._deleted_keys = deleted_keys
        self._staging = staging
        self._limits = limits
        self._backends = backends
        self._destinations = destinations
        self._accepted = accepted
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def submit(self, form: Form, received: Path, key: str | None) -> str:
        """Makes a job of a received form, and returns its id once it is durable.

        The same ``key`` gives the same job, whatever became of it, and runs it once.
        Raises InvalidSubmission, IdempotencyMismatch, ScenarioBusy, StoreUnavailable,
        StorageFull; then nothing is left behind.
        """
        if key is None:
            return await self._make(await self._checked(form, str(uuid.uuid4()), ""), received)
        check_key(key)
        job_id, fingerprint = str(uuid.uuid5(KEYS, key)), _fingerprint(form)
        # other content with the same key at the same moment must not replace what is staged
        async with self._locks.setdefault(job_id, asyncio.Lock()):
            if await self._known(job_id, fingerprint):
                return job_id
            record = await self._checked(form, job_id, fingerprint)
            try:
                return await self._make(record, received)
            except (ScenarioBusy, PreconditionFailed):
                # the same key at the same moment on another replica, which was first
                if await self._known(job_id, fingerprint):
                    return job_id
                raise

    async def _checked(self, form: Form, job_id: str, fingerprint: str) -> JobRecord:
        await check(form, self._limits, self._backends)
        destination = await self._destinations.of(form.fields)
        return self._record(form, job_id, fingerprint, destination)

    async def _make(self, record: JobRecord, received: Path) -> str:
        stored = await self._store(record, received)
        self._accepted(stored.record)
        log.info("job accepted", job_id=record.id, scenario=record.scenario_name)
        return record.id

    async def _known(self, job_id: str, fingerprint: str) -> bool:
        """Whether this key made a job, be it deleted; raises IdempotencyMismatch if another."""
        stored = await self._records.find(job_id)
        if stored:
            before: str | None = stored.record.fingerprint
        else:
            before = await self._deleted_keys.fingerprint(job_id)
        if before not in {None, fingerprint}:
            raise IdempotencyMismatch
        return before is not None

    async def _store(self, record: JobRecord, received: Path) -> Stored:
        claim = await self._leases.take(record.scenario_name, record.id)
        record = record.changed(claim=claim)
        try:
            async with asyncio.timeout(SECOND_WRITE_SECONDS):
                return await self._store_claimed(record, received)
        except (IdempotencyMismatch, PreconditionFailed):
            # the record is another's, and so is what is staged where that one stages
            await _attempt(self._leases.release(record.scenario_name, claim))
            await _attempt(self._unstage_beside_another(record.id))
            raise
        except BaseException as error:
            # the answer to the write may be lost, and the record there nevertheless
            await _attempt(self._records.discard(record.id))
            await self._staging.remove(record.id)
            await _attempt(self._leases.release(record.scenario_name, claim))
            if isinstance(error, TimeoutError):
                raise StoreUnavailable("The job could not be stored in time. Try again.") from None
            raise

    async def _unstage_beside_another(self, job_id: str) -> None:
        stored = await self._records.find(job_id)
        if stored and stored.record.staged_on not in await self._staging.owners():
            await self._staging.remove(job_id)

    async def _store_claimed(self, record: JobRecord, received: Path) -> Stored:
        # whoever had the scenario's lease before may have made the job of this key
        if record.idempotent and await self._known(record.id, record.fingerprint):
            raise PreconditionFailed
        await self._staging.commit(received, record.id)
        return await self._records.create(record)

    def _record(
        self, form: Form, job_id: str, fingerprint: str, destination: Destination
    ) -> JobRecord:
        now = jobs.timestamp()
        files = {slot: (file.size, file.sha256) for slot, file in form.files.items()}
        check_only = is_check_only(form.fields)
        return JobRecord(
            id=job_id,
            scenario_name=form.fields["scenario_name"],
            created_at=now,
            updated_at=now,
            backend=self._backends.called(form.fields.get("backend", "")) or self._backends.default,
            workspace_id=destination.workspace_id,
            workspace_name=destination.workspace_name,
            lakehouse_name=destination.lakehouse_name,
            check_only=check_only,
            steps=jobs.new_steps(files, check_only=check_only),
            staged_on=self._staging.owner,
            idempotent=bool(fingerprint),
            fingerprint=fingerprint,
        )


async def _attempt(undo: Awaitable[None]) -> None:
    """Undoes as far as the store lets us; what stays is taken over or swept later."""
    try:
        async with asyncio.timeout(UNDO_SECONDS):
            await undo
    except (StoreUnavailable, TimeoutError) as error:
        log.warning("could not undo", cause=str(error))


def _fingerprint(form: Form) -> str:
    content = {
        "fields": {name: value for name, value in form.fields.items() if value},
        "files": {slot: file.sha256 for slot, file in form.files.items()},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
