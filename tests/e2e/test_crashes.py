"""Processes are killed in the middle of things; nothing is lost, nothing stays in `running`."""

import json
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from peers.ports import free_port

from support.jobs import cypher, events, get_job, load, step, submit, wait_for_end
from support.packs import base_pack, csv_bytes, tarballs
from support.stack import Service, Stack, running, wait_until

ROWS = 300_000


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack of the test's own: it will be broken."""
    with running(tmp_path / "stack") as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


def big_pack(name: str) -> dict[str, bytes]:
    """The base pack with a graph that takes seconds to load."""
    files = base_pack(name)
    sites = [[f"S{i}", f"Site {i}", "Oslo"] for i in range(ROWS)]
    ends = [["L1", f"S{i}"] for i in range(ROWS)]
    files["data/entities/DimSite.csv"] = csv_bytes(["SiteId", "Name", "City"], sites)
    files["data/entities/FactEnds.csv"] = csv_bytes(["LinkId", "SiteId"], ends)
    return files


def wait_for_progress(client: httpx.Client, job_id: str, name: str = "graph") -> None:
    """Until the step has reported progress, and before it has ended."""
    with client.stream("GET", f"/api/upload-jobs/events?job={job_id}") as answer:
        for _, data in events(answer):
            for job in [data["job"]] if "job" in data else data["jobs"]:
                state = step(job, name)
                assert state["status"] in {"pending", "running"}, state
                if state["status"] == "running" and state["detail"]:
                    return
    raise AssertionError(f"the stream ended before {name} moved")


def uploads(stack: Stack) -> Counter[str]:
    """Requests to each upload endpoint, from the access log."""
    paths = (line["path"] for line in stack.graph_query_api.log_lines("request"))
    return Counter(p.rpartition("/")[2] for p in paths if p.startswith("/query/upload/"))


def sites(client: httpx.Client) -> int:
    count: int = cypher(client, "hello", "MATCH (s:Site) RETURN count(s) AS n")[0]["n"]
    return count


def test_api_killed_in_mid_step(stack: Stack, client: httpx.Client, tmp_path: Path) -> None:
    # telemetry, runbooks, tickets and prompts come after the graph, so the graph fails alone
    answer = submit(client, "hello", tarballs(tmp_path, big_pack("hello")))
    job_id = answer.json()["job_id"]
    wait_for_progress(client, job_id)
    stack.api.kill()
    stack.api.start()
    job = wait_for_end(client, job_id, seconds=5)
    assert (job["status"], job["error"]) == ("error", "Server restarted")
    assert client.post(f"/api/upload-jobs/{job_id}/retry").status_code == 202
    job = wait_for_end(client, job_id)
    assert job["status"] == "done", job
    assert sites(client) == ROWS


def test_retry_sends_finished_slots_once(
    stack: Stack, client: httpx.Client, tmp_path: Path
) -> None:
    files = base_pack()
    rows = [[f"2026-01-01T00:00:{i % 60:02}Z", "L1", str(i)] for i in range(1_500_000)]
    files["data/telemetry/LinkTelemetry.csv"] = csv_bytes(["Timestamp", "LinkId", "Mbps"], rows)
    job_id = submit(client, "hello", tarballs(tmp_path, files)).json()["job_id"]
    wait_for_progress(client, job_id, "telemetry")
    stack.api.kill()
    stack.api.start()
    job = wait_for_end(client, job_id, seconds=5)
    assert step(job, "graph")["status"] == "done"
    client.post(f"/api/upload-jobs/{job_id}/retry")
    job = wait_for_end(client, job_id)
    assert job["status"] == "done", job
    assert uploads(stack) == {
        "graph": 1, "telemetry": 2, "runbooks": 1, "tickets": 1, "prompts": 1,
    }  # fmt: skip


