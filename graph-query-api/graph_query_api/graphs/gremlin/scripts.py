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
        return {
            f"{parameter}{number}": element[place]
            for number, element in enumerate(self.elements)
            for place, parameter in used
        }


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
        properties = _present(kind.properties, present)
        steps = [
            f"addV({quoted(kind.table)})",
            self._id(),
            _property(self.target.partition_key, "k#"),
            _property(LOAD, LOAD),
            _property(KEY, "y#"),
            _property(NUMBER, "n#"),
            *properties.values(),
        ]
        return Shape(
            "vertices",
            kind.label,
            ".".join(steps),
            ("i", "k", "y", "n", *properties),
            len(steps),
            {LOAD: self.generation},
            at(self.target.dialect, "k#", "i#"),
            kind.rows,
            chained=True,
        )

    def edge(self, kind: EdgeType, pair: int, rows: int, present: Sequence[bool]) -> Shape:
        """Parameters: id, the partition key and id of the source, those of the target, the
        numbers of both and that among parallel edges, then the properties that are present.

        Cosmos DB uses its index for the first V() of a traversal and of each branch, so a chain
        would search for all sources but the first. TinkerPop finds each, and a chain sooner.
        """
        properties = _present(kind.properties, present)
        dialect = self.target.dialect
        ends = {SOURCE: "s", TARGET: "t", NUMBER: "n"}
        chained = dialect == "tinkerpop"
        steps = [
            f"{'' if chained else '__.'}V({at(dialect, 'a#', 'b#')})",
            f"addE({quoted(kind.table)})",
            f"to(__.V({at(dialect, 'c#', 'd#')}))",
            self._id(),
            _property(LOAD, LOAD),
            _property(PAIR, PAIR),
            *(_property(name, f"{parameter}#") for name, parameter in ends.items()),
            *properties.values(),
        ]
        return Shape(
            "edges",
            kind.label,
            ".".join(steps),
            ("i", "a", "b", "c", "d", *ends.values(), *properties),
            len(steps) + 1,  # V() within to()
            {LOAD: self.generation, PAIR: pair},
            "i#",
            rows,
            chained,
        )

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
    """Parameter → step; the number of a property is its place in the catalog."""
    return {
        f"p{number}_": _property(each.column, f"p{number}_#")
        for number, (each, here) in enumerate(zip(properties, present, strict=True))
        if here
    }
