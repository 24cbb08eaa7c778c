"""A graph in Fabric that understands the queries of topologies by their form, and no others."""

import ast
import asyncio
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fabric_client import FabricError, GqlResult
from graph_query_api.fabric_models import (
    FabricCatalog,
    FabricEdgeType,
    FabricNodeType,
    FabricProperty,
)
from graph_query_api.graphs.catalog import GraphCatalog, Property

Row = dict[str, Any]

_TEXT = r"('(?:\\.|[^'\\])*')"
_NODES = re.compile(
    rf"MATCH \(n:`(\w+)`\)(?: WHERE n\.`(\w+)` > {_TEXT})? RETURN (.*) ORDER BY k LIMIT (\d+)"
)
_EDGES = re.compile(
    r"MATCH \(a:`(\w+)`\)-\[r:`(\w+)`\]->\(b:`(\w+)`\)(?: WHERE (.*?))? RETURN (.*)"
)
_BOUND = re.compile(rf"([ab])\.`(\w+)` (>=|<=) {_TEXT}")
_COLUMN = re.compile(r"([nrab])\.`(\w+)` AS (\w+)")


@dataclass
class GqlByForm:
    """``nodes`` by type, each with its properties in Fabric; ``edges`` by type, each with the keys
    of its ends. An answer has ``most`` rows at most, then it is truncated."""

    nodes: Mapping[str, Sequence[Row]]
    edges: Mapping[str, Sequence[tuple[str, str, Row]]]
    keys: Mapping[str, str]
    most: int = 1_000_000
    failure: Callable[[str], FabricError | None] = lambda _: None
    asked: list[str] = field(default_factory=list)
    running: int = 0
    at_once: int = 0
    pause: float = 0

    def most_of_one_vertex(self) -> int:
        """Edges of one type; fewer in an answer would leave no way to get them all."""
        sources = [Counter(source for source, _, _ in each) for each in self.edges.values()]
        return max((max(each.values(), default=1) for each in sources), default=1)

    async def execute_query(
        self,
        workspace: str,
        graph_model: str,
        gql: str,
        *,
        timeout: float,
    ) -> GqlResult:
        assert workspace
        assert graph_model
        assert timeout > 0
        self.asked.append(gql)
        self.running += 1
        self.at_once = max(self.at_once, self.running)
        try:
            await asyncio.sleep(self.pause)
        finally:
            self.running -= 1
        if error := self.failure(gql):
            raise error
        rows = self._rows(gql)
        return GqlResult([], rows[: self.most], truncated=len(rows) > self.most)

    def _rows(self, gql: str) -> list[Row]:
        if found := _NODES.fullmatch(gql):
            kind, by, after, returned, limit = found.groups()
            assert by in {None, self.keys[kind]}
            last = ast.literal_eval(after) if after else ""
            nodes = [each for each in self.nodes[kind] if by is None or each[by] > last]
            rows = [_columns(returned, n=each) for each in nodes]
            return sorted(rows, key=lambda row: str(row["k"]))[: int(limit)]
        found = _EDGES.fullmatch(gql)
        assert found, gql
        source, kind, target, bounds, returned = found.groups()
        ends = {"a": self.keys[source], "b": self.keys[target]}
        return [
            _columns(returned, a={ends["a"]: s}, b={ends["b"]: t}, r=row)
            for s, t, row in self.edges[kind]
            if _within(bounds or "", a={ends["a"]: s}, b={ends["b"]: t})
        ]


def _columns(returned: str, **elements: Row) -> Row:
    columns = [_COLUMN.fullmatch(each) for each in returned.split(", ")]
    return {c[3]: elements[c[1]].get(c[2]) for c in columns if c}


def _within(bounds: str, **elements: Row) -> bool:
    assert not _BOUND.sub("", bounds).replace(" AND ", "")
    for variable, key, sign, text in _BOUND.findall(bounds):
        value, limit = elements[variable][key], ast.literal_eval(text)
        if not (value >= limit if sign == ">=" else value <= limit):
            return False
    return True


def as_in_fabric(
    catalog: GraphCatalog, topology: Mapping[str, Any]
) -> tuple[FabricCatalog, GqlByForm]:
    """The embedded backend's graph as Fabric would have it, under other names."""
    vertices = {each["id"]: each for each in topology["nodes"]}
    node_types = tuple(
        FabricNodeType(
            label=each.label,
            node_type=f"N{number}",
            key="the_key",
            properties=_renamed(each.properties),
            rows=each.rows,
        )
        for number, each in enumerate(catalog.vertices)
    )
    edge_types = tuple(
        FabricEdgeType(
            label=each.label,
            edge_type=f"E{number}_{at}",
            source=pair.source,
            target=pair.target,
            properties=_renamed(each.properties),
            rows=pair.rows,
        )
        for number, each in enumerate(catalog.edges)
        for at, pair in enumerate(each.pairs)
    )
    edges: dict[str, list[tuple[str, str, Row]]] = {each.edge_type: [] for each in edge_types}
    of = {(each.label, each.source, each.target): each for each in edge_types}
    for edge in topology["edges"]:
        source, target = vertices[edge["source"]], vertices[edge["target"]]
        kind = of[edge["label"], source["label"], target["label"]]
        row = _as_sent(kind.properties, edge["properties"])
        edges[kind.edge_type].append((_key(source), _key(target), row))
    nodes = {
        kind.node_type: [
            {"the_key": _key(each), **_as_sent(kind.properties, each["properties"])}
            for each in vertices.values()
            if each["label"] == kind.label
        ]
        for kind in node_types
    }
    keys = {each.node_type: each.key for each in node_types}
    engine = GqlByForm(nodes, {kind: each[::-1] for kind, each in edges.items()}, keys)
    return FabricCatalog(node_types=node_types, edge_types=edge_types), engine


def _renamed(properties: Sequence[Property]) -> tuple[FabricProperty, ...]:
    return tuple(
        FabricProperty(name=each.name, property=f"{each.type}_{number}", type=each.type)
        for number, each in enumerate(properties)
    )


def _as_sent(known: Sequence[FabricProperty], properties: Mapping[str, Any]) -> Row:
    """As the client gives them: datetimes with a zone, and floats that JSON sent as integers."""
    return {
        each.property: _value(properties[each.name], each.type)
        for each in known
        if each.name in properties
    }


def _value(value: Any, kind: str) -> Any:
    if kind == "timestamp":
        return dt.datetime.fromisoformat(value).astimezone(dt.timezone(dt.timedelta(hours=2)))
    whole = kind == "float" and float(value).is_integer() and abs(value) < 2**53
    return int(value) if whole else value


def _key(vertex: Mapping[str, Any]) -> str:
    label = vertex["label"].replace("%", "%25").replace(":", "%3A")
    return str(vertex["id"]).removeprefix(f"{label}:")
