"""Definitions of graph model and ontology keep to every rule, whatever the pack."""

import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deltalake import write_deltalake
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from peers.fabric import (
    definitions,
    graph_model,
    graph_rules,
    ontology_model,
    ontology_rules,
    ontology_sources,
)
from peers.fabric.settings import Settings
from peers.fabric.tenant import Item, Tenant
from pyarrow import schema as arrow_schema

from app.provisioning.graph_model import graph_model_files
from app.provisioning.model import FabricGraph, NodeTable
from app.provisioning.ontology import ontology_files
from app.provisioning.ontology_counts import OntologyCounts, count_ontology
from app.provisioning.parquet import ARROW_TYPES
from fabric_client import definition_parts
from support import fabric_graph_rules, fabric_ontology_rules
from support.fabric_graphs import LAKEHOUSE, WORKSPACE, graph_of_pack, graphs, reordered
from support.packs import of_slot, random_pack

ROOT = Path(__file__).parents[3]
PACKS = {"air-routes": ROOT / "tests/packs/air-routes", "metro": ROOT / "samples/metro-fibre"}
Files = dict[str, str]
TAGS = {
    "entities/Airport.tmdl": "abf275c6-5bd7-52f9-87c3-fc0473f02aa1",
    "entityRelationships.tmdl": "cf1c139c-cf00-5ded-a38a-474de07a0041",
    "expressions.tmdl": "dbaa4d70-72f4-5bec-9e56-609f08e964ff",
    "tables/air_routes__Airport.tmdl": "885a33ef-4219-51c8-8bd5-657caba340f9",
}


def model_of(graph: FabricGraph, **more: Any) -> Files:
    return graph_model_files(graph, workspace_id=WORKSPACE, lakehouse_id=LAKEHOUSE, **more)


def ontology_of(graph: FabricGraph, **more: Any) -> tuple[Files, list[dict[str, Any]]]:
    where = {"workspace_id": WORKSPACE, "lakehouse_id": LAKEHOUSE, "lakehouse_name": "Joe's lake"}
    return ontology_files(graph, **{**where, **more})


def _clash(names: Iterable[str]) -> bool:
    """Two become the same once what is not a letter or digit is an underscore."""
    found = list(names)
    return len({re.sub(r"\W", "_", name).casefold() for name in found}) < len(set(found))


def _types(graph: FabricGraph) -> set[tuple[str, str]]:
    return {(each.property, each.type) for table in graph.tables for each in table.columns}


TRAITS: dict[str, Callable[[FabricGraph], bool]] = {
    "a self-relationship": lambda g: any(e.source == e.target for e in g.edges),
    "two between the same labels": lambda g: (
        len({(e.source, e.target) for e in g.edges}) < len(g.edges)
    ),
    "a label of several pairs": lambda g: len({e.label for e in g.edges}) < len(g.edges),
    "a label of vertices and edges": lambda g: bool(
        {n.label for n in g.nodes} & {e.label for e in g.edges}
    ),
    "labels that clash once legal": lambda g: _clash(n.label for n in g.nodes),
    "labels that differ in case": lambda g: len({n.label.lower() for n in g.nodes}) < len(g.nodes),
    "edge labels that differ in case": lambda g: (
        len({e.label.lower() for e in g.edges}) < len({e.label for e in g.edges})
    ),
    "properties that clash once legal": lambda g: any(
        _clash(c.property for c in t.columns) for t in g.tables
    ),
    "a property of two types": lambda g: len({name for name, _ in _types(g)}) < len(_types(g)),
    "a reserved name": lambda g: any(
        c.property.lower() == "source_key" for e in g.edges for c in e.columns
    ),
    "a long label": lambda g: any(len(n.label) > 150 for n in g.nodes),
    "a long property": lambda g: any(len(c.property) > 150 for t in g.tables for c in t.columns),
    "an empty table of vertices": lambda g: any(n.rows == 0 for n in g.nodes),
    "an empty table of edges": lambda g: any(e.rows == 0 for e in g.edges),
    "every type": lambda g: len({kind for _, kind in _types(g)}) == 5,
    "no edges": lambda g: not g.edges,
}


@pytest.mark.parametrize("trait", TRAITS)
def test_the_graphs_tried_here_have(trait: str) -> None:
    """Raises NoSuchExample otherwise."""
    find(
        graphs(),
        TRAITS[trait],
        settings=settings(
            max_examples=3000, phases=[Phase.generate], derandomize=True, database=None
        ),
    )


@given(graphs())
def test_a_graph_model_keeps_to_the_rules(graph: FabricGraph) -> None:
    files = model_of(graph)
    assert fabric_graph_rules.broken_rules(files) == []
    found = json.loads(files["graphType.json"])
    assert {each["labels"][0] for each in found["nodeTypes"]} == {n.node_type for n in graph.nodes}
    labels = [each["labels"][0] for each in found["edgeTypes"]]
    assert sorted(labels) == sorted(edge.edge_type for edge in graph.edges)


@given(graphs())
def test_an_ontology_keeps_to_the_rules(graph: FabricGraph) -> None:
    files, warnings = ontology_of(graph, workspace_name="Work\nshop")
    assert fabric_ontology_rules.broken_rules(files) == []
    to_itself = [edge for edge in graph.edges if edge.source == edge.target]
    joined = len(graph.edges) - len(to_itself)
    entities = len(graph.nodes)
    assert count_ontology(files) == OntologyCounts(entities, entities, joined, joined)
    counts = {warning["kind"]: warning["count"] for warning in warnings}
    assert counts.get("ontology_self_relationship", 0) == len(to_itself)
    assert counts.get("ontology_edge_properties", 0) == sum(
        bool(edge.columns) for edge in graph.edges if edge.source != edge.target
    )


