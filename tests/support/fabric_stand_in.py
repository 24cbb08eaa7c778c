"""The product before the stand-in for Fabric, which runs as a process of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from peers.fabric.running import Running

from fabric_client import FabricAddresses, FabricClient, OneLake, default_credential
from support.graph_query_app import RunningApp, running


@asynccontextmanager
async def clients(peer: Running) -> AsyncIterator[tuple[FabricClient, OneLake]]:
    """By the AZURE_* variables, which must be set."""
    addresses = FabricAddresses(peer.api, peer.onelake, peer.ca_bundle)
    async with (
        default_credential(addresses) as credential,
        FabricClient(credential, addresses, calls_per_minute=10_000) as client,
        OneLake(credential, addresses) as onelake,
    ):
        yield client, onelake


def use(peer: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FABRIC": "stand-in", **peer.env}.items():
        monkeypatch.setenv(name, value)


@asynccontextmanager
async def service_before(
    peer: Running, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningApp]:
    use(peer, monkeypatch)
    async with running(data_dir, fabric_calls_per_minute=10_000) as app:
        yield app
