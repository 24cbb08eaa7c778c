"""One run: a job that meets trouble, and again when the trouble is gone."""

import time
from collections.abc import Iterator
from typing import Any

from chaos.attempts import Job, at_its_limit, cancelled, second_attempt
from chaos.fabric.finished import finished
from chaos.fabric.kinds import FOREVER
from chaos.fabric.plan import Plan
from chaos.fabric.world import EDGES, VERTICES, World
from chaos.suite import Outcome

from support.jobs import ENDED, cypher, step, submit

LIMIT_SECONDS = 60.0
"""An attempt ends within this, whatever happens."""


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
        job = second_attempt(world.client, job, LIMIT_SECONDS)
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
    return at_its_limit(world.client, answer.json()["job_id"], LIMIT_SECONDS)


def _clear(world: World, job: Job) -> None:
    """So that the next run meets only its own troubles."""
    world.fabric.no_faults()
    cancelled(world.client, job, LIMIT_SECONDS)


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
