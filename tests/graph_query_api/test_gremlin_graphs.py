"""What every graph store must do: a real Gremlin Server, and a strict stand-in for Cosmos DB."""

from collections.abc import Iterator

import pytest
from peers.gremlin.fake.running import running
from peers.gremlin.server.running import GremlinServer

from support.graph_suite import Graphs, GraphSuite
from support.gremlin_graphs import gremlin_graphs, target_of


class Gremlin(GraphSuite):
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


class TestGremlinServer(Gremlin):
    @pytest.fixture(scope="class")
    @classmethod
    def graphs(
        cls, gremlin_server: GremlinServer, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Graphs]:
        server = gremlin_server
        target = target_of(server.endpoint, server.password, "tinkerpop")
        with gremlin_graphs(target, tmp_path_factory.mktemp("work")) as graphs:
            yield graphs


class TestCosmosStandIn(Gremlin):
    @pytest.fixture(scope="class")
    @classmethod
    def graphs(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphs]:
        with running() as fake:
            target = target_of(fake.endpoint, fake.key, "cosmos")
            with gremlin_graphs(target, tmp_path_factory.mktemp("work")) as graphs:
                yield graphs
