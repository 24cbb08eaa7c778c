"""Provisioning by a request of its own: what has happened when its end is told."""

import asyncio
from contextlib import AsyncExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from app.clients.graph_query import Complete
from app.errors import WorkspaceBusy
from app.services.direct_provisioning import DirectProvisioning
from app.services.fabric_provisioning import FabricProvisioning, Order
from scenario_pack.archive import Limits
from service_kit.forms import Form, StoredFile
from support.packs import base_pack, tarballs

WORKSPACE = "5a2a2f60-32d5-4f1d-9d2c-6d2a0d7f0001"


class OneWorkspace:
    """It, and the folder with the form's file, are let go of only some time after being told to."""

    def __init__(self, failure: Exception | None = None, *, busy: bool = False) -> None:
        self.held: set[str] = {"folder"}
        self.folder = AsyncExitStack()
        self.folder.push_async_callback(self._let_go, "folder")
        self._failure = failure
        self._busy = busy

    async def take(self, order: Order) -> AsyncExitStack:
        if self._busy:
            raise WorkspaceBusy(order.holder())
        self.held.add("workspace")
        stack = AsyncExitStack()
        stack.push_async_callback(self._let_go, "workspace")
        return stack

    async def provision(self, *_: Any) -> Complete:
        if self._failure:
            raise self._failure
        return Complete(result={}, warnings=[], scenario_metadata={})

    async def _let_go(self, what: str) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        self.held.remove(what)


def direct(workspace: OneWorkspace) -> DirectProvisioning:
    return DirectProvisioning(cast("FabricProvisioning", workspace), Limits())


@pytest.mark.parametrize("failure", [None, RuntimeError("on purpose")])
async def test_all_is_let_go_of_when_the_end_is_told(
    tmp_path: Path, failure: Exception | None
) -> None:
    """Whoever asks for a lakehouse and then for its ontology is not refused by their own lease;
    and the file that was sent does not stay."""
    workspace = OneWorkspace(failure)
    events = await direct(workspace).begin("lakehouse", form(tmp_path), workspace.folder)
    told = [(name, {*workspace.held}) async for name, _ in events]
    assert told == [("error" if failure else "complete", set())]


async def test_what_was_sent_is_gone_when_the_workspace_is_busy(tmp_path: Path) -> None:
    workspace = OneWorkspace(busy=True)
    with pytest.raises(WorkspaceBusy):
        await direct(workspace).begin("lakehouse", form(tmp_path), workspace.folder)
    assert not workspace.held


def form(folder: Path) -> Form:
    path = tarballs(folder, base_pack())["graph"]
    content = path.read_bytes()
    file = StoredFile("file", path.name, path, len(content), sha256(content).hexdigest())
    return Form({"workspace_id": WORKSPACE}, {"file": file})
