"""What each slot's tarball must hold, and where its documents stand."""

from __future__ import annotations

import re

from scenario_pack.folder import OWN_DIRECTORIES, ScenarioFolder, clean_name
from scenario_pack.manifest import Manifest, misplaced_manifest
from scenario_pack.names import GRAPH_SCHEMA, MANIFEST, SLOTS, Slot
from scenario_pack.problems import PackError, Problem
from scenario_pack.schema import csv_only, schema_file

SUFFIXES: dict[Slot, str] = {"runbooks": ".md", "tickets": ".txt", "prompts": ".md"}
DIRECTORIES: dict[Slot, tuple[str, ...]] = {
    "runbooks": ("data/knowledge/runbooks", "knowledge/runbooks", "data/runbooks", "runbooks"),
    "tickets": ("data/knowledge/tickets", "knowledge/tickets", "data/tickets", "tickets"),
    "prompts": ("data/prompts", "prompts"),
}
_TARBALL = re.compile(rf".*-({'|'.join(SLOTS)})\.(?:tar\.gz|tgz)", re.IGNORECASE | re.DOTALL)


def slot_of_tarball(file_name: str) -> Slot | None:
    """The slot that a tarball's name ends in (`hello-graph.tar.gz`), or None."""
    match = _TARBALL.fullmatch(file_name)
    return next((slot for slot in SLOTS if match and slot == match[1].lower()), None)


def slots_in(folder: ScenarioFolder, manifest: Manifest | None) -> list[Slot]:
    """The slots that a folder holds something for."""
    found: list[Slot] = []
    if schema_file(folder, manifest) is not None:
        found.append("graph")
    if manifest and any(folder.is_there(name) for name in telemetry_files(folder, manifest)):
        found.append("telemetry")
    found += [slot for slot in SUFFIXES if documents_directory(folder, manifest, slot) is not None]
    return found


def telemetry_files(folder: ScenarioFolder, manifest: Manifest) -> list[str]:
    """The CSV of each container, below the telemetry folder or else relative to the pack's."""
    directory = manifest.paths.get("telemetry") or "data/telemetry"
    files = []
    for table in manifest.telemetry_tables:
        below = f"{directory}/{table.csv_file}"
        is_elsewhere = not folder.is_there(below) and folder.is_there(table.csv_file)
        files.append(table.csv_file if is_elsewhere else below)
    return files


def documents_directory(
    folder: ScenarioFolder, manifest: Manifest | None, slot: Slot
) -> str | None:
    """The folder that holds the slot's documents, "" for the root; None if none does.

    The manifest's word comes first, then the usual places. The root counts only in a folder
    that has no other part of a scenario, since a README is no runbook.
    """
    suffix = SUFFIXES[slot]
    for directory in (*_named_directories(manifest, slot), *DIRECTORIES[slot]):
        if folder.holds(directory, suffix):
            return clean_name(directory)
    is_at_root = folder.holds("", suffix) and not _has_other_parts(folder, manifest, slot)
    return "" if is_at_root else None


def _has_other_parts(folder: ScenarioFolder, manifest: Manifest | None, slot: Slot) -> bool:
    others = [other for other in SUFFIXES if other != slot]
    return any(
        name.split("/", 1)[0] in OWN_DIRECTORIES
        or (name.endswith((".csv", ".yaml", ".yml")) and name != MANIFEST)
        for name in folder.names()
    ) or any(
        folder.holds(directory, SUFFIXES[other])
        for other in others
        for directory in _named_directories(manifest, other)
    )


def document_names(folder: ScenarioFolder, manifest: Manifest | None, slot: Slot) -> list[str]:
    """The slot's documents, sorted; raises PackError if there are none, or links among them."""
    directory = documents_directory(folder, manifest, slot)
    if directory is None:
        places = ", ".join(DIRECTORIES[slot])
        detail = f"there are no {slot}: no {SUFFIXES[slot]} file in {places} or the root"
        raise PackError(Problem(detail))
    return folder.under(directory, SUFFIXES[slot])


def _named_directories(manifest: Manifest | None, slot: Slot) -> list[str]:
    if manifest is None:
        return []
    index = manifest.search.get(slot)
    named = (manifest.paths.get(slot, ""), index.source if index else "")
    return [directory for directory in named if directory]


def lacking(folder: ScenarioFolder, slot: Slot, *, csv_only_allowed: bool = False) -> str | None:
    """In words, what a tarball must hold for `slot` and does not; None if it may do.

    Judged by names alone: a manifest may place files anywhere.
    """
    if slot == "graph":
        return _lacking_graph(folder, csv_only_allowed=csv_only_allowed)
    if slot == "telemetry":
        return _lacking_telemetry(folder)
    suffix = SUFFIXES[slot]
    if documents_directory(folder, None, slot) is not None:
        return None
    if folder.is_there(MANIFEST) and _any_elsewhere(folder, slot):
        return None
    return f'there is nothing for the slot "{slot}" in it: no {suffix} file in its place'


def _lacking_graph(folder: ScenarioFolder, *, csv_only_allowed: bool) -> str | None:
    if csv_only(folder):
        needed = f"this backend needs {MANIFEST} and {GRAPH_SCHEMA} beside them"
        return None if csv_only_allowed else f"there are only tables in it; {needed}"
    if not folder.is_there(MANIFEST):
        return _lacking_manifest(folder, "graph")
    schemas = [name for name in folder.names() if name.endswith((".yaml", ".yml"))]
    if not folder.is_there(GRAPH_SCHEMA) and schemas == [MANIFEST]:
        return f'{GRAPH_SCHEMA} is missing; the slot "graph" needs it'
    return None


def _lacking_telemetry(folder: ScenarioFolder) -> str | None:
    if not folder.is_there(MANIFEST):
        return _lacking_manifest(folder, "telemetry")
    if not folder.holds("", ".csv"):
        return 'there is nothing for the slot "telemetry" in it: no .csv file'
    return None


def _lacking_manifest(folder: ScenarioFolder, slot: Slot) -> str:
    return f'{MANIFEST} is missing; the slot "{slot}" needs it{misplaced_manifest(folder)}'


def _any_elsewhere(folder: ScenarioFolder, slot: Slot) -> bool:
    """Whether a file of the slot's kind stands where no other slot's files usually do."""
    others = tuple(
        f"{directory}/"
        for other, directories in DIRECTORIES.items()
        if other != slot
        for directory in directories
    )
    return any(
        name.lower().endswith(SUFFIXES[slot]) and not name.startswith(others)
        for name in folder.names()
    )
