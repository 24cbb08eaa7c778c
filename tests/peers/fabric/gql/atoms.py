"""The smallest parts of expressions: literals, variables, calls, what stands in brackets."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from peers.fabric.gql.aggregates import AGGREGATES, Aggregate
from peers.fabric.gql.cursor import Cursor
from peers.fabric.gql.functions import FUNCTIONS, call, cast, zoned_datetime
from peers.fabric.gql.problems import GqlProblem, unsupported
from peers.fabric.gql.values import Expression, Row, equal, integer, kind

_UNSUPPORTED = {"CASE", "PROPERTIES", "REGEXP_CONTAINS", "CARDINALITY", "VALUE", "PRODUCT"} | {
    *("STDDEV_SAMP", "STDDEV_POP", "PERCENTILE_CONT", "PERCENTILE_DISC"),
}


class Atoms(Cursor, ABC):
    """``scope`` holds the variables that can be used; ``aggregates`` those met so far."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.scope: set[str] = set()
        self.aggregates: list[Aggregate] = []

    @abstractmethod
    def expression(self) -> Expression: ...

    @abstractmethod
    def exists(self) -> Expression: ...

    def atom(self) -> Expression:
        token = self.token
        if token.kind == "text":
            return constant(self.advance().value)
        if token.kind == "number":
            return constant(number(self.advance().text))
        if self.take("("):
            found = self.expression()
            self.expect(")")
            return found
        if self.take("["):
            return self._list()
        if token.kind == "quoted":
            return self._variable()
        if token.kind != "word":
            self.fail("A value is expected")
        return self._word()

    def _word(self) -> Expression:
        word = self.token.word
        if word in ("TRUE", "FALSE", "NULL", "UNKNOWN"):
            self.advance()
            return constant({"TRUE": True, "FALSE": False}.get(word))
        if word == "EXISTS":
            return self.exists()
        if word in _UNSUPPORTED and (self.ahead().text in "({" or word == "CASE"):
            raise unsupported(word)
        if word == "CAST" and self.ahead().text == "(":
            return self._cast()
        if word in ("COALESCE", "NULLIF") and self.ahead().text == "(":
            return self._null_function()
        if word == "ZONED_DATETIME" and self.ahead().kind == "text":
            self.advance()
            return constant(zoned_datetime(self.advance().value))
        if self.ahead().text == "(" and self.ahead().kind == "sign":
            return self._aggregate() if word in AGGREGATES else self._function()
        return self._variable()

    def _variable(self) -> Expression:
        name = self.name("variable")
        if name not in self.scope:
            raise GqlProblem(f"There is no variable {name} here", "42002", self.token.start)
        return Expression(lambda row: row[name], frozenset((name,)))

    def _list(self) -> Expression:
        found = [] if self.sees("]") else self._arguments()
        self.expect("]")
        runs = [each.run for each in found]
        return Expression(
            lambda row: [run(row) for run in runs],
            uses_of(found),
            "LIST",
            aggregates=any(each.aggregates for each in found),
        )

    def _arguments(self) -> list[Expression]:
        found = [self.expression()]
        while self.take(","):
            found.append(self.expression())
        return found

    def _function(self) -> Expression:
        name = self.token.word
        if name not in FUNCTIONS:
            raise GqlProblem(f"There is no function {self.token.text}", "42000", self.token.start)
        self.advance()
        self.expect("(")
        found = [] if self.sees(")") else self._arguments()
        self.expect(")")
        runs = [each.run for each in found]
        return Expression(
            lambda row: call(name, [run(row) for run in runs]),
            uses_of(found),
            FUNCTIONS[name][1],
            aggregates=any(each.aggregates for each in found),
        )

    def _null_function(self) -> Expression:
        name = self.advance().word
        self.expect("(")
        found = self._arguments()
        self.expect(")")
        runs = [each.run for each in found]

        def coalesce(row: Row) -> Any:
            return next((value for run in runs if (value := run(row)) is not None), None)

        def nullif(row: Row) -> Any:
            first = runs[0](row)
            return None if equal(first, runs[1](row)) else first

        run = coalesce if name == "COALESCE" else nullif
        aggregates = any(each.aggregates for each in found)
        return Expression(run, uses_of(found), found[0].type, aggregates=aggregates)

    def _cast(self) -> Expression:
        self.advance()
        self.expect("(")
        inner = self.expression()
        self.expect("AS")
        type_ = self.advance().word
        if type_ == "ZONED":
            self.expect("DATETIME")
            type_ = "ZONED DATETIME"
        self.expect(")")
        run = inner.run
        return Expression(
            lambda row: cast(run(row), type_), inner.uses, aggregates=inner.aggregates
        )

    def _aggregate(self) -> Expression:
        name = self.advance().word
        self.expect("(")
        if name == "COUNT" and self.take("*"):
            inner, distinct = None, False
        else:
            distinct = self.take("DISTINCT")
            self.take("ALL")
            inner = self.expression()
            if inner.aggregates:
                raise GqlProblem("An aggregate is inside another", "42000")
        self.expect(")")
        key = f"#{len(self.aggregates)}"
        self.aggregates.append(Aggregate(key, name, inner, distinct))
        type_ = "INT64" if name == "COUNT" else inner.type if inner else None
        type_ = "FLOAT64" if name == "AVG" else "LIST" if name.startswith("COLLECT") else type_
        return Expression(lambda row: row[key], frozenset(), type_, aggregates=True)


def constant(value: Any) -> Expression:
    return Expression(lambda _row: value, type=None if value is None else kind(value))


def number(text: str) -> int | float:
    plain = text.replace("_", "")
    if plain.lower().lstrip("-").startswith("0x"):
        return integer(int(plain, 16))
    if plain.lstrip("-").isdigit():
        return integer(int(plain))
    return float(plain)


def reader(run: Callable[[Row], Any], name: str) -> Callable[[Row], Any]:
    def read(row: Row) -> Any:
        found = run(row)
        if found is None:
            return None
        if isinstance(found, list):
            return [each.values.get(name) for each in found]
        try:
            return found.values.get(name)
        except AttributeError:
            raise GqlProblem("Only nodes and edges have properties", "22G03") from None

    return read


def uses_of(found: Iterable[Expression]) -> frozenset[str]:
    return frozenset().union(*(each.uses for each in found))
