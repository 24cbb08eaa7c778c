"""One breakage for each rule that a definition must keep to, for any definition that keeps them.

A breakage takes the decoded parts by path and gives them broken. It raises NotBreakable where a
definition has nothing that could be broken so.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Parts = dict[str, str]
Breakage = Callable[[Parts], Parts]


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


def _without(path: str) -> Breakage:
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


GRAPH: Mapping[str, Breakage] = {
    "7.2.0-parts": _without("stylingConfiguration.json"),
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
        lambda d: d["nodeTables"][0]["propertyMappings"][0].update(propertyName="absent")
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
}


def _text(path: str, pattern: str, instead: str) -> Breakage:
    """In the first part whose path begins so and whose text has the pattern."""

    def broken(parts: Parts) -> Parts:
        for name, text in parts.items():
            if name.startswith(path) and re.search(pattern, text, re.MULTILINE):
                changed = re.sub(pattern, instead, text, count=1, flags=re.MULTILINE)
                return parts | {name: changed}
        raise NotBreakable(f"No part {path}… has {pattern}")

    return broken


def _added(path: str, more: str) -> Breakage:
    def broken(parts: Parts) -> Parts:
        name = next((name for name in parts if name.startswith(path)), None)
        if name is None:
            raise NotBreakable(f"There is no part {path}…")
        return parts | {name: parts[name].rstrip("\n") + "\n" + more}

    return broken


def _doubled_property(parts: Parts) -> Parts:
    for path, text in parts.items():
        found = re.search(r"^\tproperty .*(?:\n(?:\t\t.*)?)*", text, re.MULTILINE)
        if path.startswith("entities/") and found:
            again = re.sub(r"\t\tlineageTag:.*\n", "", found[0])
            return parts | {path: text.rstrip("\n") + "\n\n" + again}
    raise NotBreakable("No entity has a property")


def _property_elsewhere(parts: Parts) -> Parts:
    """In a second entity, with a type of its own."""
    paths = [path for path in parts if path.startswith("entities/")]
    for path in paths:
        found = re.search(r"^\tproperty (.+)$", parts[path], re.MULTILINE)
        others = [other for other in paths if other != path]
        if found and others:
            more = f"\n\tproperty {found[1]}\n\t\tdataType: boolean\n"
            return parts | {others[0]: parts[others[0]].rstrip("\n") + "\n" + more}
    raise NotBreakable("There are no two entities")


def _key_type(parts: Parts) -> Parts:
    for path, text in parts.items():
        key = re.search(r"^\tkeyProperty: (.+)$", text, re.MULTILINE)
        if path.startswith("entities/") and key:
            pattern = rf"(^\tproperty {re.escape(key[1])}\n(?:\t\t.*\n)*?\t\tdataType: )\w+"
            return parts | {path: re.sub(pattern, r"\1double", text, count=1, flags=re.MULTILINE)}
    raise NotBreakable("No entity has a key")


def _swapped(parts: Parts) -> Parts:
    text = parts.get("relationships.tmdl", "")
    pattern = r"fromColumn: (.+)\n\ttoColumn: (.+)"
    if not re.search(pattern, text):
        raise NotBreakable("There is no relationship")
    swapped = re.sub(pattern, r"fromColumn: \2\n\ttoColumn: \1", text, count=1)
    return parts | {"relationships.tmdl": swapped}


def _second_relationship(parts: Parts) -> Parts:
    text = parts.get("relationships.tmdl", "")
    found = re.search(r"fromColumn: (.+)\n\ttoColumn: (.+)", text)
    if not found:
        raise NotBreakable("There is no relationship")
    more = f"\nrelationship another_one\n\tfromColumn: {found[1]}\n\ttoColumn: {found[2]}\n"
    return parts | {"relationships.tmdl": text.rstrip("\n") + "\n" + more}


def _through_a_backing_table(parts: Parts) -> Parts:
    table = next(
        found[1]
        for path, text in parts.items()
        if path.startswith("entities/") and (found := re.search(r"backingTable: (.+)", text))
    )
    text = parts.get("entityRelationships.tmdl", "")
    if "\tbackingConfiguration\n" not in text:
        raise NotBreakable("No relationship of entities is backed")
    start = text.index("\tbackingConfiguration\n")
    rest = re.sub(r"\A\tbackingConfiguration\n(?:\t\t.*\n)*", "", text[start:])
    through = f"\tbackingConfiguration\n\t\ttype: table\n\t\ttable: {table}\n"
    return parts | {"entityRelationships.tmdl": text[:start] + through + rest}


def _colliding(parts: Parts) -> Parts:
    entity = next(
        found[1]
        for path, text in parts.items()
        if path.startswith("entities/")
        and (found := re.search(r"^entity (.+)$", text, re.MULTILINE))
    )
    return _text("entityRelationships", r"^entityRelationship .+$", f"entityRelationship {entity}")(
        parts
    )


def _other_type(folder: str) -> Breakage:
    def broken(parts: Parts) -> Parts:
        try:
            return _text(folder, r"dataType: string$", "dataType: int64")(parts)
        except NotBreakable:
            return _text(folder, r"dataType: \w+$", "dataType: string")(parts)

    return broken


def _inherited(parts: Parts) -> Parts:
    path = next(path for path in parts if path.startswith("entities/"))
    text = re.sub(r"\A(///.*\n)*", "/// Its own description.\n", parts[path])
    pattern = r"^(entity .+)$"
    base = r"\1\n\tbaseEntityType: Other"
    return parts | {path: re.sub(pattern, base, text, count=1, flags=re.MULTILINE)}


ONTOLOGY: Mapping[str, Breakage] = {
    "6.3.0-parts": _without("namespaces/default.tmdl"),
    "6.3.0-part-path": lambda parts: parts | {"Entities/x.tmdl": "entity x\n"},
    "6.3.0-tabs": _text("tables/", r"^\t(?=\w)", "    "),
    "6.3.0-indentation": _text("entities/", r"^\t(?=\w)", "\t\t\t"),
    "6.3.0-quoting": _added("model.tmdl", "ref table my-table\n"),
    "6.3.0-order": _added("tables/", "\tcolour: red\n"),
    "6.3.0-syntax": _added("model.tmdl", "???\n"),
    "6.3.t2-compatibility": _text("database.tmdl", "1000000", "1600"),
    "6.3.t3-model-refs": _text("model.tmdl", r"^ref entity .+\n", ""),
    "6.3.t3-other-refs": _added("model.tmdl", "ref expression X\n"),
    "6.3.t4-namespace": _text("namespaces/", "lineageTag: default", "lineageTag: other"),
    "6.3.0-lineage-tag": _text("tables/", r"lineageTag: .+$", "lineageTag: x"),
    "6.3.7-column-type": _text("tables/", r"dataType: \w+$", "dataType: text"),
    "6.3.7-property-type": _text("entities/", r"dataType: \w+$", "dataType: text"),
    "6.4.0-property-type": _other_type("entities/"),
    "6.5.5-decimal": _text("entities/", r"dataType: \w+$", "dataType: decimal"),
    "6.5.4-property-once": _doubled_property,
    "6.5.4-same-type": _property_elsewhere,
    "6.3.5-key-property": _text("entities/", r"keyProperty: .+$", "keyProperty: absent"),
    "6.5.1-key-type": _key_type,
    "6.3.t8-backing-table": _text("entities/", r"backingTable: .+$", "backingTable: absent"),
    "6.3.t8-value-column": _text("entities/", r"valueColumn: .+$", "valueColumn: a.absent"),
    "6.3.t7-relationship-columns": _text(
        "relationships", r"fromColumn: .+$", "fromColumn: a.absent"
    ),
    "6.3.t7-relationship-key": _swapped,
    "6.3.9-inactive": _second_relationship,
    "6.3.t9-entity-relationship-ends": _text(
        "entityRelationships", r"fromEntity: .+$", "fromEntity: Absent"
    ),
    "6.3.t9-entity-relationship-backing": _text(
        "entityRelationships", r"((?:fromR|r)elationship): .+$", r"\1: absent"
    ),
    "6.3.9-junction": _through_a_backing_table,
    "6.3.10-name-collision": _colliding,
    "6.3.13-rules": lambda parts: parts | {f"rules/r{n}.tmdl": f"rule r{n}\n" for n in range(1001)},
    "6.3.12-override": _inherited,
    "6.3.t6-partition": _text("tables/", r"^\t\tsource$", "\t\tnothing"),
    "6.3.1-expression": _text("tables/", r"expressionSource: .+$", "expressionSource: absent"),
    "6.3.4-annotations": _text("tables/", r"^\t\tannotation ONT_ItemId.*$", ""),
    "6.3.2-schema-name": _text(
        "tables/", r"^(\t\t\tentityName: .+)$", r"\1\n\t\t\tschemaName: dbo"
    ),
    "6.3.3-entity-name": _text("tables/", r"entityName: .+$", "entityName: absent"),
    "6.3.t6-source-column": _text("tables/", r"sourceColumn: .+$", "sourceColumn: absent"),
    "6.4.0-column-type": _other_type("tables/"),
}
