"""Delta tables, made from CSV and Parquet as loading to a table does it.

Types of CSV columns are guessed from all their values, as Fabric guesses them: ids that look like
numbers become numbers. Characters that a column's name may not have become underscores.
"""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from deltalake import write_deltalake
from peers.fabric.refusals import Refusal

_INTEGER = r"^[+-]?\d{1,18}$"
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
_BOOLEAN = r"^(?i:true|false)$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_MOMENT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$"


@dataclass(frozen=True, slots=True)
class Source:
    files: Sequence[Path]
    format: str
    header: bool = True
    delimiter: str = ","


def build(target: Path, source: Source, *, append: bool) -> None:
    """Raises Refusal where loading would fail. Overwriting drops the table first."""
    try:
        table = pa.concat_tables([_read(file, source) for file in source.files])
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeDecodeError) as error:
        raise _failed(str(error)) from None
    if source.format == "Csv":
        table = pa.table([_guessed(column) for column in table.columns], names=table.column_names)
    table = _fitting(table.rename_columns(_names(table.column_names)))
    if not append:
        shutil.rmtree(target, ignore_errors=True)
    try:
        write_deltalake(target, table, mode="append" if append else "overwrite")
    except Exception as error:  # noqa: BLE001 -- whatever Delta says against the data
        raise _failed(str(error)) from None


def _read(file: Path, source: Source) -> pa.Table:
    if source.format == "Parquet":
        return pyarrow.parquet.ParquetFile(file).read()
    reading = pyarrow.csv.ReadOptions(autogenerate_column_names=not source.header)
    parsing = pyarrow.csv.ParseOptions(delimiter=source.delimiter, newlines_in_values=True)
    with pyarrow.csv.open_csv(file, reading, parsing) as reader:
        names = reader.schema.names
    as_text = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    table = pyarrow.csv.read_csv(file, reading, parsing, as_text)
    if not source.header:
        table = table.rename_columns([f"col{number}" for number in range(len(names))])
    return table


def _guessed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.null_count == len(column):
        return column
    if _all(column, _INTEGER):
        return pc.cast(pc.utf8_ltrim(column, "+"), pa.int64())
    if _all(column, _NUMBER):
        return pc.cast(pc.utf8_ltrim(column, "+"), pa.float64())
    if _all(column, _BOOLEAN):
        return pc.equal(pc.utf8_lower(column), "true")
    try:
        if _all(column, _DATE):
            return pc.cast(column, pa.date32())
        if _all(column, _MOMENT):
            zoned = _all(column, r"(Z|[+-]\d{2}:\d{2})$")
            return pc.cast(column, pa.timestamp("us", "UTC" if zoned else None))
    except pa.ArrowInvalid:  # a 30th of February
        return column
    return column


def _all(column: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(column, pattern)).as_py())


def _names(given: Sequence[str]) -> list[str]:
    names = [re.sub(r"[^\w]", "_", name) for name in given]
    if "" in names:
        raise _failed("A column has no name")
    if len({name.lower() for name in names}) < len(names):
        raise _failed(f"Two columns have the same name: {', '.join(names)}")
    return names


def _fitting(table: pa.Table) -> pa.Table:
    """Delta counts microseconds, and knows no unsigned integers."""
    fields = [field.with_type(_delta_type(field.type)) for field in table.schema]
    return table.cast(pa.schema(fields))


def _delta_type(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(type_):
        return pa.timestamp("us", "UTC" if type_.tz else None)
    if pa.types.is_unsigned_integer(type_):
        return pa.int64()
    if pa.types.is_dictionary(type_):
        return type_.value_type
    return type_


def _failed(message: str) -> Refusal:
    return Refusal(400, "LoadTableFailed", message[:500], guess=True)
