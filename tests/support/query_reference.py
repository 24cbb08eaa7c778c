"""What a document query means, in plain Python: the judge of every store's own translation."""

from functools import cmp_to_key
from typing import Any

from graph_query_api.stores.query import (
    And,
    Comparison,
    Condition,
    In,
    IsDefined,
    Not,
    Or,
    Path,
    Query,
    Value,
)

MISSING = object()
RANKS = {type(None): 1, bool: 2, int: 4, float: 4, str: 5, list: 6, dict: 7}


def answer(query: Query, bodies: list[dict[str, Any]]) -> list[str]:
    """The ids of the documents that the query gives, in order."""
    chosen = [body for body in bodies if query.where is None or holds(query.where, body) is True]
    order = query.order
    if order is None:
        return sorted(body["id"] for body in chosen)

    def compare(left: dict[str, Any], right: dict[str, Any]) -> int:
        a, b = (_key(lookup(order.path, body), body["id"]) for body in (left, right))
        return (a > b) - (a < b)

    chosen.sort(key=cmp_to_key(compare), reverse=order.descending)
    return [body["id"] for body in chosen]


def holds(condition: Condition, body: dict[str, Any]) -> bool | None:
    """True, false, or None for undefined."""
    match condition:
        case Not(term):
            inner = holds(term, body)
            return None if inner is None else not inner
        case And(terms):
            results = [holds(term, body) for term in terms]
            return False if False in results else None if None in results else True
        case Or(terms):
            results = [holds(term, body) for term in terms]
            return True if True in results else None if None in results else False
        case IsDefined(path):
            return lookup(path, body) is not MISSING
        case In(path, values):
            return holds(Or(tuple(Comparison(path, "=", value) for value in values)), body)
        case Comparison(path, operator, value):
            return _compare(lookup(path, body), operator, value)


def lookup(path: Path, body: Any) -> Any:
    for member in path:
        if not isinstance(body, dict) or member not in body:
            return MISSING
        body = body[member]
    return body


def _compare(found: Any, operator: str, value: Value) -> bool | None:
    if (
        found is MISSING
        or isinstance(found, list | dict)
        or RANKS[type(found)] != RANKS[type(value)]
    ):
        return None
    if value is None:
        return operator in {"=", "<=", ">="}
    holds: dict[str, bool] = {
        "=": found == value,
        "!=": found != value,
        "<": found < value,
        "<=": found <= value,
        ">": found > value,
        ">=": found >= value,
    }
    return holds[operator]


def _key(value: Any, document_id: str) -> tuple[Any, ...]:
    if value is MISSING:
        return (0, 0, document_id)
    # how a store orders lists and objects among themselves is its own affair
    comparable = value if isinstance(value, bool | int | float | str) else 0
    return (RANKS[type(value)], comparable, document_id)
