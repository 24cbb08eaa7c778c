"""CSV, YAML and texts as real people make them, replayed through the whole product."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from support.jobs import cypher, load, step, topology
from support.packs import Files, base_pack, csv_bytes, tarballs, yaml_bytes
from support.stack import running


def load_graph(client: httpx.Client, tmp_path: Path, files: Files, name: str) -> dict[str, Any]:
    return load(client, name, {"graph": tarballs(tmp_path, files)["graph"]})


def problems(job: dict[str, Any], slot: str = "graph") -> list[dict[str, Any]]:
    assert job["status"] == "error", job
    found: list[dict[str, Any]] = step(job, slot)["problems"]
    return found


def strict(answer: httpx.Response) -> Any:
    """Parsed as a strict parser would: no NaN, no Infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_constant=refuse)


def test_newlines_in_quotes_and_two_problems_at_once(client: httpx.Client, tmp_path: Path) -> None:
    rows = [[f"S{i}", "a\nb", "Oslo"] for i in range(300_000)]
    files = base_pack()
    header = ["SiteId", "Name", "City"]
    files["data/entities/DimSite.csv"] = csv_bytes(header, rows)
    files["data/entities/FactEnds.csv"] = b"LinkId,SiteId\nL1,S299999\n"
    assert load_graph(client, tmp_path, files, "newlines")["status"] == "done"
    assert cypher(client, "newlines", "MATCH (s:Site) RETURN count(s) AS n") == [{"n": 300_000}]

    rows[-2][0] = "S0"
    content = csv_bytes(header, rows[:-1]) + b'S299999,"a\nb",Oslo,extra\n'
    files["data/entities/DimSite.csv"] = content
    found = problems(load_graph(client, tmp_path, files, "newlines"))
    # header is row 1; each record takes two lines of the file
    places = {(p["row"], p["line"]) for p in found}
    assert {(300_000, 599_998), (300_001, 600_000)} <= places, found
    assert cypher(client, "newlines", "MATCH (s:Site) RETURN count(s) AS n") == [{"n": 300_000}]


def test_no_dialect_is_guessed(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack()
    files["data/telemetry/LinkTelemetry.csv"] = b"note\nok\n4;5\n"
    container = manifest_of(files)["data_sources"]["telemetry"]["config"]["containers"][0]
    set_manifest(files, {**container, "numeric_fields": []})
    sites = ["#FF0000", "x;y", "p|q", "t\tu", *(f"S{i}" for i in range(2_045)), "#a", "#b"]
    files["data/entities/DimSite.csv"] = "\n".join(["SiteId", *sites]).encode()
    schema = yaml.safe_load(files["graph_schema.yaml"])
    schema["vertices"][0]["properties"] = ["SiteId"]
    files["graph_schema.yaml"] = yaml_bytes(schema)
    files["data/entities/FactEnds.csv"] = b"LinkId,SiteId\nL1,#FF0000\n"
    packed = tarballs(tmp_path, files)
    job = load(client, "dialect", {slot: packed[slot] for slot in ("graph", "telemetry")})
    assert job["status"] == "done", job
    assert step(job, "graph")["result"]["vertices"]["Site"] == len(sites)
    assert step(job, "telemetry")["result"]["tables"] == {"LinkTelemetry": 2}

    files["data/entities/DimSite.csv"] = b"SiteId;Name;City\nS1;One;Oslo\n"
    (problem, *_) = problems(load_graph(client, tmp_path, files, "dialect"))
    assert ";" in problem["detail"]


def manifest_of(files: Files) -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(files["scenario.yaml"])
    return manifest


def set_manifest(files: Files, container: dict[str, Any]) -> None:
    manifest = manifest_of(files)
    manifest["data_sources"]["telemetry"]["config"]["containers"] = [container]
    files["scenario.yaml"] = yaml_bytes(manifest)


def test_signs_nobody_sees(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack()
    files["data/entities/DimSite.csv"] = "\ufeff\ufeffSiteId,Name\u00a0, City\nS1,a,b\n".encode()
    said = str(problems(load_graph(client, tmp_path, files, "unseen")))
    assert "U+FEFF" in said
    assert "U+00A0" in said
    assert all(f"'{column}'" in said or column in said for column in ("SiteId", "Name", "City"))

    files["data/entities/DimSite.csv"] = b"SiteId,Name,City\nx,1,\nx ,2,\n x,3,\n"
    files["data/entities/FactEnds.csv"] = b"LinkId,SiteId\nL1,x\nL1,x \nL1, x\n"
    assert load_graph(client, tmp_path, files, "unseen")["status"] == "done"
    graph = topology(client, "unseen")
    assert sorted(e["target"] for e in graph["edges"]) == ["Site: x", "Site:x", "Site:x "]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"SiteId,Name,City\rS1,a,b\rS2,c,d\r", "CR"),
        ("SiteId,Name,City\nS1,a,b\n".encode("utf-16"), "UTF-16"),
        (b"sep=,\nSiteId,Name,City\nS1,a,b\n", "sep="),
    ],
)
def test_files_from_spreadsheets(
    client: httpx.Client, tmp_path: Path, content: bytes, words: str
) -> None:
    files = base_pack()
    files["data/entities/DimSite.csv"] = content
    found = problems(load_graph(client, tmp_path, files, "spreadsheet"))
    assert any(words in problem["detail"] for problem in found), found


