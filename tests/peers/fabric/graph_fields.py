"""The fields that a graph model's parts have; Fabric passes over others without a word."""

from collections.abc import Iterator, Mapping
from typing import Any

from peers.fabric.rules import Breach, of_graph

_unknown = of_graph(
    "7.2.2-unknown-field", "fields are known ones, not misspelt", guess=False, silent=True
)

_TABLE = {"id", "dataSourceName", "propertyMappings", "propertyMappings.propertyName"} | {
    *("propertyMappings.sourceColumn", "filter"),
}
_KNOWN: Mapping[str, Mapping[str, set[str]]] = {
    "graphType.json": {
        "nodeTypes": {"alias", "labels", "primaryKeyProperties", "properties"}
        | {"properties.name", "properties.type", "additionalKeyProperties"},
        "edgeTypes": {"alias", "labels", "properties", "properties.name", "properties.type"}
        | {"sourceNodeType", "sourceNodeType.alias", "additionalKeyProperties"}
        | {"destinationNodeType", "destinationNodeType.alias"},
    },
    "graphDefinition.json": {
        "nodeTables": {"nodeTypeAlias", *_TABLE},
        "edgeTables": {"edgeTypeAlias", "sourceNodeKeyColumns", "destinationNodeKeyColumns"}
        | {"edgeIdMapping", *_TABLE},
    },
    "dataSources.json": {
        "itemReferences": {"name", "item", "item.workspaceId", "item.itemId"},
        "dataSources": {"name", "type", "properties", "properties.path"}
        | {"properties.referenceName"},
    },
    "stylingConfiguration.json": {
        "modelLayout": {"positions", "styles", "pan", "zoomLevel", "scenario", "visualFormat"},
        "scenario": set(),
        "visualFormat": set(),
    },
}
"""By part and by what stands at its top; the last two are of graphs that ontologies make."""
_FREE = {"filter", "positions", "styles", "pan", "edgeIdMapping"}


def about(documents: Mapping[str, Any]) -> Iterator[Breach]:
    for part, known in _KNOWN.items():
        for top, value in documents[part].items():
            if top == "$schema":
                continue
            if top not in known:
                yield _unknown(f"{part} has a field {top}")
                continue
            for field in sorted(set(_fields(value)) - known[top]):
                yield _unknown(f"{part} has a field {top}.{field}")


def _fields(value: Any, above: str = "") -> Iterator[str]:
    """With dots between those within each other."""
    if isinstance(value, list):
        for each in value:
            yield from _fields(each, above)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield above + name
            if name not in _FREE:
                yield from _fields(inner, f"{above}{name}.")
