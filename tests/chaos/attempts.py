"""A job's attempts, each of which has a limit."""

from collections.abc import Mapping
from typing import Any

import httpx

from support.jobs import get_job, wait_for_end

Job = Mapping[str, Any]


def at_its_limit(client: httpx.Client, job_id: str, seconds: float) -> Job:
    """At its end, or as it is when that should have come."""
    try:
        return wait_for_end(client, job_id, seconds)
    except AssertionError:
        return get_job(client, job_id)


def second_attempt(client: httpx.Client, job: Job, seconds: float) -> Job:
    answer = client.post(f"/api/upload-jobs/{job['id']}/retry")
    assert answer.status_code < 300, answer.text
    return at_its_limit(client, job["id"], seconds)


def cancelled(client: httpx.Client, job: Job, seconds: float) -> None:
    client.post(f"/api/upload-jobs/{job['id']}/cancel")
    wait_for_end(client, job["id"], seconds)
