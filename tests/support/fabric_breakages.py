"""One breakage for each rule that a definition must keep to, for any definition that keeps them.

A breakage takes the decoded parts by path and gives them broken. It raises NotBreakable where a
definition has nothing that could be broken so.
"""

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

Parts = dict[str, str]
Breakage = Callable[[Parts], Parts]
Definition = dict[str, Any]
"""As it is sent: format, and parts in base64."""


class NotBreakable(Exception):
    """There is nothing of the kind in this definition."""


def _json(path: str, change: Callable[[Any], object]) -> Breakage:
    def broken(parts: Parts) -> Parts:
        document = json.loads(parts[path])
        change(document)
        return parts | {path: json.dumps(document)}

    return broken


def _type(change: Callable[[Any], object]) -> Breakage:
    return _json("graphType.json", change)


def _table(change: Callable[[Any], object]) -> Breakage:
    return _json("graphDefinition.json", change)


def _source(change: Callable[[Any], object]) -> Breakage:
    return _json("dataSources.json", lambda document: change(document["dataSources"][0]))


def without(path: str) -> Breakage:
    return lambda parts: {name: text for name, text in parts.items() if name != path}


def _foreign_key(parts: Parts) -> Parts:
    """A number where the node's key is a text, or the other way round."""
    types = json.loads(parts["graphType.json"])
    document = json.loads(parts["graphDefinition.json"])
    keys = {}
    for node in types["nodeTypes"]:
        named = {each["name"]: each["type"] for each in node["properties"]}
        keys[node["alias"]] = named[node["primaryKeyProperties"][0]] == "STRING"
    edges = {each["alias"]: each for each in types["edgeTypes"]}
    for table in document["edgeTables"]:
        edge = edges[table["edgeTypeAlias"]]
        named = {each["name"]: each["type"] for each in edge["properties"]}
        for mapping in table["propertyMappings"]:
            is_text = named[mapping["propertyName"]] == "STRING"
            if is_text != keys[edge["sourceNodeType"]["alias"]]:
                table["sourceNodeKeyColumns"] = [mapping["sourceColumn"]]
                return parts | {"graphDefinition.json": json.dumps(document)}
    raise NotBreakable("No edge has a property of another type than its ends' keys")


def _second_type(document: Any) -> None:
    node, edge = document["nodeTypes"][0], document["edgeTypes"][0]
    name, type_ = node["properties"][0]["name"], node["properties"][0]["type"]
    edge["properties"].append({"name": name, "type": "STRING" if type_ != "STRING" else "BOOLEAN"})


def _other_column_type(document: Any) -> None:
    """Of a property that no other type has."""
    types = [*document["nodeTypes"], *document["edgeTypes"]]
    names = Counter(each["name"] for type_ in types for each in type_["properties"])
    for each in document["nodeTypes"][0]["properties"]:
        if names[each["name"]] == 1:
            each["type"] = "BOOLEAN" if each["type"] == "STRING" else "STRING"
            return
    raise NotBreakable("All properties are other types' as well")


GRAPH: Mapping[str, Breakage] = {
    "7.2.0-parts": without("stylingConfiguration.json"),
    "7.2.0-json": lambda parts: parts | {"graphDefinition.json": "[]"},
    "7.2.0-schema": _type(lambda d: d.update({"$schema": "https://example.com/schema.json"})),
    "7.2.0-node-alias": _type(lambda d: d["nodeTypes"].append(d["nodeTypes"][0])),
    "7.2.7-edge-alias": _type(lambda d: d["edgeTypes"].append(d["edgeTypes"][0])),
    "7.2.7-underscore": _type(lambda d: d["nodeTypes"][0].update(labels=["_x"])),
    "7.2.0-labels": _type(lambda d: d["nodeTypes"][0].update(labels=[])),
    "7.2.0-primary-key": _type(lambda d: d["nodeTypes"][0].update(primaryKeyProperties=["absent"])),
    "7.2.5-property-type": _type(lambda d: d["nodeTypes"][0]["properties"][0].update(type="TEXT")),
    "7.2.0-property-once": _type(
        lambda d: d["nodeTypes"][0]["properties"].append(d["nodeTypes"][0]["properties"][0])
    ),
    "7.2.7-same-type": _type(_second_type),
    "7.2.0-edge-ends": _type(lambda d: d["edgeTypes"][0]["sourceNodeType"].update(alias="absent")),
    "7.2.0-table-id": _table(lambda d: d["edgeTables"][0].update(id=d["nodeTables"][0]["id"])),
    "7.2.0-table-alias": _table(lambda d: d["nodeTables"][0].update(nodeTypeAlias="absent")),
    "7.2.0-data-source": _table(lambda d: d["nodeTables"][0].update(dataSourceName="absent")),
    "7.2.0-data-source-type": _source(lambda each: each.update(type="Csv")),
    "7.2.1-item-reference": _source(lambda each: each["properties"].update(referenceName="absent")),
    "7.2.1-path": _source(
        lambda each: each["properties"].update(path=each["properties"]["path"] + "_absent")
    ),
    "7.2.0-mapping": _table(
        lambda d: d["nodeTables"][0]["propertyMappings"].append(
            d["nodeTables"][0]["propertyMappings"][0] | {"propertyName": "absent"}
        )
    ),
    "7.2.0-column": _table(
        lambda d: d["nodeTables"][0]["propertyMappings"][0].update(sourceColumn="absent")
    ),
    "7.2.0-key-mapped": _table(lambda d: d["nodeTables"][0].update(propertyMappings=[])),
    "7.2.3-filter": _table(
        lambda d: d["nodeTables"][0].update(
            filter={"operator": "Like", "columnName": "absent", "value": 1}
        )
    ),
    "7.2.2-edge-keys": _table(
        lambda d: d["edgeTables"][0]["sourceNodeKeyColumns"].append(
            d["edgeTables"][0]["sourceNodeKeyColumns"][0]
        )
    ),
    "7.2.4-edge-key-order": _foreign_key,
    "7.2.2-unknown-field": _table(lambda d: d["edgeTables"][0].update(sourceKeyColumns=["x"])),
    "4.3.3-column-type": _type(_other_column_type),
}


def _first_part(**changed: Any) -> Callable[[Definition], Definition]:
    def broken(definition: Definition) -> Definition:
        first, *others = definition["parts"]
        return definition | {"parts": [first | changed, *others]}

    return broken


def _another_platform(definition: Definition) -> Definition:
    about = json.dumps({"metadata": {"type": "Report"}, "config": {"version": "2.0"}})
    payload = base64.b64encode(about.encode()).decode()
    part = {"path": ".platform", "payload": payload, "payloadType": "InlineBase64"}
    return definition | {"parts": [*definition["parts"], part]}


ENVELOPE: Mapping[str, Callable[[Definition], Definition]] = {
    "3.3.0-parts": lambda d: d | {"parts": {part["path"]: part for part in d["parts"]}},
    "3.3.0-format": lambda d: d | {"format": "xml"},
    "3.3.0-path": _first_part(path="a\\b.json"),
    "3.3.0-path-once": lambda d: d | {"parts": [*d["parts"], d["parts"][0]]},
    "3.3.0-payload": _first_part(payload="~"),
    "3.3.0-payload-type": _first_part(payloadType="Inline"),
    "3.3.0-platform": _another_platform,
}
