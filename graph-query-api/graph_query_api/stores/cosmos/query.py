"""Document queries as SQL for Cosmos DB; values are always parameters.

What Cosmos does with values of different types, and with what is missing, is left to no rule of
its own: each comparison asks for the type, and NOT is moved inwards to the comparisons.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph_query_api.stores.cosmos.shape import stored_path
from graph_query_api.stores.query import (
    NEGATED,
    And,
    Comparison,
    Condition,
    In,
    IsDefined,
    Not,
    Operator,
    Or,
    Path,
    Value,
)


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    parameters: list[dict[str, Any]]


class Parameters:
    """Values of one statement, each under a name of its own."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []

    def add(self, value: Value) -> str:
        name = f"@p{len(self.given)}"
        self.given.append({"name": name, "value": _sendable(value)})
        return name


def _sendable(value: Value) -> Value:
    """Numbers are compared as doubles; what no double holds is beyond all of them."""
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            float(value)
        except OverflowError:
            return sys.float_info.max if value > 0 else -sys.float_info.max
    return value


def column(path: Path) -> str:
    """``c["a"]["b"]``; the parser has refused names that this could not hold."""
    members = (f"[{json.dumps(member, ensure_ascii=False)}]" for member in stored_path(path))
    return "c" + "".join(members)


def chosen(where: Condition) -> Statement:
    """Which items ``where`` selects, and in which version."""
    parameters = Parameters()
    selected = condition(where, parameters)
    return Statement(f"SELECT c._key, c._etag FROM c WHERE {selected}", parameters.given)


def condition(term: Condition, parameters: Parameters, *, negated: bool = False) -> str:
    match term:
        case Not():
            return condition(term.term, parameters, negated=not negated)
        case And() | Or():
            joint = " AND " if isinstance(term, And) is not negated else " OR "
            terms = [condition(each, parameters, negated=negated) for each in term.terms]
            return _joined(joint, terms)
        case IsDefined():
            return f"{'NOT ' if negated else ''}IS_DEFINED({column(term.path)})"
        case In():
            return _membership(term, parameters, negated)
        case Comparison():
            operator = NEGATED[term.operator] if negated else term.operator
            return _comparison(term.path, operator, term.value, parameters)


def _membership(term: In, parameters: Parameters, negated: bool) -> str:
    if not negated and all(isinstance(value, str) for value in term.values):
        names = ", ".join(parameters.add(value) for value in term.values)
        return f"{column(term.path)} IN ({names})"
    operator: Operator = "!=" if negated else "="
    terms = [_comparison(term.path, operator, value, parameters) for value in term.values]
    return _joined(" AND " if negated else " OR ", terms)


def _comparison(path: Path, operator: Operator, value: Value, parameters: Parameters) -> str:
    at = column(path)
    if value is None:
        # null equals null, and that is all there is to compare
        return f"IS_NULL({at})" if operator in {"=", "<=", ">="} else "false"
    return f"({type_test(value)}({at}) AND {at} {operator} {parameters.add(value)})"


def type_test(value: Value) -> str:
    match value:
        case bool():
            return "IS_BOOL"
        case int() | float():
            return "IS_NUMBER"
    return "IS_STRING"


def _joined(joint: str, terms: Sequence[str]) -> str:
    return f"({joint.join(terms)})"
