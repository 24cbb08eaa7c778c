"""Long-running operations in all the details that clients tripped over."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest

from fabric_client import FabricClient, FabricError, FabricTimeout, FabricUnavailable
from support.scripted_fabric import (
    START,
    FakeTime,
    ScriptedFabric,
    accepted,
    ok,
    problem,
    state,
)

PATH = "/workspaces/w/things"
STATE = "/operations/op-1"
RESULT = "/operations/op-1/result"


def _running_for(time: FakeTime, seconds: float, **headers: str) -> Callable[..., httpx.Response]:
    def answer(_: httpx.Request) -> httpx.Response:
        return state("Running" if time.now < seconds else "Succeeded", **headers)

    return answer


async def _send(client: FabricClient, **options: object) -> dict[str, object] | None:
    return await client.send("POST", PATH, {}, **options)  # type: ignore[arg-type]


async def test_a_result_is_fetched_where_the_operation_says_there_is_one(
    fabric: ScriptedFabric,
) -> None:
    """Below our own address, whatever host and version ``Location`` names."""
    fabric.on("POST", PATH, accepted(location="https://elsewhere.test/operations/other"))
    foreign = "https://elsewhere.test/operations/op-1/result"
    fabric.on("GET", STATE, state("Running"), state("Succeeded", location=foreign))
    fabric.on("GET", RESULT, ok({"id": "made"}))
    async with fabric.client() as client:
        assert await _send(client) == {"id": "made"}
    assert fabric.calls() == [f"POST {PATH}", *[f"GET {STATE}"] * 2, f"GET {RESULT}"]


async def test_no_result_is_asked_for_where_there_is_none(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, state("Succeeded"))
    async with fabric.client() as client:
        assert await _send(client) is None
    assert f"GET {RESULT}" not in fabric.calls()


@pytest.mark.parametrize("answer", [ok({"id": "now"}, 201), ok({"id": "now"}, 200)])
async def test_some_calls_are_done_at_once(fabric: ScriptedFabric, answer: httpx.Response) -> None:
    fabric.on("POST", PATH, answer)
    async with fabric.client() as client:
        assert await _send(client) == {"id": "now"}


async def test_an_empty_success_is_none(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, ok(None, 200))
    async with fabric.client() as client:
        assert await _send(client) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"x_ms_operation_id": "op-1"},
        {"location": "https://fabric.test/v1/operations/op-1"},
        {"location": "https://elsewhere.test/operations/op-1?api=2"},
        {"x_ms_operation_id": "../../workspaces", "location": "/v1/operations/op-1"},
    ],
)
async def test_where_the_id_comes_from(fabric: ScriptedFabric, headers: dict[str, str]) -> None:
    fabric.on("POST", PATH, ok(None, 202, **headers))
    fabric.on("GET", STATE, state("Succeeded"))
    async with fabric.client() as client:
        assert await _send(client) is None


async def test_no_id_at_all(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, ok(None, 202))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await _send(client)
    assert raised.value.code == "NoOperationId"


@pytest.mark.parametrize("done", ["Succeeded", "succeeded", "Completed", 3, "3"], ids=repr)
async def test_words_and_numbers_for_the_end(fabric: ScriptedFabric, done: object) -> None:
    """The oldest page has PascalCase keys and numbers."""
    fabric.on("POST", PATH, accepted())
    running = [ok({"Status": status}) for status in (1, 2, "Undefined", "NotStarted", "Fancy")]
    fabric.on("GET", STATE, *running, ok({"Status": done, "PercentComplete": 100}))
    async with fabric.client() as client:
        await _send(client)
    assert len(fabric.seen) == 7


@pytest.mark.parametrize("failed", ["Failed", "FAILED", 4, "Cancelled", "Canceled"])
async def test_a_failure_has_the_operations_own_words(
    fabric: ScriptedFabric, failed: object
) -> None:
    fabric.on("POST", PATH, accepted())
    why = {
        "errorCode": "ModelValidationError",
        "message": "no such table",
        "requestId": "r",
        "moreDetails": [{"errorCode": "X", "message": "y"}],
    }
    fabric.on("GET", STATE, ok({"status": failed, "error": why}))
    async with fabric.client() as client:
        with pytest.raises(FabricError, match="Making: no such table") as raised:
            await _send(client, operation="Making")
    assert raised.value.code == "ModelValidationError"
    assert raised.value.details[0].code == "X"


async def test_a_failure_without_words(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, ok({"status": "Failed", "error": {}}))
    async with fabric.client() as client:
        with pytest.raises(FabricError, match="without a reason") as raised:
            await _send(client)
    assert raised.value.code == "OperationFailed"


async def test_forty_minutes_without_retry_after(fabric: ScriptedFabric, time: FakeTime) -> None:
    """No fixed number of polls, none too often, and the words keep changing."""
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, _running_for(time, 2400))
    said: list[str] = []
    async with fabric.client() as client:
        await _send(client, on_wait=said.append)
    assert 2400 <= time.now <= 2411
    assert 240 <= len(fabric.seen) <= 250
    assert len(set(said)) > 35
    assert said[-1] == "running for 40 min"


@pytest.mark.parametrize(
    ("header", "fewest", "most"),
    [
        ("20", 27, 30),
        ("0", 60, 66),
        (format_datetime(datetime.fromtimestamp(START, UTC), usegmt=True), 60, 66),
        ("3600", 2, 2),
        ("whenever", 60, 66),
    ],
)
async def test_ten_minutes_with_any_retry_after(
    fabric: ScriptedFabric, time: FakeTime, header: str, fewest: int, most: int
) -> None:
    fabric.on("POST", PATH, accepted(retry_after=header))
    fabric.on("GET", STATE, _running_for(time, 598, retry_after=header))
    async with fabric.client() as client:
        await _send(client)
    assert 598 <= time.now <= 660
    assert fewest <= len(fabric.seen) - 1 <= most


async def test_the_percentage_is_said(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on(
        "GET",
        STATE,
        ok({"status": "Running", "percentComplete": 25}),
        ok({"status": "Running", "percentComplete": None}),
        ok({"status": "Running", "percentComplete": "?"}),
        state("Succeeded"),
    )
    said: list[str] = []
    async with fabric.client() as client:
        await _send(client, on_wait=said.append)
    assert said == ["running", "running 25 %", "running for 2 s", "running for 4 s"]


async def test_waiting_ends(fabric: ScriptedFabric, time: FakeTime) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, state("Running", retry_after="30"))
    async with fabric.client(operation_limit=100) as client:
        with pytest.raises(FabricTimeout, match="Still running after 100 s"):
            await _send(client)
    assert time.now == pytest.approx(100)


async def test_an_operation_that_nobody_can_look_at_ends_with_the_cause_of_that(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, problem(429, "CapacityLimitExceeded", headers={"retry-after": "5"}))
    async with fabric.client(operation_limit=60, patience=10) as client:
        with pytest.raises(FabricTimeout, match="No end of it was seen in 60 s") as raised:
            await _send(client)
    assert raised.value.code == "CapacityLimitExceeded"
    assert 60 <= time.now <= 75


async def test_what_was_seen_again_is_only_running(fabric: ScriptedFabric) -> None:
    """A look that failed once is not why the operation has come to no end."""
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, problem(403, "Busy", isRetriable=True), state("Running"))
    async with fabric.client(operation_limit=60, patience=0) as client:
        with pytest.raises(FabricTimeout, match="Still running after 60 s"):
            await _send(client)


async def test_polls_that_fail_do_not_end_the_operation(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on(
        "GET",
        STATE,
        problem(404, "OperationNotFound"),  # not known everywhere yet
        *[problem(502, "Gateway")] * 8,
        problem(429, "RequestBlocked", headers={"Retry-After": "1000"}),
        *[httpx.ReadError("reset")] * 8,
        state("Succeeded"),
    )
    async with fabric.client() as client:
        await _send(client)
    assert time.now > 300


async def test_an_operation_that_is_not_known_later_is_an_error(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, problem(404, "OperationNotFound"))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await _send(client)
    assert raised.value.code == "OperationNotFound"
    assert 60 <= time.now <= 80


async def test_a_result_may_come_late(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, state("Succeeded", location="/operations/op-1/result"))
    fabric.on("GET", RESULT, *[problem(404, "OperationNotFound")] * 3, ok({"id": "made"}))
    async with fabric.client() as client:
        assert await _send(client) == {"id": "made"}


@pytest.mark.parametrize(
    ("answer", "longest"),
    [(problem(404, "EntityNotFound"), 61.0), (problem(400, "OperationHasNoResult"), 1.0)],
)
async def test_a_result_that_never_comes_is_none(
    fabric: ScriptedFabric, time: FakeTime, answer: httpx.Response, longest: float
) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, state("Succeeded"))
    fabric.on("GET", RESULT, answer)
    async with fabric.client() as client:
        assert await _send(client, result=True) is None
    assert time.now <= longest


async def test_it_can_be_stopped_in_mid_wait(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, accepted(retry_after="3600"))
    async with fabric.client() as client:
        waiting = asyncio.Event()
        task = asyncio.create_task(_send(client, on_wait=lambda _: waiting.set()))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_no_sign_in_during_an_operation_is_an_error(fabric: ScriptedFabric) -> None:
    fabric.on("POST", PATH, accepted())
    fabric.on("GET", STATE, problem(403, "InsufficientPrivileges"))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await _send(client)
    assert not isinstance(raised.value, FabricUnavailable)
