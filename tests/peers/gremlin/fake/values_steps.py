"""Steps that make values of elements, one by one or all together."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from peers.gremlin.fake.elements import Element, Vertex
from peers.gremlin.fake.run import STEPS, At, Ats, Run, flat, named
from peers.gremlin.fake.script import Step, Token


def _named(run: Run, step: Step, element: Element) -> dict[str, list[Any]]:
    wanted = [each for each in run.values(step) if isinstance(each, str)]
    return {
        name: element.values(name) for name in element.properties if not wanted or name in wanted
    }


def _value_map(run: Run, step: Step, at: At) -> list[dict[str, Any]]:
    element = at.value
    tokens = {"id": element.id, "label": element.label} if True in run.values(step) else {}
    found = _named(run, step, element)
    one = {name: each[0] for name, each in found.items()}
    return [{**tokens, **(found if isinstance(element, Vertex) else one)}]


def _element_map(run: Run, step: Step, at: At) -> list[dict[str, Any]]:
    one = {name: each[0] for name, each in _named(run, step, at.value).items()}
    return [{"id": at.value.id, "label": at.value.label, **one}]


flat("values", lambda r, s, at: [v for each in _named(r, s, at.value).values() for v in each])
flat("valueMap", _value_map)
flat("elementMap", _element_map)
flat("id", lambda _r, _s, at: [at.value.id])
flat("label", lambda _r, _s, at: [at.value.label])
flat("constant", lambda run, step, _at: run.values(step))
flat("identity", lambda _r, _s, at: [at.value])
STEPS["identity"] = lambda _r, _s, ats: ats


@named("path")
def _path(run: Run, step: Step, ats: Ats) -> Ats:
    bys = step.modulated("by") or [()]
    found = []
    for at in ats:
        objects = [run.by(bys[n % len(bys)], At(each)) for n, each in enumerate(at.path)]
        found.append(at.to({"labels": [[] for _ in objects], "objects": objects}))
    return found


@named("project")
def _project(run: Run, step: Step, ats: Ats) -> Ats:
    bys = step.modulated("by")
    names = run.values(step)
    return [
        at.to({name: run.by(bys[n % len(bys)] if bys else (), at) for n, name in enumerate(names)})
        for at in ats
    ]


@named("as")
def _as(run: Run, step: Step, ats: Ats) -> Ats:
    return [
        replace(at, marks={**(at.marks or {}), **dict.fromkeys(run.values(step), at.value)})
        for at in ats
    ]


@named("select")
def _select(run: Run, step: Step, ats: Ats) -> Ats:
    if step.arguments[0] in {Token("keys"), Token("values")}:
        return [at.to(list(getattr(at.value, step.arguments[0].name)())) for at in ats]
    bys = step.modulated("by") or [()]
    names = [each for each in run.values(step) if isinstance(each, str)]
    found = []
    for at in ats:
        known = {**(at.value if isinstance(at.value, dict) else {}), **(at.marks or {})}
        if any(name not in known for name in names):
            continue
        got = [run.by(bys[n % len(bys)], At(known[name])) for n, name in enumerate(names)]
        found.append(at.to(got[0] if len(names) == 1 else dict(zip(names, got, strict=True))))
    return found


@named("unfold")
def _unfold(_run: Run, _s: Step, ats: Ats) -> Ats:
    found = []
    for at in ats:
        several = at.value if isinstance(at.value, list) else [at.value]
        if isinstance(at.value, dict):
            several = [{name: each} for name, each in at.value.items()]
        found += [at.to(each) for each in several]
    return found


def _reduce(name: str, reduced: Callable[[list[Any]], Any], empty: bool) -> None:
    def run(_run: Run, step: Step, ats: Ats) -> Ats:
        if Token("local") in step.arguments:
            return [at.to(reduced(at.value)) for at in ats]
        values = [at.value for at in ats]
        return [At(reduced(values))] if values or empty else []

    STEPS[name] = run


_reduce("count", len, empty=True)
_reduce("fold", list, empty=True)
_reduce("sum", sum, empty=False)
_reduce("min", min, empty=False)
_reduce("max", max, empty=False)
_reduce("mean", lambda values: sum(values) / len(values), empty=False)
_REDUCING = frozenset({"count", "fold", "sum", "min", "max", "mean"})


@named("group", "groupCount")
def _group(run: Run, step: Step, ats: Ats) -> Ats:
    key, *rest = step.modulated("by") or [()]
    groups: dict[Any, Ats] = {}
    for at in ats:
        groups.setdefault(run.by(key, at), []).append(at)
    if step.name == "groupCount":
        return [At({name: len(each) for name, each in groups.items()})]
    return [At({name: _grouped(run, rest[:1], each) for name, each in groups.items()})]


def _grouped(run: Run, by: list[tuple[Any, ...]], ats: Ats) -> Any:
    if by and by[0] and isinstance(by[0][0], tuple) and by[0][0][-1].name in _REDUCING:
        return run.chain(by[0][0], ats)[0].value
    return [run.by(by[0] if by else (), at) for at in ats]


@named("order")
def _order(run: Run, step: Step, ats: Ats) -> Ats:
    for by in reversed(step.modulated("by") or [()]):
        downwards = bool(by) and by[-1] in {Token("decr"), Token("desc")}
        plain = () if by in {(Token("incr"),), (Token("decr"),)} else by
        ats = sorted(ats, key=lambda at, by=plain: run.by(by, at), reverse=downwards)  # type: ignore[misc]
    return ats
