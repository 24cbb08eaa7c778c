"""What the loading process is asked; it answers with the load's result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scenario_pack.archive import Limits

LOADER = "graph_query_api.loading"

LoadedSlot = Literal["graph", "telemetry"]


@dataclass(frozen=True)
class LoadRequest:
    """``archive`` into ``target``, with ``work`` for what is needed on the way.

    ``target`` is what a destination says; its ``kind`` tells which one. With ``check_only``
    everything is read and judged, and nothing written to it.
    """

    slot: LoadedSlot
    archive: str
    work: str
    target: dict[str, Any]
    scenario: str
    generation: str
    check_only: bool
    limits: Limits

    @classmethod
    def parse(cls, request: Mapping[str, Any]) -> "LoadRequest":
        return cls(**{**request, "limits": Limits(**request["limits"])})
