"""What a provisioning has brought to its end, so that another attempt goes on from there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, Self


@dataclass(frozen=True, slots=True)
class Landed:
    """``files`` are paths in the lakehouse, ``tables`` names of tables that were loaded.

    ``graph_definition`` and ``ontology_definition`` are digests of the definitions that Fabric
    has taken.
    """

    lakehouse_id: str = ""
    files: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    graph_model_id: str = ""
    graph_definition: str = ""
    graph_answers: bool = False
    ontology_id: str = ""
    ontology_definition: str = ""
    ontology_checked: bool = False

    def changed(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Landed:
        lists = {name: tuple(kept.get(name, ())) for name in ("files", "tables")}
        return cls(**{**kept, **lists})


class Journal(Protocol):
    @property
    def landed(self) -> Landed: ...

    async def save(self, **changes: Any) -> None:
        """Changes ``landed``; durable when it returns."""


class InMemory:
    """For a provisioning that nobody can resume: whoever asks again begins anew."""

    def __init__(self) -> None:
        self.landed = Landed()

    async def save(self, **changes: Any) -> None:
        self.landed = self.landed.changed(**changes)


def digest(files: Mapping[str, str]) -> str:
    text = json.dumps(files, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
