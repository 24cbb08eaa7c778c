"""Trouble on request: what can go wrong, and for which requests it does.

A fault matches by host, method and a regular expression searched in the path; the first
``nth - 1`` matching requests go well, the next ``times`` meet it (None: all that follow).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

INSTEAD = {
    "throttled": "429; body blocked|problem|nested|empty, retry_after '2'|'date'|'0'|None, seconds",
    "error": "status, code, message, retriable, retry_after, text (a body that is not JSON)",
    "server-error": "status 500, without a body that helps",
    "cold-start": "500 ColdStartTimeout",
    "graph-not-loaded": "500 GraphIsNotLoaded",
    "engine-failure": "500 GraphEngineFailure",
    "token-expired": "401 TokenExpired",
    "friendly-name": "403 FriendlyNameSupportDisabled",
    "feature-not-available": "403 FeatureNotAvailable",
    "insufficient-privileges": "403 InsufficientPrivileges",
    "capacity-not-active": "400 CapacityNotActive",
    "capacity-limit": "429 CapacityLimitExceeded",
    "name-held": "400 ItemDisplayNameNotAvailableYet",
    "result-late": "404 for the result of an operation that succeeded",
    "cut": "the connection ends before anything is done",
    "cut-body": "the connection ends after `bytes` of the request's body",
}
"""Answered in place of the work."""

BESIDE = {
    "slow": "answers `seconds` late",
    "lost-response": "the work is done, then the connection ends without an answer",
    "empty-body": "the answer's body is left out",
    "retry-after": "the answer's Retry-After is `value`: '0', '3600', 'date' with `seconds`, None",
    "no-location": "202 with x-ms-operation-id only",
    "no-operation-id": "202 with Location only",
    "foreign-location": "Location names another host",
    "percent-null": "percentComplete is null",
    "percent-missing": "percentComplete is left out",
    "operation-fails": "what this request starts ends Failed: code, message, retriable",
    "operation-takes": "what this request starts takes `seconds` and is seen running `polls` times",
    "job-fails": "the graph's load started by this request ends Failed: code, message",
    "late-in-list": "the item this request makes is missing from lists for `seconds`",
    "no-id": "the created item is answered without its id",
    "continue": "the query is told `polls` times to ask again",
    "truncate": "the query's answer is cut after `rows`",
}
"""The work is done, and something about it is off."""

KINDS = INSTEAD | BESIDE
_ids = count(1)


@dataclass
class Fault:
    kind: str
    path: str = ""
    method: str = ""
    host: str = ""
    nth: int = 1
    times: int | None = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    id: int = field(default_factory=lambda: next(_ids))
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"No such fault: {self.kind}. There are {', '.join(sorted(KINDS))}")
        self._pattern = re.compile(self.path, re.IGNORECASE)

    def meets(self, host: str, method: str, path: str) -> bool:
        if host == "admin" or (self.times is not None and self.hits >= self.times):
            return False
        if (self.host and self.host != host) or (self.method and self.method != method):
            return False
        if not self._pattern.search(path):
            return False
        self.seen += 1
        if self.seen < self.nth:
            return False
        self.hits += 1
        return True

    def as_dict(self) -> dict[str, Any]:
        names = ("id", "kind", "host", "method", "path", "nth", "times", "options", "hits")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Fault":
        """Raises ValueError or TypeError. What is not a field is an option of the kind."""
        named = {"kind", "path", "method", "host", "nth", "times"}
        own = {name: value for name, value in values.items() if name in named}
        rest = {name: value for name, value in values.items() if name not in named | {"options"}}
        return cls(**own, options={**values.get("options", {}), **rest})


class Faults:
    def __init__(self) -> None:
        self.all: list[Fault] = []

    def matching(self, host: str, method: str, path: str) -> Sequence[Fault]:
        """Of those that answer in place of the work, one at a time."""
        met: list[Fault] = []
        for fault in self.all:
            taken = fault.kind in INSTEAD and any(each.kind in INSTEAD for each in met)
            if not taken and fault.meets(host, method, path):
                met.append(fault)
        return met
