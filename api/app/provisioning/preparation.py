"""The preparing process, as the pipeline uses it."""

from __future__ import annotations

from contextlib import aclosing

from app.errors import StepFailed
from app.provisioning.phases import Phases
from app.provisioning.request import PREPARING, Preparation, PrepareRequest
from service_kit.child import ChildProcesses, ChildStopped


class Preparer:
    def __init__(self) -> None:
        self._processes = ChildProcesses(PREPARING)

    async def prepare(self, request: PrepareRequest, phases: Phases) -> Preparation:
        """Raises StepFailed with everything that is wrong with the pack."""
        try:
            async with aclosing(self._processes.events(request.as_dict())) as events:
                async for event, data in events:
                    if event == "complete":
                        return Preparation.from_dict(data)
                    if event == "error":
                        raise StepFailed(data["detail"], data["problems"])
                    phases.tell("prepare", data["detail"], data["pct"] / 100)
        except ChildStopped as stopped:
            raise StepFailed(f"Reading the pack was stopped ({stopped}). Try again.") from None
        raise AssertionError("events() ends with complete or error, or raises")

    async def aclose(self) -> None:
        await self._processes.aclose()
