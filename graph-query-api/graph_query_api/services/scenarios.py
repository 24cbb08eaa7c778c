"""Scenarios: what their manifests say, and which load of each part is the current one.

A scenario is one document; its ``parts`` are the pointers that readers follow. To
replace a part means to write a new generation of it somewhere else and then to
switch its pointer: readers see the old or the new, never half of it.
"""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue

from graph_query_api.errors import (
    DocumentExists,
    DocumentNotFound,
    PartNotFound,
    PreconditionFailed,
    ScenarioBusy,
    ScenarioChanged,
    ScenarioNotFound,
)
from graph_query_api.models import (
    DeletedScenario,
    PartRecord,
    Scenario,
    ScenarioMetadata,
    ScenarioSummary,
)
from graph_query_api.stores.protocol import Document, DocumentStore
from graph_query_api.stores.query import And, In, IsDefined, Not, Query, equals
from scenario_pack.names import Slot

DATABASE = "scenarios"
CONTAINER = "scenarios"
JOBS_CONTAINER = "upload-jobs"

ACTIVE_JOB = ("pending", "running")
ATTEMPTS = 10
FIRST_PAUSE = 0.01  # seconds; doubles with each attempt

DETACHED = "detached_at"  # marks a scenario that was deleted without its data
OWN_MEMBERS = {"id", "name", "parts", "created_at", "updated_at"}

Guard = Callable[[], Awaitable[None]]
Drop = Callable[[str, PartRecord], Awaitable[bool]]
Change = Callable[[dict[str, Any] | None], dict[str, Any]]
Update = PartRecord | Callable[[PartRecord | None], PartRecord]


def new_generation() -> str:
    """Names a load: sorts by time, unique, good as part of a file name."""
    return f"{datetime.now(UTC):%Y%m%dt%H%M%S}-{secrets.token_hex(4)}"


