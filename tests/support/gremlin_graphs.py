"""Graphs in a Gremlin server as a load makes them, without a service around."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from graph_query_api.errors import PartNotFound
from graph_query_api.graphs.catalog import GraphCatalog
from graph_query_api.graphs.gremlin.client import GremlinAddress
from graph_query_api.graphs.gremlin.layout import Dialect, GremlinTarget, LoadedGraph
from graph_query_api.graphs.gremlin.load import load_graph
from graph_query_api.graphs.gremlin.store import GremlinGraphs
from scenario_pack.progress import OnProgress
from support.graph_files import prepared_graph
from support.graph_suite import MAX_ROWS, Graphs


class KeptCatalogs:
    """What the scenarios' documents say of their graphs."""

    def __init__(self) -> None:
        self.loads: dict[str, LoadedGraph] = {}

    async def get(self, scenario: str, generation: str) -> LoadedGraph:
        if generation not in self.loads:
            raise PartNotFound(scenario, "graph")
        return self.loads[generation]

    async def forget(self, generation: str) -> None:
        self.loads.pop(generation, None)


def target_of(endpoint: str, key: str, dialect: Dialect) -> GremlinTarget:
    return GremlinTarget(GremlinAddress(endpoint, "scenarios", "graphs", key), dialect, "pk")


@contextmanager
def gremlin_graphs(target: GremlinTarget, folder: Path, *, timeout: float = 30) -> Iterator[Graphs]:
    catalogs = KeptCatalogs()
    store = GremlinGraphs(target, catalogs, folder / "spools", timeout=timeout, max_rows=MAX_ROWS)

    def load(work: Path, files: Mapping[str, bytes], generation: str) -> GraphCatalog:
        loaded = gremlin_graph(work, files, target, generation)
        catalogs.loads[generation] = loaded
        return loaded.catalog

    with asyncio.Runner() as runner:
        try:
            yield Graphs(store, load, folder, runner)
        finally:
            runner.run(store.aclose())


def gremlin_graph(
    folder: Path,
    files: Mapping[str, bytes],
    target: GremlinTarget,
    generation: str,
    on_progress: OnProgress = lambda *_: None,
) -> LoadedGraph:
    """Prepares and loads the pack's graph."""
    with prepared_graph(folder, files) as prepared:
        return load_graph(prepared, target, generation, on_progress)
