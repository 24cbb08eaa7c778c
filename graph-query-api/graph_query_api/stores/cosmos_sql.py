"""Reads the part of Cosmos SQL that every store here understands.

``SELECT * FROM c [WHERE …] [ORDER BY c.path [ASC|DESC]]``; in WHERE comparisons of
a path with a value (``= != <> < <= > >=``), ``IN``, ``AND``, ``OR``, ``NOT``,
``IS_DEFINED(path)``, and ``@parameters`` in the place of values.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from graph_query_api.errors import QueryNotSupported
from graph_query_api.stores.query import (
    And,
    Comparison,
    Condition,
    In,
    IsDefined,
    Not,
    Operator,
    Or,
    OrderBy,
    Path,
    Query,
    Value,
)

MAX_TEXT = 4096  # bytes; a parser that recurses gets no deep input

OPERATORS: Mapping[type[exp.Expr], Operator] = {
    exp.EQ: "=",
    exp.NEQ: "!=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
MIRRORED: Mapping[Operator, Operator] = {
    "=": "=",
    "!=": "!=",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}
_SELECT = re.compile(r"\s*select\b", re.IGNORECASE)
# A quote, a backslash or a control character in a member's name cannot be written in every store.
_MEMBER = re.compile(r'[^"\\\x00-\x1f\x7f]{1,255}')


def parse_query(text: str, parameters: Mapping[str, Any] | None = None) -> Query:
    """Reads a query, or raises QueryNotSupported saying what is not understood.

    Parameters are named with or without their ``@``.
    """
    if len(text.encode("utf-8", "replace")) > MAX_TEXT:
        raise QueryNotSupported(f"A query has at most {MAX_TEXT} bytes; give values as parameters.")
    given = {name.removeprefix("@"): value for name, value in (parameters or {}).items()}
    try:
        return _Reader(_select(text), given).query()
    except RecursionError:
        raise QueryNotSupported("The query is nested too deeply.") from None


def _select(text: str) -> exp.Select:
    if not _SELECT.match(text):
        raise QueryNotSupported("A query begins with SELECT * FROM c.")
    try:
        # of the dialects, this one reads quotes and escapes as Cosmos does
        statements = sqlglot.parse(text, dialect="bigquery")
    except SqlglotError as error:
        raise QueryNotSupported(f"The query can't be read: {_first_line(error)}") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        raise QueryNotSupported("Exactly one SELECT is taken.")
    return statements[0]


def _first_line(error: Exception) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]


def _unknown(node: exp.Expr | None) -> QueryNotSupported:
    what = type(node).__name__ if node is not None else "nothing"
    return QueryNotSupported(
        f"{what} is not supported here. Supported are SELECT * FROM c, WHERE with comparisons of "
        "a path and a value, IN, AND, OR, NOT, IS_DEFINED and @parameters, and ORDER BY one path."
    )


def _only(node: exp.Expr, *allowed: str) -> None:
    """Refuses whatever the parser found beside the parts we read."""
    for name, value in node.args.items():
        if value and name not in allowed:
            raise _unknown(value if isinstance(value, exp.Expr) else node)


class _Reader:
    """Walks the parsed tree; a node that no method names is refused."""

    def __init__(self, select: exp.Select, parameters: Mapping[str, Any]) -> None:
        self._select = select
        self._parameters = parameters
        self._root = ""

    def query(self) -> Query:
        select = self._select
        _only(select, "expressions", "from_", "where", "order")
        match select.expressions:
            case [exp.Star() as star]:
                _only(star)
            case _:
                raise QueryNotSupported("Only whole documents are given: SELECT * FROM c.")
        self._root = self._source(select.args.get("from_"))
        where, order = select.args.get("where"), select.args.get("order")
        return Query(
            self._condition(where.this) if where else None,
            self._order(order) if order else None,
        )

    def _source(self, source: exp.From | None) -> str:
        match source:
            case exp.From(this=exp.Table(this=exp.Identifier() as name) as table):
                _only(source, "this")
                _only(table, "this")
                return self._name(name)
        raise QueryNotSupported("A query reads one container: SELECT * FROM c.")

    def _condition(self, node: exp.Expr) -> Condition:
        match node:
            case exp.Paren():
                return self._condition(node.this)
            case exp.And():
                return And(tuple(self._condition(term) for term in node.flatten()))
            case exp.Or():
                return Or(tuple(self._condition(term) for term in node.flatten()))
            case exp.Not():
                return Not(self._condition(node.this))
            case exp.In(expressions=[_, *_]):
                _only(node, "this", "expressions")
                return In(self._path(node.this), tuple(map(self._value, node.expressions)))
            case exp.Anonymous(this=str() as name, expressions=[argument]):
                if name.upper() == "IS_DEFINED":
                    return IsDefined(self._path(argument))
        if type(node) in OPERATORS:
            return self._comparison(node, OPERATORS[type(node)])
        raise _unknown(node)

    def _comparison(self, node: exp.Expr, operator: Operator) -> Comparison:
        left, right = node.this, node.expression
        if _is_path(left):
            return Comparison(self._path(left), operator, self._value(right))
        return Comparison(self._path(right), MIRRORED[operator], self._value(left))

    def _order(self, order: exp.Order) -> OrderBy:
        _only(order, "expressions")
        match order.expressions:
            case [exp.Ordered() as ordered]:
                descending = bool(ordered.args.get("desc"))
                _only(ordered, "this", "desc", "nulls_first")
                if bool(ordered.args.get("nulls_first")) == descending:
                    raise QueryNotSupported("NULLS FIRST and NULLS LAST are not supported.")
                return OrderBy(self._path(ordered.this), descending)
        raise QueryNotSupported("ORDER BY takes one path.")

    def _path(self, node: exp.Expr) -> Path:
        root, *members = self._parts(node)
        if root != self._root or not members:
            raise QueryNotSupported(f"A path begins with the container: {self._root}.member.")
        for member in members:
            if not _MEMBER.fullmatch(member):
                raise QueryNotSupported("A member's name may not hold quotes or control signs.")
        return tuple(members)

    def _parts(self, node: exp.Expr) -> list[str]:
        match node:
            case exp.Column():
                return [self._name(part) for part in node.parts]
            case exp.Dot():
                return [*self._parts(node.this), self._name(node.expression)]
            case exp.Bracket(expressions=[exp.Literal(is_string=True) as member]):
                _only(node, "this", "expressions")
                return [*self._parts(node.this), member.this]
        raise _unknown(node)

    @staticmethod
    def _name(node: exp.Expr) -> str:
        if isinstance(node, exp.Identifier) and not node.args.get("quoted"):
            return str(node.this)
        raise _unknown(node)

    def _value(self, node: exp.Expr) -> Value:
        match node:
            case exp.Null():
                return None
            case exp.Boolean():
                return bool(node.this)
            case exp.Literal():
                return str(node.this) if node.is_string else _number(node.this)
            case exp.Neg(this=exp.Literal(is_string=False) as literal):
                return -_number(literal.this)
            case exp.Parameter(this=exp.Var(this=str() as name)):
                return self._parameter(name)
        raise _unknown(node)

    def _parameter(self, name: str) -> Value:
        if name not in self._parameters:
            raise QueryNotSupported(f"There is no value for @{name} in the parameters.")
        value = self._parameters[name]
        match value:
            case None | bool() | int():
                return value
            case float() if math.isfinite(value):
                return value
            case str() if value.isascii() or _is_unicode(value):
                return value
        raise QueryNotSupported(f"@{name} must be a text, a number, true, false or null.")


def _is_path(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column | exp.Dot | exp.Bracket)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _number(text: str) -> int | float:
    if re.fullmatch(r"[0-9]{1,400}", text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        number = math.inf
    if not math.isfinite(number):
        raise QueryNotSupported(f"{text[:40]} is not a number that can be compared with.")
    return number
