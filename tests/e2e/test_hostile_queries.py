"""Queries that mean harm: refused or ended within limits while everyone else is served."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.jobs import cypher, load
from support.packs import base_pack, csv_bytes, tarballs
from support.stack import Stack, running

TIMEOUT_SECONDS = 2
MEMORY_BYTES = 2 << 30

REFUSED = [
    "COPY (MATCH (n) RETURN n) TO '{file}'",
    "MATCH (n) RETURN n; COPY (MATCH (n) RETURN n) TO '{file}'",
    "// comment\nCOPY (MATCH (n) RETURN n) TO '{file}'",
    "/* c */ COPY/**/(MATCH (n) RETURN n) TO '{file}'",
    "LOAD FROM '{secret}' RETURN *",
    "LOAD/**/FROM '{secret}' RETURN *",
    "MATCH (n) LOAD FROM '{secret}' RETURN *",
    "WITH 1 AS x LOAD FROM '{secret}' RETURN *",
    "LOAD FROM os RETURN *",
    "ATTACH '{file}' AS x (dbtype duckdb)",
    "INSTALL httpfs",
    "LOAD EXTENSION httpfs",
    "EXPORT DATABASE '{file}'",
    "IMPORT DATABASE '{file}'",
    "CHECKPOINT",
    "checkpoint;",
    "CALL READ_CSV_SERIAL('{secret}') RETURN *",
    "CALL READ_PARQUET('{secret}') RETURN *",
    "CALL timeout=0",
    "CALL timeout=0; MATCH (a),(b),(c),(d) RETURN count(*)",
    "CALL threads=64",
    "PROFILE COPY (MATCH (n) RETURN n) TO '{file}'",
    "PROFILE MATCH (n) RETURN n",
    "BEGIN TRANSACTION",
    "MATCH (n) DETACH DELETE n",
    "CREATE (:Site {{SiteId: 'x'}})",
    "MATCH (n:Site) SET n.Name = 'x'",
    "DROP TABLE Site",
    "",
    ";",
    "MATCH (n",
    "RETURN 1 RETURN 2",
]

HEAVY = [
    ("MATCH (a:Site),(b:Site),(c:Site) WHERE a.Name < c.Name RETURN sum(size(b.Name))", {504}),
    ("MATCH (a:Site),(b:Site),(c:Site) RETURN a.Name ORDER BY b.Name, c.Name", {413, 504}),
    ("UNWIND range(1, 1000000000) AS x RETURN count(x)", {413, 504}),
    ("UNWIND range(1, 1000000000) AS x RETURN x", {413, 504}),
    ("RETURN size(lpad('x', 2000000000, 'y'))", {413, 504}),
    ("RETURN size(repeat('x', 2000000000))", {413, 504}),
    ("MATCH (a:Site),(b:Site),(c:Site) RETURN collect(a.Name)", {413, 504}),
    ("RETURN size(range(1, 100000000))", {413, 504}),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("hostile")
    with running(folder, QUERY_TIMEOUT=str(TIMEOUT_SECONDS)) as stack:
        files = base_pack()
        sites = [[f"S{i}", f"Site {i}", "Oslo"] for i in range(5_000)]
        files["data/entities/DimSite.csv"] = csv_bytes(["SiteId", "Name", "City"], sites)
        with stack.client() as client:
            assert load(client, "hello", tarballs(folder / "pack", files))["status"] == "done"
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


def ask(client: httpx.Client, query: str) -> httpx.Response:
    return client.post("/query/scenarios/hello/graph", json={"query": query})


@pytest.mark.parametrize("query", REFUSED)
def test_refused(client: httpx.Client, tmp_path: Path, query: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\nhidden-value,2\n")
    file = tmp_path / "written"
    answer = ask(client, query.format(file=file, secret=secret))
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["detail"]
    assert "hidden-value" not in answer.text
    assert str(tmp_path) not in answer.text or query.startswith("IMPORT")
    assert not file.exists()
    assert cypher(client, "hello", "MATCH (s:Site) RETURN count(s) AS n") == [{"n": 5_000}]


@pytest.mark.parametrize(("query", "statuses"), HEAVY)
def test_ends_within_limits_while_others_are_served(
    stack: Stack, client: httpx.Client, query: str, statuses: set[int]
) -> None:
    answers: list[httpx.Response] = []

    def attack() -> None:
        with stack.client() as attacker:
            answers.append(ask(attacker, query))

    attackers = [threading.Thread(target=attack) for _ in range(2)]
    started = time.monotonic()
    peak = 0
    for attacker in attackers:
        attacker.start()
    while any(attacker.is_alive() for attacker in attackers):
        for path in ("/api/health", "/query/health", "/query/scenarios/hello"):
            assert client.get(path, timeout=5).status_code == 200
        assert client.get("/query/scenarios/hello/topology?limit=5").status_code == 200
        peak = max(peak, stack.api.rss_bytes() + stack.graph_query_api.rss_bytes())
    assert time.monotonic() - started < 4 * TIMEOUT_SECONDS + 5
    for answer in answers:
        assert answer.status_code in statuses, answer.text
        assert answer.json()["detail"]
    assert peak < MEMORY_BYTES
    assert cypher(client, "hello", "MATCH (s:Site) RETURN count(s) AS n") == [{"n": 5_000}]


def test_too_many_rows_are_cut_and_said(client: httpx.Client) -> None:
    answer = ask(client, "MATCH (a:Site),(b:Site) RETURN a.SiteId AS a, b.SiteId AS b")
    assert answer.status_code == 200
    body = answer.json()
    assert (len(body["data"]), body["truncated"]) == (10_000, True)
