"""Expressions: parsed straight into functions of a row."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from peers.fabric.gql.aggregates import AGGREGATES, Aggregate
from peers.fabric.gql.cursor import Cursor
from peers.fabric.gql.functions import FUNCTIONS, call, cast, zoned_datetime
from peers.fabric.gql.problems import GqlProblem, unsupported
from peers.fabric.gql.values import (
    Expression,
    Row,
    equal,
    integer,
    less,
    negated,
    truth,
)

_UNSUPPORTED = {"CASE", "PROPERTIES", "REGEXP_CONTAINS", "CARDINALITY", "VALUE", "PRODUCT"} | {
    *("STDDEV_SAMP", "STDDEV_POP", "PERCENTILE_CONT", "PERCENTILE_DISC"),
}
_MAX_DEPTH = 100


class Expressions(Cursor):
    """``scope`` holds the variables that can be used; ``aggregates`` those met so far."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.scope: set[str] = set()
        self.aggregates: list[Aggregate] = []
        self._depth = 0

    def exists(self) -> Expression:
        raise NotImplementedError

    def expression(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise GqlProblem("The expression is nested too deeply", "54000")
        found = self._either()
        self._depth -= 1
        return found

    def _either(self) -> Expression:
        found = self._all()
        while self.sees("OR") or self.sees("XOR"):
            exclusive = self.advance().word == "XOR"
            found = _joined(found, self._all(), _xor if exclusive else _or)
        return found

    def _all(self) -> Expression:
        found = [self._not()]
        while self.take("AND"):
            found.append(self._not())
        if len(found) == 1:
            return found[0]
        parts = [part for each in found for part in each.split()]
        runs = [each.run for each in found]
        return Expression(
            lambda row: _and(run(row) for run in runs),
            _uses(found),
            "BOOL",
            parts,
            any(each.aggregates for each in found),
        )

    def _not(self) -> Expression:
        if not self.take("NOT"):
            return self._comparison()
        inner = self._not()
        run = inner.run
        return Expression(
            lambda row: negated(run(row)), inner.uses, "BOOL", aggregates=inner.aggregates
        )

    def _comparison(self) -> Expression:
        left = self._concatenation()
        while True:
            if self.token.text in _COMPARISONS and self.token.kind == "sign":
                compare = _COMPARISONS[self.advance().text]
                left = _joined(left, self._concatenation(), compare)
            elif self.take("IS"):
                left = self._is(left)
            elif self.sees("NOT", "IN") or self.sees("IN"):
                turned = self.take("NOT")
                self.advance()
                found = _joined(left, self._concatenation(), _in)
                left = _turned(found) if turned else found
            elif self.take("STARTS", "WITH"):
                left = _joined(left, self._concatenation(), _text(str.startswith))
            elif self.take("ENDS", "WITH"):
                left = _joined(left, self._concatenation(), _text(str.endswith))
            elif self.take("CONTAINS"):
                left = _joined(left, self._concatenation(), _text(str.__contains__))
            else:
                return left

    def _is(self, left: Expression) -> Expression:
        turned = self.take("NOT")
        run = left.run
        if self.take("NULL"):
            found = Expression(lambda row: run(row) is None, left.uses, "BOOL", aggregates=left.aggregates)
        elif self.sees("TRUE") or self.sees("FALSE"):
            wanted = self.advance().word == "TRUE"
            found = Expression(lambda row: run(row) is wanted, left.uses, "BOOL")
        elif self.sees("LABELED") or self.sees("TYPED"):
            raise unsupported(f"IS {self.token.word}")
        else:
            self.fail("NULL is expected")
        return _turned(found) if turned else found

    def _concatenation(self) -> Expression:
        found = self._sum()
        while self.take("||"):
            found = _joined(found, self._sum(), _concatenated, found.type)
        return found

    def _sum(self) -> Expression:
        found = self._product()
        while self.token.kind == "sign" and self.token.text in "+-" and not self.sees("-["):
            sign = self.advance().text
            found = _joined(found, self._product(), _ARITHMETIC[sign], found.type)
        return found

    def _product(self) -> Expression:
        found = self._signed()
        while self.token.kind == "sign" and self.token.text in "*/%":
            sign = self.advance().text
            found = _joined(found, self._signed(), _ARITHMETIC[sign], found.type)
        return found

    def _signed(self) -> Expression:
        if self.take("+"):
            return self._signed()
        if self.take("-"):
            if self.token.kind == "number":
                return _constant(_number("-" + self.advance().text))
            return _joined(_constant(0), self._signed(), _ARITHMETIC["-"])
        return self._property_of(self._atom())

    def _property_of(self, found: Expression) -> Expression:
        while self.take("."):
            name = self.property()
            found = Expression(
                _reader(found.run, name), found.uses, self.types[name], aggregates=found.aggregates
            )
        return found

    def _atom(self) -> Expression:
        token = self.token
        if token.kind == "text":
            return _constant(self.advance().value)
        if token.kind == "number":
            return _constant(_number(self.advance().text))
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
            return _constant({"TRUE": True, "FALSE": False}.get(word))
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
            return _constant(zoned_datetime(self.advance().value))
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
            _uses(found),
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
            _uses(found),
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
        return Expression(run, _uses(found), found[0].type, aggregates=aggregates)

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
        return Expression(lambda row: cast(run(row), type_), inner.uses, aggregates=inner.aggregates)

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


def _constant(value: Any) -> Expression:
    from peers.fabric.gql.values import kind

    return Expression(lambda _row: value, type=None if value is None else kind(value))


def _number(text: str) -> int | float:
    plain = text.replace("_", "")
    if plain.lower().lstrip("-").startswith("0x"):
        return integer(int(plain, 16))
    if plain.lstrip("-").isdigit():
        return integer(int(plain))
    return float(plain)


def _reader(run: Callable[[Row], Any], name: str) -> Callable[[Row], Any]:
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


def _uses(found: Iterable[Expression]) -> frozenset[str]:
    return frozenset().union(*(each.uses for each in found))


def _joined(
    left: Expression,
    right: Expression,
    combine: Callable[[Any, Any], Any],
    type_: str | None = "BOOL",
) -> Expression:
    first, second = left.run, right.run
    return Expression(
        lambda row: combine(first(row), second(row)),
        left.uses | right.uses,
        type_,
        aggregates=left.aggregates or right.aggregates,
    )


def _turned(found: Expression) -> Expression:
    run = found.run
    return Expression(lambda row: negated(run(row)), found.uses, "BOOL", aggregates=found.aggregates)


def _and(values: Iterable[Any]) -> bool | None:
    unknown = False
    for value in values:
        held = truth(value)
        if held is False:
            return False
        unknown = unknown or held is None
    return None if unknown else True


def _or(left: Any, right: Any) -> bool | None:
    if truth(left) or truth(right):
        return True
    return None if left is None or right is None else False


def _xor(left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else truth(left) is not truth(right)


def _in(value: Any, values: Any) -> bool | None:
    if values is None:
        return None
    if not isinstance(values, list):
        raise GqlProblem("IN looks into a list", "22G03")
    found: Sequence[bool | None] = [equal(value, each) for each in values]
    if True in found:
        return True
    return None if None in found else False


def _text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool | None]:
    def run(left: Any, right: Any) -> bool | None:
        if not isinstance(left, str) or not isinstance(right, str):
            return None
        return test(left, right)

    return run


def _concatenated(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if type(left) is not type(right) or not isinstance(left, str | list):
        raise GqlProblem("|| joins texts or lists", "22G03")
    return left + right


def _arithmetic(compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        if not _is_number(left) or not _is_number(right):
            raise GqlProblem("Only numbers can be reckoned with", "22G03")
        try:
            found = compute(left, right)
        except ZeroDivisionError:
            raise GqlProblem("Division by zero", "22012") from None
        return integer(found) if isinstance(found, int) else found

    return run


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _divided(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return left / right


_ARITHMETIC = {
    "+": _arithmetic(lambda left, right: left + right),
    "-": _arithmetic(lambda left, right: left - right),
    "*": _arithmetic(lambda left, right: left * right),
    "/": _arithmetic(_divided),
    "%": _arithmetic(lambda left, right: left % right),
}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": equal,
    "<>": lambda left, right: negated(equal(left, right)),
    "<": less,
    ">": lambda left, right: less(right, left),
    "<=": lambda left, right: negated(less(right, left)),
    ">=": lambda left, right: negated(less(left, right)),
}
