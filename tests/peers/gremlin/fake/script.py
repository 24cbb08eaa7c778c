"""Gremlin text into steps. Nothing of it is ever evaluated as code."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from peers.gremlin.fake.refusals import (
    CANNOT_RUN,
    LIMIT,
    MALFORMED,
    Refusal,
)

MOST_BYTES = 64 << 10
MOST_STEPS = 400

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[LlIiDdFf]?
    |(?P<name>[A-Za-z_]\w*)|(?P<sign>[()\[\],.]))""",
    re.VERBOSE | re.DOTALL,
)
_COMPARING = ("eq", "neq", "gt", "gte", "lt", "lte", "between", "inside", "outside")
_ABOUT_TEXT = ("startingWith", "endingWith", "containing")
_NEGATED = ("notStartingWith", "notEndingWith", "notContaining")
PREDICATES = frozenset({*_COMPARING, "within", "without", *_ABOUT_TEXT, *_NEGATED})
_ENUMS = {"T", "Order", "Column", "Scope", "Pop", "P", "TextP", "Pick"}
_TOKENS = frozenset(
    {"id", "label", "key", "value", "keys", "values", "incr", "decr", "asc", "desc"}
    | {"local", "global"}
)
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

# what belongs to the step before it
_MODULATORS = {
    "by": frozenset({"project", "group", "groupCount", "order", "path", "dedup", "select"}),
    "property": frozenset({"addV", "addE"}),
    "to": frozenset({"addE"}),
    "from": frozenset({"addE"}),
    "times": frozenset({"repeat"}),
    "until": frozenset({"repeat"}),
    "emit": frozenset({"repeat"}),
}


@dataclass(frozen=True, slots=True)
class Bound:
    name: str


@dataclass(frozen=True, slots=True)
class Token:
    """Such as ``id``, ``T.label`` or ``decr``."""

    name: str


@dataclass(frozen=True, slots=True)
class Predicate:
    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    arguments: tuple[Any, ...]
    modulators: "list[Step]" = field(default_factory=list)

    def modulated(self, name: str) -> "list[tuple[Any, ...]]":
        return [each.arguments for each in self.modulators if each.name == name]


Traversal = tuple[Step, ...]


def parsed(script: str, bindings: Mapping[str, Any]) -> Traversal:
    size = len(script.encode()) + len(json.dumps(bindings, ensure_ascii=False).encode())
    if size > MOST_BYTES:
        raise Refusal(LIMIT, f"The script exceeds the maximum length of {MOST_BYTES} bytes")
    return _parsed(script)


@lru_cache(1000)
def _parsed(script: str) -> Traversal:
    reader = _Reader(script)
    reader.expect("g")
    steps = reader.chain()
    if reader.next[1]:
        raise Refusal(MALFORMED, f"Unexpected {reader.next[1]!r}: one traversal in a request")
    if reader.steps > MOST_STEPS:
        raise Refusal(LIMIT, f"The traversal exceeds the limit of {MOST_STEPS} steps")
    return steps


class _Reader:
    def __init__(self, script: str) -> None:
        self._tokens = list(_tokens(script))
        self._at = 0
        self.steps = 0

    @property
    def next(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def take(self) -> tuple[str, str]:
        token = self.next
        self._at += 1
        return token

    def expect(self, text: str) -> None:
        found = self.take()
        if found[1] != text or found[0] == "text":
            raise Refusal(MALFORMED, f"Expected {text!r}, found {found[1]!r}")

    def chain(self) -> Traversal:
        """``.step(…)`` again and again, modulators with what they modulate."""
        steps: list[Step] = []
        while self.next == ("sign", "."):
            self.take()
            step = Step(self.take()[1], self.arguments("(", ")"))
            self.steps += 1
            if steps and steps[-1].name in _MODULATORS.get(step.name, ()):
                steps[-1].modulators.append(step)
            else:
                steps.append(step)
        return tuple(steps)

    def arguments(self, opening: str, closing: str) -> tuple[Any, ...]:
        self.expect(opening)
        found: list[Any] = []
        while self.next != ("sign", closing):
            if found:
                self.expect(",")
            found.append(self.argument())
        self.take()
        return tuple(found)

    def argument(self) -> Any:
        kind, text = self.next
        if text == "[" and kind == "sign":
            return list(self.arguments("[", "]"))
        self.take()
        if kind == "text":
            return _unquoted(text)
        if kind == "number":
            return float(text) if re.search("[.eE]", text) else int(text)
        if kind == "name":
            return self.named(text)
        raise Refusal(MALFORMED, f"Unexpected {text!r}")

    def named(self, name: str) -> Any:
        if name in {"__", "g"}:
            return self.chain()
        if name in _ENUMS and self.next == ("sign", "."):
            self.take()
            name = self.take()[1]
            if self.next != ("sign", "("):
                return Token(name)
        if self.next == ("sign", "("):
            if name not in PREDICATES:
                raise Refusal(CANNOT_RUN, f"Unable to resolve {name}(): write __.{name}()")
            return Predicate(name, self.arguments("(", ")"))
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        return Token(name) if name in _TOKENS else Bound(name)


def _tokens(script: str) -> Iterator[tuple[str, str]]:
    at = 0
    while script[at:].strip():
        found = _TOKEN.match(script, at)
        if found is None:
            raise Refusal(MALFORMED, f"Unexpected character at {at}: {script[at : at + 20]!r}")
        kind = str(found.lastgroup)
        yield kind, found[kind]
        at = found.end()
    yield "end", ""


def _unquoted(text: str) -> str:
    return re.sub(
        r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1], flags=re.DOTALL
    )
