"""Job instances."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fabric_client import FabricError, FabricTimeout
from support.scripted_fabric import FakeTime, ScriptedFabric, ok, problem

REFRESH = "/workspaces/w/graphModels/g/jobs/refreshGraph/instances"
JOBS = "/workspaces/w/items/g/jobs/instances"


def _job(name: str, status: str, started: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": name, "jobType": "Refresh", "status": status, "startTimeUtc": started, **more}


async def test_refreshing_and_waiting(fabric: ScriptedFabric, time: FakeTime) -> None:
    location = f"https://elsewhere.test/v1{JOBS}/j1"
    fabric.on("POST", REFRESH, ok(None, 202, location=location, retry_after="60"))
    fabric.on(
        "GET",
        f"{JOBS}/j1",
        ok(_job("j1", "NotStarted"), retry_after="20"),
        ok(_job("j1", "InProgress"), retry_after="20"),
        ok(_job("j1", "Completed", "2026-11-20T10:00:00.1234567")),
    )
    said: list[str] = []
    async with fabric.client() as client:
        started = await client.refresh_graph("w", "g")
        assert (started.id, started.active) == ("j1", True)
        ended = await client.wait_for_job("w", "g", started.id, on_wait=said.append)
    assert ended.status == "Completed"
    assert ended.started == datetime(2026, 11, 20, 10, 0, 0, 123456, UTC)
    assert 40 <= time.now <= 44
    assert said


async def test_an_answer_without_location_means_the_newest_run(fabric: ScriptedFabric) -> None:
    fabric.on("POST", REFRESH, ok(None, 200))
    fabric.on("GET", JOBS, ok({"value": [_job("new", "InProgress", "2026-11-20T10:00:00Z")]}))
    async with fabric.client() as client:
        assert (await client.refresh_graph("w", "g")).id == "new"


async def test_tenants_that_do_not_know_the_typed_address(fabric: ScriptedFabric) -> None:
    fabric.on("POST", REFRESH, problem(400, "InvalidJobType"))
    fabric.on("POST", JOBS, ok(None, 202, location=f"/v1{JOBS}/j2"))
    async with fabric.client() as client:
        assert (await client.refresh_graph("w", "g")).id == "j2"
    assert fabric.seen[-1].url.params["jobType"] == "RefreshGraph"


@pytest.mark.parametrize(
    "refusal", [problem(429, "TooManyRequestsForJobs"), problem(400, "RefreshAlreadyInProgress")]
)
async def test_a_run_that_is_under_way_is_taken(fabric: ScriptedFabric, refusal: Any) -> None:
    fabric.on("POST", REFRESH, refusal)
    jobs = [_job("old", "Completed", "2026-11-20T10:00:00Z"), _job("now", "InProgress")]
    fabric.on("GET", JOBS, ok({"value": jobs}))
    async with fabric.client() as client:
        assert (await client.refresh_graph("w", "g")).id == "now"


async def test_a_refusal_without_a_run_is_an_error(fabric: ScriptedFabric) -> None:
    fabric.on("POST", REFRESH, problem(429, "TooManyRequestsForJobs"))
    fabric.on("GET", JOBS, ok({"value": [_job("old", "Completed")]}))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await client.refresh_graph("w", "g")
    assert raised.value.code == "TooManyRequestsForJobs"


async def test_newest_first(fabric: ScriptedFabric) -> None:
    fabric.on(
        "GET",
        JOBS,
        ok({"value": [_job("a", "Completed", "2026-11-20T10:00:00Z")], "continuationToken": "1"}),
        ok(
            {
                "value": [
                    _job("c", "Completed", "2026-11-20T12:00:00"),
                    _job("waiting", "NotStarted"),
                    _job("b", "Failed", "2026-11-20T11:00:00Z", failureReason=None),
                ]
            }
        ),
    )
    async with fabric.client() as client:
        jobs = await client.job_instances("w", "g")
    assert [job.id for job in jobs] == ["waiting", "c", "b", "a"]


async def test_a_deduped_run_means_the_one_it_gave_way_to(fabric: ScriptedFabric) -> None:
    reason = {"errorCode": "JobInstanceStatusDeduped", "message": "already running"}
    fabric.on("GET", f"{JOBS}/mine", ok(_job("mine", "Deduped", failureReason=reason)))
    jobs = [
        _job("mine", "Deduped", "2026-11-20T12:00:00Z"),
        _job("theirs", "InProgress", "2026-11-20T11:00:00Z"),
    ]
    fabric.on("GET", JOBS, ok({"value": jobs}))
    fabric.on("GET", f"{JOBS}/theirs", ok(_job("theirs", "Completed")))
    async with fabric.client() as client:
        assert (await client.wait_for_job("w", "g", "mine")).id == "theirs"


async def test_a_deduped_run_alone_is_an_error(fabric: ScriptedFabric) -> None:
    fabric.on("GET", f"{JOBS}/mine", ok(_job("mine", "Deduped")))
    fabric.on("GET", JOBS, ok({"value": [_job("mine", "Deduped")]}))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await client.wait_for_job("w", "g", "mine")
    assert raised.value.code == "JobInstanceStatusDeduped"


@pytest.mark.parametrize("status", ["Failed", "Cancelled", "Canceled"])
async def test_failures(fabric: ScriptedFabric, status: str) -> None:
    reason = {"errorCode": "GraphNotRefreshable", "message": "no valid content"}
    fabric.on("GET", f"{JOBS}/j", ok(_job("j", status, failureReason=reason)))
    fabric.on("GET", f"{JOBS}/k", ok(_job("k", status, failureReason=None)))
    async with fabric.client() as client:
        with pytest.raises(FabricError, match="no valid content") as raised:
            await client.wait_for_job("w", "g", "j")
        assert raised.value.code == "GraphNotRefreshable"
        with pytest.raises(FabricError) as raised:
            await client.wait_for_job("w", "g", "k")
        assert raised.value.code == f"Job{status}"


async def test_a_job_that_nobody_can_look_at_ends_with_the_cause_of_that(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("GET", f"{JOBS}/j", problem(503, "ServiceUnavailable"))
    async with fabric.client(operation_limit=60, patience=10) as client:
        with pytest.raises(FabricTimeout, match="No end of it was seen in 60 s") as raised:
            await client.wait_for_job("w", "g", "j")
    assert raised.value.code == "ServiceUnavailable"
    assert 60 <= time.now <= 75


async def test_waiting_ends_and_unknown_jobs_are_errors(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("GET", f"{JOBS}/j", ok(_job("j", "InProgress"), retry_after="30"))
    async with fabric.client(operation_limit=100) as client:
        with pytest.raises(FabricTimeout):
            await client.wait_for_job("w", "g", "j")
        assert time.now == pytest.approx(100)
        with pytest.raises(FabricError) as raised:
            await client.wait_for_job("w", "g", "gone")
    assert raised.value.status == 404
