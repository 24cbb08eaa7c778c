"""A graph in a Gremlin server as nodes and edges: ranges of our own numbers, several at a time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from graph_query_api.graphs import answers
from graph_query_api.graphs.catalog import EdgeType, GraphCatalog, Pair, VertexType
from graph_query_api.graphs.gremlin.errors import LimitBroken, TooLarge
from graph_query_api.graphs.gremlin.layout import (
    KEY,
    LOAD,
    NUMBER,
    PAIR,
    SOURCE,
    TARGET,
    pairs_of,
)
from graph_query_api.graphs.gremlin.values import flat, properties
from graph_query_api.graphs.labels import shares
from graph_query_api.graphs.topology import edge, meta, node

ELEMENTS_A_PAGE = 5_000
"""About so many are asked for at once."""

Ask = Callable[[str, Mapping[str, Any]], Awaitable[list[Any]]]
"""The results of a script."""
Found = Mapping[str, Any]
"""The properties of an element, under the server's names."""

_NODES = (
    f"g.V().has('{LOAD}', {LOAD}).hasLabel(name)"
    f".has('{NUMBER}', gte(low)).has('{NUMBER}', lt(high))"
)
_EDGES = (
    f"g.E().has('{LOAD}', {LOAD}).has('{PAIR}', {PAIR})"
    f".has('{SOURCE}', gte(low)).has('{SOURCE}', lt(high)).has('{TARGET}', lt(end))"
)


class Incomplete(Exception):
    """Elements of the load are missing: somebody is removing it, or has."""


@dataclass
class Topology:
    """Written piece by piece; ``limit`` vertices, shared among ``labels`` as on every backend."""

    catalog: GraphCatalog
    generation: str
    ask: Ask
    labels: Sequence[str]
    limit: int
    width: int
    keys: dict[str, list[str]] = field(default_factory=dict)
    """Of the vertices returned, by label; the place of each is its number"""

    def pieces(self) -> AsyncGenerator[str, None]:
        """JSON ``{"nodes", "edges", "meta"}``. Raises Incomplete."""
        chosen = [each for each in self.catalog.vertices if each.label in self.labels]
        share = shares({each.label: each.rows for each in chosen}, self.limit)
        self.keys = {label: [""] * count for label, count in share.items()}
        nodes = self._node_pages(chosen)
        return answers.topology(nodes, self._edge_pages(), self._meta, self.width)

    def _meta(self, edges: int) -> str:
        vertices = {each.label: each.rows for each in self.catalog.vertices}
        totals = {each.label: each.rows for each in self.catalog.edges}
        returned = {label: len(keys) for label, keys in self.keys.items()}
        if returned == vertices:
            _check(edges, sum(totals.values()))
        return meta(vertices, totals, returned, edges)

    def _node_pages(self, chosen: Sequence[VertexType]) -> answers.Calls:
        for kind in chosen:
            for first, last in _ranges(len(self.keys[kind.label]), ELEMENTS_A_PAGE):
                yield partial(self._nodes, kind, first, last)

    async def _nodes(self, kind: VertexType, first: int, last: int) -> list[str]:
        found = await self._elements(_NODES, {"name": kind.table}, first, last)
        return await asyncio.to_thread(self._nodes_as_json, kind, found, first, last)

    def _nodes_as_json(
        self, kind: VertexType, found: Sequence[Found], first: int, last: int
    ) -> list[str]:
        found = sorted(found, key=lambda each: int(each[NUMBER]))
        _check([each[NUMBER] for each in found], list(range(first, last)))
        self.keys[kind.label][first:last] = [each[KEY] for each in found]
        return [node(kind.label, each[KEY], properties(kind.properties, each)) for each in found]

    def _edge_pages(self) -> answers.Calls:
        for number, (kind, pair) in enumerate(pairs_of(self.catalog)):
            sources, targets = self.keys.get(pair.source), self.keys.get(pair.target)
            if not pair.rows or not sources or not targets:
                continue
            total = self.catalog.by_label[pair.source].rows
            step = max(1, total * ELEMENTS_A_PAGE // pair.rows)
            bound = {PAIR: number, "end": len(targets)}
            for first, last in _ranges(len(sources), step):
                yield partial(self._edges, kind, pair, bound, first, last)

    async def _edges(
        self, kind: EdgeType, pair: Pair, bound: Mapping[str, Any], first: int, last: int
    ) -> list[str]:
        found = await self._elements(_EDGES, bound, first, last)
        return await asyncio.to_thread(self._edges_as_json, kind, pair, found)

    def _edges_as_json(self, kind: EdgeType, pair: Pair, found: Sequence[Found]) -> list[str]:
        sources, targets = self.keys[pair.source], self.keys[pair.target]
        places = sorted(
            (int(each[SOURCE]), int(each[TARGET]), int(each[NUMBER]), place)
            for place, each in enumerate(found)
        )
        return [
            _edge_as_json(kind, pair, (sources[s], targets[t], number), found[place])
            for s, t, number, place in places
        ]

    async def _elements(
        self, script: str, bound: Mapping[str, Any], first: int, last: int
    ) -> list[Found]:
        """Those of a range of numbers, in halves if they are too many for one answer."""
        try:
            found = await self.ask(
                script, {LOAD: self.generation, **bound, "low": first, "high": last}
            )
        except (TooLarge, LimitBroken):
            if last - first == 1:
                raise
        else:
            return [flat(each) for each in found]
        half = (first + last) // 2
        both = await self._elements(script, bound, first, half)
        return both + await self._elements(script, bound, half, last)


def _edge_as_json(kind: EdgeType, pair: Pair, ends: tuple[str, str, int], found: Found) -> str:
    source, target, number = ends
    return edge(
        kind.label,
        (pair.source, source),
        (pair.target, target),
        number,
        properties(kind.properties, found),
    )


def _ranges(count: int, step: int) -> Iterator[tuple[int, int]]:
    return pairwise([*range(0, count, step), count])


def _check(found: object, wanted: object) -> None:
    if found != wanted:
        raise Incomplete
