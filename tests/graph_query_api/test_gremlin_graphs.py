"""What every graph store must do: a real Gremlin Server, and a strict stand-in for Cosmos DB."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from peers.gremlin.fake.running import running
from peers.gremlin.server.running import GremlinServer

from graph_query_api.errors import StoreUnavailable
from support.graph_files import vertices
from support.graph_suite import Graphs, GraphSuite, small_air_routes
from support.gremlin_graphs import gremlin_graphs, target_of

ODD = vertices(
    {"a.b": f"Id,x/y,big\n1,one,{2**53 + 1}\n2,two,3\n", "Site": "Id\n1\n"},
    {"a.b in/of Site": "s,t,since\n1,1,5\n2,1,6\n"},
)
FIRST = {
    "id": "a.b:1",
    "label": "a.b",
    "properties": {"Id": "1", "x/y": "one", "big": 2**53 + 1},
}
SITE = {"id": "Site:1", "label": "Site", "properties": {"Id": "1"}}
EDGE = {
    "id": "in/of:a.b:1->Site:1",
    "label": "in/of",
    "source": "a.b:1",
    "target": "Site:1",
    "properties": {"since": 5},
}
RESULTS: dict[str, list[dict[str, Any]]] = {
    "g.V('a.b:1')": [{"result": FIRST}],
    "g.V('a.b:1').fold()": [{"result": [FIRST]}],
    "g.V('a.b:1').id()": [{"result": "a.b:1"}],
    "g.V('a.b:1').out('in/of')": [{"result": SITE}],
    "g.E().has('since', 5)": [{"result": EDGE}],
    "g.E('in/of:a.b:1->Site:1').id()": [{"result": EDGE["id"]}],
    "g.V('a.b:1').outE('in/of').as('e').inV().as('s').select('e', 's')": [{"e": EDGE, "s": SITE}],
    "g.V('a.b:1').out().path()": [{"result": {"labels": [[], []], "objects": [FIRST, SITE]}}],
    "g.V('a.b:1').valueMap('x/y', 'big')": [{"x/y": ["one"], "big": [2**53 + 1]}],
    "g.E().has('since', 5).valueMap()": [{"since": 5}],
    "g.V().groupCount().by(label)": [{"a.b": 2, "Site": 1}],
    "g.V('Site:1').in('in/of').group().by('x/y').by(id)": [{"one": ["a.b:1"], "two": ["a.b:2"]}],
    "g.V('a.b:2').project('n', 'out').by('big').by(outE().count())": [{"n": 3, "out": 1}],
    "g.V().hasLabel('a.b').values('x/y').order()": [{"result": "one"}, {"result": "two"}],
    "g.V().count()": [{"result": 3}],
}

MORE_RESULTS: dict[str, list[dict[str, Any]]] = {
    "g.V('a.b:1').properties('x/y')": [{"result": {"key": "x/y", "value": "one"}}],
    "g.E().has('since', 5).properties()": [{"result": {"key": "since", "value": 5}}],
    "g.V('a.b:1').elementMap('Id', 'big')": [
        {"id": "a.b:1", "label": "a.b", "Id": "1", "big": 2**53 + 1}
    ],
}


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

    def test_results_of_all_kinds_speak_of_the_pack(self, graphs: Graphs) -> None:
        generation = graphs.load(ODD)
        for query, wanted in RESULTS.items():
            assert graphs.query(generation, query)["data"] == wanted, query
        found = graphs.query(generation, "g.V('a.b:1').valueMap()")
        assert "sl_" not in str(found)
        assert {each["name"]: each["type"] for each in found["columns"]} == dict.fromkeys(
            ("Id", "x/y", "big"), "list"
        )
        assert graphs.query(generation, "g.V().has('Id', 'none')") == {
            "columns": [{"name": "result", "type": "any"}],
            "data": [],
            "truncated": False,
            "language": "gremlin",
        }


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

    def test_results_that_the_stand_in_can_not_give(self, graphs: Graphs) -> None:
        generation = graphs.load(ODD)
        for query, wanted in MORE_RESULTS.items():
            assert graphs.query(generation, query)["data"] == wanted, query


class TestCosmosStandIn(Gremlin):
    @pytest.fixture(scope="class")
    @classmethod
    def graphs(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphs]:
        with running() as fake:
            target = target_of(fake.endpoint, fake.key, "cosmos")
            with gremlin_graphs(target, tmp_path_factory.mktemp("work")) as graphs:
                # it looks at all elements for each question
                graphs.packs = {**graphs.packs, "air-routes": small_air_routes}
                yield graphs


@pytest.mark.parametrize("query", ["g.V()", None])
def test_a_question_to_a_server_that_has_gone_is_told_so(tmp_path: Path, query: str | None) -> None:
    with ExitStack() as alive:
        fake = alive.enter_context(running())
        target = target_of(fake.endpoint, fake.key, "cosmos")
        with gremlin_graphs(target, tmp_path, timeout=4) as graphs:
            generation = graphs.load(ODD)
            alive.close()
            with pytest.raises(StoreUnavailable, match="COSMOS_GREMLIN_ENDPOINT"):
                graphs.query(generation, query) if query else graphs.topology(generation)
