"""Runbooks and tickets as documents with titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Manifest
from scenario_pack.problems import PackError, Problem
from scenario_pack.slots import document_names, documents_directory

_TITLE_CHARACTERS = 200
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?")
_UNDERLINE = re.compile(r"=+")
_FENCES = ("```", "~~~")


DocumentSlot = Literal["runbooks", "tickets"]


@dataclass(frozen=True, slots=True)
class Document:
    """`id` is the name below the slot's folder: `restart.md`, `core/restart.md`."""

    id: str
    title: str
    content: str


def iter_documents(
    folder: ScenarioFolder, manifest: Manifest | None, slot: DocumentSlot
) -> Iterator[Document]:
    """The slot's documents by name, one in memory at a time.

    Raises PackError at once if there are none, and after the last for those that are too large
    or no UTF-8: what was given until then is not all.
    """
    names = document_names(folder, manifest, slot)
    directory = documents_directory(folder, manifest, slot) or ""
    title_of = runbook_title if slot == "runbooks" else ticket_title
    problems: list[Problem] = []
    for name in names:
        try:
            content = folder.text(name)
        except PackError as error:
            problems += error.problems
            continue
        title = title_of(content) or PurePosixPath(name).stem
        yield Document(name.removeprefix(directory).lstrip("/"), title, content)
    if problems:
        raise PackError(problems)


def runbook_title(content: str) -> str:
    """The first Markdown heading outside code, or ""."""
    fence, previous = "", ""
    for line in map(str.strip, content.splitlines()):
        if fence:
            fence = "" if line.startswith(fence) else fence
        elif line.startswith(_FENCES):
            fence = line[:3]
        elif heading := _HEADING.fullmatch(line):
            return _cut(heading[1])
        elif previous and _UNDERLINE.fullmatch(line):
            return _cut(previous)
        previous = line
    return ""


def ticket_title(content: str) -> str:
    """The first line that is not blank, or ""."""
    return _cut(next(filter(None, map(str.strip, content.splitlines())), ""))


def _cut(title: str) -> str:
    return title.strip()[:_TITLE_CHARACTERS]
