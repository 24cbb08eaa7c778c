"""The whole product before the stand-in for Fabric."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from peers.fabric.running import Running
from peers.fabric.running import running as running_stand_in

from support.stack import Stack
from support.stack import running as running_stack

QUICK: dict[str, Any] = {
    "retry_after": None,
    "load_seconds": 0,
    "ontology_seconds": 0,
    "refresh_seconds": 0,
    "graph_properties_seconds": 0,
    "sql_endpoint_seconds": 0,
    "table_lists": 0,
    "continuations": 0,
    "page_size": 100,
    "token_lifetime": 10_000_000,
}
"""Tokens outlast a clock that is hurried."""


@dataclass(frozen=True)
class FabricStack:
    fabric: Running
    stack: Stack
    client: httpx.Client

    @property
    def form(self) -> dict[str, str]:
        """What a submission for Fabric says beside its files."""
        return {"backend": "fabric-gql", "workspace_id": self.fabric.workspace}

    def reset(self) -> None:
        """The stand-in as it was at the start; the product forgets nothing."""
        self.fabric.speed(1)
        self.fabric.reset()


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[FabricStack]:
    with (
        running_stand_in(folder / "fabric", **QUICK | settings) as fabric,
        running_stack(
            folder / "stack",
            FABRIC="stand-in",
            FABRIC_CALLS_PER_MINUTE="10000",
            **fabric.env,
        ) as stack,
        stack.client() as client,
    ):
        yield FabricStack(fabric, stack, client)
