"""What a generation 2 ontology must keep to: parts, and what they call by name."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from peers.fabric.ontology_model import REQUIRED, Ontology, column, is_guid, local
from peers.fabric.rules import Breach, rule
from peers.fabric.tmdl import Node, unquoted

_IMPORT = "ALMOperationImportFailed"


def of_ontology(id_: str, text: str, code: str = _IMPORT, **more: Any) -> Any:
    return rule(id_, "ontology", text, code, **{"guess": True, **more})


_parts = of_ontology("6.3.0-parts", f"there are {', '.join(REQUIRED)}", guess=False)
_part_path = of_ontology("6.3.0-part-path", "paths are those of an ontology")
_syntax = {
    "tabs": of_ontology("6.3.0-tabs", "lines are indented with tabs"),
    "indentation": of_ontology("6.3.0-indentation", "by one tab a level"),
    "quoting": of_ontology("6.3.0-quoting", "names other than plain words are in single quotes"),
    "order": of_ontology("6.3.0-order", "fields come before objects, synonyms last", guess=False),
    "syntax": of_ontology("6.3.0-syntax", "each line is a field or begins an object"),
}
_compatibility = of_ontology("6.3.t2-compatibility", "the database's compatibilityLevel is 1000000")
_namespace = of_ontology("6.3.t4-namespace", "the namespace default, with the lineageTag default")
_refs = of_ontology("6.3.t3-model-refs", "the model refers to each table, entity and namespace")
_other_refs = of_ontology("6.3.t3-other-refs", "the model refers to nothing else")
_lineage = of_ontology("6.3.0-lineage-tag", "lineage tags are GUIDs, and differ")
_type = of_ontology("6.3.7-column-type", "string, int64, double, dateTime, boolean, decimal")
_property_type = of_ontology("6.3.7-property-type", "as columns, or Any, TimeSeries<…>, complex")
_agrees = of_ontology("6.4.0-property-type", "a property is of its column's type")
_decimal = of_ontology("6.5.5-decimal", "decimals are declared double", silent=True)
_property_once = of_ontology("6.5.4-property-once", "an entity has each property once")
_same_type = of_ontology("6.5.4-same-type", "properties of one name have one type everywhere")
_key = of_ontology("6.3.5-key-property", "keyProperty is one of the entity's properties")
_key_type = of_ontology("6.5.1-key-type", "key properties are string or int64")
_backing = of_ontology("6.3.t8-backing-table", "backingTable is a table")
_value = of_ontology("6.3.t8-value-column", "valueColumn is a column of the backing table")
_ends = of_ontology("6.3.t7-relationship-columns", "relationships join columns that are there")
_one_side = of_ontology("6.3.t7-relationship-key", "they lead to a key column, of the same type")
_inactive = of_ontology("6.3.9-inactive", "a second relationship between two tables is inactive")
_between = of_ontology("6.3.t9-entity-relationship-ends", "they join entities that are there")
_backed = of_ontology(
    "6.3.t9-entity-relationship-backing", "they name relationships that are there"
)
_junction = of_ontology("6.3.9-junction", "a junction table backs no entity")
_collision = of_ontology("6.3.10-name-collision", "entities and relationships have different names")
_rules = of_ontology("6.3.13-rules", "there are at most 1,000 rules")
_override = of_ontology(
    "6.3.12-override",
    "an inherited object's own description is marked overriddenMetadataField",
    "EntityInheritanceMetadataValueWithoutOverride",
    guess=False,
)

_TYPES = {"string", "int64", "double", "datetime", "boolean", "decimal"}


def breaches(ontology: Ontology) -> Iterator[Breach]:
    for name in REQUIRED:
        if name not in ontology.parts and not ontology.problems:
            yield _parts(f"The part {name} is missing")
    for path in ontology.unknown:
        yield _part_path(f"{path} is no part of an ontology")
    for problem in ontology.problems:
        yield _syntax[problem.kind](problem.message)
    if ontology.problems:
        return
    yield from _about_frame(ontology)
    yield from _about_columns(ontology)
    yield from _about_entities(ontology)
    yield from _about_relationships(ontology)
    yield from _about_entity_relationships(ontology)
    yield from _about_names(ontology)


def _about_frame(ontology: Ontology) -> Iterator[Breach]:
    for node in ontology.parts.get("database.tmdl", ()):
        if node.scalars.get("compatibilityLevel") != "1000000":
            yield _compatibility("The database has another compatibilityLevel")
    for node in ontology.parts.get("namespaces/default.tmdl", ()):
        if (node.name, node.scalars.get("lineageTag")) != ("default", "default"):
            yield _namespace("The namespace is not default")
    there = {("table", name) for name in ontology.tables}
    there |= {("entity", name) for name in ontology.entities} | {("namespace", "default")}
    named = {
        (node.keyword, local(node.name))
        for node in ontology.parts.get("model.tmdl", ())
        if node.is_ref
    }
    for kind, name in sorted(there ^ named):
        if kind in ("metric", "reusableProperty"):
            continue
        if kind in ("expression", "relationship", "entityRelationship"):
            yield _other_refs(f"The model refers to the {kind} {name}")
        else:
            yield _refs(f"The model and the parts differ about the {kind} {name}")
    if len([path for path in ontology.parts if path.startswith("rules/")]) > 1000:
        yield _rules("There are more than 1,000 rules")


def _about_columns(ontology: Ontology) -> Iterator[Breach]:
    for table in ontology.tables.values():
        for each in table.of("column"):
            type_ = each.scalars.get("dataType", "")
            if type_.lower() not in _TYPES:
                yield _type(f"{table.name}.{each.name} has the type {type_!r}")


def _about_entities(ontology: Ontology) -> Iterator[Breach]:
    types: dict[str, str] = {}
    for name, entity in ontology.entities.items():
        backing = unquoted(entity.scalars.get("backingTable", ""))
        if backing and backing not in ontology.tables:
            yield _backing(f"{name} is backed by the table {backing}")
        own = {each.name: _type_of(each) for each in entity.of("property")}
        for property_, times in Counter(each.name for each in entity.of("property")).items():
            if times > 1:
                yield _property_once(f"{name} has {property_} {times} times")
        for each in entity.of("property"):
            yield from _about_property(ontology, name, backing, each)
            if _type_of(each) != types.setdefault(each.name, _type_of(each)):
                yield _same_type(f"{name}.{each.name} is {_type_of(each)}, and not elsewhere")
        key = unquoted(entity.scalars.get("keyProperty", ""))
        if key and key not in own:
            yield _key(f"The key of {name} is {key}")
        elif key and own[key] not in ("string", "int64"):
            yield _key_type(f"The key of {name} is of type {own[key]}")
        yield from _about_inheritance(entity)


def _about_property(
    ontology: Ontology, entity: str, backing: str, property_: Node
) -> Iterator[Breach]:
    type_ = _type_of(property_)
    where = f"{entity}.{property_.name}"
    if type_ not in _TYPES | {"any", "complex"} and not type_.startswith("timeseries<"):
        yield _property_type(f"{where} has the type {type_!r}")
    if type_ == "decimal":
        yield _decimal(f"{where} is a decimal, which graphs read as null")
    configuration = property_.one("backingConfiguration")
    if configuration is None:
        return
    table, name = column(configuration.scalars.get("valueColumn", ""))
    found = _column(ontology, table, name)
    if found is None or (not type_.startswith("timeseries<") and table != backing):
        yield _value(f"{where} is read from {table}.{name}")
    elif not type_.startswith("timeseries<") and _type_of(found) not in (type_, "decimal"):
        yield _agrees(f"{where} is {type_}, and its column {_type_of(found)}")


def _about_inheritance(entity: Node) -> Iterator[Breach]:
    inherits = "baseEntityType" in entity.scalars and entity.description
    if inherits and entity.one("overriddenMetadataField") is None:
        yield _override(f"{entity.name} has a description of its own")


def _about_relationships(ontology: Ontology) -> Iterator[Breach]:
    active: Counter[tuple[str, str]] = Counter()
    for each in ontology.relationships:
        tables = []
        columns = []
        for end in ("fromColumn", "toColumn"):
            table, name = column(each.scalars.get(end, ""))
            tables.append(table)
            columns.append(_column(ontology, table, name))
            if columns[-1] is None:
                yield _ends(f"{each.name} has the {end} {table}.{name}")
        start, end_column = columns
        if start and end_column and not _is_key_for(end_column, start):
            yield _one_side(f"{each.name} does not lead to a key of the same type")
        if each.scalars.get("isActive") != "false":
            active[min(tables), max(tables)] += 1
    for (one, other), times in active.items():
        if times > 1:
            yield _inactive(f"{times} active relationships join {one} and {other}")


def _about_entity_relationships(ontology: Ontology) -> Iterator[Breach]:
    relationships = {each.name for each in ontology.relationships}
    backing = {
        unquoted(each.scalars.get("backingTable", "")) for each in ontology.entities.values()
    }
    for each in ontology.entity_relationships:
        for end in ("fromEntity", "toEntity"):
            if local(unquoted(each.scalars.get(end, ""))) not in ontology.entities:
                yield _between(f"{each.name} has the {end} {each.scalars.get(end)}")
        configuration = each.one("backingConfiguration")
        if configuration is None:
            continue
        fields = configuration.scalars
        wanted = ["relationship"]
        if fields.get("type") == "table":
            wanted = ["fromRelationship", "toRelationship"]
            table = unquoted(fields.get("table", ""))
            if table not in ontology.tables or table in backing:
                yield _junction(f"{each.name} goes through the table {table}")
        for name in wanted:
            if unquoted(fields.get(name, "")) not in relationships:
                yield _backed(f"{each.name} has the {name} {fields.get(name)}")


def _about_names(ontology: Ontology) -> Iterator[Breach]:
    names = [*ontology.entities, *(each.name for each in ontology.entity_relationships)]
    for name, times in Counter(name.lower() for name in names).items():
        if times > 1:
            yield _collision(f"The name {name} is there {times} times")
    tags: Counter[str] = Counter()
    for path, nodes in ontology.parts.items():
        if not path.startswith("namespaces/"):
            tags.update(_tags(nodes))
    for tag, times in tags.items():
        if times > 1 or not is_guid(tag):
            yield _lineage(f"The lineage tag {tag} is there {times} times")


def _tags(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if tag := node.scalars.get("lineageTag"):
            yield tag
        yield from _tags(node.children)


def _column(ontology: Ontology, table: str, name: str) -> Node | None:
    found = ontology.tables.get(table)
    columns = found.of("column") if found else []
    return next((each for each in columns if each.name == name), None)


def _is_key_for(key: Node, column: Node) -> bool:
    return "isKey" in key.scalars and _type_of(key) == _type_of(column)


def _type_of(node: Node) -> str:
    return node.scalars.get("dataType", "").lower()
