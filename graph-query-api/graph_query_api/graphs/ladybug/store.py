"""Graphs as Ladybug files, one a load, read by worker processes."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graph_query_api.errors import PartNotFound
from graph_query_api.graphs.catalog import GraphCatalog, catalog_path
from graph_query_api.graphs.labels import known_labels
from graph_query_api.graphs.ladybug.cypher_filter import check
from graph_query_api.graphs.ladybug.pool import Limits, WorkerPool
from graph_query_api.spool import Spool

ANSWER_BYTES = 64 << 20
TOPOLOGY_BYTES = 1 << 30
ENDINGS = (".lbug", ".json")


def graph_path(directory: Path, scenario: str, generation: str) -> Path:
    return directory / scenario / f"graph-{generation}.lbug"


class LadybugGraphs:
    """Files ``{directory}/{scenario}/graph-{generation}.lbug``.

    Topology has a worker of its own, so that no caller's queries keep it waiting.
    """

    language = "cypher"

    def __init__(
        self,
        directory: Path,
        spools: Path,
        *,
        workers: int,
        timeout: float,
        memory: int,
        max_rows: int,
    ) -> None:
        self._directory = directory
        self._max_rows = max_rows
        self._queries = WorkerPool(workers, Limits(timeout, memory, ANSWER_BYTES), spools)
        self._topologies = WorkerPool(1, Limits(timeout, memory, TOPOLOGY_BYTES), spools)

    async def topology(
        self, scenario: str, generation: str, labels: Sequence[str] | None, limit: int
    ) -> Spool:
        path = graph_path(self._directory, scenario, generation)
        if labels is not None:
            labels = await self._known_labels(path, scenario, labels)
        request = {"kind": "topology", "labels": labels, "limit": limit}
        return await self._ask(self._topologies, path, scenario, request)

    async def query(
        self, scenario: str, generation: str, query: str, parameters: Mapping[str, Any]
    ) -> Spool:
        check(query)
        path = graph_path(self._directory, scenario, generation)
        request = {
            "kind": "query",
            "query": query,
            "parameters": parameters,
            "max_rows": self._max_rows,
        }
        return await self._ask(self._queries, path, scenario, request)

    async def drop(self, scenario: str, generation: str) -> bool:
        path = graph_path(self._directory, scenario, generation)
        await asyncio.to_thread(_unlink, path)
        self._queries.forget(path)
        self._topologies.forget(path)
        return True

    async def aclose(self) -> None:
        await self._queries.aclose()
        await self._topologies.aclose()

    async def _known_labels(self, path: Path, scenario: str, given: Sequence[str]) -> list[str]:
        try:
            catalog = await asyncio.to_thread(GraphCatalog.load, catalog_path(path))
        except FileNotFoundError:
            raise PartNotFound(scenario, "graph") from None
        return known_labels(given, catalog.by_label)

    async def _ask(
        self, pool: WorkerPool, path: Path, scenario: str, request: Mapping[str, Any]
    ) -> Spool:
        try:
            return await pool.ask(path, request)
        except FileNotFoundError:
            raise PartNotFound(scenario, "graph") from None


def _unlink(path: Path) -> None:
    for ending in ENDINGS:
        path.with_suffix(ending).unlink(missing_ok=True)
