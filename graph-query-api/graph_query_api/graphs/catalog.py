"""What a graph file holds, under the names of the pack and under those of the engine."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


class LoadNotVerified(Exception):
    """The engine holds something else than what was prepared."""


@dataclass(frozen=True)
class Property:
    name: str
    column: str
    type: str


@dataclass(frozen=True)
class _Labelled:
    label: str
    table: str
    properties: tuple[Property, ...]

    @cached_property
    def by_column(self) -> Mapping[str, Property]:
        """By column in lower case: the engine may answer with another label's spelling."""
        return {each.column.lower(): each for each in self.properties}


@dataclass(frozen=True)
class VertexType(_Labelled):
    rows: int


@dataclass(frozen=True)
class Pair:
    """The edges of one label from vertices of one label to those of another."""

    source: str
    target: str
    rows: int


@dataclass(frozen=True)
class EdgeType(_Labelled):
    pairs: tuple[Pair, ...]

    @property
    def rows(self) -> int:
        return sum(pair.rows for pair in self.pairs)


@dataclass(frozen=True)
class GraphCatalog:
    """Kept as JSON beside the graph file. Labels are in the order of the pack's schema."""

    vertices: tuple[VertexType, ...]
    edges: tuple[EdgeType, ...]

    @cached_property
    def by_table(self) -> Mapping[str, VertexType | EdgeType]:
        types: tuple[VertexType | EdgeType, ...] = (*self.vertices, *self.edges)
        return {each.table: each for each in types}

    @cached_property
    def by_label(self) -> Mapping[str, VertexType]:
        return {each.label: each for each in self.vertices}

    def names(self) -> dict[str, Any]:
        """Engine name → original, by kind, where they differ; empty if none does."""
        types: tuple[_Labelled, ...] = (*self.vertices, *self.edges)
        properties = {
            each.label: changed
            for each in types
            if (changed := {p.column: p.name for p in each.properties if p.column != p.name})
        }
        found = {
            "vertices": dict(_renamed(self.vertices)),
            "edges": dict(_renamed(self.edges)),
            "properties": properties,
        }
        return {kind: mapping for kind, mapping in found.items() if mapping}

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "GraphCatalog":
        return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "GraphCatalog":
        return cls(
            tuple(
                VertexType(each["label"], each["table"], _properties(each), each["rows"])
                for each in kept["vertices"]
            ),
            tuple(
                EdgeType(
                    each["label"],
                    each["table"],
                    _properties(each),
                    tuple(Pair(**pair) for pair in each["pairs"]),
                )
                for each in kept["edges"]
            ),
        )


def catalog_path(graph: Path) -> Path:
    return graph.with_suffix(".json")


def _properties(kept: Mapping[str, Any]) -> tuple[Property, ...]:
    return tuple(Property(**each) for each in kept["properties"])


def _renamed(types: tuple[_Labelled, ...]) -> Iterator[tuple[str, str]]:
    return ((each.table, each.label) for each in types if each.table != each.label)
