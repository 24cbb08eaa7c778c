"""Steps that find elements, walk along them, and write them."""

from collections.abc import Callable, Iterable
from typing import Any

from peers.gremlin.fake.elements import Edge, Vertex
from peers.gremlin.fake.refusals import CANNOT_RUN, Refusal
from peers.gremlin.fake.run import At, Ats, Run, flat, named
from peers.gremlin.fake.script import Step, Token


def _v(run: Run, step: Step, _at: At) -> Iterable[Vertex]:
    addresses = run.values(step)
    found = [one for each in addresses for one in run.elements.find_vertices(each)]
    if not addresses:
        found = list(run.elements.vertices.values())
    run.read += len(found)
    return found


def _e(run: Run, step: Step, _at: At) -> Iterable[Edge]:
    ids = run.values(step)
    found = [one for each in ids for one in run.elements.find_edges(each)]
    if not ids:
        found = list(run.elements.edges.values())
    run.read += len(found)
    return found


flat("V", _v)
flat("E", _e)


@named("inject")
def _inject(run: Run, step: Step, ats: Ats) -> Ats:
    begun = [at for at in ats if at.value is not None]
    return [At(value, (value,)) for value in run.values(step)] + begun


def _edges(outgoing: bool, incoming: bool) -> Callable[[Run, Step, At], list[tuple[Edge, Vertex]]]:
    def found(run: Run, step: Step, at: At) -> list[tuple[Edge, Vertex]]:
        labels = run.values(step)
        pairs = [(edge, edge.target) for edge in at.value.outgoing.values() if outgoing]
        pairs += [(edge, edge.source) for edge in at.value.incoming.values() if incoming]
        run.read += len(pairs)
        return [pair for pair in pairs if not labels or pair[0].label in labels]

    return found


for _name, _outgoing, _incoming in (("out", 1, 0), ("in", 0, 1), ("both", 1, 1)):
    _walk = _edges(bool(_outgoing), bool(_incoming))
    flat(_name, lambda r, s, at, walk=_walk: [vertex for _, vertex in walk(r, s, at)])  # type: ignore[misc]
    flat(f"{_name}E", lambda r, s, at, walk=_walk: [edge for edge, _ in walk(r, s, at)])  # type: ignore[misc]
flat("outV", lambda _r, _s, at: [at.value.source])
flat("inV", lambda _r, _s, at: [at.value.target])
flat("bothV", lambda _r, _s, at: [at.value.source, at.value.target])


def _other(_run: Run, _s: Step, at: At) -> list[Vertex]:
    source, target = at.value.source, at.value.target
    return [target if len(at.path) > 1 and at.path[-2] is source else source]


flat("otherV", _other)


@named("addV")
def _add_v(run: Run, step: Step, ats: Ats) -> Ats:
    label = run.values(step)[0] if step.arguments else "vertex"
    found = []
    for at in ats:
        run.write()
        found.append(at.to(run.elements.add_vertex(label, _written(run, step))))
    return found


@named("addE")
def _add_e(run: Run, step: Step, ats: Ats) -> Ats:
    label = run.values(step)[0]
    found = []
    for at in ats:
        source, target = (_end(run, step, end, at) for end in ("from", "to"))
        run.write()
        found.append(at.to(run.elements.add_edge(label, source, target, _written(run, step))))
    return found


def _end(run: Run, step: Step, which: str, at: At) -> Vertex:
    for (where,) in step.modulated(which):
        if isinstance(where, tuple):
            there = [each.value for each in run.chain(where, [at])]
        else:
            there = [(at.marks or {}).get(run.value(where))]
        if not there or not isinstance(there[0], Vertex):
            raise Refusal(CANNOT_RUN, f"The {which}() of addE() finds no vertex")
        return there[0]
    vertex: Vertex = at.value
    return vertex


def _written(run: Run, step: Step) -> list[tuple[str, Any]]:
    found = []
    for arguments in step.modulated("property"):
        name, value = (run.value(each) for each in arguments[-2:])
        if isinstance(name, Token):
            raise Refusal(CANNOT_RUN, f"property({name.name}, …): write property('{name.name}', …)")
        found.append((name, value))
    return found


@named("property")
def _property(run: Run, step: Step, ats: Ats) -> Ats:
    name, value = run.values(step)[-2:]
    for at in ats:
        run.write()
        run.elements.set_property(at.value, name, value)
    return ats


@named("drop")
def _drop(run: Run, _s: Step, ats: Ats) -> Ats:
    for at in ats:
        run.write()
        run.elements.drop(at.value)
    return []
