"""What is sent again, when, and when that ends."""

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabric_client import FabricError, FabricUnavailable
from fabric_client.retry import Pace, backoff, obeyed, retry_after
from support.scripted_fabric import START, FakeTime, ScriptedFabric, ok, problem

PATH = "/workspaces/w"


def _date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(START + seconds, UTC), usegmt=True)


async def test_retry_after_is_obeyed_and_said(fabric: ScriptedFabric, time: FakeTime) -> None:
    fabric.on(
        "GET", PATH, problem(429, "RequestBlocked", headers={"Retry-After": "42"}), ok({"id": "w"})
    )
    said: list[str] = []
    async with fabric.client() as client:
        await client.get(PATH, on_wait=said.append)
    assert 42 <= time.now <= 42 * 1.25
    assert said[0].startswith("throttled, again in 4")
    assert len(said) > 3
    assert max(time.slept) <= 10


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({}, 60, 70),
        ({"Retry-After": "soon"}, 60, 70),
        ({"Retry-After": _date(90)}, 90, 110),
        ({"Retry-After": _date(5090), "Date": _date(5000)}, 90, 110),
        ({"Retry-After": "0"}, 0.5, 2),
        ({"Retry-After": _date(-500)}, 0.5, 2),
    ],
)
async def test_waits_after_429(
    fabric: ScriptedFabric, time: FakeTime, headers: dict[str, str], least: float, most: float
) -> None:
    fabric.on("GET", PATH, problem(429, "Odd", headers=headers), ok({"id": "w"}))
    async with fabric.client() as client:
        await client.get(PATH)
    assert least <= time.now <= most


async def test_a_retry_after_beyond_our_patience_is_reported_not_shortened(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    fabric.on("GET", PATH, problem(429, "TooManyRequests", headers={"Retry-After": "3600"}))
    async with fabric.client() as client:
        with pytest.raises(FabricUnavailable, match="asks to wait 60 min") as raised:
            await client.get(PATH)
    assert raised.value.retry_after == 3600
    assert time.now == 0
    assert len(fabric.seen) == 1


async def test_a_throttled_identity_waits_with_all_its_calls(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    moments: list[float] = []

    def capacities(_: httpx.Request) -> httpx.Response:
        moments.append(time.now)
        return ok({"value": []})

    fabric.on("GET", PATH, problem(429, "RequestBlocked", headers={"Retry-After": "30"}), ok({}))
    fabric.on("GET", "/capacities", capacities)
    async with fabric.client() as client:
        first = asyncio.create_task(client.get(PATH))
        while not time.slept:
            await asyncio.sleep(0)
        await client.capacities()
        await first
    assert moments[0] >= 30


async def test_a_throttled_capacity_holds_up_nothing_else(
    fabric: ScriptedFabric, time: FakeTime
) -> None:
    refused = problem(429, "CapacityLimitExceeded", headers={"Retry-After": "30"})
    fabric.on("GET", PATH, refused, ok({}))
    fabric.on("GET", "/capacities", ok({"value": []}))
    async with fabric.client() as client:
        first = asyncio.create_task(client.get(PATH))
        while not time.slept:
            await asyncio.sleep(0)
        await client.capacities()
        assert time.now < 30
        await first


async def test_trying_ends(fabric: ScriptedFabric, time: FakeTime) -> None:
    fabric.on("GET", PATH, problem(503, "Broken"))
    async with fabric.client() as client:
        with pytest.raises(FabricUnavailable) as raised:
            await client.get(PATH)
    assert raised.value.tries == len(fabric.seen) == 8
    assert 60 < time.now < 600


async def test_little_patience_ends_early(fabric: ScriptedFabric, time: FakeTime) -> None:
    fabric.on("GET", PATH, httpx.ConnectError("no route"))
    async with fabric.client(patience=10) as client:
        with pytest.raises(FabricUnavailable, match="could not be reached"):
            await client.get(PATH)
    assert time.now <= 10


_LOST = httpx.ReadError("reset")


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (httpx.ConnectError("no route"), True),
        (problem(429, "TooManyRequests"), True),
        (problem(400, "Later", isRetriable=True), True),
        (problem(400, "ItemDisplayNameNotAvailableYet"), True),
        (_LOST, False),
        (httpx.ReadTimeout("slow"), False),
        (problem(500, "Broken"), False),
        (problem(502, "Gateway"), False),
        (problem(408, "Slow"), False),
        (problem(403, "InsufficientPrivileges"), False),
        (problem(503, "CapacityNotActive", isRetriable=True), False),
    ],
)
async def test_which_failures_let_a_post_be_sent_again(
    fabric: ScriptedFabric, failure: httpx.Response | Exception, again: bool
) -> None:
    fabric.on("POST", PATH, failure, ok({"id": "made"}))
    async with fabric.client() as client:
        if again:
            assert await client.send("POST", PATH, {}) == {"id": "made"}
        else:
            with pytest.raises(FabricError):
                await client.send("POST", PATH, {})
    assert len(fabric.seen) == 1 + again


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (_LOST, True),
        (problem(500, "Broken"), True),
        (problem(408, "Slow"), True),
        (problem(408, "QueryTimeout"), False),
        (problem(503, "CapacityNotActive"), False),
        (problem(404, "ItemNotFound"), False),
    ],
)
async def test_which_failures_let_a_repeatable_call_be_sent_again(
    fabric: ScriptedFabric, failure: httpx.Response | Exception, again: bool
) -> None:
    fabric.on("POST", PATH, failure, ok({"id": "same"}))
    async with fabric.client() as client:
        if again:
            assert await client.send("POST", PATH, {}, repeatable=True) == {"id": "same"}
        else:
            with pytest.raises(FabricError):
                await client.send("POST", PATH, {}, repeatable=True)


