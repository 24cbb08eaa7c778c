"""A prepared graph as the tables that Fabric gets, with a name for all that it consists of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.provisioning.model import Column, EdgeTable, FabricGraph, NodeTable
from app.provisioning.names import file_paths, legal_names, property_names, table_names
from scenario_pack.value_types import ValueType

if TYPE_CHECKING:
    from scenario_pack import graph_tables
    from scenario_pack.graph_tables import PreparedGraph
    from scenario_pack.schema import GraphSchema

Properties = dict[str, ValueType]


def fabric_graph(scenario: str, schema: GraphSchema, prepared: PreparedGraph) -> FabricGraph:
    """Nodes and edges come in the order of what was prepared.

    A label's key is the id column of its first entry, which then holds the ids of all entries.
    """
    names = _Names(scenario, prepared)
    files = [entry.csv_file for entry in schema.vertices]
    files += [entry.csv_file for entry in schema.edges]
    return FabricGraph(
        scenario=scenario,
        nodes=tuple(names.node(table) for table in prepared.vertices),
        edges=tuple(names.edge(table) for table in prepared.edges),
        files=file_paths(scenario, files),
    )


class _Names:
    def __init__(self, scenario: str, prepared: PreparedGraph) -> None:
        vertices, edges = prepared.vertices, prepared.edges
        self._node_types = legal_names(table.label for table in vertices)
        self._edge_types = legal_names(table.label for table in edges)
        # a label of vertices and one of edges may have the same name, and properties of their own
        kinds = {f"vertices {table.label}": _kinds(table) for table in vertices}
        kinds |= {f"edges {table.label}": _kinds(table) for table in edges}
        self._properties = property_names(kinds)
        words = {_key(table.label): table.label for table in vertices}
        words |= {_key(*_parts(table)): "_".join(_parts(table)) for table in edges}
        self._tables = table_names(scenario, words)

    def node(self, table: graph_tables.VertexTable) -> NodeTable:
        return NodeTable(
            label=table.label,
            node_type=self._node_types[table.label],
            table=self._tables[_key(table.label)],
            columns=_columns(table, self._properties[f"vertices {table.label}"]),
            rows=table.rows,
        )

    def edge(self, table: graph_tables.EdgeTable) -> EdgeTable:
        return EdgeTable(
            label=table.label,
            edge_type=self._edge_types[table.label],
            table=self._tables[_key(*_parts(table))],
            source=table.source_label,
            target=table.target_label,
            columns=_columns(table, self._properties[f"edges {table.label}"]),
            rows=table.rows,
        )


def _kinds(table: graph_tables.VertexTable | graph_tables.EdgeTable) -> Properties:
    return {column.name: column.type for column in table.columns}


def _columns(
    table: graph_tables.VertexTable | graph_tables.EdgeTable, names: Mapping[str, str]
) -> tuple[Column, ...]:
    return tuple(Column(names[each.name], each.name, each.type) for each in table.columns)


def _parts(table: graph_tables.EdgeTable) -> tuple[str, str, str]:
    return table.source_label, table.label, table.target_label


def _key(*parts: str) -> str:
    """One text for the labels, whatever stands in them."""
    return json.dumps(parts)
