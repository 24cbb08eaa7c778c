"""Graphs in a Gremlin server as a load makes them, without a service around."""

from collections.abc import Mapping
from pathlib import Path

from peers.gremlin.server.running import GremlinServer

from graph_query_api.errors import PartNotFound
from graph_query_api.graphs.gremlin_client import GremlinAddress
from graph_query_api.graphs.gremlin_layout import Dialect, GremlinTarget, LoadedGraph
from graph_query_api.graphs.gremlin_load import load_graph
from scenario_pack.progress import OnProgress
from support.graph_files import prepared_graph


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


def target_of(server: GremlinServer, dialect: Dialect = "tinkerpop") -> GremlinTarget:
    address = GremlinAddress(server.endpoint, server.database, server.graph, server.password)
    return GremlinTarget(address, dialect, "pk")


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
