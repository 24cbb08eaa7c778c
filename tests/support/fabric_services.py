"""The whole product, connected to a stand-in for Fabric."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from peers.fabric.running import Running
from peers.fabric.running import running as stand_in

from support import stack
from support.stack import Stack

QUICK: dict[str, Any] = {
    "load_seconds": 0,
    "ontology_seconds": 0,
    "refresh_seconds": 0,
    "retry_after": None,
}
"""A stand-in that does nothing slowly."""


@dataclass(frozen=True)
class FabricServices:
    stack: Stack
    peer: Running

    def connect(self, workspace: str | None = None, **fields: str) -> dict[str, Any]:
        """Connects a workspace, by default *Practice*; the first one becomes active."""
        wanted = {"workspace_id": workspace or self.peer.workspace, **fields}
        answer = httpx.post(f"{self.stack.url}/query/fabric/connections", json=wanted, timeout=60)
        assert answer.status_code == 201, answer.text
        connection: dict[str, Any] = answer.json()
        return connection

    @property
    def settings(self) -> dict[str, str]:
        """What another service needs to use the same stand-in."""
        return {"FABRIC": "stand-in", **self.peer.env}


@contextmanager
def running(
    folder: Path, *, settings: dict[str, str] | None = None, **peer: Any
) -> Iterator[FabricServices]:
    """``settings`` of the services, ``peer`` those of the stand-in. No workspace is connected."""
    with stand_in(folder / "peer", **peer) as fabric:
        many = {"FABRIC_CALLS_PER_MINUTE": "100000"}
        wanted = {"FABRIC": "stand-in", **fabric.env, **many, **(settings or {})}
        with stack.running(folder / "stack", **wanted) as services:
            yield FabricServices(services, fabric)
