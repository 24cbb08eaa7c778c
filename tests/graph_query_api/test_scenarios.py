"""Scenarios: metadata, the switch of a part, deletion; through HTTP where HTTP has it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph_query_api.errors import PartNotFound, ScenarioNotFound
from graph_query_api.models import PartRecord
from graph_query_api.services.scenarios import Scenarios, new_generation
from scenario_pack.names import Slot
from support.graph_query_app import RunningApp, problem, running

URL = "/query/scenarios"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running(tmp_path) as app:
        yield app


@pytest.fixture
def scenarios(app: RunningApp) -> Scenarios:
    return app.services.scenarios


def record(**changes: Any) -> PartRecord:
    values = {
        "generation": new_generation(),
        "backend": "embedded",
        "loaded_at": datetime.now(UTC),
        "store": {"location": "a file"},
        "counts": {"vertices": 3},
    }
    return PartRecord(**{**values, **changes})


async def test_a_scenario_is_saved_listed_and_read(app: RunningApp) -> None:
    metadata: dict[str, Any] = {
        "display_name": "Telco",
        "version": 2.0,
        "use_cases": ["yes", 5],
        "agents": [{"name": "007"}],
        "resources": {"graph": "telco-noc-topology"},
        "config": {"name": "telco-noc", "demo_flows": [{"1": "a"}]},
        "telemetry_baselines": {"x": ".inf"},
        "backend": "embedded",
    }
    created = await app.client.put(f"{URL}/telco-noc", json=metadata)
    assert created.status_code == 201
    body = created.json()
    assert body["id"] == body["name"] == "telco-noc"
    assert body["version"] == "2.0"
    assert body["use_cases"] == ["yes", 5]
    assert body["config"] == {**metadata["config"], "telemetry_baselines": {"x": ".inf"}}
    assert body["parts"] == {}
    read = await app.client.get(f"{URL}/telco-noc")
    assert read.json() == body
    assert read.headers["etag"] == created.headers["etag"]
    (listed,) = (await app.client.get(URL)).json()["scenarios"]
    assert listed == {key: value for key, value in body.items() if key != "config"}
    again = await app.client.put(f"{URL}/telco-noc", json={"display_name": "New"})
    assert again.status_code == 200
    assert again.json()["backend"] == "embedded", "null keeps what was"
    assert again.json()["created_at"] == body["created_at"]


async def test_what_was_read_can_be_put_back(app: RunningApp) -> None:
    await app.client.put(f"{URL}/aa", json={"display_name": "A", "odd": 1})
    read = (await app.client.get(f"{URL}/aa")).json()
    put = (await app.client.put(f"{URL}/aa", json=read)).json()
    assert put == {**read, "updated_at": put["updated_at"]}


@pytest.mark.parametrize("name", ["A", "a", "-aa", "aa-", "a--b", "x" * 51, "my-telemetry", "ä1"])
async def test_names_that_are_none(app: RunningApp, name: str) -> None:
    document = problem(await app.client.put(f"{URL}/{name}", json={}), 422)
    assert "scenario name" in document["detail"]
    problem(await app.client.get(f"{URL}/{name}"), 404)


@pytest.mark.parametrize("body", ["[]", '{"config": 5}', '{"graph_styles": [1]}', "{"])
async def test_metadata_of_another_shape(app: RunningApp, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    problem(await app.client.put(f"{URL}/aa", content=body, headers=headers), 422)


async def test_numbers_that_are_not_json_are_refused(app: RunningApp) -> None:
    headers = {"Content-Type": "application/json"}
    response = await app.client.put(f"{URL}/aa", content='{"config": {"x": NaN}}', headers=headers)
    assert response.status_code in {400, 422}
    problem(await app.client.get(f"{URL}/aa"), 404)


async def test_preconditions(app: RunningApp) -> None:
    problem(await app.client.put(f"{URL}/aa", json={}, headers={"If-Match": "*"}), 412)
    created = await app.client.put(f"{URL}/aa", json={})
    old = {"If-Match": created.headers["etag"]}
    assert (await app.client.put(f"{URL}/aa", json={}, headers=old)).status_code == 200
    problem(await app.client.put(f"{URL}/aa", json={}, headers=old), 412)
    problem(await app.client.put(f"{URL}/aa", json={}, headers={"If-Match": "x"}), 400)


async def test_the_list_is_by_name(app: RunningApp) -> None:
    names = [f"s{number:03}" for number in range(120)]
    for name in reversed(names):
        await app.client.put(f"{URL}/{name}", json={})
    listed = (await app.client.get(URL)).json()["scenarios"]
    assert [each["name"] for each in listed] == names


async def test_switching_a_part_creates_the_scenario_and_gives_the_former(
    app: RunningApp, scenarios: Scenarios
) -> None:
    first, second = record(), record()
    with pytest.raises(ScenarioNotFound):
        await scenarios.part("aa", "graph")
    assert await scenarios.switch_part("aa", "graph", first) is None
    with pytest.raises(PartNotFound):
        await scenarios.part("aa", "telemetry")
    assert await scenarios.switch_part("aa", "graph", second) == first
    assert await scenarios.part("aa", "graph") == second
    put = await app.client.put(f"{URL}/aa", json={"display_name": "A"})
    assert put.status_code == 200
    assert put.json()["parts"]["graph"]["generation"] == second.generation
    assert await scenarios.generations("graph", "aa") == {second.generation}


async def test_a_guard_that_raises_switches_nothing(scenarios: Scenarios) -> None:
    first = record()
    await scenarios.switch_part("aa", "graph", first)

    async def gone(replaced: PartRecord | None) -> None:
        assert replaced == first
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await scenarios.switch_part("aa", "graph", record(), guard=gone)
    assert await scenarios.part("aa", "graph") == first


async def test_parallel_switches_of_other_parts_all_count(scenarios: Scenarios) -> None:
    slots: list[Slot] = ["graph", "telemetry", "runbooks", "tickets", "prompts"]
    records = {slot: record() for slot in slots}
    await asyncio.gather(*(scenarios.switch_part("aa", slot, records[slot]) for slot in slots))
    for slot in slots:
        assert await scenarios.part("aa", slot) == records[slot]


async def test_parallel_changes_of_one_part_lose_nothing(scenarios: Scenarios) -> None:
    def adding(name: str) -> Any:
        return lambda old: record(generations=[*(old.generations if old else []), name])

    names = [f"g{number}" for number in range(6)]
    await asyncio.gather(*(scenarios.switch_part("aa", "prompts", adding(n)) for n in names))
    assert set((await scenarios.part("aa", "prompts")).generations) == set(names)


async def test_no_deletion_while_a_job_is_active(app: RunningApp) -> None:
    await app.client.put(f"{URL}/aa", json={})
    job = {"scenario_name": "aa", "status": "running"}
    await app.client.put("/query/docs/upload-jobs/job-1", json=job)
    await app.client.put("/query/docs/upload-jobs/job-2", json={**job, "scenario_name": "bb"})
    document = problem(await app.client.delete(f"{URL}/aa", params={"data": "true"}), 409)
    assert document["job_id"] == "job-1"
    await app.client.put("/query/docs/upload-jobs/job-1", json={**job, "status": "done"})
    assert (await app.client.delete(f"{URL}/aa")).status_code == 200
    problem(await app.client.get(f"{URL}/aa"), 404)
    problem(await app.client.delete(f"{URL}/aa"), 404)


async def test_deletion_without_data_keeps_the_parts_for_later(
    app: RunningApp, scenarios: Scenarios
) -> None:
    part = record()
    await app.client.put(f"{URL}/aa", json={"display_name": "A"})
    await scenarios.switch_part("aa", "graph", part)
    deleted = (await app.client.delete(f"{URL}/aa")).json()
    assert deleted == {"name": "aa", "dropped": {}, "kept": {"graph": part.store}}
    problem(await app.client.get(f"{URL}/aa"), 404)
    problem(await app.client.get(f"{URL}/aa/runbooks"), 404)
    assert (await app.client.get(URL)).json() == {"scenarios": []}
    problem(await app.client.delete(f"{URL}/aa"), 404)
    problem(await app.client.put(f"{URL}/aa", json={}, headers={"If-Match": "*"}), 412)
    assert await scenarios.generations("graph", "aa") == {part.generation}, "still somebody's"

    back = await app.client.put(f"{URL}/aa", json={})
    assert back.status_code == 201
    assert back.json()["display_name"] == ""
    assert back.json()["parts"]["graph"]["generation"] == part.generation


async def test_a_load_brings_a_deleted_scenario_back(app: RunningApp, scenarios: Scenarios) -> None:
    await scenarios.switch_part("aa", "graph", record())
    await app.client.delete(f"{URL}/aa")
    await scenarios.switch_part("aa", "telemetry", record())
    parts = (await app.client.get(f"{URL}/aa")).json()["parts"]
    assert set(parts) == {"graph", "telemetry"}


async def test_deletion_with_data_after_one_without(app: RunningApp, scenarios: Scenarios) -> None:
    await scenarios.switch_part("aa", "runbooks", record())
    await app.client.delete(f"{URL}/aa")
    dropped = (await app.client.delete(f"{URL}/aa", params={"data": "true"})).json()
    assert set(dropped["dropped"]) == {"runbooks"}
    assert await scenarios.generations("runbooks", "aa") == set()
    problem(await app.client.delete(f"{URL}/aa", params={"data": "true"}), 404)
