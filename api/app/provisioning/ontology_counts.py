"""What an ontology's definition holds, as sent or as read back.

Fabric may take a definition and drop parts of it without a word: only a count shows that.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from app.provisioning.tmdl import TmdlObject, read, unquoted


@dataclass(frozen=True, slots=True)
class OntologyCounts:
    """Bound entities have a table and a key read from it; bound relationships lead through
    joins of tables that are there.
    """

    entities: int
    bound_entities: int
    relationships: int
    bound_relationships: int


def count_ontology(parts: Mapping[str, str | bytes]) -> OntologyCounts:
    """Path → text. Other parts than TMDL and what Fabric adds of its own don't count."""
    found: dict[str, list[TmdlObject]] = {}
    for path, text in parts.items():
        if path.endswith(".tmdl"):
            for each in read(text if isinstance(text, str) else text.decode("utf-8-sig")):
                found.setdefault(each.keyword, []).append(each)
    tables = {each.name.casefold() for each in found.get("table", ())}
    joins = {each.name.casefold() for each in found.get("relationship", ())}
    entities = found.get("entity", [])
    relationships = found.get("entityRelationship", [])
    return OntologyCounts(
        len(entities),
        sum(_is_bound_entity(each, tables) for each in entities),
        len(relationships),
        sum(_is_bound_relationship(each, tables, joins) for each in relationships),
    )


def _is_bound_entity(entity: TmdlObject, tables: Container[str]) -> bool:
    table, key = _name(entity, "backingTable"), _name(entity, "keyProperty")
    for each in entity.of("property"):
        if key and each.name.casefold() == key:
            columns = [unquoted(b.fields.get("valueColumn") or "") for b in _backing(each)]
            return table in tables and any(column[-2:-1] for column in columns)
    return False


def _is_bound_relationship(
    relationship: TmdlObject, tables: Container[str], joins: Container[str]
) -> bool:
    for backing in _backing(relationship):
        if _name(backing, "type") == "table":
            ends = (_name(backing, "fromRelationship"), _name(backing, "toRelationship"))
            return _name(backing, "table") in tables and all(end in joins for end in ends)
        return _name(backing, "relationship") in joins
    return False


def _backing(each: TmdlObject) -> list[TmdlObject]:
    return list(each.of("backingConfiguration"))


def _name(each: TmdlObject, field: str) -> str:
    """Without quotes and namespace; Fabric ignores case."""
    return (unquoted(each.fields.get(field) or "") or [""])[-1].casefold()
