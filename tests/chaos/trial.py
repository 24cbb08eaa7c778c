"""One run: a job that meets trouble, and again when the trouble is gone."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.finished import finished
from chaos.kinds import FOREVER
from chaos.plan import Plan
from chaos.world import EDGES, VERTICES, World

from support.jobs import ENDED, cypher, get_job, step, submit, wait_for_end

LIMIT_SECONDS = 60.0
"""An attempt ends within this, whatever happens."""

Job = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``complaints`` is what the product did wrong."""

    plan: Plan
    ended: str
    seconds: float
    cause: str
    complaints: tuple[str, ...]

    def __str__(self) -> str:
        verdict = "; ".join(self.complaints) or "ok"
        return f"{self.plan.seed:5} {self.seconds:5.1f} s  {self.ended:14} {verdict}  [{self.plan}]"


def run(world: World, plan: Plan) -> Outcome:
    scenario = f"chaos-{plan.seed}-{time.monotonic_ns()}"
    workspace = world.fabric.add_workspace(scenario)
    if plan.standing:
        name = scenario.replace("-", "_")
        world.fabric.add_item("GraphModel", name, workspace_id=workspace)
        world.fabric.add_item("Ontology", name, workspace_id=workspace, generation=2)
    began, before = time.monotonic(), world.fabric.last_request()
    hits = _break(world, plan)
    job = _first(world, scenario, workspace)
    took = time.monotonic() - began
    if job["status"] not in ENDED:
        _clear(world, job)
        late = f"not at its end after {LIMIT_SECONDS:.0f} s: {step(job, 'graph')['detail']}"
        return Outcome(plan, "late", took, "", (late,))
    requests = world.fabric.requests(since=before)
    met = [number for number, ids in hits.items() if any(map(world.fabric.hits, ids))]
    world.fabric.no_faults()
    world.fabric.advance(FOREVER if plan.waits_forever else 0)
    complaints = [*_judge(plan, job, met), *_strangers(requests)]
    ended = f"{job['status']}{' !' if _lost_ontology(job) else ''}"
    again = world.fabric.last_request()
    if job["status"] == "error":
        job = _second(world, job)
        ended = f"error, then {job['status']}"
        complaints += finished(requests).done_again(world.fabric.requests(since=again))
        if job["status"] != "done":
            complaints.append(f"the retry came to {job['status']}: {job['error']}")
            _clear(world, job)
    if job["status"] == "done":
        complaints += _counts(world, scenario)
    return Outcome(plan, ended, took, _cause(job), tuple(complaints))


def _break(world: World, plan: Plan) -> dict[int, list[int]]:
    """Ids of the faults by the number of their strike."""
    if plan.stale:
        world.fabric.fault("token-expired", r"/workspaces/[^/]+$", host="fabric")
    return {
        number: [world.fabric.fault(**fault) for fault in strike.faults()]
        for number, strike in enumerate(plan.strikes)
    }


def _first(world: World, scenario: str, workspace: str) -> Job:
    fields = {"workspace_id": workspace, "workspace_name": scenario, "backend": "fabric-gql"}
    answer = submit(world.client, scenario, {"graph": world.pack(scenario)}, **fields)
    assert answer.status_code == 201, answer.text
    return _at_its_limit(world, answer.json()["job_id"])


def _second(world: World, job: Job) -> Job:
    answer = world.client.post(f"/api/upload-jobs/{job['id']}/retry")
    assert answer.status_code < 300, answer.text
    return _at_its_limit(world, job["id"])


def _at_its_limit(world: World, job_id: str) -> Job:
    """At its end, or as it is when that should have come."""
    try:
        return wait_for_end(world.client, job_id, LIMIT_SECONDS)
    except AssertionError:
        return get_job(world.client, job_id)


def _clear(world: World, job: Job) -> None:
    """So that the next run meets only its own troubles."""
    world.fabric.no_faults()
    world.client.post(f"/api/upload-jobs/{job['id']}/cancel")
    wait_for_end(world.client, job["id"], LIMIT_SECONDS)


def _judge(plan: Plan, job: Job, met: list[int]) -> Iterator[str]:
    """The end of the first attempt."""
    failed = job["status"] == "error"
    if len(plan.strikes) == 1 and not met:
        yield "the fault met no request"
    if plan.passes and (failed or _lost_ontology(job)):
        yield f"it should have got over this: {_cause(job)}"
    if failed or _lost_ontology(job):
        words = [word for number in met for word in plan.strikes[number].kind.said]
        if not any(word in _cause(job) for word in words):
            yield f"not the true cause: {_cause(job)}"
    phases = {each["name"]: each for each in step(job, "graph")["result"]["phases"]}
    blamed = [name for name, each in phases.items() if each["status"] == "error"]
    if failed and len(plan.strikes) == 1 and blamed != [plan.strikes[0].place.phase]:
        yield f"blamed on {blamed}"
    if running := [name for name, each in phases.items() if each["status"] == "running"]:
        yield f"left running: {running}"


def _strangers(requests: list[dict[str, Any]]) -> Iterator[str]:
    for each in requests:
        if each["host"] == "foreign":
            yield f"asked a foreign host for {each['path']}"


def _lost_ontology(job: Job) -> bool:
    return any(each["kind"].startswith("ontology") for each in step(job, "graph")["warnings"])


def _cause(job: Job) -> str:
    said = [each["detail"] for each in step(job, "graph")["warnings"]]
    return "; ".join([job["error"] or "", *said]).strip("; ")


def _counts(world: World, scenario: str) -> Iterator[str]:
    for label, wanted in VERTICES.items():
        yield from _count(world, scenario, f"MATCH (x:{label}) RETURN count(x) AS n", wanted)
    for label, wanted in EDGES.items():
        yield from _count(world, scenario, f"MATCH ()-[x:{label}]->() RETURN count(x) AS n", wanted)


def _count(world: World, scenario: str, query: str, wanted: int) -> Iterator[str]:
    [row] = cypher(world.client, scenario, query)
    if row["n"] != wanted:
        yield f"{query} gives {row['n']}, not {wanted}"