async def test_a_reserved_name_is_waited_for(fabric: ScriptedFabric, time: FakeTime) -> None:
    refused = problem(400, "ItemDisplayNameNotAvailableYet")
    fabric.on("POST", PATH, refused, refused, ok({"id": "made"}))
    said: list[str] = []
    async with fabric.client() as client:
        await client.send("POST", PATH, {}, on_wait=said.append)
    assert 45 <= time.now <= 90
    assert "still held by a deleted item" in said[0]


async def test_an_untrusted_certificate_is_not_retried(fabric: ScriptedFabric) -> None:
    fabric.on("GET", PATH, httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"))
    async with fabric.client() as client:
        with pytest.raises(FabricError) as raised:
            await client.get(PATH)
    assert raised.value.code == "UntrustedCertificate"
    assert len(fabric.seen) == 1


async def test_a_page_that_is_not_fabrics_is_named(fabric: ScriptedFabric) -> None:
    fabric.on("GET", PATH, httpx.Response(200, html="<html>Sign in to the hotel's network"))
    async with fabric.client() as client:
        with pytest.raises(FabricError, match="not what Fabric sends"):
            await client.get(PATH)


async def test_a_wait_can_be_cancelled(fabric: ScriptedFabric) -> None:
    fabric.on("GET", PATH, problem(429, "RequestBlocked", headers={"Retry-After": "500"}))

    def stop(_: str) -> None:
        raise asyncio.CancelledError

    async with fabric.client() as client:
        with pytest.raises(asyncio.CancelledError):
            await client.get(PATH, on_wait=stop)
    assert len(fabric.seen) == 1


@given(st.text(max_size=30))
def test_any_retry_after_is_none_or_not_negative(value: str) -> None:
    wait = retry_after({"retry-after": value}, START)
    assert wait is None or wait >= 0


@given(st.floats(0, 1000), st.integers(1, 2000))
def test_waits_have_bounds(seconds: float, attempt: int) -> None:
    assert seconds <= obeyed(seconds) <= seconds * 1.1 + 1e-9
    assert 0 < backoff(attempt, first=1, top=60) <= 60


def test_polling_without_retry_after_doubles_to_ten_and_never_runs() -> None:
    pace = Pace()
    assert [pace.pause(None) for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]
    pace = Pace()
    assert [pace.pause(0) for _ in range(3)] == [0.5, 1, 2]
    assert 300 <= pace.pause(3600) <= 305
