"""CSV read quickly, by Arrow: no places, and no word about what is wrong.

Arrow agrees with Python's csv module in all values, but takes a lone CR for the end of a line,
a quote that is never closed for one that is, and looks at nothing in columns it leaves out.
So the bytes are watched on their way, and at the least doubt the file is left to `csv_records`.
"""

from __future__ import annotations

import codecs
import io
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from scenario_pack.csv_header import Header
from scenario_pack.csv_lines import MAX_FIELD_BYTES

# A row that is longer makes Arrow give up.
_BLOCK_BYTES = 4 << 20


class DoubtfulCsv(Exception):
    """The file needs the careful reading."""


def column_name(number: int) -> str:
    """What the column of this number, from 0, is called in batches and in DuckDB."""
    return f"c{number}"


def schema_of(columns: Sequence[int]) -> pa.Schema:
    return pa.schema([(column_name(number), pa.string()) for number in columns])


def read_batches(path: Path, header: Header, columns: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """The data of these columns (at least one) as text, an empty value being null.

    Raises DoubtfulCsv at any time; what came before is then worth nothing.
    """
    with path.open("rb") as stream:
        stream.seek(header.end)
        watched = _Watched(stream, fields=len(header.names))
        try:
            yield from _all_but_end(watched, _open(watched, header, columns))
        except pa.ArrowInvalid as error:
            raise DoubtfulCsv from error


def _open(watched: _Watched, header: Header, columns: Sequence[int]) -> Iterator[pa.RecordBatch]:
    names = [column_name(number) for number in range(len(header.names))]
    schema = schema_of(columns)
    return iter(
        pyarrow.csv.open_csv(
            watched,
            # Threads gain nothing here: DuckDB has the other core.
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, block_size=_BLOCK_BYTES, use_threads=False
            ),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=schema,
                include_columns=schema.names,
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,  # the watched stream does, for all columns
            ),
        )
    )


def _all_but_end(watched: _Watched, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches without the record that the watched stream has put at their end."""
    held: pa.RecordBatch | None = None
    for batch in batches:
        if watched.doubtful or _has_long_field(batch):
            raise DoubtfulCsv
        if held is not None:
            yield held
        held = batch if batch.num_rows else held
    if watched.doubtful or held is None:
        raise DoubtfulCsv
    rows = held.num_rows - 1
    if any(column[rows].as_py() != watched.end for column in held.columns):
        raise DoubtfulCsv  # the end was swallowed by a quote
    yield held.slice(0, rows)


def _has_long_field(batch: pa.RecordBatch) -> bool:
    return any(
        (pc.max(pc.binary_length(column)).as_py() or 0) > MAX_FIELD_BYTES
        for column in batch.columns
    )


class _Watched(io.RawIOBase):
    """The rest of `stream`, then a record that holds `end` in each field."""

    def __init__(self, stream: BinaryIO, fields: int) -> None:
        super().__init__()
        self.end = secrets.token_hex(16)
        self.doubtful = False
        self._stream = stream
        self._tail = ("\n" + ",".join([self.end] * fields)).encode()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._after_cr = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        if chunk:
            # After a NUL Arrow may lose track of quotes where one of its blocks ends.
            self.doubtful |= b"\0" in chunk or self._has_lone_cr(chunk) or not self._is_utf8(chunk)
            return chunk
        if self._tail:
            self.doubtful |= not self._is_utf8(b"", final=True)
        chunk, self._tail = self._tail, b""
        return chunk

    def _has_lone_cr(self, chunk: bytes) -> bool:
        pairs = chunk.count(b"\r\n")
        split = self._after_cr and chunk.startswith(b"\n")
        lone_before = self._after_cr and not split
        self._after_cr = chunk.endswith(b"\r")
        return lone_before or chunk.count(b"\r") - self._after_cr != pairs

    def _is_utf8(self, chunk: bytes, *, final: bool = False) -> bool:
        if chunk.isascii() and not self._decoder.getstate()[0] and not final:
            return True
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            return False
        return True
