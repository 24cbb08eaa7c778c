"""Health, readiness, backends, the OpenAPI document, and a prompt end on SIGTERM."""

import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from app.models import BACKENDS
from scenario_pack.names import SLOTS
from support.api_service import Api, api_process
from support.fake_graph_query import FakeGraphQuery, Script
from support.jobs import submit


def test_health_and_readiness(api: Api, client: httpx.Client, graph_query: FakeGraphQuery) -> None:
    assert client.get("/api/health").json() == {"status": "ok"}
    ok = {"graph-query-api": "ok", "staging": "ok"}
    assert client.get("/api/ready").json() == {"status": "ready", "checks": ok}

    graph_query.ready = False
    answer = client.get("/api/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"graph-query-api": "stores: down", "staging": "ok"}
    graph_query.ready = True

    shutil.rmtree(api.data / "staging")
    answer = client.get("/api/ready")
    assert answer.status_code == 503
    assert "can't be written" in answer.json()["checks"]["staging"]
    assert client.get("/api/health").status_code == 200


def test_backends(client: httpx.Client) -> None:
    backends = client.get("/api/backends").json()["backends"]
    assert [each["id"] for each in backends] == list(BACKENDS)
    assert [each["available"] for each in backends] == [True, False, False]
    assert [bool(each["reason"]) for each in backends] == [False, True, True]
    assert [each["default"] for each in backends] == [True, False, False]


def test_openapi_describes_every_route_with_its_errors(client: httpx.Client) -> None:
    document = client.get("/api/openapi.json").json()
    assert client.get("/api/openapi").status_code == 200
    paths = document["paths"]
    assert set(paths) == {
        "/api/health", "/api/ready", "/api/backends", "/api/upload-jobs",
        "/api/upload-jobs/events", "/api/upload-jobs/{job_id}",
        "/api/upload-jobs/{job_id}/retry", "/api/upload-jobs/{job_id}/cancel",
        "/api/fabric/status", "/api/fabric/provision/graph", "/api/fabric/provision/lakehouse",
        "/api/fabric/provision/ontology",
    }  # fmt: skip
    submit_operation = paths["/api/upload-jobs"]["post"]
    form = submit_operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(SLOTS) < set(form["properties"])
    assert {"201", "400", "409", "413", "422", "503", "507"} <= set(submit_operation["responses"])
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            for status, response in operation["responses"].items():
                wanted = "application/problem+json" if status >= "400" else None
                assert not wanted or wanted in response["content"], (path, method, status)


@pytest.fixture
def lines() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_sigterm_ends_it_within_10_seconds_whatever_is_open(
    graph_query: FakeGraphQuery, tmp_path: Path, pack: dict[str, Path], lines: ExitStack
) -> None:
    """Four event streams, an upload under way, a running job."""
    graph_query.script("graph", held := Script(hold=True))
    with api_process(graph_query, tmp_path / "data") as process:
        url = process.ready_url.removesuffix("/api/ready")
        client = lines.enter_context(httpx.Client(base_url=url, timeout=20))
        job_id = submit(client, "hello", pack).json()["job_id"]
        assert held.started.wait(10)
        for _ in range(4):
            answer = lines.enter_context(client.stream("GET", "/api/upload-jobs/events"))
            assert next(answer.iter_lines()) == "event: snapshot"
        line = lines.enter_context(
            socket.create_connection((client.base_url.host, client.base_url.port))
        )
        line.sendall(
            b"POST /api/upload-jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
        )
        began = time.monotonic()
        # uvicorn stops cleanly, then lets the signal end the process
        assert process.stop() in {0, -signal.SIGTERM}
        assert time.monotonic() - began < 10
        job = graph_query.job(job_id)
        assert (job["status"], job["error"]) == ("error", "Server restarted")
        staging = tmp_path / "data" / "staging"
        assert [path.name for path in staging.iterdir() if path.is_dir()] == [job_id]
        assert "Traceback" not in process.output()


def test_a_kill_in_mid_upload_leaves_nothing_after_the_next_start(
    graph_query: FakeGraphQuery, tmp_path: Path, lines: ExitStack
) -> None:
    staging = tmp_path / "staging"
    with api_process(graph_query, tmp_path) as process:
        host, port = process.ready_url.removesuffix("/api/ready").removeprefix("http://").split(":")
        line = lines.enter_context(socket.create_connection((host, int(port))))
        line.sendall(
            b"POST /api/upload-jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: "
            b'form-data; name="graph"; filename="g"\r\n\r\n' + b"x" * (6 << 20)
        )
        deadline = time.monotonic() + 10
        while not list(staging.glob(".incoming-*/graph.tar.gz")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.kill()
        assert list(staging.glob(".incoming-*"))
        process.start()
        assert not list(staging.glob(".incoming-*"))
    assert graph_query.jobs() == []
