"""More throughput for the graph while loads are under way, and the former one afterwards.

Loads of all replicas share one document: it has the throughput from before the first of them,
written down before anything is raised, and the loads that still need more.
"""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import structlog

from graph_query_api.errors import (
    DocumentExists,
    DocumentNotFound,
    GraphQueryError,
    PreconditionFailed,
)
from graph_query_api.graphs.throughput import Throughput
from graph_query_api.stores.protocol import DocumentStore

CONTAINER = "throughput"
DOCUMENT = "graph"
ATTEMPTS = 10

log = structlog.get_logger()

Say = Callable[[str], None]


class Graph(Protocol):
    async def read(self) -> Throughput | None: ...

    async def set(self, wanted: Throughput) -> None: ...


@dataclass(frozen=True)
class _Raised:
    before: Throughput
    loads: tuple[str, ...]
    etag: str = ""

    @property
    def body(self) -> dict[str, Any]:
        return {"id": DOCUMENT, "before": asdict(self.before), "loads": list(self.loads)}


class LoadThroughput:
    """``ru`` is what loads get; a graph that has as much already stays as it is."""

    def __init__(self, store: DocumentStore, graph: Graph, ru: int) -> None:
        self._store = store
        self._graph = graph
        self._ru = ru

    @asynccontextmanager
    async def raised(self, load: str, say: Say) -> AsyncIterator[None]:
        """Within, the graph has more; ``say`` is told what happens, also if it can't be raised:
        then the load is slower, and no worse."""
        try:
            await self._raise(load, say)
        except GraphQueryError as error:
            say(f"Loading without more throughput: {error}")
        try:
            yield
        finally:
            await self._lower(load)

    async def lower_unless_needed(self, loads: Collection[str]) -> None:
        """Forgets loads that are not among these; for the janitor, after a process died."""
        found = await self._read()
        for load in found.loads if found else ():
            if load not in loads:
                await self._lower(load)

    async def _raise(self, load: str, say: Say) -> None:
        present = await self._graph.read()
        if present is None:
            say("The graph has no throughput of its own to be raised")
            return
        if present.ru >= self._ru and await self._read() is None:
            return
        before = (await self._noted(load, present)).before
        wanted = self._wanted(before)
        await self._graph.set(wanted)
        say(f"Throughput of the graph raised from {before} to {wanted} for this load")

    def _wanted(self, before: Throughput) -> Throughput:
        return Throughput(self._ru, before.autoscale)

    async def _noted(self, load: str, present: Throughput) -> _Raised:
        for _ in range(ATTEMPTS):
            found = await self._read()
            try:
                if found is None:
                    noted = _Raised(present, (load,))
                    await self._store.create(noted.body)
                    return noted
                noted = replace(found, loads=(*found.loads, load))
                await self._store.replace(noted.body, if_match=found.etag)
            except (DocumentExists, DocumentNotFound, PreconditionFailed):
                continue
            return noted
        raise PreconditionFailed("Others kept changing the graph's throughput.")

    async def _lower(self, load: str) -> None:
        """The last one sets it back; while the document is there somebody will."""
        try:
            for _ in range(ATTEMPTS):
                found = await self._read()
                if found is None or load not in found.loads:
                    return
                try:
                    await self._without(load, found)
                except (DocumentNotFound, PreconditionFailed):
                    continue
                return
        except GraphQueryError as error:
            log.warning("throughput stays raised for now", error=str(error))

    async def _without(self, load: str, found: _Raised) -> None:
        others = tuple(each for each in found.loads if each != load)
        if others:
            await self._store.replace(replace(found, loads=others).body, if_match=found.etag)
            return
        await self._graph.set(found.before)
        try:
            await self._store.delete(DOCUMENT, if_match=found.etag)
        except PreconditionFailed:  # another load has begun, and may have raised it before us
            await self._graph.set(self._wanted(found.before))
            raise

    async def _read(self) -> _Raised | None:
        try:
            document = await self._store.get(DOCUMENT)
        except DocumentNotFound:
            return None
        body = document.body
        return _Raised(Throughput(**body["before"]), tuple(body["loads"]), document.etag)
