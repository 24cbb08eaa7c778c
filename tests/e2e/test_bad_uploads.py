"""What is refused before 201: a problem document that says which slot and why, nothing left."""

import gzip
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.jobs import load, submit, wait_for_end
from support.packs import base_pack, of_slot, tarball, tarballs
from support.stack import Stack, running, wait_until


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("bad"), MAX_UPLOAD_BYTES="1000000") as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


@pytest.fixture(autouse=True)
def nothing_left_behind(stack: Stack, client: httpx.Client) -> Iterator[None]:
    before = job_ids(client), staged(stack)
    yield
    wait_until(lambda: (job_ids(client), staged(stack)) == before, what="nothing to be left")


def job_ids(client: httpx.Client) -> set[str]:
    return {job["id"] for job in client.get("/api/upload-jobs").json()["jobs"]}


def staged(stack: Stack) -> set[str]:
    """Every path below staging; `os.walk` goes on where a folder vanishes meanwhile."""
    walked = os.walk(stack.data / "staging")
    names = {f"{folder}/{name}" for folder, inside, files in walked for name in [*inside, *files]}
    return {name for name in names if "/.owner" not in name}


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["detail"]
    return body


def not_gzip(path: Path) -> Path:
    path.write_bytes(b"just text")
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def gzip_of_text(path: Path) -> Path:
    path.write_bytes(gzip.compress(b"not a tar archive" * 100))
    return path


def truncated(path: Path) -> Path:
    tarball(path, base_pack())
    path.write_bytes(path.read_bytes()[:200])
    return path


def without_schema(path: Path) -> Path:
    files = of_slot(base_pack(), "graph")
    del files["graph_schema.yaml"]
    return tarball(path, files)


def runbooks_instead(path: Path) -> Path:
    return tarball(path, of_slot(base_pack(), "runbooks"))


def backslashes(path: Path) -> Path:
    files = {f"hello\\{n}".replace("/", "\\"): c for n, c in base_pack().items()}
    return tarball(path, files)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (not_gzip, "gzip"),
        (empty, "empty"),
        (gzip_of_text, "tar"),
        (truncated, "early"),
        (without_schema, "graph_schema.yaml"),
        (runbooks_instead, "graph_schema.yaml"),
        (backslashes, "backslash"),
    ],
)
def test_files_that_are_no_graph(
    client: httpx.Client, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    body = problem(submit(client, "hello", {"graph": make(tmp_path / "x-graph.tar.gz")}), 422)
    assert {each["slot"] for each in body["problems"]} == {"graph"}
    assert words in str(body["problems"])


@pytest.mark.parametrize(
    ("slot", "words"),
    [("telemetry", ".csv"), ("runbooks", ".md"), ("tickets", ".txt"), ("prompts", ".md")],
)
def test_a_tarball_without_what_its_slot_needs(
    client: httpx.Client, tmp_path: Path, slot: str, words: str
) -> None:
    manifest = {"scenario.yaml": base_pack()["scenario.yaml"]}
    path = tarball(tmp_path / f"x-{slot}.tar.gz", manifest)
    body = problem(submit(client, "hello", {slot: path}), 422)
    assert body["problems"][0]["slot"] == slot
    assert words in body["problems"][0]["detail"].lower()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Telco_NOC", "a-z"),
        ("a", ""),
        ("", ""),
        ("a--b", ""),
        ("-a", ""),
        ("x" * 51, ""),
        ("x-topology", "-topology"),
        ("x-tickets", "-tickets"),
        ("../../etc", ""),
    ],
)
def test_names(client: httpx.Client, tmp_path: Path, name: str, words: str) -> None:
    body = problem(submit(client, name, tarballs(tmp_path, base_pack())), 422)
    assert words in body["detail"] + str(body.get("problems"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"backend": "oracle"}, "oracle"),
        ({"backend": "cosmosdb-gremlin"}, "Set COSMOS_GREMLIN_ENDPOINT"),
        ({"backend": "fabric-gql"}, "Set FABRIC=on"),
        ({"backend": "fabric-gql", "workspace_id": "no-guid"}, "GUID"),
    ],
)
def test_backends(client: httpx.Client, tmp_path: Path, fields: dict[str, str], words: str) -> None:
    body = problem(submit(client, "hello", tarballs(tmp_path, base_pack()), **fields), 422)
    assert words in body["detail"] + str(body.get("problems"))


