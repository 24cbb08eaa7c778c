"""What a store can be asked for, as a tree of values.

Values are texts, numbers, booleans and null. As in Cosmos, a comparison between
different types, or with a member that is missing, is undefined: neither it nor its
negation selects the document. Across types the order is: missing, null, false,
true, numbers, texts, arrays, objects.
"""

from dataclasses import dataclass
from typing import Literal

Value = str | int | float | bool | None
Path = tuple[str, ...]
Operator = Literal["=", "!=", "<", "<=", ">", ">="]

NEGATED: dict[Operator, Operator] = {
    "=": "!=",
    "!=": "=",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    path: Path
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class In:
    path: Path
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class IsDefined:
    path: Path


@dataclass(frozen=True, slots=True)
class And:
    terms: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    terms: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    term: "Condition"


Condition = Comparison | In | IsDefined | And | Or | Not


@dataclass(frozen=True, slots=True)
class OrderBy:
    """Documents that are equal here come in the order of their ids, same direction."""

    path: Path
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """``where=None`` selects all; ``order=None`` is the order of the ids."""

    where: Condition | None = None
    order: OrderBy | None = None


NEWEST = OrderBy(("created_at",), descending=True)
NEWEST_FIRST = Query(order=NEWEST)


def equals(member: str, value: Value) -> Comparison:
    """``c.member = value``, the condition needed most."""
    return Comparison((member,), "=", value)
