"""What can go wrong, in which requests, and what an error must then say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaos.fabric.places import Place

LASTING = None
REFUSAL: Mapping[str, Any] = {"code": "ChaosRefusal", "message": "Refused for practice."}
FOREVER = 3000.0
"""Seconds that an operation takes which nobody waits for."""


@dataclass(frozen=True, slots=True)
class Variant:
    """``passes``: with it, the first attempt still ends well."""

    times: int | None
    passes: bool
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """``trait``: of the requests that it can strike; nothing for all. ``said``: of these words one
    is in the cause that is told. ``along``: a kind that it shows with only."""

    name: str
    said: Sequence[str]
    variants: Sequence[Variant]
    trait: str = ""
    not_in: frozenset[str] = frozenset()
    along: str = ""

    def strikes(self, place: Place) -> bool:
        has = place.traits | {place.host}
        return not self.not_in & has and (not self.trait or self.trait in has)


def _once(**options: Any) -> Variant:
    return Variant(1, True, options)


def _twice(**options: Any) -> Variant:
    return Variant(2, True, options)


def _fatal(times: int | None = 1, **options: Any) -> Variant:
    return Variant(times, False, options)


def _always(**options: Any) -> Variant:
    return Variant(LASTING, True, options)


_UNREACHED = ("could not be reached", "answer was lost", "reached")
_NOT_ENTRA = frozenset({"sign-in"})
_NOT_FILES = frozenset({"sign-in", "onelake"})

KINDS = (
    Kind("throttled", ("RequestBlocked", "Http429", "blocked", "429"), (
        _twice(retry_after="1"),
        _fatal(LASTING, retry_after="0", body="empty"),
        _once(retry_after="date", seconds=2, body="nested"),
        _fatal(retry_after="3600", body="problem"),
        _fatal(retry_after=None),
    ), not_in=_NOT_ENTRA),
    Kind("error", ("ChaosRefusal", "502", "Refused"), (
        _fatal(status=400, **REFUSAL),
        _once(status=502, text="<html>Bad gateway</html>"),
        _fatal(LASTING, status=403, **REFUSAL),
        _fatal(LASTING, status=400, retriable=True, retry_after="1", **REFUSAL),
    )),
    Kind("server-error", ("500", "503"), (_once(), _fatal(LASTING, status=503))),
    Kind("token-expired", ("TokenExpired", "expired"), (_once(), _fatal(LASTING)),
         not_in=_NOT_ENTRA),
    Kind("feature-not-available", ("FeatureNotAvailable",), (_fatal(), _fatal(LASTING)),
         not_in=_NOT_ENTRA),
    Kind("insufficient-privileges", ("InsufficientPrivileges",), (_fatal(), _fatal(LASTING)),
         not_in=_NOT_ENTRA),
    Kind("capacity-not-active", ("CapacityNotActive",), (_fatal(LASTING), _fatal()),
         not_in=_NOT_ENTRA),
    Kind("capacity-limit", ("CapacityLimitExceeded",), (
        _once(retry_after="1"), _fatal(LASTING, retry_after="1")
    ), not_in=_NOT_ENTRA),
    Kind("cut", _UNREACHED, (_twice(), _fatal(LASTING))),
    Kind("cut-body", _UNREACHED, (_once(bytes=1), _fatal(LASTING, bytes=1)), trait="body"),
    Kind("slow", (), (_once(seconds=1.5),)),
    Kind("lost-response", _UNREACHED, (_once(), _fatal(LASTING), _twice())),
    Kind("empty-body", ("sent nothing", "sent no", "no data", "nothing", "Still running",
                        "not list", "Entra"),
         (_fatal(), _fatal(LASTING))),
    Kind("retry-after", (), (
        _always(value="3600"), _always(value=None), _once(value="date", seconds=2),
        _always(value="0"),
    ), not_in=_NOT_FILES),
    Kind("no-location", (), (_always(),), trait="start"),
    Kind("no-operation-id", (), (_always(),), trait="start"),
    Kind("foreign-location", (), (_always(),), trait="start"),
    Kind("percent-null", (), (_always(),), trait="poll"),
    Kind("percent-missing", (), (_always(),), trait="poll"),
    Kind("operation-fails", ("ChaosRefusal",), (
        _fatal(**REFUSAL), _fatal(LASTING, retriable=True, **REFUSAL)
    ), trait="start"),
    Kind("operation-takes", ("Still running",), (
        _once(seconds=0.5, polls=3), _fatal(seconds=FOREVER)
    ), trait="start"),
    Kind("job-fails", ("ChaosRefusal",), (_fatal(**REFUSAL), _fatal(LASTING, **REFUSAL)),
         trait="loads"),
    Kind("no-id", (), (_once(),), trait="create"),
    Kind("late-in-list", (), (_once(seconds=2),), trait="create", along="no-id"),
    Kind("name-held", ("NotAvailableYet",), (_once(retry_after="1"), _fatal(LASTING)),
         trait="create"),
    Kind("result-late", ("sent no definition",), (_twice(), _fatal(LASTING)), trait="result"),
    Kind("friendly-name", ("FriendlyNameSupportDisabled",), (_fatal(), _fatal(LASTING)),
         trait="onelake"),
    Kind("cold-start", ("ColdStartTimeout", "starting", "No result"), (
        _once(), _fatal(LASTING, retry_after="1")
    ), trait="query"),
    Kind("graph-not-loaded", ("GraphIsNotLoaded",), (_twice(), _fatal(LASTING)), trait="query"),
    Kind("engine-failure", ("GraphEngineFailure",), (_once(), _fatal(LASTING)), trait="query"),
    Kind("continue", ("No result",), (_once(polls=3), _fatal(LASTING, polls=100_000)),
         trait="query"),
    Kind("truncate", ("of 3", "of 2"), (_once(rows=0), _fatal(LASTING, rows=0)), trait="query"),
)  # fmt: skip

SENSELESS: Mapping[str, str] = {
    "body": "what carries nothing can't be cut in the middle",
    "start": "only what starts an operation says how to follow it",
    "poll": "only an operation's state has a percentage",
    "loads": "nothing else begins a graph's load",
    "create": "only what is made has a name that may be held, an id, and a first time in lists",
    "result": "only the end of an operation has a result",
    "onelake": "only OneLake takes names in place of ids, and it has no work that goes on",
    "query": "only queries are answered by the graph's engine",
    "sign-in": "what Entra may answer is azure-identity's to know: cut, late or failing is enough",
}
"""Why some kinds are not tried in some places: by the trait that these lack, or have."""
