"""The GQL that the stand-in answers, on a small graph made by hand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peers.fabric.gql.answer import answer
from peers.fabric.graph import Edge, Graph, Node
from peers.fabric.graph_model import EdgeType, NodeType


def _graph() -> Graph:
    """x0 → x1 → x2 → x3 → x4, weights 0, 0.5, …; x4 → x0 is of another type; y stands alone."""
    of_node = {"k": "STRING", "n": "INT", "at": "DATETIME", "ok": "BOOLEAN"}
    line = NodeType("A_type", ["A", "Every"], ["k"], of_node, list(of_node))
    lone = NodeType("B_type", ["B", "Every"], ["k"], {"k": "STRING"}, ["k"])
    step = EdgeType("E_type", ["E"], "A_type", "A_type", {"w": "FLOAT"}, ["w"])
    back = EdgeType("F_type", ["F"], "A_type", "A_type", {}, [])
    from datetime import UTC, datetime

    moment = datetime(2024, 2, 29, 12, tzinfo=UTC)
    nodes = [
        Node(line, i + 1, {"k": f"x{i}", "n": i, "at": moment, "ok": None if i > 3 else i < 2})
        for i in range(5)
    ]
    graph = Graph([line, lone], [step, back])
    graph.nodes = {"A_type": nodes, "B_type": [Node(lone, 50, {"k": "y"})]}
    graph.edges = {"E_type": [], "F_type": []}
    for i in range(4):
        graph.edges["E_type"].append(
            _join(Edge(step, 100 + i, nodes[i], nodes[i + 1], {"w": i / 2}))
        )
    graph.edges["F_type"].append(_join(Edge(back, 200, nodes[4], nodes[0], {})))
    return graph


def _join(edge: Edge) -> Edge:
    edge.source.outgoing.append(edge)
    edge.target.incoming.append(edge)
    return edge


GRAPH = _graph()


def ask(query: str, **limits: Any) -> dict[str, Any]:
    return answer(GRAPH, query, seconds=5, most_bytes=limits.pop("most_bytes", 1 << 20), **limits)


def rows(query: str) -> list[list[Any]]:
    found = ask(query)
    assert found["status"]["code"] in ("00000", "02000"), found["status"]
    return [list(row.values()) for row in found["result"]["data"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("MATCH (n:A) RETURN count(*) AS n", [[5]]),
        ("MATCH (n) RETURN count(*) AS n", [[6]]),
        ("MATCH (n:Every&!A) RETURN n.k AS k", [["y"]]),
        ("MATCH (n:A|B) RETURN count(*) AS n", [[6]]),
        ("MATCH (n:%) RETURN count(*) AS n", [[6]]),
        ("MATCH (a)-[:E]->(b) WHERE a.k = 'x1' RETURN b.k AS k", [["x2"]]),
        ("MATCH (a)<-[:E]-(b) WHERE a.k = 'x1' RETURN b.k AS k", [["x0"]]),
        ("MATCH (a {k: 'x1'})-[:E]-(b) RETURN b.k AS k ORDER BY k", [["x0"], ["x2"]]),
        ("MATCH (a {k: 'x4'})-[r]-(b) RETURN b.k AS k ORDER BY k DESC", [["x3"], ["x0"]]),
        ("MATCH (a:A)->(b:A) RETURN count(*) AS n", [[5]]),
        ("MATCH (a)-[r:E WHERE r.w > 0.9]->(b) RETURN b.k AS k ORDER BY k", [["x3"], ["x4"]]),
        ("MATCH (a)-[:E]->(b), (b)-[:E]->(c) WHERE a.n = 0 RETURN c.k AS k", [["x2"]]),
        ("MATCH (a:A), (b:B) RETURN count(*) AS n", [[5]]),
        ("MATCH (a {k: 'x0'})-[:E]->{2,3}(b) RETURN b.k AS k ORDER BY k", [["x2"], ["x3"]]),
        ("MATCH (a {k: 'x0'})-[:E]->{2}(b) RETURN b.k AS k", [["x2"]]),
        ("MATCH (a)-[r:E]->{,2}(b {k: 'x1'}) RETURN a.k AS k ORDER BY k", [["x0"], ["x1"]]),
        ("MATCH TRAIL (a {k: 'x0'})-[:E|F]->+(b {k: 'x0'}) RETURN count(*) AS n", [[1]]),
        (
            "MATCH p = ANY SHORTEST (a {k: 'x0'})-[]-*(b {k: 'x3'}) RETURN PATH_LENGTH(p) AS n",
            [[2]],
        ),
        ("MATCH (n:A) WHERE n.ok IS NULL RETURN n.k AS k", [["x4"]]),
        ("MATCH (n:A) WHERE NOT n.ok RETURN count(*) AS n", [[2]]),
        ("MATCH (n:A) WHERE n.ok = TRUE OR n.n = 4 RETURN count(*) AS n", [[3]]),
        ("MATCH (n:A) WHERE n.n IN [1, 3] AND n.k <> 'x1' RETURN n.k AS k", [["x3"]]),
        ("MATCH (n:A) WHERE n.n NOT IN [1, 2, 3] RETURN count(*) AS n", [[2]]),
        ("MATCH (n) WHERE n.k STARTS WITH 'x' AND n.k ENDS WITH '3' RETURN n.k AS k", [["x3"]]),
        ("MATCH (n) WHERE UPPER(n.k) CONTAINS 'Y' RETURN n.k AS k", [["y"]]),
        ("MATCH (n:A) WHERE n.k = 1 RETURN n.k AS k", []),
        ("MATCH (n:A) FILTER n.n > 2 RETURN n.k AS k ORDER BY n.n DESC LIMIT 1", [["x4"]]),
        ("MATCH (n:A) RETURN n.k AS k ORDER BY k OFFSET 1 LIMIT 2", [["x1"], ["x2"]]),
        (
            "MATCH (n:A) RETURN sum(n.n) AS s, avg(n.n) AS a, min(n.k) AS b, max(n.n) AS m",
            [[10, 2.0, "x0", 4]],
        ),
        ("MATCH (n:A) RETURN collect_list(n.n) AS l", [[[0, 1, 2, 3, 4]]]),
        (
            "MATCH (n:A) RETURN n.ok AS ok, count(*) AS c GROUP BY ok ORDER BY c DESC, ok",
            [[False, 2], [True, 2], [None, 1]],
        ),
        (
            "MATCH (n) LET f = CHAR_LENGTH(n.k) RETURN f, count(n) AS c GROUP BY f ORDER BY f",
            [[1, 1], [2, 5]],
        ),
        ("MATCH (n:A) RETURN DISTINCT n.ok IS NULL AS gone ORDER BY gone", [[False], [True]]),
        (
            (
                "MATCH (n:A) OPTIONAL MATCH (n)-[:E]->(m) "
                "RETURN n.k AS k, m.k AS m ORDER BY m NULLS FIRST LIMIT 1"
            ),
            [["x4", None]],
        ),
        ("MATCH (n:A) WHERE EXISTS { (n)-[:F]->() } RETURN n.k AS k", [["x4"]]),
        ("FOR x IN [1, 2] RETURN x * 2 + 1 AS y", [[3], [5]]),
        ("MATCH (n:A) RETURN n.n AS n NEXT FILTER n > 3 RETURN n + 1 AS m", [[5]]),
        ("MATCH (n:B) RETURN n.k AS k UNION ALL MATCH (n:B) RETURN n.k AS k", [["y"], ["y"]]),
        ("MATCH (n:B) RETURN n.k AS k UNION MATCH (n:B) RETURN n.k AS k", [["y"]]),
        (
            "RETURN COALESCE(NULL, 'a') || 'b' AS x, CAST('12' AS INT) AS y, NULLIF(1, 1) AS z",
            [["ab", 12, None]],
        ),
        (
            (
                "MATCH (n:A {n: 0}) WHERE n.`at` = ZONED_DATETIME('2024-02-29T13:00:00+01:00') "
                "RETURN n.`at` AS t"
            ),
            [["2024-02-29T12:00:00Z"]],
        ),
        ('match (n:`A`) where n.`k` = "x0" return n.`k` as `the key`', [["x0"]]),
        ("RETURN 7 / 2 AS a, -7 / 2 AS b, 7.0 / 2 AS c, 7 % 4 AS d", [[3, -3, 3.5, 3]]),
        ("/* c */ RETURN 1 AS x -- end\n", [[1]]),
    ],
)
def test_queries(query: str, expected: list[list[Any]]) -> None:
    assert rows(query) == expected


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (r"'a\\b'", "a\\b"),
        (r"'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        (r'"say ""x"""', 'say "x"'),
        (r"'\n\t\r\b\f'", "\n\t\r\b\f"),
        (r"'\u00e9\U0001F600'", "é😀"),
        (r"@'a\nb'", r"a\nb"),
    ],
)
def test_string_literals(literal: str, value: str) -> None:
    assert rows(f"RETURN {literal} AS x") == [[value]]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_can_be_written(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    assert rows(f"RETURN '{escaped}' AS x") == [[text]]


@given(st.text())
def test_no_query_breaks_the_server(text: str) -> None:
    assert ask(text)["status"]["code"] in ("42000", "00000", "02000")


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("INSERT (:A)", "42000"),
        ("MATCH (n) DETACH DELETE n", "42000"),
        ("MATCH (n) SET n.k = 1 RETURN n", "42000"),
        ("DROP GRAPH g", "42000"),
        ("MATCH (n) RETURN CASE WHEN n.n = 1 THEN 1 END AS x", "42000"),
        ("MATCH (n) RETURN n.k AS k, count(*) AS c", "42000"),
        ("MATCH (n) RETURN count(*) AS c GROUP BY n.k", "42001"),
        ("MATCH (n) RETURN m.k AS k", "42002"),
        ("MATCH (n:Nothing1) RETURN n", "G2000"),
        ("MATCH (n) RETURN n.nowhere AS x", "G2000"),
        ("MATCH (n) RETURN n.k AS key", "42001"),
        ("MATCH (a)-[:E]->*(b) RETURN a", "42000"),
        ("MATCH ALL SHORTEST (a)-[:E]->*(b) RETURN a", "42000"),
        ("RETURN $p AS x", "42001"),
        ("RETURN 1 / 0 AS x", "22012"),
        ("RETURN 9223372036854775807 + 1 AS x", "22003"),
        ("RETURN 'open", "42001"),
        ("RETURN 1 AS x RETURN 2 AS y", "42001"),
        ("MATCH (n) RETURN n.*", "42001"),
        ("", "42001"),
    ],
)
def test_what_is_refused(query: str, canonical: str) -> None:
    found = ask(query)
    assert found["status"]["code"] == "42000"
    assert found["status"]["diagnostics"]["_graphaneGqlStatus"]["value"] == canonical
    assert found["status"]["diagnostics"]["_graphaneIsUserError"]["value"] is True


