"""The model on its way between processes."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.provisioning.model import Column, EdgeTable, FabricGraph, NodeTable

texts = st.text(max_size=5)
kinds = st.sampled_from(["text", "integer", "float", "boolean", "timestamp"])
columns = st.builds(Column, texts, texts, kinds)
some = st.lists(columns, max_size=3).map(tuple)
nodes = st.builds(
    NodeTable, texts, texts, texts, st.lists(columns, min_size=1).map(tuple), st.integers(0)
)
edges = st.builds(EdgeTable, texts, texts, texts, texts, texts, some, st.integers(0))
graphs = st.builds(
    FabricGraph,
    texts,
    st.lists(nodes, max_size=3).map(tuple),
    st.lists(edges, max_size=3).map(tuple),
    st.dictionaries(texts, texts, max_size=3),
)


@given(graphs)
def test_there_and_back_as_json(graph: FabricGraph) -> None:
    assert FabricGraph.from_dict(json.loads(json.dumps(graph.as_dict()))) == graph


def column(name: str, of: str | None = None, kind: Any = "text") -> Column:
    return Column(name, of or name, kind)


def test_names_tells_what_was_renamed_only() -> None:
    site = NodeTable("Site", "Site", "s__Site", (column("Id"), column("a_b", "a b")), 1)
    link = NodeTable("a link", "a_link", "s__a_link", (column("Id"),), 1)
    back = EdgeTable("Site", "Site", "s__e", "Site", "a link", (column("x_y", "x y"),), 1)
    graph = FabricGraph("s", (site, link), (back,), {"a+.csv": "Files/scenarios/s/a_.csv"})
    assert graph.names() == {
        "vertices": {"a_link": "a link"},
        "properties": {"Site": {"a_b": "a b", "x_y": "x y"}},
        "files": {"Files/scenarios/s/a_.csv": "a+.csv"},
    }
    assert graph.node("a link") is link
    assert site.key.name == "Id"
    assert FabricGraph("s", (), (), {}).names() == {}
