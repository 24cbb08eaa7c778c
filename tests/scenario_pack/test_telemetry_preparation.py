from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from scenario_pack.manifest import Manifest, TelemetryTable, parse_manifest
from scenario_pack.problems import PackError
from scenario_pack.telemetry import PreparedTelemetry, prepare_telemetry
from support.csv_packs import folder_of, ignore_progress, only, places, rows_of

naive = datetime.fromisoformat
ODD_NUMBERS = [
    "1e400", "-1e400", "NaN", "Infinity", "12E999", "00412E77", "1_000", "0x1F", "+5", " 7", "٣",
    "１２", "1,5", "132,55", "–", "0043", "NULL", "true",
]  # fmt: skip


def manifest_of(*tables: TelemetryTable) -> Manifest:
    containers = [
        {
            "name": table.name,
            "csv_file": table.csv_file,
            "id_field": table.id_field,
            "numeric_fields": list(table.numeric_fields),
            "partition_key": table.partition_key,
        }
        for table in tables
    ]
    config = {"data_sources": {"telemetry": {"config": {"containers": containers}}}}
    return parse_manifest(json.dumps({"name": "hello", **config}))


def table(
    name: str = "metrics", csv: str = "m.csv", id_field: str | None = None, *numeric: str
) -> TelemetryTable:
    return TelemetryTable(name, csv, id_field, numeric, "")


@contextmanager
def prepared(
    root: Path, files: Mapping[str, str | bytes], *tables: TelemetryTable
) -> Iterator[PreparedTelemetry]:
    found = prepare_telemetry(folder_of(root, files), manifest_of(*tables), root, ignore_progress)
    with found.con:
        yield found


def refusal(root: Path, files: Mapping[str, str | bytes], *tables: TelemetryTable) -> PackError:
    with pytest.raises(PackError) as refused, prepared(root, files, *tables):
        pass
    return refused.value


def one(root: Path, csv: str | bytes, id_field: str | None = None, *numeric: str) -> Any:
    """The columns, rows and warnings of a single table."""
    given = table("metrics", "m.csv", id_field, *numeric)
    with prepared(root, {"data/telemetry/m.csv": csv}, given) as found:
        (only_table,) = found.tables
        rows = rows_of(found.con, only_table.relation)
        assert only_table.rows == len(rows)
        return dict(only_table.columns), rows, found.warnings


def test_columns_are_typed_by_their_values(tmp_path: Path) -> None:
    csv = 'at,host,n,x,up,code,\n2026-03-29 01:30,"a\nb",1,1,TRUE,007,\n\n'
    csv += "2026-03-29,,-0,2.5,false,7,\n"
    columns, rows, warnings = one(tmp_path, csv)
    assert columns == {
        "at": "timestamp", "host": "text", "n": "integer", "x": "float", "up": "boolean",
        "code": "text", "column_7": "text",
    }  # fmt: skip
    assert rows == [
        (naive("2026-03-29T01:30:00"), "a\nb", 1, 1.0, True, "007", None),
        (naive("2026-03-29T00:00:00"), None, 0, 2.5, False, "7", None),
    ]
    assert warnings == []


@pytest.mark.parametrize(
    ("path", "column"),
    [("/b", "p1"), ("b", "p1"), ('/"c d"', "p2"), ("/c d", "p2"), ("/id", None), ("", None)],
)
def test_the_partition_key_is_one_of_the_columns(
    tmp_path: Path, path: str, column: str | None
) -> None:
    container = TelemetryTable("metrics", "m.csv", None, (), path)
    with prepared(tmp_path, {"data/telemetry/m.csv": "a,b,c d\n1,2,3\n"}, container) as found:
        assert found.tables[0].partition_key == column


def test_equal_rows_are_kept_in_order_without_and_with_a_natural_key(tmp_path: Path) -> None:
    csv = "Id,v\n0012,1\n0012,1\n7,2\n"
    for id_field in (None, "Id"):
        columns, rows, _ = one(tmp_path, csv, id_field)
        assert columns == {"Id": "text", "v": "integer"}
        assert rows == [("0012", 1), ("0012", 1), ("7", 2)]


def test_a_natural_key_is_text_whatever_it_looks_like(tmp_path: Path) -> None:
    columns, rows, _ = one(tmp_path, "Id,v\n1,1\n2,1\n", "Id", "Id", "v")
    assert columns == {"Id": "text", "v": "integer"}
    assert rows == [("1", 1), ("2", 1)]


@pytest.mark.parametrize("value", ODD_NUMBERS)
def test_an_odd_number_is_text_or_in_a_numeric_field_null_with_a_warning(
    tmp_path: Path, value: str
) -> None:
    csv = f'x,y\n"{value}",1\n\n"4","2.5"\n"{value}",\n'
    columns, rows, warnings = one(tmp_path, csv)
    assert columns == {"x": "text", "y": "float"}
    assert [x for x, _ in rows] == [value, "4", value]
    columns, rows, warnings = one(tmp_path, csv, None, "x", "y")
    assert columns == {"x": "integer", "y": "float"}
    assert rows == [(None, 1.0), (4, 2.5), (None, None)]
    (warning,) = warnings
    assert (warning.kind, warning.column, warning.count) == ("not_a_number", "x", 2)
    assert warning.file == "data/telemetry/m.csv"
    assert warning.examples == [
        {"row": 2, "line": 2, "value": value},
        {"row": 5, "line": 5, "value": value},
    ]


