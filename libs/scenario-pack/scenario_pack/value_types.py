"""What a column's values are: rules that look at the text as it is written, as SQL for DuckDB.

An empty value is null here and says nothing about the type.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import duckdb

ValueType = Literal["text", "integer", "float", "boolean", "timestamp"]

DUCKDB_TYPES: Mapping[ValueType, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
}


class Column(NamedTuple):
    name: str
    type: ValueType


# [0-9] and not \d: other scripts' digits are no numbers.
_INTEGER = "-?(0|[1-9][0-9]*)"
_FRACTION = r"\.[0-9]+"
_EXPONENT = "[eE][+-]?[0-9]+"
_FLOAT = f"{_INTEGER}({_FRACTION}({_EXPONENT})?|{_EXPONENT})"
_NUMBER = f"{_INTEGER}({_FRACTION})?({_EXPONENT})?"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"
_OFFSET = "Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?"
_TIMESTAMP = f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ]{_TIME}({_OFFSET})?)?"

_SAMPLE_ROWS = 2_000
# Each takes memory for its pattern; a table may have thousands of columns.
_TESTS_PER_QUERY = 32


def is_integer(x: str) -> str:
    """SQL: whether the text `x` is an integer of 64 bits."""
    return f"(regexp_full_match({x}, '{_INTEGER}') AND try_cast({x} AS BIGINT) IS NOT NULL)"


def is_number(x: str) -> str:
    """SQL: whether `x` is written as a number, and finite. Integers beyond 64 bits count too."""
    return f"(regexp_full_match({x}, '{_NUMBER}') AND {_is_finite(x)})"


def _is_float(x: str) -> str:
    # CASE spares the second test where the first is passed; OR would make both.
    written = f"regexp_full_match({x}, '{_FLOAT}') AND {_is_finite(x)}"
    return f"CASE WHEN {written} THEN true ELSE {is_integer(x)} END"


def _is_finite(x: str) -> str:
    return f"coalesce(isfinite(try_cast({x} AS DOUBLE)), false)"


def _is_boolean(x: str) -> str:
    return f"(lower({x}) IN ('true', 'false'))"


def _is_timestamp(x: str) -> str:
    # Python's years are DuckDB's for those who read the values: 1 to 9999.
    held = f"coalesce({_utc(x)} BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999999', false)"
    return f"(regexp_full_match({x}, '{_TIMESTAMP}') AND left({x}, 4) <> '0000' AND {held})"


def _utc(x: str) -> str:
    """The instant as a naive timestamp, by arithmetic alone: no server's zone can get in.

    What DuckDB does with an offset has changed between its versions, so it never sees one.
    """
    parts = r"([+-])([0-9]{2}):?([0-9]{2})?$"
    sign, hours, minutes = (f"regexp_extract({x}, '{parts}', {n})" for n in (1, 2, 3))
    whole = f"60 * try_cast({hours} AS INTEGER) + try_cast('0' || {minutes} AS INTEGER)"
    offset = f"try_cast({sign} || '1' AS INTEGER) * ({whole})"
    local = f"regexp_replace({x}, '[+-][0-9:]+$', '')"
    return (
        f"CASE WHEN regexp_matches({x}, '[T ][0-9:.,]+[+-][0-9:]+$') "
        f"THEN {_naive(local)} - to_minutes({offset}) ELSE {_naive(x)} END"
    )


def _naive(x: str) -> str:
    return f"try_cast(replace({x}, ',', '.') AS TIMESTAMP)"


_TESTS = {
    "integer": is_integer,
    "float": _is_float,
    "boolean": _is_boolean,
    "timestamp": _is_timestamp,
}


def cast(x: str, value_type: ValueType) -> str:
    """SQL: the value of the text `x`, which has passed the test of its type."""
    if value_type == "text":
        return x
    if value_type == "boolean":
        return f"(lower({x}) = 'true')"
    if value_type == "timestamp":
        return f"({_utc(x)})"
    return f"CAST({x} AS {DUCKDB_TYPES[value_type]})"


def infer(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Collection[str],
    *,
    timestamps: bool = False,
) -> dict[str, ValueType | None]:
    """The type of each column over the whole of `relation`; None where all values are empty."""
    possible: tuple[ValueType, ...] = ("integer", "float", "boolean")
    if timestamps:
        possible += ("timestamp",)
    # A sample rules out so many candidates that one pass over all is mostly enough.
    sampled = _narrow(con, relation, dict.fromkeys(columns, possible), _SAMPLE_ROWS)
    left = _narrow(con, relation, {column: types for column, (types, _) in sampled.items()})
    return {
        column: "text" if not types else types[0] if holds else None
        for column, (types, holds) in left.items()
    }


def promote(types: Iterable[ValueType | None]) -> ValueType:
    """The one type of a property that several columns feed; None is a column without values."""
    found = set(types) - {None}
    if found == {"integer", "float"}:
        return "float"
    only = found.pop() if len(found) == 1 else None
    return only or "text"


def _narrow(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    candidates: Mapping[str, tuple[ValueType, ...]],
    rows: int | None = None,
) -> dict[str, tuple[tuple[ValueType, ...], bool | None]]:
    """What is left of each column's candidates from the first on that fits, if any does.

    With it comes true, or None where there is no value to judge by.
    """
    found: dict[str, tuple[tuple[ValueType, ...], bool | None]] = {}
    left = dict(candidates)
    while left:
        found |= {column: ((), None) for column, types in left.items() if not types}
        firsts = {column: types[0] for column, types in left.items() if types}
        verdicts = _verdicts(con, relation, firsts, rows)
        found |= {c: (left[c], holds) for c, holds in verdicts.items() if holds is not False}
        left = {c: left[c][1:] for c, holds in verdicts.items() if holds is False}
    return {column: found[column] for column in candidates}


def _verdicts(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    types: Mapping[str, ValueType],
    rows: int | None,
) -> dict[str, bool | None]:
    """Whether all values of a column are of its type; None where there is no value."""
    verdicts: dict[str, bool | None] = {}
    limit = "" if rows is None else f"LIMIT {rows}"
    columns = list(types)
    for start in range(0, len(columns), _TESTS_PER_QUERY):
        some = columns[start : start + _TESTS_PER_QUERY]
        tests = [f"bool_and({_TESTS[types[x]](x)}) FILTER ({x} IS NOT NULL)" for x in some]
        source = f"(SELECT {', '.join(some)} FROM {relation} {limit})"
        (row,) = con.execute(f"SELECT {', '.join(tests)} FROM {source}").fetchall()
        verdicts |= zip(some, row, strict=True)
    return verdicts
