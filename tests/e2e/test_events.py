"""Watching jobs: live through nginx, lost and found again, one job to its end with curl."""

import json
import subprocess
import time
from pathlib import Path

import httpx

from support.jobs import ENDED, events, load, submit, wait_for_end
from support.packs import base_pack, tarballs
from support.second_nginx import second_nginx
from support.stack import Stack


def test_the_stream_shows_a_job_from_first_to_last(
    client: httpx.Client, stack: Stack, tmp_path: Path
) -> None:
    packed = tarballs(tmp_path, base_pack("watched"))
    with client.stream("GET", "/api/upload-jobs/events") as answer:
        stream = events(answer)
        name, snapshot = next(stream)
        assert (name, list(snapshot)) == ("snapshot", ["jobs"])
        with stack.client() as other:
            job_id = submit(other, "watched", packed).json()["job_id"]
        seen = []
        for name, data in stream:
            if name == "job" and data["job"]["id"] == job_id:
                seen.append(data["job"])
                if data["job"]["status"] in ENDED:
                    break
    assert seen[-1]["status"] == "done"
    pcts = [job["overall_pct"] for job in seen]
    assert pcts == sorted(pcts)
    assert pcts[-1] == 100


def test_another_nginx_with_default_settings_holds_nothing_back(
    client: httpx.Client, stack: Stack, tmp_path: Path
) -> None:
    """Which buffers and compresses; a change is there within a second."""
    packed = tarballs(tmp_path, base_pack("fronted"))
    headers = {"Accept-Encoding": "gzip"}
    with (
        second_nginx(tmp_path / "second", stack.url) as url,
        httpx.stream("GET", f"{url}/api/upload-jobs/events", headers=headers, timeout=5) as answer,
    ):
        stream = events(answer)
        assert next(stream)[0] == "snapshot"
        job_id = submit(client, "fronted", packed).json()["job_id"]
        began = time.monotonic()
        first = next(data["job"]["id"] for name, data in stream if name == "job")
        assert (first, time.monotonic() - began < 1) == (job_id, True)
        status = ""
        while status not in ENDED:
            status = next(data["job"]["status"] for _, data in stream)
    assert status == "done"


def test_losing_the_stream_changes_nothing(client: httpx.Client, tmp_path: Path) -> None:
    packed = tarballs(tmp_path, base_pack("unwatched"))
    with client.stream("GET", "/api/upload-jobs/events") as answer:
        next(events(answer))
    job_id = submit(client, "unwatched", packed).json()["job_id"]
    with client.stream("GET", "/api/upload-jobs/events") as answer:
        _, snapshot = next(events(answer))
        assert job_id in {job["id"] for job in snapshot["jobs"]}
    assert wait_for_end(client, job_id)["status"] == "done"


def test_curl_follows_one_job_to_its_end(
    client: httpx.Client, stack: Stack, tmp_path: Path
) -> None:
    job_id = submit(client, "followed", tarballs(tmp_path, base_pack("followed"))).json()["job_id"]
    url = f"{stack.url}/api/upload-jobs/events?job={job_id}"
    curl = subprocess.run(
        ["curl", "-sS", "-N", "--compressed", url], capture_output=True, timeout=60, check=True
    )
    assert b"\r" not in curl.stdout
    last = curl.stdout.decode().strip().split("\n\n")[-1]
    assert '"status":"done"' in last


def test_a_job_that_has_ended_or_gone(client: httpx.Client, tmp_path: Path) -> None:
    job = load(client, "ended", tarballs(tmp_path, base_pack("ended")))
    url = f"/api/upload-jobs/events?job={job['id']}"
    with client.stream("GET", url) as answer:
        _name, data = list(events(answer))[-1]
    assert "done" in json.dumps(data)
    assert client.delete(f"/api/upload-jobs/{job['id']}").status_code == 204
    assert client.get(url).status_code == 404


def test_a_deleted_job_is_told_to_who_follows(
    client: httpx.Client, stack: Stack, tmp_path: Path
) -> None:
    job = load(client, "deleted", tarballs(tmp_path, base_pack("deleted")))
    with client.stream("GET", "/api/upload-jobs/events") as answer:
        stream = events(answer)
        next(stream)
        with stack.client() as other:
            other.delete(f"/api/upload-jobs/{job['id']}")
        _name, data = next((n, d) for n, d in stream if n == "deleted")
    assert data == {"id": job["id"]}
