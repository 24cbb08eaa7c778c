"""What definitions and names must keep to, one id a rule, such as 7.2.5-property-type: a section
of the fact sheet and a bullet of it (t5: a row of its tables; 0: the text around them), and a word.

``code`` is what Fabric answers; ``guess`` marks codes, or rules, that no documentation states.
``silent`` marks what Fabric takes and then does nothing with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from peers.fabric.refusals import Refusal

Stage = Literal["request", "operation", "load"]


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    about: str
    text: str
    code: str
    stage: Stage
    """When a breach shows: in the answer, in the operation, or in the graph's load job."""
    guess: bool
    silent: bool


RULES: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class Breach:
    rule: Rule
    message: str


def rule(
    id_: str,
    about: str,
    text: str,
    code: str = "InvalidInput",
    *,
    stage: Stage = "operation",
    guess: bool = False,
    silent: bool = False,
) -> Callable[[str], Breach]:
    """States a rule; what it gives makes a breach of it from words on what was found."""
    stated = RULES[id_] = Rule(id_, about, text, code, stage, guess, silent)
    return lambda message: Breach(stated, message)


def of_graph(id_: str, text: str, code: str = "ModelValidationError", **more: Any) -> Any:
    """A rule of graph models; a guess unless it says otherwise."""
    return rule(id_, "graph", text, code, **{"guess": True, **more})


def of_ontology(id_: str, text: str, code: str = "ALMOperationImportFailed", **more: Any) -> Any:
    """A rule of generation 2 ontologies; a guess unless it says otherwise."""
    return rule(id_, "ontology", text, code, **{"guess": True, **more})


def refuse(
    breaches: Iterable[Breach], *, silent: bool = True, related: Mapping[str, str] | None = None
) -> None:
    """Raises Refusal for the first breach, naming all; ``silent`` ones only if asked to."""
    found = [breach for breach in breaches if silent or not breach.rule.silent]
    if not found:
        return
    first = found[0]
    details = [{"errorCode": each.rule.id, "message": each.message} for each in found[:20]]
    raise Refusal(
        400,
        first.rule.code,
        f"{first.message} ({first.rule.id})",
        details=details,
        related=related,
        guess=first.rule.guess,
    )


def of_stage(breaches: Iterable[Breach], *stages: Stage) -> Iterator[Breach]:
    return (breach for breach in breaches if breach.rule.stage in stages)
