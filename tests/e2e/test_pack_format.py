"""What the pack format promises, sentence by sentence, from upload to query."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from support.jobs import cypher, load, step, submit, topology
from support.packs import Files, base_pack, csv_bytes, of_slot, tarball, tarballs, yaml_bytes

Change = Callable[[dict[str, Any]], Any]

SITES, LINKS = "data/entities/DimSite.csv", "data/entities/DimLink.csv"
ENDS, MORE = "data/entities/FactEnds.csv", "data/entities/More.csv"
TELEMETRY = "data/telemetry/LinkTelemetry.csv"


def changed(file: str, change: Change) -> Files:
    """The base pack's YAML file after `change`."""
    content = yaml.safe_load(base_pack()[file])
    change(content)
    return {file: yaml_bytes(content)}


def site(**keys: Any) -> Files:
    return changed("graph_schema.yaml", lambda schema: schema["vertices"][0].update(keys))


def edge(**keys: Any) -> Files:
    return changed("graph_schema.yaml", lambda schema: schema["edges"][0].update(keys))


def target(**keys: Any) -> Files:
    return changed("graph_schema.yaml", lambda schema: schema["edges"][0]["target"].update(keys))


def schema(**keys: Any) -> Files:
    return changed("graph_schema.yaml", lambda schema: schema.update(keys))


def second_edge(**keys: Any) -> Files:
    def add(schema: dict[str, Any]) -> None:
        schema["edges"].append({**schema["edges"][0], **keys})

    return changed("graph_schema.yaml", add)


def second_site(**keys: Any) -> Files:
    entry = {"label": "Site", "csv_file": "More.csv", "id_column": "Code", **keys}
    return changed("graph_schema.yaml", lambda schema: schema["vertices"].append(entry))


def container(**keys: Any) -> Files:
    return changed(
        "scenario.yaml",
        lambda manifest: manifest["data_sources"]["telemetry"]["config"]["containers"][0].update(
            keys
        ),
    )


def load_parts(
    client: httpx.Client, tmp_path: Path, name: str, changes: Files, *slots: str, **fields: str
) -> dict[str, Any]:
    packed = tarballs(tmp_path, {**base_pack(name), **changes})
    return load(client, name, {slot: packed[slot] for slot in slots}, **fields)


