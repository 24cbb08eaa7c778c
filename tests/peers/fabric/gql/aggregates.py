"""Aggregates, over the rows of a group."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from peers.fabric.gql.problems import GqlProblem
from peers.fabric.gql.values import Expression, Row, hashable, integer, order_key


@dataclass(frozen=True, slots=True)
class Aggregate:
    key: str
    """Where its value stands in the group's row."""
    name: str
    of: Expression | None
    """None: count(*)."""
    distinct: bool

    def over(self, rows: Sequence[Row]) -> Any:
        if self.of is None:
            return len(rows)
        values = [value for row in rows if (value := self.of.run(row)) is not None]
        if self.distinct:
            values = list({hashable(value): value for value in values}.values())
        return AGGREGATES[self.name](values)


def _sum(values: Sequence[Any]) -> Any:
    if not values:
        return None
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise GqlProblem("Only numbers have a sum", "22G03")
    total = sum(values)
    return integer(total) if isinstance(total, int) else total


AGGREGATES: dict[str, Callable[[Sequence[Any]], Any]] = {
    "COUNT": len,
    "SUM": _sum,
    "AVG": lambda values: float(_sum(values)) / len(values) if values else None,
    "MIN": lambda values: min(values, key=order_key, default=None),
    "MAX": lambda values: max(values, key=order_key, default=None),
    "COLLECT_LIST": list,
}
