"""The first record of a CSV file, and what can be said about a file from its beginning."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from scenario_pack.csv_lines import MAX_FIELD_BYTES, Lines, in_words, undecodable
from scenario_pack.names import shown
from scenario_pack.problems import PackError, Problem

_LONGEST_HEADER = 16 * MAX_FIELD_BYTES
_DELIMITERS = {";": "a semicolon (;)", "\t": "a tab", "|": "a bar (|)"}


@dataclass(frozen=True)
class Header:
    """The column names and where the data begins.

    `end` is the offset in bytes of what follows; `next_row` and `next_line` are its place.
    `problems` are columns that are missing or stand twice: the others can be read none the less.
    """

    file: str
    names: tuple[str, ...]
    row: int
    line: int
    end: int
    next_row: int
    next_line: int
    problems: tuple[Problem, ...] = ()

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The place, from 0, of each column whose name stands once."""
        counts = Counter(self.names)
        return {name: number for number, name in enumerate(self.names) if counts[name] == 1}


def read_header(
    path: Path, file: str, wanted: Collection[str] = (), *, name_unnamed: bool = False
) -> Header:
    """The header of `path`, which should hold all `wanted` columns and none twice.

    `file` is what the file is called in problems. With `name_unnamed` a column without a name
    gets `column_N`, N being its place from 1. Raises PackError if nothing of the file can be
    read; columns that are not there are the header's `problems`.
    """
    _check_encoding(path, file)
    header = _first_record(path, file)
    problems = [*_decoding_problems(header)] or [*_dialect_problems(header, wanted)]
    if problems:
        raise PackError(problems)
    if name_unnamed:
        header = _named(header)
    return replace(header, problems=(*_twins(header), *_missing(header, wanted)))


def _check_encoding(path: Path, file: str) -> None:
    with path.open("rb") as stream:
        beginning = stream.read(1 << 16)
    first_line = beginning.split(b"\n", 1)[0]
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (
        first_line.count(0) * 3 > len(first_line)
    ):
        raise PackError(Problem("the file is UTF-16; save it as UTF-8", file, 1, 1))
    if b"\r" in beginning.rstrip(b"\r\n") and b"\n" not in beginning:
        raise PackError(
            Problem("the lines end with CR only; save the file with LF or CRLF", file, 1, 1)
        )


def _first_record(path: Path, file: str) -> Header:
    row = 1
    with path.open("rb") as stream:
        bom = len(codecs.BOM_UTF8) if stream.read(3) == codecs.BOM_UTF8 else 0
        stream.seek(bom)
        lines = Lines(stream, _LONGEST_HEADER)
        reader = csv.reader(lines)
        line = 1
        try:
            while not (names := next(reader)):
                row, line = row + 1, lines.count + 1
        except csv.Error as error:
            raise PackError(Problem(in_words(error), file, row, line)) from None
        if lines.ended:
            detail = "the file has no header"
            if names != [lines.END]:
                detail = "a quote is opened in the header and never closed"
            raise PackError(Problem(detail, file, row, line))
        end = bom + lines.bytes
        return Header(file, tuple(names), row, line, end, row + 1, lines.count + 1)


def _named(header: Header) -> Header:
    return replace(
        header, names=tuple(name or f"column_{i}" for i, name in enumerate(header.names, 1))
    )


def _decoding_problems(header: Header) -> Iterator[Problem]:
    for name in header.names:
        if byte := undecodable(name):
            detail = f"byte 0x{byte} in the header is not UTF-8; save the file as UTF-8"
            yield _at(header, detail, shown(name))


def _dialect_problems(header: Header, wanted: Collection[str]) -> Iterator[Problem]:
    first = header.names[0]
    if re.fullmatch("sep=.?", first, re.IGNORECASE) and not any(header.names[1:]):
        detail = 'the first line is a "sep=" line for spreadsheets, not a header; take it out'
        yield _at(header, detail)
    elif len(header.names) == 1 and first not in wanted:
        signs = [sign for sign in _DELIMITERS if sign in first]
        if signs:
            sign = max(signs, key=first.count)
            detail = f"the fields are separated by {_DELIMITERS[sign]}; separate them by commas"
            yield _at(header, detail)


def _twins(header: Header) -> Iterator[Problem]:
    for name, count in Counter(header.names).items():
        if name and count > 1:
            yield _at(header, f'the header has the column "{shown(name)}" {count} times', name)


def _missing(header: Header, wanted: Iterable[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(wanted):
        if name not in header.names:
            yield missing_column(header, name)


def missing_column(header: Header, name: str, why: str = "") -> Problem:
    """The problem that a column is not in the header, with the ones that look like it."""
    detail = f'the column "{shown(name)}" is missing{why}'
    for other in header.names:
        if _skeleton(other) == _skeleton(name):
            detail += f'; there is "{shown(other)}", {_difference(other, name)}'
    return _at(header, detail, name)


def _at(header: Header, detail: str, column: str | None = None) -> Problem:
    return Problem(detail, header.file, header.row, header.line, column)


def _skeleton(name: str) -> str:
    """What is left of a name for the eye."""
    composed = unicodedata.normalize("NFKC", name)
    return "".join(c for c in composed if not _is_unseen(c)).casefold()


def _is_unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in {"Cf", "Cc"}


def _difference(other: str, name: str) -> str:
    unseen_here, unseen_there = (
        Counter(filter(_is_unseen, name)),
        Counter(filter(_is_unseen, other)),
    )
    extra, lacking = unseen_there - unseen_here, unseen_here - unseen_there
    words = []
    if extra:
        words.append("with " + ", ".join(_spelt(c, other) for c in extra))
    if lacking:
        words.append("without " + ", ".join(_spelt(c, name) for c in lacking))
    if words:
        return " and ".join(words)
    if other.casefold() == name.casefold():
        return "which differs in upper and lower case"
    return "which is written with other signs"


def _spelt(character: str, name: str) -> str:
    code = f"U+{ord(character):04X}"
    what = "a blank" if character == " " else unicodedata.name(character, "control sign").lower()
    if name.startswith(character):
        return f"{what} ({code}) at its beginning"
    return f"{what} ({code})" + (" at its end" if name.endswith(character) else "")
