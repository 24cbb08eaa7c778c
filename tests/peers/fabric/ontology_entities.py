"""What the entities of a generation 2 ontology must keep to: properties, keys, backing."""

import re
from collections import Counter
from collections.abc import Iterator

from peers.fabric.ontology_model import TYPES, Ontology, column, type_of
from peers.fabric.rules import Breach, of_ontology
from peers.fabric.tmdl import Node, unquoted

_backing = of_ontology("6.3.t8-backing-table", "backingTable is a table")
_value = of_ontology("6.3.t8-value-column", "valueColumn is a column of the backing table")
_key = of_ontology("6.3.5-key-property", "keyProperty is one of the entity's properties")
_type = of_ontology("6.3.7-property-type", "as columns, or Any, TimeSeries<…>, complex")
_time_series = of_ontology(
    "6.3.11-time-series", "it is backed by type timeSeries, a valueColumn and an orderingColumn"
)
_override = of_ontology(
    "6.3.12-override",
    "an inherited object's own description is marked overriddenMetadataField",
    "EntityInheritanceMetadataValueWithoutOverride",
    guess=False,
)
_agrees = of_ontology("6.4.0-property-type", "a property is of its column's type")
_key_type = of_ontology("6.5.1-key-type", "key properties are string or int64")
_keyless = of_ontology("6.5.1-key", "an entity with a table and properties has a key", silent=True)
_once = of_ontology("6.5.4-property-once", "an entity has each property once")
_same = of_ontology("6.5.4-same-type", "properties of one name have one type everywhere")
_decimal = of_ontology("6.5.5-decimal", "decimals are declared double", silent=True)

_SERIES = re.compile(r"timeseries<(\w+)>")


def breaches(ontology: Ontology) -> Iterator[Breach]:
    types: dict[str, str] = {}
    for name, entity in ontology.entities.items():
        backing = unquoted(entity.scalars.get("backingTable", ""))
        if backing and backing not in ontology.tables:
            yield _backing(f"{name} is backed by the table {backing}")
        properties = entity.of("property")
        for property_, times in Counter(each.name.lower() for each in properties).items():
            if times > 1:
                yield _once(f"{name} has {property_} {times} times")
        for each in properties:
            yield from _about_property(ontology, name, backing, each)
            if type_of(each) != types.setdefault(each.name.lower(), type_of(each)):
                yield _same(f"{name}.{each.name} is {type_of(each)}, and not elsewhere")
        yield from _about_key(name, entity, backing)
        inherits = "baseEntityType" in entity.scalars and entity.description
        if inherits and entity.one("overriddenMetadataField") is None:
            yield _override(f"{name} has a description of its own")


def _about_key(name: str, entity: Node, backing: str) -> Iterator[Breach]:
    key = unquoted(entity.scalars.get("keyProperty", ""))
    own = {each.name: type_of(each) for each in entity.of("property")}
    if key and key not in own:
        yield _key(f"The key of {name} is {key}")
    elif key and own[key] in TYPES - {"string", "int64"}:
        yield _key_type(f"The key of {name} is of type {own[key]}")
    elif not key and own and backing:
        yield _keyless(f"{name} has no key: graphs leave it out")


def _about_property(
    ontology: Ontology, entity: str, backing: str, property_: Node
) -> Iterator[Breach]:
    type_ = type_of(property_)
    series = _SERIES.fullmatch(type_)
    where = f"{entity}.{property_.name}"
    is_complex = type_ == "complex" and "complexDataType" in property_.scalars
    if not is_complex and (series[1] if series else type_) not in TYPES | {"any"}:
        yield _type(f"{where} has the type {type_!r}")
    if type_ == "decimal":
        yield _decimal(f"{where} is a decimal, which graphs read as null")
    configuration = property_.one("backingConfiguration")
    if configuration is None:
        return
    table, name = column(configuration.scalars.get("valueColumn", ""))
    found = ontology.column(table, name)
    if series and (
        configuration.scalars.get("type") != "timeSeries"
        or ontology.column(*column(configuration.scalars.get("orderingColumn", ""))) is None
    ):
        yield _time_series(f"{where} is not read in the order of time")
    if backing not in ontology.tables:
        return
    if found is None or (not series and table != backing):
        yield _value(f"{where} is read from {table}.{name}")
    elif {type_, type_of(found)} <= TYPES and type_of(found) not in (type_, "decimal"):
        yield _agrees(f"{where} is {type_}, and its column {type_of(found)}")
