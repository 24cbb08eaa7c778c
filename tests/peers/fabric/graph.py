"""A graph in memory, filled from the Delta tables that its definition names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from peers.fabric import delta
from peers.fabric.graph_data_rules import MAX_STRING, too_long
from peers.fabric.graph_filter import columns_of, keeps
from peers.fabric.graph_model import TYPES, EdgeType, GraphTable, Model, NodeType
from peers.fabric.rules import refuse


class Node:
    __slots__ = ("incoming", "oid", "outgoing", "type", "values")

    def __init__(self, type_: NodeType, oid: int, values: dict[str, Any]) -> None:
        self.type = type_
        self.oid = oid
        self.values = values
        self.outgoing: list[Edge] = []
        self.incoming: list[Edge] = []


class Edge:
    __slots__ = ("oid", "source", "target", "type", "values")

    def __init__(
        self, type_: EdgeType, oid: int, source: Node, target: Node, values: dict[str, Any]
    ) -> None:
        self.type = type_
        self.oid = oid
        self.source = source
        self.target = target
        self.values = values


@dataclass
class Graph:
    node_types: Sequence[NodeType]
    edge_types: Sequence[EdgeType]
    nodes: dict[str, list[Node]] = field(default_factory=dict)
    """By alias."""
    edges: dict[str, list[Edge]] = field(default_factory=dict)

    @property
    def element_types(self) -> list[NodeType | EdgeType]:
        return [*self.node_types, *self.edge_types]

    @property
    def types(self) -> Mapping[str, str]:
        """The type of each property, in the words of queries."""
        return {
            name: TYPES[type_]
            for each in self.element_types
            for name, type_ in each.properties.items()
        }

    def queryable_type(self) -> dict[str, Any]:
        return {
            "nodeTypes": [
                {
                    "alias": each.alias,
                    "labels": list(each.labels),
                    "primaryKeyProperties": list(each.keys),
                    "properties": _properties(each.properties),
                }
                for each in self.node_types
            ],
            "edgeTypes": [
                {
                    "alias": each.alias,
                    "labels": list(each.labels),
                    "sourceNodeType": {"alias": each.source},
                    "destinationNodeType": {"alias": each.target},
                    "properties": _properties(each.properties),
                }
                for each in self.edge_types
            ],
        }


def load(model: Model, paths: Mapping[str, Path]) -> Graph:
    """Raises Refusal for data that the graph does not take. ``paths`` are the data sources'."""
    graph = Graph(model.node_types, model.edge_types)
    oids = count(1688849860263936)
    by_key: dict[str, dict[tuple[Any, ...], Node]] = {}
    for node_type in model.node_types:
        nodes = by_key[node_type.alias] = {}
        for table in model.node_tables:
            if table.alias == node_type.alias:
                _add_nodes(nodes, node_type, _rows(table, paths[table.source]), table, oids)
        graph.nodes[node_type.alias] = list(nodes.values())
    for edge_type in model.edge_types:
        edges = graph.edges[edge_type.alias] = []
        ends = (by_key[edge_type.source], by_key[edge_type.target])
        for table in model.edge_tables:
            if table.alias == edge_type.alias:
                rows = _rows(table, paths[table.source])
                edges += _edges(edge_type, rows, table, ends, oids)
    return graph


def _rows(table: GraphTable, path: Path) -> list[dict[str, Any]]:
    columns = [column for _, column in table.mappings]
    columns += [*table.source_keys, *table.target_keys]
    if table.filter is not None:
        columns += columns_of(table.filter)
    rows: list[dict[str, Any]] = delta.read(path, columns).to_pylist()
    if table.filter is not None:
        return [row for row in rows if keeps(table.filter, row)]
    return rows


def _add_nodes(
    nodes: dict[tuple[Any, ...], Node],
    type_: NodeType,
    rows: Sequence[Mapping[str, Any]],
    table: GraphTable,
    oids: "count[int]",
) -> None:
    """Rows without a key are passed over, and of equal keys the first row counts: guesses."""
    columns = dict(table.mappings)
    keys = [columns[key] for key in type_.keys]
    for row in rows:
        key = tuple(row[column] for column in keys)
        if None not in key and key not in nodes:
            nodes[key] = Node(type_, next(oids), _values(type_, row, table))


def _edges(
    type_: EdgeType,
    rows: Sequence[Mapping[str, Any]],
    table: GraphTable,
    ends: tuple[Mapping[tuple[Any, ...], Node], Mapping[tuple[Any, ...], Node]],
    oids: "count[int]",
) -> list[Edge]:
    """Rows with an end that is no node are passed over."""
    found = []
    for row in rows:
        source = ends[0].get(tuple(row[key] for key in table.source_keys))
        target = ends[1].get(tuple(row[key] for key in table.target_keys))
        if source is not None and target is not None:
            edge = Edge(type_, next(oids), source, target, _values(type_, row, table))
            source.outgoing.append(edge)
            target.incoming.append(edge)
            found.append(edge)
    return found


def _values(
    type_: NodeType | EdgeType, row: Mapping[str, Any], table: GraphTable
) -> dict[str, Any]:
    return {
        name: _converted(row[column], TYPES[type_.properties[name]])
        for name, column in table.mappings
    }


def _converted(value: Any, type_: str) -> Any:
    """What Delta holds, as the declared type; null where it is not one. Decimals read as null."""
    if value is None or isinstance(value, Decimal):
        return None
    if type_ == "STRING":
        return _string(value)
    if type_ == "ZONED DATETIME":
        return _moment(value)
    if type_ == "BOOL":
        return value if isinstance(value, bool) else None
    try:
        return int(value) if type_ == "INT64" else float(value)
    except (TypeError, ValueError):
        return None


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value.isoformat() if isinstance(value, date) else str(value)
    if len(text) > MAX_STRING // 4 and len(text.encode()) > MAX_STRING:
        refuse([too_long(f"A string has more than {MAX_STRING} bytes")])
    return text


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    return None


def _properties(properties: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": TYPES[type_]} for name, type_ in properties.items()]
