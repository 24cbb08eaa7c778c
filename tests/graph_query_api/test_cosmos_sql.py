"""Reading the subset of Cosmos SQL: what is taken means one thing, all else is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_query_api.errors import QueryNotSupported
from graph_query_api.stores.cosmos_sql import parse_query
from graph_query_api.stores.query import (
    And,
    Comparison,
    Condition,
    In,
    IsDefined,
    Not,
    Or,
    OrderBy,
    Query,
)
from support.store_suite import CONDITIONS

W = "SELECT * FROM c WHERE "


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("SELECT * FROM c", Query()),
        ("select * from things;", Query()),
        ("SELECT * FROM c ORDER BY c.a.b.c.d.e DESC", Query(None, OrderBy(tuple("abcde"), True))),
        ("SELECT * FROM c ORDER BY c.a ASC", Query(None, OrderBy(("a",)))),
        (W + "c.order = 'x'", Query(Comparison(("order",), "=", "x"))),
        (W + "c['odd name'].b = 1", Query(Comparison(("odd name", "b"), "=", 1))),
        (W + 'c["a"] = "it\'s"', Query(Comparison(("a",), "=", "it's"))),
        (W + r"c.a = 'a\'b\\c'", Query(Comparison(("a",), "=", "a'b\\c"))),
        (W + "1 < c.a", Query(Comparison(("a",), ">", 1))),
        (W + "c.a <> -1.5e3", Query(Comparison(("a",), "!=", -1500.0))),
        (W + "c.a != null OR c.a = TRUE", None),
        (W + "c.a IN (1, @x)", Query(In(("a",), (1, "value")))),
        (W + "c.a NOT IN (1)", Query(Not(In(("a",), (1,))))),
        (W + "NOT IS_DEFINED(c.a)", Query(Not(IsDefined(("a",))))),
        (W + "is_defined(c['a'])", Query(IsDefined(("a",)))),
        (
            W + "c.a = 1 AND c.b = 2 OR c.c = 3",
            Query(
                Or(
                    (
                        And((Comparison(("a",), "=", 1), Comparison(("b",), "=", 2))),
                        Comparison(("c",), "=", 3),
                    )
                )
            ),
        ),
    ],
)
def test_what_is_taken(text: str, query: Query | None) -> None:
    parsed = parse_query(text, {"@x": "value"})
    assert query is None or parsed == query


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FROM c",
        "SELECT",
        "SELECT 1",
        "SELECT c.a FROM c",
        "SELECT VALUE c FROM c",
        "SELECT TOP 1 * FROM c",
        "SELECT DISTINCT * FROM c",
        "SELECT * EXCEPT (a) FROM c",
        "SELECT * FROM c; SELECT * FROM c",
        "SELECT * FROM c; DROP TABLE c",
        "SELECT * FROM c UNION ALL SELECT * FROM c",
        "WITH a AS (SELECT 1) SELECT * FROM c",
        "SELECT * FROM c AS d",
        "SELECT * FROM `c`",
        "SELECT * FROM a.c",
        "SELECT * FROM c, d",
        "SELECT * FROM c JOIN t IN c.tags",
        "SELECT * FROM (SELECT * FROM c)",
        "SELECT * FROM c GROUP BY c.a",
        "SELECT * FROM c LIMIT 5",
        "SELECT * FROM c OFFSET 1 LIMIT 5",
        "SELECT * FROM c ORDER BY c.a, c.b",
        "SELECT * FROM c ORDER BY c.a NULLS LAST",
        "SELECT * FROM c ORDER BY 1",
        "SELECT * FROM c ORDER BY lower(c.a)",
        "SELECT * FROM c TABLESAMPLE SYSTEM (1 PERCENT)",
        W + "a = 1",
        W + "d.a = 1",
        W + "C.a = 1",
        W + "c = 1",
        W + "c.a",
        W + "true",
        W + "c.a = c.b",
        W + "c.a = 1 + 1",
        W + "c.a + 1 = 2",
        W + "c.a[0] = 1",
        W + "c.`a` = 1",
        W + "c.a = b'x'",
        W + "c.a = r'x'",
        W + "c.a = 'x' 'y'",
        W + "c.a = DATE '2026-01-01'",
        W + "c.a = 0x1F",
        W + "c.a = 1e999",
        W + "c.a = @unknown",
        W + "c.a = @@x",
        W + "c.a IS NULL",
        W + "c.a LIKE 'x'",
        W + "c.a BETWEEN 1 AND 2",
        W + "c.a IN ()",
        W + "c.a IN (SELECT * FROM c)",
        W + "c.a IN UNNEST([1])",
        W + "EXISTS(SELECT * FROM c)",
        W + "IS_DEFINED(1)",
        W + "IS_DEFINED(c.a, c.b)",
        W + "STARTSWITH(c.a, 'x')",
        W + "c['a\"b'] = 1",
        W + "c['a\\\\b'] = 1",
        W + "c.a = 'x",
        W + "(" * 800 + "c.a = 1" + ")" * 800,
        W + "NOT " * 900 + "c.a = 1",
        W + " AND ".join(["c.a = 1"] * 1000),
    ],
    ids=lambda text: text[:40],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(QueryNotSupported) as refusal:
        parse_query(text, {"x": 1})
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize("value", [[1], {}, float("nan"), float("inf"), "\ud800"], ids=repr)
def test_parameters_that_cannot_be_compared(value: Any) -> None:
    with pytest.raises(QueryNotSupported):
        parse_query(W + "c.a = @x", {"x": value})


def _text(condition: Condition, values: dict[str, Any]) -> str:
    def path(members: tuple[str, ...]) -> str:
        return "c" + "".join(f"[{json.dumps(each, ensure_ascii=False)}]" for each in members)

    def value(each: Any) -> str:
        name = f"p{len(values)}"
        values[name] = each
        return f"@{name}"

    match condition:
        case Comparison():
            return f"{path(condition.path)} {condition.operator} {value(condition.value)}"
        case In():
            return f"{path(condition.path)} IN ({', '.join(map(value, condition.values))})"
        case IsDefined():
            return f"IS_DEFINED({path(condition.path)})"
        case Not():
            return f"NOT ({_text(condition.term, values)})"
        case And() | Or():
            joint = " AND " if isinstance(condition, And) else " OR "
            return "(" + joint.join(f"({_text(term, values)})" for term in condition.terms) + ")"


def _flat(condition: Condition) -> Condition:
    """Without conjunctions of one term, and with nested ones of a kind merged, as text has them."""
    match condition:
        case Not():
            return Not(_flat(condition.term))
        case And() | Or():
            kind = type(condition)
            terms: list[Condition] = []
            for term in map(_flat, condition.terms):
                terms += term.terms if isinstance(term, kind) else [term]
            return kind(tuple(terms)) if len(terms) > 1 else terms[0]
        case _:
            return condition


@settings(max_examples=100)
@given(CONDITIONS)
def test_a_condition_written_out_is_read_back(condition: Condition) -> None:
    values: dict[str, Any] = {}
    parsed = parse_query(W + _text(condition, values), values)
    assert parsed.where is not None
    assert _flat(parsed.where) == _flat(condition)


@settings(max_examples=300)
@given(st.text(st.sampled_from(list("SELECTFROMWHERc.*=<>()'\"[]@ ;,-1\\\n")), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, f"SELECT * FROM c WHERE {text}", f"SELECT * FROM c {text}"):
        try:
            parse_query(whole, {})
        except QueryNotSupported:
            continue
