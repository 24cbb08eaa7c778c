"""Graphs in Microsoft Fabric, queried in GQL over REST."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Protocol

from fabric_client import FabricError, FabricQueryFailed, FabricTimeout, GqlResult
from fabric_client.cures import in_words
from graph_query_api.clients.fabric_errors import translated
from graph_query_api.errors import (
    BackendOff,
    FabricNotReachable,
    FabricRefused,
    QueryRefused,
    QueryTooLarge,
    QueryTooSlow,
)
from graph_query_api.fabric_models import FabricGraph
from graph_query_api.graphs.answers import Turns, one, spooled
from graph_query_api.graphs.fabric.gql_filter import NO_PARAMETERS, bounded, check
from graph_query_api.graphs.fabric.topology import Topology
from graph_query_api.graphs.fabric.values import answer
from graph_query_api.graphs.labels import known_labels
from graph_query_api.spool import Spool

TURNS = 8
"""Queries of all callers at a time: they share one capacity and one quota of calls."""
TURNS_OF_ONE = 4
LOADING_SECONDS = 60

_NOT_LOADED = {"GraphIsNotLoaded", "GraphNotQueryable"}


class GqlClient(Protocol):
    async def execute_query(
        self,
        workspace: str,
        graph_model: str,
        gql: str,
        *,
        timeout: float,  # noqa: ASYNC109 - the client tells it from a cancellation
    ) -> GqlResult: ...


class Catalogs(Protocol):
    """What is in the graph models that scenarios point to."""

    async def get(self, scenario: str, generation: str) -> FabricGraph:
        """Or raises PartNotFound."""

    async def forget(self, generation: str) -> None:
        """Nothing in Fabric changes."""


class FabricGraphs:
    """``client`` is None where Fabric is off: then scenarios can be deleted, but not asked.

    ``timeout`` is in seconds and of a whole answer; an engine that slept needs a minute of it.
    """

    language = "gql"

    def __init__(
        self,
        client: GqlClient | None,
        catalogs: Catalogs,
        spools: Path,
        *,
        timeout: float,
        max_rows: int,
    ) -> None:
        self._client = client
        self._catalogs = catalogs
        self._spools = spools
        self._timeout = timeout
        self._max_rows = max_rows
        self._turns = Turns(TURNS, timeout / 2)

    async def topology(
        self, scenario: str, generation: str, labels: Sequence[str] | None, limit: int
    ) -> Spool:
        graph = await self._catalogs.get(scenario, generation)
        known = graph.catalog.by_label
        wanted = [*known] if labels is None else known_labels(labels, known)
        ask = partial(self._ask, graph)
        pieces = Topology(graph.catalog, ask, wanted, limit, TURNS_OF_ONE).pieces()
        async with self._deadline(), aclosing(pieces):
            return await spooled(pieces, self._spools)

    async def query(
        self, scenario: str, generation: str, query: str, parameters: Mapping[str, Any]
    ) -> Spool:
        if parameters:
            raise QueryRefused(NO_PARAMETERS)
        tokens = check(query)
        graph = await self._catalogs.get(scenario, generation)
        async with self._deadline():
            result = await self._ask(graph, bounded(query, tokens, self._max_rows + 1))
        text = await asyncio.to_thread(_answer_as_json, result, self._max_rows)
        return await spooled(one(text), self._spools)

    async def drop(self, scenario: str, generation: str) -> bool:  # noqa: ARG002 - as all stores
        await self._catalogs.forget(generation)
        return False

    async def _ask(self, graph: FabricGraph, gql: str) -> GqlResult:
        if self._client is None:
            raise BackendOff
        async with self._turns.turn():
            try:
                return await self._client.execute_query(
                    graph.workspace_id, graph.graph_model_id, gql, timeout=self._timeout
                )
            except FabricError as error:
                _explain(error)

    @asynccontextmanager
    async def _deadline(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise _too_slow(f"no answer within {self._timeout:g} s") from None


def _explain(error: FabricError) -> NoReturn:
    """What went wrong with a query, in this service's terms."""
    if isinstance(error, FabricQueryFailed) and error.by_user:
        raise QueryRefused(error.message) from error
    if error.code == "QueryTimeout" or isinstance(error, FabricTimeout):
        raise _too_slow("Fabric ended it") from error
    if error.code == "ColdStartTimeout":
        raise FabricNotReachable(
            "The graph's engine is still starting, as it does after a rest. Try again in a minute.",
            LOADING_SECONDS,
        ) from error
    if error.code in _NOT_LOADED:
        raise FabricNotReachable(
            "Fabric has not loaded this graph yet, or its last load failed. See its state in "
            "Fabric's portal, or try again in some minutes.",
            LOADING_SECONDS,
        ) from error
    if error.code == "GraphEngineFailure":
        raise QueryTooLarge(
            "The graph's engine gave up. Join or return less at once, or filter earlier."
        ) from error
    if error.status == 404:
        raise FabricRefused(
            "The graph model is gone from its workspace, or the identity may not see it any more. "
            "Load the scenario again, or have the identity added to the workspace."
        ) from error
    if isinstance(error, FabricQueryFailed):
        raise FabricNotReachable(in_words(error)) from error
    raise translated(error) from error


def _too_slow(why: str) -> QueryTooSlow:
    return QueryTooSlow(
        f"The query took too long: {why}. Ask for less at once. After a rest the graph's engine "
        "takes a minute to start: then the second try is fast."
    )


def _answer_as_json(result: GqlResult, max_rows: int) -> str:
    return json.dumps(answer(result, max_rows), ensure_ascii=False, allow_nan=False)
