"""What every graph store must do, by a real Gremlin Server."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from peers.gremlin.server.running import GremlinServer

from graph_query_api.graphs.catalog import GraphCatalog
from graph_query_api.graphs.gremlin import GremlinGraphs
from support.graph_suite import MAX_ROWS, Graphs, GraphSuite
from support.gremlin_graphs import KeptCatalogs, gremlin_graph, target_of


@pytest.fixture(scope="module")
def graphs(
    gremlin_server: GremlinServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Graphs]:
    target = target_of(gremlin_server)
    folder = tmp_path_factory.mktemp("work")
    catalogs = KeptCatalogs()
    store = GremlinGraphs(target, catalogs, folder / "spools", timeout=30, max_rows=MAX_ROWS)

    def load(work: Path, files: Mapping[str, bytes], generation: str) -> GraphCatalog:
        loaded = gremlin_graph(work, files, target, generation)
        catalogs.loads[generation] = loaded
        return loaded.catalog

    with asyncio.Runner() as runner:
        yield Graphs(store, load, folder, runner)
        runner.run(store.aclose())


class TestGremlinServer(GraphSuite):
    NEIGHBOURS = "g.V().has('Airport', 'Code', code).out('route').project('id').by('AirportId')"
    ROW = (
        "g.V().has('Airport', 'Code', code)"
        ".project('code', 'runways', 'longitude').by('Code').by('Runways').by('Longitude')"
    )
    AIRPORT = "g.V().has('Airport', 'Code', code)"
    ROUTES = "g.V().has('Airport', 'Code', code).outE('route')"
    ALL = "g.V()"
    BY_VALUE = "g.V().has('jan$', wanted)"
    WRITING = "g.V().drop()"
