"""What a generation 2 ontology must keep to: its parts, what frames them, tables, names."""

from collections import Counter
from collections.abc import Iterable, Iterator

from peers.fabric import ontology_entities, ontology_relationships
from peers.fabric.ontology_model import REQUIRED, TYPES, Ontology, is_guid, local
from peers.fabric.rules import Breach, of_ontology
from peers.fabric.tmdl import Node

_parts = of_ontology("6.3.0-parts", f"there are {', '.join(REQUIRED)}", guess=False)
_part_path = of_ontology("6.3.0-part-path", "paths are those of an ontology")
_syntax = {
    "tabs": of_ontology("6.3.0-tabs", "lines are indented with tabs"),
    "indentation": of_ontology("6.3.0-indentation", "by one tab a level"),
    "quoting": of_ontology("6.3.0-quoting", "names other than plain words are in single quotes"),
    "order": of_ontology("6.3.0-order", "fields come before objects, synonyms last", guess=False),
    "syntax": of_ontology("6.3.0-syntax", "each line is a field or begins an object"),
    "once": of_ontology("6.3.8-field-once", "an object has a field once, such as keyProperty"),
}
_file_name = of_ontology("6.3.0-file-name", "the part of a table or entity has its name")
_lineage = of_ontology("6.3.0-lineage-tag", "lineage tags are GUIDs, and differ")
_compatibility = of_ontology("6.3.t2-compatibility", "the compatibilityLevel is 1000000")
_refs = of_ontology("6.3.t3-model-refs", "the model refers to each table, entity and namespace")
_other_refs = of_ontology("6.3.t3-other-refs", "the model refers to nothing else")
_namespace = of_ontology("6.3.t4-namespace", "the namespace default, with the lineageTag default")
_order = of_ontology(
    "6.3.5-column-order", "columns have dataType, isKey, lineageTag, sourceColumn, in this order"
)
_type = of_ontology("6.3.7-column-type", "string, int64, double, dateTime, boolean, decimal")
_collision = of_ontology(
    "6.3.10-name-collision", "entities and relationships have different names, as have tables"
)
_rules = of_ontology("6.3.13-rules", "there are at most 1,000 rules")

_COLUMN = ("dataType", "isKey", "lineageTag", "sourceColumn")


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
    yield from _about_files(ontology)
    yield from _about_columns(ontology)
    yield from ontology_entities.breaches(ontology)
    yield from ontology_relationships.breaches(ontology)
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


def _about_files(ontology: Ontology) -> Iterator[Breach]:
    for path, nodes in ontology.parts.items():
        folder, _, file = path.partition("/")
        if folder in ("tables", "entities"):
            stem = file.removesuffix(".tmdl").rpartition("#")[2]
            names = [local(node.name) for node in nodes]
            if names != [stem]:
                yield _file_name(f"{path} holds {', '.join(names)}")


def _about_columns(ontology: Ontology) -> Iterator[Breach]:
    for table in ontology.tables.values():
        for each in table.of("column"):
            where = f"{table.name}.{each.name}"
            type_ = each.scalars.get("dataType", "")
            if type_.lower() not in TYPES:
                yield _type(f"{where} has the type {type_!r}")
            fields = [name for name in each.scalars if name in _COLUMN]
            if fields != sorted(fields, key=_COLUMN.index):
                yield _order(f"{where} has {', '.join(fields)}")


def _about_names(ontology: Ontology) -> Iterator[Breach]:
    entities = [local(each.name) for each in ontology.below("entities/", "entity")]
    yield from _doubled([*entities, *(each.name for each in ontology.entity_relationships)])
    yield from _doubled(each.name for each in ontology.below("tables/", "table"))
    yield from _doubled(each.name for each in ontology.relationships)
    for table in ontology.tables.values():
        yield from _doubled(f"{table.name}.{each.name}" for each in table.of("column"))
    tags: Counter[str] = Counter()
    for path, nodes in ontology.parts.items():
        if not path.startswith("namespaces/"):
            tags.update(_tags(nodes))
    for tag, times in tags.items():
        if times > 1 or not is_guid(tag):
            yield _lineage(f"The lineage tag {tag} is there {times} times")


def _doubled(names: Iterable[str]) -> Iterator[Breach]:
    for name, times in Counter(name.lower() for name in names).items():
        if times > 1:
            yield _collision(f"The name {name} is there {times} times")


def _tags(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if tag := node.scalars.get("lineageTag"):
            yield tag
        yield from _tags(node.children)
