"""The rows of a prepared graph as elements to write: streamed from DuckDB, typed for JSON."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from graph_query_api.graphs.catalog import GraphCatalog, Pair, VertexType
from graph_query_api.graphs.gremlin.layout import element_id, pairs_of, partition_of
from graph_query_api.graphs.gremlin.scripts import Batch, Element, Shape, Shapes, batches
from graph_query_api.graphs.gremlin.values import stored
from graph_query_api.graphs.ids import edge_id, vertex_id
from scenario_pack.names import GRAPH_SCHEMA, shown
from scenario_pack.problems import PackError, Problem

if TYPE_CHECKING:
    import pyarrow as pa

    from scenario_pack.graph_tables import EdgeTable, PreparedGraph, VertexTable

ROWS_AT_ONCE = 2_000

Present = tuple[bool, ...]


class Rows:
    """``vertices`` and ``edges`` give lists of batches; each is read once, in threads."""

    def __init__(
        self, prepared: "PreparedGraph", catalog: GraphCatalog, shapes: Shapes, buckets: int
    ) -> None:
        self._prepared = prepared
        self._catalog = catalog
        self._shapes = shapes
        self._buckets = buckets
        self._numbers = {each.label: f"numbers{n}" for n, each in enumerate(prepared.vertices)}

    async def vertices(self) -> AsyncIterator[Batch]:
        tables = zip(self._catalog.vertices, self._prepared.vertices, strict=True)
        async for batch in _streamed(self._vertices(kind, table) for kind, table in tables):
            yield batch

    async def edges(self) -> AsyncIterator[Batch]:
        tables = {(e.label, e.source_label, e.target_label): e for e in self._prepared.edges}
        found = (
            self._edges(number, tables[edge.label, pair.source, pair.target])
            for number, (edge, pair) in enumerate(pairs_of(self._catalog))
        )
        async for batch in _streamed(found):
            yield batch

    def _vertices(self, kind: VertexType, table: "VertexTable") -> Iterator[list[Batch]]:
        numbers = self._numbers[kind.label]
        self._prepared.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {numbers} AS SELECT _key, "
            f"row_number() OVER (ORDER BY _key) - 1 AS n FROM {table.relation}"
        )
        select = (
            f"SELECT _key, numbers.n{_properties(table)} FROM {table.relation} AS v "
            f"JOIN {numbers} AS numbers USING (_key)"
        )
        groups = _Groups(kind.label, partial(self._shapes.vertex, kind))
        for rows in self._read(select):
            yield [*groups.take(self._vertex(kind.label, *row) for row in rows)]
        yield [*groups.rest()]

    def _vertex(self, label: str, key: str, number: int, *values: Any) -> tuple[Present, Element]:
        ids = element_id(self._shapes.generation, vertex_id(label, key)), self._partition(key)
        return self._element((*ids, key, number), values)

    def _edges(self, pair: int, table: "EdgeTable") -> Iterator[list[Batch]]:
        kind, ends = pairs_of(self._catalog)[pair]
        source, target = self._numbers[ends.source], self._numbers[ends.target]
        select = (
            f"SELECT e._source, e._target, s.n, t.n, e._n{_properties(table)} "
            f"FROM {table.relation} AS e "
            f"JOIN {source} AS s ON e._source = s._key JOIN {target} AS t ON e._target = t._key"
        )
        groups = _Groups(kind.label, partial(self._shapes.edge, kind, pair, ends.rows))
        for rows in self._read(select):
            yield [*groups.take(self._edge(kind.label, ends, *row) for row in rows)]
        yield [*groups.rest()]

    def _edge(
        self,
        label: str,
        pair: Pair,
        source: str,
        target: str,
        source_number: int,
        target_number: int,
        number: int,
        *values: Any,
    ) -> tuple[Present, Element]:
        generation = self._shapes.generation
        start, end = vertex_id(pair.source, source), vertex_id(pair.target, target)
        bound = (
            element_id(generation, edge_id(label, start, end, number)),
            self._partition(source),
            element_id(generation, start),
            self._partition(target),
            element_id(generation, end),
            source_number,
            target_number,
            number,
        )
        return self._element(bound, values)

    def _element(self, bound: Sequence[Any], values: Sequence[Any]) -> tuple[Present, Element]:
        """TinkerPop takes properties as a map: there all elements of a label have one shape."""
        if self._shapes.target.dialect == "tinkerpop":
            return (True,) * len(values), (*bound, *map(stored, values))
        here = [stored(value) for value in values if value is not None]
        return tuple(value is not None for value in values), (*bound, *here)

    def _partition(self, key: str) -> str:
        return partition_of(self._shapes.generation, key, self._buckets)

    def _read(self, select: str) -> Iterator[Iterator[tuple[Any, ...]]]:
        batch: pa.RecordBatch
        for batch in self._prepared.con.sql(select).to_arrow_reader(ROWS_AT_ONCE):
            yield zip(*(column.to_pylist() for column in batch.columns), strict=True)


class _Groups:
    """Elements of one table by shape, until there are enough of one for a script."""

    def __init__(self, label: str, shape: Callable[[Present], Shape]) -> None:
        self._label = label
        self._shape = shape
        self._waiting: dict[Present, tuple[Shape, list[Element]]] = {}

    def take(self, rows: Iterator[tuple[Present, Element]]) -> Iterator[Batch]:
        for present, element in rows:
            if present not in self._waiting:
                self._waiting[present] = self._checked(self._shape(present)), []
            shape, elements = self._waiting[present]
            elements.append(element)
            if len(elements) == shape.sizes[0]:
                yield from batches(shape, elements)
                self._waiting[present] = shape, []

    def rest(self) -> Iterator[Batch]:
        for shape, elements in self._waiting.values():
            yield from batches(shape, elements)

    def _checked(self, shape: Shape) -> Shape:
        if not shape.sizes:
            detail = (
                f"{shown(self._label)} has more properties than Cosmos DB takes in one script; "
                "name only those that are needed"
            )
            raise PackError(Problem(detail, GRAPH_SCHEMA))
        return shape


async def _streamed(tables: Iterator[Iterator[list[Batch]]]) -> AsyncIterator[Batch]:
    for table in tables:
        while (found := await asyncio.to_thread(next, table, None)) is not None:
            for batch in found:
                yield batch


def _properties(table: "VertexTable | EdgeTable") -> str:
    return "".join(f", p{number}" for number in range(len(table.columns)))
