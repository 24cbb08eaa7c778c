from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenario_pack.csv_header import read_header
from scenario_pack.csv_stream import DoubtfulCsv, read_batches
from scenario_pack.progress import Progress
from scenario_pack.tables import load_csv, open_database
from support.csv_packs import ignore_progress, load, records_by_hand, rows_of

SIGNS = ["a", "b", ",", '"', "\n", "\r\n", " ", '""', ";", "#", "\t", "é", "\\", "'", "\0", "😀"]
ODD_SIGNS = ["\r", b"\xff".decode("latin-1"), "\r\r"]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory() as work, open_database(Path(work)) as con:
        yield con


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "x.csv"


@settings(max_examples=400)
@given(columns=st.integers(1, 3), body=st.lists(st.sampled_from(SIGNS), max_size=25))
def test_what_can_be_read_is_what_the_csv_module_reads(
    con: duckdb.DuckDBPyConnection, path: Path, columns: int, body: list[str]
) -> None:
    text = ",".join(f"h{i}" for i in range(columns)) + "\n" + "".join(body)
    expected = [row for row in csv.reader(io.StringIO(text, newline="")) if row][1:]
    table = load(con, path, text.encode())
    if not table.problems:
        assert rows_of(con, "loaded") == [tuple(v or None for v in row) for row in expected]
    else:
        unclosed = any("never closed" in problem.detail for problem in table.problems)
        assert unclosed or any(len(row) != columns for row in expected)


@settings(max_examples=400)
@given(columns=st.integers(1, 3), body=st.lists(st.sampled_from(SIGNS + ODD_SIGNS), max_size=25))
def test_sound_records_are_loaded_and_faulty_ones_named_by_row_and_line(
    con: duckdb.DuckDBPyConnection, path: Path, columns: int, body: list[str]
) -> None:
    data = b",".join(b"h%d" % i for i in range(columns)) + b"\n"
    data += b"".join(b"\xff" if sign == "ÿ" else sign.encode() for sign in body)
    by_hand = records_by_hand(data, columns)
    sound = [record for record in by_hand if record.fields is not None]
    table = load(con, path, data)
    assert rows_of(con, "loaded") == [tuple(v or None for v in r.fields or []) for r in sound]
    assert table.rows == len(sound)
    assert {(p.row, p.line) for p in table.problems} == {
        (record.row, record.line) for record in by_hand if record.fields is None
    }
    assert table.locate(range(len(sound))) == {
        ordinal: (record.row, record.line) for ordinal, record in enumerate(sound)
    }


@pytest.mark.parametrize(
    "data",
    [
        b'a,"b\nc,d',  # never closed
        b"a,b\rc,d\n",
        b"a,\xff\n",
        b"a,b,c\n",
        b"a\n",
        b'a,"b"\nc,"',
    ],
)
def test_the_quick_reading_leaves_what_is_doubtful(path: Path, data: bytes) -> None:
    path.write_bytes(b"x,y\n" + data)
    header = read_header(path, "x.csv")
    with pytest.raises(DoubtfulCsv):
        list(read_batches(path, header, [0]))


def test_the_quick_reading_takes_what_is_sound(path: Path) -> None:
    path.write_bytes(b'x,y\r\n"a\r\nb\n",c"d\n\n\r\n,"e"\r')
    batches = read_batches(path, read_header(path, "x.csv"), [0, 1])
    values = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    assert values == [("a\r\nb\n", 'c"d'), (None, "e")]


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) - 1])
def test_rows_of_several_fields_of_a_mebibyte(
    con: duckdb.DuckDBPyConnection, path: Path, size: int
) -> None:
    row = ",".join(['"' + sign * size + '"' for sign in "abcdef"])  # wider than Arrow's block
    table = load(con, path, ("u,v,w,x,y,z\n1,2,3,4,5,6\n" + row + "\n").encode())
    assert (table.rows, table.problems) == (2, ())
    assert rows_of(con, "loaded")[1] == tuple(sign * size for sign in "abcdef")


@pytest.mark.parametrize("field", ["x" * ((1 << 20) + 1), "é" * ((1 << 19) + 1)])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_field_over_a_mebibyte_is_a_problem(
    con: duckdb.DuckDBPyConnection, path: Path, field: str, quote: str
) -> None:
    table = load(con, path, f"x,y\n1,2\n\n3,{quote}{field}{quote}\n".encode())
    (problem,) = table.problems
    assert (problem.row, problem.line) == (4, 4)
    assert "1 MiB" in problem.detail


def test_a_quote_never_closed_in_a_large_file_is_one_problem(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    table = load(con, path, b'x,y\n1,2\n3,"4\n' + b"5,6\n" * 1_000_000)
    (problem,) = table.problems
    assert (problem.row, problem.line) == (3, 3)
    assert "never closed" in problem.detail


def test_a_line_without_an_end_does_not_fill_the_memory(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    table = load(con, path, b"x\n" + b"1" * (5 << 20))
    assert [(p.row, p.line) for p in table.problems] == [(2, 2)]


def test_only_wanted_columns_are_kept_in_the_order_of_the_file(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    path.write_bytes(b'A,a,"c""d",\xc3\xa9\n1,2,3,4\n')
    con.execute("DROP TABLE IF EXISTS loaded")
    header = read_header(path, "x.csv")
    table = load_csv(con, "loaded", path, header, ["é", "a"], Progress(ignore_progress))
    assert table.columns == {"a": "c1", "é": "c3"}
    assert rows_of(con, "loaded") == [("2", "4")]


def test_records_keep_their_order_over_many_blocks(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    rows = 700_000
    table = load(con, path, b"x,y\n" + b"".join(b"%d,abcdefgh\n" % i for i in range(rows)))
    assert table.rows == rows
    misplaced = con.execute("SELECT count(*) FROM loaded WHERE rowid <> c0::BIGINT").fetchall()
    assert misplaced == [(0,)]


def test_progress_counts_rows_and_tells_the_end(path: Path, con: duckdb.DuckDBPyConnection) -> None:
    path.write_bytes(b"x,y\n" + b"1,2\n" * 10)
    con.execute("DROP TABLE IF EXISTS loaded")
    told: list[tuple[str, int, int | None]] = []
    header = read_header(path, "x.csv")
    load_csv(con, "loaded", path, header, "x", Progress(lambda *said: told.append(said)))
    assert told[-1] == ("Reading x.csv", 10, None)


def test_a_nul_before_a_quote_that_is_never_closed(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    """Arrow took the end of its first block for the end of the record."""
    table = load(con, path, b'h0,h1\na\0",""""""'[:-1])
    (problem,) = table.problems
    assert "never closed" in problem.detail
    assert (problem.row, problem.column) == (2, "h1")
