"""Document queries as SQL for SQLite's JSON functions.

A path is written out as a literal (an index over an expression is used only for the
very same text), values are always bound. ``json_extract`` alone cannot tell true from
1, nor null from missing, so every comparison asks for the type as well.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph_query_api.stores.query import (
    NEGATED,
    NEWEST,
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
    Value,
)

INT64 = 1 << 63
CREATED_COLUMNS = ("created_rank", "created_value")


@dataclass(frozen=True, slots=True)
class Sql:
    text: str
    values: tuple[Any, ...] = ()


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def extract(path: Path) -> str:
    """The value as SQLite has it: NULL for null and missing, 0 and 1 for false and true."""
    return f"json_extract(body, {_literal(path)})"


def json_type(path: Path) -> str:
    return f"json_type(body, {_literal(path)})"


def rank(path: Path) -> str:
    """The place of the value's type in the order of types."""
    return (
        f"CASE {json_type(path)} WHEN 'null' THEN 1 WHEN 'false' THEN 2 WHEN 'true' THEN 3 "
        "WHEN 'integer' THEN 4 WHEN 'real' THEN 4 WHEN 'text' THEN 5 WHEN 'array' THEN 6 "
        "WHEN 'object' THEN 7 ELSE 0 END"
    )


def sort_key(order: OrderBy | None) -> list[str]:
    """Expressions that put documents into a total order: by type, by value, by id."""
    if order is None:
        return ["id"]
    if order.path == NEWEST.path:
        return [*CREATED_COLUMNS, "id"]
    return [rank(order.path), _sortable(order.path), "id"]


def _sortable(path: Path) -> str:
    return f"coalesce({extract(path)}, 0)"


def created_columns() -> str:
    """Column definitions that give the sort key of the usual order a name: SQLite seeks with
    a comparison of rows only in columns, not in expressions."""
    kinds = ("INTEGER", "ANY")
    terms = (rank(NEWEST.path), _sortable(NEWEST.path))
    return ", ".join(
        f"{name} {kind} GENERATED ALWAYS AS ({term}) VIRTUAL"
        for name, kind, term in zip(CREATED_COLUMNS, kinds, terms, strict=True)
    )


def order_by(order: OrderBy | None) -> str:
    direction = "DESC" if order and order.descending else "ASC"
    return ", ".join(f"{key} {direction}" for key in sort_key(order))


def after(order: OrderBy | None, position: Sequence[Any]) -> Sql:
    """What comes behind the document whose sort key has these values."""
    sign = "<" if order and order.descending else ">"
    keys, marks = ", ".join(sort_key(order)), ", ".join("?" * len(position))
    return Sql(f"({keys}) {sign} ({marks})", tuple(position))


def condition(term: Condition, *, negated: bool = False) -> Sql:
    """``term`` as SQL.

    NOT is moved inwards to the comparisons: there, undefined and false may be treated
    alike, which leaves plain conjunctions that indexes can serve.
    """
    match term:
        case Not():
            return condition(term.term, negated=not negated)
        case And() | Or():
            joint = " AND " if isinstance(term, And) is not negated else " OR "
            return _join(joint, [condition(each, negated=negated) for each in term.terms])
        case IsDefined():
            return Sql(f"{json_type(term.path)} IS {'' if negated else 'NOT '}NULL")
        case In():
            return _membership(term, negated)
        case Comparison():
            operator = NEGATED[term.operator] if negated else term.operator
            return _comparison(term.path, operator, term.value)


def _membership(term: In, negated: bool) -> Sql:
    texts = [value for value in term.values if isinstance(value, str)]
    if len(texts) == len(term.values):  # the usual case, and the one that an index serves
        operator = "NOT IN" if negated else "IN"
        marks = ", ".join("?" * len(texts))
        return Sql(
            f"({extract(term.path)} {operator} ({marks}) AND {json_type(term.path)} = 'text')",
            tuple(texts),
        )
    operator_: Operator = "!=" if negated else "="
    terms = [_comparison(term.path, operator_, value) for value in term.values]
    return _join(" AND " if negated else " OR ", terms)


def _comparison(path: Path, operator: Operator, value: Value) -> Sql:
    types, bound = _bindable(value)
    if value is None:
        # null equals null, and that is all there is to compare
        return Sql(f"{json_type(path)} = 'null'" if operator in {"=", "<=", ">="} else "0")
    return Sql(
        f"({extract(path)} {operator} ? AND {json_type(path)} IN ({types}))",
        (bound,),
    )


def _bindable(value: Value) -> tuple[str, Any]:
    """The JSON types that ``value`` compares with, and the value as SQLite takes it."""
    match value:
        case bool():
            return "'true', 'false'", int(value)
        case int() if not -INT64 <= value < INT64:
            return "'integer', 'real'", _as_float(value)
        case int() | float():
            return "'integer', 'real'", value
    return "'text'", value


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _join(joint: str, terms: Sequence[Sql]) -> Sql:
    return Sql(
        f"({joint.join(term.text for term in terms)})",
        tuple(value for term in terms for value in term.values),
    )


def _literal(path: Path) -> str:
    """``'$."a"."b"'``; the parser has refused names that this could not hold."""
    steps = "".join("." + json.dumps(member, ensure_ascii=False) for member in path)
    return "'$" + steps.replace("'", "''") + "'"
