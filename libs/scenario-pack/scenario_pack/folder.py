"""A scenario's files by name, wherever their bytes lie."""

from __future__ import annotations

import os
import posixpath
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from stat import S_ISLNK, S_ISREG
from typing import TypeVar

from scenario_pack.member_names import is_ignored, normalised
from scenario_pack.names import MANIFEST, shown
from scenario_pack.problems import PackError, Problem
from scenario_pack.refusals import refusal, symbolic_link

_Value = TypeVar("_Value")

MAX_DOCUMENT_BYTES = 16 << 20
OWN_DIRECTORIES = frozenset(
    {"data", "entities", "knowledge", "runbooks", "tickets", "prompts", "telemetry"}
)


def clean_name(name: str) -> str:
    """The name as `ScenarioFolder` has it; raises PackError if it leads out of the folder."""
    if _leads_out(name):
        raise PackError(Problem("the name leads out of the scenario's folder", file=shown(name)))
    clean = posixpath.normpath(unicodedata.normalize("NFC", name))
    return "" if clean == "." else clean


def _leads_out(name: str) -> bool:
    clean = posixpath.normpath(name)
    return clean.startswith(("/", "../")) or clean == ".."


class ScenarioFolder:
    """Files named relative to the scenario's own folder: posix, NFC, no leading "./".

    `refused` holds what is there but is not taken (links, devices, sparse files), each with
    the words why; they matter only to whoever wants to read them.
    """

    def __init__(self, files: Mapping[str, Path], refused: Mapping[str, str] | None = None) -> None:
        refused = refused or {}
        top = _top_folder([*files, *refused])
        self._files = _below(top, files)
        self._refused = _below(top, refused)

    @classmethod
    def from_directory(cls, path: Path) -> ScenarioFolder:
        """The folder as it lies on disk. Links are not followed."""
        files: dict[str, Path] = {}
        refused: dict[str, str] = {}
        problems: list[Problem] = []
        for raw_name, file in _walk(path):
            if is_ignored(raw_name):
                continue
            try:
                name = normalised(raw_name)
            except PackError as error:
                problems += error.problems
                continue
            if name in files or name in refused:
                problems.append(Problem("two files have this name in Unicode form NFC", file=name))
            elif S_ISREG(file.lstat().st_mode):
                files[name] = file
            else:
                refused[name] = _what_it_is(file)
        if problems:
            raise PackError(problems)
        return cls(files, refused)

    def names(self) -> list[str]:
        """The names of all files that can be read, sorted."""
        return sorted(self._files)

    def exists(self, name: str) -> bool:
        return not _leads_out(name) and clean_name(name) in self._files

    def is_there(self, name: str) -> bool:
        """Whether `path` would find it, or refuse it in words of its own."""
        if _leads_out(name):
            return False
        clean = clean_name(name)
        return clean in self._files or self._refusal(clean) is not None

    def path(self, name: str) -> Path:
        """Where the bytes of `name` lie; raises PackError if it is missing or a link."""
        clean = clean_name(name)
        if clean in self._files:
            return self._files[clean]
        detail = self._refusal(clean) or self._missing(clean)
        raise PackError(Problem(detail, file=shown(clean)))

    def text(self, name: str, max_bytes: int = MAX_DOCUMENT_BYTES) -> str:
        """The file as text; raises PackError if it is too large or not UTF-8."""
        path = self.path(name)
        size = path.stat().st_size
        file = shown(clean_name(name))
        if size > max_bytes:
            raise PackError(
                Problem(f"the file has {size:,} bytes; the limit is {max_bytes:,}", file=file)
            )
        data = path.read_bytes()
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise PackError(Problem("the file is UTF-16; save it as UTF-8", file=file, line=1))
        try:
            return data.removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            byte = error.object[error.start]
            raise PackError(
                Problem(f"byte 0x{byte:02X} is not UTF-8; save as UTF-8", file=file, line=line)
            ) from None

    def under(self, directory: str, suffix: str) -> list[str]:
        """The files below `directory` ("" for all) that end in `suffix` in any case, sorted.

        Raises PackError for each link among them.
        """
        inside = _inside(directory)
        suffix = suffix.lower()
        problems = [
            Problem(detail, file=shown(name))
            for name, detail in sorted(self._refused.items())
            if _may_hold(name, inside, suffix)
        ]
        if problems:
            raise PackError(problems)
        return [
            name
            for name in self.names()
            if name.startswith(inside) and name.lower().endswith(suffix)
        ]

    def holds(self, directory: str, suffix: str) -> bool:
        """Whether `under` would find anything, or refuse it."""
        if _leads_out(directory):
            return False
        inside, suffix = _inside(directory), suffix.lower()
        return any(
            name.startswith(inside) and name.lower().endswith(suffix) for name in self._files
        ) or any(_may_hold(name, inside, suffix) for name in self._refused)

    def _refusal(self, name: str) -> str | None:
        """The words for `name` itself, or for a link among the folders above it."""
        while name:
            if name in self._refused:
                return self._refused[name]
            name = posixpath.dirname(name)
        return None

    def _missing(self, name: str) -> str:
        twin = next((n for n in self._files if n.casefold() == name.casefold()), None)
        if twin:
            return f'the file is missing; "{shown(twin)}" differs in upper and lower case'
        if "\\" in name:
            return 'the file is missing; folders are separated by "/", not by a backslash'
        return "the file is missing"


def _inside(directory: str) -> str:
    clean = clean_name(directory)
    return f"{clean}/" if clean else ""


def _may_hold(refused: str, inside: str, suffix: str) -> bool:
    """Whether a refused name hides files that a reader of `inside` would want.

    A link without any suffix may stand for a folder; one at the root (`latest -> data`) does
    not matter to who looks at the root.
    """
    if inside and (inside == f"{refused}/" or inside.startswith(f"{refused}/")):
        return True
    if not refused.startswith(inside):
        return False
    return refused.lower().endswith(suffix) or (
        bool(inside) and "." not in posixpath.basename(refused)
    )


def _top_folder(names: list[str]) -> str:
    """The folder all belongs to, with its slash; "" if that is the root."""
    if MANIFEST in names:
        return ""
    tops = sorted({n for n in names if n.count("/") == 1 and n.endswith(f"/{MANIFEST}")})
    if len(tops) > 1:
        listed = " and ".join(f'"{shown(name)}"' for name in tops[:5])
        raise PackError(Problem(f"more than one scenario in one pack: {listed}"))
    if tops:
        return tops[0].removesuffix(MANIFEST)
    firsts = {name.split("/", 1)[0] for name in names if "/" in name}
    if len(firsts) == 1 and all("/" in name for name in names) and not firsts & OWN_DIRECTORIES:
        return f"{firsts.pop()}/"
    return ""


def _below(top: str, named: Mapping[str, _Value]) -> dict[str, _Value]:
    return {name.removeprefix(top): value for name, value in named.items() if name.startswith(top)}


def _walk(root: Path) -> Iterator[tuple[str, Path]]:
    """Everything below `root` but folders; a link to a folder counts as a link."""
    for directory, subdirectories, files in os.walk(root, onerror=_raise):
        subdirectories.sort()
        here = Path(directory)
        links = [name for name in subdirectories if (here / name).is_symlink()]
        for name in sorted([*files, *links]):
            file = here / name
            yield file.relative_to(root).as_posix(), file


def _raise(error: OSError) -> None:
    raise error


def _what_it_is(file: Path) -> str:
    mode = file.lstat().st_mode
    if S_ISLNK(mode):
        return symbolic_link(os.fspath(file.readlink()))
    return refusal("a device, pipe or socket")
