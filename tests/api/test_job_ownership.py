"""Leases: who may run a job, and what becomes of it when its owner is gone."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from support.api_service import Api, api_process, replica
from support.fake_graph_query import FakeGraphQuery, Script
from support.jobs import get_job, step, submit, wait_for_end
from support.stack import wait_until

Pack = dict[str, Path]
SHORT = {"lease_seconds": 1.0, "lease_renew_seconds": 0.3}


def submitted(client: httpx.Client, files: Pack) -> str:
    answer = submit(client, "hello", files)
    assert answer.status_code == 201, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def leave_running(graph_query: FakeGraphQuery, job_id: str, owner: str) -> None:
    """Writes the job as a process leaves it that was killed in the middle of the graph."""
    body = dict(graph_query.job(job_id))
    steps = [dict(each) for each in body["steps"]]
    for each in steps:
        if each["name"] == "tickets":
            each |= {"status": "running", "pct": 40}
        if each["name"] == "metadata":
            each |= {"status": "pending", "pct": 0}
    lease = {"owner": owner, "lease_until": "2020-01-01T00:00:00Z"}
    changes = {"status": "running", "steps": steps, "lease": lease, "overall_pct": 46}
    graph_query.put_job({**body, **changes, "revision": body["revision"] + 1})


@pytest.mark.parametrize("on_restart", ["error", "resume"])
def test_a_restarted_replica_recovers_its_own_jobs_at_once(
    graph_query: FakeGraphQuery, tmp_path: Path, pack: Pack, on_restart: str
) -> None:
    files = {slot: pack[slot] for slot in ("graph", "tickets")}
    with replica(graph_query, tmp_path) as api, api.client() as client:
        job_id = submitted(client, files)
        wait_for_end(client, job_id)
        owner = api.owner()
    leave_running(graph_query, job_id, owner)
    graph_query.loads.clear()
    with (
        replica(graph_query, tmp_path, upload_jobs_on_restart=on_restart) as api,
        api.client() as client,
    ):
        assert api.owner() == owner
        job = wait_for_end(client, job_id, seconds=5)
        if on_restart == "error":
            assert (job["status"], job["error"]) == ("error", "Server restarted")
            assert step(job, "tickets")["status"] == "error"
            assert step(job, "metadata")["status"] == "cancelled"
            assert client.post(f"/api/upload-jobs/{job_id}/retry").status_code == 202
            job = wait_for_end(client, job_id)
        assert job["status"] == "done"
    assert [load.slot for load in graph_query.loads] == ["tickets"]


@pytest.mark.parametrize("on_restart", ["error", "resume"])
def test_stopping_leaves_a_job_that_a_restart_goes_on_from(
    graph_query: FakeGraphQuery, tmp_path: Path, pack: Pack, on_restart: str
) -> None:
    graph_query.script("graph", held := Script(hold=True))
    with replica(graph_query, tmp_path, upload_jobs_on_restart=on_restart) as api:
        with api.client() as client:
            job_id = submitted(client, pack)
        assert held.started.wait(10)
    assert held.abandoned.wait(5)
    left = graph_query.job(job_id)
    assert left["status"] == {"error": "error", "resume": "pending"}[on_restart]
    assert left["error"] == {"error": "Server restarted", "resume": None}[on_restart]
    if on_restart == "resume":
        with replica(graph_query, tmp_path) as api, api.client() as client:
            assert wait_for_end(client, job_id)["status"] == "done"


def test_no_takeover_while_the_owner_renews(
    start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack
) -> None:
    """Whatever ``lease_until`` says: clocks of machines differ."""
    one, two = start_api("one", **SHORT), start_api("two", **SHORT)
    graph_query.script("graph", held := Script(hold=True))
    with one.client() as client:
        job_id = submitted(client, pack)
        assert held.started.wait(10)
        seen = set()
        until = time.monotonic() + 3 * SHORT["lease_seconds"]
        while time.monotonic() < until:
            lease = graph_query.job(job_id)["lease"]
            assert lease["owner"] == one.owner()
            seen.add(lease["lease_until"])
            time.sleep(0.05)
        assert len(seen) >= 4, "the lease is not renewed"
        held.released.set()
        assert wait_for_end(client, job_id)["status"] == "done"
    assert two.owner() not in {load.fields["owner"] for load in graph_query.loads}


@pytest.mark.parametrize("lease_until", ["2000-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_a_lease_that_does_not_change_is_taken_for_dead_by_our_clock_only(
    start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack, lease_until: str
) -> None:
    api = start_api("one", **SHORT)
    with api.client() as client:
        job_id = submitted(client, {"tickets": pack["tickets"]})
        wait_for_end(client, job_id)
        leave_running(graph_query, job_id, "somebody else")
        body = graph_query.job(job_id)
        body["lease"]["lease_until"] = lease_until
        began = time.monotonic()
        job = wait_for_end(client, job_id)
        assert time.monotonic() - began > SHORT["lease_seconds"]
        assert (job["status"], job["error"]) == ("error", "Server restarted")


@pytest.mark.parametrize("on_restart", ["error", "resume"])
def test_a_frozen_owner_writes_nothing_more_when_it_wakes(
    graph_query: FakeGraphQuery, tmp_path: Path, pack: Pack, on_restart: str
) -> None:
    """Two replicas that share the folder: one process is stopped in the middle of a step."""
    options = {**SHORT, "upload_jobs_on_restart": on_restart}
    graph_query.script("graph", frozen := Script(hold=True), Script())
    with (
        api_process(graph_query, tmp_path, **options) as process,
        replica(graph_query, tmp_path, **options) as two,
        httpx.Client(base_url=process.ready_url.removesuffix("/api/ready")) as client,
        two.client() as other,
    ):
        job_id = submitted(client, pack)
        assert frozen.started.wait(10)
        process.signal(signal.SIGSTOP)
        job = wait_for_end(other, job_id)
        if on_restart == "error":
            assert (job["status"], job["error"]) == ("error", "Server restarted")
        else:
            assert job["status"] == "done"
        ended = graph_query.job(job_id)
        frozen.released.set()
        process.signal(signal.SIGCONT)
        wait_until(lambda: process.log_lines("job given up"), what="the woken one to notice")
        newer = submitted(client, {"tickets": pack["tickets"]})
        assert wait_for_end(client, newer)["status"] == "done"
        assert graph_query.job(job_id) == ended


def test_a_job_given_up_since_the_store_was_away_is_ended_with_that_cause(
    start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack
) -> None:
    api = start_api(**SHORT)
    graph_query.script("graph", held := Script(hold=True))
    with api.client() as client:
        job_id = submitted(client, pack)
        assert held.started.wait(10)
        graph_query.docs_status = 503
        assert held.abandoned.wait(10), "the load goes on without a lease"
        graph_query.docs_status = None
        job = wait_for_end(client, job_id)
        assert job["status"] == "error"
        assert "could not be reached" in job["error"]
        assert client.post(f"/api/upload-jobs/{job_id}/retry").status_code == 202
        assert wait_for_end(client, job_id)["status"] == "done"


def test_a_pending_job_whose_scenario_was_taken_over_does_not_start(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    job_id = submitted(client, {"tickets": pack["tickets"]})
    wait_for_end(client, job_id)
    graph_query.loads.clear()
    body = {**graph_query.job(job_id), "status": "pending", "claim": "an old one"}
    steps = [{**each, "status": "pending"} if each["sha256"] else each for each in body["steps"]]
    graph_query.put_job({**body, "steps": steps})
    job = wait_for_end(client, job_id)
    assert job["status"] == "error"
    assert "Another job of this scenario" in job["error"]
    assert graph_query.loads == []


def test_only_a_replica_that_has_the_files_takes_a_job(
    start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack
) -> None:
    one = start_api("one")
    with one.client() as client:
        job_id = submitted(client, {"tickets": pack["tickets"]})
        wait_for_end(client, job_id)
        body = {**graph_query.job(job_id), "status": "pending", "staged_on": "elsewhere"}
        graph_query.put_job(body)
        # a later job is not held up by it
        graph_query.documents["leases"].clear()
        newer = submit(client, "other", {"tickets": pack["tickets"]}).json()["job_id"]
        wait_for_end(client, newer)
        assert get_job(client, job_id)["status"] == "pending"
