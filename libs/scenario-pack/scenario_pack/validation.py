"""The whole verdict on a tarball or a folder: every problem and warning of every part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenario_pack.archive import DEFAULT_LIMITS, Limits, extract
from scenario_pack.documents import DocumentSlot, iter_documents
from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Manifest, load_manifest, parse_manifest
from scenario_pack.names import MANIFEST, Resources, Slot, check_scenario_name
from scenario_pack.problems import PackError, PackWarning, Problem
from scenario_pack.progress import OnProgress
from scenario_pack.prompts import instruction_warnings, iter_prompts
from scenario_pack.schema import read_graph_schema
from scenario_pack.slots import lacking, slot_of_tarball, slots_in


@dataclass(frozen=True, slots=True)
class Part:
    """`counts` are those of a load's result; empty if there are problems."""

    slot: Slot
    counts: dict[str, Any]
    warnings: tuple[PackWarning, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`problems` are those of the whole: the archive and its manifest.

    `scenario_name` is the manifest's, "" if it has none.
    """

    path: str
    scenario_name: str
    parts: tuple[Part, ...]
    warnings: tuple[PackWarning, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_fine(self) -> bool:
        return not self.problems and not any(part.problems for part in self.parts)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"is_fine": self.is_fine}


def _unheard(_detail: str, _done: int, _total: int | None) -> None:
    pass


def validate(
    path: Path,
    work: Path,
    slots: Sequence[Slot] | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    backend: str = "embedded",
    on_progress: OnProgress = _unheard,
) -> Report:
    """Judge a tarball or folder for `slots`, or for what its name or its content tells.

    `work` is an empty folder for unpacked and spilled data, the caller's to remove. Raises
    OSError if `path` can't be read; what is wrong with the pack is in the report.
    """
    try:
        folder = (
            ScenarioFolder.from_directory(path)
            if path.is_dir()
            else extract(path, work / "files", limits)
        )
    except PackError as error:
        return Report(str(path), "", (), problems=error.problems)
    manifest, problems = _manifest(folder, required=path.is_dir())
    judge = _Judge(folder, manifest, backend, work, on_progress)
    found = slots or _slots(path, folder, manifest)
    if not found and not problems:
        problems = (Problem("there is nothing of a scenario in it, for any slot"),)
    return Report(
        path=str(path),
        scenario_name=manifest.name if manifest else "",
        parts=tuple(judge.part(slot) for slot in found),
        warnings=_name_warnings(manifest),
        problems=problems,
    )


def manifest_for(
    folder: ScenarioFolder, slot: Slot, work: Path, *, required: bool
) -> Manifest | None:
    """As `load_manifest`; the problems of a broken one come with those of the slot's own files.

    `work` is a folder for spilled data.
    """
    try:
        return load_manifest(folder, required=required)
    except PackError as error:
        if not folder.is_there(MANIFEST):
            raise
        judge = _Judge(folder, None, "embedded", work, _unheard)
        raise PackError([*error.problems, *judge.part(slot).problems]) from None


def _manifest(
    folder: ScenarioFolder, *, required: bool
) -> tuple[Manifest | None, tuple[Problem, ...]]:
    try:
        return load_manifest(folder, required=required), ()
    except PackError as error:
        return None, error.problems


def _slots(path: Path, folder: ScenarioFolder, manifest: Manifest | None) -> list[Slot]:
    named = None if path.is_dir() else slot_of_tarball(path.name)
    return [named] if named else slots_in(folder, manifest)


def _name_warnings(manifest: Manifest | None) -> tuple[PackWarning, ...]:
    if manifest is None:
        return ()
    try:
        check_scenario_name(manifest.name)
    except PackError as error:
        detail = f"{error}. It can be loaded under another name"
        return (PackWarning("name", detail, MANIFEST),)
    return ()


class _Judge:
    def __init__(
        self,
        folder: ScenarioFolder,
        manifest: Manifest | None,
        backend: str,
        work: Path,
        on_progress: OnProgress,
    ) -> None:
        self._folder = folder
        self._manifest = manifest
        self._backend = backend
        self._work = work
        self._on_progress = on_progress

    def part(self, slot: Slot) -> Part:
        lack = lacking(self._folder, slot)
        if lack:
            return Part(slot, {}, problems=(Problem(lack),))
        if self._has_broken_manifest() and slot not in slots_in(self._folder, None):
            return Part(slot, {})  # only the manifest knows where its files are
        try:
            match slot:
                case "graph":
                    return self._graph()
                case "telemetry":
                    return self._telemetry()
                case "prompts":
                    return self._prompts()
                case "runbooks" | "tickets":
                    return self._documents(slot)
        except PackError as error:
            return Part(slot, {}, problems=error.problems)

    def _has_broken_manifest(self) -> bool:
        return self._manifest is None and self._folder.is_there(MANIFEST)

    def _graph(self) -> Part:
        from scenario_pack.graph import prepare_graph

        manifest = self._manifest or parse_manifest("{}")
        schema = read_graph_schema(self._folder, manifest)
        graph = prepare_graph(self._folder, schema, self._workspace("graph"), self._on_progress)
        graph.con.close()
        edges: Counter[str] = Counter()
        for table in graph.edges:
            edges[table.label] += table.rows
        vertices = {table.label: table.rows for table in graph.vertices}
        counts = {"vertices": vertices, "edges": dict(edges), "dangling": graph.dangling}
        return Part("graph", counts, tuple(graph.warnings))

    def _telemetry(self) -> Part:
        from scenario_pack.telemetry import prepare_telemetry

        if self._manifest is None:
            return Part("telemetry", {})
        work = self._workspace("telemetry")
        telemetry = prepare_telemetry(self._folder, self._manifest, work, self._on_progress)
        telemetry.con.close()
        tables = {table.name: table.rows for table in telemetry.tables}
        return Part("telemetry", {"tables": tables}, tuple(telemetry.warnings))

    def _documents(self, slot: DocumentSlot) -> Part:
        count = sum(1 for _ in iter_documents(self._folder, self._manifest, slot))
        return Part(slot, {"documents": count})

    def _prompts(self) -> Part:
        manifest = self._manifest
        resources = manifest.resources if manifest else Resources.of("scenario")
        prompts = iter_prompts(self._folder, manifest, backend=self._backend, resources=resources)
        count = sum(1 for _ in prompts)
        return Part("prompts", {"prompts": count}, instruction_warnings(self._folder, manifest))

    def _workspace(self, name: str) -> Path:
        directory = self._work / name
        directory.mkdir(parents=True, exist_ok=True)
        return directory
