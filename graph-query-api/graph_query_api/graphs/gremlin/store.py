"""Graphs in a Gremlin server: Cosmos DB's, or any that speaks as it does."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from graph_query_api.errors import QueryTooSlow, StoreUnavailable
from graph_query_api.graphs.answers import Turns, one, spooled
from graph_query_api.graphs.gremlin.client import Answer, GremlinClient
from graph_query_api.graphs.gremlin.drop import drop
from graph_query_api.graphs.gremlin.errors import GremlinError, TooLarge
from graph_query_api.graphs.gremlin.layout import GremlinTarget, LoadedGraph
from graph_query_api.graphs.gremlin.pace import Pace
from graph_query_api.graphs.gremlin.patience import PatientClient, Stalled
from graph_query_api.graphs.gremlin.query.parser import GraphNames, emit, parse
from graph_query_api.graphs.gremlin.results import Results
from graph_query_api.graphs.gremlin.topology import Incomplete, Topology
from graph_query_api.graphs.gremlin.words import in_words
from graph_query_api.graphs.labels import known_labels
from graph_query_api.spool import Spool

TURNS = 8
"""Scripts of all callers at a time: they share the graph's throughput."""
TURNS_OF_ONE = 4
ANSWER_BYTES = 64 << 20


_INCOMPLETE = (
    "Some of this graph is missing in its store. If it is not being removed at this moment, load "
    "the scenario again."
)


class Catalogs(Protocol):
    """What the loads hold that scenarios point to."""

    async def get(self, scenario: str, generation: str) -> LoadedGraph:
        """Or raises PartNotFound."""

    async def forget(self, generation: str) -> None:
        """From now on ``get`` raises PartNotFound."""


class GremlinGraphs:
    """Connects when it is asked first. ``timeout``: seconds for a whole answer."""

    language = "gremlin"

    def __init__(
        self,
        target: GremlinTarget,
        catalogs: Catalogs,
        spools: Path,
        *,
        timeout: float,
        max_rows: int,
    ) -> None:
        self._target = target
        self._catalogs = catalogs
        self._spools = spools
        self._timeout = timeout
        self._max_rows = max_rows
        self._turns = Turns(TURNS, timeout / 2)
        self._pace = Pace(TURNS)
        self._client = GremlinClient(
            target.address,
            connections=TURNS,
            request_seconds=timeout,
            # Cosmos DB has a limit of its own
            evaluation_timeout_ms=int(timeout * 1000) if target.dialect == "tinkerpop" else None,
        )

    async def topology(
        self, scenario: str, generation: str, labels: Sequence[str] | None, limit: int
    ) -> Spool:
        graph = await self._catalogs.get(scenario, generation)
        known = graph.catalog.by_label
        wanted = [*known] if labels is None else known_labels(labels, known)
        topology = Topology(graph.catalog, generation, self._ask, wanted, limit, TURNS_OF_ONE)
        pieces = topology.pieces()
        async with self._explained(), aclosing(pieces):
            try:
                return await spooled(pieces, self._spools)
            except Incomplete:
                await self._catalogs.get(scenario, generation)
                raise StoreUnavailable(_INCOMPLETE) from None

    async def query(
        self, scenario: str, generation: str, query: str, parameters: Mapping[str, Any]
    ) -> Spool:
        traversal = await asyncio.to_thread(parse, query)  # half a second for the longest
        graph = await self._catalogs.get(scenario, generation)
        script, bound = await asyncio.to_thread(
            emit,
            traversal,
            dialect=self._target.dialect,
            partition_key=self._target.partition_key,
            generation=generation,
            parameters=parameters,
            names=GraphNames.of(graph.catalog),
            limit=self._max_rows + 1,
        )
        async with self._explained():
            found = await self._ask(script, bound)
            results = Results(graph.catalog, generation, self._ask)
            answer = await results.answer(found, self._max_rows)
        text = await asyncio.to_thread(json.dumps, answer, ensure_ascii=False, allow_nan=False)
        return await spooled(one(text), self._spools)

    async def drop(self, scenario: str, generation: str) -> bool:  # noqa: ARG002 - as all stores
        """Takes as long as it takes; stopped anywhere, it can be done again."""
        await self._catalogs.forget(generation)
        async with self._in_words():
            await drop(PatientClient(self._client, Pace(1)), generation)
        return True

    async def ping(self) -> None:
        """Raises StoreUnavailable with the cause."""
        async with self._explained():
            await self._client.submit("g.inject(0)", {})

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _ask(self, script: str, bound: Mapping[str, Any]) -> list[Any]:
        """Until the server gives them. Whoever asks has its own limit of time."""
        async with self._turns.turn():
            # ends before who asks does, who would know nothing of the cause
            client = PatientClient(_Bounded(self._client), self._pace, self._timeout / 2)
            return (await client.submit(script, bound)).results

    @asynccontextmanager
    async def _explained(self) -> AsyncIterator[None]:
        """Errors in words, and in time."""
        try:
            async with self._in_words(), asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise QueryTooSlow(
                f"The query took too long: no answer within {self._timeout:g} s. "
                "Ask for less at once."
            ) from None

    @asynccontextmanager
    async def _in_words(self) -> AsyncIterator[None]:
        try:
            yield
        except Stalled as error:
            raise in_words(error.last, self._target) from error
        except GremlinError as error:
            raise in_words(error, self._target) from error


class _Bounded:
    """What memory has room for, of a client's answers."""

    def __init__(self, client: GremlinClient) -> None:
        self._client = client

    async def submit(self, script: str, bindings: Mapping[str, Any]) -> Answer:
        results: list[Any] = []
        size = 0
        async with aclosing(self._client.stream(script, bindings)) as frames:
            async for frame in frames:
                results += frame
                size += len(json.dumps(frame))
                if size > ANSWER_BYTES:
                    raise TooLarge(0, f"the answer has more than {ANSWER_BYTES >> 20} MB")
        return Answer(results, 0.0)
