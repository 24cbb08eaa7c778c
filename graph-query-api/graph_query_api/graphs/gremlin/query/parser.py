"""Gremlin that only reads: parsed here, and written anew before a server sees it.

A caller's text is never sent. What it means is: steps of an allow-list, names that were
looked up, and values that are bound.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from graph_query_api.graphs.gremlin.query.cursor import Cursor
from graph_query_api.graphs.gremlin.query.emit import emit
from graph_query_api.graphs.gremlin.query.fence import check_name
from graph_query_api.graphs.gremlin.query.names import GraphNames
from graph_query_api.graphs.gremlin.query.steps import (
    STARTS,
    STEPS,
    check_loops,
    matched,
    without_word,
)
from graph_query_api.graphs.gremlin.query.syntax import (
    BARE_WORDS,
    PREDICATES,
    TEXT_PREDICATES,
    WORDS,
    Argument,
    Listing,
    Literal,
    Parameter,
    Predicate,
    Step,
    Traversal,
    Word,
    negated,
)
from graph_query_api.graphs.gremlin.query.tokens import (
    Token,
    number_of,
    refused,
    shown,
    text_of,
    unexpected,
)

__all__ = ["GraphNames", "Traversal", "emit", "parse"]

_ENDINGS = ("toList", "next")
_ANY_PREDICATE = PREDICATES | TEXT_PREDICATES
_PREFIXES = ("__", "P", "TextP")
_INSTEAD = {
    "null": "Write hasNot('name') for what has no value.",
    "new": "Write times as text, such as '2024-05-01T00:00:00Z'.",
}


def parse(query: str) -> Traversal:
    """Raises QueryRefused, in words and with the place, unless it is one that only reads."""
    return _Parser(query).query()


class _Parser:
    def __init__(self, query: str) -> None:
        self._at = Cursor(query)

    def query(self) -> Traversal:
        start = self._at.take()
        if start.text != "g":
            raise refused(start.place, "a query begins with g, as in g.V().limit(10).")
        self._at.sign(".")
        steps = self._chain([], root=True)
        after = self._at.next
        while self._at.next.text == ";":
            self._at.take()
        if self._at.next.kind != "end":
            raise unexpected(after, "nothing can follow the query, such as")
        if steps[0].name not in STARTS:
            raise refused(steps[0].place, "a query begins with g.V() or g.E().")
        return Traversal(steps, start.place)

    def _chain(self, steps: list[Step], root: bool = False) -> tuple[Step, ...]:
        """Steps with dots between them, behind those that were read already."""
        while not steps or self._at.next.text == ".":
            if steps:
                self._at.take()
            name = self._at.word("a step")
            if root and steps and name.text in _ENDINGS:
                steps += self._ending(name)
                break
            check_name(name.text, name.place)
            steps.append(self._step(name, self._arguments(name)))
        check_loops(steps)
        return tuple(steps)

    def _ending(self, name: Token) -> list[Step]:
        """What a console needs and we don't: ``next()`` is the first result only."""
        if self._arguments(name):
            raise refused(name.place, f"{name.text} takes nothing here. Write limit() before it.")
        first = Literal(1, name.place)
        return [self._step(name._replace(text="limit"), [first])] if name.text == "next" else []

    def _step(self, name: Token, arguments: Sequence[Argument]) -> Step:
        self._at.count_step(name.place)
        taken, slots = matched(name.text, arguments, name.place)
        return Step(name.text, taken, slots, name.place)

    def _arguments(self, of: Token) -> list[Argument]:
        if self._at.next.text == "{":
            raise unexpected(self._at.next)
        if self._at.next.text != "(":
            raise refused(of.place, f"{shown(of.text)} needs its brackets: {shown(of.text)}().")
        return self._listed("(", ")")

    def _listed(self, opening: str, closing: str) -> list[Argument]:
        found: list[Argument] = []
        with self._at.deeper():
            self._at.sign(opening)
            while self._at.next.text != closing:
                if found:
                    self._at.sign(",")
                found.append(self._argument())
            self._at.take()
        return found

    def _argument(self) -> Argument:
        token = self._at.next
        if token.kind == "word":
            found = self._named(self._at.take())
        elif token.text == "[":
            found = Listing(_scalars(map(without_word, self._listed("[", "]"))), token.place)
        else:
            found = self._literal()
        if self._at.next.text == "." and not isinstance(found, Traversal | Predicate):
            raise refused(
                self._at.next.place, "values have no methods here. Write the value itself."
            )
        return found

    def _literal(self) -> Literal:
        token = self._at.take()
        sign = 1
        if token.text == "-" and self._at.next.kind == "number":
            token, sign = self._at.take(), -1
        if token.kind == "text":
            return Literal(text_of(token), token.place)
        if token.kind == "number":
            return Literal(number_of(token, sign), token.place)
        raise unexpected(token)

    def _named(self, name: Token) -> Argument:
        if name.text in {"true", "false"}:
            return Literal(name.text == "true", name.place)
        if name.text in {"null", "new"}:
            raise refused(name.place, f"{name.text} is not taken. {_INSTEAD[name.text]}")
        if self._at.next.text == "(":
            return self._called(name)
        if self._at.next.text == "." and (name.text in WORDS or name.text in _PREFIXES):
            return self._prefixed(name)
        if self._at.next.text == "." and name.text == "g":
            raise refused(name.place, "only the query itself begins with g. Write __ here.")
        if name.text in BARE_WORDS:
            return Word(BARE_WORDS[name.text], name.text, True, name.place)
        return Parameter(name.text, name.place)

    def _prefixed(self, prefix: Token) -> Argument:
        self._at.sign(".")
        name = self._at.word("a name")
        if prefix.text == "__":
            check_name(name.text, name.place)
            return self._called(name)
        if prefix.text in _PREFIXES and name.text in {*_ANY_PREDICATE, "not"}:
            return self._called(name)
        if name.text in WORDS.get(prefix.text, ()):
            return Word(prefix.text, name.text, False, name.place)
        known = WORDS.get(prefix.text, tuple(_ANY_PREDICATE))
        raise refused(
            name.place, f"{prefix.text} has no {shown(name.text)}. It has: {', '.join(known)}."
        )

    def _called(self, name: Token) -> Argument:
        """A predicate, or the first step of a traversal; ``not`` is what its argument says."""
        if name.text in _ANY_PREDICATE:
            return self._joined(_predicate(name, self._arguments(name)))
        if name.text not in STEPS and (near := get_close_matches(name.text, _ANY_PREDICATE, 1)):
            raise refused(name.place, f"there is no {shown(name.text)}. Did you mean {near[0]}?")
        check_name(name.text, name.place)
        arguments = self._arguments(name)
        if name.text == "not" and len(arguments) == 1 and isinstance(arguments[0], Predicate):
            return self._joined(negated(arguments[0]))
        return Traversal(self._chain([self._step(name, arguments)]), name.place)

    def _joined(self, predicate: Predicate) -> Predicate:
        """With what ``.and()``, ``.or()`` and ``.negate()`` make of it."""
        while self._at.next.text == ".":
            self._at.take()
            name = self._at.word("and() or or()")
            self._at.count_joined(name.place)
            arguments = self._arguments(name)
            match name.text, arguments:
                case "negate", []:
                    predicate = negated(predicate)
                case "and" | "or", [Predicate() as other]:
                    predicate = Predicate(name.text, (predicate, other), name.place)
                case _:
                    raise refused(
                        name.place, "behind a predicate come and(…), or(…) or negate() only."
                    )
        return predicate


def _predicate(name: Token, arguments: Sequence[Argument]) -> Predicate:
    count = _ANY_PREDICATE[name.text]
    values = tuple(map(without_word, arguments))
    kinds = Literal | Parameter if count else Literal | Parameter | Listing
    if len(values) != (count or len(values)) or not all(isinstance(v, kinds) for v in values):
        wanted = {1: "one value", 2: "two values", None: "values"}[count]
        raise refused(name.place, f"{name.text} takes {wanted}, and nothing else.")
    return Predicate(name.text, values, name.place)


def _scalars(arguments: Iterable[Argument]) -> tuple[Literal | Parameter, ...]:
    found = []
    for each in arguments:
        if not isinstance(each, Literal | Parameter):
            raise refused(each.place, "lists hold values only: text, numbers, true, false.")
        found.append(each)
    return tuple(found)
