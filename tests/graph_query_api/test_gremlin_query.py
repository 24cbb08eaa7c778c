"""What a caller's Gremlin may say, and what becomes of it before a server sees it.

``gremlin_queries.txt`` has the queries that are taken, each with its script, the values that
are bound but for the load and the limit (``@``: the graph's id for that public one), and the rows.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peers.gremlin.server.running import GremlinServer

from graph_query_api.errors import QueryRefused
from graph_query_api.graphs.gremlin.client import GremlinAddress, GremlinClient
from graph_query_api.graphs.gremlin.layout import element_id
from graph_query_api.graphs.gremlin.query.parser import GraphNames, emit, parse
from graph_query_api.graphs.gremlin.query.steps import STEPS
from graph_query_api.graphs.gremlin.query.syntax import PREDICATES, TEXT_PREDICATES
from graph_query_api.graphs.ids import edge_id, vertex_id

LOAD = "queries"
PROPERTIES = ("code", "city", "runways", "elev", "open", "since", "big", "x/y", "dist")
LABELS = ("airport", "route", "in/of", "land/mark")
NAMES = GraphNames(
    {name: name.replace("/", "_") for name in LABELS},
    {name: name.replace("/", "_") for name in PROPERTIES},
)
PARAMETERS = {"wanted": "AUS", "value": "DFW", "several": ["AUS", "LHR", "x"]}
Written = tuple[str, dict[str, Any]]


def written(query: str, names: GraphNames = NAMES, **parameters: Any) -> Written:
    return emit(
        parse(query),
        dialect="tinkerpop",
        partition_key="pk",
        generation=LOAD,
        parameters=parameters or PARAMETERS,
        names=names,
        limit=99,
    )


def _entries() -> list[list[str]]:
    text = Path(__file__).with_name("gremlin_queries.txt").read_text(encoding="utf-8")
    return [[line.strip() for line in entry.splitlines()] for entry in text.split("\n\n")]


def _with_ids(values: str) -> Any:
    return json.loads(
        re.sub(r'"@([^"]+)"', lambda found: json.dumps(element_id(LOAD, found[1])), values)
    )


@pytest.mark.parametrize(("query", "script", "values", "_rows"), _entries())
def test_reading_is_written_anew(query: str, script: str, values: str, _rows: str) -> None:
    bound = [LOAD, *_with_ids(values), 99]
    assert written(query) == (script, {f"b{n}": value for n, value in enumerate(bound)})


@pytest.mark.parametrize(
    ("query", "script"),
    [
        ("g.V() // of all\n  .count( /* them */ )\n;", ".count()"),
        ("g\n.V\n(\n)\n.count()", ".count()"),
        ("g.V().values('id')", ".values('id_2')"),
        ("g.V().has('id', 'x')", ".has('id_2', b1)"),
        ("g.V().project('id').by('id').order().by('id')", None),
        ("g.V().as('code').select('code')", ".as('code').select('code')"),
        ("g.V().valueMap().select('id')", ".valueMap('id_2').select('id_2')"),
    ],
)
def test_a_property_called_id_is_a_property_where_it_is_quoted(
    query: str, script: str | None
) -> None:
    names = GraphNames({}, {"id": "id_2"})
    script = script or ".project('id').by('id_2').order().by('id')"
    assert written(query, names)[0].startswith(f"g.V().has('sl_load', b0){script}.limit(")


def test_where_nothing_is_called_id_the_id_is_meant() -> None:
    script, _ = written("g.V().group().by('label').by(project('id').by('id').order().by('id'))")
    assert ".by(label).by(__.project('id').by(id).order().by('id'))" in script


def test_without_properties_none_are_shown() -> None:
    assert ".values('sl_none')" in written("g.V().values()", GraphNames({}, {}))[0]


def test_a_script_is_never_longer_than_cosmos_takes() -> None:
    wide = GraphNames({}, {f"p{number}": f"p{number}" for number in range(1_000)})
    with pytest.raises(QueryRefused, match="Written out"):
        written("g.V().valueMap()" + ".values()" * 10, wide)


def test_cosmos_has_other_words_for_order() -> None:
    query = "g.V().order().by('code', desc).order().by(Order.asc).order().by(id, incr)"
    script, _ = emit(
        parse(query),
        dialect="cosmos",
        partition_key="pk",
        generation=LOAD,
        parameters={},
        names=NAMES,
        limit=1,
    )
    assert ".by('code', decr).order().by(incr).order().by(id, incr)" in script


@pytest.mark.parametrize(
    ("value", "bound"),
    [(2**53, 2**53), (2**53 + 1, str(2**53 + 1)), (-(2**62), str(-(2**62))), (1.5, 1.5), ("", "")],
)
def test_integers_that_json_can_not_hold_are_text_as_in_the_graph(value: Any, bound: Any) -> None:
    assert written("g.V().has('code', given)", given=value)[1]["b1"] == bound
    assert written(f"g.V().has('code', {value!r})")[1]["b1"] == bound


REFUSED = [
    # what writes
    ("g.addV('airport')", "queries only read, so there is no addV"),
    ("g.V().addE('route').to(V())", "no addE"),
    ("g.V().property('code', 'x')", "no property"),
    ("g.V().drop()", "no drop"),
    ("g.V().union(__.addV('x'))", "no addV"),
    ("g.V().union(drop())", "no drop"),
    ("g.V().by(__.properties().drop())", "no drop"),
    ("g.mergeV(['code': 'x'])", "no mergeV"),
    ("g.V().coalesce(out(), mergeE())", "no mergeE"),
    ("g.tx()", "no tx"),
    # what reaches out, or runs code
    ("g.V().map{it}", "closures"),
    ("g.V().map({it.get()})", "closures"),
    ("g.V().filter{ System.exit(0) }", "closures"),
    ("g.V().sideEffect(drop())", "sideEffect may do more"),
    ("g.V().sideEffect(out())", "sideEffect may do more"),
    ("g.withSideEffect('x', []).V()", "withSideEffect may do more"),
    ("g.withComputer().V()", "withComputer may do more"),
    ("g.withStrategies(ReadOnlyStrategy).V()", "withStrategies may do more"),
    ("g.with('evaluationTimeout', 1).V()", "with may do more"),
    ("g.V().valueMap().with(WithOptions.tokens)", "with may do more"),
    ("g.io('/etc/passwd').read()", "io may do more"),
    ("g.call('--list')", "call may do more"),
    ("g.V().program(x)", "program may do more"),
    ("g.V().subgraph('x')", "subgraph may do more"),
    ("g.V().match(__.as('a').out())", r"where\(\) and select\(\)"),
    ("g.V().profile()", "without it"),
    ("g.V().iterate()", "throws the results away"),
    ("g.inject(System.exit(0))", "no methods"),
    ("g.inject(java.lang.Runtime.getRuntime())", "no methods"),
    ("g.inject(new Date())", "new is not taken"),
    ("g.inject(exit(0))", "there is no step exit"),
    ("g.inject(['a': 1])", "maps are not taken"),
    ("g.inject([[1]])", "lists hold values only"),
    ("g.inject([out()])", "lists hold values only"),
    ("System.exit(0)", "begins with g"),
    ("graph.addVertex()", "begins with g"),
    ("g", r"Line 1, column 2: .*too early"),
    ("", "begins with g"),
    ("g.out()", r"g.V\(\) or g.E\(\)"),
    ("g.V().getClass().forName('x')", "there is no step getClass"),
    ("g.V().'class'", "a step is missing before"),
    ("g.V().class", "there is no step class"),
    ("g.V().@graph", "a step is missing before @"),
    ("g.V()*.out()", "not computed"),
    ("g.V()?.out()", "not computed"),
    ("g.V().count", r"count needs its brackets: count\(\)"),
    ("g.V()[0]", "lists stand between"),
    ("g.V(); g.V().drop()", "one query at a time"),
    ("g.V();;x", "one query at a time"),
    ("x = g.V()", "begins with g"),
    ("g.V() == 1", "nothing can be assigned"),
    ("g.V().has('x', y = 1)", "nothing can be assigned"),
    ("g.V().toList().size()", "nothing can follow"),
    ("g.V().next(5)", r"limit\(\) before it"),
    ("g.V().out(g.V())", "Write __ here"),
    # texts
    ("g.V('a:' + 'b')", "not computed"),
    ("g.V().has('x', 'a'.toUpperCase())", "no methods"),
    ("g.V().has('x', (int) 5)", "casts"),
    ('g.V().has("x", "${System.exit(0)}")', "Use single quotes"),
    ('g.V().has("x", "$y")', "Use single quotes"),
    ("g.V().has('x', /a/)", "slashes"),
    ("g.V().has('x', ~'a')", "not computed"),
    ("g.V().has('x', $/a/$)", "parameter"),
    ("g.V().has('x', '''a''')", "not three"),
    ('g.V().has(\'x\', """a""")', "not three"),
    ("g.V().has('x', '\\u0027).drop()//')", r"\\u is not taken in text"),
    ("g.V().has('x', \\u0027a\\u0027)", "write the character itself"),
    ("g.V().has('x', '\\101')", "is not taken in text"),
    ("g.V().has('x', 'a\nb')", "opened here and not closed"),
    ("g.V().has('x', 'a", "opened here and not closed"),
    ("g.V() /* x", "opened here and not closed"),
    ("g.V().has('x', ‘a’)", "straight quotes"),
    ("g.V().has('x', `a`)", "straight quotes"),
    ("g.V('\0')", "no text can have"),
    ("g.V('\ud800')", "no text can have"),
    # names and ids
    ("g.V().has('sl_load', 'other')", "the store's own"),
    ("g.V().has('airport', 'sl_key', 'x')", "the store's own"),
    ("g.V().values('pk')", "the store's own"),
    ("g.V().order().by('sl_n')", "the store's own"),
    ("g.V().valueMap('code', 'sl_load')", "the store's own"),
    ("g.V().properties().hasKey('sl_load')", "the store's own"),
    ("g.V().as('sl_load')", "the store's own"),
    ("g.V().project('pk').by(id)", "the store's own"),
    ("g.V().valueMap().select('sl_key')", "the store's own"),
    ("g.V().where(eq('sl_x'))", "the store's own"),
    ("g.V().hasLabel('sl_x')", "the store's own"),
    ("g.V().values('_id')", "no name of the pack"),
    ("g.V().values('id')", "no element has the property id"),
    ("g.V().has('a\\'b', 1)", "can't be a name"),
    ("g.V().out('a\\\\')", "can't be a name"),
    ("g.V().hasLabel('')", "can't be a name"),
    ("g.V().as('x)')", "can't be a name"),
    (f"g.V().has('{'x' * 256}')", "can't be a name"),
    ("g.V().hasLabel(neq('a.b'))", "can't be a name"),
    ("g.V(5)", r"V does not take .* Write V\(id…\)"),
    ("g.V('AUS')", "Ids are label:key"),
    ("g.V(['pk', 'airport:AUS'])", "'pk' is no id"),
    ("g.V([])", "no id"),
    ("g.V().hasId(gt('a:b'))", "not compared by gt"),
    # arguments
    ("g.V().or().has('code', 'x')", "or does not take"),
    ("g.V().and().has('code', 'x')", "and does not take"),
    ("g.V().has('x', null)", "hasNot"),
    ("g.V().hasLable('x')", "Did you mean hasLabel"),
    ("g.V().hasid('x:y')", "Did you mean hasId"),
    ("g.V().has('x', withn(1))", "Did you mean within"),
    ("g.V().has('x', P.foo(1))", "P has no foo. It has: eq"),
    ("g.V().order().by('x', Order.down)", "Order has no down. It has: asc"),
    ("g.V().has('x', gt(1, 2))", "gt takes one value"),
    ("g.V().has('x', between(1))", "between takes two values"),
    ("g.V().has('x', gt(out()))", "gt takes one value"),
    ("g.V().has('x', gt(1).xor(gt(2)))", "behind a predicate"),
    ("g.V().has('x', TextP.containing(5))", "is text"),
    ("g.V().has('x', eq(several))", "one value is taken"),
    ("g.V().has('x', other)", "there is no parameter other"),
    ("g.V().has('x', 010)", "no number here"),
    ("g.V().has('x', 0x1F)", "no number here"),
    ("g.V().has('x', 1.5L)", "no number here"),
    ("g.V().has('x', 1e999)", "no number here"),
    ("g.V().has('x', 99999999999999999999)", "no number here"),
    (f"g.V().has('x', {'9' * 5000})", "no number here"),
    ("g.V().limit(1.5)", "a whole number is taken"),
    ("g.V().limit(wanted)", "a whole number is taken"),
    ("g.V().limit('5')", "limit does not take"),
    ("g.V().values('x').math('System.exit(0); x')", "a formula has"),
    ("g.V().repeat(out())", "this repeat has no end"),
    ("g.V().repeat(out()).emit().out()", "this repeat has no end"),
    ("g.V().repeat(out()).times(2).repeat(out())", "this repeat has no end"),
    ("g.V().repeat(out().repeat(out())).times(2)", "this repeat has no end"),
    ("g.V().repeat(out()).times(33)", "a whole number up to 32"),
    ("g.V().times(3)", "stands beside a repeat"),
    ("g.V().out(]", "a list ends here"),
    ("g.V().out('a',)", "an argument too few"),
    ("g.V().out('a' 'b')", ", is missing before 'b'"),
    ("g.V().out('a'", "too early"),
    ("g.V()\n  .out()\n  .drop()", r"^Line 3, column 4: "),
    # too much
    (f"g.V().where({'out(' * 5000}{')' * 5000})", "32 brackets deep"),
    (f"g.V().inject({'[' * 5000}", "32 brackets deep"),
    (f"g.V(){'.out()' * 1000}", "300 steps at most"),
    (f"g.V().has('x', gt(1){'.and(gt(1))' * 1000})", "joins 50 predicates"),
    (f"g.V().has('x', '{'x' * 100_000}')", "longer than 64 KB"),
    (f"g.V().has('x', within({','.join('1' * 2_000)}))", "2000 values at most"),
    (f"g.V().{'_'.join('x' * 200)}()", "there is no step x_x"),
    ("g..V()", "a step is missing before ."),
]


@pytest.mark.parametrize(("query", "words"), REFUSED, ids=[query[:60] for query, _ in REFUSED])
def test_everything_else_is_refused_in_words(query: str, words: str) -> None:
    with pytest.raises(QueryRefused, match=words):
        written(query)


@pytest.mark.parametrize(
    "value", [None, {}, {"a": 1}, [[1]], [None], 2**64, float("nan"), float("inf"), "\ud800"]
)
def test_parameters_are_what_a_graph_can_hold(value: Any) -> None:
    for query in ("g.V().has('x', given)", "g.V().has('x', within(given))", "g.inject([given])"):
        with pytest.raises(QueryRefused, match="parameter given must be"):
            written(query, given=value)


_PIECE = re.compile(r"'([^'\\\n]*)'|TextP\.|__\.|([A-Za-z]+)\(|(\w+)|[.,()\[\] ]")
_CALLED = {*STEPS, *PREDICATES, *TEXT_PREDICATES}
_WORDS = {
    *("g", "true", "false", "id", "label", "key", "value", "asc", "desc", "shuffle", "keys"),
    *("values", "local", "global", "first", "last", "all", "mixed", "any", "none"),
}


def check_safe(script: str, bound: Mapping[str, Any]) -> None:
    """Known steps, names between quotes, what is bound, and the load behind each start."""
    assert not _PIECE.sub("", script)
    for name, called, word in _PIECE.findall(script):
        assert all(sign in "_- " or unicodedata.category(sign)[0] in "LNM" for sign in name)
        assert not called or called in _CALLED
        assert not word or word in _WORDS or word in bound
    starts = len(re.findall(r"\.[VE]\(", script))
    assert starts == len(re.findall(r"\.[VE]\([^()]*\)\.has\('sl_load', b0\)", script))
    assert script.count("sl_load") == starts
    assert script.endswith(f".limit(b{len(bound) - 1})")
    assert bound["b0"] == LOAD


_FRAGMENTS = st.one_of(
    st.sampled_from(
        [
            *(
                "g.V()",
                ".V(",
                "__.V()",
                "V()",
                ".E()",
                "()",
                "(",
                ")",
                ".",
                ",",
                "[",
                "]",
                "-",
                ";",
            ),
            *(".out(", ".has(", "'code'", "'a:b'", '"x"', "'\\''", "5L", "1.5", "true", "wanted"),
            *(".or()", ".and(", ".not(", "not(", "gt(", "P.", "T.id", "id", "Order.desc", "desc"),
            *(
                ".repeat(",
                ".times(2)",
                ".until(",
                ".by(",
                ".union(",
                "__.",
                ".drop()",
                "{it}",
                "\\",
            ),
            *(
                ".values(",
                ".valueMap()",
                ".select(",
                "'sl_load'",
                "'pk'",
                ".next()",
                "//",
                "/*",
                "$",
            ),
        ]
    ),
    st.text(max_size=5),
)


@given(st.lists(_FRAGMENTS, max_size=12).map("".join), st.text(max_size=30))
@settings(max_examples=300)
def test_any_text_is_refused_or_written_safely(fragments: str, text: str) -> None:
    for query in (text, f"g.V(){fragments}", f"g.V().has('x', {text})", f"g.V().out('{text}')"):
        with suppress(QueryRefused):
            check_safe(*written(query))


_STEPS = st.sampled_from(
    [
        *("V()", "out('route')", "bothE()", "values()", "count()", "as('a')", "select('a', 'b')"),
        *("has('code', #)", "has('airport', 'code', #)", "has('code', within(#, [#, 'a'], #))"),
        *("is(gt(#).or(lt(#)))", "has('x/y', not(between(#, #)))", "constant([#, true])"),
        *("has('code', TextP.notContaining(#))", "inject(#, -5L, 1e3)", "limit(local, 3)"),
        *("order().by('code', desc)", "group().by(label).by(out().count())", "valueMap(true)"),
    ]
)
_AROUND = st.sampled_from(
    ["where(@)", "union(@, @)", "repeat(@).times(3)", "not(@)", "by(__.@)", "choose(@, @)"]
)


@st.composite
def _traversals(draw: st.DrawFn, depth: int = 3) -> str:
    steps = []
    for _ in range(draw(st.integers(1, 3))):
        step = draw(_AROUND if depth and draw(st.booleans()) else _STEPS)
        while "@" in step:
            step = step.replace("@", draw(_traversals(depth - 1)), 1)
        steps.append(step)
    return ".".join(steps)


def _with(query: str, values: list[str]) -> str:
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r"}
    texts = (f"'{''.join(escapes.get(sign, sign) for sign in value)}'" for value in values)
    return re.sub("#", lambda _: next(texts), query)


@given(_traversals(), st.data())
@settings(max_examples=100)
def test_the_script_is_the_same_whatever_the_values_are(query: str, data: st.DataObject) -> None:
    count = query.count("#")
    several = st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        min_size=count,
        max_size=count,
    )
    values = data.draw(several)
    script, bound = written(_with(f"g.V().{query}", values))
    check_safe(script, bound)
    rest = list(bound.values())
    for value in values:
        rest = rest[rest.index(value) + 1 :]
    assert written(_with(f"g.V().{query}", data.draw(several)))[0] == script
    again = script.replace(".has('sl_load', b0)", "").removesuffix(f".limit(b{len(bound) - 1})")
    assert written(again, **bound) == (script, bound)


VERTICES: list[tuple[str, str, dict[str, Any]]] = [
    (
        *("airport", "AUS"),
        {"city": "Austin", "runways": 2, "elev": 542.5, "open": True, "x_y": "q"}
        | {"since": "1999-05-23T00:00:00Z"},
    ),
    ("airport", "DFW", {"city": "Dallas", "runways": 7, "open": True, "big": str(2**53 + 1)}),
    (
        *("airport", "LHR"),
        {"city": "London", "runways": 2, "open": False, "since": "2008-03-14T00:00:00Z"},
    ),
    ("land/mark", "US", {}),
]
EDGES = [
    ("route", "airport:AUS", "airport:DFW", {"dist": 190}),
    ("route", "airport:DFW", "airport:AUS", {"dist": 190}),
    ("route", "airport:DFW", "airport:LHR", {"dist": 4736}),
    ("in/of", "land/mark:US", "airport:AUS", {}),
    ("in/of", "land/mark:US", "airport:DFW", {}),
]


async def _load(client: GremlinClient, load: str) -> None:
    for label, key, properties in VERTICES:
        more = {"sl_load": load, "sl_key": key, "pk": load, "code": key} | properties
        await _add(client, f"addV('{NAMES.labels[label]}')", load, vertex_id(label, key), more)
    for label, source, target, properties in EDGES:
        ends = {"s": element_id(load, source), "t": element_id(load, target)}
        script = f"V(s).addE('{NAMES.labels[label]}').to(__.V(t))"
        public = edge_id(label, source, target, 0)
        await _add(client, script, load, public, {"sl_load": load, **properties}, ends)


async def _add(
    client: GremlinClient,
    script: str,
    load: str,
    public_id: str,
    properties: Mapping[str, Any],
    ends: Mapping[str, str] | None = None,
) -> None:
    steps = "".join(f".property('{name}', v{n})" for n, name in enumerate(properties))
    bound = {f"v{n}": value for n, value in enumerate(properties.values())} | dict(ends or {})
    bound["i"] = element_id(load, public_id)
    await client.submit(f"g.{script}.property(id, i){steps}", bound)


async def test_a_server_answers_them_from_one_load(gremlin_server: GremlinServer) -> None:
    """Beside it lies another load of the same graph, and what other tests have left."""
    address = GremlinAddress(
        gremlin_server.endpoint,
        gremlin_server.database,
        gremlin_server.graph,
        gremlin_server.password,
    )
    async with GremlinClient(address, connections=1) as client:
        for load in (LOAD, "another load"):
            await _load(client, load)
        for query, _, _, rows in _entries():
            answer = await client.submit(*written(query))
            assert _any_order(answer.results) == _any_order(_with_ids(rows)), query
        answer = await client.submit(*written("g.V().order().by('code')"))
        assert [each["properties"]["sl_load"][0]["value"] for each in answer.results] == [LOAD] * 4


def _any_order(rows: list[Any]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)
