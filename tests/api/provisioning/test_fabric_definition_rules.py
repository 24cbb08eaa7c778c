"""The rules that definitions are held to: each is broken by a breakage of its own."""

import re

import pytest

from app.provisioning.graph_model import graph_model_files
from app.provisioning.model import Column, EdgeTable, FabricGraph, NodeTable
from app.provisioning.ontology import ontology_files
from support import fabric_graph_rules, fabric_ontology_rules
from support.fabric_graphs import LAKEHOUSE, WORKSPACE

Breakage = tuple[str, str, str]
"""Part, what stands in it (regular expression, first place), what then stands there."""

ID, NAME, SIZE = (
    Column("Id", "Id", "text"),
    Column("Name", "Name", "text"),
    Column("N", "N", "integer"),
)
GRAPH = FabricGraph(
    "s",
    (
        NodeTable("A", "A", "s__A", (ID, NAME, SIZE), 1),
        NodeTable("B", "B", "s__B", (ID, NAME, SIZE), 1),
    ),
    (
        EdgeTable("r", "r", "s__A_r_B", "A", "B", (SIZE,), 1),
        EdgeTable("r", "r", "s__B_r_A", "B", "A", (), 1),
    ),
    {},
)

OF_GRAPHS: dict[str, Breakage] = {
    "7.2.0-parts": ("graphType", ".*", ""),
    "7.2.0-schema": ("dataSources", r"1\.1\.0", "1.0.0"),
    "7.2.0-node-alias": ("graphType", "B_nodeType", "A_nodeType"),
    "7.2.7-edge-alias": ("graphType", "s__B_r_A_edgeType", "s__A_r_B_edgeType"),
    "7.2.0-edge-once": (
        "graphType",
        '(.*)"B_nodeType"(.*)"A_nodeType"',
        r'\1"A_nodeType"\2"B_nodeType"',
    ),
    "7.2.7-underscore": ("graphType", '"A"', '"_A"'),
    "7.2.0-labels": ("graphType", '"A"', '"A", "B"'),
    "7.2.0-primary-key": ("graphType", r'Properties": \[\s*"Id"', 'Properties": ["No"'),
    "7.2.5-property-type": ("graphType", "STRING", "TEXT"),
    "7.2.0-property-once": ("graphType", '"Name"', '"ID"'),
    "7.2.7-same-type": ("graphType", '"INT"', '"FLOAT"'),
    "7.2.0-edge-ends": ("graphType", r'Type": {\s*"alias": "A_', 'Type": {"alias": "C_'),
    "7.2.0-table-id": ("graphDefinition", '"id": "s__B"', '"id": "s__A"'),
    "7.2.0-table-alias": ("graphDefinition", "B_nodeType", "A_nodeType"),
    "7.2.0-data-source": ("dataSources", '"name": "s__B"', '"name": "s__C"'),
    "7.2.0-data-source-type": ("dataSources", "DeltaTable", "Table"),
    "7.2.1-path": ("dataSources", "/Tables/s__B", "/Tables/s__A"),
    "7.2.0-mapping": ("graphDefinition", '"propertyName": "Name"', '"propertyName": "N"'),
    "7.2.2-edge-keys": ("graphDefinition", '"target_key"', '"source_key"'),
    "7.2.0-styling": ("stylingConfiguration", '"y": 0', '"y": 0, "x": 200'),
}

A, B, JUNCTION = "entities/A", "entities/B", "tables/s__A_r_B"
LINKS, JOINS, TABLE = "entityRelationships", "relationships", "tables/s__A"
OF_ONTOLOGIES: dict[str, Breakage] = {
    "6.3.0-parts": ("model", ".*", ""),
    "6.3.0-tabs": (A, "\t", "    "),
    "6.3.0-blank-lines": (A, "\n\n", "\n\n\n"),
    "6.3.0-quoting": ("expressions", "'", ""),
    "6.3.0-order": (A, "(\tkeyProperty.*?\n)(.*)", r"\2\1"),
    "6.3.5-column-order": (TABLE, "(\t\tdataType.*?\n)(\t\tisKey\n)", r"\2\1"),
    "6.3.t2-compatibility": ("database", "1000000", "1601"),
    "6.3.t4-namespace": ("namespaces/default", "lineageTag: default", "lineageTag: other"),
    "6.3.t3-model-refs": ("model", "ref table s__A\n", ""),
    "6.3.0-lineage-tag": (A, "(lineageTag: .*?\n)(.*?)lineageTag: .*?\n", r"\1\2\1"),
    "6.3.7-column-type": (TABLE, "int64", "int"),
    "6.3.t6-source-column": (TABLE, "sourceColumn: N", "sourceColumn: M"),
    "6.3.t6-partition": (TABLE, "directLake", "import"),
    "6.3.4-annotations": (TABLE, "\t\tannotation ONT_ItemKind.*?\n\n", ""),
    "6.3.5-key-property": (A, "keyProperty: Id", "keyProperty: No"),
    "6.5.1-key-type": (A, "dataType: string", "dataType: double"),
    "6.3.t8-backing-table": (A, "backingTable: s__A", "backingTable: s__B"),
    "6.3.t8-value-column": (A, "s__A.Name", "s__B.Name"),
    "6.5.4-property-once": (A, "property Name", "property ID"),
    "6.5.4-same-type": (A, "int64", "double"),
    "6.3.t7-relationship-key": (JOINS, "s__A.Id", "s__A.Name"),
    "6.3.9-inactive": (JOINS, "s__B_r_A.source_key", "s__A_r_B.source_key"),
    "6.3.9-junction": (LINKS, "table: s__A_r_B", "table: s__A"),
    "6.3.14-self-relation": (LINKS, "toEntity: B", "toEntity: A"),
    "6.3.10-name-collision": (LINKS, "A_r_B", "b"),
}


def broken(files: dict[str, str], ending: str, breakage: Breakage) -> dict[str, str]:
    part, there, instead = breakage
    path = f"{part}{ending}"
    text, times = re.subn(there, instead, files[path], count=1, flags=re.DOTALL)
    assert times
    assert text != files[path]
    if not text:
        return {each: files[each] for each in files if each != path}
    return {**files, path: text}


def test_each_rule_has_its_breakage() -> None:
    assert set(OF_GRAPHS) == set(fabric_graph_rules.RULES)
    assert set(OF_ONTOLOGIES) == set(fabric_ontology_rules.RULES)


@pytest.mark.parametrize("rule", OF_GRAPHS)
def test_a_rule_of_graph_models(rule: str) -> None:
    files = graph_model_files(GRAPH, workspace_id=WORKSPACE, lakehouse_id=LAKEHOUSE)
    assert fabric_graph_rules.broken_rules(files) == []
    assert rule in fabric_graph_rules.broken_rules(broken(files, ".json", OF_GRAPHS[rule]))


@pytest.mark.parametrize("rule", OF_ONTOLOGIES)
def test_a_rule_of_ontologies(rule: str) -> None:
    files, _ = ontology_files(
        GRAPH, workspace_id=WORKSPACE, lakehouse_id=LAKEHOUSE, lakehouse_name="Joe's lake"
    )
    assert fabric_ontology_rules.broken_rules(files) == []
    assert rule in fabric_ontology_rules.broken_rules(broken(files, ".tmdl", OF_ONTOLOGIES[rule]))
