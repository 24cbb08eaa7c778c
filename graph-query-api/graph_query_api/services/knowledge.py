"""Runbooks and tickets: loaded from a pack, listed, read and searched."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from graph_query_api.errors import DocumentNotFound, PartNotFound
from graph_query_api.models import KnowledgeItem, KnowledgeText, PartRecord, SearchResult
from graph_query_api.search.index import Entry
from graph_query_api.search.indexes import IndexKey, SearchIndexes
from graph_query_api.services.generations import Generations, document_key
from graph_query_api.services.journal import Drop, Journal, LastLook, draft
from graph_query_api.services.scenarios import Scenarios, new_generation
from scenario_pack.documents import Document as PackDocument
from scenario_pack.documents import iter_documents
from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Manifest

KnowledgeSlot = Literal["runbooks", "tickets"]
KNOWLEDGE_SLOTS: tuple[KnowledgeSlot, ...] = ("runbooks", "tickets")
Progress = Callable[[str, int], None]
"""Is called with what was done so far in words, and a percentage."""

READ_ATTEMPTS = 3

T = TypeVar("T")


async def check_knowledge(
    slot: KnowledgeSlot, folder: ScenarioFolder, manifest: Manifest | None
) -> dict[str, Any]:
    """Reads every document and loads none; raises PackError with what is wrong."""
    total = await asyncio.to_thread(lambda: sum(1 for _ in iter_documents(folder, manifest, slot)))
    return {"documents": total}


class Knowledge:
    def __init__(
        self,
        scenarios: Scenarios,
        stores: Mapping[KnowledgeSlot, Generations],
        indexes: SearchIndexes,
        journal: Journal,
    ) -> None:
        self._scenarios = scenarios
        self._stores = stores
        self._indexes = indexes
        self._journal = journal

    async def load_knowledge(
        self,
        scenario: str,
        slot: KnowledgeSlot,
        folder: ScenarioFolder,
        manifest: Manifest | None,
        on_progress: Progress,
        last_look: LastLook | None = None,
    ) -> dict[str, Any]:
        """Replaces the scenario's documents by those of the folder, all at once.

        Gives ``{"documents": n, "store": {...}}``. Raises PackError, or what
        ``last_look`` raises; then nothing has changed.
        """
        total = (await check_knowledge(slot, folder, manifest))["documents"]
        generation = new_generation()
        key = IndexKey(scenario, slot, generation)

        def stored(count: int) -> None:
            on_progress(f"{count} of {total} {slot}", 90 * count // max(total, 1))

        store = self._stores[slot]
        new = draft(generation, "embedded", {"location": store.location})
        async with self._journal.load(scenario, slot, new) as load:
            bodies = (_body(key, each) for each in iter_documents(folder, manifest, slot))
            count = await store.write(bodies, total, stored)
            on_progress(f"indexing {count} {slot}", 95)
            await self._indexes.build(key, self._entries(key, count))
            record = PartRecord(
                generation=generation,
                backend=new.backend,
                loaded_at=datetime.now(UTC),
                store=new.store,
                counts={"documents": count},
            )
            await load.switch(record, last_look)
        return {**record.counts, "store": record.store}

    async def titles(self, scenario: str, slot: KnowledgeSlot) -> list[KnowledgeItem]:
        """Every document by name; none if nothing is loaded."""

        async def use(key: IndexKey, count: int) -> list[KnowledgeItem]:
            titles = await self._indexes.titles(key, lambda: self._entries(key, count))
            return [KnowledgeItem(id=name, title=title) for name, title in titles]

        try:
            return await self._current(scenario, slot, use)
        except PartNotFound:
            return []

    async def read(self, scenario: str, slot: KnowledgeSlot, name: str) -> KnowledgeText:
        """One document, or raises DocumentNotFound."""

        async def use(key: IndexKey, _: int) -> KnowledgeText:
            try:
                document = await self._stores[slot].get(_document_id(key, name))
            except DocumentNotFound:
                raise DocumentNotFound(
                    f"Scenario {scenario!r} has no {name!r} in {slot}."
                ) from None
            body = document.body
            return KnowledgeText(
                id=body["name"], kind=slot, title=body["title"], content=body["content"]
            )

        return await self._current(scenario, slot, use)

    async def search(
        self, scenario: str, slot: KnowledgeSlot, text: str, limit: int
    ) -> list[SearchResult]:
        """Documents with any of the words of ``text``, best first; none if nothing is loaded."""

        async def use(key: IndexKey, count: int) -> list[SearchResult]:
            hits = await self._indexes.search(key, text, limit, lambda: self._entries(key, count))
            return [
                SearchResult(
                    id=hit.name,
                    kind=slot,
                    title=hit.title,
                    score=hit.score,
                    highlight=hit.highlight,
                )
                for hit in hits
            ]

        try:
            return await self._current(scenario, slot, use)
        except PartNotFound:
            return []

    def drop(self, slot: KnowledgeSlot) -> Drop:
        """What drops a part of this slot, for the journal."""

        async def drop_part(scenario: str, record: PartRecord) -> bool:
            await self._forget(IndexKey(scenario, slot, record.generation))
            return True

        return drop_part

    async def _current(
        self, scenario: str, slot: KnowledgeSlot, use: Callable[[IndexKey, int], Awaitable[T]]
    ) -> T:
        """Reads from the current load, and from the next one if it is replaced meanwhile."""
        record = await self._scenarios.part(scenario, slot)
        for _ in range(READ_ATTEMPTS):
            key = IndexKey(scenario, slot, record.generation)
            try:
                return await use(key, _count(record))
            except DocumentNotFound as error:
                missing = error
                newer = await self._scenarios.part(scenario, slot)
                if newer.generation == record.generation:
                    break
                record = newer
        raise missing

    async def _entries(self, key: IndexKey, expected: int) -> AsyncIterator[list[Entry]]:
        count = 0
        async for page in self._stores[_slot(key)].read(key.generation):
            count += len(page)
            yield [Entry(d.body["name"], d.body["title"], d.body["content"]) for d in page]
        if count < expected:
            raise DocumentNotFound(
                f"{expected - count} of {expected} {key.slot} of {key.scenario!r} are missing. "
                "Load them again."
            )

    async def _forget(self, key: IndexKey) -> None:
        await self._indexes.remove(key)
        await self._stores[_slot(key)].forget(key.generation)


def _slot(key: IndexKey) -> KnowledgeSlot:
    return "runbooks" if key.slot == "runbooks" else "tickets"


def _count(record: PartRecord) -> int:
    count = record.counts.get("documents")
    return count if isinstance(count, int) else 0


def _document_id(key: IndexKey, name: str) -> str:
    return document_key(key.scenario, key.generation, key.slot, name)


def _body(key: IndexKey, document: PackDocument) -> dict[str, Any]:
    return {
        "id": _document_id(key, document.id),
        "scenario": key.scenario,
        "generation": key.generation,
        "name": document.id,
        "title": document.title,
        "content": document.content,
    }
