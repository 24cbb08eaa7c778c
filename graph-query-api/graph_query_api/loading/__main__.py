"""``python -m graph_query_api.loading``: one load. Untrusted archives are opened here only."""

from pathlib import Path
from typing import Any

from graph_query_api.errors import GraphQueryError
from graph_query_api.loading.engines import graph_engine, load_telemetry
from graph_query_api.loading.protocol import LoadRequest
from scenario_pack.folder import ScenarioFolder
from scenario_pack.graph import prepare_graph
from scenario_pack.load_progress import LoadProgress
from scenario_pack.loads import failure, open_pack
from scenario_pack.manifest import Manifest
from scenario_pack.problems import PackWarning
from scenario_pack.scenario_metadata import scenario_metadata
from scenario_pack.schema import read_graph_schema
from scenario_pack.telemetry import prepare_telemetry
from service_kit.child_side import Emit, Request, serve


def run(asked: Request, emit: Emit) -> dict[str, Any]:
    """The load's result. Raises PackError with everything that is wrong with the pack."""
    request = LoadRequest.parse(asked)
    archive, work = Path(request.archive), Path(request.work)
    progress = LoadProgress(request.slot, archive.stat().st_size, emit)
    folder, manifest = open_pack(
        archive, work, request.slot, request.scenario, request.limits, progress
    )
    load = _graph if request.slot == "graph" else _telemetry
    result = load(request, folder, manifest, work, progress)
    return {**result, "scenario_metadata": scenario_metadata(manifest)}


def _graph(
    request: LoadRequest,
    folder: ScenarioFolder,
    manifest: Manifest,
    work: Path,
    progress: LoadProgress,
) -> dict[str, Any]:
    schema = read_graph_schema(folder, manifest)
    prepared = prepare_graph(folder, schema, work, progress.reading)
    engine = graph_engine(request, work)
    with prepared.con:
        progress.expect(engine.passes * prepared.rows)
        names = engine.names(prepared)
        more = {} if request.check_only else engine.load(prepared, progress.loading)
    return {
        **prepared.counts(),
        "names": names,
        "warnings": _warnings(prepared.warnings),
        **more,
    }


def _telemetry(
    request: LoadRequest,
    folder: ScenarioFolder,
    manifest: Manifest,
    work: Path,
    progress: LoadProgress,
) -> dict[str, Any]:
    prepared = prepare_telemetry(folder, manifest, work, progress.reading)
    more: dict[str, Any] = {}
    with prepared.con:
        progress.expect(sum(each.rows for each in prepared.tables))
        if not request.check_only:
            more = load_telemetry(prepared, request, work, progress.loading)
    return {
        "tables": {each.name: each.rows for each in prepared.tables},
        "warnings": _warnings(prepared.warnings),
        **more,
    }


def _warnings(warnings: list[PackWarning]) -> list[dict[str, Any]]:
    return [warning.as_dict() for warning in warnings]


def failed(request: Request, error: Exception) -> dict[str, Any]:
    """What an ``error`` event says. Our own errors are sentences for people already."""
    if isinstance(error, GraphQueryError):
        return {"error": "Load failed", "detail": str(error), "problems": []}
    return failure(error, Path(request["work"]))


if __name__ == "__main__":
    serve(run, failed)
