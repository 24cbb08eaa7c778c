"""Steps that keep some traversers."""

import random
from typing import Any

from peers.gremlin.fake.predicates import equal, passes
from peers.gremlin.fake.refusals import CANNOT_RUN, Refusal
from peers.gremlin.fake.run import STEPS, At, Ats, Run, filtered, named, properties
from peers.gremlin.fake.script import Predicate, Step, Token


def _has(run: Run, step: Step, at: At) -> bool:
    match run.values(step):
        case [name]:
            return bool(properties(at.value, name))
        case [Token(name), wanted]:
            return passes(getattr(at.value, name), wanted)
        case [name, tuple() as traversal]:
            found = properties(at.value, name)
            return any(run.chain(traversal, [At(each)]) for each in found)
        case [name, wanted]:
            return any(passes(each, wanted) for each in properties(at.value, name))
        case [label, name, wanted]:
            found = properties(at.value, name)
            return at.value.label == label and any(passes(each, wanted) for each in found)
    raise Refusal(CANNOT_RUN, "has() takes one to three arguments")


def _one_of(value: Any, wanted: list[Any]) -> bool:
    return any(passes(value, each) for one in wanted for each in _listed(one))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


filtered("has", _has)
filtered("hasNot", lambda run, step, at: not properties(at.value, run.value(step.arguments[0])))
filtered("hasLabel", lambda run, step, at: _one_of(at.value.label, run.values(step)))
filtered("hasId", lambda run, step, at: _one_of(at.value.id, run.values(step)))
filtered("is", lambda run, step, at: passes(at.value, run.value(step.arguments[0])))
filtered("not", lambda run, step, at: not run.chain(step.arguments[0], [at]))
filtered("and", lambda run, step, at: all(run.chain(each, [at]) for each in step.arguments))
filtered("or", lambda run, step, at: any(run.chain(each, [at]) for each in step.arguments))
filtered("simplePath", lambda _r, _s, at: len({id(each) for each in at.path}) == len(at.path))


def _where(run: Run, step: Step, at: At) -> bool:
    marks = at.marks or {}
    match run.values(step):
        case [tuple() as traversal]:
            return bool(run.chain(traversal, [at]))
        case [Predicate(name, arguments)]:
            return passes(at.value, Predicate(name, tuple(marks.get(each) for each in arguments)))
        case [mark, Predicate(name, arguments)]:
            told = tuple(marks.get(each) for each in arguments)
            return passes(marks.get(mark), Predicate(name, told))
    raise Refusal(CANNOT_RUN, "where() takes a traversal or a predicate")


filtered("where", _where)
STEPS["filter"] = STEPS["where"]


@named("limit")
def _limit(run: Run, step: Step, ats: Ats) -> Ats:
    return _ranged(run, step, ats, 0, int(run.value(step.arguments[-1])))


@named("skip")
def _skip(run: Run, step: Step, ats: Ats) -> Ats:
    return _ranged(run, step, ats, int(run.value(step.arguments[-1])), None)


@named("range")
def _range(run: Run, step: Step, ats: Ats) -> Ats:
    low, high = (int(run.value(each)) for each in step.arguments[-2:])
    return _ranged(run, step, ats, low, None if high < 0 else high)


@named("tail")
def _tail(run: Run, step: Step, ats: Ats) -> Ats:
    return ats[-int(run.value(step.arguments[-1])) if step.arguments else -1 :]


@named("sample")
def _sample(run: Run, step: Step, ats: Ats) -> Ats:
    return random.sample(ats, min(len(ats), run.value(step.arguments[-1])))


def _ranged(_run: Run, step: Step, ats: Ats, low: int, high: int | None) -> Ats:
    if step.arguments[0] == Token("local"):
        return [at.to(at.value[low:high]) for at in ats]
    return ats[low:high]


@named("dedup")
def _dedup(run: Run, step: Step, ats: Ats) -> Ats:
    by = (step.modulated("by") or [()])[0]
    seen: list[Any] = []
    found = []
    for at in ats:
        value = run.by(by, at)
        if not any(equal(value, each) for each in seen):
            seen.append(value)
            found.append(at)
    return found
