"""What a read-only traversal consists of, once it is parsed."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from graph_query_api.graphs.gremlin.query.tokens import Place


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | float | bool
    place: Place


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the caller sends beside the query."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Listing:
    items: "tuple[Literal | Parameter, ...]"
    place: Place


@dataclass(frozen=True, slots=True)
class Word:
    """A constant of Gremlin's such as ``T.id``; ``bare`` if written without ``T.``"""

    kind: str
    name: str
    bare: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Predicate:
    """``and`` and ``or`` have two predicates as arguments, all others have values."""

    name: str
    arguments: "tuple[Argument, ...]"
    place: Place


@dataclass(frozen=True, slots=True)
class Step:
    """``slots`` says of each argument what it is: a label, a property, a value."""

    name: str
    arguments: "tuple[Argument, ...]"
    slots: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Traversal:
    steps: tuple[Step, ...]
    place: Place


Argument: TypeAlias = Literal | Parameter | Listing | Word | Predicate | Traversal

WORDS = {
    "T": ("id", "label", "key", "value"),
    "Order": ("asc", "desc", "incr", "decr", "shuffle"),
    "Column": ("keys", "values"),
    "Scope": ("local", "global"),
    "Pop": ("first", "last", "all", "mixed"),
    "Pick": ("any", "none"),
}
BARE_WORDS = {name: kind for kind, names in WORDS.items() for name in names}

_OPPOSITES = (
    *(("eq", "neq"), ("gt", "lte"), ("lt", "gte"), ("within", "without"), ("and", "or")),
    *(("startingWith", "notStartingWith"), ("endingWith", "notEndingWith")),
    ("containing", "notContaining"),
)
_OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}
_RANGES = {
    "between": ("or", "lt", "gte"),
    "inside": ("or", "lte", "gte"),
    "outside": ("and", "gte", "lte"),
}
"""What is true outside of them: how it is joined, and what either bound is compared by."""

PREDICATES = {
    **dict.fromkeys(("eq", "neq", "gt", "gte", "lt", "lte"), 1),
    **dict.fromkeys(("between", "inside", "outside"), 2),
    **dict.fromkeys(("within", "without"), None),
}
"""With the number of their values; None: any."""
TEXT_PREDICATES = {
    f"{starts}{ends}": 1
    for starts, ends in (
        *(("starting", "With"), ("ending", "With"), ("containing", "")),
        *(("notStarting", "With"), ("notEnding", "With"), ("notContaining", "")),
    )
}


def negated(predicate: Predicate) -> Predicate:
    """Without ``not``, which means a traversal or a predicate, as its argument may be."""
    name, arguments, place = predicate.name, predicate.arguments, predicate.place
    if name in _RANGES:
        joined, lower, upper = _RANGES[name]
        bounds = zip((lower, upper), arguments, strict=True)
        return Predicate(joined, tuple(Predicate(by, (at,), place) for by, at in bounds), place)
    if name in {"and", "or"}:
        arguments = tuple(negated(each) for each in arguments if isinstance(each, Predicate))
    return replace(predicate, name=_OPPOSITE[name], arguments=arguments)
