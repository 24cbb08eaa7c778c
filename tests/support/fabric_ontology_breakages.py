"""One breakage for each rule of ontologies, as in fabric_breakages."""

import re
from collections.abc import Mapping

from support.fabric_breakages import Breakage, NotBreakable, Parts, without


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
    """A key that is a number with a fraction."""
    for path, text in parts.items():
        other = re.search(
            r"^\tproperty (.+)\n(?:\t\t.*\n)*?\t\tdataType: double$", text, re.MULTILINE
        )
        if path.startswith("entities/") and other:
            return parts | {path: re.sub(r"keyProperty: .+", f"keyProperty: {other[1]}", text)}
    raise NotBreakable("No entity has a property that is double")


def _column_and_property(parts: Parts) -> Parts:
    """Both of another type than in Delta."""
    for path, text in parts.items():
        pattern = r"(dataType: )double(\n(?:.*\n)*?\t\t\tvalueColumn: (\w+)\.(\w+)$)"
        if path.startswith("entities/") and (found := re.search(pattern, text, re.MULTILINE)):
            changed = re.sub(pattern, r"\1string\2", text, count=1, flags=re.MULTILINE)
            table = f"tables/{found[3]}.tmdl"
            column = rf"(\tcolumn {found[4]}\n\t\tdataType: )double"
            return parts | {path: changed, table: re.sub(column, r"\1string", parts[table])}
    raise NotBreakable("No entity has a property that is double")


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
    backing = r"^\tbackingTable: (.+)$"
    tables = (re.search(backing, text, re.MULTILINE) for text in parts.values())
    table = next(found[1] for found in tables if found)
    return _text("entityRelationships", r"^\t\ttable: .+$", f"\t\ttable: {table}")(parts)


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


def _inherited(parts: Parts) -> Parts:
    path = next(path for path in parts if path.startswith("entities/"))
    text = re.sub(r"\A(///.*\n)*", "/// Its own description.\n", parts[path])
    pattern = r"^(entity .+)$"
    base = r"\1\n\tbaseEntityType: Other"
    return parts | {path: re.sub(pattern, base, text, count=1, flags=re.MULTILINE)}


def _renamed(parts: Parts) -> Parts:
    path = next(path for path in parts if path.startswith("tables/"))
    return {name.replace(path, "tables/another.tmdl"): text for name, text in parts.items()}


ONTOLOGY: Mapping[str, Breakage] = {
    "6.3.0-parts": without("namespaces/default.tmdl"),
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
    "6.3.7-column-type": _text("tables/", r"dataType: double$", "dataType: text"),
    "6.3.7-property-type": _text("entities/", r"dataType: double$", "dataType: text"),
    "6.4.0-property-type": _text("entities/", r"dataType: double$", "dataType: string"),
    "6.5.5-decimal": _text("entities/", r"dataType: double$", "dataType: decimal"),
    "6.5.4-property-once": _doubled_property,
    "6.5.4-same-type": _property_elsewhere,
    "6.3.5-key-property": _text("entities/", r"keyProperty: .+$", "keyProperty: absent"),
    "6.5.1-key-type": _key_type,
    "6.3.t8-backing-table": _text("entities/", r"backingTable: .+$", "backingTable: absent"),
    "6.3.t8-value-column": _text("entities/", r"valueColumn: .+$", "valueColumn: a.absent"),
    "6.3.t7-relationship-columns": _text("relationships", r"(fromColumn: \w+)\.\w+$", r"\1.absent"),
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
    "6.4.0-column-type": _column_and_property,
    "6.3.0-file-name": _renamed,
    "6.3.5-column-order": _text("tables/", r"^(\t\tlineageTag: .+\n)(\t\tsource.+\n)", r"\2\1"),
    "6.3.8-field-once": _text("entities/", r"^(\tkeyProperty: .+)$", r"\1\n\1"),
    "6.3.t9-entity-relationship-tables": _text(
        "entityRelationships",
        r"^\tfromEntity: (.+)\n\ttoEntity: (.+)$",
        r"\tfromEntity: \2\n\ttoEntity: \1",
    ),
    "6.3.11-time-series": _text("entities/", r"dataType: double$", "dataType: TimeSeries<double>"),
    "6.5.1-key": _text("entities/", r"^\tkeyProperty: .+\n", ""),
}
