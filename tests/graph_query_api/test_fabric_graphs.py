"""Graphs in Fabric give the same answers as the embedded backend."""

import asyncio
import datetime as dt
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from fabric_client import (
    FabricError,
    FabricQueryFailed,
    FabricTimeout,
    FabricUnavailable,
    GqlResult,
)
from graph_query_api.errors import (
    BackendOff,
    FabricNotReachable,
    FabricRefused,
    QueryBusy,
    QueryRefused,
    QueryTooLarge,
    QueryTooSlow,
)
from graph_query_api.fabric_models import FabricCatalog, FabricGraph, FabricNodeType
from graph_query_api.graphs.catalog import GraphCatalog
from graph_query_api.graphs.fabric import store as fabric
from graph_query_api.graphs.fabric import topology as fabric_topology
from graph_query_api.graphs.fabric.store import FabricGraphs, GqlClient
from graph_query_api.graphs.fabric.values import typed
from graph_query_api.graphs.in_order import in_order
from graph_query_api.spool import Spool
from support.gql_by_form import GqlByForm, as_in_fabric
from support.graph_query_app import RunningApp, running
from support.packs import Files, random_pack, tarballs, typed_pack

PLACE = "cfafbeb1-8037-4d0c-896e-a46fb27ff229"
ALL = 100_000


class OneCatalog:
    def __init__(self, catalog: FabricCatalog) -> None:
        self._graph = FabricGraph(workspace_id=PLACE, graph_model_id=PLACE, catalog=catalog)

    async def get(self, scenario: str, generation: str) -> FabricGraph:
        assert scenario
        assert generation
        return self._graph

    async def forget(self, generation: str) -> None:
        raise AssertionError(generation)


A_CATALOG = FabricCatalog(
    node_types=(FabricNodeType(label="A", node_type="A", key="id", rows=1),), edge_types=()
)


def store(
    client: GqlClient | None,
    spools: Path,
    catalog: FabricCatalog = A_CATALOG,
    *,
    timeout: float = 5,
    max_rows: int = 10,
) -> FabricGraphs:
    return FabricGraphs(client, OneCatalog(catalog), spools, timeout=timeout, max_rows=max_rows)


async def read(spool: Spool) -> Any:
    return json.loads(b"".join([chunk async for chunk in spool.chunks()]))


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running(tmp_path / "data") as app:
        yield app


async def load(app: RunningApp, files: Files, folder: Path) -> GraphCatalog:
    archive = tarballs(folder, files)["graph"]
    response = await app.client.post(
        "/query/upload/graph",
        data={"scenario_name": "hello"},
        files={"file": archive.read_bytes()},
    )
    assert "event: complete" in response.text, response.text
    kept = (app.services.settings.data_dir / "scenarios" / "hello").glob("graph-*.json")
    return GraphCatalog.load(next(kept))


async def embedded(
    app: RunningApp, labels: Sequence[str] | None = None, limit: int = ALL
) -> dict[str, Any]:
    parameters: dict[str, Any] = {"limit": limit, **({"labels": labels} if labels else {})}
    answer = await app.client.get("/query/scenarios/hello/topology", params=parameters)
    assert answer.status_code == 200, answer.text
    topology: dict[str, Any] = answer.json()
    return topology


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one["meta"] == other["meta"]
    assert one["nodes"] == other["nodes"]
    assert types(one["nodes"]) == types(other["nodes"])
    assert Counter(map(_said, one["edges"])) == Counter(map(_said, other["edges"]))
    ids = [each["id"] for each in one["edges"]]
    assert len(set(ids)) == len(ids)
    assert sorted(ids) == sorted(each["id"] for each in other["edges"])


def types(elements: list[dict[str, Any]]) -> list[dict[str, type]]:
    return [{name: type(value) for name, value in e["properties"].items()} for e in elements]


def _said(edge: dict[str, Any]) -> str:
    """Without the number among parallel ones, which nobody can know."""
    return json.dumps({**edge, "id": ""}, sort_keys=True)


PACKS = [typed_pack(), *(random_pack(seed, "hello")[0] for seed in range(4))]


