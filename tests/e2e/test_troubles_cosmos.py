"""Troubles that others had with Cosmos DB, replayed as jobs on the servers that stand for it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from peers.cosmos.running import Cosmos
from peers.gremlin.server.running import GremlinServer

from support.cosmos_settings import cosmos_settings
from support.graph_suite import strange_pack
from support.jobs import load, step, topology
from support.packs import base_pack, tarball, tarballs
from support.stack import running

ODD_NAMES = ["INC#42?.txt", "50 % + more & 'more'.txt", "日" * 83 + ".txt"]
MANIFEST = {"scenario.yaml": base_pack("strange")["scenario.yaml"]}
HELLO = "/query/scenarios/hello"


@pytest.fixture(scope="module")
def client(
    cosmos: Cosmos, gremlin_server: GremlinServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("in-cosmos")
    with (
        running(folder, **cosmos_settings(cosmos, gremlin_server)) as stack,
        stack.client() as client,
    ):
        yield client


def done(client: httpx.Client, scenario: str, packed: dict[str, Path], **fields: str) -> Any:
    job = load(client, scenario, packed, **fields)
    assert job["status"] == "done", [each["detail"] for each in job["steps"]]
    return job


def test_signs_that_mean_something_to_groovy_mean_themselves(
    client: httpx.Client, tmp_path: Path
) -> None:
    packed = {"graph": tarball(tmp_path / "x.tar.gz", {**MANIFEST, **strange_pack()})}
    done(client, "strange", packed, backend="cosmosdb-gremlin")
    done(client, "strange-embedded", packed, backend="embedded")
    found, embedded = topology(client, "strange"), topology(client, "strange-embedded")
    assert found == embedded
    for wanted in ("${1+1}", "O'Brien", "'''", "new\nline", "jan$", "g.V().drop()"):
        asked = {"query": "g.V().has('jan$', v).count()", "parameters": {"v": wanted}}
        answer = client.post("/query/scenarios/strange/graph", json=asked)
        assert answer.status_code == 200, answer.text
        [row] = answer.json()["data"]
        expected = [n for n in embedded["nodes"] if n["properties"].get("jan$") == wanted]
        assert list(row.values()) == [len(expected)]
        assert expected


def test_names_of_tickets_that_no_address_holds(client: httpx.Client, tmp_path: Path) -> None:
    """Stored, shown, read, found, replaced and deleted under their own names."""
    for text in ("first", "second"):
        files = base_pack()
        for name in ODD_NAMES:
            files[f"data/knowledge/tickets/{name}"] = f"{text}\n{name}\n".encode()
        done(client, "hello", {"tickets": tarballs(tmp_path / text, files)["tickets"]})
        listed = client.get(f"{HELLO}/tickets").json()["documents"]
        assert {each["id"] for each in listed} == {"INC-1.txt", *ODD_NAMES}
        for name in ODD_NAMES:
            read = client.get(f"{HELLO}/tickets/{quote(name, safe='')}").json()
            assert read["content"] == f"{text}\n{name}\n"
    found = client.get(f"{HELLO}/search", params={"in": "tickets", "q": "INC#42?.txt"})
    assert found.json()["results"][0]["id"] == "INC#42?.txt"
    assert "tickets" in client.delete(HELLO, params={"data": "true"}).json()["dropped"]
    assert client.get(f"{HELLO}/tickets").status_code == 404


def test_a_runbook_beyond_two_megabytes_is_named_and_the_old_ones_stay(
    client: httpx.Client, tmp_path: Path
) -> None:
    done(client, "large", {"runbooks": tarballs(tmp_path / "1", base_pack())["runbooks"]})
    files = base_pack()
    for number in range(200):
        files[f"data/knowledge/runbooks/r{number}.md"] = f"# Runbook {number}\n".encode()
    files["data/knowledge/runbooks/huge.md"] = b"# Huge\n" + b"all of it again\n" * 200_000
    job = load(client, "large", {"runbooks": tarballs(tmp_path / "2", files)["runbooks"]})
    assert job["status"] == "error"
    failed = step(job, "runbooks")
    said = f"{failed['detail']} {failed['problems']}"
    assert "huge.md" in said
    assert "2 MB" in said
    listed = client.get("/query/scenarios/large/runbooks").json()["documents"]
    assert [each["id"] for each in listed] == ["restart.md"]


def test_telemetry_ids_and_rows_that_no_batch_holds(client: httpx.Client, tmp_path: Path) -> None:
    """Ids with all kinds of signs, twice among them; rows of 30 KB, so that 100 are over 2 MB."""
    ids = ["INC#42?", "a\\b", "a/b", "日" * 80, "same", "same", *map(str, range(94))]
    rows = [[f"2026-01-01T00:{n % 60:02}:00Z", each, n, "x" * 30_000] for n, each in enumerate(ids)]
    packed = tarballs(tmp_path, wide_pack(rows))
    job = done(client, "wide", {"telemetry": packed["telemetry"]})
    assert step(job, "telemetry")["result"]["tables"] == {"LinkTelemetry": 100}
    asked: dict[str, Any] = {"table": "LinkTelemetry", "columns": ["LinkId", "Mbps"]}
    answer = client.post("/query/scenarios/wide/telemetry/query", json=asked).json()
    assert [row["LinkId"] for row in answer["data"]] == ids
    asked["filters"] = [{"column": "LinkId", "op": "eq", "value": "INC#42?"}]
    answer = client.post("/query/scenarios/wide/telemetry/query", json=asked).json()
    assert [row["Mbps"] for row in answer["data"]] == [0]


def wide_pack(rows: list[list[Any]]) -> dict[str, bytes]:
    text = io.StringIO()
    csv.writer(text).writerows([["Timestamp", "LinkId", "Mbps", "Note"], *rows])
    files = base_pack()
    files["data/telemetry/LinkTelemetry.csv"] = text.getvalue().encode()
    return files
