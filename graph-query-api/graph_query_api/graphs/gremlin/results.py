"""What a Gremlin server answers a caller, under the names and ids of the pack.

A map is a row; anything else is the one value of its row. What our load needs for itself
never leaves: elements are built from the catalog, and ids are looked up.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from graph_query_api.graphs.catalog import EdgeType, GraphCatalog, VertexType
from graph_query_api.graphs.gremlin.layout import KEY, LOAD, NUMBER, PAIR, pairs_of
from graph_query_api.graphs.gremlin.values import flat, properties, typed
from graph_query_api.graphs.ids import edge_id, vertex_id

IDS_AT_ONCE = (100, 10, 1)
"""Few texts of scripts: each is one for the server to compile."""

Ask = Callable[[str, Mapping[str, Any]], Awaitable[list[Any]]]

_ID = re.compile("[0-9a-f]{32}")
_ELEMENTS = ("vertex", "edge")
_WHOLE = "result"


class Results:
    """Of one query. ``ask``: runs a script of our own."""

    def __init__(self, catalog: GraphCatalog, generation: str, ask: Ask) -> None:
        self._generation = generation
        self._ask = ask
        self._pairs = pairs_of(catalog)
        self._vertices = {each.table: each for each in catalog.vertices}
        types: tuple[VertexType | EdgeType, ...] = (*catalog.vertices, *catalog.edges)
        self._names = {each.table: each.label for each in types}
        self._types: dict[str, set[str]] = {}
        for each in types:
            for known in each.properties:
                self._names[known.column] = known.name
                self._types.setdefault(known.column, set()).add(known.type)
        self._ids: dict[str, str] = {}
        """The server's id → the public one"""

    async def answer(self, results: Sequence[Any], max_rows: int) -> dict[str, Any]:
        """``{"columns", "data", "truncated", "language"}``, cut at ``max_rows``."""
        shown = results[:max_rows]
        await self._look_up_ids(await asyncio.to_thread(self._mentioned, shown))
        rows = await asyncio.to_thread(self._rows, shown)
        names = dict.fromkeys(name for row in rows for name in row) or {_WHOLE: None}
        return {
            "columns": [{"name": name, "type": _type(rows, name)} for name in names],
            "data": [{name: row.get(name) for name in names} for row in rows],
            "truncated": len(results) > len(shown),
            "language": "gremlin",
        }

    def _rows(self, results: Sequence[Any]) -> list[dict[str, Any]]:
        values = [self._value(each) for each in results]
        return values if all(map(self._is_map, results)) else [{_WHOLE: each} for each in values]

    def _mentioned(self, results: Sequence[Any]) -> set[str]:
        """The server's ids of which the public one is not known from the results themselves."""
        wanted: set[str] = set()
        for value in _nested(results):
            if isinstance(value, str):
                wanted.add(value)
            elif value["type"] == "vertex":
                self._learn_vertex(value["id"], value["label"], flat(value)[KEY])
            else:
                wanted |= {value["inV"], value["outV"]}
        return wanted - self._ids.keys()

    async def _look_up_ids(self, wanted: set[str]) -> None:
        await self._look_up_vertices(wanted)
        edges = await self._look_up("E", "", wanted - self._ids.keys())
        await self._look_up_vertices({e[end] for e in edges for end in ("inV", "outV")})
        self._ids |= {each["id"]: self._edge(each)["id"] for each in edges}

    async def _look_up_vertices(self, ids: set[str]) -> None:
        named = f".project('id', 'label', 'key').by(id).by(label).by('{KEY}')"
        for each in await self._look_up("V", named, ids - self._ids.keys()):
            self._learn_vertex(each["id"], each["label"], each["key"])

    def _learn_vertex(self, server_id: str, table: str, key: str) -> None:
        self._ids[server_id] = vertex_id(self._vertices[table].label, key)

    async def _look_up(self, start: str, then: str, ids: set[str]) -> list[Any]:
        found: list[Any] = []
        left = sorted(ids)
        while left:
            size = next(size for size in IDS_AT_ONCE if size <= len(left))
            some, left = left[:size], left[size:]
            bound = {f"i{number}": each for number, each in enumerate(some)}
            script = f"g.{start}({', '.join(bound)}).has('{LOAD}', {LOAD}){then}"
            found += await self._ask(script, {LOAD: self._generation, **bound})
        return found

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._ids.get(value, value)
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if not isinstance(value, dict):
            return value
        match value.get("type"):
            case "vertex" if _is_element(value):
                return self._vertex(value)
            case "edge" if _is_element(value):
                return self._edge(value)
        return self._property(value) if self._is_property(value) else self._map(value)

    def _vertex(self, value: Mapping[str, Any]) -> dict[str, Any]:
        kind = self._vertices[value["label"]]
        return {
            "id": self._ids[value["id"]],
            "label": kind.label,
            "properties": properties(kind.properties, flat(value)),
        }

    def _edge(self, value: Mapping[str, Any]) -> dict[str, Any]:
        found = flat(value)
        kind, _ = self._pairs[int(found[PAIR])]
        source, target = (self._ids.get(value[end], "") for end in ("outV", "inV"))
        return {
            "id": edge_id(kind.label, source, target, int(found[NUMBER])),
            "label": kind.label,
            "source": source,
            "target": target,
            "properties": properties(kind.properties, found),
        }

    def _is_map(self, value: Any) -> bool:
        if not isinstance(value, dict) or _is_element(value) or self._is_property(value):
            return False
        return value.keys() != {"labels", "objects"}  # of a path

    def _is_property(self, value: Mapping[str, Any]) -> bool:
        """Of a vertex, or of an edge; a map that a query makes up may look much the same."""
        if value.keys() - {"vertex"} == {"id", "label", "value"}:
            return value["label"] in self._types and not _ID.fullmatch(str(value["id"]))
        return value.keys() - {"element"} == {"key", "value"} and value["key"] in self._types

    def _property(self, value: Mapping[str, Any]) -> dict[str, Any]:
        column = value.get("label", value.get("key"))
        return {"key": self._names.get(column, column), "value": self._of(column, value["value"])}

    def _map(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Its keys may be properties, labels and ids; ``label`` is that of ``elementMap()``."""
        found = {
            self._names.get(name, self._ids.get(name, name)): self._of(name, each)
            for name, each in value.items()
        }
        if isinstance(label := value.get("label"), str):
            found["label"] = self._names.get(label, label)
        return found

    def _of(self, column: str, value: Any) -> Any:
        """Its value, or the list of them that a map of a vertex has."""
        kinds = self._types.get(column, set())
        if len(kinds) == 1 and isinstance(value, str | int | float):
            return typed(value, *kinds)
        if len(kinds) == 1 and isinstance(value, list):
            return [self._of(column, each) for each in value]
        return self._value(value)


def _nested(value: Any) -> Iterator[Any]:
    """Every vertex, every edge, and every text that looks like one of the server's ids."""
    if isinstance(value, str):
        if _ID.fullmatch(value):
            yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _nested(each)
    elif isinstance(value, dict):
        if _is_element(value):
            yield value
        else:
            yield from _nested([*value, *(value[name] for name in value.keys() - {"element"})])


def _is_element(value: Mapping[str, Any]) -> bool:
    """A map that a query makes up itself has no properties with our key."""
    found = value.get("properties")
    return (
        value.get("type") in _ELEMENTS
        and {"id", "label"} <= value.keys()
        and isinstance(found, dict)
        and LOAD in found
    )


def _type(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    found = {_type_of(value) for row in rows if (value := row.get(name)) is not None}
    if found == {"integer", "float"}:
        return "float"
    return found.pop() if len(found) == 1 else "any"


def _type_of(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "float"
        case str():
            return "text"
        case list():
            return "list"
        case {"id": _, "label": _, "source": _, "target": _, "properties": _}:
            return "edge"
        case {"id": _, "label": _, "properties": _}:
            return "vertex"
        case {"labels": _, "objects": _}:
            return "path"
    return "map"
