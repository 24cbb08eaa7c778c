"""RETURN: columns, groups, order, and how many."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import islice
from typing import Any

from peers.fabric.gql.aggregates import Aggregate
from peers.fabric.gql.problems import GqlProblem
from peers.fabric.gql.values import Expression, Row, hashable, order_key


@dataclass(frozen=True, slots=True)
class SortKey:
    run: Callable[[Row], Any]
    down: bool
    nulls_first: bool

    def compare(self, one: Row, other: Row) -> int:
        first, second = self.run(one), self.run(other)
        if first is None or second is None:
            order = (first is not None) - (second is not None)
            return order if self.nulls_first else -order
        left, right = order_key(first), order_key(second)
        return ((left > right) - (left < right)) * (-1 if self.down else 1)


@dataclass(frozen=True, slots=True)
class Returning:
    items: Sequence[tuple[str, Expression]]
    grouped: Sequence[str] | None
    aggregates: Sequence[Aggregate]
    distinct: bool
    keys: Sequence[SortKey]
    offset: int
    limit: int | None

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.items]

    @property
    def columns(self) -> list[tuple[str, str | None]]:
        return [(name, expression.type) for name, expression in self.items]

    def check(self) -> None:
        """Raises GqlProblem for a column that is neither grouped by nor an aggregate."""
        if self.grouped is None and not self.aggregates:
            return
        by = set(self.grouped or ())
        for name, expression in self.items:
            if expression.aggregates or name in by or (expression.uses and expression.uses <= by):
                continue
            if expression.uses:
                raise GqlProblem(f"{name} is neither in GROUP BY nor an aggregate", "42000")

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        found = self._grouped(rows) if self.grouped is not None or self.aggregates else rows
        with_output = self._with_output(found)
        if self.distinct:
            with_output = unique(with_output, self.names)
        if self.keys:
            with_output = iter(sorted_rows(list(with_output), self.keys))
        names = self.names
        for row in cut(with_output, self.offset, self.limit):
            yield {name: row[name] for name in names}

    def _with_output(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Sorting may look at what was there and at what is returned."""
        items = [(name, expression.run) for name, expression in self.items]
        for row in rows:
            yield {**row, **{name: run(row) for name, run in items}}

    def _grouped(self, rows: Iterable[Row]) -> Iterator[Row]:
        columns = dict(self.items)
        by = [
            columns[name].run if name in columns else _variable(name) for name in self.grouped or ()
        ]
        groups: dict[Any, list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(hashable(run(row)) for run in by), []).append(row)
        if not groups and not by:
            groups[()] = []
        for members in groups.values():
            first = dict(members[0]) if members else {}
            yield first | {each.key: each.over(members) for each in self.aggregates}


def sorted_rows(rows: list[Row], keys: Sequence[SortKey]) -> list[Row]:
    """By the last key first: sorting is stable."""
    for key in reversed(keys):
        rows.sort(key=cmp_to_key(key.compare))
    return rows


def cut(rows: Iterable[Row], offset: int, limit: int | None) -> Iterator[Row]:
    return islice(rows, offset, None if limit is None else offset + limit)


def unique(rows: Iterable[Row], names: Sequence[str]) -> Iterator[Row]:
    seen = set()
    for row in rows:
        key = tuple(hashable(row[name]) for name in names)
        if key not in seen:
            seen.add(key)
            yield row


def _variable(name: str) -> Callable[[Row], Any]:
    return lambda row: row[name]
