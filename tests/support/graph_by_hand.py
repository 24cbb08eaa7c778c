"""A graph worked out from its CSVs row by row: slow, plain, and without any engine."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from scenario_pack.schema import EdgeEntry, EdgeProperty, End, Filter, GraphSchema
from support.csv_packs import READERS, read_by_hand, type_by_hand

Row = dict[str, str]


class GraphByHand(NamedTuple):
    vertices: dict[str, dict[str, dict[str, Any]]]
    """label → id → properties"""
    edges: list[tuple[str, str, str, str, str, int, dict[str, Any]]]
    """label, source label, target label, source, target, number among parallel ones, properties"""
    dangling: list[tuple[EdgeEntry, list[int]]]
    """for each entry that has some, their rows as a spreadsheet counts"""
    ambiguous: set[tuple[str, str, str]]
    """label, property and value of what edges refer to and several vertices have"""


def rows_of_csv(text: str) -> list[tuple[int, Row]]:
    records = list(csv.reader(io.StringIO(text, newline="")))
    return [
        (number, dict(zip(records[0], record, strict=True)))
        for number, record in enumerate(records[1:], 2)
        if record
    ]


def promoted(types: Sequence[str | None]) -> str:
    found = set(types) - {None}
    if found == {"integer", "float"}:
        return "float"
    return str(found.pop()) if len(found) == 1 else "text"


def graph_by_hand(files: Mapping[str, str], schema: GraphSchema) -> GraphByHand:
    rows = {name: rows_of_csv(text) for name, text in files.items()}
    found = GraphByHand(_vertices(schema, rows), [], [], set())
    types = _edge_types(schema, rows)
    parallel: Counter[tuple[str, ...]] = Counter()
    for entry in schema.edges:
        missing = []
        of_source, of_target = (_ids(schema, rows, end) for end in (entry.source, entry.target))
        for number, row in rows[entry.csv_file]:
            if not _taken(row, entry.filter):
                continue
            sources = of_source.get(row[entry.source.column], [])
            targets = of_target.get(row[entry.target.column], [])
            for end, matches in ((entry.source, sources), (entry.target, targets)):
                if len(matches) > 1:
                    found.ambiguous.add((end.label, end.property, row[end.column]))
            if not sources or not targets:
                missing.append(number)
                continue
            names = (entry.label, entry.source.label, entry.target.label, sources[0], targets[0])
            values = dict.fromkeys(types[entry.label]) | {
                p.name: _edge_value(p, row, types[entry.label][p.name]) for p in entry.properties
            }
            found.edges.append((*names, parallel[names], values))
            parallel[names] += 1
        if missing:
            found.dangling.append((entry, missing))
    return found


def _vertices(
    schema: GraphSchema, rows: Mapping[str, list[tuple[int, Row]]]
) -> dict[str, dict[str, dict[str, Any]]]:
    types: defaultdict[str, dict[str, list[str | None]]] = defaultdict(dict)
    for entry in schema.vertices:
        for name in entry.properties:
            column = [row[name] for _, row in rows[entry.csv_file]]
            kind = "text" if name == entry.id_column else type_by_hand(column)
            types[entry.label].setdefault(name, []).append(kind)
    vertices: dict[str, dict[str, dict[str, Any]]] = {}
    for entry in schema.vertices:
        of_label = vertices.setdefault(entry.label, {})
        for _, row in rows[entry.csv_file]:
            of_label[row[entry.id_column]] = {
                name: read_by_hand(row[name], promoted(kinds)) if name in entry.properties else None
                for name, kinds in types[entry.label].items()
            }
    return vertices


def _edge_types(
    schema: GraphSchema, rows: Mapping[str, list[tuple[int, Row]]]
) -> dict[str, dict[str, str]]:
    types: defaultdict[str, dict[str, list[str | None]]] = defaultdict(dict)
    for entry in schema.edges:
        for p in entry.properties:
            kind = (
                _constant_type(p.value)
                if p.is_constant
                else type_by_hand([row[p.column or ""] for _, row in rows[entry.csv_file]])
            )
            types[entry.label].setdefault(p.name, []).append(kind)
    known = {label: {n: promoted(kinds) for n, kinds in of.items()} for label, of in types.items()}
    return {entry.label: known.get(entry.label, {}) for entry in schema.edges}


def _edge_value(given: EdgeProperty, row: Row, value_type: str) -> Any:
    if given.column is not None:
        return read_by_hand(row[given.column], value_type)
    return None if given.value is None else READERS[value_type](_written(given.value))


def _constant_type(value: object) -> str | None:
    if value is None:
        return None
    return {bool: "boolean", int: "integer", float: "float", str: "text"}[type(value)]


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _taken(row: Row, only: Filter | None) -> bool:
    return only is None or (row[only.column] == only.value) != only.negate


def _ids(
    schema: GraphSchema, rows: Mapping[str, list[tuple[int, Row]]], end: End
) -> Mapping[str, list[str]]:
    """By the value that an edge names, the vertices that it may mean."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for entry in schema.vertices:
        if entry.label == end.label:
            for _, row in rows[entry.csv_file]:
                if value := row.get(end.property):
                    found[value].append(row[entry.id_column])
    return found
