"""What a generation 1 ontology must keep to. (Ontology (old) definition.) It retires in 2027."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peers.fabric.definitions import Part, documents
from peers.fabric.rules import Breach, rule

_IMPORT = "ALMOperationImportFailed"


def _of(id_: str, text: str, **more: Any) -> Any:
    return rule(id_, "ontology-1", text, _IMPORT, **{"guess": True, **more})


_parts = _of("6.2.t2-parts", "there is definition.json")
_id = _of("6.2.t10-id", "ids are positive 64-bit numbers as text, as in the path, and differ")
_name = _of("6.2.t14-name", "a letter, then letters, digits, _ or -; at most 128; they differ")
_fixed = _of("6.2.t11-namespace", "namespace usertypes, namespaceType Custom")
_value_type = _of("6.2.t18-value-type", "String, Boolean, DateTime, Object, BigInt, Double")
_key = _of("6.2.t16-key", "entityIdParts are properties of type String or BigInt")
_same = _of("6.5.4-same-value-type", "properties of one name have one type everywhere")
_binding = _of("6.2.0-binding", "bindings name properties of their entity")
_different = _of("6.2.7-different-ends", "a relationship's ends are different entities")
_ends = _of("6.2.0-ends", "a relationship joins entities that are there")
_context = _of("6.2.6-contextualization", "it covers every part of both entities' keys")

_TYPES = {"String", "Boolean", "DateTime", "Object", "BigInt", "Double"}


def breaches(parts: Sequence[Part]) -> Iterator[Breach]:
    """Raises Refusal for a part that is not JSON, KeyError and its like for missing fields."""
    found = documents(parts)
    if "definition.json" not in found:
        yield _parts("The part definition.json is missing")
    entities = _defined(found, "EntityTypes")
    relationships = _defined(found, "RelationshipTypes")
    yield from _about_identity({**entities, **relationships})
    yield from _about_properties(entities)
    for path, document in found.items():
        if "/DataBindings/" in path:
            yield from _about_binding(document, entities.get(path.split("/")[1], {}))
    yield from _about_relationships(found, entities, relationships)


def _defined(found: Mapping[str, Any], folder: str) -> dict[str, dict[str, Any]]:
    pattern = re.compile(rf"{folder}/([^/]+)/definition\.json")
    return {match[1]: found[path] for path in found if (match := pattern.fullmatch(path))}


def _about_identity(types: Mapping[str, Mapping[str, Any]]) -> Iterator[Breach]:
    ids = [each["id"] for each in types.values()]
    ids += [property_["id"] for each in types.values() for property_ in _properties(each)]
    for id_, times in Counter(ids).items():
        if times > 1 or not _is_id(id_):
            yield _id(f"The id {id_!r} is there {times} times, or is none")
    for directory, each in types.items():
        if each["id"] != directory:
            yield _id(f"{each['id']} lies in the folder {directory}")
        if each.get("namespace") != "usertypes" or each.get("namespaceType") != "Custom":
            yield _fixed(f"{each['name']} is in another namespace")
        if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_-]{0,127}", each["name"]):
            yield _name(f"Not a name: {each['name']!r}")
    for name, times in Counter(each["name"].lower() for each in types.values()).items():
        if times > 1:
            yield _name(f"The name {name} is there {times} times")


def _about_properties(entities: Mapping[str, Mapping[str, Any]]) -> Iterator[Breach]:
    types: dict[str, str] = {}
    for entity in entities.values():
        by_id = {each["id"]: each for each in _properties(entity)}
        for each in by_id.values():
            if each["valueType"] not in _TYPES:
                yield _value_type(f"{each['name']} has the type {each['valueType']}")
            if types.setdefault(each["name"], each["valueType"]) != each["valueType"]:
                yield _same(f"{each['name']} has two types")
        for part in entity.get("entityIdParts") or []:
            if by_id.get(part, {}).get("valueType") not in ("String", "BigInt"):
                yield _key(f"{part} cannot be a key of {entity['name']}")


def _about_binding(document: Mapping[str, Any], entity: Mapping[str, Any]) -> Iterator[Breach]:
    known = {each["id"] for each in _properties(entity)}
    for each in document["dataBindingConfiguration"]["propertyBindings"]:
        if each["targetPropertyId"] not in known:
            yield _binding(f"A binding names the property {each['targetPropertyId']}")


def _about_relationships(
    found: Mapping[str, Any],
    entities: Mapping[str, Mapping[str, Any]],
    relationships: Mapping[str, Mapping[str, Any]],
) -> Iterator[Breach]:
    for id_, each in relationships.items():
        ends = each["source"]["entityTypeId"], each["target"]["entityTypeId"]
        if ends[0] == ends[1]:
            yield _different(f"{each['name']} joins an entity with itself")
        if not set(ends) <= set(entities):
            yield _ends(f"{each['name']} joins {ends[0]} and {ends[1]}")
            continue
        for path, document in found.items():
            if path.startswith(f"RelationshipTypes/{id_}/Contextualizations/"):
                names = ("sourceKeyRefBindings", "targetKeyRefBindings")
                for end, name in zip(ends, names, strict=True):
                    bound = {binding["targetPropertyId"] for binding in document[name]}
                    if bound != set(entities[end].get("entityIdParts") or []):
                        yield _context(f"{each['name']} does not cover the key of {end}")


def _properties(entity: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*entity.get("properties", []), *entity.get("timeseriesProperties", [])]


def _is_id(text: Any) -> bool:
    return isinstance(text, str) and text.isdigit() and 0 < int(text) < 2**63
