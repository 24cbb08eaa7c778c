"""What a file in a pack may be called, and which files no slot ever needs."""

from __future__ import annotations

import re
import unicodedata

from scenario_pack.names import shown
from scenario_pack.problems import PackError, Problem

_MAX_CHARACTERS = 1024
_IGNORED_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r"})
_IGNORED_PREFIXES = ("._", "PaxHeader")
_DRIVE = re.compile(r"[A-Za-z]:")


def is_ignored(raw: str) -> bool:
    """Whether a program left this file behind: resource forks, thumbnails, pax headers."""
    parts = _parts(raw)
    return ".." not in parts and (
        "__MACOSX" in parts
        or any(part.startswith(_IGNORED_PREFIXES) for part in parts)
        or bool(parts and parts[-1] in _IGNORED_NAMES)
    )


def normalised(raw: str) -> str:
    """The posix name in Unicode form NFC without "./"; "" for the root itself.

    Raises PackError naming what is wrong with a name that leaves the folder, that a Windows
    program wrote, or that can't be shown to anybody.
    """
    parts = _parts(raw)
    fault = _fault(raw, parts)
    if fault:
        raise PackError(Problem(f'the name "{shown(raw)}" {fault}', file=shown(raw)))
    return unicodedata.normalize("NFC", "/".join(parts))


def _parts(raw: str) -> list[str]:
    return [part for part in raw.split("/") if part not in {"", "."}]


def _fault(raw: str, parts: list[str]) -> str | None:
    if len(raw) > _MAX_CHARACTERS:
        return f"is longer than {_MAX_CHARACTERS:,} characters"
    if "\\" in raw:
        return (
            "holds a backslash: the archive was made by a Windows program that does not "
            'separate folders by "/"; pack it again with tar'
        )
    if parts and _DRIVE.match(parts[0]):
        return "begins with a drive letter; pack the folder again with names relative to it"
    if raw.startswith("/"):
        return "is absolute; pack the folder again with names relative to it"
    if ".." in parts:
        return 'leads out of the folder by ".."'
    if any(unicodedata.category(c) == "Cs" for c in raw):
        return "is not UTF-8; rename the file"
    if any(unicodedata.category(c) == "Cc" for c in raw):
        return "holds a control character; rename the file"
    return None
