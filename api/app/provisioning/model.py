"""A scenario's graph as Fabric gets it: tables with legal names, and what the pack calls them.

Made from a prepared graph, kept as JSON between the process that prepares and the one that
provisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scenario_pack.value_types import ValueType


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is the column of the Delta table and the property in Fabric alike."""

    name: str
    property: str
    type: ValueType


@dataclass(frozen=True, slots=True)
class NodeTable:
    """All vertices of a label. ``columns`` begins with the key, which is text."""

    label: str
    node_type: str
    table: str
    columns: tuple[Column, ...]
    rows: int

    @property
    def key(self) -> Column:
        return self.columns[0]


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """All edges of a label between two labels. ``edge_type`` is the label's, whatever the pair.

    The table begins with ``source_key`` and ``target_key``, which are text; ``columns`` are
    the properties that follow.
    """

    label: str
    edge_type: str
    table: str
    source: str
    target: str
    columns: tuple[Column, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class FabricGraph:
    """``files`` maps each CSV of the pack to its path in the lakehouse's ``Files``."""

    scenario: str
    nodes: tuple[NodeTable, ...]
    edges: tuple[EdgeTable, ...]
    files: Mapping[str, str]

    @property
    def tables(self) -> Iterator[NodeTable | EdgeTable]:
        yield from self.nodes
        yield from self.edges

    def node(self, label: str) -> NodeTable:
        return next(each for each in self.nodes if each.label == label)

    def names(self) -> dict[str, Any]:
        """Fabric's name → the pack's, by kind, where they differ; empty if none does."""
        found: dict[str, dict[str, Any]] = {
            "vertices": {n.node_type: n.label for n in self.nodes if n.node_type != n.label},
            "edges": {e.edge_type: e.label for e in self.edges if e.edge_type != e.label},
            "properties": {},
            "files": {path: name for name, path in self.files.items() if not path.endswith(name)},
        }
        for table in self.tables:
            if renamed := {c.name: c.property for c in table.columns if c.name != c.property}:
                found["properties"].setdefault(table.label, {}).update(renamed)
        return {kind: mapping for kind, mapping in found.items() if mapping}

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> FabricGraph:
        return cls(
            scenario=kept["scenario"],
            nodes=tuple(NodeTable(**{**each, "columns": _columns(each)}) for each in kept["nodes"]),
            edges=tuple(EdgeTable(**{**each, "columns": _columns(each)}) for each in kept["edges"]),
            files=kept["files"],
        )


def _columns(kept: Mapping[str, Any]) -> tuple[Column, ...]:
    return tuple(Column(**each) for each in kept["columns"])
