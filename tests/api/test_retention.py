"""Which staged files go, and which stay."""

import os
import uuid
from pathlib import Path

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