def test_how_values_are_written() -> None:
    found = ask(
        "MATCH (n:A {n: 0})-[r:E]->() RETURN n, r, 9007199254740993 AS large, 1 AS few, "
        "CAST('NaN' AS FLOAT) AS nan, CAST('inf' AS FLOAT) AS inf, NULL AS nothing1, [1, 2] AS l"
    )["result"]
    types = {each["name"]: each["gqlType"] for each in found["columns"]}
    assert types == {
        "n": "NODE",
        "r": "EDGE",
        "large": "INT64",
        "few": "INT64",
        "nan": "FLOAT64",
        "inf": "FLOAT64",
        "nothing1": "ANY",
        "l": "LIST<INT64>",
    }
    (row,) = found["data"]
    assert isinstance(row["n"], str)
    assert (row["large"], row["few"]) == ("9007199254740993", 1)
    assert (row["nan"], row["inf"], row["nothing1"], row["l"]) == ("NaN", "Inf", None, [1, 2])


def test_a_column_of_many_types_says_the_type_of_each() -> None:
    data = ask("FOR x IN [1, 'a', TRUE] RETURN x")["result"]["data"]
    assert data == [
        {"x": {"gqlType": "INT64", "value": 1}},
        {"x": {"gqlType": "STRING", "value": "a"}},
        {"x": {"gqlType": "BOOL", "value": True}},
    ]


def test_no_rows_still_have_columns() -> None:
    found = ask("MATCH (n:A) WHERE n.n > 99 RETURN n.k AS k, count(*) AS c GROUP BY k")
    assert found["status"]["code"] == "02000"
    assert [each["gqlType"] for each in found["result"]["columns"]] == ["STRING", "INT64"]
    assert rows("MATCH (n:A) WHERE n.n > 99 RETURN count(*) AS c, sum(n.n) AS s") == [[0, None]]


def test_large_answers_are_cut() -> None:
    found = ask("MATCH (n:A) RETURN n.k AS k", most_bytes=30)
    assert len(found["result"]["data"]) == 2
    status = found["additionalStatuses"][0]
    assert status["diagnostics"]["_graphaneGqlStatus"]["value"] == "01M11"


def test_a_query_has_an_end() -> None:
    from peers.fabric.gql.problems import QueryTimeout

    with pytest.raises(QueryTimeout):
        answer(
            GRAPH,
            "MATCH (a), (b), (c), (d), (e), (f), (g), (h), (i), (j) RETURN count(*) AS n",
            seconds=0.05,
            most_bytes=1,
        )
