"""What the preparing process is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.provisioning.model import FabricGraph
from scenario_pack.archive import Limits

PREPARING = "app.provisioning.preparing"


@dataclass(frozen=True, slots=True)
class PrepareRequest:
    """The graph tarball ``archive`` for ``scenario``, or for the one that its manifest names; all
    that is made lies below ``work``.

    With ``check_only`` everything is read and judged, and no file of the result is written.
    """

    archive: str
    work: str
    scenario: str
    check_only: bool
    limits: Limits

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, request: Mapping[str, Any]) -> PrepareRequest:
        return cls(**{**request, "limits": Limits(**request["limits"])})


@dataclass(frozen=True, slots=True)
class Preparation:
    """``parquet`` maps each table to its file, relative to ``work`` and none if only checked.

    The CSVs lie at ``work`` / their path in the lakehouse. ``counts`` are those of the step's
    result: ``vertices``, ``edges``, ``dangling``.
    """

    graph: FabricGraph
    parquet: Mapping[str, str]
    counts: Mapping[str, Any]
    warnings: list[dict[str, Any]]
    scenario_metadata: dict[str, Any]
    graph_styles: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "names": self.graph.names()}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Preparation:
        fields = {name: value for name, value in kept.items() if name != "names"}
        return cls(**{**fields, "graph": FabricGraph.from_dict(kept["graph"])})
