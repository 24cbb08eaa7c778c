"""Whole queries: clauses one after the other, each taking rows and giving rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from peers.fabric.gql.patterns import Patterns
from peers.fabric.gql.plan import kept
from peers.fabric.gql.problems import GqlProblem, unsupported
from peers.fabric.gql.returning import Returning, SortKey, cut, sorted_rows, unique
from peers.fabric.gql.values import Expression, Row

Step = Callable[[Iterable[Row]], Iterable[Row]]
_WRITING = {
    "INSERT",
    "SET",
    "REMOVE",
    "DELETE",
    "DETACH",
    "NODETACH",
    "CREATE",
    "DROP",
    "ALTER",
} | {
    *("MERGE", "COMMIT", "ROLLBACK", "SESSION", "COPY", "START"),
}
_UNSUPPORTED = {"EXCEPT", "INTERSECT", "OTHERWISE", "CALL", "SELECT", "USE"}


@dataclass
class Query:
    columns: Sequence[tuple[str, str | None]]
    """Names, and types where they are known beforehand."""
    run: Callable[[], Iterator[Row]]
    ordered: bool = False
    distinct: bool = False


class Parser(Patterns):
    def query(self) -> Query:
        found = self._linear()
        while self.take("UNION"):
            found = self._union(found)
        self.take(";")
        if self.token.word in _UNSUPPORTED:
            raise unsupported(self.token.word)
        if self.token.kind != "end":
            self.fail("The end is expected")
        return found

    def _union(self, first: Query) -> Query:
        every = self.take("ALL")
        if not every:
            self.take("DISTINCT")
        self.scope = set()
        second = self._linear()
        if [name for name, _ in first.columns] != [name for name, _ in second.columns]:
            raise GqlProblem("Both sides of UNION return the same columns", "42000")

        def run() -> Iterator[Row]:
            yield from first.run()
            yield from second.run()

        names = [name for name, _ in first.columns]
        return Query(
            first.columns, run if every else lambda: unique(run(), names), distinct=not every
        )

    def _linear(self) -> Query:
        steps: list[Step] = []
        while True:
            if self.take("RETURN"):
                returning = self._returning()
                steps.append(returning.rows)
                if not self.take("NEXT"):
                    return _query(steps, returning)
                self.scope = set(returning.names)
            else:
                steps.append(self._statement())

    def _statement(self) -> Step:
        word = self.token.word
        if word in _WRITING:
            raise unsupported(f"{word}: queries only read, and it")
        if word in _UNSUPPORTED:
            raise unsupported(word)
        if self.take("OPTIONAL"):
            self.expect("MATCH")
            return self.match().optional_rows
        if self.take("MATCH"):
            return self.match().rows
        if self.take("FILTER"):
            self.take("WHERE")
            return kept([each.run for each in self._condition()])
        if self.take("LET"):
            return self._let()
        if self.take("FOR"):
            return self._for()
        if self.sees("ORDER") or self.sees("LIMIT") or self.sees("OFFSET") or self.sees("SKIP"):
            return self._order_and_limit()
        return self.fail("A statement is expected")

    def _let(self) -> Step:
        found: list[tuple[str, Expression]] = []
        while True:
            name = self.name("variable")
            self.expect("=")
            found.append((name, self.expression()))
            self.scope.add(name)
            if not self.take(","):
                break

        def run(rows: Iterable[Row]) -> Iterator[Row]:
            for row in rows:
                more = dict(row)
                for name, expression in found:
                    more[name] = expression.run(more)
                yield more

        return run

    def _for(self) -> Step:
        name = self.name("variable")
        self.expect("IN")
        listed = self.expression()
        self.scope.add(name)

        def run(rows: Iterable[Row]) -> Iterator[Row]:
            for row in rows:
                for value in listed.run(row) or ():
                    yield {**row, name: value}

        return run

    def _order_and_limit(self) -> Step:
        keys = self._order_by()
        offset, limit = self._bounds()

        def run(rows: Iterable[Row]) -> Iterable[Row]:
            if keys:
                rows = sorted_rows(list(rows), keys)
            return cut(rows, offset, limit)

        return run

    def _order_by(self) -> list[SortKey]:
        if not self.take("ORDER"):
            return []
        self.expect("BY")
        keys = [self._sort_key()]
        while self.take(","):
            keys.append(self._sort_key())
        return keys

    def _sort_key(self) -> SortKey:
        expression = self.expression()
        down = self.take("DESC") or self.take("DESCENDING")
        if not down and not self.take("ASC"):
            self.take("ASCENDING")
        first = down
        if self.take("NULLS"):
            first = self.take("FIRST")
            if not first:
                self.expect("LAST")
        return SortKey(expression.run, down, first)

    def _bounds(self) -> tuple[int, int | None]:
        offset, limit = 0, None
        while True:
            if self.take("OFFSET") or self.take("SKIP"):
                offset = self._count()
            elif self.take("LIMIT"):
                limit = self._count()
            else:
                return offset, limit

    def _count(self) -> int:
        if self.token.kind != "number" or not self.token.text.isdigit():
            self.fail("A number is expected")
        return int(self.advance().text)

    def _returning(self) -> Returning:
        self.aggregates = []
        distinct = self.take("DISTINCT")
        if not distinct:
            self.take("ALL")
        items = self._items()
        grouped = self._group_by(items)
        inputs = set(self.scope)
        names = [name for name, _ in items]
        self.scope = set(names) | (set() if distinct or grouped is not None else inputs)
        keys = self._order_by()
        offset, limit = self._bounds()
        self.scope = set(names)
        returning = Returning(items, grouped, list(self.aggregates), distinct, keys, offset, limit)
        returning.check()
        return returning

    def _items(self) -> list[tuple[str, Expression]]:
        if self.take("*"):
            names = sorted(self.scope)
            if not names:
                raise GqlProblem("There is nothing to return", "42000")
            return [(name, _variable(name)) for name in names]
        items = [self._item()]
        while self.take(","):
            items.append(self._item())
        names = [name for name, _ in items]
        if len(set(names)) < len(names):
            raise GqlProblem("Two columns have the same name", "42000")
        return items

    def _item(self) -> tuple[str, Expression]:
        start = self.token.start
        expression = self.expression()
        text = self.text[start : self.ahead(-1).end]
        if self.take("AS"):
            return self.name("column"), expression
        return text.strip("`"), expression

    def _group_by(self, items: Sequence[tuple[str, Expression]]) -> list[str] | None:
        """Names of columns or variables; there is no grouping that goes without saying."""
        if not self.take("GROUP"):
            return None
        self.expect("BY")
        if self.take("(", ")"):
            return []
        known = {name for name, _ in items} | self.scope
        names = []
        while True:
            name = self.name("column or variable")
            if name not in known or self.sees("."):
                self.fail("GROUP BY takes names of columns and variables")
            names.append(name)
            if not self.take(","):
                return names


def _variable(name: str) -> Expression:
    return Expression(lambda row: row[name], frozenset((name,)))


def _query(steps: Sequence[Step], returning: Returning) -> Query:
    def run() -> Iterator[Row]:
        rows: Iterable[Row] = [{}]
        for step in steps:
            rows = step(rows)
        return iter(rows)

    return Query(returning.columns, run, bool(returning.keys), returning.distinct)
