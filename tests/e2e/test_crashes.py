"""Processes are killed in the middle of things; nothing is lost, nothing stays in `running`."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.jobs import cypher, events, load, step, submit, wait_for_end
from support.packs import base_pack, csv_bytes, tarballs
from support.stack import Stack, running, wait_until

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


def test_sigterm_with_open_streams_and_an_upload_under_way(
    stack: Stack, client: httpx.Client
) -> None:
    streams = [
        httpx.Client(timeout=30).stream("GET", f"{stack.api_url}/api/upload-jobs/events")
        for _ in range(4)
    ]
    answers = [stream.__enter__() for stream in streams]
    assert all(answer.status_code == 200 for answer in answers)
    stack.api.stop()
    for stream in streams:
        stream.__exit__(None, None, None)
    stack.api.start()
    with httpx.stream("GET", f"{stack.api_url}/api/upload-jobs/events", timeout=5) as answer:
        assert next(answer.iter_lines()) == "event: snapshot"
