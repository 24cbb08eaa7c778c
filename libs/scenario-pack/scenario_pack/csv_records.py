"""CSV read with care: every record with its place, and what is wrong with it.

This is the reading that explains; `csv_stream` is the one that is quick. Both take the same
files, and find the same values in them.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from scenario_pack.csv_header import Header
from scenario_pack.csv_lines import MAX_FIELD_BYTES, Lines, in_words, is_too_long, undecodable
from scenario_pack.problems import Problem


class Record(NamedTuple):
    """A record that is not blank. `row` and `line` are those of `Problem`."""

    row: int
    line: int
    fields: list[str]
    problems: tuple[Problem, ...] = ()


def read_records(path: Path, header: Header) -> Iterator[Record]:
    """The records after the header, the faulty ones too; stops where a quote never ends."""
    with path.open("rb") as stream:
        stream.seek(header.end)
        yield from _records(stream, header)


def locate(path: Path, header: Header, ordinals: Collection[int]) -> dict[int, tuple[int, int]]:
    """The (row, line) of the sound records with these numbers, counted from 0."""
    places: dict[int, tuple[int, int]] = {}
    last = max(ordinals, default=-1)
    if last < 0:
        return places
    wanted = frozenset(ordinals)
    sound = (record for record in read_records(path, header) if not record.problems)
    for ordinal, record in enumerate(sound):
        if ordinal in wanted:
            places[ordinal] = record.row, record.line
        if ordinal == last:
            break
    return places


def _records(stream: BinaryIO, header: Header) -> Iterator[Record]:
    # Enough for a row of the longest fields, whatever else is in the file.
    lines = Lines(stream, longest=(len(header.names) + 1) * MAX_FIELD_BYTES)
    reader = csv.reader(lines)
    row = header.next_row - 1
    while True:
        row += 1
        line = header.next_line + lines.count
        try:
            fields = next(reader)
        except csv.Error as error:
            yield Record(row, line, [], (Problem(in_words(error), header.file, row, line),))
            if is_too_long(error):
                return  # inside or outside quotes? Whatever follows would be a guess.
            continue
        if lines.ended:
            if len(fields) != 1 or fields[0] != lines.END:
                yield Record(row, line, fields, (_unclosed(header, row, line, len(fields)),))
            return
        if fields:
            yield Record(row, line, fields, _faults(header, row, line, fields))


def _faults(header: Header, row: int, line: int, fields: list[str]) -> tuple[Problem, ...]:
    right_count = len(fields) == len(header.names)
    text = "".join(fields)
    if right_count and len(text) <= MAX_FIELD_BYTES // 4 and not undecodable(text):
        return ()
    problems = []
    if not right_count:
        more = "many" if len(fields) > len(header.names) else "few"
        detail = f"too {more} fields: {len(fields)}, and the header has {len(header.names)}"
        problems.append(Problem(detail, header.file, row, line))
    for number, field in enumerate(fields):
        column = _column(header, number)
        if byte := undecodable(field):
            detail = f"byte 0x{byte} is not UTF-8; save the file as UTF-8"
            problems.append(Problem(detail, header.file, row, line, column))
        elif len(field.encode()) > MAX_FIELD_BYTES:
            problems.append(
                Problem("the field is longer than 1 MiB", header.file, row, line, column)
            )
    return tuple(problems)


def _unclosed(header: Header, row: int, line: int, fields: int) -> Problem:
    column = _column(header, fields - 1)
    return Problem(
        "a quote is opened here and never closed; write a quote sign inside a field twice",
        header.file,
        row,
        line,
        column,
    )


def _column(header: Header, number: int) -> str | None:
    return header.names[number] if number < len(header.names) else None
