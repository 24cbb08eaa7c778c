"""What holds for an ontology's definition, one function a rule, told from its text alone."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

TYPES = {"string", "int64", "double", "dateTime", "boolean"}
NAME = r"(?:[A-Za-z_][A-Za-z0-9_]*|'(?:[^']|'')+')"


@dataclass
class Line:
    text: str
    inside: list["Line"] = field(default_factory=list)

    @property
    def word(self) -> str:
        return self.text.split(" ")[0]

    @property
    def name(self) -> str:
        return self.text.removeprefix(self.word).split("=")[0].strip()

    def all(self, word: str) -> list["Line"]:
        return [each for each in self.inside if each.word == word]

    def get(self, field_: str) -> str:
        found = [e.text for e in self.inside if e.text.startswith(f"{field_}: ")]
        return found[0].removeprefix(f"{field_}: ") if len(found) == 1 else ""

    def every(self) -> Iterator["Line"]:
        for each in self.inside:
            yield each
            yield from each.every()


class Ontology:
    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.trees = {path: tree(text) for path, text in files.items()}
        self.tables = self.those("tables/", "table")
        self.entities = self.those("entities/", "entity")
        self.joins = self.those("relationships.tmdl", "relationship")
        self.relationships = self.those("entityRelationships.tmdl", "entityRelationship")

    def those(self, path: str, word: str) -> list[Line]:
        return [e for p, t in self.trees.items() if p.startswith(path) for e in t.all(word)]

    def column(self, reference: str) -> Line | None:
        table, _, name = reference.partition(".")
        of = [c for t in self.tables if t.name == table for c in t.all("column") if c.name == name]
        return of[0] if len(of) == 1 else None


def tree(text: str) -> Line:
    root = Line("")
    open_ = [root]
    for line in text.split("\n"):
        if line.strip():
            depth = len(line) - len(line.lstrip("\t"))
            del open_[depth + 1 :]
            # the text of an expression is two deeper than what it belongs to
            found = Line(line.lstrip("\t"))
            open_[-1].inside.append(found)
            open_.append(found)
    return root


Check = Callable[[Ontology], bool]
RULES: dict[str, Check] = {}


def rule(id_: str) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        RULES[id_] = check
        return check

    return keep


def broken_rules(files: Mapping[str, str]) -> list[str]:
    ontology = Ontology(files)
    for first in ("6.3.0-parts", "6.3.0-tabs"):
        if not RULES[first](ontology):
            return [first]
    return [id_ for id_, check in RULES.items() if not check(ontology)]


def differ(names: Sequence[str]) -> bool:
    return len({name.casefold() for name in names}) == len(names)


@rule("6.3.0-parts")
def _(o: Ontology) -> bool:
    always = {"database.tmdl", "model.tmdl", "namespaces/default.tmdl", "expressions.tmdl"}
    others = {"relationships.tmdl", "entityRelationships.tmdl"}
    folders = re.compile(r"(tables|entities)/[A-Za-z]\w*\.tmdl", re.ASCII)
    return always <= set(o.files) and all(
        folders.fullmatch(path) for path in set(o.files) - always - others
    )


@rule("6.3.0-tabs")
def _(o: Ontology) -> bool:
    lines = [line for p, t in o.files.items() if p != "expressions.tmdl" for line in t.split("\n")]
    return all(re.fullmatch(r"\t*\S.*|", line) and line == line.rstrip() for line in lines)


@rule("6.3.0-blank-lines")
def _(o: Ontology) -> bool:
    return all(not re.search(r"\n\n\n|\A\n|\n\n\Z", t) and t[-1] == "\n" for t in o.files.values())


@rule("6.3.0-quoting")
def _(o: Ontology) -> bool:
    heads = re.compile(rf"(ref )?\w+( {NAME})?( = .*| =)?")
    fields = re.compile(r"\w+: \S.*")
    found = [e for p, t in o.trees.items() if p != "expressions.tmdl" for e in t.every()]
    named = [o.trees["expressions.tmdl"].inside[0], *found]
    return all(
        e.text.startswith("/// ") or fields.fullmatch(e.text) or heads.fullmatch(e.text)
        for e in named
    )


@rule("6.3.0-order")
def _(o: Ontology) -> bool:
    """Fields come before objects."""
    objects = ("property", "backingConfiguration", "column", "partition", "annotation", "source")
    for each in [e for t in o.trees.values() for e in t.every()]:
        inside = [e.word in objects or e.word == "///" for e in each.inside]
        if inside != sorted(inside):
            return False
    return True


@rule("6.3.5-column-order")
def _(o: Ontology) -> bool:
    order = ["dataType:", "isKey", "lineageTag:", "sourceColumn:"]
    for column in [c for t in o.tables for c in t.all("column")]:
        words = [each.word for each in column.inside]
        if words != [word for word in order if word in words] or len(words) < 3:
            return False
    return True


@rule("6.3.t2-compatibility")
def _(o: Ontology) -> bool:
    return o.files["database.tmdl"] == "database\n\tcompatibilityLevel: 1000000\n"


@rule("6.3.t4-namespace")
def _(o: Ontology) -> bool:
    return o.files["namespaces/default.tmdl"] == "namespace default\n\tlineageTag: default\n"


@rule("6.3.t3-model-refs")
def _(o: Ontology) -> bool:
    model, *refs = [each.text for each in o.trees["model.tmdl"].inside]
    wanted = [f"ref table {t.name}" for t in o.tables] + ["ref namespace default"]
    wanted += [f"ref entity {e.name}" for e in o.entities]
    return model.startswith("model ") and sorted(refs) == sorted(wanted)


@rule("6.3.0-lineage-tag")
def _(o: Ontology) -> bool:
    found = [e.get("lineageTag") for t in o.trees.values() for e in t.every()]
    found = [tag for tag in found if tag not in ("", "default")]
    there = [*o.tables, *o.entities, *o.relationships]
    there += [e for t in there for e in t.inside if e.word in ("column", "property")]
    return all(e.get("lineageTag") == str(UUID(e.get("lineageTag"))) for e in there) and (
        len(set(found)) == len(found) == len(there) + 1
    )


@rule("6.3.7-column-type")
def _(o: Ontology) -> bool:
    return all(c.get("dataType") in TYPES for t in o.tables for c in t.all("column"))


@rule("6.3.t6-source-column")
def _(o: Ontology) -> bool:
    return all(c.get("sourceColumn") == c.name for t in o.tables for c in t.all("column"))


@rule("6.3.t6-partition")
def _(o: Ontology) -> bool:
    (expression,) = [e for e in o.trees["expressions.tmdl"].inside if e.word == "expression"]
    for table in o.tables:
        (partition,) = table.all("partition")
        (source,) = partition.all("source")
        if (
            partition.text != f"partition {table.name} = entity"
            or partition.get("mode") != "directLake"
            or source.get("entityName") != table.name
            or source.get("expressionSource") != expression.name
        ):
            return False
    return True


@rule("6.3.4-annotations")
def _(o: Ontology) -> bool:
    wanted = ["ONT_WorkspaceId", "ONT_ItemId", "ONT_ItemKind", "ONT_ItemName"]
    for table in o.tables:
        found = table.all("partition")[0].all("annotation")
        values = {each.name: each.text.partition(" = ")[2] for each in found}
        if list(values)[:4] != wanted or values["ONT_ItemKind"] != "Lakehouse":
            return False
        lake = f'"https://onelake.dfs.fabric.microsoft.com/{values["ONT_WorkspaceId"]}/'
        if f'{lake}{values["ONT_ItemId"]}"' not in o.files["expressions.tmdl"]:
            return False
    return True


@rule("6.3.5-key-property")
def _(o: Ontology) -> bool:
    return all(
        [p.name for p in e.all("property")].count(e.get("keyProperty")) == 1 for e in o.entities
    )


@rule("6.5.1-key-type")
def _(o: Ontology) -> bool:
    return all(
        p.get("dataType") in ("string", "int64")
        for e in o.entities
        for p in e.all("property")
        if p.name == e.get("keyProperty")
    )


@rule("6.3.t8-backing-table")
def _(o: Ontology) -> bool:
    """One entity a table at most."""
    found = [e.get("backingTable") for e in o.entities]
    return differ(found) and set(found) <= {t.name for t in o.tables}


@rule("6.3.t8-value-column")
def _(o: Ontology) -> bool:
    for entity in o.entities:
        for each in entity.all("property"):
            (backing,) = each.all("backingConfiguration")
            reference = backing.get("valueColumn")
            column = o.column(reference)
            if reference.partition(".")[0] != entity.get("backingTable") or column is None:
                return False
            if column.get("dataType") != each.get("dataType"):
                return False
    return True


@rule("6.5.4-property-once")
def _(o: Ontology) -> bool:
    return all(differ([p.name for p in e.all("property")]) for e in o.entities)


@rule("6.5.4-same-type")
def _(o: Ontology) -> bool:
    found = {(p.name, p.get("dataType")) for e in o.entities for p in e.all("property")}
    return len({name for name, _ in found}) == len(found)


@rule("6.3.t7-relationship-key")
def _(o: Ontology) -> bool:
    """From many to one: to the key of an entity's table, of the same type."""
    keys = {f"{e.get('backingTable')}.{e.get('keyProperty')}" for e in o.entities}
    for join in o.joins:
        start, end = o.column(join.get("fromColumn")), o.column(join.get("toColumn"))
        if start is None or end is None or join.get("toColumn") not in keys:
            return False
        if "isKey" not in [e.text for e in end.inside] or "isKey" in [e.text for e in start.inside]:
            return False
        if start.get("dataType") != end.get("dataType"):
            return False
    return differ([join.name for join in o.joins])


