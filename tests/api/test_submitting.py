"""POST /api/upload-jobs: what is accepted, when, and only once."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from support.api_service import Api
from support.fake_graph_query import FakeGraphQuery, Script
from support.jobs import get_job, step, submit, wait_for_end
from support.stack import wait_until

Pack = dict[str, Path]


def test_a_pack_becomes_a_job_that_loads_each_part(
    api: Api, client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    warnings = [{"kind": "dangling", "detail": "1 edge", "count": 1, "examples": []}]
    graph_query.script("graph", Script(result={"vertices": {"Site": 2}}, warnings=warnings))
    answer = submit(client, "hello", pack)
    assert answer.status_code == 201, answer.text
    job_id = answer.json()["job_id"]
    assert answer.headers["location"] == f"/api/upload-jobs/{job_id}"

    job = wait_for_end(client, job_id)
    assert (job["status"], job["error"], job["overall_pct"], job["warnings"]) == (
        "done", None, 100, 1,
    )  # fmt: skip
    assert [each["name"] for each in job["steps"]] == [*pack, "metadata"]
    assert {each["status"] for each in job["steps"]} == {"done"}
    assert step(job, "graph")["result"] == {"vertices": {"Site": 2}}
    assert step(job, "graph")["warnings"] == warnings
    assert graph_query.scenarios == {"hello": {"display_name": "Hello", "backend": "embedded"}}
    (owner,) = {load.fields["owner"] for load in graph_query.loads}
    fields = {
        "scenario_name": "hello", "backend": "embedded", "job_id": job_id, "owner": owner,
    }  # fmt: skip
    for load, (slot, path) in zip(graph_query.loads, pack.items(), strict=True):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        assert (load.slot, load.sha256, load.size) == (slot, sha256, path.stat().st_size)
        assert load.fields == fields
        assert (step(job, slot)["sha256"], step(job, slot)["bytes"]) == (sha256, load.size)
    assert api.staged() == [job_id]


def test_parts_without_a_file_are_skipped(client: httpx.Client, pack: Pack) -> None:
    job = wait_for_end(
        client, submit(client, "hello", {"tickets": pack["tickets"]}).json()["job_id"]
    )
    assert {each["name"]: each["status"] for each in job["steps"]} == {
        "graph": "skipped", "telemetry": "skipped", "runbooks": "skipped", "tickets": "done",
        "prompts": "skipped", "metadata": "done",
    }  # fmt: skip


def test_fields_may_come_after_files_and_the_backend_may_be_left_out(
    client: httpx.Client, pack: Pack
) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="tickets"; filename="x.tgz"\r\n\r\n'
        + pack["tickets"].read_bytes()
        + b'\r\n--b\r\nContent-Disposition: form-data; name="scenario_name"\r\n\r\nhello'
        + b"\r\n--b--\r\n"
    )
    answer = client.post(
        "/api/upload-jobs",
        content=body,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 201, answer.text
    assert wait_for_end(client, answer.json()["job_id"])["backend"] == "embedded"


def test_check_only_loads_nothing(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    job_id = submit(client, "hello", pack, check_only="true").json()["job_id"]
    job = wait_for_end(client, job_id)
    assert (job["status"], job["check_only"]) == ("done", True)
    assert step(job, "metadata")["status"] == "skipped"
    assert {load.fields["check_only"] for load in graph_query.loads} == {"true"}
    assert graph_query.scenarios == {}


def test_one_active_job_a_scenario(
    api: Api, client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    held = graph_query.script("graph", Script(hold=True))
    first = submit(client, "hello", pack).json()["job_id"]
    second = submit(client, "hello", pack)
    assert second.status_code == 409
    assert second.json()["job_id"] == first
    assert submit(client, "other", {"tickets": pack["tickets"]}).status_code == 201
    held.released.set()
    wait_for_end(client, first)
    third = submit(client, "hello", pack)
    assert third.status_code == 201
    wait_for_end(client, third.json()["job_id"])


@pytest.mark.parametrize("replicas", [1, 2])
def test_parallel_submissions_make_one_job(
    start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack, replicas: int
) -> None:
    graph_query.script("tickets", *(Script(hold=True) for _ in range(6)))
    apis = [start_api(f"data{n}") for n in range(replicas)]
    files = {"tickets": pack["tickets"]}
    together = threading.Barrier(6)

    def send(n: int) -> httpx.Response:
        with apis[n % replicas].client() as client:
            together.wait()
            return submit(client, "hello", files)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409, 409]
    winner = next(each.json()["job_id"] for each in answers if each.status_code == 201)
    assert {each.json()["job_id"] for each in answers} == {winner}
    assert [job["id"] for job in graph_query.jobs()] == [winner]
    assert [name for api in apis for name in api.staged()] == [winner]


def test_the_same_key_is_the_same_job(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    files = {"tickets": pack["tickets"]}
    client.headers["Idempotency-Key"] = "key-1"
    first = submit(client, "hello", files)
    assert first.status_code == 201
    assert submit(client, "hello", files).json() == first.json()
    job_id = first.json()["job_id"]
    wait_for_end(client, job_id)
    assert submit(client, "hello", files).json() == first.json()

    assert client.delete(f"/api/upload-jobs/{job_id}").status_code == 204
    again = submit(client, "hello", files)
    assert (again.status_code, again.json()) == (201, first.json())
    assert graph_query.jobs() == []
    assert len(graph_query.loads) == 1

    for other in (submit(client, "hello2", files), submit(client, "hello", pack)):
        assert other.status_code == 422
        assert other.json()["problems"][0]["slot"] == "Idempotency-Key"
    client.headers["Idempotency-Key"] = "key-2"
    assert submit(client, "hello", files).json() != first.json()


CONTENTS = [("hello", "tickets"), ("hello", "runbooks"), ("other", "tickets")]


@pytest.mark.parametrize("replicas", [1, 2])
def test_the_same_key_at_the_same_moment_runs_once(
    start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack, replicas: int
) -> None:
    """Others get 422, be it for other files or for another scenario, and disturb nothing."""
    apis = [start_api(f"data{n}") for n in range(replicas)]
    together = threading.Barrier(6)

    def send(n: int) -> httpx.Response:
        with apis[n % replicas].client() as client:
            client.headers["Idempotency-Key"] = "key"
            together.wait()
            scenario, slot = CONTENTS[n % 3]
            return submit(client, scenario, {slot: pack[slot]})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    statuses = [each.status_code for each in answers]
    winner = statuses.index(201) % 3
    assert statuses == [201 if n % 3 == winner else 422 for n in range(6)]
    (job_id,) = {each.json()["job_id"] for each in answers if each.status_code == 201}
    with apis[0].client() as client:
        assert wait_for_end(client, job_id)["status"] == "done"
    scenario, slot = CONTENTS[winner]
    assert [(load.fields["scenario_name"], load.slot) for load in graph_query.loads] == [
        (scenario, slot)
    ]
    assert [name for api in apis for name in api.staged()] == [job_id]
    assert set(graph_query.held_scenarios()) <= {f"scenario-{scenario}"}


def test_a_lease_whose_process_died_is_taken_over(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.scenario_leases.GRACE", 0.5)
    lease = {"id": "scenario-hello", "job_id": "never-stored", "claim": "c"}
    graph_query.documents["leases"][lease["id"]] = (lease, '"x"')
    answer = submit(client, "hello", {"tickets": pack["tickets"]})
    assert answer.status_code == 201, answer.text
    wait_for_end(client, answer.json()["job_id"])


def test_a_lost_answer_of_the_store_is_no_failure(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    graph_query.lose_answers = 2
    answer = submit(client, "hello", {"tickets": pack["tickets"]})
    assert answer.status_code == 201, answer.text
    assert wait_for_end(client, answer.json()["job_id"])["status"] == "done"


def test_metadata_keeps_the_backend_of_a_graph_that_failed(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    graph_query.script("graph", Script("error"))
    graph_query.script("telemetry", Script(metadata={"display_name": "From telemetry"}))
    files = {slot: pack[slot] for slot in ("graph", "telemetry")}
    job = wait_for_end(client, submit(client, "hello", files).json()["job_id"])
    assert job["status"] == "error"
    assert graph_query.scenarios == {"hello": {"display_name": "From telemetry"}}


def test_two_jobs_run_at_a_time_and_the_oldest_first(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    held = [Script(hold=True) for _ in range(3)]
    graph_query.script("tickets", *held)
    ids = [
        submit(client, f"scenario-{n}", {"tickets": pack["tickets"]}).json()["job_id"]
        for n in range(3)
    ]
    wait_until(lambda: len(graph_query.loads) == 2)
    assert get_job(client, ids[2])["status"] == "pending"
    refused = submit(client, "scenario-2", {"tickets": pack["tickets"]})
    assert (refused.status_code, refused.json()["job_id"]) == (409, ids[2])
    assert "is pending" in refused.json()["detail"]
    assert {load.fields["job_id"] for load in graph_query.loads} == set(ids[:2])
    for script in held:
        script.released.set()
    assert [wait_for_end(client, job_id)["status"] for job_id in ids] == ["done"] * 3
