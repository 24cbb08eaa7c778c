"""Two of each service on one Cosmos DB and one staging folder."""

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import httpx
from peers.cosmos.running import Cosmos
from peers.gremlin.server.running import GremlinServer

from support.cosmos_settings import cosmos_settings
from support.jobs import get_job, submit, wait_for_end
from support.packs import base_pack, tarballs
from support.replicas import Replica, replicas
from support.stack import wait_until
from support.watched import Interval

JOBS = 20
LEASES = {"LEASE_SECONDS": "4", "LEASE_RENEW_SECONDS": "1"}
RESTARTED = "Server restarted"


def test_one_api_dies_in_the_middle_of_twenty_jobs(
    cosmos: Cosmos, gremlin_server: GremlinServer, tmp_path: Path
) -> None:
    """Each job ends; none runs twice at a time; only what the dead one ran is declared dead."""
    where = cosmos_settings(cosmos, gremlin_server)
    packed = tarballs(tmp_path / "pack", base_pack())
    parts = {slot: packed[slot] for slot in ("graph", "tickets")}
    with replicas(tmp_path, 2, **LEASES, **where) as (dying, other):
        with dying.client() as first, other.client() as second:
            jobs = [
                accepted(submit((first, second)[n % 2], f"scenario-{n}", parts, backend=""))
                for n in range(JOBS)
            ]
            wait_until(lambda: done(second, jobs) >= JOBS // 4, what="a quarter of the jobs")
            wait_until(lambda: running(dying), what="the first to be in the middle of something")
            dying.api.kill()
            ended = [wait_for_end(second, each, seconds=120) for each in jobs]
            dead = [job for job in ended if job["status"] != "done"]
            assert {job["error"] for job in dead} <= {RESTARTED}
            ran_on_the_other = {each.job for each in other.watched.intervals}
            assert not {job["id"] for job in dead} & ran_on_the_other, "declared dead while live"
            assert len(dead) <= 2, "no more than it ran at a time"
            for job in dead:
                assert second.post(f"/api/upload-jobs/{job['id']}/retry").status_code == 202
                assert wait_for_end(second, job["id"])["status"] == "done"
        assert not overlapping(dying.watched.intervals + other.watched.intervals)
        with other.queries as queries:
            for number in range(JOBS):
                scenario = f"/query/scenarios/scenario-{number}"
                assert set(queries.get(scenario).json()["parts"]) == set(parts)
                found = queries.get(f"{scenario}/topology").json()
                assert (len(found["nodes"]), len(found["edges"])) == (3, 2)


def accepted(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()["job_id"])


def done(client: httpx.Client, jobs: list[str]) -> int:
    return sum(get_job(client, each)["status"] == "done" for each in jobs)


def running(replica: Replica) -> bool:
    return any(each.ended == float("inf") for each in replica.watched.intervals)


def overlapping(intervals: list[Interval]) -> list[tuple[Interval, Interval]]:
    of_job: defaultdict[str, list[Interval]] = defaultdict(list)
    for each in intervals:
        of_job[each.job].append(each)
    return [
        pair for same in of_job.values() for pair in combinations(same, 2) if pair[0].meets(pair[1])
    ]