def test_mixed_line_ends(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack()
    files["data/entities/DimSite.csv"] = b"SiteId,Name,City\r\nS1,a,b\nS2,c,d"
    assert load_graph(client, tmp_path, files, "line-ends")["status"] == "done"
    rows = cypher(client, "line-ends", "MATCH (s:Site) RETURN s.City AS c ORDER BY c")
    assert rows == [{"c": "b"}, {"c": "d"}]


@pytest.mark.parametrize(
    ("content", "row", "column", "words"),
    [
        (b"SiteId,Name\nS1,a\n", 1, "City", "City"),
        (b"SiteId,Name,City\nS1,a,b\n\nS1,c,d\n", 4, "SiteId", "S1"),
        (b"SiteId,Name,City\n,a,b\n", 2, "SiteId", "empty"),
        (b"SiteId,Name,City\nS1,a,b\nS2,\xff,d\n", 3, "Name", "0xff"),
        (b"SiteId,Name,City\nS1,a\n", 2, None, "2"),
        (b"SiteId,SiteId,City\nS1,a,b\n", 1, "SiteId", "2 times"),
        (None, None, None, "missing"),
    ],
)
def test_faults_say_where_and_the_old_data_stays(
    client: httpx.Client,
    tmp_path: Path,
    content: bytes | None,
    row: int | None,
    column: str | None,
    words: str,
) -> None:
    files = base_pack()
    assert load_graph(client, tmp_path, files, "faulty")["status"] == "done"
    if content is None:
        del files["data/entities/DimSite.csv"]
    else:
        files["data/entities/DimSite.csv"] = content
    (problem, *_) = problems(load_graph(client, tmp_path, files, "faulty"))
    assert problem["file"].endswith("DimSite.csv")
    assert (problem["row"], problem["column"]) == (row, column), problem
    assert words.lower() in problem["detail"].lower()
    assert cypher(client, "faulty", "MATCH (s:Site) RETURN count(s) AS n") == [{"n": 2}]


def test_broken_yaml_says_where(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack()
    files["graph_schema.yaml"] = b"vertices:\n  - label: A\n    label: B\n"
    (problem, *_) = problems(load_graph(client, tmp_path, files, "yaml"))
    assert (problem["file"], problem["line"]) == ("graph_schema.yaml", 3)


def test_dangling_edges_are_counted_and_listed(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack()
    files["data/entities/FactEnds.csv"] = b"LinkId,SiteId\nL1,S1\nL1,nowhere\n,S2\n"
    job = load_graph(client, tmp_path, files, "dangling")
    assert job["status"] == "done"
    graph = step(job, "graph")
    assert graph["result"]["dangling"] == 2
    (warning,) = graph["warnings"]
    assert warning["count"] == 2
    assert "nowhere" in str(warning["examples"])
    assert job["warnings"] == 1


ODD_VALUES = [
    "1e400", "-1e400", "NaN", "Infinity", "12E999", "00412E77", "1_000", "0x1F", "+5", " 7",
    "٣", "１２", "1,5", "-0",
]  # fmt: skip


def test_values_that_look_like_numbers(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack()
    rows = [[f"S{i}", value, "5"] for i, value in enumerate(ODD_VALUES)]
    files["data/entities/DimSite.csv"] = csv_bytes(["SiteId", "Name", "City"], rows)
    files["data/entities/FactEnds.csv"] = b"LinkId,SiteId\nL1,S1\n"
    telemetry = [[f"2026-01-01T00:{i:02}:00Z", "L1", v] for i, v in enumerate([*ODD_VALUES, "4"])]
    files["data/telemetry/LinkTelemetry.csv"] = csv_bytes(
        ["Timestamp", "LinkId", "Mbps"], telemetry
    )
    packed = tarballs(tmp_path, files)
    job = load(client, "numbers", {slot: packed[slot] for slot in ("graph", "telemetry")})
    assert job["status"] == "done", job
    graph = strict(client.get("/query/scenarios/numbers/topology"))
    names = {n["properties"]["Name"] for n in graph["nodes"] if n["label"] == "Site"}
    assert names == set(ODD_VALUES)
    assert {n["properties"]["City"] for n in graph["nodes"] if n["label"] == "Site"} == {5}
    query = {"table": "LinkTelemetry", "aggregates": [{"column": "Mbps", "fn": "max"}]}
    body = strict(client.post("/query/scenarios/numbers/telemetry/query", json=query))
    (aggregate,) = body["data"]
    assert set(aggregate.values()) == {4}
    (warning,) = step(job, "telemetry")["warnings"]
    assert warning["count"] == len(ODD_VALUES) - 1  # -0 is a number
    assert warning["examples"][0]["row"] == 2


STAMPS = [
    "2026-03-29T01:30:00+01:00",
    "2026-03-29T00:30:00Z",
    "2026-03-29T02:30:00",
    "2025-01-01T23:00:00.020643808Z",
]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata"])
def test_the_servers_zone_stays_out(tmp_path: Path, zone: str) -> None:
    files = base_pack()
    rows = [[stamp, "L1", "1"] for stamp in STAMPS]
    files["data/telemetry/LinkTelemetry.csv"] = csv_bytes(["Timestamp", "LinkId", "Mbps"], rows)
    with running(tmp_path / "stack", TZ=zone) as stack, stack.client() as client:
        job = load(client, "zones", {"telemetry": tarballs(tmp_path, files)["telemetry"]})
        assert job["status"] == "done", job
        url = "/query/scenarios/zones/telemetry/query"
        rows_back = client.post(url, json={"table": "LinkTelemetry"}).json()["data"]
        assert sorted(row["Timestamp"] for row in rows_back) == [
            "2025-01-01T23:00:00.020643Z",
            "2026-03-29T00:30:00Z",
            "2026-03-29T00:30:00Z",
            "2026-03-29T02:30:00Z",
        ]
        window = {"from": "2026-03-29T01:00:00+01:00", "to": "2026-03-29T02:00:00+01:00"}
        body = {"table": "LinkTelemetry", "bucket": "5m", **window}
        body["aggregates"] = [{"column": "Mbps", "fn": "count"}]  # type: ignore[assignment]
        (bucket,) = client.post(url, json=body).json()["data"]
        assert "2026-03-29T00:30:00Z" in bucket.values()
        assert 2 in bucket.values()


def test_yaml_means_what_is_written(client: httpx.Client, tmp_path: Path) -> None:
    values = ["NO", "on", "0001", "1.0", "12:30", "1_000", "2024-05-01", "~"]
    files = base_pack()
    rows = [["L1", "S1", value] for value in values]
    files["data/entities/007.csv"] = csv_bytes(["LinkId", "SiteId", "Kind"], rows)
    entries = "".join(
        f"  - label: e{i}\n    csv_file: 007.csv\n    filter: {{column: Kind, value: {value}}}\n"
        "    source: {label: Link, property: LinkId, column: LinkId}\n"
        "    target: {label: No, property: SiteId, column: SiteId}\n"
        '    properties: [{name: a, value: true}, {name: b, value: 1.0}, {name: c, value: "1.0"}]\n'
        for i, value in enumerate(values)
    )
    files["data/entities/DimSite.csv"] = b"SiteId,on,y,NO\nS1,1,2,3\n"
    files["graph_schema.yaml"] = (
        "data_dir: data/entities\nvertices:\n"
        "  - {label: No, csv_file: DimSite.csv, id_column: SiteId,\n"
        "     properties: [SiteId, on, y, NO]}\n"
        "  - {label: Link, csv_file: DimLink.csv, id_column: LinkId, properties: [Speed]}\n"
        f"edges:\n{entries}"
    ).encode()
    job = load_graph(client, tmp_path, files, "written")
    assert job["status"] == "done", job
    assert step(job, "graph")["result"]["edges"] == {f"e{i}": 1 for i in range(len(values))}
    graph = topology(client, "written")
    (site,) = [n for n in graph["nodes"] if n["label"] == "No"]
    assert site["properties"] == {"SiteId": "S1", "on": 1, "y": 2, "NO": 3}
    assert graph["edges"][0]["properties"] == {"a": True, "b": 1.0, "c": "1.0"}


def test_odd_yaml_values_are_kept_as_written(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack()
    files["scenario.yaml"] += (
        b"default_alert: 2026-05-01T10:00:00Z\ntelemetry_baselines: {x: .inf, y: .nan}\n"
        b"demo_flows: [{1: a, true: b}]\nuse_cases: [yes, 5]\n"
    )
    files["scenario.yaml"] = files["scenario.yaml"].replace(
        b"version: '2.0'", b"version: 2026-05-01"
    )
    job = load_graph(client, tmp_path, files, "as-written")
    assert job["status"] == "done", job
    scenario = strict(client.get("/query/scenarios/as-written"))
    config = scenario["config"]
    assert config["version"] == "2026-05-01"
    assert config["default_alert"] == "2026-05-01T10:00:00Z"
    assert config["telemetry_baselines"] == {"x": ".inf", "y": ".nan"}
    assert config["demo_flows"] == [{"1": "a", "true": "b"}]
    assert scenario["use_cases"] == ["yes", "5"]


def test_two_copies_of_a_pack_live_side_by_side(client: httpx.Client, tmp_path: Path) -> None:
    packed = tarballs(tmp_path, base_pack("hello"))
    for name in ("copy-one", "copy-two"):
        assert load(client, name, packed)["status"] == "done"
        prompt = client.get(f"/query/scenarios/{name}/prompts").json()["prompts"][0]
        assert prompt["content"] == f"You look after {name}-topology.\n"


SEARCHES = [
    "INC-4711", "don't", '"', "*", "NEAR(", "title:x", "a AND", "@noc", "23.501", "C++", "C#",
    ".NET", "a_b", "10.0.0.1", "fe80::1", "ge-0/0/1", "50%", "日本語", "Größe", "ﬁber", "NOT",
    "(p)", "{q}", "^z", "back\\slash", "état", "ПРИВЕТ", "😀",
]  # fmt: skip


def test_search_words_are_words(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack()
    for number, text in enumerate(SEARCHES):
        content = f"Note {number}\nAbout {text} and other things.\n".encode()
        files[f"data/knowledge/tickets/T{number}.txt"] = content
    job = load(client, "search", {"tickets": tarballs(tmp_path, files)["tickets"]})
    assert job["status"] == "done", job
    for number, text in enumerate(SEARCHES):
        answer = client.get("/query/scenarios/search/search", params={"in": "tickets", "q": text})
        results = strict(answer)["results"]
        assert results, text
        assert results[0]["id"] == f"T{number}.txt", (text, results)
    for text in ("", "   ", "\0", "zzzunknown", "x" * 10_000):
        answer = client.get("/query/scenarios/search/search", params={"in": "tickets", "q": text})
        assert strict(answer)["results"] == []
