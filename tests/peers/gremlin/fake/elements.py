"""What the fake holds: vertices and edges as documents in partitions, with Cosmos DB's rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from peers.gremlin.fake.refusals import CANNOT_RUN, CONFLICT, MALFORMED, Refusal

_FORBIDDEN_IN_IDS = re.compile(r"[/\\?#]")
_MOST_BYTES_OF_AN_ID = 1023
_RESERVED = frozenset({"id", "label"})

Place = tuple[Any, str]
"""Partition key value and id."""


@dataclass(eq=False, slots=True)
class Vertex:
    id: str
    label: str
    pk: Any
    properties: dict[str, list[Any]]
    outgoing: dict[Place, "Edge"] = field(default_factory=dict)
    incoming: dict[Place, "Edge"] = field(default_factory=dict)

    def values(self, name: str) -> list[Any]:
        return self.properties.get(name, [])

    def shown(self) -> dict[str, Any]:
        properties = {
            name: [{"id": f"{self.id}|{name}", "value": value} for value in several]
            for name, several in self.properties.items()
        }
        found = {"id": self.id, "label": self.label, "type": "vertex"}
        return {**found, "properties": properties}


@dataclass(eq=False, slots=True)
class Edge:
    id: str
    label: str
    source: Vertex
    target: Vertex
    properties: dict[str, Any]

    def values(self, name: str) -> list[Any]:
        return [self.properties[name]] if name in self.properties else []

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": self.id,
            "label": self.label,
            "type": "edge",
            "inVLabel": self.target.label,
            "outVLabel": self.source.label,
            "inV": self.target.id,
            "outV": self.source.id,
        }
        return {**found, **({"properties": self.properties} if self.properties else {})}


Element = Vertex | Edge


class Elements:
    def __init__(self, partition_key: str) -> None:
        self._partition_key = partition_key
        self.vertices: dict[Place, Vertex] = {}
        self.edges: dict[Place, Edge] = {}
        self._by_id: dict[str, dict[Place, Vertex]] = {}

    def add_vertex(self, label: str, properties: list[tuple[str, Any]]) -> Vertex:
        id_, kept = self._id_and_rest(properties)
        several: dict[str, list[Any]] = {}
        for name, value in kept:
            several.setdefault(name, []).append(value)
        pk = several.get(self._partition_key)
        if pk is None:
            key = self._partition_key
            raise Refusal(MALFORMED, f"Cannot add a vertex where the partition key {key!r} is null")
        vertex = Vertex(id_, label, pk[0], several)
        place = (vertex.pk, id_)
        self._check_free(place)
        self.vertices[place] = vertex
        self._by_id.setdefault(id_, {})[place] = vertex
        return vertex

    def add_edge(
        self, label: str, source: Vertex, target: Vertex, properties: list[tuple[str, Any]]
    ) -> Edge:
        """Stored with its source."""
        id_, kept = self._id_and_rest(properties)
        if self._partition_key in dict(kept):
            raise Refusal(CANNOT_RUN, "An edge has its source's partition key, and no other")
        place = (source.pk, id_)
        self._check_free(place)
        edge = Edge(id_, label, source, target, dict(kept))
        self.edges[place] = source.outgoing[place] = target.incoming[place] = edge
        return edge

    def set_property(self, element: Element, name: str, value: Any) -> None:
        if name in {*_RESERVED, self._partition_key}:
            raise Refusal(CANNOT_RUN, f"{name!r} can't be changed")
        _check_value(name, value)
        if isinstance(element, Vertex):
            element.properties[name] = [value]
        else:
            element.properties[name] = value

    def find_vertices(self, address: Any) -> Iterator[Vertex]:
        """``[pk, id]``, or an id in any partition."""
        if isinstance(address, list):
            if len(address) != 2:
                raise Refusal(MALFORMED, "A vertex is addressed by [partition key, id]")
            found = self.vertices.get((address[0], address[1]))
            yield from [found] if found else []
        else:
            yield from list(self._by_id.get(address, {}).values())

    def find_edges(self, id_: Any) -> Iterator[Edge]:
        yield from [each for (_, one), each in self.edges.items() if one == id_]

    def drop(self, element: Element) -> None:
        if isinstance(element, Vertex):
            for edge in [*element.outgoing.values(), *element.incoming.values()]:
                self.drop(edge)
            place = (element.pk, element.id)
            self.vertices.pop(place, None)
            self._by_id.get(element.id, {}).pop(place, None)
        else:
            place = (element.source.pk, element.id)
            self.edges.pop(place, None)
            element.source.outgoing.pop(place, None)
            element.target.incoming.pop(place, None)

    def snapshot(self) -> dict[str, list[dict[str, Any]]]:
        """All elements as Gremlin shows them, each with its partition as ``pk``."""
        vertices = [{**each.shown(), "pk": each.pk} for each in self.vertices.values()]
        edges = [{**each.shown(), "pk": each.source.pk} for each in self.edges.values()]
        return {"vertices": vertices, "edges": edges}

    def _id_and_rest(self, properties: list[tuple[str, Any]]) -> tuple[str, list[tuple[str, Any]]]:
        for name, value in properties:
            _check_value(name, value)
        ids = [value for name, value in properties if name == "id"]
        id_ = ids[-1] if ids else str(uuid4())
        if not isinstance(id_, str) or not id_ or len(id_.encode()) > _MOST_BYTES_OF_AN_ID:
            raise Refusal(MALFORMED, "An id is a text of 1 to 1,023 bytes")
        if _FORBIDDEN_IN_IDS.search(id_):
            raise Refusal(MALFORMED, "An id has none of / \\ ? #")
        return id_, [each for each in properties if each[0] not in _RESERVED]

    def _check_free(self, place: Place) -> None:
        if place in self.vertices or place in self.edges:
            raise Refusal(CONFLICT)


def _check_value(name: str, value: Any) -> None:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str | bool | int | float) for each in items):
        raise Refusal(CANNOT_RUN, f"{name!r}: null and objects are no values of a property")
