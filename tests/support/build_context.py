"""What a build is sent: a folder without what its .dockerignore leaves out."""

import shutil
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath


def context(folder: Path, into: Path) -> Path:
    """Copies it, and returns where it is now."""
    rules = [
        line
        for line in (folder / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    for path in _taken(folder, folder, rules):
        target = into / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return into


def _taken(folder: Path, root: Path, rules: Sequence[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        name = str(path.relative_to(root))
        if path.is_dir():
            # the last rule that says something about a folder holds for what is below,
            # unless a later one names what is deeper
            if not _ignored(name, rules) or any(each.startswith(f"!{name}/") for each in rules):
                yield from _taken(path, root, rules)
        elif not _ignored(name, rules):
            yield path


def _ignored(name: str, rules: Sequence[str]) -> bool:
    """The last rule that fits the path or a folder above it decides."""
    ignored = False
    paths = [str(each) for each in (PurePosixPath(name), *PurePosixPath(name).parents)][:-1]
    for rule in rules:
        pattern = rule.removeprefix("!")
        if any(_fits(path, pattern) for path in paths):
            ignored = not rule.startswith("!")
    return ignored


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch(PurePosixPath(path).name, pattern.removeprefix("**/"))
    return path.count("/") == pattern.count("/") and fnmatch(path, pattern)
