"""The main job by HTTP: submit a pack, wait for its end, ask what landed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from support.stack import wait_until

ENDED = {"done", "error", "cancelled"}


def submit(
    client: httpx.Client, scenario: str, tarballs: Mapping[str, Path], **fields: str
) -> httpx.Response:
    """The one multipart POST; the answer whatever its status."""
    opened = {slot: (path.name, path.open("rb")) for slot, path in tarballs.items()}
    try:
        return client.post(
            "/api/upload-jobs",
            data={"scenario_name": scenario, "backend": "embedded", **fields},
            files=opened,
        )
    finally:
        for _, file in opened.values():
            file.close()


def get_job(client: httpx.Client, job_id: str) -> dict[str, Any]:
    answer = client.get(f"/api/upload-jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def wait_for_end(client: httpx.Client, job_id: str, seconds: float = 90) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        job = get_job(client, job_id)
        return job if job["status"] in ENDED else None

    job = wait_until(ended, seconds=seconds, what=f"job {job_id} to end")
    assert job is not None
    return job


def load(
    client: httpx.Client, scenario: str, tarballs: Mapping[str, Path], **fields: str
) -> dict[str, Any]:
    """Submits a pack that must be accepted, and returns the job at its end."""
    answer = submit(client, scenario, tarballs, **fields)
    assert answer.status_code == 201, answer.text
    return wait_for_end(client, answer.json()["job_id"])


def step(job: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in job["steps"] if each["name"] == name)
    return found


def cypher(client: httpx.Client, scenario: str, query: str) -> list[dict[str, Any]]:
    answer = client.post(f"/query/scenarios/{scenario}/graph", json={"query": query})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def topology(client: httpx.Client, scenario: str, **params: Any) -> dict[str, Any]:
    answer = client.get(f"/query/scenarios/{scenario}/topology", params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def events(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """The stream's events as they come: name and data."""
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
