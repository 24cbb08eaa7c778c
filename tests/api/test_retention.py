"""Which staged files and keys go, and which stay."""

import os
import uuid
from pathlib import Path

import httpx

from support.api_service import replica
from support.fake_graph_query import FakeGraphQuery, Script
from support.jobs import submit, wait_for_end
from support.stack import wait_until

OLD = "2020-01-01T00:00:00.000Z"


def age(folder: Path) -> None:
    os.utime(folder, (0, 0))


def test_files_go_with_their_time_or_without_a_job(
    graph_query: FakeGraphQuery, tmp_path: Path, pack: dict[str, Path]
) -> None:
    staging = tmp_path / "staging"
    files = {"tickets": pack["tickets"]}
    graph_query.script("tickets", Script(), Script(), Script("error"))
    with replica(graph_query, tmp_path) as api, api.client() as client:
        ended = [submit(client, f"s-{n}", files).json()["job_id"] for n in range(3)]
        for job_id in ended:
            wait_for_end(client, job_id)
    long_ended, just_ended, active = ended
    graph_query.put_job({**graph_query.job(long_ended), "updated_at": OLD})
    elsewhere = {"status": "pending", "updated_at": OLD, "staged_on": "elsewhere"}
    graph_query.put_job({**graph_query.job(active), **elsewhere})
    orphan, new_orphan = str(uuid.uuid4()), str(uuid.uuid4())
    for name in (orphan, new_orphan):
        (staging / name).mkdir()
    for name in (*ended, orphan):
        age(staging / name)
    with replica(graph_query, tmp_path) as api, api.client() as client:
        stay = sorted([just_ended, active, new_orphan])
        wait_until(lambda: api.staged() == stay, what=f"only {stay} to stay")
        answer = client.post(f"/api/upload-jobs/{long_ended}/retry")
        assert answer.status_code == 409


def test_keys_of_deleted_jobs_are_forgotten_with_their_time(
    graph_query: FakeGraphQuery, tmp_path: Path, pack: dict[str, Path]
) -> None:
    files = {"tickets": pack["tickets"]}

    def send(client: httpx.Client, key: str) -> str:
        client.headers["Idempotency-Key"] = key
        job_id: str = submit(client, "hello", files).json()["job_id"]
        return job_id

    with replica(graph_query, tmp_path) as api, api.client() as client:
        old, new = (ended_and_deleted(client, send(client, key)) for key in ("old", "new"))
    body = graph_query.documents["leases"][f"submission-{old}"][0]
    graph_query.documents["leases"][f"submission-{old}"] = ({**body, "deleted_at": OLD}, '"x"')
    with replica(graph_query, tmp_path) as api, api.client() as client:
        keys = {f"submission-{new}", "scenario-hello"}
        wait_until(lambda: set(graph_query.documents["leases"]) == keys, what="one key to go")
        loads = len(graph_query.loads)
        assert send(client, "new") == new
        assert len(graph_query.loads) == loads


def ended_and_deleted(client: httpx.Client, job_id: str) -> str:
    wait_for_end(client, job_id)
    assert client.delete(f"/api/upload-jobs/{job_id}").status_code == 204
    return job_id