@rule("6.3.9-inactive")
def _(o: Ontology) -> bool:
    pairs = [
        frozenset(join.get(end).partition(".")[0] for end in ("fromColumn", "toColumn"))
        for join in o.joins
        if join.get("isActive") != "false"
    ]
    return len(set(pairs)) == len(pairs) and all(len(pair) == 2 for pair in pairs)


@rule("6.3.9-junction")
def _(o: Ontology) -> bool:
    """The table backs no entity; its joins lead to the tables of both ends."""
    joins = {each.name: each for each in o.joins}
    backing = {e.name: e.get("backingTable") for e in o.entities}
    for each in o.relationships:
        (by,) = each.all("backingConfiguration")
        if by.get("type") != "table" or by.get("table") in backing.values():
            return False
        for join, end in (("fromRelationship", "fromEntity"), ("toRelationship", "toEntity")):
            found = joins[by.get(join)]
            if found.get("toColumn").partition(".")[0] != backing[each.get(end)]:
                return False
            if found.get("fromColumn").partition(".")[0] != by.get("table"):
                return False
    return True


@rule("6.3.14-self-relation")
def _(o: Ontology) -> bool:
    return all(r.get("fromEntity") != r.get("toEntity") for r in o.relationships)


@rule("6.3.10-name-collision")
def _(o: Ontology) -> bool:
    return differ([each.name for each in (*o.entities, *o.relationships)])
