"""The stand-in for Fabric as a process of its own, and graph-query-api before it."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from fabric_client import FabricAddresses, FabricClient, OneLake, default_credential
from support.graph_query_app import RunningApp, running

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class StandIn:
    about: dict[str, Any]
    admin: httpx.Client

    @property
    def workspaces(self) -> dict[str, str]:
        """Ids by name."""
        found: dict[str, str] = self.about["workspaces"]
        return found

    @property
    def environment(self) -> dict[str, str]:
        """What a service needs to use it."""
        return {"FABRIC": "stand-in", **self.about["env"]}

    def set(self, **settings: Any) -> None:
        self.admin.patch("/settings", json=settings).raise_for_status()

    def fail(self, **fault: Any) -> None:
        self.admin.post("/faults", json={"faults": [fault]}).raise_for_status()

    def well_again(self) -> None:
        self.admin.delete("/faults").raise_for_status()

    def requests(self, path: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin.get("/requests", params={"path": path}).json()[
            "requests"
        ]
        return found

    def addresses(self) -> FabricAddresses:
        return FabricAddresses(self.about["api"], self.about["onelake"], self.about["ca_bundle"])


@contextmanager
def stand_in(directory: Path, **settings: Any) -> Iterator[StandIn]:
    words = [f"--set={name}={json.dumps(value)}" for name, value in settings.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "peers.fabric", "--port", "0", "--data", str(directory), *words],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        about = json.loads(process.stdout.readline())
        tls = ssl.create_default_context(cafile=about["ca_bundle"])
        with httpx.Client(base_url=about["admin"], verify=tls) as admin:
            yield StandIn(about, admin)
    finally:
        process.terminate()
        process.communicate(timeout=10)


@asynccontextmanager
async def clients(peer: StandIn) -> AsyncIterator[tuple[FabricClient, OneLake]]:
    """By the AZURE_* variables, which must be set."""
    addresses = peer.addresses()
    async with (
        default_credential(addresses) as credential,
        FabricClient(credential, addresses, calls_per_minute=10_000) as client,
        OneLake(credential, addresses) as onelake,
    ):
        yield client, onelake


def use(peer: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in peer.environment.items():
        monkeypatch.setenv(name, value)


@asynccontextmanager
async def service_before(
    peer: StandIn, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningApp]:
    use(peer, monkeypatch)
    async with running(data_dir, fabric_calls_per_minute=10_000) as app:
        yield app
