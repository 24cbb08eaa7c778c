"""A listener that reads slowly gets the latest state of each job, and never grows."""

from app.models import JobRecord, JobStatus
from app.services import jobs, subscription
from app.services.subscription import Event, Subscription

NOW = "2026-01-01T00:00:00.000Z"


def job(job_id: str, status: JobStatus = "pending", pct: int = 0) -> JobRecord:
    return JobRecord(
        id=job_id, scenario_name="hello", created_at=NOW, updated_at=NOW, backend="embedded",
        status=status, overall_pct=pct, steps=jobs.new_steps({}, check_only=False),
    )  # fmt: skip


async def take(listener: Subscription, count: int) -> list[Event]:
    told = []
    async for event in listener.events():
        told.append(event)
        if len(told) == count:
            break
    return told


async def test_the_latest_of_each_job_in_the_order_of_change() -> None:
    listener = Subscription()
    listener.begin([])
    for pct in range(100):
        listener.offer("a", job("a", pct=pct))
        listener.offer("b", job("b", pct=pct))
    listener.offer("b", None)
    _, first, second = await take(listener, 3)
    assert (first[0], first[1]["job"]["overall_pct"]) == ("job", 99)
    assert second == ("deleted", {"id": "b"})


async def test_what_came_before_the_snapshot_is_part_of_it() -> None:
    listener = Subscription()
    listener.offer("a", job("a", pct=1))
    listener.begin([job("a", pct=1)])
    listener.close()
    assert [name for name, _ in await take(listener, 9)] == ["snapshot"]


async def test_one_that_reads_nothing_is_let_go() -> None:
    listener = Subscription()
    listener.begin([])
    for n in range(subscription.MAX_PENDING + 1):
        listener.offer(str(n), job(str(n)))
    told = [event async for event in listener.events()]
    assert len(told) <= subscription.MAX_PENDING + 2


async def test_following_one_hears_of_no_other_and_ends() -> None:
    listener = Subscription("a")
    listener.begin([job("a")])
    listener.offer("b", job("b"))
    listener.offer("a", job("a", "cancelled"))
    told = [event async for event in listener.events()]
    assert [name for name, _ in told] == ["snapshot", "job"]