@pytest.mark.parametrize("files", PACKS, ids=["typed", *map(str, range(4))])
async def test_topologies_are_equal(
    app: RunningApp, tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await load(app, files, tmp_path / "p"), await embedded(app)
    catalog, engine = as_in_fabric(*whole)
    graphs = store(engine, tmp_path, catalog)
    labels = [None, [catalog.node_types[0].label], [each.label for each in catalog.node_types[1:]]]
    for wanted in filter(lambda each: each != [], labels):
        for limit in (1, 2, 5, 11, ALL):
            found = await read(await graphs.topology("hello", "g", wanted, limit))
            same(found, await embedded(app, wanted, limit))
    engine.asked.clear()
    same(await read(await graphs.topology("hello", "g", None, ALL)), whole[1])
    rows = [each.rows for each in catalog.node_types] + [each.rows for each in catalog.edge_types]
    assert len(engine.asked) == len([*filter(None, rows)]), "a query each"
    engine.most = engine.most_of_one_vertex()
    same(await read(await graphs.topology("hello", "g", None, ALL)), whole[1])
    monkeypatch.setattr(fabric_topology, "EDGES_A_QUERY", 3)
    same(await read(await graphs.topology("hello", "g", None, ALL)), whole[1])


async def test_labels_are_understood_as_on_every_backend(tmp_path: Path) -> None:
    graphs = store(GqlByForm({"A": [{"id": "x"}]}, {}, {"A": "id"}), tmp_path)
    with pytest.raises(QueryRefused, match=r"There is no vertex label 'B'\. There are: A"):
        await graphs.topology("hello", "g", ["A,B"], 5)
    found = await read(await graphs.topology("hello", "g", ["A"], 5))
    assert found["nodes"] == [{"id": "A:x", "label": "A", "properties": {}}]


async def test_more_edges_of_one_vertex_than_fabric_gives_are_said_so(tmp_path: Path) -> None:
    catalog = FabricCatalog.model_validate(
        {
            "node_types": [{"label": "A", "node_type": "A", "key": "id", "rows": 2}],
            "edge_types": [
                {"label": "r", "edge_type": "r", "source": "A", "target": "A", "rows": 9}
            ],
        }
    )
    nodes = {"A": [{"id": "x"}, {"id": "y"}]}
    engine = GqlByForm(nodes, {"r": [("x", "y", {})] * 9}, {"A": "id"}, most=5)
    with pytest.raises(QueryTooLarge, match="fewer vertices"):
        await store(engine, tmp_path, catalog).topology("hello", "g", None, 5)


async def test_few_queries_run_at_once_and_none_when_the_caller_has_gone(tmp_path: Path) -> None:
    labels = [f"L{number}" for number in range(12)]
    catalog = FabricCatalog.model_validate(
        {"node_types": [{"label": n, "node_type": n, "key": "id", "rows": 1} for n in labels]}
    )
    engine = GqlByForm(
        {n: [{"id": "x"}] for n in labels}, {}, dict.fromkeys(labels, "id"), pause=0.02
    )
    graphs = store(engine, tmp_path, catalog)
    await graphs.topology("hello", "g", None, 50)
    assert engine.at_once == fabric.TURNS_OF_ONE
    await asyncio.gather(*(graphs.topology("hello", "g", None, 50) for _ in range(5)))
    assert engine.at_once == fabric.TURNS
    engine.pause = 60
    task = asyncio.create_task(graphs.topology("hello", "g", None, 50))
    while engine.running < fabric.TURNS_OF_ONE:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.running == 0
    engine.pause = 0
    await graphs.topology("hello", "g", None, 50)


class Answers:
    """Gives one result to every query, or raises."""

    def __init__(self, answer: GqlResult | FabricError, pause: float = 0) -> None:
        self.answer = answer
        self.pause = pause
        self.asked: list[str] = []

    async def execute_query(
        self,
        workspace: str,
        graph_model: str,
        gql: str,
        *,
        timeout: float,
    ) -> GqlResult:
        assert (workspace, graph_model, timeout > 0) == (PLACE, PLACE, True)
        self.asked.append(gql)
        await asyncio.sleep(self.pause)
        if isinstance(self.answer, FabricError):
            raise self.answer
        return self.answer


async def ask(answer: GqlResult, spools: Path, max_rows: int = 10) -> Any:
    graphs = store(Answers(answer), spools, max_rows=max_rows)
    return await read(await graphs.query("hello", "g", "MATCH (n) RETURN n", {}))


async def test_values_are_strict_json(tmp_path: Path) -> None:
    noon = dt.datetime(2026, 1, 1, 12, 0, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=-1)))
    result = GqlResult(
        [
            *(("i", "INT64"), ("u", "UINT64 NOT NULL"), ("f", "FLOAT64"), ("s", "STRING")),
            *(("b", "BOOL"), ("t", "ZONED DATETIME"), ("l", "LIST<INT64>"), ("n", "NODE")),
            *(("e", "EDGE"), ("p", "PATH"), ("a", "ANY"), ("x", "FLOAT")),
        ],
        [
            {
                "i": 2**63 - 1,
                "u": 2**64 - 1,
                "f": 3.0,
                "s": "ü",
                "b": True,
                "t": noon,
                "l": [1, None],
                "n": "oid",
                "e": "oid",
                "p": ["a", "b"],
                "a": None,
                "x": float("nan"),
            }
        ],
        truncated=False,
    )
    found = await ask(result, tmp_path)
    assert [each["type"] for each in found["columns"]] == [
        *("integer", "integer", "float", "text", "boolean", "timestamp", "list", "reference"),
        *("reference", "path", "any", "float"),
    ]
    assert found["data"] == [
        {
            "i": 2**63 - 1,
            "u": 2**64 - 1,
            "f": 3.0,
            "s": "ü",
            "b": True,
            "t": "2026-01-01T13:00:00.000005Z",
            "l": [1, None],
            "n": "oid",
            "e": "oid",
            "p": ["a", "b"],
            "a": None,
            "x": None,
        }
    ]
    assert isinstance(found["data"][0]["f"], float)
    assert (found["truncated"], found["language"]) == (False, "gql")


