"""CSV files as DuckDB tables of text, for SQL to check and type them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from scenario_pack.csv_header import Header
from scenario_pack.csv_records import Record, locate, read_records
from scenario_pack.csv_stream import DoubtfulCsv, column_name, read_batches, schema_of
from scenario_pack.problems import SHOWN_OF_A_KIND, Problem
from scenario_pack.progress import Progress

_CHUNK_SIZE = 8 << 20
_RECORD_OVERHEAD = 200


@dataclass(frozen=True, slots=True, eq=False)
class CsvTable:
    """A file's sound records in DuckDB: all text, an empty value null, in the file's order.

    The table `relation` has a column for each of `columns` (name in the file → name in
    DuckDB); its `rowid` counts the records from 0. `problems` says which columns and records
    are not there.
    """

    path: Path
    header: Header
    relation: str
    columns: Mapping[str, str]
    rows: int
    problems: tuple[Problem, ...]

    @property
    def file(self) -> str:
        return self.header.file

    def locate(self, rowids: Collection[int]) -> dict[int, tuple[int, int]]:
        """The row and line of these records. Reads the file again: for the few, at the end."""
        return locate(self.path, self.header, rowids)


def open_database(work: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory database of bounded size that spills into the folder `work`."""
    return duckdb.connect(
        config={
            "memory_limit": "512MB",
            "temp_directory": str(work / "duckdb"),
            "threads": 2,
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def load_csv(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    path: Path,
    header: Header,
    columns: Iterable[str],
    progress: Progress,
) -> CsvTable:
    """Reads these columns, where the header has them, into the new table `relation`.

    A missing column or a faulty record is a problem of the table, not an error: whoever checks
    the rest can then report all at once.
    """
    wanted = set(columns)
    found = {name: number for name, number in header.columns.items() if name in wanted}
    names = {name: column_name(number) for name, number in found.items()}
    # Without any column the records still have to be looked at.
    numbers = list(found.values()) or [0]
    schema = schema_of(numbers)
    detail = f"Reading {header.file}"
    problems: tuple[Problem, ...] = ()
    try:
        rows = _fill(con, relation, schema, read_batches(path, header, numbers), detail, progress)
    except DoubtfulCsv:
        con.execute(f"DROP TABLE {relation}")
        careful = _CarefulReading(path, header, numbers)
        rows = _fill(con, relation, schema, careful.batches(), detail, progress)
        problems = careful.problems()
    return CsvTable(path, header, relation, names, rows, (*header.problems, *problems))


def _fill(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
    detail: str,
    progress: Progress,
) -> int:
    rows = 0
    doubt: DoubtfulCsv | None = None

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows, doubt
        try:
            for batch in batches:
                rows += batch.num_rows
                progress.update(detail, rows)
                yield batch
        except DoubtfulCsv as error:
            doubt = error  # through DuckDB it would come out as another error

    reader = pa.RecordBatchReader.from_batches(schema, counted())
    con.register("incoming", reader)
    con.execute(f"CREATE TABLE {relation} AS FROM incoming")
    con.unregister("incoming")
    if doubt:
        raise doubt
    progress.finish(detail, rows)
    return rows


class _CarefulReading:
    """What `read_batches` gives, from the sound records, and the problems of the others."""

    def __init__(self, path: Path, header: Header, numbers: Sequence[int]) -> None:
        self._path = path
        self._header = header
        self._numbers = numbers
        self._problems: list[Problem] = []
        self._more = 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        schema = schema_of(self._numbers)
        for records in _chunks(self._sound()):
            columns = [[record.fields[i] or None for record in records] for i in self._numbers]
            yield pa.record_batch(columns, schema=schema)

    def problems(self) -> tuple[Problem, ...]:
        """All problems, once the batches have been read."""
        if self._more:
            rest = Problem(f"and {self._more:,} more faulty rows", self._header.file)
            return (*self._problems, rest)
        return tuple(self._problems)

    def _sound(self) -> Iterator[Record]:
        for record in read_records(self._path, self._header):
            if not record.problems:
                yield record
            elif len(self._problems) < SHOWN_OF_A_KIND:
                self._problems += record.problems
            else:
                self._more += 1


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    size = 0
    for record in records:
        chunk.append(record)
        size += _RECORD_OVERHEAD + sum(map(len, record.fields))
        if size > _CHUNK_SIZE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