class Scenarios:
    """The one place where scenario documents are read and written.

    ``drops`` has, for each slot whose data can be dropped, a function that takes the
    scenario's name and the part's record, drops the data of all its generations, and
    says whether it did (on some backends data is never dropped).
    """

    def __init__(
        self, store: DocumentStore, jobs: DocumentStore, drops: Mapping[Slot, Drop]
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._drops = drops

    async def list(self) -> list[ScenarioSummary]:
        """All scenarios by name."""
        documents = await self._all(Query(where=Not(IsDefined((DETACHED,)))))
        return [ScenarioSummary.model_validate(each.body) for each in documents]

    async def get(self, name: str) -> tuple[Scenario, str]:
        """The scenario and its etag, or raises ScenarioNotFound."""
        document = await self._find(name)
        if document is None or not _in_sight(document):
            raise ScenarioNotFound(name)
        return Scenario.model_validate(document.body), document.etag

    async def part(self, name: str, slot: Slot) -> PartRecord:
        """The current load of a part, or raises ScenarioNotFound or PartNotFound."""
        scenario, _ = await self.get(name)
        if slot not in scenario.parts:
            raise PartNotFound(name, slot)
        return scenario.parts[slot]

    async def put_metadata(
        self, name: str, metadata: ScenarioMetadata, *, if_match: str | None = None
    ) -> tuple[Scenario, str, bool]:
        """Saves what the manifest says and keeps the parts; True if the scenario is new.

        ``if_match`` is an etag, or ``*`` for any: raises PreconditionFailed if the etag is
        another, or if there is no such scenario. Parts that a deletion kept come back.
        """

        def change(present: dict[str, Any] | None) -> dict[str, Any]:
            return _with_metadata(present or _blank(name), metadata)

        saved, before = await self._change(name, change, if_match=if_match)
        return Scenario.model_validate(saved.body), saved.etag, not _in_sight(before)

    async def switch_part(
        self, name: str, slot: Slot, record: Update, *, guard: Guard | None = None
    ) -> PartRecord | None:
        """Makes a complete load the current one and returns the record it replaces.

        Creates the scenario if it is missing. ``record`` may be a function of the
        present record. ``guard`` is awaited right before each attempt to write and may
        raise, such as when the client has gone away: then nothing is switched.
        Raises ScenarioChanged if others keep winning.
        """

        def change(present: dict[str, Any] | None) -> dict[str, Any]:
            new = record(_part(present, slot)) if callable(record) else record
            body = {key: each for key, each in (present or _blank(name)).items() if key != DETACHED}
            return {**body, "parts": {**body["parts"], slot: new.model_dump(mode="json")}}

        _, before = await self._change(name, change, guard=guard)
        return _part(before.body if before else None, slot)

    async def delete(self, name: str, *, data: bool) -> DeletedScenario:
        """Deletes the scenario; raises ScenarioBusy while a job of it is active.

        Without ``data`` the loaded parts stay where they are, out of sight: a scenario
        saved or loaded later under the same name has them again, and deleting once
        more with ``data`` drops them.
        """
        document = await self._find(name)
        if document is None or not (data or _in_sight(document)):
            raise ScenarioNotFound(name)
        await self._refuse_while_active(name)
        records = Scenario.model_validate(document.body).parts
        if records and not data:
            await self._change(name, _detached)
            return DeletedScenario(name=name, dropped={}, kept=_places(records))
        try:
            await self._store.delete(name, if_match=document.etag)
        except (PreconditionFailed, DocumentNotFound):
            raise ScenarioChanged(name) from None
        dropped = {
            slot: each for slot, each in records.items() if await self._drop(name, slot, each)
        }
        kept = {slot: each for slot, each in records.items() if slot not in dropped}
        return DeletedScenario(name=name, dropped=_places(dropped), kept=_places(kept))

    async def generations(self, slot: Slot) -> set[str]:
        """Every generation of a slot that some scenario, in sight or not, refers to."""
        records = [_part(each.body, slot) for each in await self._all(Query())]
        return {
            generation
            for record in records
            if record
            for generation in (record.generation, *record.generations)
        }

    async def _drop(self, name: str, slot: Slot, record: PartRecord) -> bool:
        drop = self._drops.get(slot)
        return await drop(name, record) if drop else False

    async def _refuse_while_active(self, name: str) -> None:
        active = And((equals("scenario_name", name), In(("status",), ACTIVE_JOB)))
        page = await self._jobs.list(Query(active), limit=1)
        if page.documents:
            raise ScenarioBusy(name, page.documents[0].id)

    async def _find(self, name: str) -> Document | None:
        try:
            return await self._store.get(name)
        except DocumentNotFound:
            return None

    async def _all(self, query: Query) -> Sequence[Document]:
        documents: list[Document] = []
        page = await self._store.list(query)
        documents += page.documents
        while page.continuation:
            page = await self._store.list(query, continuation=page.continuation)
            documents += page.documents
        return documents

    async def _change(
        self,
        name: str,
        change: Change,
        *,
        guard: Guard | None = None,
        if_match: str | None = None,
    ) -> tuple[Document, Document | None]:
        """Applies ``change`` to the newest version, however often others change it meanwhile.

        Gives the document as saved, and as it was right before.
        """
        for attempt in range(ATTEMPTS):
            before = await self._find(name)
            if if_match is not None and not _matches(before, if_match):
                raise PreconditionFailed(f"Scenario {name!r} was changed meanwhile.")
            body = change(before.body if before else None) | {"updated_at": _now()}
            if guard:
                await guard()
            try:
                if before is None:
                    return await self._store.create(body), None
                return await self._store.replace(body, if_match=before.etag), before
            except (DocumentExists, DocumentNotFound, PreconditionFailed):
                await asyncio.sleep(random.uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311 - no secret
        raise ScenarioChanged(name)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _blank(name: str) -> dict[str, Any]:
    metadata = ScenarioMetadata().model_dump()
    return {"id": name, "name": name, **metadata, "parts": {}, "created_at": _now()}


def _with_metadata(body: dict[str, Any], metadata: ScenarioMetadata) -> dict[str, Any]:
    others = {
        key: value for key, value in (metadata.model_extra or {}).items() if key not in OWN_MEMBERS
    }
    said = metadata.model_dump(include=set(ScenarioMetadata.model_fields))
    said["config"] = {**said["config"], **others}
    said["backend"] = metadata.backend or body["backend"]
    return {key: value for key, value in (body | said).items() if key != DETACHED}


def _detached(body: dict[str, Any] | None) -> dict[str, Any]:
    """What remains of a scenario whose data is kept: where the data is, and nothing else."""
    body = body or {}
    return _blank(body["id"]) | {"parts": body["parts"], DETACHED: _now()}


def _matches(document: Document | None, if_match: str) -> bool:
    if document is None or not _in_sight(document):
        return False
    return if_match in {"*", document.etag}


def _in_sight(document: Document | None) -> bool:
    return document is not None and DETACHED not in document.body


def _part(body: dict[str, Any] | None, slot: Slot) -> PartRecord | None:
    record = (body or {}).get("parts", {}).get(slot)
    return PartRecord.model_validate(record) if record else None


def _places(records: Mapping[Slot, PartRecord]) -> dict[Slot, dict[str, JsonValue]]:
    return {slot: record.store for slot, record in records.items()}
