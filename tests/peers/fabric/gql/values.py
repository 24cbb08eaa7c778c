"""Values, their comparison in three-valued logic, and their order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peers.fabric.gql.problems import GqlProblem
from peers.fabric.graph import Edge, Node

Row = dict[str, Any]
_INT64 = (-(2**63), 2**63 - 1)


@dataclass(frozen=True, slots=True)
class Path:
    """Nodes and edges in turns, from node to node."""

    elements: tuple[Node | Edge, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    run: Callable[[Row], Any]
    uses: frozenset[str] = frozenset()
    """Variables."""
    type: str | None = None
    """Where it is known before any value is."""
    conjuncts: Sequence["Expression"] = ()
    """If it is an AND."""
    aggregates: bool = False

    def split(self) -> Sequence["Expression"]:
        return self.conjuncts or (self,)


def kind(value: Any) -> str:
    """The word that columns are typed with."""
    if isinstance(value, bool):
        return "BOOL"
    if isinstance(value, int):
        return "INT64"
    if isinstance(value, float):
        return "FLOAT64"
    if isinstance(value, str):
        return "STRING"
    if isinstance(value, datetime):
        return "ZONED DATETIME"
    if isinstance(value, Node):
        return "NODE"
    if isinstance(value, Edge):
        return "EDGE"
    return "PATH" if isinstance(value, Path) else "LIST"


def equal(left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, list) and isinstance(right, list):
        return left == right
    if not comparable(left, right):
        return None
    return left is right if isinstance(left, Node | Edge) else bool(left == right)


def less(left: Any, right: Any) -> bool | None:
    if left is None or right is None or not comparable(left, right):
        return None
    if isinstance(left, Node | Edge | list | Path):
        raise GqlProblem("These values have no order", "22G04")
    return bool(left < right)


def comparable(left: Any, right: Any) -> bool:
    """Values of unlike types are neither equal nor unequal: that is unknown."""
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return True
    return kind(left) == kind(right)


def negated(value: Any) -> bool | None:
    return None if value is None else not truth(value)


def truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise GqlProblem("A condition is neither true nor false nor null", "22G03")


def integer(value: int) -> int:
    if not _INT64[0] <= value <= _INT64[1]:
        raise GqlProblem("The number is out of range", "22003")
    return value


def order_key(value: Any) -> tuple[int, Any]:
    """Puts values of all types in one order; nulls are dealt with before."""
    if isinstance(value, bool):
        return 0, value
    if isinstance(value, int | float):
        return 1, value
    if isinstance(value, str):
        return 2, value
    if isinstance(value, datetime):
        return 3, value.timestamp()
    if isinstance(value, list):
        return 4, [order_key(each) for each in value]
    return 5, getattr(value, "oid", 0)


def hashable(value: Any) -> Any:
    """For DISTINCT and GROUP BY: 1 and 1.0 are one, true and 1 are two."""
    if isinstance(value, list):
        return tuple(hashable(each) for each in value)
    return (value,) if isinstance(value, bool) else value
