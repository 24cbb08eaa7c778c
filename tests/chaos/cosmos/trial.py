"""One run: a job that meets trouble on the way to Cosmos DB, and again when it is gone."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from chaos.attempts import Job, at_its_limit, cancelled, second_attempt
from chaos.cosmos.packs import Pack, pack
from chaos.cosmos.plan import Plan
from chaos.cosmos.readers import read, reading, torn
from chaos.cosmos.world import World
from chaos.suite import Outcome
from peers.faults import Fault

from support.jobs import ENDED, submit
from support.stack import wait_until

LIMIT_SECONDS = 120.0
"""An attempt ends within this, whatever happens."""
LATE_SECONDS = 60.0
LEFT_OVER_SECONDS = 60.0
TRUE_CAUSE = re.compile(r"Cosmos DB|Gremlin|document store|throughput|taken for dead")
ACCEPT_SECONDS = 60.0


def run(world: World, plan: Plan) -> Outcome:
    scenario = _scenario(world, plan)
    old = world.loaded.get(scenario)
    new = pack(plan.seed, scenario, world.folder / f"{plan.seed}-{time.monotonic_ns()}")
    began = time.monotonic()
    with _broken(world, plan) as faults:
        job, halves = _first(world, scenario, old, new)
    took = time.monotonic() - began
    if job["status"] not in ENDED:
        cancelled(world.api, job, LIMIT_SECONDS)
        late = f"{job['status']} after {LIMIT_SECONDS:.0f} s: {job['steps']}"
        return Outcome(plan, "late", took, "", (late,))
    complaints = [*_judge(plan, job, faults), *halves]
    cause = job["error"] or ""
    ended = job["status"]
    wait_until(lambda: not world.held_back, seconds=LATE_SECONDS, what="what was held back")
    if job["status"] == "error":
        complaints += torn(world.queries, scenario, old.content if old else None, new.content)
        job = second_attempt(world.api, job, LIMIT_SECONDS)
        ended = f"error, then {job['status']}"
    if job["status"] != "done":
        return Outcome(plan, ended, took, cause, (*complaints, f"in the end: {job['error']}"))
    world.loaded[scenario] = new
    complaints += [*read(world.queries, scenario, new.content), *_held(world, scenario, new)]
    if plan.deletes:
        with _broken(world, plan) as faults:
            complaints += _deleted(world, scenario)
        complaints += _unmet(plan, faults) if plan.strikes[0].place.drops else []
    return Outcome(plan, ended, took, cause, tuple(complaints))


def left_over(world: World) -> list[str]:
    """What no scenario refers to, once the janitor has had the time to look."""

    def left() -> list[str]:
        known = world.held.referred_to()
        return [
            f"left over: {what} of {generation}"
            for what, found in world.held.generations().items()
            for generation in sorted(found - known - world.of_others)
        ] + [f"left over: entry {each['id']}" for each in world.held.documents("loads")]

    world.no_faults()
    try:
        wait_until(lambda: not left(), seconds=LEFT_OVER_SECONDS, what="the janitor")
    except AssertionError:
        return left()
    return []


def _scenario(world: World, plan: Plan) -> str:
    """One that is there, for a reload."""
    if not plan.reloads:
        return f"chaos-{plan.seed}-{time.monotonic_ns()}"
    if not world.loaded:
        scenario = f"chaos-{plan.seed}-{time.monotonic_ns()}-old"
        packed = pack(plan.seed + 1000, scenario, world.folder / scenario)
        job, _ = _first(world, scenario, None, packed)
        assert job["status"] == "done", job["error"]
        world.loaded[scenario] = packed
    return [*world.loaded][-1]


@contextmanager
def _broken(world: World, plan: Plan) -> Iterator[list[Fault]]:
    ways = {"nosql": world.nosql, "gremlin": world.gremlin}
    faults = [
        ways[each.place.server].add(fault)
        for number, each in enumerate(plan.strikes)
        for fault in each.faults(plan.seed + number)
    ]
    over = threading.Timer(plan.lasting or 0, world.no_faults)
    if plan.lasting:
        over.start()
    try:
        yield faults
    finally:
        over.cancel()
        world.no_faults()


def _first(world: World, scenario: str, old: Pack | None, new: Pack) -> tuple[Job, list[str]]:
    def accepted() -> httpx.Response | None:
        answer = submit(world.api, scenario, new.tarballs, backend="")
        assert answer.status_code in {201, 503}, answer.text
        return answer if answer.status_code == 201 else None

    before = old.content if old else None
    with reading(world.queries, scenario, before, new.content) as halves:
        answer = wait_until(accepted, seconds=ACCEPT_SECONDS, what="the job to be accepted")
        assert answer
        return at_its_limit(world.api, answer.json()["job_id"], LIMIT_SECONDS), halves


def _judge(plan: Plan, job: Job, faults: list[Fault]) -> Iterator[str]:
    """The end of the first attempt."""
    if not plan.strikes[0].place.drops:
        yield from _unmet(plan, faults)
    if job["status"] == "done":
        return
    if plan.passes:
        yield f"it should have got over this: {job['error']}"
    if not TRUE_CAUSE.search(job["error"] or ""):
        yield f"not the true cause: {job['error']}"
    for each in job["steps"]:
        if each["status"] in {"running", "pending"}:
            yield f"step {each['name']} is left {each['status']}"


def _unmet(plan: Plan, faults: list[Fault]) -> Iterator[str]:
    if not any(each.hits for each in faults):
        yield f"the fault met no request of {plan.strikes[0].place.name}"


def _held(world: World, scenario: str, new: Pack) -> Iterator[str]:
    """Counted in the servers: each once, and nothing else of these generations."""
    (document,) = [each for each in world.held.documents("scenarios") if each["id"] == scenario]
    current = {slot: part["generation"] for slot, part in document["parts"].items()}
    content, held = new.content, world.held
    graph = (sum(content.vertices.values()), sum(content.edges.values()))
    found = {
        "graph": (held.graph(current["graph"]), graph),
        "telemetry": (held.rows(current["telemetry"]), content.rows),
        "runbooks": (held.texts("runbooks", current["runbooks"]), content.runbooks),
        "prompts": (held.texts("prompts", current["prompts"]), content.prompts),
    }
    for slot, (there, wanted) in found.items():
        if there != wanted:
            yield f"the servers hold {slot} {there}, not {wanted}"


def _deleted(world: World, scenario: str) -> Iterator[str]:
    """With all its data; at last, if the first attempt was answered with trouble."""

    def gone() -> bool:
        answer = world.queries.delete(f"/query/scenarios/{scenario}", params={"data": True})
        assert answer.status_code in {200, 404, 503}, answer.text
        return answer.status_code in {200, 404}

    world.loaded.pop(scenario)
    try:
        wait_until(gone, seconds=LIMIT_SECONDS, what="the deletion")
    except AssertionError as error:
        yield str(error)
