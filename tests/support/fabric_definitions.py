"""Definitions written by hand from Microsoft's pages: airports that belong to countries."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from support.fabric_rest import FabricRest

Part = dict[str, str]

AIRPORTS = """code,city,runways,lat,country
AUS,Austin,2,30.19,US
LHR,London,2,51.47,UK
JFK,New York,4,40.63,US
"""
COUNTRIES = "code,name\nUS,United States\nUK,United Kingdom\n"
ROUTES = "source,target,km\nAUS,JFK,2435\nJFK,LHR,5540\nLHR,JFK,5540\n"

_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/graphIndex/definition"


def fill(rest: FabricRest, lakehouse: str) -> None:
    rest.table(lakehouse, "airport", AIRPORTS)
    rest.table(lakehouse, "country", COUNTRIES)
    rest.table(lakehouse, "route", ROUTES)


def graph_parts(workspace: str, lakehouse: str) -> list[Part]:
    documents: dict[str, Any] = {
        "graphType.json": {
            "nodeTypes": [
                _node(
                    "airport",
                    {"code": "STRING", "city": "STRING", "runways": "INT", "lat": "FLOAT"},
                ),
                _node("country", {"code": "STRING", "name": "STRING"}),
            ],
            "edgeTypes": [
                _edge("route", "airport", "airport", {"km": "INT"}),
                _edge("within", "airport", "country", {}),
            ],
        },
        "graphDefinition.json": {
            "nodeTables": [
                _node_table("airport", ["code", "city", "runways", "lat"]),
                _node_table("country", ["code", "name"]),
            ],
            "edgeTables": [
                _edge_table("route", "route", "source", "target", ["km"]),
                _edge_table("within", "airport", "code", "country", []),
            ],
        },
        "dataSources.json": {
            "dataSources": [
                {
                    "name": f"{table}_source",
                    "type": "DeltaTable",
                    "properties": {"path": _path(workspace, lakehouse, table)},
                }
                for table in ("airport", "country", "route")
            ]
        },
        "stylingConfiguration.json": {"modelLayout": {"positions": {}, "styles": {}}},
    }
    parts = []
    for name, document in documents.items():
        version = "1.1.0" if name == "dataSources.json" else "1.0.0"
        url = f"{_SCHEMAS}/{name.removesuffix('.json')}/{version}/schema.json"
        parts.append({"path": name, "text": json.dumps({"$schema": url} | document)})
    return parts


def _path(workspace: str, lakehouse: str, table: str) -> str:
    return f"abfss://{workspace}@onelake.dfs.fabric.microsoft.com/{lakehouse}/Tables/{table}"


def _node(label: str, properties: dict[str, str]) -> dict[str, Any]:
    return {
        "alias": f"{label}_nodeType",
        "labels": [label],
        "primaryKeyProperties": ["code"],
        "properties": [{"name": name, "type": type_} for name, type_ in properties.items()],
    }


def _edge(label: str, source: str, target: str, properties: dict[str, str]) -> dict[str, Any]:
    return {
        "alias": f"{label}_edgeType",
        "labels": [label],
        "sourceNodeType": {"alias": f"{source}_nodeType"},
        "destinationNodeType": {"alias": f"{target}_nodeType"},
        "properties": [{"name": name, "type": type_} for name, type_ in properties.items()],
    }


def _node_table(label: str, names: Sequence[str]) -> dict[str, Any]:
    return {
        "id": f"{label}_table",
        "nodeTypeAlias": f"{label}_nodeType",
        "dataSourceName": f"{label}_source",
        "propertyMappings": _mappings(names),
    }


def _edge_table(
    label: str, table: str, source: str, target: str, names: Sequence[str]
) -> dict[str, Any]:
    return {
        "id": f"{label}_table",
        "edgeTypeAlias": f"{label}_edgeType",
        "dataSourceName": f"{table}_source",
        "sourceNodeKeyColumns": [source],
        "destinationNodeKeyColumns": [target],
        "propertyMappings": _mappings(names),
    }


def _mappings(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"propertyName": name, "sourceColumn": name} for name in names]


def ontology_parts(workspace: str, lakehouse: str, name: str) -> list[Part]:
    url = f"https://onelake.dfs.fabric.microsoft.com/{workspace}/{lakehouse}"
    source = f"DirectLake - {name}"
    expression = (
        f"expression '{source}' =\n\t\tlet\n\t\t    Source = AzureStorage.DataLake(\"{url}\", "
        f"[HierarchicalNavigation=true])\n\t\tin\n\t\t    Source\n\tlineageTag: {_tag(source)}\n"
    )
    origin = (workspace, lakehouse, name)
    airport = {"code": "string", "city": "string", "country": "string"}
    texts = {
        "database.tmdl": "/// Airports.\ndatabase\n\tcompatibilityLevel: 1000000\n",
        "model.tmdl": "model Model\n\nref table airport\nref table country\n\n"
        "ref entity Airport\nref entity Country\n\nref namespace default\n",
        "namespaces/default.tmdl": "namespace default\n\tlineageTag: default\n",
        "expressions.tmdl": expression,
        "tables/airport.tmdl": _table("airport", airport, source, origin),
        "tables/country.tmdl": _table(
            "country", {"code": "string", "name": "string"}, source, origin
        ),
        "entities/Airport.tmdl": _entity("Airport", "airport", ["code", "city"]),
        "entities/Country.tmdl": _entity("Country", "country", ["code", "name"]),
        "relationships.tmdl": "relationship airport_country\n\tfromColumn: airport.country\n"
        "\ttoColumn: country.code\n",
        "entityRelationships.tmdl": "entityRelationship within\n\tlabel: within\n"
        f"\tlineageTag: {_tag('within')}\n\tfromEntity: Airport\n\ttoEntity: Country\n\n"
        "\tbackingConfiguration\n\t\trelationship: airport_country\n",
    }
    return [{"path": path, "text": text} for path, text in texts.items()]


def _table(name: str, columns: dict[str, str], source: str, origin: tuple[str, str, str]) -> str:
    lines = [f"table {name}", f"\tlineageTag: {_tag(name)}", ""]
    for column, type_ in columns.items():
        lines += [f"\tcolumn {column}", f"\t\tdataType: {type_}"]
        lines += ["\t\tisKey"] if column == "code" else []
        lines += [f"\t\tlineageTag: {_tag(name + column)}", f"\t\tsourceColumn: {column}", ""]
    lines += [f"\tpartition {name} = entity", "\t\tmode: directLake", "\t\tsource"]
    lines += [f"\t\t\tentityName: {name}", f"\t\t\texpressionSource: '{source}'", ""]
    words = ("ONT_WorkspaceId", "ONT_ItemId", "ONT_ItemName")
    lines += [
        f"\t\tannotation {word} = {value}\n" for word, value in zip(words, origin, strict=True)
    ]
    return "\n".join([*lines, "\t\tannotation ONT_ItemKind = Lakehouse", ""])


def _entity(name: str, table: str, properties: Sequence[str]) -> str:
    lines = [f"/// One {table}.", f"entity {name}", f"\tlineageTag: {_tag('entity' + name)}"]
    lines += [f"\tbackingTable: {table}", "\tkeyProperty: code", ""]
    for each in properties:
        lines += [f"\tproperty {each}", "\t\tdataType: string"]
        lines += [f"\t\tlineageTag: {_tag(name + '.' + each)}", "", "\t\tbackingConfiguration"]
        lines += [f"\t\t\tvalueColumn: {table}.{each}", ""]
    return "\n".join(lines)


def _tag(name: str) -> str:
    return str(uuid5(NAMESPACE_DNS, name))
