"""Writes a parsed traversal as a script that sees one load only, and binds all values.

Behind every V() and E(), wherever it stands, comes the load that is asked for. Whatever
else a traversal reaches hangs together with those, and so belongs to the same load.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph_query_api.errors import QueryRefused
from graph_query_api.graphs.gremlin.layout import LOAD, Dialect
from graph_query_api.graphs.gremlin.query.names import GraphNames, Naming
from graph_query_api.graphs.gremlin.query.syntax import (
    TEXT_PREDICATES,
    Argument,
    Literal,
    Predicate,
    Step,
    Traversal,
    Word,
)
from graph_query_api.graphs.gremlin.query.tokens import refused
from graph_query_api.graphs.gremlin.query.values import Values

MOST_BYTES = 60 << 10
"""Cosmos DB takes 64 KB."""
MOST_LOOPS = 32
"""As Cosmos DB has it."""

_ORDER = {
    "cosmos": {"asc": "incr", "desc": "decr"},
    "tinkerpop": {"incr": "asc", "decr": "desc"},
}
"""Cosmos DB has kept the words that TinkerPop gave up."""
_ALL_PROPERTIES = frozenset({"values", "properties", "propertyMap", "valueMap", "elementMap"})
_VALUES_OF = {"test": "value", "id-test": "id", "label-test": "label-value", "mark-test": "mark"}
_BY_ID = frozenset({"eq", "neq", "within", "without"})


def emit(
    traversal: Traversal,
    *,
    dialect: Dialect,
    partition_key: str,
    generation: str,
    parameters: Mapping[str, Any],
    names: GraphNames,
    limit: int,
) -> tuple[str, dict[str, Any]]:
    """The script and what it has bound. Raises QueryRefused, in words and with the place."""
    values = Values(parameters, generation)
    script = _Script(dialect, Naming(names, partition_key), values)
    text = f"g{script.chain(traversal.steps)}.limit({values.bind(limit)})"
    if len(text.encode()) > MOST_BYTES:
        raise QueryRefused(
            f"Written out, the query is longer than {MOST_BYTES >> 10} KB. "
            "Ask for less at once, and name the properties that you want."
        )
    return text, values.bound


class _Script:
    def __init__(self, dialect: Dialect, naming: Naming, values: Values) -> None:
        self._dialect = dialect
        self._naming = naming
        self._values = values
        self._marks: set[str] = set()
        self._keys: set[str] = set()

    def chain(self, steps: Sequence[Step]) -> str:
        text = before = ""
        made: set[str] = set()
        for step in steps:
            if step.name != "by":  # a project()'s own by() is about what came before it
                self._keys |= made
                made = _keys_of(step)
            text += self._step(step, before)
            before = step.name
        self._keys |= made
        return text

    def _step(self, step: Step, before: str) -> str:
        match step.name:
            case "V" | "E":
                return f"{self._call(step)}.has('{LOAD}', {self._values.load})"
            case "has":
                return self._has(step)
            case "hasId" | "hasLabel" if step.slots[0].endswith("-test"):
                return self._has_test(step)
            case "is" if before in {"id", "label"}:
                return self._call(_about(before, step))
            case "choose" if step.slots[1:] == ("traversal",):
                return self._call(step, "__.identity()")  # Cosmos DB wants to hear it
            case name if name in _ALL_PROPERTIES and "property" not in step.slots:
                return self._call(step, *map(quoted, self._naming.names.columns()))
        return self._call(step)

    def _has(self, step: Step) -> str:
        """By id and by label in the form that the index is used for."""
        first, arguments, slots = step.arguments[0], step.arguments[1:], step.slots[1:]
        rest = replace(step, arguments=arguments, slots=slots)
        if len(slots) == 2:
            label = replace(step, name="hasLabel", arguments=(first,), slots=("label",))
            return f"{self._call(label)}{self._has(rest)}"
        if not slots or slots == ("traversal",):
            return self._call(step)
        if token := first.name if isinstance(first, Word) else self._token(first):
            name = {"id": "hasId", "label": "hasLabel"}[token]
            return self._step(replace(_about(token, rest), name=name), "")
        return self._call(step)

    def _has_test(self, step: Step) -> str:
        """``hasLabel('a')`` rather than ``hasLabel(eq('a'))``, which servers may not know."""
        match step.arguments[0]:
            case Predicate(name="eq" | "within" | "neq" | "without" as name, arguments=given):
                kind = step.slots[0].removesuffix("-test")
                items = tuple(each for one in given for each in self._values.items(one))
                plain = self._call(replace(step, arguments=items, slots=(kind,) * len(items)))
                if items and name in {"eq", "within"}:
                    return plain
                if items:
                    return f".not(__{plain})"
        return self._call(step)

    def _token(self, argument: Argument) -> str:
        """``id`` and ``label``, where no property of the pack has that name; or nothing."""
        name = self._values.one(argument).value
        return str(name) if name in {"id", "label"} - self._naming.names.properties.keys() else ""

    def _call(self, step: Step, *more: str) -> str:
        pairs = zip(step.slots, step.arguments, strict=True)
        texts = [text for slot, argument in pairs for text in self._texts(slot, argument, step)]
        return f".{step.name}({', '.join((*texts, *more))})"

    def _texts(self, slot: str, argument: Argument, step: Step) -> list[str]:
        match argument:
            case Traversal():
                return [f"__{self.chain(argument.steps)}"]
            case Predicate():
                return [self._predicate(slot, argument, step)]
            case Word():
                return [_ORDER[self._dialect].get(argument.name, argument.name)]
        if slot == "id":
            return self._values.ids(argument)
        return [self._text(slot, argument, step)]

    def _text(self, slot: str, argument: Argument, step: Step) -> str:
        values, naming, place = self._values, self._naming, argument.place
        match slot:
            case "value" | "boolean":
                return values.written(argument)
            case "count" if step.name == "times":
                return values.bind(values.count(argument, 1, MOST_LOOPS))
            case "count":
                return values.bind(values.count(argument))
            case "share":
                return values.bind(values.share(argument))
            case "formula":
                return values.bind(values.formula(argument))
        name = values.text(argument, "A name")
        match slot:
            case "label" | "edge":
                return quoted(naming.label(name, place))
            case "label-value":
                return values.bind(naming.label(name, place))
            case "property":
                return quoted(naming.property(name, place))
            case "key" if name in self._keys:
                return quoted(naming.mark(name, place))
            case "key":
                return self._token(argument) or quoted(naming.property(name, place))
            case "pick" if name in naming.names.properties.keys() - self._marks:
                return quoted(naming.property(name, place))
        self._marks.add(name)
        return quoted(naming.mark(name, place))

    def _predicate(self, slot: str, predicate: Predicate, step: Step) -> str:
        name, place = predicate.name, predicate.place
        if name in {"and", "or"}:
            left, right = (self._texts(slot, each, step) for each in predicate.arguments)
            return f"{left[0]}.{name}({right[0]})"
        if slot == "id-test" and name not in _BY_ID:
            raise refused(place, f"ids are not compared by {name}. Write eq, neq, within, without.")
        texts = list(self._arguments_of(_VALUES_OF[slot], predicate, step))
        if name in {"within", "without"} and not texts:
            return f"{name}([])"
        return f"{'TextP.' if name in TEXT_PREDICATES else ''}{name}({', '.join(texts)})"

    def _arguments_of(self, slot: str, predicate: Predicate, step: Step) -> Iterator[str]:
        for argument in predicate.arguments:
            if predicate.name in TEXT_PREDICATES:
                self._values.text(argument, f"What {predicate.name} takes")
            several = predicate.name in {"within", "without"}
            for each in self._values.items(argument) if several else [self._values.one(argument)]:
                yield from self._texts(slot, each, step)


def quoted(name: str) -> str:
    """For a name that was checked: it holds nothing that needs an escape."""
    return f"'{name}'"


def _about(kind: str, step: Step) -> Step:
    """The step, whose value or test turned out to be about ids or labels."""
    given, slot = step.arguments[0], step.slots[0]
    if slot == "value":
        given = Predicate("eq", (given,), given.place)
    return replace(step, arguments=(given,), slots=(f"{kind}-test",))


def _keys_of(step: Step) -> set[str]:
    """Of the maps that it makes."""
    if step.name not in {"project", "select"}:
        return set()
    return {str(each.value) for each in step.arguments if isinstance(each, Literal)}
