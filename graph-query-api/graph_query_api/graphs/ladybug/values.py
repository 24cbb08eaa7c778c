"""The engine's values as strict JSON, under the names of the pack.

Integers stay exact, decimals become text, what JSON has no number for becomes null.
The engine's own ids and our internal columns never leave.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from graph_query_api.graphs.catalog import GraphCatalog, Property
from graph_query_api.graphs.ids import vertex_id
from graph_query_api.graphs.ladybug.names import KEY
from graph_query_api.graphs.scalars import SIMPLE, scalar

InternalId = tuple[int, int]
"""The engine's own: (table, offset)"""

Lookup = Callable[[set[InternalId]], Mapping[InternalId, str]]
"""Finds the public ids of vertices."""

_GRAPH_TYPE = re.compile(r"\b(NODE|REL|RECURSIVE_REL|INTERNAL_ID)\b")

_TYPES = {
    "BOOL": "boolean",
    "STRING": "text",
    "DOUBLE": "float",
    "FLOAT": "float",
    "DATE": "date",
    "INTERVAL": "duration",
    "UUID": "uuid",
    "BLOB": "bytes",
    "NODE": "vertex",
    "REL": "edge",
    "RECURSIVE_REL": "path",
    "INTERNAL_ID": "text",
}
_PREFIXES = {
    "INT": "integer",
    "UINT": "integer",
    "SERIAL": "integer",
    "TIMESTAMP": "timestamp",
    "DECIMAL": "decimal",
    "MAP": "map",
    "STRUCT": "map",
    "UNION": "any",
}


def column_type(engine_type: str) -> str:
    if engine_type.endswith("]"):
        return "list"
    if engine_type in _TYPES:
        return _TYPES[engine_type]
    return next(
        (ours for prefix, ours in _PREFIXES.items() if engine_type.startswith(prefix)), "any"
    )


class Values:
    """Converts the rows of one query, whose columns have the engine's ``types``.

    ``lookup`` is asked for ends of edges that were not seen as vertices.
    """

    def __init__(self, catalog: GraphCatalog, lookup: Lookup, types: Iterable[str]) -> None:
        self._catalog = catalog
        self._lookup = lookup
        self._ids: dict[InternalId, str] = {}
        # a map that a query makes up itself may look like a vertex, but is none
        self._has_graph = any(_GRAPH_TYPE.search(each) for each in types)

    def rows(self, rows: list[list[Any]]) -> list[list[Any]]:
        if self._has_graph:
            self._learn(rows)
        return [[self._value(value) for value in row] for row in rows]

    def _learn(self, rows: list[list[Any]]) -> None:
        """Finds the public ids that the rows need."""
        wanted: set[InternalId] = set()
        for value in _nested(rows):
            if _is_vertex(value):
                label = self._catalog.by_table[value["_LABEL"]].label
                self._ids[_internal(value["_ID"])] = vertex_id(label, value[KEY])
            elif _is_edge(value):
                wanted |= {_internal(value["_SRC"]), _internal(value["_DST"])}
            elif _is_internal_id(value):
                wanted.add(_internal(value))
        missing = wanted - self._ids.keys()
        if missing:
            self._ids |= self._lookup(missing)

    def _value(self, value: Any) -> Any:
        if isinstance(value, SIMPLE):
            return value
        if isinstance(value, dict):
            return self._mapping(value) if self._has_graph else self._map(value)
        if isinstance(value, list | tuple):
            return [self._value(each) for each in value]
        return scalar(value)

    def _mapping(self, value: dict[Any, Any]) -> Any:
        if _is_vertex(value):
            return self._vertex(value)
        if _is_edge(value):
            return self._edge(value)
        if _is_path(value):
            return {
                "nodes": [self._vertex(each) for each in value["_NODES"]],
                "edges": [self._edge(each) for each in value["_RELS"]],
            }
        if _is_internal_id(value):
            return self._ids.get(_internal(value))
        return self._map(value)

    def _map(self, value: dict[Any, Any]) -> dict[str, Any]:
        return {
            key if isinstance(key, str) else str(scalar(key)): self._value(each)
            for key, each in value.items()
        }

    def _vertex(self, value: Mapping[str, Any]) -> dict[str, Any]:
        kind = self._catalog.by_table[value["_LABEL"]]
        return {
            "id": vertex_id(kind.label, value[KEY]),
            "label": kind.label,
            "properties": _properties(kind.by_column, value),
        }

    def _edge(self, value: Mapping[str, Any]) -> dict[str, Any]:
        kind = self._catalog.by_table[value["_LABEL"]]
        return {
            "label": kind.label,
            "source": self._ids.get(_internal(value["_SRC"])),
            "target": self._ids.get(_internal(value["_DST"])),
            "properties": _properties(kind.by_column, value),
        }


def _properties(known: Mapping[str, Property], value: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are present, in the order of the schema.

    A value that mixes labels has the columns of all of them.
    """
    present = {column.lower(): each for column, each in value.items() if each is not None}
    return {
        each.name: scalar(present[column]) for column, each in known.items() if column in present
    }


def _nested(value: Any) -> Iterator[dict[Any, Any]]:
    """Every mapping in it, outer first, but none inside a vertex, an edge or an id."""
    if isinstance(value, list | tuple):
        for each in value:
            if not isinstance(each, SIMPLE):
                yield from _nested(each)
    elif isinstance(value, dict):
        yield value
        if not (_is_vertex(value) or _is_edge(value) or _is_internal_id(value)):
            yield from _nested(list(value.values()))


def _is_vertex(value: Mapping[Any, Any]) -> bool:
    return "_LABEL" in value and KEY in value and "_SRC" not in value


def _is_edge(value: Mapping[Any, Any]) -> bool:
    return "_SRC" in value and "_LABEL" in value


def _is_path(value: Mapping[Any, Any]) -> bool:
    return value.keys() == {"_NODES", "_RELS"}


def _is_internal_id(value: Mapping[Any, Any]) -> bool:
    return value.keys() == {"offset", "table"}


def _internal(value: Mapping[str, int]) -> InternalId:
    return value["table"], value["offset"]


def unique_names(names: Iterable[str]) -> list[str]:
    """Column names as keys of an object: a second ``a`` becomes ``a_2``."""
    names = list(names)
    used: set[str] = set()
    chosen: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in used or (number > 1 and candidate in names):
            number += 1
            candidate = f"{name}_{number}"
        used.add(candidate)
        chosen.append(candidate)
    return chosen
