"""``python -m app.provisioning.preparing``: one graph tarball becomes what Fabric is given.

Untrusted archives are opened here only, in a process that can be stopped at any time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.provisioning.parquet import write_tables
from app.provisioning.request import Preparation, PrepareRequest
from app.provisioning.tables import fabric_graph
from scenario_pack.folder import ScenarioFolder
from scenario_pack.graph import prepare_graph
from scenario_pack.load_progress import LoadProgress
from scenario_pack.loads import failure, open_pack
from scenario_pack.names import MANIFEST, check_scenario_name
from scenario_pack.problems import PackError, Problem
from scenario_pack.scenario_metadata import scenario_metadata
from scenario_pack.schema import read_graph_schema
from service_kit.child_side import Emit, Request, serve

PARQUET = "parquet"


def run(asked: Request, emit: Emit) -> dict[str, Any]:
    """The `Preparation`. Raises PackError with everything that is wrong with the pack."""
    request = PrepareRequest.from_dict(asked)
    archive, work = Path(request.archive), Path(request.work)
    progress = LoadProgress("graph", archive.stat().st_size, emit)
    folder, manifest = open_pack(archive, work, "graph", request.scenario, request.limits, progress)
    _check_name(manifest.name)
    schema = read_graph_schema(folder, manifest)
    prepared = prepare_graph(folder, schema, work, progress.reading)
    with prepared.con:
        progress.expect(prepared.rows)
        graph = fabric_graph(manifest.name, schema, prepared)
        parquet: dict[str, str] = {}
        if not request.check_only:
            (work / PARQUET).mkdir()
            files = write_tables(graph, prepared, work / PARQUET, progress.loading)
            parquet = {table: f"{PARQUET}/{file.name}" for table, file in files.items()}
    if not request.check_only:
        _lay_out(folder, graph.files, work)
    return Preparation(
        graph=graph,
        parquet=parquet,
        counts=prepared.counts(),
        warnings=[warning.as_dict() for warning in prepared.warnings],
        scenario_metadata=scenario_metadata(manifest),
        graph_styles=manifest.graph_styles,
    ).as_dict()


def _check_name(name: str) -> None:
    try:
        check_scenario_name(name)
    except PackError as error:
        detail = f"{error} Name the scenario otherwise with scenario_name."
        raise PackError(Problem(detail, MANIFEST)) from None


def _lay_out(folder: ScenarioFolder, files: Mapping[str, str], work: Path) -> None:
    """Puts each file where its path in the lakehouse says, without a second copy if possible."""
    for name, path in files.items():
        source, target = folder.path(name), work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            os.link(source, target)
            continue
        shutil.copyfile(source, target)


if __name__ == "__main__":
    serve(run, lambda request, error: failure(error, Path(request["work"])))
