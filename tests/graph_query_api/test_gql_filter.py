"""What a caller's GQL may say, and where a limit is put behind it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_query_api.errors import QueryRefused
from graph_query_api.graphs.fabric.gql_filter import WRITING, bounded, check

READING = [
    "MATCH (n) RETURN n",
    "match (n) return n.name as name order by name desc limit 5;",
    "MATCH (n:Person)-[:knows]->(m) LET full = n.a || n.b\nORDER BY full ASC OFFSET 1 RETURN full",
    "MATCH (p:Person) FILTER WHERE p.born <= 2005 AND NOT p.name STARTS WITH 'A' RETURN *",
    "MATCH (p) WHERE p.ip IS NOT NULL OR p.x NOT IN [1, 2.5e-3] RETURN DISTINCT p.a, p.b LIMIT 9",
    "MATCH p = (:Company)<-[:workAt]-(:Person)-[:knows]-{1,3}(:Person) RETURN nodes(p) AS chain",
    "MATCH TRAIL (a)-[e:knows WHERE e.since > 3]->{,3}(b:City|Country&!Old) RETURN count(e) AS n",
    "MATCH ANY SHORTEST (a {id: 'x'})-[:r]->+(b) RETURN a.id",
    "MATCH ALL SHORTEST q = ACYCLIC (a)-[:r]->{1,4}(b) RETURN q",
    "MATCH path = (start:P {name: 'A'})-[:knows]->{1,3}(end:P) WHERE end.name = 'B' RETURN path",
    "MATCH (c) RETURN c.a AS a, count(*) AS n, avg(c.b) GROUP BY a ORDER BY n DESC NULLS LAST, a",
    "MATCH (a) OPTIONAL MATCH (a)-[:r]->(b) RETURN a.id, b.id",
    "MATCH (a) WHERE EXISTS { MATCH (a)-[:r]->(:B) } RETURN a.id",
    "MATCH (a) CALL { MATCH (a)-[:r]->(b) RETURN count(b) AS n } RETURN a.id, n",
    "MATCH (a) OPTIONAL CALL (a) { MATCH (a)-[:r]->(b) RETURN b } RETURN a.id",
    "MATCH (a) RETURN a.id AS id NEXT RETURN count(id) AS n",
    "MATCH (a) RETURN a.id AS id UNION ALL MATCH (b) RETURN b.id AS id",
    "MATCH (a) RETURN a.id AS id UNION DISTINCT MATCH (b) RETURN b.id AS id",
    "FOR x IN [1, 2] WITH OFFSET i RETURN x, i",
    "LET x = CAST('2020-01-01T00:00:00Z' AS ZONED DATETIME) RETURN x IS TYPED INT64 AS t",
    "MATCH (n) RETURN CASE n.x WHEN 1 THEN 'one' ELSE 'more' END AS words",
    "MATCH (n) RETURN COLLECT_LIST(DISTINCT n.x) AS xs, size(n.tags[0]) AS s",
    "MATCH (n) WHERE n.`set` = 1 RETURN n.`drop table` AS `insert`",
    "MATCH (n:INSERT|SET) WHERE n.delete = TRUE RETURN n.set",
    "MATCH (n {remove: 1, create: 'x'}) RETURN n.id",
    "MATCH (n) WHERE n.x = 'it''s \\' INSERT (:X)' RETURN n -- DELETE n\n LIMIT 3",
    'MATCH (n) // ; DROP GRAPH g\n /* SET n.x = 1; */ RETURN "a; ""INSERT" AS x',
    "MATCH (n) WHERE n.path = @'C:\\' RETURN n.id",
    "RETURN zoned_datetime() AS now",
]


@pytest.mark.parametrize("query", READING)
def test_reading_is_let_through(query: str) -> None:
    check(query)


WRITING_QUERIES = [
    ("INSERT (:Person {id: 1})", "begin with"),
    ("DROP GRAPH g", "begin with"),
    ("", "begin with"),
    ("-- nothing", "begin with"),
    ("MATCH (n) DELETE n", "has DELETE"),
    ("MATCH (n) DETACH DELETE n", "has DETACH"),
    ("MATCH (n) SET n.x = 1 RETURN n", "has SET"),
    ("match (n) where true insert (:X)", "has insert"),
    ("MATCH (n) WHERE n.x = 1 REMOVE n.x", "has REMOVE"),
    ("MATCH (n) WHERE n.x IS NULL INSERT (:X)", "has INSERT"),
    ("MATCH (n) ORDER BY n.x DESC INSERT (:X)", "has INSERT"),
    ("MATCH (n) LIMIT 5 INSERT (:X)", "has INSERT"),
    ("MATCH (trail) FILTER trail INSERT (:X)", "has INSERT"),
    ("MATCH (n) RETURN n NEXT INSERT (:X)", "has INSERT"),
    ("MATCH (n) RETURN n NEXT MERGE (:X)", "has MERGE"),
    ("MATCH (n) RETURN n NEXT vacuum (n)", "has vacuum"),
    ("MATCH (n) RETURN n UNION ALL vacuum (n)", "has vacuum"),
    ("MATCH (n) CALL { INSERT (:X) } RETURN n", "has INSERT"),
    ("MATCH (n) CALL { vacuum (:X) } RETURN n", "has vacuum"),
    ("MATCH (n) UPSERT (:X)", "has UPSERT"),
    ("MATCH (n) RETURN n.x y", "has y"),
    ("MATCH (n) RETURN * SET n.x = 1", "has SET"),
    ("MATCH (n)/**/SET n.x = 1", "has SET"),
    ("MATCH (n) WHERE n.x = 'a\\\\' SET n.x = 'b'", "has SET"),
    ("MATCH (n) WHERE n.x = @'a\\' SET n.x = 'b'", "has SET"),
    ("CALL drop_everything()", "takes a query in braces"),
    ("MATCH (n) CALL db.stop() RETURN n", "takes a query in braces"),
    ("MATCH (n) RETURN n; MATCH (m) RETURN m", "one query at a time"),
    ("MATCH (n) WHERE n.id = $id RETURN n", "no parameters"),
    ("MATCH (n) RETURN 'open", "never closed"),
    ("MATCH (n) RETURN `a\\` SET n.x = 1", "never closed"),
    ("MATCH (n) /* RETURN n", "never closed"),
    ("MATCH (n) RETURN '\0'", "no text"),
    ("MATCH (n) RETURN '" + "x" * 70_000 + "'", "longer than 64 KB"),
]


@pytest.mark.parametrize(("query", "words"), WRITING_QUERIES)
def test_everything_else_is_refused_in_words(query: str, words: str) -> None:
    with pytest.raises(QueryRefused, match=words):
        check(query)


@given(
    st.sampled_from(["RETURN n", "WHERE n.x = 1", "LIMIT 3", "ORDER BY n.x ASC", "WHERE TRUE"]),
    st.sampled_from(sorted(WRITING)),
    st.sampled_from([" ", "\n", "/* */", "--x\n", "//\n", "\t"]),
    st.booleans(),
)
def test_no_word_that_writes_gets_behind_anything(
    before: str, word: str, blank: str, capitals: bool
) -> None:
    word = word if capitals else word.lower()
    with pytest.raises(QueryRefused):
        check(f"MATCH (n) {before}{blank}{word}{blank}(:X)")


@given(st.text())
def test_any_text_is_let_through_or_refused(text: str) -> None:
    for query in (text, f"MATCH (n) {text}", f"MATCH (n) RETURN '{text}'"):
        with suppress(QueryRefused):
            bounded(query, check(query), 1)


@given(st.text())
def test_what_is_quoted_is_never_looked_at(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace("'", "''").replace("\0", "")
    if quoted.isascii():
        check(f"MATCH (n) WHERE n.x = '{quoted}' RETURN n.x")


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("MATCH (n) RETURN n.x", "MATCH (n) RETURN n.x\nLIMIT 7"),
        ("MATCH (n) RETURN n.x; -- end", "MATCH (n) RETURN n.x\nLIMIT 7"),
        ("MATCH (n) RETURN n.x -- end", "MATCH (n) RETURN n.x\nLIMIT 7"),
        ("MATCH (n) LIMIT 3 RETURN n.x", "MATCH (n) LIMIT 3 RETURN n.x\nLIMIT 7"),
        ("MATCH (n) RETURN n.limit", "MATCH (n) RETURN n.limit\nLIMIT 7"),
        ("MATCH (n) RETURN n.x OFFSET 2", "MATCH (n) RETURN n.x OFFSET 2\nLIMIT 7"),
        ("MATCH (n) RETURN n.x limit 900", "MATCH (n) RETURN n.x limit 900"),
        (
            "MATCH (a) CALL { MATCH (b) RETURN b LIMIT 1 } RETURN b.x",
            "MATCH (a) CALL { MATCH (b) RETURN b LIMIT 1 } RETURN b.x\nLIMIT 7",
        ),
        (
            "MATCH (a) RETURN a.x AS x UNION ALL MATCH (b) RETURN b.x AS x",
            "MATCH (a) RETURN a.x AS x UNION ALL MATCH (b) RETURN b.x AS x",
        ),
    ],
)
def test_a_limit_is_put_where_none_is(query: str, sent: str) -> None:
    assert bounded(query, check(query), 7) == sent
