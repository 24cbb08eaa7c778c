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

from graph_query_api.errors import (
    DocumentExists,
    DocumentNotFound,
    PartNotFound,
    PreconditionFailed,
    ScenarioChanged,
    ScenarioNotFound,
)
from graph_query_api.models import (
    PartRecord,
    Scenario,
    ScenarioMetadata,
    ScenarioSummary,
)
from graph_query_api.stores.protocol import Document, DocumentStore
from graph_query_api.stores.query import IsDefined, Not, Query
from scenario_pack.names import SLOTS, Slot

DATABASE = "scenarios"
CONTAINER = "scenarios"
ATTEMPTS = 10
FIRST_PAUSE = 0.01  # seconds; doubles with each attempt

DETACHED = "detached_at"  # marks a scenario that was deleted without its data
OWN_MEMBERS = {"id", "name", "parts", "created_at", "updated_at"}

Guard = Callable[[PartRecord | None], Awaitable[None]]
"""Is given the record that is about to be replaced; raises what speaks against that."""
Change = Callable[[dict[str, Any] | None], dict[str, Any]]
Update = PartRecord | Callable[[PartRecord | None], PartRecord]


def new_generation() -> str:
    """Names a load: sorts by time, unique, good as part of a file name."""
    return f"{datetime.now(UTC):%Y%m%dt%H%M%S}-{secrets.token_hex(4)}"


class Scenarios:
    """The one place where scenario documents are read and written."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

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

        async def look(present: dict[str, Any] | None) -> None:
            if guard:
                await guard(_part(present, slot))

        _, before = await self._change(name, change, guard=look)
        return _part(before.body if before else None, slot)

    async def parts(self, name: str) -> tuple[Mapping[Slot, PartRecord], str, bool]:
        """The parts of a scenario, its etag, and whether it is in sight; one that was detached
        counts too. Raises ScenarioNotFound."""
        document = await self._find(name)
        if document is None:
            raise ScenarioNotFound(name)
        records = Scenario.model_validate(document.body).parts
        return records, document.etag, _in_sight(document)

    async def detach(self, name: str) -> None:
        """Takes the scenario out of sight; what remains says where its parts are."""
        await self._change(name, _detached)

    async def remove(self, name: str, etag: str) -> None:
        """Deletes the document, or raises ScenarioChanged."""
        try:
            await self._store.delete(name, if_match=etag)
        except (PreconditionFailed, DocumentNotFound):
            raise ScenarioChanged(name) from None

    async def fence(self, name: str) -> None:
        """Whoever read the scenario before can't write it any more."""
        document = await self._find(name)
        if document is None:
            return
        try:
            await self._store.replace(document.body, if_match=document.etag)
        except (PreconditionFailed, DocumentNotFound):
            return  # somebody else has written it since

    async def generations(self, slot: Slot, name: str) -> set[str]:
        """Every generation of a slot that the scenario, in sight or not, refers to."""
        document = await self._find(name)
        return _generations(document.body, slot) if document else set()

    async def all_generations(self) -> set[str]:
        """Every generation of any part that some scenario, in sight or not, refers to."""
        bodies = [each.body for each in await self._all(Query())]
        return {
            generation
            for body in bodies
            for slot in SLOTS
            for generation in _generations(body, slot)
        }

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
        guard: Callable[[dict[str, Any] | None], Awaitable[None]] | None = None,
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
                await guard(before.body if before else None)
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


def _generations(body: dict[str, Any], slot: Slot) -> set[str]:
    record = _part(body, slot)
    return {record.generation, *record.generations} if record else set()
