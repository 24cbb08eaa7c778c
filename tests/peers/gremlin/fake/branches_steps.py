"""Steps that run other traversals."""

from peers.gremlin.fake.run import Ats, Run, named
from peers.gremlin.fake.script import Step

MOST_LOOPS = 32


@named("union")
def _union(run: Run, step: Step, ats: Ats) -> Ats:
    return [one for at in ats for branch in step.arguments for one in run.chain(branch, [at])]


@named("coalesce")
def _coalesce(run: Run, step: Step, ats: Ats) -> Ats:
    found: Ats = []
    for at in ats:
        found += next((got for each in step.arguments if (got := run.chain(each, [at]))), [])
    return found


@named("optional")
def _optional(run: Run, step: Step, ats: Ats) -> Ats:
    return [one for at in ats for one in run.chain(step.arguments[0], [at]) or [at]]


@named("map", "flatMap", "local")
def _map(run: Run, step: Step, ats: Ats) -> Ats:
    most = 1 if step.name == "map" else None
    return [one for at in ats for one in run.chain(step.arguments[0], [at])[:most]]


@named("repeat")
def _repeat(run: Run, step: Step, ats: Ats) -> Ats:
    times = [run.value(number) for (number,) in step.modulated("times")]
    until = step.modulated("until")
    emits = bool(step.modulated("emit"))
    found: Ats = []
    for _ in range(times[0] if times else MOST_LOOPS):
        ats = run.chain(step.arguments[0], ats)
        done = [at for at in ats if until and run.chain(until[0][0], [at])]
        found += ats if emits else done
        ats = [at for at in ats if at not in done]
    return found if emits else found + (ats if times else [])