def test_no_file(client: httpx.Client) -> None:
    answer = client.post("/api/upload-jobs", files={"scenario_name": (None, "hello")})
    assert "file" in problem(answer, 422)["detail"]


def test_no_form(client: httpx.Client) -> None:
    problem(client.post("/api/upload-jobs", json={"scenario_name": "x"}), 400)


def test_too_large(client: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "x.tgz"
    path.write_bytes(b"\x1f\x8b" + b"x" * 1_000_001)
    problem(submit(client, "hello", {"graph": path}), 413)
    # far over: refused by Content-Length, before the body is sent
    with path.open("ab") as file:
        file.truncate(200_000_000)
    problem(submit(client, "hello", {"graph": path}), 413)


def test_a_client_that_hangs_up(stack: Stack) -> None:
    port = int(stack.url.rpartition(":")[2])
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(
                b"POST /api/upload-jobs HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n"
                b'--b\r\nContent-Disposition: form-data; name="graph"; filename="x"\r\n\r\n'
                + b"x"
                * 300_000
            )


def test_a_second_job_of_a_scenario(stack: Stack, client: httpx.Client, tmp_path: Path) -> None:
    """Two at the same moment: one is taken, the other is told which; nothing of it is staged."""
    packed = tarballs(tmp_path, base_pack("twice"))
    command = ["curl", "-sS", f"{stack.url}/api/upload-jobs", "-F", "scenario_name=twice"]
    command += ["-w", " %{http_code}", *(f"-Fgraph=@{packed['graph']}",)]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    outs = [racer.communicate(timeout=60)[0].decode() for racer in racers]
    statuses = [out.rpartition(" ")[2] for out in outs]
    # a loser that comes after the winner's job has ended is a new job, and rightly so
    assert set(statuses) <= {"201", "409"}
    assert "201" in statuses
    jobs = list(client.get("/api/upload-jobs?scenario=twice").json()["jobs"])
    assert len(jobs) == statuses.count("201")
    for out in outs:
        if out.endswith("409"):
            assert any(job["id"] in out for job in jobs)
    for job in jobs:
        wait_for_end(client, job["id"])
        assert client.delete(f"/api/upload-jobs/{job['id']}").status_code == 204


def test_the_same_idempotency_key(client: httpx.Client, tmp_path: Path) -> None:
    packed = tarballs(tmp_path, base_pack("once"))

    def send(slot: str) -> httpx.Response:
        with packed[slot].open("rb") as file:
            return client.post(
                "/api/upload-jobs",
                headers={"Idempotency-Key": "k-1"},
                data={"scenario_name": "once"},
                files={slot: file},
            )

    first = send("graph")
    assert first.status_code == 201
    wait_for_end(client, first.json()["job_id"])
    assert send("graph").json() == first.json()
    problem(send("runbooks"), 422)
    assert client.delete(f"/api/upload-jobs/{first.json()['job_id']}").status_code == 204
    assert send("graph").json() == first.json(), "whatever became of the job"


def test_the_store_is_down(stack: Stack, client: httpx.Client, tmp_path: Path) -> None:
    packed = tarballs(tmp_path, base_pack())
    stack.graph_query_api.kill()
    try:
        problem(submit(client, "hello", packed), 503)
    finally:
        stack.graph_query_api.start()
    job = load(client, "hello", packed)
    assert job["status"] == "done"
    client.delete(f"/api/upload-jobs/{job['id']}")
