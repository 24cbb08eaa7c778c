"""What bad input gets: an answer that says which part and why, and nothing left behind."""

import errno
import gzip
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.api_service import Api, fake_graph_query, replica
from support.fake_graph_query import FakeGraphQuery
from support.jobs import submit
from support.packs import base_pack, of_slot, tarball
from support.stack import wait_until

Pack = dict[str, Path]
URL = "/api/upload-jobs"
GUID = "6f1c1f4e-7a0b-4c39-9d4c-0f6f5b1a7c11"


@pytest.fixture(scope="module")
def graph_query() -> Iterator[FakeGraphQuery]:
    with fake_graph_query() as fake:
        yield fake


@pytest.fixture(scope="module")
def api(graph_query: FakeGraphQuery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with replica(graph_query, tmp_path_factory.mktemp("api")) as api:
        yield api


@pytest.fixture(autouse=True)
def _nothing_left(api: Api, graph_query: FakeGraphQuery) -> Iterator[None]:
    yield
    graph_query.docs_status = None
    wait_until(lambda: api.staged() == [], what="staging to be empty")
    assert graph_query.jobs() == []
    assert graph_query.held_scenarios() == []


def problems(answer: httpx.Response, status: int = 422) -> list[tuple[str, str]]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["detail"]
    assert document["request_id"]
    return [(each["slot"], each["detail"]) for each in document.get("problems", [])]


@pytest.mark.parametrize(
    ("fields", "slot", "words"),
    [
        ({"scenario_name": ""}, "scenario_name", "name"),
        ({"scenario_name": "Not OK"}, "scenario_name", ""),
        ({"scenario_name": "x-topology"}, "scenario_name", "topology"),
        ({"scenario_name": "../up"}, "scenario_name", ""),
        ({"backend": "oracle"}, "backend", "embedded"),
        ({"backend": "cosmosdb-gremlin"}, "backend", "COSMOS_GREMLIN_ENDPOINT"),
        ({"backend": "fabric-gql"}, "backend", "FABRIC=on"),
        ({"backend": "fabric-gql", "workspace_id": "abc"}, "workspace_id", "GUID"),
        ({"backend": "fabric-gql", "workspace_id": GUID}, "backend", "embedded"),
        ({"workspace_id": "abc"}, "workspace_id", "GUID"),
        ({"check_only": "maybe"}, "check_only", "true"),
        ({"workspace_name": "x" * 300}, "workspace_name", "longer"),
    ],
)
def test_fields(
    client: httpx.Client, pack: Pack, fields: dict[str, str], slot: str, words: str
) -> None:
    data = {"scenario_name": "hello", "backend": "embedded", **fields}
    with pack["tickets"].open("rb") as file:
        answer = client.post(URL, data=data, files={"tickets": ("t.tgz", file)})
    assert any(where == slot and words in what for where, what in problems(answer)), answer.text


@pytest.mark.parametrize(
    ("content", "slot"),
    [
        (b"", "tickets"),
        (b"certainly no gzip", "tickets"),
        (gzip.compress(b"certainly no tar"), "tickets"),
        (gzip.compress(b"certainly no tar" * 1000), "graph"),
    ],
)
def test_archives_that_are_none(client: httpx.Client, content: bytes, slot: str) -> None:
    files = {slot: ("x.tar.gz", content)}
    answer = client.post(URL, data={"scenario_name": "hello"}, files=files)
    assert [where for where, _ in problems(answer)] == [slot]


@pytest.mark.parametrize(
    ("slot", "of"),
    [("graph", "tickets"), ("telemetry", "prompts"), ("runbooks", "tickets"), ("prompts", "graph")],
)
def test_a_tarball_without_what_its_slot_needs(
    client: httpx.Client, tmp_path: Path, slot: str, of: str
) -> None:
    wrong = tarball(tmp_path / "x.tar.gz", of_slot(base_pack(), of))
    answer = submit(client, "hello", {slot: wrong})
    assert {where for where, _ in problems(answer)} == {slot}


def test_all_faults_at_once(client: httpx.Client) -> None:
    files = {"graph": ("g", b"x"), "tickets": ("t", b""), "prompts": ("p", b"y")}
    answer = client.post(URL, data={"scenario_name": "-", "backend": "?"}, files=files)
    found = {where for where, _ in problems(answer)}
    assert found == {"scenario_name", "backend", "graph", "tickets", "prompts"}


def test_no_file(client: httpx.Client) -> None:
    # as a browser sends a form whose file inputs were left empty
    empty = b'--b\r\nContent-Disposition: form-data; name="graph"; filename=""\r\n\r\n\r\n--b--\r\n'
    name = b'--b\r\nContent-Disposition: form-data; name="scenario_name"\r\n\r\nhello\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (name + b"--b--\r\n", name + empty):
        answer = client.post(URL, content=body, headers=headers)
        assert [where for where, _ in problems(answer)] == ["files"]


def test_no_form(client: httpx.Client) -> None:
    problems(client.post(URL, json={"scenario_name": "hello"}), 400)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    problems(client.post(URL, content=b"--b\r\nbroken", headers=headers), 400)


def test_unknown_and_doubled_parts(client: httpx.Client, pack: Pack) -> None:
    content = pack["tickets"].read_bytes()
    for files in (
        [("ticket", ("t", content))],
        [("tickets", ("t", content)), ("tickets", ("t", content))],
    ):
        answer = client.post(URL, data={"scenario_name": "hello"}, files=files)
        assert [where for where, _ in problems(answer)] == [files[0][0]]


def test_a_bad_idempotency_key(client: httpx.Client, pack: Pack) -> None:
    for key in ("x" * 257, "", "a\tb", "é".encode("latin-1")):
        headers: dict[str, Any] = {"Idempotency-Key": key}
        with pack["tickets"].open("rb") as file:
            data = {"scenario_name": "hello"}
            answer = client.post(URL, data=data, files={"tickets": file}, headers=headers)
        assert problems(answer)[0][0] == "Idempotency-Key"


@pytest.mark.parametrize("down", [503, 500, 401])
def test_a_store_that_is_down(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack, down: int
) -> None:
    graph_query.docs_status = down
    problems(submit(client, "hello", pack), 503)


def test_a_store_that_goes_down_half_way(
    client: httpx.Client,
    graph_query: FakeGraphQuery,
    pack: Pack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The lease was taken; the record never answers. When the store is back, all is free."""

    def fail_at_the_record(container: str, _body: dict[str, Any]) -> bool:
        if container == "upload-jobs":
            graph_query.lose_answers = 10
        return False

    monkeypatch.setattr(graph_query, "stalls", fail_at_the_record)
    answer = submit(client, "hello", pack)
    monkeypatch.undo()
    graph_query.lose_answers = 0
    assert answer.status_code in {201, 503}
    if answer.status_code == 201:  # written though the answers were lost, and found so
        job_id = answer.json()["job_id"]
        wait_until(lambda: graph_query.job(job_id)["status"] in {"done", "error"})
        assert client.delete(f"{URL}/{job_id}").status_code == 204


def test_a_full_disk(client: httpx.Client, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("service_kit.incoming_file._write_all", full)
    problems(submit(client, "hello", pack), 507)
    monkeypatch.undo()
    monkeypatch.setattr("app.staging.folder._sync_directory", full)
    problems(submit(client, "hello", pack), 507)


def test_staging_that_is_gone_at_run_time(
    api: Api, client: httpx.Client, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging, aside = api.data / "staging", api.data / "aside"
    staging.rename(aside)
    try:
        answer = submit(client, "hello", pack)
    finally:
        aside.rename(staging)
    problems(answer, 503)
    assert "can't be written" in answer.json()["detail"]

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("app.staging.folder._sync_directory", broken)
    answer = submit(client, "hello", pack)
    problems(answer, 503)
    assert "Input/output error" in answer.json()["detail"]


def hang_up(client: httpx.Client, content: bytes) -> None:
    """Announces a body, sends half of it, and goes away."""
    with socket.create_connection((client.base_url.host, client.base_url.port)) as line:
        head = (
            f"POST {URL} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {2 * len(content)}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
            '--b\r\nContent-Disposition: form-data; name="graph"; filename="g"\r\n\r\n'
        )
        line.sendall(head.encode() + content)


def test_a_client_that_hangs_up(api: Api, client: httpx.Client) -> None:
    for _ in range(3):
        hang_up(client, b"x" * (5 << 20))
    wait_until(lambda: api.staged() == [])
    assert client.get("/api/health").status_code == 200


def test_another_site_and_another_host(client: httpx.Client, pack: Pack) -> None:
    for origin in ("https://evil.example", "null", "http://localhost.evil.example:8000"):
        client.headers["Origin"] = origin
        problems(submit(client, "hello", pack), 403)
        for what in ("retry", "cancel"):
            problems(client.post(f"{URL}/{GUID}/{what}"), 403)
        problems(client.delete(f"{URL}/{GUID}"), 403)
        assert client.get(URL).status_code == 200
    client.headers["Host"] = "evil.example"
    problems(submit(client, "hello", pack), 421)
    problems(client.get(URL), 421)


@pytest.fixture(scope="module")
def strict_client(
    graph_query: FakeGraphQuery, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("strict")
    with replica(graph_query, folder, max_upload_bytes=1000) as api, api.client() as client:
        yield client
        assert api.staged() == []


def test_a_file_over_the_limit(strict_client: httpx.Client) -> None:
    files = {"graph": ("g", b"x" * 2000)}
    answer = strict_client.post(URL, data={"scenario_name": "hello"}, files=files)
    assert [where for where, _ in problems(answer, 413)] == ["graph"]


def test_a_body_over_any_limit_is_refused_before_it_is_sent(strict_client: httpx.Client) -> None:
    with socket.create_connection(
        (strict_client.base_url.host, strict_client.base_url.port)
    ) as line:
        line.sendall(
            f"POST {URL} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999999999\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode()
        )
        line.settimeout(10)
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