@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_tables_changes_nothing(graph: FabricGraph, rng: random.Random) -> None:
    other = reordered(graph, rng)
    assert model_of(other) == model_of(graph)
    assert ontology_of(other) == ontology_of(graph)


def test_tables_of_a_lakehouse_with_schemas(tmp_path: Path) -> None:
    graph = pack_graph("metro", tmp_path)
    files = model_of(graph, schema="dbo")
    assert fabric_graph_rules.broken_rules(files) == []
    paths = [
        each["properties"]["path"] for each in json.loads(files["dataSources.json"])["dataSources"]
    ]
    assert all("/Tables/dbo/" in path for path in paths)
    ontology, _ = ontology_of(graph, schema="dbo")
    assert fabric_ontology_rules.broken_rules(ontology) == []
    tables = [text for path, text in ontology.items() if path.startswith("tables/")]
    assert all("\n\t\t\tschemaName: dbo\n" in text for text in tables)
    assert not any("schemaName" in text for text in ontology_of(graph)[0].values())


@pytest.mark.parametrize(
    "size", [None, True, -1, 0, float("nan"), float("inf"), "12", [], {"size": 3}]
)
def test_sizes_come_from_the_styles(size: Any, tmp_path: Path) -> None:
    graph = pack_graph("metro", tmp_path)
    styles = {"node_types": {"Site": {"size": 16}, "Duct": {"size": size}, "Depot": "big"}}
    layout = json.loads(model_of(graph, styles=styles)["stylingConfiguration.json"])["modelLayout"]
    sizes = {alias: each["size"] for alias, each in layout["styles"].items()}
    assert (sizes["Site_nodeType"], sizes["Duct_nodeType"], sizes["Depot_nodeType"]) == (16, 30, 30)
    several: list[dict[str, Any]] = [{"node_types": []}, {"node_types": None}, {}]
    for odd in several:
        assert model_of(graph, styles=odd) == model_of(graph)


# what the stand-in for Fabric says of the same definitions


def pack_graph(name: str, work: Path) -> FabricGraph:
    home = PACKS[name]
    files = {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    }
    return graph_of_pack(work / name, of_slot(files, "graph"), name)


def breaches(graph: FabricGraph, directory: Path) -> list[str]:
    """Of both definitions, over Delta tables without rows."""
    tenant = Tenant(directory, Settings())
    tenant.add(Item(LAKEHOUSE, WORKSPACE, "Lakehouse", "Joe's lake"))
    home = tenant.onelake / WORKSPACE / LAKEHOUSE / "Tables"
    for table in graph.tables:
        is_node = isinstance(table, NodeTable)
        fields = {} if is_node else dict.fromkeys(["source_key", "target_key"], ARROW_TYPES["text"])
        fields |= {column.name: ARROW_TYPES[column.type] for column in table.columns}
        schema = arrow_schema(list(fields.items()))
        write_deltalake(home / table.table, schema.empty_table())
    model = _received(model_of(graph), "GraphModel")
    found = [*graph_rules.about_parts(model)]
    found += graph_rules.breaches(graph_model.read(model), tenant)
    files, _ = ontology_of(graph)
    ontology = ontology_model.read(_received(files, "Ontology"))
    assert len(ontology.entities) == len(graph.nodes)
    found += ontology_rules.breaches(ontology)
    found += ontology_sources.breaches(ontology, tenant)
    return [f"{each.rule.id}: {each.message}" for each in found]


def _received(files: Files, type_: str) -> list[definitions.Part]:
    """Raises Refusal for an envelope that is not right."""
    return definitions.read({"parts": definition_parts(files)}, type_, None)


@pytest.mark.parametrize("name", PACKS)
def test_fabric_takes_the_definitions_of(name: str, tmp_path: Path) -> None:
    graph = pack_graph(name, tmp_path)
    assert len(graph.nodes) > 2
    assert breaches(graph, tmp_path / "tenant") == []


@pytest.mark.parametrize("seed", range(5))
def test_fabric_takes_the_definitions_of_a_random_pack(seed: int, tmp_path: Path) -> None:
    files, _ = random_pack(seed, "odd")
    graph = graph_of_pack(tmp_path / "pack", of_slot(files, "graph"), "odd")
    assert breaches(graph, tmp_path / "tenant") == []


@given(graph=graphs())
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_fabric_takes_the_definitions_of_any_graph(
    graph: FabricGraph, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert breaches(graph, tmp_path_factory.mktemp("tenant")) == []


def test_lineage_tags_are_the_same_for_ever(tmp_path: Path) -> None:
    """With others Fabric would take the objects in people's workspaces for new ones."""
    files, _ = ontology_of(pack_graph("air-routes", tmp_path))
    assert {path: _tag(files[path]) for path in TAGS} == TAGS


def test_scenarios_have_tags_of_their_own(tmp_path: Path) -> None:
    graph = pack_graph("air-routes", tmp_path)
    other = replace(graph, scenario="b")
    assert _tag(ontology_of(other)[0]["entities/Airport.tmdl"]) != TAGS["entities/Airport.tmdl"]


def _tag(text: str) -> str:
    return text.partition("lineageTag: ")[2].partition("\n")[0]
