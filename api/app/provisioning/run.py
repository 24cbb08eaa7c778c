"""What the phases of one provisioning share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.provisioning.journal import Journal
from app.provisioning.phases import PhaseName, Phases
from fabric_client import FabricClient, OneLake

LAKEHOUSE = "lakehouse"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to. An ``ontology_name`` that is empty becomes the scenario's."""

    workspace_id: str
    lakehouse_name: str = LAKEHOUSE
    ontology_name: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    fabric: FabricClient
    onelake: OneLake
    target: Target
    journal: Journal
    phases: Phases

    @property
    def workspace(self) -> str:
        return self.target.workspace_id

    def at_most(self, seconds: float) -> float:
        """A limit for a wait, within the one that is set for all operations of Fabric."""
        return min(seconds, self.fabric.operation_limit)

    def waiting(self, phase: PhaseName, what: str = "") -> Callable[[str], None]:
        """For the client to say what it waits for."""
        return lambda words: self.phases.tell(phase, f"{what}{words}")
