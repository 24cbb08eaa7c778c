"""The graph as nodes and edges, written as one JSON text, piece by piece. Runs in a worker."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from graph_query_api.graphs.catalog import EdgeType, GraphCatalog, Pair, VertexType
from graph_query_api.graphs.labels import shares
from graph_query_api.graphs.ladybug.names import KEY, NUMBER, quoted
from graph_query_api.graphs.scalars import scalar
from graph_query_api.graphs.topology import edge, meta, node

EDGES_A_QUERY = 200_000
"""About so many edges are asked for at once, which bounds what the engine holds."""


class Run(Protocol):
    def __call__(
        self, statement: str, parameters: Mapping[str, Any] | None = None, /
    ) -> Iterator[list[Any]]:
        """The rows of a query of our own."""


def pieces(
    catalog: GraphCatalog, run: Run, labels: Sequence[str] | None, limit: int
) -> Iterator[str]:
    """``{"nodes": […], "edges": […], "meta": {…}}``.

    ``limit`` vertices at most, shared fairly among the labels, the first by id of each;
    edges between them. Raises KeyError for an unknown label.
    """
    chosen = catalog.vertices if labels is None else _chosen(catalog, labels)
    share = shares({each.label: each.rows for each in chosen}, limit)
    keys: dict[str, list[str]] = {}
    yield '{"nodes":['
    yield from _joined(_nodes(run, chosen, share, keys))
    yield '],"edges":['
    edges = _Counted(_edges(catalog, run, keys))
    yield from _joined(edges)
    vertices = {each.label: each.rows for each in catalog.vertices}
    totals = {each.label: each.rows for each in catalog.edges}
    returned = {label: len(found) for label, found in keys.items()}
    yield f'],"meta":{meta(vertices, totals, returned, edges.count)}}}'


def _chosen(catalog: GraphCatalog, labels: Sequence[str]) -> tuple[VertexType, ...]:
    wanted = {catalog.by_label[label].label for label in labels}
    return tuple(each for each in catalog.vertices if each.label in wanted)


def _nodes(
    run: Run, types: Sequence[VertexType], share: Mapping[str, int], keys: dict[str, list[str]]
) -> Iterator[str]:
    for each in types:
        keys[each.label] = []
        if not share[each.label]:
            continue
        columns = "".join(f", n.{quoted(p.column)}" for p in each.properties)
        statement = (
            f"MATCH (n:{quoted(each.table)}) RETURN n.{quoted(KEY)}{columns} "
            f"ORDER BY n.{quoted(KEY)} LIMIT {share[each.label]}"
        )
        for key, *values in run(statement):
            keys[each.label].append(key)
            yield node(each.label, key, _properties(each, values))


def _edges(catalog: GraphCatalog, run: Run, keys: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for kind in catalog.edges:
        for pair in kind.pairs:
            if pair.rows and keys.get(pair.source) and keys.get(pair.target):
                yield from _edges_of(catalog, run, kind, pair, keys)


def _edges_of(
    catalog: GraphCatalog,
    run: Run,
    kind: EdgeType,
    pair: Pair,
    keys: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    source, target = catalog.by_label[pair.source], catalog.by_label[pair.target]
    columns = "".join(f", r.{quoted(p.column)}" for p in kind.properties)
    statement = (
        f"MATCH (a:{quoted(source.table)})-[r:{quoted(kind.table)}]->(b:{quoted(target.table)}) "
        f"WHERE a.{quoted(KEY)} >= $first AND a.{quoted(KEY)} <= $last "
        f"AND b.{quoted(KEY)} <= $target "
        f"RETURN a.{quoted(KEY)} AS s, b.{quoted(KEY)} AS t, r.{quoted(NUMBER)} AS n{columns} "
        "ORDER BY s, t, n"
    )
    # The vertices returned are the first of their label by key, so a range finds them.
    sources, last_target = keys[pair.source], keys[pair.target][-1]
    step = max(1, source.rows * EDGES_A_QUERY // pair.rows)
    for start in range(0, len(sources), step):
        chunk = sources[start : start + step]
        bounds = {"first": chunk[0], "last": chunk[-1], "target": last_target}
        for row in run(statement, bounds):
            yield _edge(kind, pair, row)


def _edge(kind: EdgeType, pair: Pair, row: list[Any]) -> str:
    source, target, number, *values = row
    return edge(
        kind.label,
        (pair.source, source),
        (pair.target, target),
        number,
        _properties(kind, values),
    )


def _properties(kind: VertexType | EdgeType, values: Sequence[Any]) -> dict[str, Any]:
    return {
        each.name: scalar(value)
        for each, value in zip(kind.properties, values, strict=True)
        if value is not None
    }


class _Counted:
    def __init__(self, items: Iterator[str]) -> None:
        self._items = items
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        for item in self._items:
            self.count += 1
            yield item


def _joined(items: "Iterator[str] | _Counted") -> Iterator[str]:
    separator = ""
    for item in items:
        yield separator
        yield item
        separator = ","
