"""Who may provision a workspace, when others die, lose their way, or are only slow."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.clients.documents import Document
from app.clients.graph_query import GraphQueryClient
from app.errors import LeaseLost, WorkspaceBusy
from app.models import WorkspaceHolder
from app.services.held_job import LeaseTimes
from app.services.workspace_leases import WorkspaceLeases
from support.api_service import SERVICE_KEY
from support.fake_graph_query import FakeGraphQuery

WORKSPACE = "5a2a2f60-32d5-4f1d-9d2c-6d2a0d7f0001"
TIMES = LeaseTimes(seconds=0.8, renew=0.2)


@pytest.fixture
async def client(graph_query: FakeGraphQuery) -> AsyncIterator[GraphQueryClient]:
    client = GraphQueryClient(graph_query.url, SERVICE_KEY)
    yield client
    await client.aclose()


def holder(scenario: str, job_id: str | None = None) -> WorkspaceHolder:
    return WorkspaceHolder(
        workspace_id=WORKSPACE, scenario=scenario, job_id=job_id, since="2026-11-25T00:00:00.000Z"
    )


def replica(client: GraphQueryClient, owner: str) -> WorkspaceLeases:
    return WorkspaceLeases(client.documents, owner, TIMES)


async def lease(client: GraphQueryClient) -> Document:
    found = await client.documents.get("leases", f"workspace-{WORKSPACE}")
    assert found
    return found


async def left_behind(
    client: GraphQueryClient, *, owner: str = "gone", job_id: str = "j", ends: float = 60
) -> None:
    """A lease that nobody renews."""
    body = {
        "id": f"workspace-{WORKSPACE}",
        "kind": "workspace",
        "owner": owner,
        "run": "r",
        "holder": holder("plant-7", job_id).model_dump(),
        "lease_until": (datetime.now(UTC) + timedelta(seconds=ends)).isoformat(),
    }
    await client.documents.put("leases", body)


async def test_one_holds_it_and_the_other_is_refused_or_waits(client: GraphQueryClient) -> None:
    one, other = replica(client, "one"), replica(client, "other")
    said: list[str] = []
    order: list[str] = []

    async def waits() -> None:
        async with other.held(holder("telco"), lambda who: said.append(str(who))):
            order.append("telco")

    async with one.held(holder("plant-7"), None):
        assert [each.scenario for each in await other.holders()] == ["plant-7"]
        with pytest.raises(WorkspaceBusy, match="plant-7"):
            async with other.held(holder("telco"), None):
                pytest.fail("two at once")
        waiting = asyncio.create_task(waits())
        while not said:
            await asyncio.sleep(0.01)
        etags = set[str]()
        while len(etags) * TIMES.renew < 2 * TIMES.seconds:  # the holder is slow, and renews
            etags.add((await lease(client)).etag)
            await asyncio.sleep(TIMES.renew / 4)
        assert not waiting.done()
        order.append("plant-7")
    await asyncio.wait_for(waiting, 10)
    assert order == ["plant-7", "telco"]
    assert said[0] == f"plant-7 in workspace {WORKSPACE}"
    assert await one.holders() == []


async def test_what_a_dead_replica_left_is_taken_over_in_time(client: GraphQueryClient) -> None:
    await left_behind(client)
    leases = replica(client, "one")
    with pytest.raises(WorkspaceBusy):  # who can't wait can't know yet
        async with leases.held(holder("telco"), None):
            pass
    async with asyncio.timeout(10), leases.held(holder("telco"), lambda _: None):
        assert [each.scenario for each in await leases.holders()] == ["telco"]


@pytest.mark.parametrize(
    "left",
    [{"owner": "one"}, {"job_id": "mine"}, {"ends": -600}],
    ids=["by this replica before", "by the same job elsewhere", "long ago"],
)
async def test_what_is_surely_over_is_taken_at_once(
    client: GraphQueryClient, left: dict[str, Any]
) -> None:
    await left_behind(client, **left)
    leases = replica(client, "one")
    async with leases.held(holder("telco", "mine"), None):
        assert [each.scenario for each in await leases.holders()] == ["telco"]


async def test_who_loses_it_is_stopped_and_leaves_it_alone(client: GraphQueryClient) -> None:
    leases = replica(client, "one")
    stopped = asyncio.Event()

    async def work() -> None:
        async with leases.held(holder("plant-7"), None):
            taken = await lease(client)
            body = {**taken.body, "owner": "other", "holder": holder("telco").model_dump()}
            await client.documents.put("leases", body, if_match=taken.etag)
            try:
                await asyncio.sleep(30)
            finally:
                stopped.set()

    with pytest.raises(LeaseLost, match="took the workspace over"):
        await work()
    assert stopped.is_set()
    assert [each.scenario for each in await leases.holders()] == ["telco"]


async def test_a_cancellation_from_outside_stays_one(client: GraphQueryClient) -> None:
    leases = replica(client, "one")
    inside = asyncio.Event()

    async def work() -> None:
        async with leases.held(holder("plant-7"), None):
            inside.set()
            await asyncio.sleep(30)

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await leases.holders() == []
