"""Names and scripts that a load into a Gremlin server is made of."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from graph_query_api.graphs.catalog import EdgeType, Pair, Property, VertexType
from graph_query_api.graphs.gremlin.client import GremlinAddress
from graph_query_api.graphs.gremlin.layout import (
    GremlinTarget,
    buckets_of,
    element_id,
    partition_of,
)
from graph_query_api.graphs.gremlin.names import MOST_BYTES, engine_names
from graph_query_api.graphs.gremlin.scripts import MOST_STEPS, Batch, Shape, Shapes, batches

NAMES = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.text("aA_ -sl1'\\$", max_size=6),
        st.sampled_from(["id", "label", "T", "ttl", "pk", "sl_n", "_n", "", "é" * 200, "x" * 256]),
    ),
    max_size=12,
    unique=True,
)
ADDRESS = GremlinAddress("ws://x/", "d", "g", "")
SHAPES = Shapes(GremlinTarget(ADDRESS, "cosmos", "pk"), "g1")
TINKERPOP = Shapes(GremlinTarget(ADDRESS, "tinkerpop", "pk"), "g1")


@given(NAMES)
def test_names_are_legal_unique_and_changed_only_where_they_must(names: list[str]) -> None:
    mapping = engine_names(names, "pk")
    assert list(mapping) == names
    assert len(set(mapping.values())) == len(names)
    for name in mapping.values():
        assert is_legal(name)
    for name in filter(is_legal, names):
        assert mapping[name] == name


def is_legal(name: str) -> bool:
    signs = all(sign in "_- " or unicodedata.category(sign)[0] in "LNM" for sign in name)
    ours = name.startswith(("_", "sl_")) or name in {"id", "label", "T", "ttl", "pk"}
    return bool(name) and signs and not ours and len(name.encode()) <= MOST_BYTES


def test_the_nearest_name() -> None:
    assert engine_names(["core.router", "core_router", "id", "_id", "sl_n", "नाम ü"], "pk") == {
        "core.router": "core_router_2",
        "core_router": "core_router",
        "id": "id_2",
        "_id": "-id",
        "sl_n": "sl-n",
        "नाम ü": "नाम ü",
    }


def properties(count: int) -> tuple[Property, ...]:
    return tuple(Property(f"p{n}", f"p{n}", "text") for n in range(count))


def vertex_shape(count: int, rows: int = 1_000) -> Shape:
    kind = VertexType("A", "A", properties(count), rows)
    return SHAPES.vertex(kind, [True] * count)


def elements(shape: Shape, count: int, value: str = "x") -> list[tuple[str, ...]]:
    return [(f"id{n}", *[value] * (len(shape.parameters) - 1)) for n in range(count)]


def test_a_script_keeps_to_the_limits_of_cosmos() -> None:
    for count in (0, 1, 8, 40, 200, 370):
        kind = EdgeType("e", "e", properties(count), (Pair("A", "A", 1_000),))
        for shape in (vertex_shape(count), SHAPES.edge(kind, 0, 1_000, [True] * count)):
            written = list(batches(shape, elements(shape, 77)))
            assert sum(len(each.elements) for each in written) == 77
            texts = {each.script for each in written}
            assert len(texts) <= 3
            for text in texts:
                assert len(re.findall(r"\w+\(", text)) <= MOST_STEPS + 3
    assert [vertex_shape(374).sizes, vertex_shape(375).sizes] == [(1,), ()]
    assert max(len(each.elements) for each in batches(vertex_shape(2), elements(shape, 77))) == 30


def test_long_values_go_in_less_at_once() -> None:
    shape = vertex_shape(1)
    sizes = [len(each.elements) for each in batches(shape, elements(shape, 30, "ü" * 400))]
    assert sum(sizes) == 30
    assert max(sizes) == 5
    assert all(each.size < 48 << 10 for each in batches(shape, elements(shape, 30, "ü" * 400)))
    assert len(list(batches(shape, elements(shape, 2, "x" * 60_000)))) == 2


def test_values_are_bound_and_never_written() -> None:
    shape = vertex_shape(2)
    strange = "'); g.V().drop(); ('${1+1}"
    batch = Batch(shape, elements(shape, 2, strange))
    assert strange not in batch.script
    assert set(re.findall(r"\b[iknyp]\d\w*\b", batch.script)) >= {"i0", "k1", "p1_1"}
    assert set(batch.bindings.values()) == {"g1", "id0", "id1", strange}
    script, bound = batch.finder()
    assert script == "g.V([k0, i0], [k1, i1]).has('sl_load', sl_load).id()"
    assert bound == {"sl_load": "g1", "i0": "id0", "i1": "id1", "k0": strange, "k1": strange}


def test_what_an_element_is_found_by_is_written_last() -> None:
    """Cosmos DB may end a script in the middle of an element."""
    kind = EdgeType("e", "e", properties(2), (Pair("A", "A", 9),))
    edge = SHAPES.edge(kind, 0, 9, [True, True])
    assert vertex_shape(2).each.endswith(".property('p1', p1_#).property('sl_load', sl_load)")
    assert edge.each.endswith(".property('sl_load', sl_load).property('sl_pair', sl_pair)")


def test_tinkerpop_takes_the_properties_that_are_present_as_a_map() -> None:
    kind = EdgeType("e", "e", properties(2), (Pair("A", "A", 9),))
    shape = TINKERPOP.edge(kind, 3, 9, [True, True])
    batch = Batch(shape, [("id0", "pk1", "a", "pk2", "b", 1, 2, 0, None, "x")])
    assert batch.script == (
        "g.addE('e').from(__.V(b0)).to(__.V(d0)).property(id, i0).property(m0).count()"
    )
    ours = {"sl_load": "g1", "sl_pair": 3, "sl_s": 1, "sl_t": 2, "sl_n": 0}
    assert batch.bindings == {
        "sl_load": "g1",
        "sl_pair": 3,
        "i0": "id0",
        "b0": "a",
        "d0": "b",
        "m0": {**ours, "p1": "x"},
    }


def test_ids_and_partitions_are_computed_from_the_row_alone() -> None:
    assert element_id("g1", "A:1") != element_id("g2", "A:1")
    assert re.fullmatch("[0-9a-f]{32}", element_id("g1", "A:/\\?#"))
    assert [buckets_of(n) for n in (0, 20_000, 20_001, 10**9)] == [1, 1, 2, 64]
    assert {partition_of("g1", str(n), 4) for n in range(100)} == {f"g1-{n}" for n in range(4)}
