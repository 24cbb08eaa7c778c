"""What operators see: logs, metrics, readiness, limits; and what nobody may see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.jobs import load, step, submit, wait_for_end
from support.packs import base_pack, tarballs, yaml_bytes
from support.stack import Service, Stack, running, wait_until

KEY = "a-key-that-nobody-may-see"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("operations"), SERVICE_KEY=KEY) as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


def lines(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.output().splitlines()]


def test_one_request_id_from_nginx_to_the_last_log_line(
    stack: Stack, client: httpx.Client, tmp_path: Path
) -> None:
    client.headers["X-Request-ID"] = "follow-me"
    answer = submit(client, "logged", tarballs(tmp_path, base_pack("logged")))
    assert answer.headers["x-request-id"] == "follow-me"
    job_id = answer.json()["job_id"]
    wait_for_end(client, job_id)

    def of_request(service: Service) -> list[str]:
        return [f"{each.get('method')} {each.get('path')}" for each in lines(service)
                if each.get("request_id") == "follow-me"]  # fmt: skip

    assert "POST /api/upload-jobs" in of_request(stack.api)
    assert f"PUT /query/docs/upload-jobs/{job_id}" in of_request(stack.graph_query_api)
    assert "follow-me" in (stack.folder / "access.log").read_text()
    events = {each["event"] for each in lines(stack.api) if each.get("job_id") == job_id}
    assert {"job accepted", "job ended"} <= events
    loads = [each["path"] for each in lines(stack.graph_query_api)
             if each.get("request_id") == job_id]  # fmt: skip
    assert {"/query/upload/graph", "/query/upload/tickets", "/query/scenarios/logged"} <= set(loads)


def test_metrics_count_by_route(stack: Stack, client: httpx.Client) -> None:
    client.get("/api/upload-jobs")
    text = httpx.get(f"{stack.api_url}/metrics").text
    assert 'http_requests_total{method="GET",route="/api/upload-jobs",status="200"}' in text
    text = httpx.get(f"{stack.graph_query_api_url}/metrics").text
    assert 'route="/query/docs/{container}' in text


def test_a_manifest_of_a_megabyte(client: httpx.Client, tmp_path: Path) -> None:
    files = base_pack("manifest")
    agents = [{"name": f"agent-{n}", "about": "é" * 500} for n in range(1000)]
    files["scenario.yaml"] += yaml_bytes({"use_cases": agents})
    assert len(files["scenario.yaml"]) > 1_000_000
    job = load(client, "manifest", tarballs(tmp_path, files))
    assert (job["status"], step(job, "metadata")["result"]) == ("done", {"manifest": True})
    assert client.get("/query/scenarios/manifest").json()["use_cases"] == agents


def test_readiness_names_the_cause(stack: Stack, client: httpx.Client, tmp_path: Path) -> None:
    assert client.get("/api/ready").json()["checks"] == {"graph-query-api": "ok", "staging": "ok"}
    staging, aside = stack.data / "staging", stack.data / "aside"
    staging.rename(aside)
    try:
        answer = client.get("/api/ready")
        refused = submit(client, "hello", tarballs(tmp_path, base_pack()))
    finally:
        aside.rename(staging)
    for each in (answer, refused):
        assert each.status_code == 503, each.text
        assert "can't be written" in each.json()["detail"]
    stack.graph_query_api.kill()
    try:
        answer = client.get("/api/ready")
        assert answer.status_code == 503
        assert "can't be reached" in answer.json()["checks"]["graph-query-api"]
        assert "graph-query-api" in answer.json()["detail"]
        assert client.get("/api/health").status_code == 200
        assert client.get("/api/upload-jobs").status_code == 503
        assert client.get("/query/health").status_code == 502
    finally:
        stack.graph_query_api.start()
    wait_until(lambda: client.get("/api/ready").status_code == 200, what="to be ready again")


def test_the_key_is_nowhere(stack: Stack, client: httpx.Client) -> None:
    """Comes last: what the tests before made the services say is searched."""
    texts = [stack.api.output(), stack.graph_query_api.output()]
    texts.append((stack.folder / "access.log").read_text())
    texts += [
        httpx.get(f"{base}/metrics").text for base in (stack.api_url, stack.graph_query_api_url)
    ]
    texts.append(httpx.get(f"{stack.graph_query_api_url}/query/docs/leases").text)
    assert all(texts)
    texts.append(stack.nginx.output())  # which says nothing while all is well
    assert not any(KEY in text for text in texts)


def test_the_largest_file_is_set_by_a_variable(tmp_path: Path) -> None:
    packed = tarballs(tmp_path / "pack", base_pack())
    with running(tmp_path / "stack", MAX_UPLOAD_BYTES="100") as stack, stack.client() as client:
        answer = submit(client, "hello", {"graph": packed["graph"]})
    assert answer.status_code == 413, answer.text
    assert "100 bytes" in answer.json()["detail"]
    assert [each["slot"] for each in answer.json()["problems"]] == ["graph"]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("MAX_ARCHIVE_MEMBERS", "2", "more than 2 members"),
        ("MAX_UNPACKED_BYTES", "300", "300 bytes"),
        ("MAX_COMPRESSION_RATIO", "100", "100"),
    ],
)
def test_limits_of_archives_are_set_by_variables(
    tmp_path: Path, variable: str, value: str, words: str
) -> None:
    """They hold for the whole archive, so that its step fails."""
    files = base_pack() | {"data/entities/zeros.bin": bytes(101 << 20)}
    packed = tarballs(tmp_path / "pack", files)
    with running(tmp_path / "stack", **{variable: value}) as stack, stack.client() as client:
        job = load(client, "hello", {"graph": packed["graph"]})
        assert job["status"] == "error"
        assert words in job["error"]
        assert client.get("/query/scenarios").json() == {"scenarios": []}
