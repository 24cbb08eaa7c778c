"""Provisioning by a request of its own: what has happened when its end is told."""

import asyncio
from contextlib import AsyncExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from app.clients.graph_query import Complete
from app.services.direct_provisioning import DirectProvisioning
from app.services.fabric_provisioning import FabricProvisioning
from scenario_pack.archive import Limits
from service_kit.forms import Form, StoredFile
from support.packs import base_pack, tarballs

WORKSPACE = "5a2a2f60-32d5-4f1d-9d2c-6d2a0d7f0001"


class OneWorkspace:
    """Free again only some time after it was let go of."""

    def __init__(self, failure: Exception | None) -> None:
        self.free = True
        self._failure = failure

    async def take(self, _order: Any) -> AsyncExitStack:
        self.free = False
        stack = AsyncExitStack()
        stack.push_async_callback(self._release)
        return stack

    async def _release(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        self.free = True

    async def provision(self, *_: Any) -> Complete:
        if self._failure:
            raise self._failure
        return Complete(result={}, warnings=[], scenario_metadata={})


@pytest.mark.parametrize("failure", [None, RuntimeError("on purpose")])
async def test_the_workspace_is_free_when_the_end_is_told(
    tmp_path: Path, failure: Exception | None
) -> None:
    """Whoever asks for a lakehouse and then for its ontology is not refused by their own lease."""
    workspace = OneWorkspace(failure)
    direct = DirectProvisioning(cast("FabricProvisioning", workspace), Limits())
    events = await direct.begin("lakehouse", form(tmp_path), AsyncExitStack())
    told = [(name, workspace.free) async for name, _ in events]
    assert told == [("error" if failure else "complete", True)]


def form(folder: Path) -> Form:
    path = tarballs(folder, base_pack())["graph"]
    content = path.read_bytes()
    file = StoredFile("file", path.name, path, len(content), sha256(content).hexdigest())
    return Form({"workspace_id": WORKSPACE}, {"file": file})
