"""One request at work: where its traversers are, and what they make of each step."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peers.gremlin.fake.elements import Edge, Elements, Vertex
from peers.gremlin.fake.refusals import CANNOT_RUN, Refusal
from peers.gremlin.fake.script import Bound, Predicate, Step, Token, Traversal


@dataclass(frozen=True, slots=True)
class At:
    """A traverser: where it is, and how it came there."""

    value: Any
    path: tuple[Any, ...] = ()
    marks: Mapping[str, Any] | None = None

    def to(self, value: Any) -> "At":
        return At(value, (*self.path, value), self.marks)


Ats = list[At]


class Run:
    """One request. ``written``: elements added, changed or dropped; ``read``: looked at.

    ``on_write`` is called before each write, and may refuse it: what was written before stays.
    """

    def __init__(
        self,
        elements: Elements,
        steps: "Mapping[str, Runner]",
        bindings: Mapping[str, Any],
        on_write: Callable[[int], None],
    ) -> None:
        self.elements = elements
        self._steps = steps
        self.written = self.read = 0
        self._bindings = bindings
        self._on_write = on_write

    def results(self, traversal: Traversal) -> list[Any]:
        return [shown(at.value) for at in self.chain(traversal, [At(None)])]

    def chain(self, traversal: Traversal, ats: Ats) -> Ats:
        for step in traversal:
            run = self._steps.get(step.name)
            if run is None:
                raise Refusal(CANNOT_RUN, f"Unable to find any method {step.name!r}")
            ats = run(self, step, ats)
        return ats

    def value(self, argument: Any) -> Any:
        match argument:
            case Bound(name):
                if name not in self._bindings:
                    raise Refusal(CANNOT_RUN, f"No such property: {name}")
                return self._bindings[name]
            case list():
                return [self.value(each) for each in argument]
            case Predicate(name, arguments):
                return Predicate(name, tuple(self.value(each) for each in arguments))
        return argument

    def values(self, step: Step) -> list[Any]:
        return [self.value(each) for each in step.arguments]

    def write(self) -> None:
        self._on_write(self.written)
        self.written += 1

    def by(self, arguments: tuple[Any, ...], at: At) -> Any:
        """What a ``by(…)`` makes of one; it fails where there is nothing."""
        match arguments:
            case ():
                return at.value
            case (Token(name), *_) if name in {"id", "label"}:
                return getattr(at.value, name)
            case (Token("keys"), *_):
                return at.value[0]
            case (Token("values"), *_):
                return at.value[1]
            case (tuple() as traversal, *_):
                found = [each.value for each in self.chain(traversal, [at])]
            case (name, *_):
                found = properties(at.value, self.value(name))
        if not found:
            raise Refusal(CANNOT_RUN, "The provided traverser does not map to a value")
        return found[0]


Runner = Callable[[Run, Step, Ats], Ats]
STEPS: dict[str, Runner] = {}


def named(*names: str) -> Callable[[Runner], Runner]:
    def keep(runner: Runner) -> Runner:
        STEPS.update(dict.fromkeys(names, runner))
        return runner

    return keep


def flat(name: str, each: Callable[[Run, Step, At], Iterable[Any]]) -> None:
    STEPS[name] = lambda run, step, ats: [at.to(one) for at in ats for one in each(run, step, at)]


def filtered(name: str, keeps: Callable[[Run, Step, At], bool]) -> None:
    STEPS[name] = lambda run, step, ats: [at for at in ats if keeps(run, step, at)]


def properties(value: Any, name: str) -> list[Any]:
    if isinstance(value, Vertex | Edge):
        return value.values(name)
    return [value[name]] if isinstance(value, dict) and name in value else []


def shown(value: Any) -> Any:
    if isinstance(value, Vertex | Edge):
        return value.shown()
    if isinstance(value, dict):
        return {str(shown(name)): shown(each) for name, each in value.items()}
    return [shown(each) for each in value] if isinstance(value, list | tuple) else value
