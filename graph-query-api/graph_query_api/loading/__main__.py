"""``python -m graph_query_api.loading``: one load. Untrusted archives are opened here only.

The request is the first line of standard input; the end of input ends the process, as
does the end of the parent. Events are lines of JSON on standard output: ``progress``
and, last, ``complete`` or ``error``.
"""

import errno
import os
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from graph_query_api.graphs.ladybug_load import catalog_of, load_graph
from graph_query_api.loading.progress import Emit, LoadProgress
from graph_query_api.loading.protocol import LoadRequest, event_line
from graph_query_api.loading.scenario_metadata import scenario_metadata
from graph_query_api.process import die_with_parent
from graph_query_api.telemetry.duckdb_load import load_telemetry
from scenario_pack.archive import Limits, extract
from scenario_pack.folder import ScenarioFolder
from scenario_pack.graph import prepare_graph
from scenario_pack.manifest import Manifest
from scenario_pack.problems import PackError, PackWarning
from scenario_pack.schema import read_graph_schema
from scenario_pack.telemetry import prepare_telemetry
from scenario_pack.validation import manifest_for

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def main() -> None:
    die_with_parent()
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # standard output is for events alone
    request = LoadRequest.parse(sys.stdin.buffer.readline())
    threading.Thread(target=_exit_at_end_of_input, daemon=True).start()

    def emit(event: str, data: dict[str, Any]) -> None:
        output.write(event_line(event, data))

    try:
        emit("complete", run(request, emit))
    except PackError as error:
        problems = [problem.as_dict() for problem in error.problems]
        emit("error", {"error": "Invalid pack", "detail": str(error), "problems": problems})
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        detail = "No room left on the disk for this load. Free some space, then load it again."
        emit("error", {"error": "Storage full", "detail": detail, "problems": []})
    except Exception as error:  # noqa: BLE001 - whatever an engine raises ends this load alone
        detail = f"{type(error).__name__}: {error}".replace(request.work, "")
        emit("error", {"error": "Load failed", "detail": detail, "problems": []})


def run(request: LoadRequest, emit: Emit) -> dict[str, Any]:
    """The load's result. Raises PackError with everything that is wrong with the pack."""
    archive, work = Path(request.archive), Path(request.work)
    progress = LoadProgress(request.slot, archive.stat().st_size, emit)
    limits = Limits(request.max_members, request.max_unpacked_bytes, request.max_compression_ratio)
    folder = extract(archive, work / "files", limits, progress.unpacking)
    manifest = manifest_for(folder, request.slot, work, required=True)
    assert manifest is not None  # noqa: S101 - it was required
    manifest = manifest.renamed(request.scenario)
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
    with prepared.con:
        # written for the engine, then taken in by it
        rows = sum(each.rows for each in prepared.vertices)
        rows += sum(each.rows for each in prepared.edges)
        progress.expect(2 * rows)
        if request.check_only:
            catalog = catalog_of(prepared)
        else:
            catalog = load_graph(prepared, Path(request.target), work, progress.loading)
    edges: Counter[str] = Counter()
    for table in prepared.edges:
        edges[table.label] += table.rows
    return {
        "vertices": {each.label: each.rows for each in prepared.vertices},
        "edges": dict(edges),
        "dangling": prepared.dangling,
        "names": catalog.names(),
        "warnings": _warnings(prepared.warnings),
    }


def _telemetry(
    request: LoadRequest,
    folder: ScenarioFolder,
    manifest: Manifest,
    work: Path,
    progress: LoadProgress,
) -> dict[str, Any]:
    prepared = prepare_telemetry(folder, manifest, work, progress.reading)
    with prepared.con:
        progress.expect(sum(each.rows for each in prepared.tables))
        if not request.check_only:
            load_telemetry(prepared, Path(request.target), work, progress.loading)
    return {
        "tables": {each.name: each.rows for each in prepared.tables},
        "warnings": _warnings(prepared.warnings),
    }


def _warnings(warnings: list[PackWarning]) -> list[dict[str, Any]]:
    return [warning.as_dict() for warning in warnings]


def _exit_at_end_of_input() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
    # the thread that watches standard input would hold up an ordinary end
    os._exit(0)
