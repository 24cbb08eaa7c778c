"""CSV files and what a person would read in them, without any engine."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from scenario_pack.csv_header import read_header
from scenario_pack.folder import ScenarioFolder
from scenario_pack.problems import PackError, Problem
from scenario_pack.progress import Progress
from scenario_pack.tables import CsvTable, load_csv


def ignore_progress(_detail: str, _done: int, _total: int | None) -> None:
    pass


def folder_of(root: Path, files: Mapping[str, str | bytes]) -> ScenarioFolder:
    """A scenario folder that holds these files."""
    paths = {}
    for number, (name, content) in enumerate(files.items()):
        paths[name] = root / f"file{number}"
        paths[name].write_bytes(content if isinstance(content, bytes) else content.encode())
    return ScenarioFolder(paths)


def load(
    con: duckdb.DuckDBPyConnection, path: Path, content: bytes, file: str = "x.csv"
) -> CsvTable:
    """All columns of `content` in a table `loaded`."""
    path.write_bytes(content)
    con.execute("DROP TABLE IF EXISTS loaded")
    header = read_header(path, file)
    return load_csv(con, "loaded", path, header, header.names, Progress(ignore_progress))


def places(error: PackError) -> list[tuple[str, int | None, int | None, str | None]]:
    return [(p.file, p.row, p.line, p.column) for p in error.problems]


def only(error: PackError) -> Problem:
    (problem,) = error.problems
    return problem


class ReadRecord(NamedTuple):
    row: int
    line: int
    fields: list[str] | None
    """None: the record is faulty."""


def records_by_hand(data: bytes, columns: int) -> list[ReadRecord]:
    """The records below a header of one line, sign by sign."""
    records = []
    at, row, line = data.index(b"\n") + 1, 1, 1
    while at < len(data):
        row, line = row + 1, data.count(b"\n", 0, at) + 1
        fields, at = _record(data, at)
        if fields != []:
            records.append(ReadRecord(row, line, _decoded(fields, columns)))
    return records


def _record(data: bytes, at: int) -> tuple[list[bytes] | None, int]:
    """The fields from `at` on ([]: a blank line; None: faulty) and where the next record is."""
    fields: list[bytes] = []
    field, state, begin = b"", "start", at
    while at < len(data):
        sign = data[at : at + 1]
        at += 1
        if state == "quoted":
            if sign == b'"':
                state = "quote"
            else:
                field += sign
        elif state == "quote" and sign == b'"':
            field, state = field + sign, "quoted"
        elif state == "start" and sign == b'"':
            state = "quoted"
        elif sign == b",":
            fields, field, state = [*fields, field], b"", "start"
        elif sign in (b"\r", b"\n"):
            blank = not fields and not field and state == "start" and at == begin + 1
            while sign == b"\r" and data[at : at + 1] == b"\r":
                at += 1
            if sign == b"\r" and at < len(data):
                if data[at : at + 1] != b"\n":
                    end = data.find(b"\n", at)
                    return None, len(data) if end < 0 else end + 1
                at += 1
            return ([] if blank else [*fields, field]), at
        else:
            field, state = field + sign, "field"
    return (None if state == "quoted" else [*fields, field]), at


def _decoded(fields: list[bytes] | None, columns: int) -> list[str] | None:
    if fields is None or len(fields) != columns:
        return None
    try:
        return [field.decode() for field in fields]
    except UnicodeDecodeError:
        return None


_INTEGER = re.compile("-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


def as_integer(text: str) -> int | None:
    if not _INTEGER.fullmatch(text) or len(text) > 20:
        return None
    return int(text) if -(2**63) <= int(text) < 2**63 else None


def as_float(text: str) -> float | None:
    """Of an integer too."""
    match = _FLOAT.fullmatch(text)
    if as_integer(text) is None and (not match or not (match[2] or match[3])):
        return None
    return float(text) if math.isfinite(float(text)) else None


def as_boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower()) if text.isascii() else None


def as_timestamp(text: str) -> datetime | None:
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micros = int(((fraction or "") + "000000")[:6])
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            micros, tzinfo=UTC,
        )  # fmt: skip
        return (local - _offset(offset or "Z")).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError(text)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


READERS: dict[str, Callable[[str], Any]] = {
    "integer": as_integer,
    "float": as_float,
    "boolean": as_boolean,
    "timestamp": as_timestamp,
    "text": lambda text: text,
}


def type_by_hand(values: Iterable[str], *, timestamps: bool = False) -> str | None:
    """The type of a column; None if all values are empty."""
    present = [value for value in values if value]
    if not present:
        return None
    names = ["integer", "float", "boolean", *(["timestamp"] if timestamps else []), "text"]
    return next(n for n in names if all(READERS[n](value) is not None for value in present))


def read_by_hand(text: str | None, value_type: str) -> Any:
    return READERS[value_type](text) if text else None


def rows_of(con: duckdb.DuckDBPyConnection, relation: str) -> Sequence[tuple[Any, ...]]:
    return con.execute(f"FROM {relation}").fetchall()