def test_graph_query_api_killed_in_mid_load(
    stack: Stack, client: httpx.Client, tmp_path: Path
) -> None:
    assert load(client, "hello", tarballs(tmp_path / "a", base_pack()))["status"] == "done"
    packed = tarballs(tmp_path / "b", big_pack("hello"))
    job_id = submit(client, "hello", {"graph": packed["graph"]}).json()["job_id"]
    wait_for_progress(client, job_id)
    stack.graph_query_api.kill()
    stack.graph_query_api.start()
    job = wait_for_end(client, job_id)
    assert job["status"] == "error"
    assert step(job, "graph")["status"] == "error"
    assert step(job, "graph")["detail"]
    assert sites(client) == 2, "the old data answers"
    leftovers = [p.name for p in (stack.data / "tmp").glob("*")]
    assert leftovers == [], "what the killed load left is swept at start-up"
    client.post(f"/api/upload-jobs/{job_id}/retry")
    assert wait_for_end(client, job_id)["status"] == "done"
    assert sites(client) == ROWS


def test_progress_is_what_the_loader_did(
    stack: Stack, client: httpx.Client, tmp_path: Path
) -> None:
    """Events stop while the service is stopped: they come from the work, not from a timer."""
    packed = tarballs(tmp_path, big_pack("hello"))
    details: list[str] = []
    arrived = threading.Event()

    def read() -> None:
        with (
            packed["graph"].open("rb") as file,
            httpx.stream(
                "POST",
                f"{stack.graph_query_api_url}/query/upload/graph",
                data={"scenario_name": "hello", "backend": "embedded"},
                files={"file": file},
                timeout=60,
            ) as answer,
        ):
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    details.append(line)
                    arrived.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert arrived.wait(30)
    stack.graph_query_api.signal(signal.SIGSTOP)
    # what was already on its way is read within moments; after that nothing may come
    wait_until(lambda: _is_quiet(arrived), what="the stream to fall silent")
    seen = len(details)
    assert not arrived.wait(1.5)
    assert len(details) == seen
    stack.graph_query_api.signal(signal.SIGCONT)
    reader.join(60)
    assert '"vertices"' in details[-1]


def _is_quiet(arrived: threading.Event) -> bool:
    arrived.clear()
    return not arrived.wait(0.3)


def half_an_upload(stack: Stack, megabytes: int = 20) -> socket.socket:
    """Half of a file is sent to nginx, and no more comes."""
    host, port = stack.url.removeprefix("http://").split(":")
    line = socket.create_connection((host, int(port)), timeout=30)
    line.sendall(
        b"POST /api/upload-jobs HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: %d\r\n\r\n"
        % (megabytes << 21)
        + b'--b\r\nContent-Disposition: form-data; name="graph"; filename="x"\r\n\r\n'
    )
    for _ in range(megabytes):
        line.sendall(bytes(1 << 20))
    wait_until(lambda: received(stack) > 1 << 20, what="an upload under way")
    return line


def received(stack: Stack) -> int:
    """Bytes of uploads under way."""
    paths = (stack.data / "staging").glob(".incoming-*/*")
    return sum(path.stat().st_size for path in paths)


def incoming(stack: Stack) -> list[Path]:
    return list((stack.data / "staging").glob(".incoming-*"))


def test_an_upload_that_is_cancelled_or_whose_api_dies_leaves_nothing(
    stack: Stack, client: httpx.Client
) -> None:
    for _ in range(3):
        half_an_upload(stack).close()
        wait_until(lambda: not incoming(stack), what="a cancelled upload to be gone")
    with half_an_upload(stack):
        stack.api.kill()
        assert incoming(stack)
        stack.api.start()
        assert not incoming(stack)
    assert client.get("/api/upload-jobs").json()["jobs"] == []


