"""The five tarballs of a scenario's folder: the same bytes for the same files."""

from __future__ import annotations

import gzip
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scenario_pack.folder import ScenarioFolder, clean_name
from scenario_pack.gzip_stream import unpacked
from scenario_pack.manifest import Manifest, load_manifest
from scenario_pack.names import MANIFEST, SLOTS, Slot, check_scenario_name
from scenario_pack.problems import PackError, Problem
from scenario_pack.schema import load_graph_schema, schema_file
from scenario_pack.slots import document_names, slots_in, telemetry_files
from scenario_pack.tar_stream import members


@dataclass(frozen=True, slots=True)
class Tarball:
    """One slot's tarball; `path` is None if the folder holds nothing for the slot."""

    slot: Slot
    path: Path | None
    files: int = 0
    bytes: int = 0


def build(directory: Path, out: Path) -> list[Tarball]:
    """Write `<name>-<slot>.tar.gz` into `out` for each slot that the folder holds.

    Raises PackError with what is wrong with the manifest, the schema or any file's presence
    before anything is written; the contents of tables and texts are not judged.
    """
    folder = ScenarioFolder.from_directory(directory)
    manifest = load_manifest(folder, required=True)
    plan = _plan(folder, manifest)
    stem = file_stem(manifest.name)
    out.mkdir(parents=True, exist_ok=True)
    return [
        _pack(folder, plan[slot], stem, slot, out) if slot in plan else Tarball(slot, None)
        for slot in SLOTS
    ]


def file_stem(name: str) -> str:
    """The scenario's name, or the nearest legal one, since users may load under another."""
    try:
        check_scenario_name(name)
    except PackError:
        return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "scenario"
    return name


def _plan(folder: ScenarioFolder, manifest: Manifest) -> dict[Slot, list[str]]:
    """The files of each slot that there is anything for, scenario.yaml among them."""
    plan: dict[Slot, list[str]] = {}
    problems: dict[Problem, None] = {}
    for slot in slots_in(folder, manifest):
        try:
            names = {MANIFEST, *map(clean_name, _files_of(folder, manifest, slot))}
        except PackError as error:
            problems |= dict.fromkeys(error.problems)
            continue
        problems |= dict.fromkeys(_missing(folder, names))
        plan[slot] = sorted(names)
    if problems:
        raise PackError(problems)
    if not plan:
        raise PackError(Problem("the folder holds nothing for any slot"))
    return plan


def _files_of(folder: ScenarioFolder, manifest: Manifest, slot: Slot) -> list[str]:
    if slot == "graph":
        schema = load_graph_schema(folder, manifest)
        vertices = [entry.csv_file for entry in schema.vertices]
        edges = [entry.csv_file for entry in schema.edges]
        return [schema_file(folder, manifest) or "", *vertices, *edges]
    if slot == "telemetry":
        return telemetry_files(folder, manifest)
    return document_names(folder, manifest, slot)


def _missing(folder: ScenarioFolder, names: set[str]) -> Iterator[Problem]:
    for name in sorted(names):
        try:
            folder.path(name)
        except PackError as error:
            yield from error.problems


def _pack(folder: ScenarioFolder, names: list[str], stem: str, slot: Slot, out: Path) -> Tarball:
    path = out / f"{stem}-{slot}.tar.gz"
    partial = path.with_name(f".{path.name}.part")
    try:
        sizes = _write(folder, names, stem, partial)
        _check(partial, sizes)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Tarball(slot, path, len(names), path.stat().st_size)


def _write(folder: ScenarioFolder, names: list[str], stem: str, path: Path) -> dict[str, int]:
    """Returns the size of each member by its name in the archive."""
    sizes = {}
    with _tar(path) as tar:
        for name in names:
            with folder.path(name).open("rb") as file:
                member = tarfile.TarInfo(f"{stem}/{name}")
                member.size = file.seek(0, 2)
                file.seek(0)
                tar.addfile(member, file)
            sizes[member.name] = member.size
    return sizes


@contextmanager
def _tar(path: Path) -> Iterator[tarfile.TarFile]:
    """Without times, owners and file name, so that equal files give equal bytes."""
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield tar


def _check(path: Path, sizes: dict[str, int]) -> None:
    """Read the tarball back as a loader would; raises PackError if it is not what was written."""
    with unpacked(path) as stream:
        found = {member.name: member.size for member in members(stream)}
    if found != sizes:
        raise PackError(Problem("reading back gave other files than were written", file=path.name))
