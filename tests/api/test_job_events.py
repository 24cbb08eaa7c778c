"""GET /api/upload-jobs/events: a snapshot, then every change, and no end that gets lost."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.services import events
from support.api_service import Api
from support.fake_graph_query import FakeGraphQuery, Script
from support.jobs import submit, wait_for_end
from support.stack import wait_until

Pack = dict[str, Path]
Event = tuple[str, dict[str, Any]]
URL = "/api/upload-jobs"


@contextmanager
def listening(client: httpx.Client, **params: str) -> Iterator[Iterator[Event]]:
    with client.stream("GET", f"{URL}/events", params=params, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read(answer)


def read(answer: httpx.Response) -> Iterator[Event]:
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def until(stream: Iterator[Event], wanted: Callable[[str, dict[str, Any]], bool]) -> list[Event]:
    """Reads up to and with the first event that is wanted."""
    seen = []
    for name, data in stream:
        seen.append((name, data))
        if wanted(name, data):
            return seen
    raise AssertionError(f"the stream ended with {seen[-1:]}")


def ended(job_id: str) -> Callable[[str, dict[str, Any]], bool]:
    return lambda name, data: (
        name == "job"
        and data["job"]["id"] == job_id
        and data["job"]["status"] in {"done", "error", "cancelled"}
    )


def submitted(client: httpx.Client, pack: Pack, scenario: str = "hello") -> str:
    answer = submit(client, scenario, {"tickets": pack["tickets"]})
    assert answer.status_code == 201, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def test_a_job_as_it_happens(client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack) -> None:
    graph_query.script("tickets", held := Script(hold=True))
    with listening(client) as stream:
        assert next(stream) == ("snapshot", {"jobs": []})
        job_id = submitted(client, pack)
        assert held.started.wait(10)
        held.released.set()
        seen = until(stream, ended(job_id))
    told = [data["job"] for _, data in seen]
    assert told[-1]["status"] == "done"
    assert {job["status"] for job in told} >= {"running", "done"}
    assert "3 rows" in {job["steps"][3]["detail"] for job in told}
    percents = [job["overall_pct"] for job in told]
    assert percents == sorted(percents)
    assert not {"lease", "claim", "fingerprint"} & set(told[0])
    assert told[-1] == client.get(f"{URL}/{job_id}").json()


def test_a_reconnect_begins_with_a_snapshot(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    graph_query.script("tickets", held := Script(hold=True))
    with listening(client) as stream:
        next(stream)
        job_id = submitted(client, pack)
        assert held.started.wait(10)
    held.released.set()
    wait_for_end(client, job_id)
    with listening(client) as stream:
        name, data = next(stream)
    assert (name, [job["status"] for job in data["jobs"]]) == ("snapshot", ["done"])


def test_snapshot_holds_the_newest_and_all_active_ones(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "NEWEST", 2)
    graph_query.script("tickets", held := Script(hold=True))
    active = submitted(client, pack, "first")
    others = []
    for n in range(3):
        others.append(submitted(client, pack, f"s-{n}"))
        wait_for_end(client, others[-1])
    with listening(client) as stream:
        _, data = next(stream)
        assert [job["id"] for job in data["jobs"]] == [others[2], others[1], active]
        held.released.set()
        until(stream, ended(active))


def test_deletions(client: httpx.Client, pack: Pack) -> None:
    job_id = submitted(client, pack)
    wait_for_end(client, job_id)
    with listening(client) as stream:
        next(stream)
        client.delete(f"{URL}/{job_id}")
        assert until(stream, lambda name, _: name == "deleted")[-1] == ("deleted", {"id": job_id})


class TestOtherReplicas:
    def test_their_jobs_and_deletions_are_told(
        self, start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack
    ) -> None:
        one, two = start_api("one"), start_api("two")
        graph_query.script("tickets", held := Script(hold=True))
        with one.client() as client, two.client() as other, listening(other) as stream:
            next(stream)
            job_id = submitted(client, pack)
            until(stream, lambda _, data: data["job"]["status"] == "running")
            held.released.set()
            until(stream, ended(job_id))
            client.delete(f"{URL}/{job_id}")
            assert until(stream, lambda name, _: name == "deleted")[-1][1] == {"id": job_id}

    def test_an_end_is_told_though_many_newer_jobs_came_meanwhile(
        self,
        start_api: Callable[..., Api],
        graph_query: FakeGraphQuery,
        pack: Pack,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(events, "NEWEST", 1)
        one, two = start_api("one"), start_api("two")
        graph_query.script("tickets", held := Script(hold=True))
        with one.client() as client, two.client() as other, listening(other) as stream:
            next(stream)
            old = submitted(client, pack, "old")
            until(stream, lambda _, data: data["job"]["status"] == "running")
            newer = submitted(client, pack, "newer")
            wait_for_end(client, newer)
            held.released.set()
            until(stream, ended(old))

    def test_following_one(
        self, start_api: Callable[..., Api], graph_query: FakeGraphQuery, pack: Pack
    ) -> None:
        one, two = start_api("one"), start_api("two")
        graph_query.script("tickets", held := Script(hold=True))
        with one.client() as client, two.client() as other:
            job_id = submitted(client, pack)
            assert held.started.wait(10)
            with listening(other, job=job_id) as stream:
                next(stream)
                held.released.set()
                assert list(stream)[-1][1]["job"]["status"] == "done"


def test_following_one_job_ends_with_it(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    graph_query.script("tickets", held := Script(hold=True))
    job_id = submitted(client, pack)
    assert held.started.wait(10)
    with listening(client, job=job_id) as stream:
        name, data = next(stream)
        assert (name, [job["id"] for job in data["jobs"]]) == ("snapshot", [job_id])
        submitted(client, pack, "another")
        held.released.set()
        told = list(stream)
    assert {data["job"]["id"] for _, data in told} == {job_id}
    assert told[-1][1]["job"]["status"] == "done"
    with listening(client, job=job_id) as stream:
        ((name, data),) = stream
    assert (name, data["jobs"][0]["status"]) == ("snapshot", "done")


def test_following_a_job_that_is_deleted_or_never_was(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    graph_query.script("tickets", held := Script(hold=True))
    job_id = submitted(client, pack)
    assert held.started.wait(10)
    with listening(client, job=job_id) as stream:
        next(stream)
        del graph_query.documents["upload-jobs"][job_id]
        held.released.set()
        assert list(stream)[-1] == ("deleted", {"id": job_id})
    assert client.get(f"{URL}/events", params={"job": job_id}).status_code == 404
    assert client.get(f"{URL}/events", params={"job": "x"}).status_code == 404


def test_a_store_that_is_away_for_a_while_does_not_end_the_stream(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    with listening(client) as stream:
        next(stream)
        graph_query.docs_status = 503
        assert client.get(f"{URL}/events").status_code == 503
        graph_query.docs_status = None
        job_id = submitted(client, pack)
        until(stream, ended(job_id))


def test_nothing_is_polled_when_nobody_listens(
    client: httpx.Client, graph_query: FakeGraphQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(client) as stream:
        next(stream)
    asked: list[str] = []
    real = FakeGraphQuery._select

    def select(container: str, text: str, given: dict[str, Any]) -> list[dict[str, Any]]:
        asked.append(json.dumps(given))
        return real(graph_query, container, text, given)

    monkeypatch.setattr(graph_query, "_select", select)
    wait_until(lambda: sum('"running"' in each for each in asked) > 4)
    del asked[:]
    wait_until(lambda: sum('"running"' in each for each in asked) > 4)
    assert not [each for each in asked if '"pending"' in each and '"running"' in each]
