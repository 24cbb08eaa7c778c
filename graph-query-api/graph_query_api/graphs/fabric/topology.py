"""A graph in Fabric as nodes and edges: a query a node type, then one an edge type."""

import asyncio
from collections import Counter
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from fabric_client import GqlResult, literal, quote_identifier
from graph_query_api.errors import QueryTooLarge
from graph_query_api.fabric_models import FabricCatalog, FabricEdgeType, FabricNodeType
from graph_query_api.graphs import answers
from graph_query_api.graphs.fabric.values import properties
from graph_query_api.graphs.labels import shares
from graph_query_api.graphs.topology import compact, edge, meta, node

EDGES_A_QUERY = 100_000
"""More are asked for in parts: an answer of Fabric's is cut at 64 MB."""

Ask = Callable[[str], Awaitable[GqlResult]]
Row = Mapping[str, Any]


@dataclass
class Topology:
    """Written piece by piece; ``limit`` vertices, shared among ``labels`` as on every backend."""

    catalog: FabricCatalog
    ask: Ask
    labels: Sequence[str]
    limit: int
    width: int
    keys: dict[str, list[str]] = field(default_factory=dict)
    """The ids of the vertices returned, by label, in Fabric's order"""

    def pieces(self) -> AsyncGenerator[str, None]:
        """JSON ``{"nodes", "edges", "meta"}``."""
        chosen = [each for each in self.catalog.node_types if each.label in self.labels]
        share = shares({each.label: each.rows for each in chosen}, self.limit)
        nodes = [partial(self._nodes, each, share[each.label]) for each in chosen]
        return answers.topology(nodes, self._edge_queries(), self._meta, self.width)

    def _meta(self, edges: int) -> str:
        totals: Counter[str] = Counter()
        for each in self.catalog.edge_types:
            totals[each.label] += each.rows
        vertices = {each.label: each.rows for each in self.catalog.node_types}
        returned = {label: len(keys) for label, keys in self.keys.items()}
        return meta(vertices, totals, returned, edges)

    async def _nodes(self, kind: FabricNodeType, share: int) -> list[str]:
        self.keys[kind.label] = keys = []
        rows: list[Row] = []
        while len(rows) < share:
            found = await self.ask(
                _node_query(kind, rows[-1]["k"] if rows else None, share - len(rows))
            )
            rows += found.rows
            if not found.truncated or not found.rows:
                break
        keys += [str(row["k"]) for row in rows]
        return await asyncio.to_thread(_nodes_as_json, kind, rows)

    def _edge_queries(self) -> answers.Calls:
        for kind in self.catalog.edge_types:
            sources, targets = self.keys.get(kind.source), self.keys.get(kind.target)
            if not kind.rows or not sources or not targets:
                continue
            total = self.catalog.by_label[kind.source].rows
            step = max(1, total * EDGES_A_QUERY // kind.rows)
            for start in range(0, len(sources), step):
                yield partial(self._edges, kind, sources[start : start + step])

    async def _edges(self, kind: FabricEdgeType, sources: Sequence[str]) -> list[str]:
        """Of these sources, to the targets that are returned, by id."""
        rows = await self._edge_rows(kind, sources)
        ends = frozenset(self.keys[kind.target])
        return await asyncio.to_thread(_edges_as_json, kind, rows, frozenset(sources), ends)

    async def _edge_rows(self, kind: FabricEdgeType, sources: Sequence[str]) -> list[Row]:
        types, targets = self.catalog.by_label, self.keys[kind.target]
        source, target = types[kind.source], types[kind.target]
        bounds: list[str] = []
        if len(sources) < source.rows:
            key = quote_identifier(source.key)
            bounds += [f"a.{key} >= {literal(sources[0])}", f"a.{key} <= {literal(sources[-1])}"]
        if len(targets) < target.rows:
            bounds.append(f"b.{quote_identifier(target.key)} <= {literal(targets[-1])}")
        found = await self.ask(_edge_query(kind, source, target, bounds))
        if not found.truncated:
            return list(found.rows)
        if len(sources) == 1:
            raise QueryTooLarge(
                f"The edges {kind.label!r} of one vertex are more than Fabric gives at once. "
                "Ask for fewer vertices."
            )
        half = len(sources) // 2
        first = await self._edge_rows(kind, sources[:half])
        return first + await self._edge_rows(kind, sources[half:])


def _node_query(kind: FabricNodeType, after: Any, limit: int) -> str:
    key = f"n.{quote_identifier(kind.key)}"
    behind = "" if after is None else f" WHERE {key} > {literal(after)}"
    return (
        f"MATCH (n:{quote_identifier(kind.node_type)}){behind} "
        f"RETURN {', '.join([f'{key} AS k', *_columns('n', kind)])} ORDER BY k LIMIT {limit}"
    )


def _edge_query(
    kind: FabricEdgeType, source: FabricNodeType, target: FabricNodeType, bounds: Sequence[str]
) -> str:
    returned = [
        f"a.{quote_identifier(source.key)} AS s",
        f"b.{quote_identifier(target.key)} AS t",
        *_columns("r", kind),
    ]
    return (
        f"MATCH (a:{quote_identifier(source.node_type)})-[r:{quote_identifier(kind.edge_type)}]->"
        f"(b:{quote_identifier(target.node_type)})"
        f"{' WHERE ' if bounds else ''}{' AND '.join(bounds)} RETURN {', '.join(returned)}"
    )


def _columns(variable: str, kind: FabricNodeType | FabricEdgeType) -> list[str]:
    return [
        f"{variable}.{quote_identifier(each.property)} AS {name}"
        for each, name in zip(kind.properties, _names(kind), strict=True)
    ]


def _names(kind: FabricNodeType | FabricEdgeType) -> list[str]:
    return [f"p{number}" for number in range(len(kind.properties))]


def _nodes_as_json(kind: FabricNodeType, rows: Sequence[Row]) -> list[str]:
    names = _names(kind)
    return [
        node(kind.label, str(row["k"]), properties(kind.properties, row, names))
        for row in sorted(rows, key=lambda row: str(row["k"]))
    ]


def _edges_as_json(
    kind: FabricEdgeType, rows: Sequence[Row], sources: frozenset[str], targets: frozenset[str]
) -> list[str]:
    """Parallel edges are numbered by what they say, since nothing else tells them apart."""
    names = _names(kind)
    said = [(row, properties(kind.properties, row, names)) for row in rows]
    found = sorted(
        (
            (str(row["s"]), str(row["t"]), compact(each), each)
            for row, each in said
            if str(row["s"]) in sources and str(row["t"]) in targets
        ),
        key=itemgetter(0, 1, 2),
    )
    return [
        edge(
            kind.label,
            (kind.source, source),
            (kind.target, target),
            number,
            each,
        )
        for (source, target), parallel in groupby(found, key=itemgetter(0, 1))
        for number, (*_, each) in enumerate(parallel)
    ]
