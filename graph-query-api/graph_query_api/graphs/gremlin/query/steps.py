"""The steps that a query may have, each with the arguments it takes.

A shape is a row of slots, and says of each argument what it is:

    id label edge property    names of the pack, which have other names in the graph
    key                       of a map, or a property
    mark                      a name of the query's own, as in as('a')
    pick                      a mark, or a key of a map
    value count share formula bound, never written into the script
    test                      a predicate on values; mark-test, id-test and label-test on those
    traversal                 without g
    T Order Scope …           a constant of Gremlin's; T.id one of them

``*`` behind the last slot: as many as are wanted; ``+``: at least one. ``and()`` and ``or()``
without arguments are none of them: servers make what stands to their left an argument, and
so the load behind V() would be one of several things that an element may be.
"""

from collections.abc import Mapping, Sequence

from graph_query_api.graphs.gremlin.query.syntax import (
    Argument,
    Listing,
    Literal,
    Parameter,
    Predicate,
    Step,
    Traversal,
    Word,
)
from graph_query_api.graphs.gremlin.query.tokens import Place, refused

_TABLE = """
V, E: id*
out, in, both, outE, inE, bothE: edge*
outV, inV, bothV, otherV, identity, simplePath, cyclicPath, path, unfold, key, value: -
id, label, loops: -
has: T.id value | T.id test | T.label value | T.label test | property
has: property value | property test | property traversal
has: label property value | label property test
hasId: id+ | id-test
hasLabel: label+ | label-test
hasNot: property
hasKey: property+
hasValue: value+ | test
is: value | test
values, properties, propertyMap, elementMap: property*
valueMap: property* | boolean property*
as, store, cap: mark+
aggregate: Scope mark | mark
select: Column | Pop pick+ | pick+
from, to: mark
project: mark+
by: - | T | Column | Order | key | traversal
by: T Order | Column Order | key Order | traversal Order
order, count, sum, min, max, mean, fold: - | Scope
dedup: Scope mark* | mark*
group, groupCount, tree: - | mark
limit, skip, sample: Scope count | count
range: Scope count count | count count
tail: - | Scope | Scope count | count
timeLimit: count
coin: share
barrier: - | count
math: formula
constant: value
inject: value*
where: traversal | mark-test | mark mark-test
not, filter, map, flatMap, local, optional, repeat: traversal
and, or, union, coalesce: traversal+
until: traversal
emit: - | traversal
times: count
choose: T.label | T.id | traversal | traversal traversal | traversal traversal traversal
choose: test traversal | test traversal traversal
option: Pick traversal | value traversal | test traversal | traversal
"""
Shape = tuple[str, ...]


def _table() -> Mapping[str, Sequence[Shape]]:
    found: dict[str, list[Shape]] = {}
    for row in filter(None, _TABLE.splitlines()):
        names, _, shapes = row.partition(": ")
        for name in names.split(", "):
            found.setdefault(name, []).extend(
                () if shape == "-" else tuple(shape.split()) for shape in shapes.split(" | ")
            )
    return found


STEPS = _table()
STARTS = ("V", "E", "inject", "union")


def matched(
    name: str, arguments: Sequence[Argument], place: Place
) -> tuple[tuple[Argument, ...], Shape]:
    """The arguments, and the slot of each. Raises QueryRefused if the step takes no such."""
    for shape in STEPS[name]:
        slots = _stretched(shape, len(arguments))
        if slots is not None:
            found = [_as(slot, each) for slot, each in zip(slots, arguments, strict=True)]
            taken = tuple(each for each in found if each is not None)
            if len(taken) == len(arguments):
                return taken, slots
    forms = " or ".join(f"{name}({', '.join(shape)})" for shape in STEPS[name])
    raise refused(
        place,
        f"{name} does not take what is between its brackets. "
        f"Write {forms.replace('*', '…').replace('+', '…')}.",
    )


def without_word(argument: Argument) -> Argument:
    """Where no constant can stand, a bare word such as ``value`` is a parameter's name."""
    if isinstance(argument, Word) and argument.bare:
        return Parameter(argument.name, argument.place)
    return argument


def _stretched(shape: Shape, length: int) -> Shape | None:
    """With the last slot so often as there are arguments for it; None if they are too few."""
    if shape and shape[-1][-1] in "*+":
        last, least = shape[-1][:-1], shape[-1][-1] == "+"
        times = length - len(shape) + 1
        return (*shape[:-1], *[last] * times) if times >= least else None
    return shape if len(shape) == length else None


def _as(slot: str, argument: Argument) -> Argument | None:
    return next((each for each in (argument, without_word(argument)) if _fits(slot, each)), None)


def _fits(slot: str, argument: Argument) -> bool:
    match argument:
        case Word():
            return slot in {argument.kind, f"{argument.kind}.{argument.name}"}
        case Predicate():
            return slot.endswith("test")
        case Traversal():
            return slot == "traversal"
        case Listing():
            return slot in {"value", "id"}
        case Parameter():
            return slot in {"value"} | _NUMBERS | _TEXTS
        case Literal(value=bool()):
            return slot in {"value", "boolean"}
        case Literal(value=str()):
            return slot in {"value"} | _TEXTS
        case Literal():
            return slot in {"value"} | _NUMBERS


_NUMBERS = frozenset({"count", "share"})
_TEXTS = frozenset({"id", "label", "edge", "property", "key", "mark", "pick", "formula"})


def check_loops(steps: Sequence[Step]) -> None:
    """Raises QueryRefused unless each repeat has an end of its own: right before or behind it."""
    endless: Step | None = None
    ending: Step | None = None
    behind = False
    for step in (*steps, None):
        if step and step.name in {"times", "until", "emit"}:
            if step.name != "emit" and behind:
                endless = None
            elif step.name != "emit":
                ending = step
            continue
        if endless:
            raise refused(
                endless.place, "this repeat has no end. Write times() or until() behind it."
            )
        behind = step is not None and step.name == "repeat"
        if ending and not behind:
            raise refused(ending.place, f"{ending.name} stands beside a repeat() only.")
        endless, ending = (None if ending else step) if behind else None, None
