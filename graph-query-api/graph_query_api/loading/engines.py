"""Which engine takes a load, by the kind of its target.

The embedded ones are imported at once, by a process that waits for its load; what the others
need is imported when they are asked, since every process would pay for it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from graph_query_api.graphs.ladybug import load as ladybug
from graph_query_api.loading.protocol import LoadRequest
from graph_query_api.telemetry.duckdb import load as duckdb
from scenario_pack.graph_tables import PreparedGraph
from scenario_pack.progress import OnProgress
from scenario_pack.telemetry import PreparedTelemetry

Json = dict[str, Any]


class GraphEngine(Protocol):
    @property
    def passes(self) -> int:
        """How often each row is reported."""

    def names(self, prepared: PreparedGraph) -> Json:
        """What labels and properties are called in the engine, where that differs."""

    def load(self, prepared: PreparedGraph, on_progress: OnProgress) -> Json:
        """What the result says beside the counts."""


def graph_engine(request: LoadRequest, work: Path) -> GraphEngine:
    if request.target["kind"] == "ladybug":
        return _Ladybug(Path(request.target["path"]), work)
    return _Gremlin(request.target["address"], request.generation)


def load_telemetry(
    prepared: PreparedTelemetry, request: LoadRequest, work: Path, on_progress: OnProgress
) -> Json:
    """What the result says beside the counts."""
    if request.target["kind"] == "duckdb":
        path = Path(request.target["path"])
        duckdb.load_telemetry(prepared, path, work, on_progress)
        return {}
    from graph_query_api.telemetry.cosmos.load import CosmosTarget, load_telemetry

    target = CosmosTarget(**request.target["address"])
    catalog = load_telemetry(prepared, target, request.scenario, request.generation, on_progress)
    return {"catalog": catalog.as_dict()}


@dataclass(frozen=True)
class _Ladybug:
    target: Path
    work: Path
    passes: int = 2  # written for the engine, then taken in by it

    def names(self, prepared: PreparedGraph) -> Json:
        return ladybug.catalog_of(prepared).names()

    def load(self, prepared: PreparedGraph, on_progress: OnProgress) -> Json:
        ladybug.load_graph(prepared, self.target, self.work, on_progress)
        return {}


@dataclass(frozen=True)
class _Gremlin:
    address: Json
    generation: str
    passes: int = 1

    def names(self, prepared: PreparedGraph) -> Json:
        from graph_query_api.graphs.gremlin.names import catalog_of

        return catalog_of(prepared, self.address["partition_key"]).names()

    def load(self, prepared: PreparedGraph, on_progress: OnProgress) -> Json:
        from graph_query_api.graphs.gremlin.layout import GremlinTarget
        from graph_query_api.graphs.gremlin.load import load_graph

        target = GremlinTarget.from_dict(self.address)
        loaded = load_graph(prepared, target, self.generation, on_progress)
        return {"catalog": loaded.as_dict(), "request_units": round(loaded.charge)}
