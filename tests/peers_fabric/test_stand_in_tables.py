"""Delta tables: guessed types, renamed columns, what loading refuses."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from deltalake import DeltaTable
from peers.fabric.running import Running

from support.fabric_rest import FabricRest, OperationFailed


def _delta(stand_in: Running, lakehouse: str, table: str) -> pa.Table:
    home = Path(stand_in.ca_bundle).parent / "onelake" / stand_in.workspace / lakehouse
    return pa.table(DeltaTable(home / "Tables" / table).to_pyarrow_dataset().to_table())


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["007", "12"], pa.int64()),
        (["2404.16130", "1"], pa.float64()),
        (["true", "FALSE"], pa.bool_()),
        (["2024-02-29", "2023-01-01"], pa.date32()),
        (["2024-02-29T10:00:00Z", "2023-01-01T00:00:00+02:00"], pa.timestamp("us", "UTC")),
        (["1", "x"], pa.string()),
        (["2024-02-30", "2023-01-01"], pa.string()),
        (["", ""], pa.string()),
        (["12345678901234567890", "1"], pa.float64()),
    ],
)
def test_types_of_csv_are_guessed(
    rest: FabricRest, stand_in: Running, lakehouse: str, values: list[str], type_: Any
) -> None:
    rest.table(lakehouse, "t", "k,v\n" + "".join(f"a,{value}\n" for value in values))
    assert _delta(stand_in, lakehouse, "t").schema.field("v").type == type_


def test_parquet_keeps_its_types(rest: FabricRest, stand_in: Running, lakehouse: str) -> None:
    table = pa.table({"id": ["007", "2404.16130"], "n": pa.array([1, None], pa.int64())})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out)
    rest.put(lakehouse, "Files/in/t.parquet", out.getvalue())
    rest.load(lakehouse, "t", "Files/in/t.parquet")
    assert _delta(stand_in, lakehouse, "t").to_pydict() == table.to_pydict()


def test_empty_parquet_makes_an_empty_table(
    rest: FabricRest, stand_in: Running, lakehouse: str
) -> None:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"id": pa.array([], pa.string())}), out)
    rest.put(lakehouse, "Files/t.parquet", out.getvalue())
    rest.load(lakehouse, "t", "Files/t.parquet")
    assert _delta(stand_in, lakehouse, "t").num_rows == 0


def test_bad_column_names_are_changed(rest: FabricRest, stand_in: Running, lakehouse: str) -> None:
    rest.table(lakehouse, "t", '"Max Speed (km/h)","a,b",x=y, lead,größe\n1,2,3,4,5\n')
    names = ["Max_Speed__km_h_", "a_b", "x_y", "_lead", "größe"]
    assert _delta(stand_in, lakehouse, "t").column_names == names


@pytest.mark.parametrize("text", ["Name,name\n1,2\n", "a,b\n1\n", ",b\n1,2\n"])
def test_what_cannot_be_loaded(rest: FabricRest, lakehouse: str, text: str) -> None:
    with pytest.raises(OperationFailed):
        rest.table(lakehouse, "t", text)


def test_overwriting_makes_the_table_anew(
    rest: FabricRest, stand_in: Running, lakehouse: str
) -> None:
    rest.table(lakehouse, "t", "k,v\na,1\n")
    rest.table(lakehouse, "t", "k,w\nb,x\nc,y\n")
    assert _delta(stand_in, lakehouse, "t").to_pydict() == {"k": ["b", "c"], "w": ["x", "y"]}


def test_a_table_is_listed_one_list_later(
    rest: FabricRest, stand_in: Running, lakehouse: str
) -> None:
    rest.table(lakehouse, "t", "k\n1\n")
    path = f"lakehouses/{lakehouse}/tables"
    assert list(rest.pages(path, "data")) == []
    (found,) = rest.pages(path, "data")
    official = f"abfss://{rest.workspace}@onelake.dfs.fabric.microsoft.com/{lakehouse}/Tables/t"
    assert (found["name"], found["location"]) == ("t", official)


def test_lakehouses_with_schemas_take_another_path(rest: FabricRest) -> None:
    made = rest.create("lakehouses", "s", creationPayload={"enableSchemas": True})["id"]
    assert rest.send("GET", f"lakehouses/{made}").json()["properties"]["defaultSchema"] == "dbo"
    with pytest.raises(OperationFailed) as refused:
        rest.table(made, "t", "k\n1\n")
    assert refused.value.code == "UnsupportedOperationForSchemasEnabledLakehouse"
    assert rest.send("GET", f"lakehouses/{made}/tables").status_code == 400


OF_SCHEMAS = "4.2.2-schema-name"
LOADS: list[tuple[str, str, dict[str, Any]]] = [
    ("4.1.t1-table-name", "a-b", {}),
    ("4.1.t1-table-name", "123", {}),
    ("4.1.t2-relative-path", "t", {"relativePath": "/Files/t.csv"}),
    ("4.1.t2-relative-path", "t", {"relativePath": "Files/a+b.csv"}),
    ("4.1.t2-relative-path", "t", {"relativePath": "Files/t.csv "}),
    ("4.1.t3-path-type", "t", {"pathType": "file"}),
    ("4.1.t5-mode", "t", {"mode": "overwrite"}),
    ("4.1.t7-format", "t", {"formatOptions": {"format": "Json"}}),
    ("4.1.t8-header", "t", {"formatOptions": {"format": "Parquet", "header": True}}),
    ("4.1.t9-delimiter", "t", {"formatOptions": {"format": "Csv", "delimiter": "'"}}),
    ("4.1.t6-folder-only", "t", {"recursive": True}),
    ("4.1.t4-file-extension", "t", {"pathType": "Folder", "fileExtension": ".csv"}),
]


@pytest.mark.parametrize(("rule", "table", "change"), LOADS)
def test_load_requests_have_rules(
    rest: FabricRest, lakehouse: str, rule: str, table: str, change: dict[str, Any]
) -> None:
    rest.put(lakehouse, "Files/t.csv", b"k\n1\n")
    body = {
        "relativePath": "Files/t.csv",
        "pathType": "File",
        "mode": "Overwrite",
        "formatOptions": {"format": "Csv", "header": True},
    }
    answer = rest.send("POST", f"lakehouses/{lakehouse}/tables/{table}/load", body | change)
    assert answer.status_code == 400
    assert [each["errorCode"] for each in answer.json()["moreDetails"]] == [rule]


def test_a_schemas_name_has_a_rule(rest: FabricRest) -> None:
    made = rest.create("lakehouses", "s", creationPayload={"enableSchemas": True})["id"]
    body: dict[str, Any] = {"relativePath": "Files/t.csv", "pathType": "File", "mode": "Overwrite"}
    body["formatOptions"] = {"format": "Csv"}
    path = f"lakehouses/{made}/schemas/a-b/tables/t/load"
    answer = rest.send("POST", path, body, params={"beta": "true"})
    assert [each["errorCode"] for each in answer.json()["moreDetails"]] == [OF_SCHEMAS]


def test_rules_of_loading_are_all_here(stand_in: Running) -> None:
    of = {each["id"] for each in stand_in.rules() if each["about"] == "load"}
    assert of == {rule for rule, *_ in LOADS} | {OF_SCHEMAS}


def test_a_file_that_is_not_there(rest: FabricRest, lakehouse: str) -> None:
    with pytest.raises(OperationFailed) as refused:
        rest.load(lakehouse, "t", "Files/absent.csv")
    assert refused.value.code == "PathNotFound"


def test_a_folder_of_files(rest: FabricRest, stand_in: Running, lakehouse: str) -> None:
    for name in ("a", "b"):
        rest.put(lakehouse, f"Files/in/{name}.csv", f"k\n{name}\n".encode())
    body = {
        "relativePath": "Files/in",
        "pathType": "Folder",
        "mode": "Overwrite",
        "formatOptions": {"format": "Csv"},
    }
    rest.done(rest.send("POST", f"lakehouses/{lakehouse}/tables/t/load", body))
    assert sorted(_delta(stand_in, lakehouse, "t").to_pydict()["k"]) == ["a", "b"]
