"""The definition of a scenario's ontology, generation 2: entities and how they are related.

A pure function of its arguments, whatever the order of tables: lineage tags are the same in each
run, since with others Fabric would take the objects for new ones. Source of the shapes: Fabric
item definitions, Ontology (TMDL).

An edge's table joins the tables of two node types, many to one each, and so backs their
relationship. A relationship of an entity with itself would need a second one between the same
two tables; neither that nor properties of relationships is documented, so both are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.provisioning.model import Column, EdgeTable, FabricGraph, NodeTable
from app.provisioning.names import SOURCE_KEY, TARGET_KEY, item_name, legal_names
from app.provisioning.ontology_tables import DATA_TYPES, OntologyTables, in_order, lineage
from app.provisioning.tmdl import TmdlObject, one_line, quoted, write
from scenario_pack.problems import PackWarning

_EXAMPLES = 20


def ontology_files(
    graph: FabricGraph,
    *,
    workspace_id: str,
    lakehouse_id: str,
    lakehouse_name: str,
    workspace_name: str = "",
    schema: str | None = None,
    bound_relationships: bool = True,
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Part → TMDL, and a `PackWarning` for each kind of thing that the ontology can't have.

    ``schema`` is the lakehouse's, if it has schemas. Relationships that are not bound are named
    without the tables which they are read from.
    """
    names = {"workspace_name": workspace_name, "lakehouse_name": lakehouse_name}
    ids = {"workspace_id": workspace_id, "lakehouse_id": lakehouse_id}
    tables = OntologyTables(graph.scenario, **ids, **names, schema=schema)
    parts = _parts(graph, tables, bound_relationships)
    files = {path: write(objects) for path, objects in parts.items() if objects}
    return files, [warning.as_dict() for warning in _warnings(graph)]


def _warnings(graph: FabricGraph) -> Iterable[PackWarning]:
    edges = sorted(graph.edges, key=lambda edge: edge.table)
    if to_itself := [edge for edge in edges if edge.source == edge.target]:
        detail = "edges between vertices of one label are in the graph model, not in the ontology"
        yield _left_out("ontology_self_relationship", detail, to_itself)
    if with_properties := [e for e in edges if e.source != e.target and e.columns]:
        detail = "properties of edges are in the graph model, not in the ontology"
        yield _left_out("ontology_edge_properties", detail, with_properties)


def _left_out(kind: str, detail: str, edges: Sequence[EdgeTable]) -> PackWarning:
    examples = [
        {"label": edge.label, "source": edge.source, "target": edge.target}
        for edge in edges[:_EXAMPLES]
    ]
    return PackWarning(kind, detail, count=len(edges), examples=examples)


def _parts(graph: FabricGraph, tables: OntologyTables, bound: bool) -> dict[str, list[TmdlObject]]:
    nodes = sorted(graph.nodes, key=lambda node: node.table)
    edges = sorted(graph.edges, key=lambda edge: edge.table)
    edges = [edge for edge in edges if edge.source != edge.target]
    names = _relationship_names(graph)
    return {
        "database.tmdl": [TmdlObject("database", fields={"compatibilityLevel": "1000000"})],
        "model.tmdl": [
            TmdlObject("model", "Model"),
            *(TmdlObject("ref table", node.table) for node in nodes),
            *(TmdlObject("ref table", edge.table) for edge in edges),
            *(TmdlObject("ref entity", node.node_type) for node in nodes),
            TmdlObject("ref namespace", "default"),
        ],
        "namespaces/default.tmdl": [
            TmdlObject("namespace", "default", fields={"lineageTag": "default"})
        ],
        "expressions.tmdl": [tables.expression()] if nodes else [],
        **{f"tables/{node.table}.tmdl": [tables.of_node(node)] for node in nodes},
        **{f"tables/{edge.table}.tmdl": [tables.of_edge(edge)] for edge in edges},
        "relationships.tmdl": [each for edge in edges if bound for each in _joins(graph, edge)],
        **{f"entities/{node.node_type}.tmdl": [_entity(graph, node)] for node in nodes},
        "entityRelationships.tmdl": [
            _relationship(graph, edge, names[edge.table], bound) for edge in edges
        ],
    }


def _relationship_names(graph: FabricGraph) -> Mapping[str, str]:
    """Table → name. A label may join several pairs of entities, and be called like an entity."""
    begin = f"{item_name(graph.scenario)}__"
    wanted = {edge.table: edge.table.removeprefix(begin) for edge in graph.edges}
    names = legal_names(wanted.values(), [node.node_type for node in graph.nodes])
    return {table: names[name] for table, name in wanted.items()}


def _entity(graph: FabricGraph, node: NodeTable) -> TmdlObject:
    fields = {
        "lineageTag": lineage(graph.scenario, "entity", node.label),
        "backingTable": quoted(node.table),
        "keyProperty": quoted(node.key.name),
    }
    properties = [_property(graph, node, column) for column in in_order(node)]
    description = _original(node.node_type, node.label)
    return TmdlObject("entity", node.node_type, "", fields, properties, description)


def _property(graph: FabricGraph, node: NodeTable, column: Column) -> TmdlObject:
    fields = {
        "dataType": DATA_TYPES[column.type],
        "lineageTag": lineage(graph.scenario, "property", node.label, column.property),
    }
    value = {"valueColumn": quoted(node.table, column.name)}
    backing = TmdlObject("backingConfiguration", fields=value)
    description = _original(column.name, column.property)
    return TmdlObject("property", column.name, "", fields, [backing], description)


def _joins(graph: FabricGraph, edge: EdgeTable) -> Iterable[TmdlObject]:
    """Of the edge's table with those of its ends, from many to one."""
    to_source, to_target = _join_names(edge)
    for name, column, label in (
        (to_source, SOURCE_KEY, edge.source),
        (to_target, TARGET_KEY, edge.target),
    ):
        node = graph.node(label)
        fields = {
            "fromColumn": quoted(edge.table, column),
            "toColumn": quoted(node.table, node.key.name),
        }
        yield TmdlObject("relationship", name, fields=fields)


def _relationship(graph: FabricGraph, edge: EdgeTable, name: str, bound: bool) -> TmdlObject:
    to_source, to_target = _join_names(edge)
    fields = {
        "label": quoted(edge.edge_type),
        "lineageTag": lineage(graph.scenario, "edges", edge.source, edge.label, edge.target),
        "fromEntity": quoted(graph.node(edge.source).node_type),
        "toEntity": quoted(graph.node(edge.target).node_type),
    }
    through = {
        "type": "table",
        "table": quoted(edge.table),
        "fromRelationship": quoted(to_source),
        "toRelationship": quoted(to_target),
    }
    backing = [TmdlObject("backingConfiguration", fields=through)] if bound else []
    description = _original(edge.edge_type, edge.label)
    return TmdlObject("entityRelationship", name, "", fields, backing, description)


def _join_names(edge: EdgeTable) -> tuple[str, str]:
    return f"{edge.table}_source", f"{edge.table}_target"


def _original(name: str, original: str) -> str:
    """The description of what is called otherwise in the pack."""
    return "" if name == original else one_line(f"{original} in the pack")
