"""The journal of loads: what may have to go is written down before anything is loaded.

An entry names the generation that a load is writing and, right before the switch, also the one
it replaces. When the load has ended, whichever of them no scenario refers to is dropped, and
the entry goes. Who loads keeps renewing its entry; one that nobody renews was left by a process
that died, and any replica may clear it up (see ``janitor``).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from graph_query_api.errors import (
    DocumentNotFound,
    LoadGivenUp,
    PreconditionFailed,
    StoreUnavailable,
)
from graph_query_api.models import PartRecord
from graph_query_api.services.background import Background
from graph_query_api.services.scenarios import Scenarios, Update
from graph_query_api.stores.protocol import Document, DocumentStore
from graph_query_api.stores.query import Query
from scenario_pack.names import Slot

CONTAINER = "loads"
RENEW_SECONDS = 10.0
"""Six times as long after the last renewal a load is taken for dead: see ``janitor``."""

Drop = Callable[[str, PartRecord], Awaitable[bool]]
"""Takes a scenario's name and the record of a part, drops the data of all its generations, and
says whether it did: on some backends data is never dropped. May be called again."""
LastLook = Callable[[], Awaitable[None]]
"""Raises what speaks against the switch."""

_CLAIMED = (PreconditionFailed, DocumentNotFound)


@dataclass(frozen=True)
class Entry:
    """A document of the journal as it was read or written last."""

    id: str
    scenario: str
    slot: Slot
    records: list[PartRecord]
    revision: int = 0
    etag: str = ""

    @classmethod
    def of(cls, document: Document) -> "Entry":
        records = [PartRecord.model_validate(each) for each in document.body["records"]]
        return cls(**{**document.body, "records": records}, etag=document.etag)

    @property
    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "scenario": self.scenario,
            "slot": self.slot,
            "records": [each.model_dump(mode="json") for each in self.records],
            "revision": self.revision,
        }


def draft(generation: str, backend: str, store: Mapping[str, Any]) -> PartRecord:
    """The record of a load that has only begun: enough to drop it."""
    return PartRecord(
        generation=generation,
        backend=backend,
        loaded_at=datetime.now(UTC),
        store={**store, "generation": generation},
        counts={},
        generations=[generation],
    )


class LoadUnderWay:
    """A load's entry in the hands of who loads."""

    def __init__(self, entry: Entry, store: DocumentStore, scenarios: Scenarios) -> None:
        self.entry = entry
        self.has_switched = False
        self.is_in_doubt = False
        """The switch was tried, and may yet arrive at the store."""
        self._store = store
        self._scenarios = scenarios
        self._writing = asyncio.Lock()

    async def switch(self, record: Update, last_look: LastLook | None = None) -> None:
        """Makes the new generation the current one, unless ``last_look`` raises.

        Raises LoadGivenUp where the load stood still for so long that it was taken for dead,
        and ScenarioChanged; then nothing is switched.
        """

        new = self.entry.records[0]

        async def guard(replaced: PartRecord | None) -> None:
            if last_look:
                await last_look()
            await self._write([new, replaced] if replaced else [new])
            self.is_in_doubt = True

        await self._scenarios.switch_part(self.entry.scenario, self.entry.slot, record, guard=guard)
        self.has_switched = True
        await self._write()  # or somebody took it for dead at this moment

    async def keep_renewing(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await self._write()
            except LoadGivenUp:
                return  # the switch will be refused
            except StoreUnavailable:
                continue

    async def _write(self, records: list[PartRecord] | None = None) -> None:
        """Without ``records`` those that the entry has when it is our turn to write."""
        async with self._writing:
            records = records or self.entry.records
            entry = replace(self.entry, records=records, revision=self.entry.revision + 1)
            try:
                saved = await self._store.replace(entry.body, if_match=entry.etag)
            except _CLAIMED:
                raise LoadGivenUp(
                    "The load stood still for so long that it was taken for dead. "
                    "Load the part again."
                ) from None
            self.entry = Entry.of(saved)


class Journal:
    """``readers_elsewhere``: other processes may read what a load has replaced, and what a load
    that was stopped had sent may arrive after it was dropped. Entries stay then, and the
    janitor clears them up when all that is over.
    """

    def __init__(
        self,
        store: DocumentStore,
        scenarios: Scenarios,
        drops: Mapping[Slot, Drop],
        background: Background,
        *,
        readers_elsewhere: bool,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        self._store = store
        self._scenarios = scenarios
        self._drops = drops
        self._background = background
        self._readers_elsewhere = readers_elsewhere
        self._renew_seconds = renew_seconds

    @asynccontextmanager
    async def load(self, scenario: str, slot: Slot, new: PartRecord) -> AsyncIterator[LoadUnderWay]:
        """Within, write the new generation, then switch to it; ``new`` is its ``draft``.

        What the load has left over goes afterwards, in the background.
        """
        entry = Entry(new.generation, scenario, slot, [new])
        saved = await self._store.create(entry.body)
        load = LoadUnderWay(Entry.of(saved), self._store, self._scenarios)
        renewing = asyncio.create_task(load.keep_renewing(self._renew_seconds))
        try:
            yield load
        finally:
            self._background.start(self._end(load, renewing), "drop what a load left over")

    async def note(self, scenario: str, slot: Slot, record: PartRecord) -> Entry:
        """Writes down a part that is to be dropped once no scenario refers to it."""
        entry = Entry(f"drop-{record.generation}", scenario, slot, [record])
        saved, _ = await self._store.upsert(entry.body)
        return Entry.of(saved)

    async def entries(self) -> list[Entry]:
        """All of them."""
        page = await self._store.list(Query())
        documents = [*page.documents]
        while page.continuation:
            page = await self._store.list(Query(), continuation=page.continuation)
            documents += page.documents
        return [Entry.of(each) for each in documents]

    async def claim(self, entry: Entry) -> Entry | None:
        """None if it has changed since it was read. Whoever wrote it can't switch any more."""
        body = entry.body | {"revision": entry.revision + 1}
        try:
            claimed = Entry.of(await self._store.replace(body, if_match=entry.etag))
        except _CLAIMED:
            return None
        await self._scenarios.fence(entry.scenario)
        return claimed

    async def clear(self, entry: Entry) -> bool:
        """Drops what no scenario refers to, then removes the entry; whether all of it is gone."""
        gone = await self._drop(entry)
        with suppress(*_CLAIMED):  # then somebody else clears it up too
            await self._store.delete(entry.id, if_match=entry.etag)
        return gone

    async def _drop(self, entry: Entry) -> bool:
        referenced = await self._scenarios.generations(entry.slot, entry.scenario)
        left = [each for each in entry.records if each.generation not in referenced]
        return all([await self._drops[entry.slot](entry.scenario, each) for each in left])

    async def _end(self, load: LoadUnderWay, renewing: "asyncio.Task[None]") -> None:
        renewing.cancel()
        await asyncio.wait([renewing])
        if not self._readers_elsewhere:
            await self.clear(load.entry)
        elif not (load.has_switched or load.is_in_doubt):
            await self._drop(load.entry)
