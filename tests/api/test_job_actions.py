"""Looking at jobs, and cancel, retry, delete: in which states, and what they leave."""

import threading
import uuid
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
URL = "/api/upload-jobs"


def submitted(client: httpx.Client, pack: Pack, *slots: str, scenario: str = "hello") -> str:
    answer = submit(client, scenario, {slot: pack[slot] for slot in slots})
    assert answer.status_code == 201, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def failed(client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack) -> str:
    """A job whose graph is loaded and whose tickets failed."""
    graph_query.script("tickets", Script("error"))
    job_id = submitted(client, pack, "graph", "tickets")
    assert wait_for_end(client, job_id)["status"] == "error"
    return job_id


def act(client: httpx.Client, job_id: str, what: str) -> httpx.Response:
    return client.post(f"{URL}/{job_id}/{what}")


def test_cancel_stops_the_load_and_ends_what_is_open(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    graph_query.script("telemetry", held := Script(hold=True))
    job_id = submitted(client, pack, "graph", "telemetry", "tickets")
    assert held.started.wait(10)
    assert act(client, job_id, "cancel").status_code == 202
    job = wait_for_end(client, job_id)
    assert held.abandoned.wait(5), "the load goes on"
    assert (job["status"], job["error"]) == ("cancelled", None)
    assert [each["status"] for each in job["steps"]] == [
        "done", "cancelled", "skipped", "cancelled", "skipped", "cancelled",
    ]  # fmt: skip
    assert act(client, job_id, "cancel").status_code == 409
    assert act(client, job_id, "retry").status_code == 202
    assert wait_for_end(client, job_id)["status"] == "done"
    assert [load.slot for load in graph_query.loads] == [
        "graph", "telemetry", "telemetry", "tickets",
    ]  # fmt: skip


def test_cancel_of_a_pending_job(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    held = [Script(hold=True), Script(hold=True)]
    graph_query.script("tickets", *held)
    running = [submitted(client, pack, "tickets", scenario=f"s-{n}") for n in range(2)]
    wait_until(lambda: len(graph_query.loads) == 2)
    waiting = submitted(client, pack, "tickets")
    assert act(client, waiting, "cancel").json()["status"] == "cancelled"
    for script in held:
        script.released.set()
    for job_id in running:
        wait_for_end(client, job_id)
    assert {load.fields["job_id"] for load in graph_query.loads} == set(running)
    assert submitted(client, pack, "tickets")


def test_another_replica_can_cancel(
    start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack
) -> None:
    one, two = start_api("one"), start_api("two")
    graph_query.script("graph", held := Script(hold=True))
    with one.client() as client, two.client() as other:
        job_id = submitted(client, pack, "graph")
        assert held.started.wait(10)
        assert act(other, job_id, "cancel").status_code == 202
        assert wait_for_end(other, job_id)["status"] == "cancelled"
        assert held.abandoned.wait(5)


def test_retry_runs_what_is_not_done_and_keeps_what_is(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    job_id = failed(client, graph_query, pack)
    before = get_job(client, job_id)
    answer = act(client, job_id, "retry")
    assert answer.status_code == 202
    assert (answer.json()["attempt"], answer.json()["error"]) == (2, None)
    assert answer.json()["overall_pct"] < before["overall_pct"]
    job = wait_for_end(client, job_id)
    assert (job["status"], job["attempt"]) == ("done", 2)
    assert step(job, "graph") == step(before, "graph")
    assert [load.slot for load in graph_query.loads] == ["graph", "tickets", "tickets"]
    assert act(client, job_id, "retry").status_code == 409


def test_retry_while_the_scenario_is_busy(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    job_id = failed(client, graph_query, pack)
    graph_query.script("graph", held := Script(hold=True))
    newer = submitted(client, pack, "graph")
    answer = act(client, job_id, "retry")
    assert (answer.status_code, answer.json()["job_id"]) == (409, newer)
    held.released.set()
    wait_for_end(client, newer)
    assert act(client, job_id, "retry").status_code == 202
    assert wait_for_end(client, job_id)["status"] == "done"


def test_retries_and_submissions_at_the_same_moment_make_one_active_job(
    api: Api, client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    job_id = failed(client, graph_query, pack)
    held = [Script(hold=True) for _ in range(6)]
    graph_query.script("tickets", *held)
    together = threading.Barrier(6)

    def send(n: int) -> httpx.Response:
        with api.client() as own:
            together.wait()
            if n % 2:
                return act(own, job_id, "retry")
            return submit(own, "hello", {"tickets": pack["tickets"]})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert sorted(each.status_code for each in answers)[1:] == [409] * 5
    active = [job["id"] for job in graph_query.jobs() if job["status"] in {"pending", "running"}]
    assert len(active) == 1
    for script in held:
        script.released.set()
    wait_for_end(client, active[0])


def test_retry_without_the_files(
    api: Api, client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    job_id = failed(client, graph_query, pack)
    (api.data / "staging" / job_id / "tickets.tar.gz").unlink()
    answer = act(client, job_id, "retry")
    assert answer.status_code == 409
    assert "no longer staged; upload again" in answer.json()["detail"]


def test_another_replica_can_retry_but_not_run_it(
    start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack
) -> None:
    one, two = start_api("one"), start_api("two")
    with one.client() as client, two.client() as other:
        job_id = failed(client, graph_query, pack)
        assert act(other, job_id, "retry").status_code == 202
        assert wait_for_end(other, job_id)["status"] == "done"
    assert {load.fields["owner"] for load in graph_query.loads} == {one.owner()}


def test_delete(api: Api, client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack) -> None:
    graph_query.script("graph", held := Script(hold=True))
    job_id = submitted(client, pack, "graph")
    assert held.started.wait(10)
    assert client.delete(f"{URL}/{job_id}").status_code == 409
    held.released.set()
    wait_for_end(client, job_id)
    assert api.staged() == [job_id]
    assert client.delete(f"{URL}/{job_id}").status_code == 204
    assert (api.staged(), graph_query.jobs(), graph_query.held_scenarios()) == ([], [], [])
    for answer in (
        client.get(f"{URL}/{job_id}"),
        client.delete(f"{URL}/{job_id}"),
        act(client, job_id, "retry"),
        act(client, job_id, "cancel"),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "job_id", ["x", "a%2Fb", "%20", "..%5C", "77A5D6A5-2808-449F-B7BF-65ED6323DEC7"]
)
def test_ids_that_are_none(client: httpx.Client, job_id: str) -> None:
    assert client.get(f"{URL}/{job_id}").status_code == 404


def test_list(client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack) -> None:
    made = []
    for n in range(5):
        graph_query.script("tickets", Script("error" if n == 2 else "complete"))
        made.append(submitted(client, pack, "tickets", scenario=f"s-{n % 2}"))
        wait_for_end(client, made[-1])
    newest_first = made[::-1]

    def ids(**params: str | int) -> list[str]:
        answer = client.get(URL, params=params)
        assert answer.status_code == 200, answer.text
        return [job["id"] for job in answer.json()["jobs"]]

    assert ids() == newest_first
    assert ids(status="error") == [made[2]]
    assert ids(scenario="s-1") == [made[3], made[1]]
    assert ids(scenario="s-0", status="done") == [made[4], made[0]]
    assert ids(scenario="' OR true") == []

    pages, continuation = [], None
    while True:
        params = {"limit": 2} | ({"continuation": continuation} if continuation else {})
        body = client.get(URL, params=params).json()
        pages.append([job["id"] for job in body["jobs"]])
        if (continuation := body["continuation"]) is None:
            break
    assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:]]
    assert not {"lease", "claim", "fingerprint"} & set(client.get(URL).json()["jobs"][0])

    assert client.get(URL, params={"continuation": "nonsense"}).status_code == 400
    for bad in ({"limit": 0}, {"limit": 201}, {"status": "sleeping"}):
        assert client.get(URL, params=bad).status_code == 422


def test_paging_across_300_jobs(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    job_id = submitted(client, pack, "tickets")
    wait_for_end(client, job_id)
    body = graph_query.job(job_id)
    for n in range(299):
        times = {"created_at": f"2020-01-01T00:00:00.{n:03}Z"}
        graph_query.put_job({**body, "id": str(uuid.UUID(int=n)), **times})
    newest_first = [job_id, *(str(uuid.UUID(int=n)) for n in reversed(range(299)))]
    for limit, sizes in ((200, [200, 100]), (50, [50] * 6), (150, [150, 150]), (7, [7] * 42 + [6])):
        seen: list[list[str]] = []
        params: dict[str, str | int] = {"limit": limit, "scenario": "hello"}
        while True:
            page = client.get(URL, params=params).json()
            seen.append([job["id"] for job in page["jobs"]])
            if page["continuation"] is None:
                break
            params["continuation"] = page["continuation"]
        assert [len(ids) for ids in seen] == sizes
        assert [job_id for ids in seen for job_id in ids] == newest_first
    assert len(client.get(URL).json()["jobs"]) == 50


def test_a_document_that_is_no_job_hides_no_others(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    job_id = submitted(client, pack, "tickets")
    wait_for_end(client, job_id)
    stranger = str(uuid.uuid4())
    graph_query.put_job({"id": stranger, "created_at": "2026", "status": "running"})
    assert [job["id"] for job in client.get(URL).json()["jobs"]] == [job_id]
    assert client.get(f"{URL}/{stranger}").status_code == 404
    assert wait_for_end(client, submitted(client, pack, "tickets"))["status"] == "done"
