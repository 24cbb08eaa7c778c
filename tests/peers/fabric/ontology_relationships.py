"""What relationships must keep to, between tables and between the entities that they back."""

from collections import Counter
from collections.abc import Iterator

from peers.fabric.ontology_model import Ontology, column, local, type_of
from peers.fabric.rules import Breach, of_ontology
from peers.fabric.tmdl import Node, unquoted

_columns = of_ontology("6.3.t7-relationship-columns", "relationships join columns that are there")
_key = of_ontology("6.3.t7-relationship-key", "they lead to a key column, of the same type")
_between = of_ontology("6.3.t9-entity-relationship-ends", "they join entities that are there")
_backed = of_ontology(
    "6.3.t9-entity-relationship-backing", "they name relationships that are there"
)
_joined = of_ontology(
    "6.3.t9-entity-relationship-tables", "what backs one joins the tables of its entities"
)
_junction = of_ontology("6.3.9-junction", "a junction table backs no entity")
_inactive = of_ontology("6.3.9-inactive", "a second relationship between two tables is inactive")


def breaches(ontology: Ontology) -> Iterator[Breach]:
    yield from _about_tables(ontology)
    for each in ontology.entity_relationships:
        yield from _about_entities(ontology, each)


def _about_tables(ontology: Ontology) -> Iterator[Breach]:
    active: Counter[tuple[str, str]] = Counter()
    for each in ontology.relationships:
        ends = [column(each.scalars.get(end, "")) for end in ("fromColumn", "toColumn")]
        start, key = (ontology.column(*end) for end in ends)
        for (table, name), found in zip(ends, (start, key), strict=True):
            if found is None:
                yield _columns(f"{each.name} joins {table}.{name}")
        if start and key and ("isKey" not in key.scalars or type_of(key) != type_of(start)):
            yield _key(f"{each.name} does not lead to a key of the same type")
        if each.scalars.get("isActive") != "false":
            tables = [table for table, _ in ends]
            active[min(tables), max(tables)] += 1
    for (one, other), times in active.items():
        if times > 1:
            yield _inactive(f"{times} active relationships join {one} and {other}")


def _about_entities(ontology: Ontology, each: Node) -> Iterator[Breach]:
    backing = {
        name: unquoted(entity.scalars.get("backingTable", ""))
        for name, entity in ontology.entities.items()
    }
    ends = [local(unquoted(each.scalars.get(end, ""))) for end in ("fromEntity", "toEntity")]
    for end in ends:
        if end not in ontology.entities:
            yield _between(f"{each.name} joins the entity {end}")
    configuration = each.one("backingConfiguration")
    if configuration is None:
        return
    fields = configuration.scalars
    through = unquoted(fields.get("table", ""))
    is_table = fields.get("type") == "table"
    if is_table and (through not in ontology.tables or through in backing.values()):
        yield _junction(f"{each.name} goes through the table {through}")
    wanted = ["fromRelationship", "toRelationship"] if is_table else ["relationship"]
    joins = {join.name: join for join in ontology.relationships}
    found = [joins.get(unquoted(fields.get(name, ""))) for name in wanted]
    if None in found:
        yield _backed(f"{each.name} is backed by a relationship that is not there")
        return
    tables = [backing.get(end, "") for end in ends]
    if not set(tables) <= set(ontology.tables):
        return
    expected = [{through, table} for table in tables] if is_table else [set(tables)]
    if [_tables(join) for join in found if join] != expected:
        yield _joined(f"{each.name} is not backed by what joins {' and '.join(tables)}")


def _tables(join: Node) -> set[str]:
    return {column(join.scalars.get(end, ""))[0] for end in ("fromColumn", "toColumn")}