def test_properties_have_the_packs_types() -> None:
    noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert typed(noon, "timestamp") == "2026-01-01T10:00:00Z"
    assert typed("12026-01-01T00:00:00Z", "timestamp") == "12026-01-01T00:00:00Z"
    assert repr(typed(3, "float")) == "3.0"
    assert typed(float("inf"), "float") is None
    assert typed(12, "text") == "12"
    assert typed(True, "boolean") is True


@pytest.mark.parametrize(("rows", "cut", "truncated"), [(10, 0, 0), (11, 0, 1), (3, 1, 1)])
async def test_what_is_missing_is_said(tmp_path: Path, rows: int, cut: int, truncated: int) -> None:
    data = [{"n": number} for number in range(rows)]
    found = await ask(GqlResult([("n", "INT64")], data, truncated=bool(cut)), tmp_path)
    assert found["data"] == data[:10]
    assert found["truncated"] is bool(truncated)


async def test_queries_are_limited_before_they_are_sent(tmp_path: Path) -> None:
    client = Answers(GqlResult([], [], truncated=False))
    await store(client, tmp_path).query("hello", "g", "MATCH (n) RETURN n.x", {})
    assert client.asked == ["MATCH (n) RETURN n.x\nLIMIT 11"]


async def test_nothing_is_sent_that_writes_or_has_parameters(tmp_path: Path) -> None:
    client = Answers(GqlResult([], [], truncated=False))
    graphs = store(client, tmp_path)
    with pytest.raises(QueryRefused, match="Only reading"):
        await graphs.query("hello", "g", "MATCH (n) DELETE n", {})
    with pytest.raises(QueryRefused, match="no parameters"):
        await graphs.query("hello", "g", "MATCH (n) RETURN n", {"x": 1})
    assert client.asked == []


def by_user(message: str) -> FabricQueryFailed:
    error = FabricQueryFailed(message, operation="Querying the graph", status=200, code="42001")
    error.by_user = True
    return error


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (by_user("syntax error at MATHC"), QueryRefused, "^syntax error at MATHC$"),
        (FabricQueryFailed("broken", code="50000"), FabricNotReachable, "broken"),
        (FabricTimeout("No result", code="QueryTimeout"), QueryTooSlow, "takes a minute to start"),
        (FabricError("x", status=408, code="QueryTimeout"), QueryTooSlow, "Fabric ended it"),
        (FabricUnavailable("x", code="ColdStartTimeout"), FabricNotReachable, "still starting"),
        (FabricUnavailable("x", code="GraphIsNotLoaded"), FabricNotReachable, "not loaded"),
        (FabricError("x", code="GraphNotQueryable"), FabricNotReachable, "not loaded"),
        (FabricUnavailable("x", code="GraphEngineFailure"), QueryTooLarge, "gave up"),
        (FabricError("x", status=404, code="ItemNotFound"), FabricRefused, "Load the scenario"),
        (FabricError("x", status=403, code="CapacityNotActive"), FabricRefused, "Resume it"),
        (FabricError("x", status=403, code="Other"), FabricRefused, "Contributor"),
        (FabricUnavailable("x", status=429, retry_after=9), FabricNotReachable, "Wait a minute"),
    ],
)
async def test_errors_say_what_helps(
    tmp_path: Path, error: FabricError, kind: type[Exception], words: str
) -> None:
    graphs = store(Answers(error), tmp_path)
    with pytest.raises(kind, match=words):
        await graphs.query("hello", "g", "MATCH (n) RETURN n", {})
    with pytest.raises(kind, match=words):
        await graphs.topology("hello", "g", None, 5)


async def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    graphs = store(Answers(GqlResult([], [], truncated=False), pause=60), tmp_path, timeout=0.2)
    with pytest.raises(QueryTooSlow, match="no answer within"):
        await graphs.query("hello", "g", "MATCH (n) RETURN n", {})
    waiting = [
        asyncio.create_task(graphs.query("hello", "g", "MATCH (n) RETURN n", {}))
        for _ in range(fabric.TURNS + 1)
    ]
    ends = [type(end) for end in await asyncio.gather(*waiting, return_exceptions=True)]
    assert Counter(ends) == {QueryTooSlow: fabric.TURNS, QueryBusy: 1}


async def test_where_fabric_is_off_nothing_is_asked(tmp_path: Path) -> None:
    graphs = store(None, tmp_path)
    with pytest.raises(BackendOff, match="FABRIC=on"):
        await graphs.topology("hello", "g", None, 5)


async def test_results_come_in_the_order_of_the_calls() -> None:
    async def call(number: int) -> int:
        await asyncio.sleep(0.02 * (5 - number))
        return number

    calls = [lambda number=number: call(number) for number in range(5)]
    assert [each async for each in in_order(calls, 3)] == [0, 1, 2, 3, 4]