def test_sigterm_with_open_streams_a_running_job_and_an_upload_under_way(
    stack: Stack, client: httpx.Client, tmp_path: Path
) -> None:
    """Through nginx. Whoever connects again gets a snapshot with the job's end."""
    job_id = submit(client, "hello", tarballs(tmp_path, big_pack("hello"))).json()["job_id"]
    wait_for_progress(client, job_id)
    # the job must not end while the server still waits for the upload
    os.kill(stack.graph_query_api.child("graph_query_api.loading"), signal.SIGSTOP)
    with ExitStack() as open_lines:
        for _ in range(4):
            answer = open_lines.enter_context(client.stream("GET", "/api/upload-jobs/events"))
            assert next(answer.iter_lines()) == "event: snapshot"
        upload = open_lines.enter_context(half_an_upload(stack))
        began = time.monotonic()
        stack.api.stop()
        assert time.monotonic() - began < 10
        assert upload.recv(20).startswith((b"HTTP/1.1 502", b"HTTP/1.1 503", b""))
    assert client.get("/api/upload-jobs").status_code == 502
    stack.api.start()
    assert not incoming(stack)
    with client.stream("GET", "/api/upload-jobs/events", timeout=5) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: snapshot"
        snapshot = json.loads(next(lines).removeprefix("data: "))
    assert [(job["id"], job["status"]) for job in snapshot["jobs"]] == [(job_id, "error")]
    assert "Traceback" not in stack.api.output()
    assert client.post(f"/api/upload-jobs/{job_id}/retry").status_code == 202
    assert wait_for_end(client, job_id)["status"] == "done"


@pytest.mark.parametrize("on_restart", ["error", "resume"])
def test_a_frozen_replica_does_nothing_more_after_a_takeover(
    tmp_path: Path, on_restart: str
) -> None:
    """A stops in mid-step for longer than its lease; B, who shares its folder, takes over; then
    A wakes. Its load, which graph-query-api went on with, is not switched in."""
    settings = {
        "LEASE_SECONDS": "2",
        "LEASE_RENEW_SECONDS": "0.5",
        "UPLOAD_JOBS_ON_RESTART": on_restart,
    }
    with running(tmp_path / "stack", **settings) as stack, stack.client() as client:
        packed = tarballs(tmp_path / "old", base_pack("hello"))
        assert load(client, "hello", {"graph": packed["graph"]})["status"] == "done"
        other = replica_of(stack)
        packed = tarballs(tmp_path / "new", big_pack("hello"))
        job_id = submit(client, "hello", {"graph": packed["graph"]}).json()["job_id"]
        wait_for_progress(client, job_id)
        stack.api.signal(signal.SIGSTOP)
        # the load too, or it might have been switched in before the takeover, and rightly so
        loader = stack.graph_query_api.child("graph_query_api.loading")
        os.kill(loader, signal.SIGSTOP)
        try:
            other.start()
            with httpx.Client(base_url=other.ready_url.removesuffix("/api/ready")) as b:
                job = wait_for_end(b, job_id)
                if on_restart == "error":
                    assert (job["status"], job["error"]) == ("error", "Server restarted")
                    assert sites(client) == 2, "the old data answers"
                else:
                    assert job["status"] == "done", job
                    assert sites(client) == ROWS
                os.kill(loader, signal.SIGCONT)
                wait_until(lambda: not Path(f"/proc/{loader}/exe").exists(), what="its load to end")
                stack.api.signal(signal.SIGCONT)
                wait_until(
                    lambda: stack.api.log_lines("job given up"), what="the woken one to notice"
                )
                wait_until(lambda: not list((stack.data / "tmp").glob("*")), what="loads to end")
                assert get_job(b, job_id) == job == get_job(client, job_id)
                assert sites(client) == (2 if on_restart == "error" else ROWS)
        finally:
            other.stop()


def replica_of(stack: Stack) -> Service:
    """Another api on the same store and folder."""
    port = free_port()
    return Service(
        "api-2",
        stack.api.command,
        f"http://127.0.0.1:{port}/api/ready",
        stack.folder / "api-2.log",
        {**stack.api.environment, "API_PORT": str(port)},
    )
