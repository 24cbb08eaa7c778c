"""A graph model's definition, read from its JSON parts. (Graph model definition.)

As Fabric does, it passes over fields that it does not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peers.fabric.definitions import Part, documents

PARTS = ("graphType.json", "graphDefinition.json", "dataSources.json", "stylingConfiguration.json")
TYPES = {
    "STRING": "STRING",
    "INT": "INT64",
    "INT64": "INT64",
    "FLOAT": "FLOAT64",
    "DOUBLE": "FLOAT64",
    "FLOAT64": "FLOAT64",
    "BOOLEAN": "BOOL",
    "BOOL": "BOOL",
    "DATETIME": "ZONED DATETIME",
    "ZONED DATETIME": "ZONED DATETIME",
}
"""The definition's words to those that queries report."""


@dataclass(frozen=True, slots=True)
class NodeType:
    alias: str
    labels: Sequence[str]
    keys: Sequence[str]
    properties: Mapping[str, str]
    names: Sequence[str]
    """Of the properties, as written: twice if they are there twice."""


@dataclass(frozen=True, slots=True)
class EdgeType:
    alias: str
    labels: Sequence[str]
    source: str
    target: str
    properties: Mapping[str, str]
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class GraphTable:
    id: str
    alias: str
    """Of the node or edge type that it fills."""
    source: str
    mappings: Sequence[tuple[str, str]]
    """Property, column."""
    filter: Mapping[str, Any] | None
    source_keys: Sequence[str] = ()
    target_keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DataSource:
    name: str
    type: str
    path: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Model:
    node_types: Sequence[NodeType]
    edge_types: Sequence[EdgeType]
    node_tables: Sequence[GraphTable]
    edge_tables: Sequence[GraphTable]
    sources: Sequence[DataSource]
    references: Mapping[str, tuple[str, str]]
    documents: Mapping[str, Any] = field(default_factory=dict)
    """The parts as they are."""

    @property
    def types(self) -> list[NodeType | EdgeType]:
        return [*self.node_types, *self.edge_types]


def read(parts: Sequence[Part]) -> Model:
    """Raises Refusal, or KeyError, TypeError and their like where fields are missing."""
    found = documents([part for part in parts if part["path"] in PARTS])
    types, tables, data, _styling = (found[name] for name in PARTS)
    return Model(
        [_node_type(each) for each in types.get("nodeTypes") or []],
        [_edge_type(each) for each in types.get("edgeTypes") or []],
        [_table(each, "nodeTypeAlias") for each in tables.get("nodeTables") or []],
        [_table(each, "edgeTypeAlias") for each in tables.get("edgeTables") or []],
        [_source(each) for each in data.get("dataSources") or []],
        {
            each["name"]: (each["item"]["workspaceId"], each["item"]["itemId"])
            for each in data.get("itemReferences") or []
        },
        {name: found[name] for name in PARTS},
    )


def _node_type(raw: Mapping[str, Any]) -> NodeType:
    properties = raw.get("properties") or []
    return NodeType(
        raw["alias"],
        raw.get("labels") or [],
        raw.get("primaryKeyProperties") or [],
        {each["name"]: each["type"] for each in properties},
        [each["name"] for each in properties],
    )


def _edge_type(raw: Mapping[str, Any]) -> EdgeType:
    properties = raw.get("properties") or []
    return EdgeType(
        raw["alias"],
        raw.get("labels") or [],
        raw["sourceNodeType"]["alias"],
        raw["destinationNodeType"]["alias"],
        {each["name"]: each["type"] for each in properties},
        [each["name"] for each in properties],
    )


def _table(raw: Mapping[str, Any], alias: str) -> GraphTable:
    mappings = raw.get("propertyMappings") or []
    return GraphTable(
        raw["id"],
        raw[alias],
        raw["dataSourceName"],
        [(each["propertyName"], each["sourceColumn"]) for each in mappings],
        raw.get("filter"),
        raw.get("sourceNodeKeyColumns") or [],
        raw.get("destinationNodeKeyColumns") or [],
    )


def _source(raw: Mapping[str, Any]) -> DataSource:
    properties = raw["properties"]
    return DataSource(raw["name"], raw["type"], properties["path"], properties.get("referenceName"))
