"""TMDL, as far as ontologies use it: objects with fields, and other objects within them.

Written as Fabric writes it (tabs, fields before objects), read as it may come back: other line
ends, quotes where none are needed, names with their namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = r"(?:'(?:[^']|'')*'|[^\s'.=:]+)"
_NAMES = rf"{_NAME}(?:\.{_NAME})*"
_FIELD = re.compile(r"(\w+)\s*:\s*(.*)")
_OBJECT = re.compile(rf"((?:ref )?\w+)(?:\s+({_NAMES}))?(?:\s*=\s*(.*))?")


@dataclass(frozen=True, slots=True)
class TmdlObject:
    """``value`` stands behind ``=``. A field that is a bare word, such as isKey, has None."""

    keyword: str
    name: str = ""
    value: str = ""
    fields: Mapping[str, str | None] = field(default_factory=dict)
    children: Sequence[TmdlObject] = ()
    description: str = ""

    def of(self, keyword: str) -> Iterator[TmdlObject]:
        return (child for child in self.children if child.keyword == keyword)


def quoted(*names: str) -> str:
    """A name, or with several one within the other, such as table and column."""
    return ".".join(
        name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'" for name in names
    )


def unquoted(reference: str) -> list[str]:
    return [
        part[1:-1].replace("''", "'") if part.startswith("'") else part
        for part in re.findall(_NAME, reference)
    ]


def one_line(text: str) -> str:
    """What may stand in a description or behind ``=``."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def write(objects: Sequence[TmdlObject]) -> str:
    lines = [line for each in objects[:1] for line in _lines(each, 0)]
    for before, each in pairwise(objects):
        if not each.keyword.startswith("ref") or each.keyword != before.keyword:
            lines.append("")
        lines += _lines(each, 0)
    return "\n".join(lines) + "\n"


def _lines(each: TmdlObject, depth: int) -> Iterator[str]:
    tabs = "\t" * depth
    if each.description:
        yield f"{tabs}/// {each.description}"
    head = f"{each.keyword} {quoted(each.name)}" if each.name else each.keyword
    if "\n" in each.value:
        yield f"{tabs}{head} ="
        yield from (f"{tabs}\t\t{line}" for line in each.value.split("\n"))
    else:
        yield f"{tabs}{head} = {each.value}" if each.value else f"{tabs}{head}"
    for name, text in each.fields.items():
        yield f"{tabs}\t{name}" if text is None else f"{tabs}\t{name}: {text}"
    for child in each.children:
        if child.keyword != "source":  # stands among the fields of its partition
            yield ""
        yield from _lines(child, depth + 1)


def read(text: str) -> list[TmdlObject]:
    """Lenient: lines that it does not understand are objects of their own kind."""
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    return _objects(lines, 0)


def _objects(lines: Sequence[str], depth: int) -> list[TmdlObject]:
    found: list[TmdlObject] = []
    description: list[str] = []
    at = 0
    while at < len(lines):
        end = _end(lines, at)
        content = lines[at].strip()
        if content.startswith("///"):
            description.append(content[3:].strip())
        else:
            found.append(_object(content, lines[at + 1 : end], depth, " ".join(description)))
            description = []
        at = end
    return found


def _end(lines: Sequence[str], start: int) -> int:
    """Where what belongs to a line ends: with the next that is indented no deeper."""
    deep = _depth(lines[start])
    at = start + 1
    while at < len(lines) and _depth(lines[at]) > deep:
        at += 1
    return at


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip("\t"))


def _object(content: str, inside: Sequence[str], depth: int, description: str) -> TmdlObject:
    match = _OBJECT.fullmatch(content)
    keyword, names, value = match.groups() if match else (content, None, None)
    if value == "":
        own = [line for line in inside if _depth(line) >= depth + 2]
        value = "\n".join(line[depth + 2 :] for line in own)
        inside = [line for line in inside if _depth(line) == depth + 1]
    fields: dict[str, str | None] = {}
    rest: list[str] = []
    for number, line in enumerate(inside):
        text = line.strip()
        is_field = _depth(line) == depth + 1 and _end(inside, number) == number + 1
        if is_field and (given := _FIELD.fullmatch(text)):
            fields[given[1]] = given[2]
        elif is_field and re.fullmatch(r"\w+", text):
            fields[text] = None
        else:
            rest.append(line)
    name = unquoted(names)[-1] if names else ""
    children = _objects(rest, depth + 1)
    return TmdlObject(keyword, name, value or "", fields, children, description)