GRAPHS: dict[str, tuple[Files, dict[str, int], dict[str, int], int]] = {
    "a label without rows": (
        {SITES: b"SiteId,Name,City\n"}, {"Site": 0, "Link": 1}, {"ends_at": 0}, 2,
    ),
    "an edge file with a header alone": (
        {ENDS: b"LinkId,SiteId"}, {"Site": 2, "Link": 1}, {"ends_at": 0}, 0,
    ),
    "no edges": (schema(edges=[]), {"Site": 2, "Link": 1}, {}, 0),
    "edges null": (schema(edges=None), {"Site": 2, "Link": 1}, {}, 0),
    "no properties": (site(properties=None), {"Site": 2, "Link": 1}, {"ends_at": 2}, 0),
    "an edge called as a vertex": (edge(label="Site"), {"Site": 2, "Link": 1}, {"Site": 2}, 0),
    "a label that is a number": (
        {"graph_schema.yaml": base_pack()["graph_schema.yaml"].replace(b"Site\n", b"0x5\n")},
        {"0x5": 2, "Link": 1}, {"ends_at": 2}, 0,
    ),
    "edges by a property that is stored": (
        target(property="Name") | {ENDS: b"LinkId,SiteId\nL1,One\nL1,Two\nL1,S1\n"},
        {"Site": 2, "Link": 1}, {"ends_at": 2}, 1,
    ),
    "one file feeds two labels": (
        changed("graph_schema.yaml", lambda s: s["vertices"].append(
            {"label": "City", "csv_file": "DimSite.csv", "id_column": "City"})),
        {"Site": 2, "Link": 1, "City": 2}, {"ends_at": 2}, 0,
    ),
    "two entries of a label, other id columns": (
        second_site() | {MORE: b"Code\nS3\nS4\n"}, {"Site": 4, "Link": 1}, {"ends_at": 2}, 0,
    ),
    "two labels share ids": (
        {LINKS: b"LinkId,Speed\nS1,1\nL1,2\n"}, {"Site": 2, "Link": 2}, {"ends_at": 2}, 0,
    ),
    "identical rows are parallel edges": (
        {ENDS: b"LinkId,SiteId\nL1,S1\nL1,S1\n\nL1,S1\n"},
        {"Site": 2, "Link": 1}, {"ends_at": 3}, 0,
    ),
    "an empty end is dangling": (
        {ENDS: b"LinkId,SiteId\nL1,\n,S1\nL1,S1\n"}, {"Site": 2, "Link": 1}, {"ends_at": 1}, 2,
    ),
    "a filter for nothing": (
        edge(filter={"column": "K", "value": ""})
        | {ENDS: b"LinkId,SiteId,K\nL1,S1,\nL1,S2,NULL\nnope,S1,x\n"},
        {"Site": 2, "Link": 1}, {"ends_at": 1}, 0,
    ),
    "a filter for anything": (
        edge(filter={"column": "K", "value": "", "negate": True})
        | {ENDS: b"LinkId,SiteId,K\nL1,S1,\nL1,S2,NULL\nnope,S1,\n"},
        {"Site": 2, "Link": 1}, {"ends_at": 1}, 0,
    ),
    "cells are not trimmed": (
        {ENDS: b"LinkId,SiteId\nL1, S1\nL1,S1 \nL1,S1\n"},
        {"Site": 2, "Link": 1}, {"ends_at": 1}, 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GRAPHS.values(), ids=GRAPHS.keys())
def test_what_becomes_vertices_and_edges(
    client: httpx.Client, tmp_path: Path, case: tuple[Files, dict[str, int], dict[str, int], int]
) -> None:
    changes, vertices, edges, dangling = case
    job = load_parts(client, tmp_path, "graphs", changes, "graph")
    assert job["status"] == "done", job
    result = step(job, "graph")["result"]
    assert (result["vertices"], result["edges"], result["dangling"]) == (vertices, edges, dangling)
    meta = topology(client, "graphs")["meta"]
    assert (meta["vertices"], meta["edges"]) == (vertices, edges)


ODD_NAMES = [
    "id", "label", "partitionKey", "_id", "_key", "_n", "_source", "_label", "name", "Name",
    "NAME", "a.b", 'q"q', "`", "*", "x y", "日本", "Order",
]  # fmt: skip


def test_properties_keep_their_names(client: httpx.Client, tmp_path: Path) -> None:
    columns = ["SiteId", *ODD_NAMES, "unnamed"]
    row = ["S1", *(f"value {name}" for name in ODD_NAMES), "x"]
    constants = [{"name": name, "value": name} for name in ODD_NAMES]
    schema = yaml.safe_load(base_pack()["graph_schema.yaml"])
    schema["vertices"][0]["properties"] = ODD_NAMES  # without the id column, which is stored too
    schema["edges"][0]["properties"] = constants
    files = {SITES: csv_bytes(columns, [row]), "graph_schema.yaml": yaml_bytes(schema)}
    job = load_parts(client, tmp_path, "odd-names", files, "graph")
    assert job["status"] == "done", job
    expected = dict(zip(columns[:-1], row[:-1], strict=True))
    graph = topology(client, "odd-names")
    (node,) = (n for n in graph["nodes"] if n["label"] == "Site")
    assert (node["id"], node["properties"]) == ("Site:S1", expected)
    (found,) = graph["edges"]
    assert (found["label"], found["properties"]) == ("ends_at", {n: n for n in ODD_NAMES})
    (answer,) = cypher(client, "odd-names", "MATCH (n:Site) RETURN n")
    assert answer["n"] == node
    mapping = step(job, "graph")["result"]["names"]["properties"]
    assert mapping["Site"]["Name_2"] == "Name"
    assert mapping["ends_at"]["Name_2"] == "Name"


def test_labels_that_differ_in_case(client: httpx.Client, tmp_path: Path) -> None:
    def add(schema: dict[str, Any]) -> None:
        end = {"label": "SITE", "property": "SiteId", "column": "SiteId"}
        entry = {"label": "SITE", "csv_file": "DimSite.csv", "id_column": "SiteId"}
        schema["vertices"].append(entry)
        schema["edges"].append({**schema["edges"][0], "label": "ENDS_AT", "target": end})

    changes = changed("graph_schema.yaml", add)
    job = load_parts(client, tmp_path, "case", changes, "graph")
    names = step(job, "graph")["result"]["names"]
    assert names == {"vertices": {"SITE_2": "SITE"}, "edges": {"ENDS_AT_2": "ENDS_AT"}}
    graph = topology(client, "case")
    assert {n["label"] for n in graph["nodes"]} == {"Site", "SITE", "Link"}
    assert sorted(e["id"] for e in graph["edges"]) == [
        "ENDS_AT:Link:L1->SITE:S1", "ENDS_AT:Link:L1->SITE:S2",
        "ends_at:Link:L1->Site:S1", "ends_at:Link:L1->Site:S2",
    ]  # fmt: skip


IDS = [
    "a/b", "x#y", "q?", "b\\s", "50%", "co:lon", "it's", 'say "hi"', "new\nline", "😀", " lead",
    "trail ", "e\u0301", "é", "#", "0012", "NULL", "->",
]  # fmt: skip


def test_ids_may_hold_anything(client: httpx.Client, tmp_path: Path) -> None:
    files = {
        SITES: csv_bytes(["SiteId", "Name", "City"], [[each, "n", "c"] for each in IDS]),
        ENDS: csv_bytes(["LinkId", "SiteId"], [["L1", each] for each in IDS]),
    }
    job = load_parts(client, tmp_path, "odd-ids", files, "graph")
    assert job["status"] == "done", job
    graph = topology(client, "odd-ids")
    expected = {f"Site:{each}" for each in IDS}
    assert {n["id"] for n in graph["nodes"] if n["label"] == "Site"} == expected
    assert {e["target"] for e in graph["edges"]} == expected
    assert len({e["id"] for e in graph["edges"]}) == len(IDS)


CONSTANTS = {
    "true": True, "7": 7, "-5": -5, "1.5": 1.5, "1e3": 1000.0, '"1.0"': "1.0", '"true"': "true",
    '""': "", "NO": "NO", "0042": "0042", "1_000": "1_000", "2024-05-01": "2024-05-01",
    ".inf": ".inf", "0o17": "0o17", "99999999999999999999": "99999999999999999999",
    "~": None, "": None, "null": None,
}  # fmt: skip


def test_constants_keep_their_type(client: httpx.Client, tmp_path: Path) -> None:
    lines = [f"  - {{name: c{n}, value: {text}}}" for n, text in enumerate(CONSTANTS)]
    text = base_pack()["graph_schema.yaml"].decode() + "\n".join(["  properties:", *lines, ""])
    changes = {"graph_schema.yaml": text.encode()}
    job = load_parts(client, tmp_path, "constants", changes, "graph")
    assert job["status"] == "done", job
    found = topology(client, "constants")["edges"][0]["properties"]
    expected = {f"c{n}": v for n, v in enumerate(CONSTANTS.values()) if v is not None}
    assert found == expected
    assert [type(value) for value in found.values()] == [type(v) for v in expected.values()]


NOT_NUMBERS = [
    "1e400", "-1e400", "NaN", "Infinity", "12E999", "00412E77", "1_000", "0x1F", "+5", " 7",
    "٣", "１２", "1,5", ".5", "5.", "1e", "--1", "yes", "NULL", "2024-05-01",
]  # fmt: skip

COLUMN_TYPES: dict[str, tuple[list[str], list[Any]]] = {
    "integer": (["1", "-9223372036854775808", ""], [1, -(2**63), None]),
    "beyond 64 bits": (["1", "9223372036854775808"], ["1", "9223372036854775808"]),
    "float": (["1", "2.5", "1e3"], [1.0, 2.5, 1000.0]),
    "boolean": (["true", "FALSE", "True"], [True, False, True]),
    "leading zero": (["1", "0043"], ["1", "0043"]),
    "null in words": (["1", "NULL", "\\N"], ["1", "NULL", "\\N"]),
    "empty": (["", ""], [None, None]),
    "-0": (["-0"], [0]),
    **{text: ([text], [text]) for text in NOT_NUMBERS},
}


def test_types_of_columns(client: httpx.Client, tmp_path: Path) -> None:
    names = list(COLUMN_TYPES)
    cells = [[(texts + [""] * 3)[row] for texts, _ in COLUMN_TYPES.values()] for row in range(3)]
    rows = [[f"S{row}", *each] for row, each in enumerate(cells)]
    changes = site(properties=names) | {SITES: csv_bytes(["SiteId", *names], rows)}
    job = load_parts(client, tmp_path, "types", changes, "graph")
    assert job["status"] == "done", job
    nodes = [n["properties"] for n in topology(client, "types")["nodes"] if n["label"] == "Site"]
    for name, (_, values) in COLUMN_TYPES.items():
        assert [node.get(name) for node in nodes][: len(values)] == values


Places = list[tuple[str, int | None, str | None, str]]
"""File, row, column, and a word of the detail."""

FAULTS: dict[str, tuple[Files, Places]] = {
    "everything of a file at once": (
        {SITES: b"SiteId,Nam\nS1,a\n\nS1,b\n,x\nS3\n"},
        [(SITES, 1, "Name", "missing"), (SITES, 1, "City", "missing"),
         (SITES, 4, "SiteId", "row 2"), (SITES, 5, "SiteId", "empty"), (SITES, 6, None, "few")],
    ),
    "a column twice and a short row": (
        {SITES: b"SiteId,Name,Name,City\nS1,a,b,c\nS1,b,c\n"},
        [(SITES, 1, "Name", "2 times"), (SITES, 3, None, "few")],
    ),
    "schema and tables at once": (
        target(label="Nope") | {SITES: b"SiteId,City\nS1,a\n", LINKS: b"LinkId,Speed\nL1,\xff\n"},
        [("graph_schema.yaml", None, None, '"Nope"'), (SITES, 1, "Name", "missing"),
         (LINKS, 2, "Speed", "0xFF")],
    ),
    "manifest and tables at once": (
        {"scenario.yaml": b"name: a\nname: b\n", SITES: b"SiteId,Name,City\nS1,a,b\nS1,a,b\n"},
        [("scenario.yaml", None, None, "twice"), (SITES, 3, "SiteId", "row 2")],
    ),
    "an ambiguous end": (
        target(property="Name")
        | {SITES: b"SiteId,Name,City\nS1,One,a\n\nS2,One,b\nS3,Two,c\nS4,Two,d\n",
           ENDS: b"LinkId,SiteId\nL1,One\n"},
        [(SITES, 4, "Name", "row 2")],
    ),
    "an id in two files of a label": (
        second_site() | {MORE: b"Code\nS3\n\nS1\n"}, [(MORE, 4, "Code", f"row 2 of {SITES}")],
    ),
    "an end without a column": (
        target(column="Nope", property="Nada"),
        [(ENDS, 1, "Nope", "missing"), (SITES, 1, "Nada", "look for their Site")],
    ),
    "a filter without a column": (
        edge(filter={"column": "Nope", "value": "x"}), [(ENDS, 1, "Nope", "missing")],
    ),
    "constants that are no single values": (
        edge(properties=[{"name": "a", "value": [1]}, {"name": "b", "value": {"c": 1}}]),
        [("graph_schema.yaml", None, None, "not a list"),
         ("graph_schema.yaml", None, None, "not keys and values")],
    ),
    "a property twice": (
        edge(properties=[{"name": "a", "value": 1}, {"name": "a", "value": 2}]),
        [("graph_schema.yaml", None, None, "twice")],
    ),
    "a filter of a wrong type": (
        edge(filter=["a"]), [("graph_schema.yaml", None, None, "must hold keys and values")],
    ),
    "no vertices": (
        {SITES: b"SiteId,Name,City\n", LINKS: b"LinkId,Speed\n"}, [(LINKS, None, None, "header")],
    ),
    "an empty file": ({ENDS: b""}, [(ENDS, 1, None, "no header")]),
    "a path that leads out": (
        site(csv_file="../../../../etc/passwd"),
        [("graph_schema.yaml", None, None, "leads out")],
    ),
    "a path with backslashes": (
        site(csv_file="sub\\DimSite.csv"),
        [("data/entities/sub\\DimSite.csv", None, None, 'separated by "/"')],
    ),
    "a tab in YAML": (
        {"graph_schema.yaml": b"vertices:\n\t- label: a\n"},
        [("graph_schema.yaml", None, None, "tab")],
    ),
    "two YAML documents": (
        {"graph_schema.yaml": b"vertices: []\n---\na: b\n"},
        [("graph_schema.yaml", None, None, "second document")],
    ),
    "a field that is too long": (
        {LINKS: b"LinkId,Speed\nL1," + b"x" * (1 << 20) + b"y\n"}, [(LINKS, 2, None, "1 MiB")],
    ),
    "a quote never closed": (
        {LINKS: b'LinkId,Speed\nL1,"x\nL2,3\n'}, [(LINKS, 2, "Speed", "never closed")],
    ),
    "a lone CR": ({LINKS: b"LinkId,Speed\nL1,1\rL2,2\nL3,3\n"}, [(LINKS, 2, None, "CR")]),
    "another delimiter": ({LINKS: b"LinkId\tSpeed\nL1\t2\n"}, [(LINKS, 1, None, "tab")]),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS.keys())
def test_all_that_is_wrong_and_no_more(
    client: httpx.Client, tmp_path: Path, case: tuple[Files, Places]
) -> None:
    changes, expected = case
    job = load_parts(client, tmp_path, "faults", changes, "graph")
    assert job["status"] == "error", job
    found = step(job, "graph")["problems"]
    assert len(found) == len(expected), found
    for file, row, column, word in expected:
        assert any(
            (p["file"], p["row"], p["column"]) == (file, row, column) and word in p["detail"]
            for p in found
        ), (file, row, column, word, found)


TABLES: dict[str, tuple[Files, list[tuple[str, str]], list[list[Any]], int]] = {
    "a header alone": (
        {TELEMETRY: b"T,Mbps\n"}, [("T", "text"), ("Mbps", "float")], [], 0,
    ),
    "a natural id may repeat and stays text": (
        container(id_field="Id") | {TELEMETRY: b"Id,Mbps\n1,1\n1,2\n,3\n"},
        [("Id", "text"), ("Mbps", "integer")], [["1", 1], ["1", 2], [None, 3]], 0,
    ),
    "identical rows": (
        {TELEMETRY: b"Mbps\n1\n\n1\n"}, [("Mbps", "integer")], [[1], [1]], 0,
    ),
    "no numbers": (
        {TELEMETRY: 'T,Mbps\nx,"132,55"\ny,–\nz,\nw,5\n'.encode()},
        [("T", "text"), ("Mbps", "integer")],
        [["x", None], ["y", None], ["z", None], ["w", 5]], 2,
    ),
    "columns without a name": (
        {TELEMETRY: b",Mbps,\n1,2,3\n"},
        [("column_1", "integer"), ("Mbps", "integer"), ("column_3", "integer")], [[1, 2, 3]], 0,
    ),
    "columns that differ in case": (
        {TELEMETRY: b"Mbps,mbps,MBPS\n1,a,true\n"},
        [("Mbps", "integer"), ("mbps", "text"), ("MBPS", "boolean")], [[1, "a", True]], 0,
    ),
    "timestamps": (
        {TELEMETRY: b"a,b,c,d,e,Mbps\n"
         b"2020-04-29,2020-04-29 25:10:00,20200429,1588118400,2020-04-29T10:00:00.1234567+05:30,1\n"
         b"2020-04-29T10:00Z,2020-04-29 10:10:00,20200430,1588118401,,2\n"},
        [("a", "timestamp"), ("b", "text"), ("c", "integer"), ("d", "integer"),
         ("e", "timestamp"), ("Mbps", "integer")],
        [["2020-04-29T00:00:00Z", "2020-04-29 25:10:00", 20200429, 1588118400,
          "2020-04-29T04:30:00.123456Z", 1],
         ["2020-04-29T10:00:00Z", "2020-04-29 10:10:00", 20200430, 1588118401, None, 2]], 0,
    ),
    "300 columns": (
        {TELEMETRY: ",".join(["Mbps", *(f"c{i}" for i in range(299))]).encode()
         + b"\n" + b",".join([b"1"] * 300) + b"\n"},
        [("Mbps", "integer"), *((f"c{i}", "integer") for i in range(299))], [[1] * 300], 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES.values(), ids=TABLES.keys())
def test_telemetry_tables(
    client: httpx.Client,
    tmp_path: Path,
    case: tuple[Files, list[tuple[str, str]], list[list[Any]], int],
) -> None:
    changes, columns, rows, warned = case
    job = load_parts(client, tmp_path, "tables", changes, "telemetry")
    assert job["status"] == "done", job
    assert sum(each["count"] for each in step(job, "telemetry")["warnings"] or []) == warned
    (table,) = client.get("/query/scenarios/tables/telemetry").json()["tables"]
    assert table["rows"] == len(rows)
    assert [(each["name"], each["type"]) for each in table["columns"]] == columns
    answer = client.post("/query/scenarios/tables/telemetry/query", json={"table": "LinkTelemetry"})
    assert [list(row.values()) for row in answer.json()["data"]] == rows


def test_tables_with_odd_names(client: httpx.Client, tmp_path: Path) -> None:
    names = ["a b/ü\"'`;--", "x.y", "0042", "select", "A", "a"]
    manifest = yaml.safe_load(base_pack()["scenario.yaml"])
    config = manifest["data_sources"]["telemetry"]["config"]
    config["containers"] = [{"name": name, "csv_file": "LinkTelemetry.csv"} for name in names]
    changes = {"scenario.yaml": yaml_bytes(manifest)}
    job = load_parts(client, tmp_path, "odd-tables", changes, "telemetry")
    assert step(job, "telemetry")["result"]["tables"] == dict.fromkeys(names, 3)
    for name in names:
        answer = client.post("/query/scenarios/odd-tables/telemetry/query", json={"table": name})
        assert len(answer.json()["data"]) == 3


def test_all_that_is_wrong_with_telemetry(client: httpx.Client, tmp_path: Path) -> None:
    changes = container(id_field="Id") | {TELEMETRY: b"idx,Mbp\na\n"}
    job = load_parts(client, tmp_path, "faulty-tables", changes, "telemetry")
    found = [(p["row"], p["column"]) for p in step(job, "telemetry")["problems"]]
    assert found == [(1, "Id"), (1, "Mbps"), (2, None)]


VERSION_1 = {
    "name": "hello",
    "version": "1.0",
    "cosmos": {
        "gremlin": {"database": "g", "graph": "topology"},
        "nosql": {
            "database": "t",
            "containers": [{"name": "LinkTelemetry", "csv_file": "LinkTelemetry.csv"}],
        },
    },
    "search_indexes": [
        {"name": "runbooks-index", "container": "runbooks", "source": "data/knowledge/runbooks"},
        {"name": "tickets-index", "container": "tickets"},
    ],
}
VERSION_2 = {
    "name": "hello",
    "data_sources": {
        "graph": {"config": {"graph": "hello-topology"}},
        "telemetry": {
            "config": {
                "container_prefix": "hello",
                "containers": VERSION_1["cosmos"]["nosql"]["containers"],  # type: ignore[index]
            }
        },
        "search_indexes": {
            "runbooks": {"index_name": "hello-runbooks-index"},
            "tickets": {"index_name": "shared"},
        },
    },
}


@pytest.mark.parametrize(
    ("manifest", "tickets"),
    [
        (VERSION_1, "{}-tickets-index"),
        (VERSION_2, "shared"),
        ({**VERSION_1, **VERSION_2}, "shared"),
    ],
    ids=["1.0", "2.0", "both"],
)
@pytest.mark.parametrize("name", ["hello", "other"])
def test_resources_are_called_after_the_scenario(
    client: httpx.Client, tmp_path: Path, manifest: dict[str, Any], tickets: str, name: str
) -> None:
    changes = {
        "scenario.yaml": yaml_bytes(manifest),
        "data/prompts/noc.md": b"{graph_name}, {scenario_prefix}, {other}",
    }
    slots = ("graph", "telemetry", "runbooks", "tickets", "prompts")
    job = load_parts(client, tmp_path, name, changes, *slots)
    assert job["status"] == "done", job
    assert step(job, "telemetry")["result"]["tables"] == {"LinkTelemetry": 3}
    resources = client.get(f"/query/scenarios/{name}").json()["resources"]
    assert resources["graph"] == f"{name}-topology"
    assert resources["telemetry_prefix"] == name
    assert resources["search_indexes"] == {
        "runbooks": f"{name}-runbooks-index",
        "tickets": tickets.format(name),
    }
    prompt = client.get(f"/query/scenarios/{name}/prompts").json()["prompts"][0]
    assert prompt["content"] == f"{name}-topology, {name}, {{other}}"


def test_an_illegal_name_and_odd_texts_can_be_loaded(client: httpx.Client, tmp_path: Path) -> None:
    manifest = {
        "name": "Telco NOC!", "description": {"a": 1}, "domain": [1], "use_cases": "one",
        "demo_flows": [{"x": None}], "default_alert": "kept",
    }  # fmt: skip
    changes = {"scenario.yaml": yaml_bytes(manifest)}
    changes["scenario.yaml"] += b"agents: [{name: 007, tools: [yes, 1.0]}]\n"
    job = load_parts(client, tmp_path, "legal", changes, "graph", "runbooks", "prompts")
    assert job["status"] == "done", job
    scenario = client.get("/query/scenarios/legal").json()
    assert (scenario["name"], scenario["description"], scenario["domain"]) == ("legal", "", "")
    assert scenario["use_cases"] == ["one"]
    assert scenario["agents"] == [{"name": "007", "tools": ["yes", 1.0]}]
    assert {**scenario["config"], "name": "Telco NOC!"}.items() >= manifest.items()


AGENTS: list[dict[str, Any]] = [
    {"name": "Orchestrator", "role": "leader", "instructions_file": "prompts/leader.md"},
    {
        "name": "Explorer",
        "role": "explorer",
        "instructions_file": "prompts/explorer/",
        "compose_with_connector": True,
    },
    {"name": "Lost", "instructions_file": "prompts/lost.md"},
]
PROMPTS = {
    "leader.md": b"\xef\xbb\xbfLead",
    "explorer/b.md": b"B\n",
    "explorer/a.md": b"A",
    "explorer/language_gremlin.md": b"GREMLIN",
    "explorer/language_gql.md": b"GQL",
    "more/loose.md": b"LOOSE",
}


@pytest.mark.parametrize(
    ("composed", "more", "expected"),
    [
        (True, {}, {"explorer": ("explorer", "A\n\n---\n\nB\n\n---\n\nGQL")}),
        (
            True,
            {"explorer/language_cypher.md": b"CYPHER"},
            {"explorer": ("explorer", "A\n\n---\n\nB\n\n---\n\nCYPHER")},
        ),
        (
            False,
            {},
            {
                "explorer/a": ("explorer", "A"),
                "explorer/b": ("explorer", "B\n"),
                "explorer/language_gql": ("explorer", "GQL"),
                "explorer/language_gremlin": ("explorer", "GREMLIN"),
            },
        ),
    ],
)
def test_prompts(
    client: httpx.Client,
    tmp_path: Path,
    composed: bool,
    more: Files,
    expected: dict[str, tuple[str, str]],
) -> None:
    name = f"prompts-{composed}-{len(more)}".lower()
    agents = [AGENTS[0], {**AGENTS[1], "compose_with_connector": composed}, AGENTS[2]]
    files = {"scenario.yaml": yaml_bytes({"name": name, "agents": agents})}
    files |= {f"data/prompts/{file}": content for file, content in (PROMPTS | more).items()}
    packed = tarballs(tmp_path, files)
    for version in (1, 2):
        job = load(client, name, packed)
        assert job["status"] == "done", job
        assert [w["kind"] for w in step(job, "prompts")["warnings"]] == ["missing_instructions"]
        stored = client.get(f"/query/scenarios/{name}/prompts").json()["prompts"]
        assert {p["version"] for p in stored} == set(range(1, version + 1))
        for each in range(1, version + 1):
            found = {p["name"]: (p["agent"], p["content"]) for p in stored if p["version"] == each}
            others = {"leader": ("leader", "Lead"), "more/loose": ("more", "LOOSE")}
            assert found == {**expected, **others}


TITLES = {
    "bom.md": (b"\xef\xbb\xbf# Title\r\n", "Title"),
    "code.md": (b"```\n# code\n```\n## Real ##\n", "Real"),
    "underlined.md": (b"Set\n===\n", "Set"),
    "plain.md": (b"no heading", "plain"),
    "empty.md": (b"", "empty"),
    "deep/INC#42?.md": (b"# a/b", "a/b"),
    "a%2Fb +.md": (b"# c", "c"),
}


def test_runbooks_and_their_titles(client: httpx.Client, tmp_path: Path) -> None:
    files = {"scenario.yaml": b"name: titles\n"}
    files |= {f"data/knowledge/runbooks/{name}": text for name, (text, _) in TITLES.items()}
    job = load(client, "titles", tarballs(tmp_path, files))
    assert job["status"] == "done", job
    url = "/query/scenarios/titles/runbooks"
    listed = {d["id"]: d["title"] for d in client.get(url).json()["documents"]}
    assert listed == {name: title for name, (_, title) in TITLES.items()}
    for name, (text, _) in TITLES.items():
        document = client.get(httpx.URL(url).join(f"runbooks/{_quoted(name)}")).json()
        assert document["content"] == text.removeprefix(b"\xef\xbb\xbf").decode()


def _quoted(name: str) -> str:
    return name.replace("%", "%25").replace("#", "%23").replace("?", "%3F").replace(" ", "%20")


def test_all_texts_that_can_not_be_read(client: httpx.Client, tmp_path: Path) -> None:
    files = {
        "scenario.yaml": b"name: texts\n",
        "data/knowledge/tickets/a.txt": b"ok\nx\xe9y\n",
        "data/knowledge/tickets/b.txt": "x".encode("utf-16"),
        "data/knowledge/tickets/c.txt": b"x" * ((16 << 20) + 1),
        "data/knowledge/tickets/d.txt": b"fine",
    }
    job = load(client, "texts", tarballs(tmp_path, files))
    assert job["status"] == "error"
    found = [(p["file"][-5:], p["line"], p["detail"]) for p in step(job, "tickets")["problems"]]
    (a, line, byte), (b, _, utf_16), (c, _, size) = found
    assert (a, line, b, c) == ("a.txt", 2, "b.txt", "c.txt")
    assert "0xE9" in byte
    assert "UTF-16" in utf_16
    assert "the limit is 16,777,216" in size


def test_files_stand_where_the_manifest_says(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack("moved")
    manifest = yaml.safe_load(files["scenario.yaml"])
    manifest["data_sources"]["graph"]["schema_file"] = "model/graph.yaml"
    manifest["data_sources"]["search_indexes"] = {"tickets": {"source": "cases"}}
    manifest["paths"] = {"telemetry": "series", "runbooks": "./how to/", "prompts": "agents"}
    manifest["graph_styles"] = {"node_types": {"Site": {"color": "#fff", "size": 3}}}
    schema = files["graph_schema.yaml"].replace(b"data_dir: data/entities", b"data_dir: tables/")
    moved = {
        "scenario.yaml": yaml_bytes(manifest),
        "model/graph.yaml": schema,
        "tables/DimSite.csv": files[SITES],
        "data/entities/DimLink.csv": b"not read",
        "tables/DimLink.csv": files[LINKS],
        "tables/FactEnds.csv": files[ENDS],
        "series/LinkTelemetry.csv": files[TELEMETRY],
        "how to/deep/Ü.md": b"# How",
        "cases/C-1.txt": b"Case",
        "agents/noc.md": b"Hello",
    }
    path = tarball(tmp_path / "all.tgz", moved)
    slots = ("graph", "telemetry", "runbooks", "tickets", "prompts")
    job = load(client, "moved", dict.fromkeys(slots, path))
    assert job["status"] == "done", job
    results = {slot: step(job, slot)["result"] for slot in slots}
    assert results["graph"]["vertices"] == {"Site": 2, "Link": 1}
    assert results["telemetry"]["tables"] == {"LinkTelemetry": 3}
    assert [results[slot]["documents"] for slot in ("runbooks", "tickets")] == [1, 1]
    assert results["prompts"]["prompts"] == 1
    scenario = client.get("/query/scenarios/moved").json()
    assert scenario["graph_styles"] == manifest["graph_styles"]
    listed = client.get("/query/scenarios/moved/runbooks").json()["documents"]
    assert listed == [{"id": "deep/Ü.md", "title": "How"}]


def test_the_first_20_dangling_edges_are_shown(client: httpx.Client, tmp_path: Path) -> None:
    rows = [["L1", f"none {n}"] for n in range(25)]
    changes = {ENDS: csv_bytes(["LinkId", "SiteId"], rows)}
    job = load_parts(client, tmp_path, "dangling-25", changes, "graph")
    (warning,) = step(job, "graph")["warnings"]
    assert (warning["kind"], warning["file"], warning["count"]) == ("dangling", ENDS, 25)
    assert [(each["row"], each["target"]) for each in warning["examples"]] == [
        (n + 2, f"none {n}") for n in range(20)
    ]


@pytest.mark.parametrize(("count", "status"), [(300, "done"), (2_000, "error")])
def test_many_properties(client: httpx.Client, tmp_path: Path, count: int, status: str) -> None:
    """More than the engine can hold is said in our words, not in the engine's."""
    names = [f"c{n}" for n in range(count)]
    changes = site(properties=names) | {
        SITES: csv_bytes(["SiteId", *names], [["S1"] * (count + 1)])
    }
    job = load_parts(client, tmp_path, f"wide-{count}", changes, "graph")
    assert job["status"] == status
    if status == "error":
        (problem,) = step(job, "graph")["problems"]
        assert "name only the properties" in problem["detail"]


@pytest.mark.parametrize("slot", ["graph", "telemetry"])
def test_what_needs_a_manifest(client: httpx.Client, tmp_path: Path, slot: str) -> None:
    files = of_slot(base_pack(), slot)
    del files["scenario.yaml"]
    answer = submit(client, "none", {slot: tarball(tmp_path / "x.tgz", files)})
    assert answer.status_code == 422
    assert "scenario.yaml is missing" in answer.json()["problems"][0]["detail"]