def test_a_numeric_field_is_a_number_even_beyond_64_bits_or_without_values(tmp_path: Path) -> None:
    columns, rows, warnings = one(tmp_path, "x,y\n18446744073709551615,\n1,\n", None, "x", "y")
    assert columns == {"x": "float", "y": "float"}
    assert rows == [(18446744073709551615.0, None), (1.0, None)]
    assert warnings == []


def test_the_first_twenty_warnings_are_shown(tmp_path: Path) -> None:
    (warning,) = one(tmp_path, "x\n" + "–\n" * 50, None, "x")[2]
    assert warning.count == 50
    assert [example["row"] for example in warning.examples] == list(range(2, 22))


STAMPS = {
    "2026-03-29T01:30:00+01:00": naive("2026-03-29T00:30:00"),
    "2026-03-29T00:30:00Z": naive("2026-03-29T00:30:00"),
    "2026-03-29T02:30:00": naive("2026-03-29T02:30:00"),
    "2025-01-01T23:00:00.020643808Z": naive("2025-01-01T23:00:00.020643"),
    "1969-12-31 23:59:59,9999999-0130": naive("1970-01-01T01:29:59.999999"),
    "2024-02-29": naive("2024-02-29T00:00:00"),
}
NO_STAMPS = [
    "25:10:00", "20200429", "1714521600", "2026-02-29", "2026-03-29T25:00", "0000-01-01",
    "9999-12-31T23:59:59-10:00", "0001-01-01T00:00+01:00", "now", "2026-03-29 01:30 Z",
]  # fmt: skip


def csv_of_stamps() -> str:
    return "at\n" + "".join(f'"{stamp}"\n' for stamp in STAMPS)


def test_stamps_are_instants_in_utc(tmp_path: Path) -> None:
    columns, rows, _ = one(tmp_path, csv_of_stamps())
    assert columns == {"at": "timestamp"}
    assert [at for (at,) in rows] == list(STAMPS.values())


@pytest.mark.parametrize("value", NO_STAMPS)
def test_one_value_that_is_no_stamp_makes_the_column_text(tmp_path: Path, value: str) -> None:
    columns, rows, _ = one(tmp_path, f"{csv_of_stamps()}{value}\n")
    assert columns == {"at": "text"}
    assert rows[-1] == (value,)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Europe/Berlin", "America/St_Johns"])
def test_stamps_do_not_depend_on_the_zone_of_the_server(tmp_path: Path, zone: str) -> None:
    program = (
        "import sys, pathlib, test_telemetry_preparation as t\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "columns, rows, _ = t.one(root, t.csv_of_stamps())\n"
        "assert columns == {'at': 'timestamp'}, columns\n"
        "assert [at for (at,) in rows] == list(t.STAMPS.values()), rows\n"
    )
    here = Path(__file__).parent
    search = os.pathsep.join([str(here), str(here.parent), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env=os.environ | {"TZ": zone, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_one_column_with_signs_of_other_dialects(tmp_path: Path) -> None:
    columns, rows, _ = one(tmp_path, "note\nok\n4;5\n#6\n\n7\t8")
    assert columns == {"note": "text"}
    assert rows == [("ok",), ("4;5",), ("#6",), ("7\t8",)]


def test_a_true_semicolon_file(tmp_path: Path) -> None:
    problem = only(refusal(tmp_path, {"data/telemetry/m.csv": "a;b\n1;2\n"}, table()))
    assert "(;)" in problem.detail
    assert (problem.file, problem.row) == ("data/telemetry/m.csv", 1)


def test_a_table_without_rows(tmp_path: Path) -> None:
    columns, rows, warnings = one(tmp_path, "Id,at\n", "Id", "at")
    assert (columns, rows, warnings) == ({"Id": "text", "at": "float"}, [], [])


def test_missing_files_and_columns_of_all_containers_at_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "data/telemetry/m.csv": "id,value\n1,2\n",
        "data/telemetry/n.csv": "a,a\n1,2\n",
        "data/telemetry/o.csv": b"a,b\n1,\xff\n2\n",
    }
    error = refusal(
        tmp_path,
        files,
        table("m", "m.csv", "Id", "Value"),
        table("gone", "gone.csv"),
        table("n", "n.csv"),
        table("o", "o.csv"),
    )
    assert places(error) == [
        ("data/telemetry/m.csv", 1, 1, "Id"),
        ("data/telemetry/m.csv", 1, 1, "Value"),
        ("data/telemetry/gone.csv", None, None, None),
        ("data/telemetry/n.csv", 1, 1, "a"),
        ("data/telemetry/o.csv", 2, 2, "b"),
        ("data/telemetry/o.csv", 3, 3, None),
    ]


def test_a_csv_may_lie_outside_of_the_telemetry_folder(tmp_path: Path) -> None:
    with prepared(tmp_path, {"m.csv": "a\n1\n"}, table()) as found:
        assert found.tables[0].rows == 1


def test_two_containers_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(PackError):
        prepare_telemetry(
            folder_of(tmp_path, {}), manifest_of(table(), table()), tmp_path, ignore_progress
        )


def test_a_scenario_without_containers(tmp_path: Path) -> None:
    assert only(refusal(tmp_path, {})).file == "scenario.yaml"


def test_columns_that_differ_only_in_case(tmp_path: Path) -> None:
    columns, rows, _ = one(tmp_path, 'Name,name,"a""b"\n1,x,2026-01-01\n')
    assert columns == {"Name": "integer", "name": "text", 'a"b': "timestamp"}
    assert rows == [(1, "x", naive("2026-01-01T00:00:00"))]
