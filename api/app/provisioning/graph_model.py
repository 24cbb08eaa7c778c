"""The definition of a scenario's graph model: a node type a label, an edge type a table of edges.

A pure function of its arguments, whatever the order of tables, so that the same pack gives the
same ids again. Source of the shapes: Fabric item definitions, GraphModel.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from app.provisioning.model import Column, EdgeTable, FabricGraph, NodeTable
from app.provisioning.names import SOURCE_KEY, TARGET_KEY
from scenario_pack.value_types import ValueType

Json = dict[str, Any]

_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/graphIndex/definition"
_VERSIONS = {"dataSources": "1.1.0"}
_TYPES: Mapping[ValueType, str] = {
    "text": "STRING",
    "integer": "INT",
    "float": "FLOAT",
    "boolean": "BOOLEAN",
    "timestamp": "DATETIME",
}
_SIZE = 30
_APART = 200


def graph_model_files(
    graph: FabricGraph,
    *,
    workspace_id: str,
    lakehouse_id: str,
    schema: str | None = None,
    styles: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Part → JSON. ``schema`` is the lakehouse's, if it has schemas; ``styles`` the manifest's
    ``graph_styles``, from which sizes are taken.
    """
    nodes = sorted(graph.nodes, key=lambda node: node.table)
    edges = sorted(graph.edges, key=lambda edge: edge.table)
    aliases = {node.label: node_alias(node) for node in nodes}
    tables = f"abfss://{workspace_id}@onelake.dfs.fabric.microsoft.com/{lakehouse_id}/Tables"
    home = f"{tables}/{schema}" if schema else tables
    return dict(
        [
            _part(
                "graphType",
                nodeTypes=[_node_type(node) for node in nodes],
                edgeTypes=[_edge_type(edge, aliases) for edge in edges],
            ),
            _part(
                "graphDefinition",
                nodeTables=[_node_table(node) for node in nodes],
                edgeTables=[_edge_table(edge) for edge in edges],
            ),
            _part(
                "dataSources",
                dataSources=[
                    _data_source(name, home) for name in sorted(each.table for each in graph.tables)
                ],
            ),
            _part("stylingConfiguration", modelLayout=_layout(nodes, edges, styles or {})),
        ]
    )


def node_alias(node: NodeTable) -> str:
    return f"{node.node_type}_nodeType"


def edge_alias(edge: EdgeTable) -> str:
    """Of the table, since a label may join several pairs of node types."""
    return f"{edge.table}_edgeType"


def _part(name: str, **content: Any) -> tuple[str, str]:
    schema = f"{_SCHEMAS}/{name}/{_VERSIONS.get(name, '1.0.0')}/schema.json"
    return f"{name}.json", json.dumps({"$schema": schema, **content}, indent=2)


def _node_type(node: NodeTable) -> Json:
    return {
        "alias": node_alias(node),
        "labels": [node.node_type],
        "primaryKeyProperties": [node.key.name],
        "properties": [_property(column) for column in _columns(node)],
    }


def _edge_type(edge: EdgeTable, aliases: Mapping[str, str]) -> Json:
    return {
        "alias": edge_alias(edge),
        "labels": [edge.edge_type],
        "sourceNodeType": {"alias": aliases[edge.source]},
        "destinationNodeType": {"alias": aliases[edge.target]},
        "properties": [_property(column) for column in _columns(edge)],
    }


def _node_table(node: NodeTable) -> Json:
    return {
        "id": node.table,
        "nodeTypeAlias": node_alias(node),
        "dataSourceName": node.table,
        "propertyMappings": _mappings(node),
    }


def _edge_table(edge: EdgeTable) -> Json:
    return {
        "id": edge.table,
        "edgeTypeAlias": edge_alias(edge),
        "dataSourceName": edge.table,
        "sourceNodeKeyColumns": [SOURCE_KEY],
        "destinationNodeKeyColumns": [TARGET_KEY],
        "propertyMappings": _mappings(edge),
    }


def _columns(table: NodeTable | EdgeTable) -> Iterable[Column]:
    return sorted(table.columns, key=lambda column: column.name)


def _property(column: Column) -> Json:
    return {"name": column.name, "type": _TYPES[column.type]}


def _mappings(table: NodeTable | EdgeTable) -> list[Json]:
    return [{"propertyName": each.name, "sourceColumn": each.name} for each in _columns(table)]


def _data_source(table: str, home: str) -> Json:
    return {"name": table, "type": "DeltaTable", "properties": {"path": f"{home}/{table}"}}


def _layout(nodes: list[NodeTable], edges: list[EdgeTable], styles: Mapping[str, Any]) -> Json:
    """Node types stand on a square grid; those without a size of their own get the usual one."""
    side = math.ceil(math.sqrt(len(nodes)))
    places = {node_alias(node): divmod(number, side) for number, node in enumerate(nodes)}
    sizes = {node_alias(node): _size(styles, node.label) for node in nodes}
    sizes |= {edge_alias(edge): _SIZE for edge in edges}
    return {
        "positions": {
            alias: {"x": _APART * column, "y": _APART * row}
            for alias, (row, column) in places.items()
        },
        "styles": {alias: {"size": size} for alias, size in sizes.items()},
        "pan": {"x": 0, "y": 0},
        "zoomLevel": 1,
    }


def _size(styles: Mapping[str, Any], label: str) -> float:
    """Manifests are free in what they say of styles."""
    found: Any = styles
    for key in ("node_types", label, "size"):
        found = found.get(key) if isinstance(found, Mapping) else None
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return found if is_number and 0 < found < math.inf else _SIZE
