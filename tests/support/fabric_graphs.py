"""Graphs as Fabric gets them, of any names: what their definitions are tried with."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import duckdb
from hypothesis import strategies as st

from app.provisioning.model import FabricGraph
from app.provisioning.preparing import run
from app.provisioning.request import Preparation, PrepareRequest
from app.provisioning.tables import fabric_graph
from scenario_pack.archive import Limits
from scenario_pack.graph_tables import EdgeTable, PreparedGraph, VertexTable
from scenario_pack.schema import GraphSchema, VertexEntry
from scenario_pack.value_types import Column, ValueType
from support.packs import tarball

WORKSPACE = "11111111-2222-4333-8444-555555555555"
LAKEHOUSE = "66666666-7777-4888-9999-aaaaaaaaaaaa"

LONG = ["n" * 200, "N" * 199, "n" * 100, "ü" * 200]
"""Some are the same once they are shortened, or but for their case."""
RESERVED = ["source_key", "Target_Key", "type", "default", "Model", "ref", "DATE", "entity", "id"]
names = st.one_of(
    st.sampled_from(["A", "a", "A_b", "A b", "b", "_x", "1", "A B", "é'", "km/h", "a,b", " lead"]),
    st.sampled_from(["A", "a"]),
    st.sampled_from([*LONG, *RESERVED]),
    st.text(min_size=1, max_size=8),
    st.text("aA_ 1'.:=-\n\t", min_size=1, max_size=5),
)
kinds: st.SearchStrategy[ValueType] = st.sampled_from(
    ["text", "integer", "float", "boolean", "timestamp"]
)
scenarios = st.from_regex(r"[a-z0-9](-?[a-z0-9]){1,9}", fullmatch=True)


@st.composite
def graphs(draw: st.DrawFn) -> FabricGraph:
    properties = st.dictionaries(names, kinds, max_size=3)
    labels = draw(st.dictionaries(names, st.tuples(names, properties), min_size=1, max_size=5))
    of_edges_too = st.one_of(names, st.sampled_from(sorted(labels)), st.sampled_from(["r", "R"]))
    ends = st.tuples(of_edges_too, st.sampled_from(sorted(labels)), st.sampled_from(sorted(labels)))
    pairs = draw(st.lists(ends, max_size=6, unique=True))
    of_edges = {label: draw(properties) for label in sorted({label for label, _, _ in pairs})}
    vertices = [
        VertexTable(label, f"v{n}", [Column(key, "text"), *_columns(rest, key)], n)
        for n, (label, (key, rest)) in enumerate(labels.items())
    ]
    edges = [
        EdgeTable(label, source, target, f"e{n}", _columns(of_edges[label]), n)
        for n, (label, source, target) in enumerate(pairs)
    ]
    entries = [VertexEntry(label, f"{n}.csv", key, "", ()) for n, (label, (key, _)) in
               enumerate(labels.items())]  # fmt: skip
    prepared = PreparedGraph(cast("duckdb.DuckDBPyConnection", None), vertices, edges, 0, [])
    return fabric_graph(draw(scenarios), GraphSchema(tuple(entries), ()), prepared)


def _columns(properties: Mapping[str, ValueType], key: str | None = None) -> list[Column]:
    return [Column(name, kind) for name, kind in properties.items() if name != key]


def graph_of_pack(folder: Path, files: Mapping[str, bytes], scenario: str) -> FabricGraph:
    folder.mkdir(parents=True)
    archive = tarball(folder / "pack.tar.gz", dict(files))
    (folder / "work").mkdir()
    request = PrepareRequest(str(archive), str(folder / "work"), scenario, True, Limits())
    asked = json.loads(json.dumps(request.as_dict()))
    return Preparation.from_dict(run(asked, lambda *_: None)).graph


def reordered(graph: FabricGraph, rng: random.Random) -> FabricGraph:
    """Other orders of tables and columns; keys stay first."""
    nodes = [
        replace(n, columns=(n.key, *rng.sample(n.columns[1:], len(n.columns) - 1)))
        for n in graph.nodes
    ]
    edges = [replace(e, columns=tuple(rng.sample(e.columns, len(e.columns)))) for e in graph.edges]
    rng.shuffle(nodes)
    rng.shuffle(edges)
    return replace(graph, nodes=tuple(nodes), edges=tuple(edges))
