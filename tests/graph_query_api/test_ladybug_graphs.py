"""What every graph store must do, by files of Ladybug."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from graph_query_api.graphs.catalog import GraphCatalog
from graph_query_api.graphs.ladybug.store import LadybugGraphs, graph_path
from support.graph_files import graph_file
from support.graph_suite import MAX_ROWS, NAME, Graphs, GraphSuite


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphs]:
    directory, folder = tmp_path_factory.mktemp("loads"), tmp_path_factory.mktemp("work")
    store = LadybugGraphs(
        directory,
        folder / "spools",
        workers=1,
        timeout=30,
        memory=512 << 20,
        max_rows=MAX_ROWS,
    )

    def load(work: Path, files: Mapping[str, bytes], generation: str) -> GraphCatalog:
        return graph_file(work, files, graph_path(directory, NAME, generation))[1]

    with asyncio.Runner() as runner:
        yield Graphs(store, load, folder, runner)
        runner.run(store.aclose())


class TestLadybug(GraphSuite):
    NEIGHBOURS = "MATCH (:Airport {Code: $code})-[:route]->(b:Airport) RETURN b.AirportId AS id"
    ROW = (
        "MATCH (a:Airport {Code: $code}) "
        "RETURN a.Code AS code, a.Runways AS runways, a.Longitude AS longitude"
    )
    AIRPORT = "MATCH (a:Airport {Code: $code}) RETURN a"
    ROUTES = "MATCH (:Airport {Code: $code})-[r:route]->(:Airport) RETURN r"
    ALL = "MATCH (a) RETURN a"
    BY_VALUE = "MATCH (a) WHERE a.`jan$` = $wanted RETURN a"
    WRITING = "MATCH (a) DELETE a"
