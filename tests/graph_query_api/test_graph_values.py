"""What comes out of the engine, as strict JSON."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from graph_query_api.graphs.ladybug.values import unique_names
from graph_query_api.graphs.ladybug.worker import GraphFile
from support.graph_files import graph_file, vertices

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    files = vertices(
        {
            "A:1": "id,size,at,ok,_id\nx,1.123456789,2026-01-01T00:00:00.25+02:00,true,7\ny,2,,,\n",
            "B": "id,size,ok\nx,big,1\n",
        },
        {
            "A:1 to A:1": "s,t,w\nx,y,1\nx,y,\n",
            "A:1 to B": "s,t,w\ny,x,9007199254740993\n",
            "B back A:1": "s,t,w\nx,x,heavy\n",
        },
    )
    path, _ = graph_file(tmp_path_factory.mktemp("values"), files)
    graph = GraphFile(path)

    def run(query: str, max_rows: int = 100, **parameters: Any) -> dict[str, Any]:
        request = {
            "kind": "query",
            "query": query,
            "parameters": parameters,
            "max_rows": max_rows,
            "timeout": 10,
        }

        def strict(constant: str) -> None:
            raise AssertionError(constant)

        answer: dict[str, Any] = json.loads("".join(graph.answer(request)), parse_constant=strict)
        return answer

    return run


X = {
    "id": "A%3A1:x",
    "label": "A:1",
    "properties": {
        "id": "x",
        "size": 1.123456789,
        "at": "2026-01-01T00:00:00.25+02:00",
        "ok": True,
        "_id": 7,
    },
}
Y = {"id": "A%3A1:y", "label": "A:1", "properties": {"id": "y", "size": 2.0}}
B = {"id": "B:x", "label": "B", "properties": {"id": "x", "size": "big", "ok": 1}}


def test_vertices_edges_and_paths(ask: Ask) -> None:
    answer = ask("MATCH p=(a {id: 'x'})-[:to {w: 1}]->(b)-[r]->(c:B) RETURN a, r, p")
    edge = {"label": "to", "source": Y["id"], "target": B["id"]}
    second = {**edge, "properties": {"w": 9007199254740993}}
    first = {"label": "to", "source": X["id"], "target": Y["id"], "properties": {"w": 1}}
    assert answer["columns"] == [
        {"name": "a", "type": "vertex"},
        {"name": "r", "type": "edge"},
        {"name": "p", "type": "path"},
    ]
    assert answer["data"] == [
        {"a": X, "r": second, "p": {"nodes": [X, Y, B], "edges": [first, second]}}
    ]


def test_types_that_differ_by_label_stay_as_they_were(ask: Ask) -> None:
    rows = ask("MATCH (n) RETURN n ORDER BY label(n), n.id")["data"]
    assert [row["n"] for row in rows] == [X, Y, B]


def test_edges_too(ask: Ask) -> None:
    rows = ask("MATCH ()-[r]->() RETURN r")["data"]
    weights = [row["r"]["properties"].get("w") for row in rows]
    assert sorted(map(str, weights)) == ["1", "9007199254740993", "None", "heavy"]
    assert {type(each) for each in weights} == {int, str, type(None)}


def test_ends_of_edges_that_were_not_asked_for(ask: Ask) -> None:
    rows = ask("MATCH ()-[r:to]->() RETURN r.w AS w, [r] AS l ORDER BY w")["data"]
    ends = [(row["l"][0]["source"], row["l"][0]["target"]) for row in rows]
    assert sorted(ends) == [(X["id"], Y["id"]), (X["id"], Y["id"]), (Y["id"], B["id"])]


def test_recursive_edges(ask: Ask) -> None:
    (row,) = ask("MATCH (a:`A:1` {id: 'x'})-[r:to*2..2 (e, n | WHERE e.w > 0)]->(b:B) RETURN r")[
        "data"
    ]
    assert row["r"]["nodes"] == [Y]
    assert [edge["target"] for edge in row["r"]["edges"]] == [Y["id"], B["id"]]


@pytest.mark.parametrize(
    ("expression", "value", "kind"),
    [
        ("170141183460469231731687303715884105727", 2**127 - 1, "integer"),
        ("CAST('1.10' AS DECIMAL(9, 2))", "1.10", "decimal"),
        ("CAST(18446744073709551615 AS UINT64)", 2**64 - 1, "integer"),
        ("CAST('nan' AS DOUBLE)", None, "float"),
        ("-CAST('inf' AS DOUBLE)", None, "float"),
        ("date('2026-02-28')", "2026-02-28", "date"),
        ("timestamp('2026-02-28 01:02:03')", "2026-02-28T01:02:03Z", "timestamp"),
        ("CAST('2026-02-28 01:00:00+02' AS TIMESTAMP_TZ)", "2026-02-27T23:00:00Z", "timestamp"),
        ("interval('1 day 2 seconds 5 microseconds')", "P1DT2.000005S", "duration"),
        (
            "uuid('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "uuid",
        ),
        ("blob('\\\\xAA\\\\xBB')", "qrs=", "bytes"),
        ("{a: 1, b: ['x', NULL]}", {"a": 1, "b": ["x", None]}, "map"),
        ("map([1, 2], ['a', 'b'])", {"1": "a", "2": "b"}, "map"),
        ("[1.5, CAST('nan' AS DOUBLE)]", [1.5, None], "list"),
        ("{_LABEL: 'B', _key: 'x', _ID: 1}", {"_LABEL": "B", "_key": "x", "_ID": 1}, "map"),
        ("'a\\u0000b\\n'", "a\0b\n", "text"),
        ("NULL", None, "text"),
        ("true", True, "boolean"),
    ],
)
def test_values(ask: Ask, expression: str, value: Any, kind: str) -> None:
    answer = ask(f"RETURN {expression} AS v")
    assert answer["data"] == [{"v": value}]
    assert answer["columns"] == [{"name": "v", "type": kind}]


def test_our_own_columns_stay_inside(ask: Ask) -> None:
    answer = ask("MATCH (n:B)<-[r]-() RETURN n.*, r.*")
    assert [each["name"] for each in answer["columns"]] == [
        "n.id",
        "n.size_2",
        "n.ok_2",
        "r.w",
        "r.w_2",
    ]
    assert ask("MATCH (n:B) RETURN id(n) AS i")["data"] == [{"i": "B:x"}]


def test_parameters_are_bound(ask: Ask) -> None:
    query = "MATCH (n:`A:1`) WHERE n.id IN $ids RETURN n.id AS id"
    assert ask(query, ids=["x", "') RETURN 1 //"])["data"] == [{"id": "x"}]


def test_rows_over_the_limit_are_cut(ask: Ask) -> None:
    answer = ask("UNWIND range(1, 1200) AS x RETURN x", max_rows=1000)
    assert [row["x"] for row in answer["data"]] == list(range(1, 1001))
    assert answer["truncated"] is True
    assert ask("UNWIND range(1, 1000) AS x RETURN x", max_rows=1000)["truncated"] is False


def test_columns_of_one_name(ask: Ask) -> None:
    assert ask("RETURN 1 AS a, 2 AS a")["data"] == [{"a": 1, "a_2": 2}]
    assert unique_names(["a", "a_2", "a", "a"]) == ["a", "a_2", "a_3", "a_4"]
