from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenario_pack.tables import open_database
from scenario_pack.value_types import cast, infer, is_number, promote
from support.csv_packs import READERS, as_integer, read_by_hand, type_by_hand

ODD_VALUES = r"""
1e400 -1e400 NaN Infinity 12E999 00412E77 1_000 0x1F -0 +5 ٣ １２ 1,5 0043 1. .5 1e5 1E-5
1.5e+3 -1 0 00 - -- 1e 9223372036854775807 9223372036854775808 -9223372036854775808
-9223372036854775809 99999999999999999999.5 1e99999999999 true TRUE False tRuE ſ yes NULL \N
2026-03-29 2026-03-29T01:30 2026-03-29T01:30:00+01:00 2026-03-29T01:30:00-0130
2026-03-29T02:30:00,25Z 2025-01-01T23:00:00.020643808Z 1969-12-31T23:59:59.9999999
25:10:00 20200429 1714521600 2026-02-29 2024-02-29 2026-13-01 2026-03-29T24:00
2026-03-29T23:59:60Z 0000-01-01 0001-01-01T00:00:00+10:00 9999-12-31T23:59:59-10:00
2026-03-29T01:30+24:00 2026-03-29T01:30+0060 T1+5 2026-03-29t01:30z 2026-W13-7 -0000
"""
ODD = ODD_VALUES.split()
WITH_BLANKS = [" 7", "7 ", "7\n", "\n", " ", "2026-03-29 01:30:00", "2026-03-29 01:30:00 +01:00"]
GRAMMARS = (
    r"-?[0-9]{1,3}(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
    r"-?[0-9]{17,20}(\.5)?",
    r"[0-9]{4}-(0[1-9]|1[0-3])-[0-3][0-9]",
    (
        r"20[0-9]{2}-0[1-9]-[0-2][0-9][T ]([01][0-9]|2[0-4]):[0-6][0-9]"
        r"(:[0-6][0-9]([.,][0-9]{1,9})?)?(Z|[+-][0-2][0-9](:?[0-6][0-9])?)?"
    ),
    "[tT][rR][uU][eE]",
)
VALUES = st.one_of(
    st.sampled_from(ODD + WITH_BLANKS),
    *(st.from_regex(grammar, fullmatch=True) for grammar in GRAMMARS),
    st.text(st.characters(codec="utf-8"), max_size=5),
)


def columns_of(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.one_of(st.just(""), values), max_size=6)


ALIKE = st.one_of(
    columns_of(VALUES), *(columns_of(st.from_regex(g, fullmatch=True)) for g in GRAMMARS)
)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory() as work, open_database(Path(work)) as con:
        yield con


def store(con: duckdb.DuckDBPyConnection, values: list[str]) -> None:
    con.register("arrived", pa.table({"x": pa.array([v or None for v in values], pa.string())}))
    con.execute("CREATE OR REPLACE TABLE t AS FROM arrived")


@settings(max_examples=400)
@given(values=ALIKE, timestamps=st.booleans())
@example(values=["1", "2.5", ""], timestamps=False)
@example(values=["9223372036854775808", "1.5"], timestamps=False)
@example(values=["", ""], timestamps=True)
def test_types_and_values_are_those_of_the_rules(
    con: duckdb.DuckDBPyConnection, values: list[str], timestamps: bool
) -> None:
    store(con, values)
    found = infer(con, "t", ["x"], timestamps=timestamps)["x"]
    assert found == type_by_hand(values, timestamps=timestamps)
    value_type = found or "text"
    read = con.execute(f"SELECT {cast('x', value_type)} FROM t").fetchall()
    assert [repr(value) for (value,) in read] == [
        repr(read_by_hand(value, value_type)) for value in values
    ]


@pytest.mark.parametrize("value", ODD + WITH_BLANKS)
@pytest.mark.parametrize("beside", ["", "1", "1.5", "true", "2026-01-01"])
def test_odd_values_alone_and_mixed(
    con: duckdb.DuckDBPyConnection, value: str, beside: str
) -> None:
    store(con, [value, beside])
    expected = type_by_hand([value, beside], timestamps=True)
    assert infer(con, "t", ["x"], timestamps=True) == {"x": expected}


@pytest.mark.parametrize("value", ODD + WITH_BLANKS)
def test_a_number_is_an_integer_of_any_size_or_a_float(
    con: duckdb.DuckDBPyConnection, value: str
) -> None:
    store(con, [value])
    large = value.removeprefix("-").isdecimal() and as_integer(value) is None and value[0] in "-9"
    expected = READERS["float"](value) is not None or (large and value != "-0000")
    assert con.execute(f"SELECT {is_number('x')} FROM t").fetchall() == [(expected,)]


@pytest.mark.parametrize(
    ("last", "expected"),
    [("7", "integer"), ("1.5", "float"), ("007", "text"), ("x", "text"), ("", "integer")],
)
def test_the_last_of_many_values_counts(
    con: duckdb.DuckDBPyConnection, last: str, expected: str
) -> None:
    store(con, [*map(str, range(5000)), last])
    assert infer(con, "t", ["x"]) == {"x": expected}


def test_a_column_that_begins_empty(con: duckdb.DuckDBPyConnection) -> None:
    store(con, [""] * 5000 + ["true"])
    assert infer(con, "t", ["x"]) == {"x": "boolean"}


def test_without_columns_there_is_nothing_to_infer(con: duckdb.DuckDBPyConnection) -> None:
    store(con, [])
    assert infer(con, "t", []) == {}


def test_promotion() -> None:
    assert promote(["integer", None]) == "integer"
    assert promote(["integer", "float"]) == "float"
    assert promote(["integer", "boolean"]) == "text"
    assert promote(["float", "integer", "text"]) == "text"
    assert promote([None]) == "text"


def test_many_columns_of_all_types(con: duckdb.DuckDBPyConnection) -> None:
    values = {
        "1": "integer",
        "1.5": "float",
        "TRUE": "boolean",
        "2026-01-01": "timestamp",
        "x": "text",
    }
    expected = {f"c{i}_{t}": t for i in range(30) for t in values.values()}
    columns = {name: [v for v, t in values.items() if name.endswith(t)] for name in expected}
    con.register("arrived", pa.table(columns))
    con.execute("CREATE OR REPLACE TABLE t AS FROM arrived")
    assert infer(con, "t", list(expected), timestamps=True) == expected
