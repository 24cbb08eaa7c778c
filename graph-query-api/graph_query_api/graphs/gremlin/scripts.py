"""Scripts that write and find many elements, in few texts: what varies is bound.

A server compiles each new text, so elements of one shape (a label and the properties that
are present) are written by one text, and what remains by texts of two smaller sizes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isqrt
from typing import Any, Literal

from graph_query_api.graphs.catalog import EdgeType, Property, VertexType
from graph_query_api.graphs.gremlin.layout import (
    KEY,
    LOAD,
    NUMBER,
    PAIR,
    SOURCE,
    TARGET,
    Dialect,
    GremlinTarget,
)

MOST_ELEMENTS = 30
WORTH_A_LONG_TEXT = 4
"""Scripts of the largest size, fewer of which don't make up for the time to compile it."""
MOST_STEPS = 380
"""Cosmos DB takes 400 in one traversal."""
MOST_BYTES = 48 << 10
"""Cosmos DB takes 64 KB; whether that is without the bound values is not said."""

GATHERED = "m"

Element = tuple[Any, ...]
"""The bound values of one element, in the order of its shape's parameters; its id is the first."""


@dataclass(frozen=True)
class Shape:
    """Elements that one text can write: ``each`` has ``#`` where an element's number goes."""

    kind: Literal["vertices", "edges"]
    label: str
    """As the pack calls it."""
    each: str
    parameters: tuple[str, ...]
    steps: int
    shared: Mapping[str, Any] = field(hash=False)
    """Bound once for all elements."""
    find: str
    """Where an element is found, as an argument of V() or E()."""
    rows: int
    """There are not more."""
    chained: bool
    """One traversal goes from element to element; else each is a branch of its own."""
    gathered: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Property → its place in an element, of those that are bound together as one map."""

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many elements go into a script: many, some, or one. Empty if one is too much."""
        most = min(MOST_ELEMENTS, MOST_STEPS // self.steps)
        sizes = (
            {most, isqrt(most), 1} if self.rows >= WORTH_A_LONG_TEXT * most else {isqrt(most), 1}
        )
        return tuple(sorted(sizes, reverse=True)) if most else ()

    def text(self, count: int) -> str:
        parts = [self.each.replace("#", str(number)) for number in range(count)]
        if self.chained:
            return f"g.{'.'.join(parts)}.count()"
        return f"g.inject(0).union({', '.join(parts)}).count()"


@dataclass(frozen=True)
class Batch:
    """What one script writes."""

    shape: Shape
    elements: Sequence[Element]

    @property
    def script(self) -> str:
        return self.shape.text(len(self.elements))

    @property
    def bindings(self) -> dict[str, Any]:
        return {**self.shape.shared, **self._bound(self.shape.each)}

    @property
    def result(self) -> list[int]:
        """What the script answers when it has written all. A chain ends as one."""
        return [1 if self.shape.chained else len(self.elements)]

    @property
    def size(self) -> int:
        bound = json.dumps(self.bindings, ensure_ascii=False)
        return len(self.script.encode()) + len(bound.encode())

    def finder(self) -> tuple[str, dict[str, Any]]:
        """A script for the ids of those that are there, and what it has bound."""
        shape = self.shape
        start = "V" if shape.kind == "vertices" else "E"
        found = ", ".join(shape.find.replace("#", str(n)) for n in range(len(self.elements)))
        bindings = {LOAD: shape.shared[LOAD], **self._bound(shape.find)}
        return f"g.{start}({found}).has('{LOAD}', {LOAD}).id()", bindings

    def _bound(self, text: str) -> dict[str, Any]:
        """The values of the parameters that the text of an element uses."""
        used = [
            (place, parameter)
            for place, parameter in enumerate(self.shape.parameters)
            if f"{parameter}#" in text
        ]
        bound = {
            f"{parameter}{number}": element[place]
            for number, element in enumerate(self.elements)
            for place, parameter in used
        }
        if f"{GATHERED}#" in text:
            maps = map(self._gathered, self.elements)
            bound |= {f"{GATHERED}{number}": each for number, each in enumerate(maps)}
        return bound

    def _gathered(self, element: Element) -> dict[str, Any]:
        """Its properties that are present, and those that all share."""
        there = {
            name: element[place]
            for name, place in self.shape.gathered.items()
            if element[place] is not None
        }
        return {**self.shape.shared, **there}


def batches(shape: Shape, elements: Sequence[Element], most: int | None = None) -> Iterator[Batch]:
    """All elements, in scripts of the shape's sizes, each as long as a script may be."""
    start = 0
    while start < len(elements):
        for size in shape.sizes:
            batch = Batch(shape, elements[start : start + size])
            fits = len(batch.elements) == size <= (most or size) and batch.size <= MOST_BYTES
            if fits or size == 1:
                break
        yield batch
        start += len(batch.elements)


@dataclass(frozen=True)
class Shapes:
    """The shapes of one load."""

    target: GremlinTarget
    generation: str

    def vertex(self, kind: VertexType, present: Sequence[bool]) -> Shape:
        """Parameters: id, partition key, key, number, then the properties that are present."""
        named = {self.target.partition_key: "k", KEY: "y", NUMBER: "n"}
        named |= _present(kind.properties, present)
        parameters = ("i", *named.values())
        shared = {LOAD: self.generation}
        steps = [
            f"addV({quoted(kind.table)})",
            self._id(),
            *self._properties(shared, named),
        ]
        return Shape(
            "vertices",
            kind.label,
            ".".join(steps),
            parameters,
            len(steps),
            shared,
            at(self.target.dialect, "k#", "i#"),
            kind.rows,
            chained=True,
            gathered=self._gathered(named, parameters),
        )

    def edge(self, kind: EdgeType, pair: int, rows: int, present: Sequence[bool]) -> Shape:
        """Parameters: id, the partition key and id of the source, those of the target, the
        numbers of both and that among parallel edges, then the properties that are present.

        Cosmos DB uses its index for the first V() of a traversal and of each branch, so that of
        a chain would search. TinkerPop finds vertices anywhere, and a chain without V() soonest:
        each V() that has no more to give would raise an error as deep as the chain is long.
        """
        named = {SOURCE: "s", TARGET: "t", NUMBER: "n"} | _present(kind.properties, present)
        parameters = ("i", "a", "b", "c", "d", *named.values())
        shared = {LOAD: self.generation, PAIR: pair}
        dialect = self.target.dialect
        source, target = f"__.V({at(dialect, 'a#', 'b#')})", f"__.V({at(dialect, 'c#', 'd#')})"
        adding = f"addE({quoted(kind.table)})"
        chained = dialect == "tinkerpop"
        steps = [
            *([adding, f"from({source})"] if chained else [source, adding]),
            f"to({target})",
            self._id(),
            *self._properties(shared, named),
        ]
        return Shape(
            "edges",
            kind.label,
            ".".join(steps),
            parameters,
            len(steps) + (2 if chained else 1),  # V() within from() and to()
            shared,
            "i#",
            rows,
            chained,
            self._gathered(named, parameters),
        )

    def _properties(self, shared: Mapping[str, Any], named: Mapping[str, str]) -> list[str]:
        """Cosmos DB takes one a step. TinkerPop takes a map, in half the time.

        Those of the load come last: only by them is an element found and counted, so that one
        whose script ended in its middle is not taken for written.
        """
        if self.target.dialect == "tinkerpop":
            return [f"property({GATHERED}#)"]
        own = [_property(name, f"{parameter}#") for name, parameter in named.items()]
        return own + [_property(name, name) for name in shared]

    def _gathered(self, named: Mapping[str, str], parameters: Sequence[str]) -> Mapping[str, int]:
        if self.target.dialect == "cosmos":
            return {}
        return {name: parameters.index(parameter) for name, parameter in named.items()}

    def _id(self) -> str:
        token = quoted("id") if self.target.dialect == "cosmos" else "id"
        return f"property({token}, i#)"


def at(dialect: Dialect, partition: str, element: str) -> str:
    """The argument of V() that finds a vertex: Cosmos DB wants to know where to look for it."""
    return f"[{partition}, {element}]" if dialect == "cosmos" else element


def quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _property(name: str, parameter: str) -> str:
    return f"property({quoted(name)}, {parameter})"


def _present(properties: Sequence[Property], present: Sequence[bool]) -> dict[str, str]:
    """Property → parameter; the number of a property is its place in the catalog."""
    return {
        each.column: f"p{number}_"
        for number, (each, here) in enumerate(zip(properties, present, strict=True))
        if here
    }
