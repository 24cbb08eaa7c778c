import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_query_api.errors import QueryRefused
from graph_query_api.graphs.ladybug.cypher_filter import REFUSED, check

READING = [
    "MATCH (n) RETURN n LIMIT 10;",
    "  // first\n/* second */ match (n) return n",
    "OPTIONAL MATCH (n) RETURN n",
    "WITH 1 AS x UNWIND [x, 2] AS y RETURN y",
    "MATCH (n:Load) RETURN n.set",
    "MATCH (n:Load:Copy)-[:Merge|Drop*1..3]->(m {create: 1}) RETURN n.a.copy",
    "MATCH (copy:Airport) RETURN {load: 1, delete: 2}",
    'MATCH (n) WHERE n.`set` = \'LOAD FROM x\' RETURN "DELETE\\" CREATE" AS `drop`',
    "MATCH (n) WHERE n.name = $load RETURN nodes(n)[0].set",
    "MATCH (n) RETURN n.url = 'http://x/*y' // CREATE",
    "CALL show_tables() RETURN *",
    "MATCH (n) CALL TABLE_INFO('A') RETURN *",
    "MATCH (n:Reset) RETURN n.settings, n.loaded",
]

REFUSED_QUERIES = [
    "COPY (MATCH (n) RETURN n) TO '/tmp/x.csv'",
    "LOAD FROM '/etc/passwd' RETURN *",
    "LOAD/**/FROM rows RETURN *",
    "MATCH (n) LOAD FROM rows RETURN *",
    "WITH 1 AS x /* */ load\nFROM 'x' RETURN *",
    "MATCH (n) WHERE n.x > 1. LOAD FROM 'x' RETURN *",
    "MATCH (n)-[*1.. LOAD FROM 'x' RETURN *",
    "// hidden\nCOPY x TO 'y'",
    "MATCH (n) RETURN n; COPY (MATCH (n) RETURN n) TO 'x'",
    "RETURN 1;;RETURN 2",
    "RETURN ';' ; RETURN 1",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) SET n.x = 1",
    "MATCH (n) SET n:Load",
    "MERGE (n:A)",
    "CALL READ_CSV_SERIAL('x') RETURN *",
    "CALL `READ_CSV_SERIAL`('x') RETURN *",
    "CALL timeout=0",
    "CALL show_tables",
    "CALL/**/timeout = 0",
    "RETURN 'open",
    "RETURN `open",
    'RETURN "open\\"',
    "RETURN 1 /* open",
    "",
    " ; ",
    "'MATCH'",
    "RETURN 'a\0b'",
    "RETURN '\ud800'",
    f"RETURN '{'x' * 70_000}'",
]


@pytest.mark.parametrize("query", READING)
def test_reading_passes(query: str) -> None:
    check(query)


@pytest.mark.parametrize("query", REFUSED_QUERIES)
def test_all_else_is_refused(query: str) -> None:
    with pytest.raises(QueryRefused):
        check(query)


@pytest.mark.parametrize("word", sorted(REFUSED))
@pytest.mark.parametrize("before", ["", "MATCH (n) ", "/**/", "RETURN 1 AS x //\n"])
def test_no_forbidden_word_begins_a_clause(word: str, before: str) -> None:
    with pytest.raises(QueryRefused):
        check(f"{before}{word.capitalize()} x RETURN 1")


def test_the_message_says_what_was_found_and_what_helps() -> None:
    with pytest.raises(QueryRefused) as refused:
        check("MATCH (n) Delete n")
    assert str(refused.value) == (
        "Only reading is allowed here: MATCH, WITH, UNWIND, RETURN. This query has DELETE. "
        "If that is a name, write it in backticks: `Delete`."
    )


PIECES = st.sampled_from(
    ["'", '"', "`", "\\", "//", "/*", "*/", "\n", " ", ";", "LOAD", "FROM", "x", ".", ":", "(", "1"]
)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_what_passes_has_no_word_outside_quotes_where_a_clause_can_begin(text: str) -> None:
    """Against another way to read it: cut quotes and comments away first, then look."""
    query = f"RETURN {text}"
    try:
        check(query)
    except QueryRefused:
        return
    bare = _without_quotes(query)
    assert ";" not in bare.rstrip(" \n;")
    words = bare.replace("(", " ( ").replace("\n", " ").split(" ")
    assert "LOAD" not in words


def _without_quotes(text: str) -> str:
    kept, i = "", 0
    while i < len(text):
        if text.startswith("//", i):
            i = (text + "\n").index("\n", i)
        elif text.startswith("/*", i):
            i = text.index("*/", i + 2) + 2
            kept += " "
        elif text[i] in "'\"`":
            quote, i = text[i], i + 1
            while text[i] != quote:
                i += 2 if text[i] == "\\" and quote != "`" else 1
            i += 1
            kept += "Q"
        else:
            kept += text[i]
            i += 1
    return kept
