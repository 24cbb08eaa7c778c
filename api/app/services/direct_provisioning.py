"""Provisioning asked for by a request of its own, told as it goes.

It runs in a task of its own, since the end of a request leaves no time to let go of a workspace;
when whoever asked goes away, it is stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import structlog

from app.errors import InvalidSubmission, LeaseLost, StepFailed
from app.provisioning.journal import InMemory
from app.provisioning.phases import PhaseProgress
from app.provisioning.pipeline import Goal
from app.provisioning.run import LAKEHOUSE, Target
from app.services.backends import NO_FABRIC
from app.services.direct_checks import check
from app.services.fabric_provisioning import FabricProvisioning, Order
from scenario_pack.archive import Limits
from service_kit.forms import Form
from service_kit.sse import Event

log = structlog.get_logger()

ONTOLOGY = "ontology"
STOP_SECONDS = 3.0
INTERNAL = "Something went wrong here. The service's log says what."

Queue = asyncio.Queue[Event]


class DirectProvisioning:
    """``provisioning`` is None where Fabric is off."""

    def __init__(self, provisioning: FabricProvisioning | None, limits: Limits) -> None:
        self._provisioning = provisioning
        self._limits = limits
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(
        self, goal: Goal, form: Form, folder: AsyncExitStack
    ) -> AsyncGenerator[Event, None]:
        """Its events, once the workspace is taken. ``folder``, where the form's file lies, passes
        to the task that does the work, and is closed at its end.

        Raises InvalidSubmission, and WorkspaceBusy while another is at work there.
        """
        if self._provisioning is None:
            raise InvalidSubmission([{"slot": "backend", "detail": NO_FABRIC}])
        await check(form, self._limits)
        order = _order(goal, form.fields, form.files["file"].path)
        queue: Queue = asyncio.Queue()
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        work = self._run(self._provisioning, order, folder.pop_all(), queue, taken)
        task = asyncio.create_task(work, name=f"provision {order.target.workspace_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await taken
        except BaseException:
            task.cancel()
            raise
        return _events(queue, task)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)

    async def _run(
        self,
        provisioning: FabricProvisioning,
        order: Order,
        folder: AsyncExitStack,
        queue: Queue,
        taken: asyncio.Future[None],
    ) -> None:
        """Tells the end when all is let go of: by then nothing is left that could be cancelled."""
        try:
            async with folder, await provisioning.take(order):
                taken.set_result(None)
                outcome = await _outcome(provisioning, order, queue)
        except LeaseLost as lost:
            outcome = _error(lost.detail)
        except Exception as error:
            if not taken.done():
                taken.set_exception(error)
                return
            log.exception("provisioning failed")
            outcome = _error(INTERNAL)
        finally:
            taken.cancel()  # whoever waits for it, where this was stopped before
        queue.put_nowait(outcome)


async def _outcome(provisioning: FabricProvisioning, order: Order, queue: Queue) -> Event:
    def tell(told: PhaseProgress) -> None:
        progress = {"step": told.phase, "detail": told.detail, "pct": told.pct}
        queue.put_nowait(("progress", progress))

    try:
        complete = await provisioning.provision(order, InMemory(), tell)
    except StepFailed as failed:
        return _error(failed.detail, failed.problems)
    result = {**complete.result, "warnings": complete.warnings}
    return "complete", {**result, "scenario_metadata": complete.scenario_metadata}


def _error(detail: str, problems: list[dict[str, Any]] | None = None) -> Event:
    return "error", {"error": "Provisioning failed", "detail": detail, "problems": problems or []}


async def _events(queue: Queue, task: asyncio.Task[None]) -> AsyncGenerator[Event, None]:
    try:
        while True:
            event = await queue.get()
            yield event
            if event[0] != "progress":
                return
    finally:
        task.cancel()


def _order(goal: Goal, fields: Mapping[str, str], archive: Path) -> Order:
    target = Target(
        fields["workspace_id"].lower(),
        fields.get("lakehouse_name") or LAKEHOUSE,
        fields.get("ontology_name") or ONTOLOGY,
    )
    name = fields.get("workspace_name", "")
    return Order(goal, archive, target, fields.get("scenario_name", ""), name)
