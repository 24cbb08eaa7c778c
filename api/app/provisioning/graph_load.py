"""Fabric loading a graph's data, which it does by itself whenever a definition was sent."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from app.provisioning.run import Run
from fabric_client import FabricError, JobInstance

BEGUN_SECONDS = 30.0
"""After that, nothing begins by itself any more."""
FIRST_PAUSE = 0.25
RUNS = 3


class Holds(Protocol):
    async def holds(self, graph_model: str) -> bool:
        """Whether the graph that can be queried now is the wanted one."""


class GraphLoad:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._earlier: set[str] = set()

    async def note_earlier(self, graph_model: str) -> None:
        """Loads that are there before a definition is sent do not load what it says."""
        self._earlier = {each.id for each in await self._instances(graph_model)}

    async def wait(self, graph_model: str) -> None:
        """To the end of the load that the definition began. Raises FabricError if it failed."""
        self._run.phases.tell("graph", "loading its data", 0.1)
        instance = await self._begun(graph_model) or await self._refresh(graph_model)
        for _ in range(RUNS):
            ended = await self._end(graph_model, instance)
            if ended.id not in self._earlier:
                return
            # ours gave way to one that was under way before
            self._earlier.add(ended.id)
            instance = await self._refresh(graph_model)
        raise FabricError(
            "Other loads of this graph come in between all the time",
            operation="Loading the graph",
            code="JobInstanceStatusDeduped",
        )

    async def resume(self, graph_model: str, wanted: Holds) -> None:
        """Goes on where an earlier attempt stopped waiting; loads again only if that is needed."""
        instances = await self._instances(graph_model)
        newest = instances[0] if instances else None
        if newest and newest.active:
            await self._end(graph_model, newest)
        elif (
            not newest
            or newest.status.lower() != "completed"
            or not await wanted.holds(graph_model)
        ):
            await self._end(graph_model, await self._refresh(graph_model))

    async def _begun(self, graph_model: str) -> JobInstance | None:
        pause, end = FIRST_PAUSE, time.monotonic() + self._run.at_most(BEGUN_SECONDS)
        while time.monotonic() < end:
            for instance in await self._instances(graph_model):
                if instance.id not in self._earlier:
                    return instance
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)
        return None

    async def _refresh(self, graph_model: str) -> JobInstance:
        return await self._run.fabric.refresh_graph(
            self._run.workspace, graph_model, on_wait=self._run.waiting("graph")
        )

    async def _end(self, graph_model: str, instance: JobInstance) -> JobInstance:
        try:
            return await self._run.fabric.wait_for_job(
                self._run.workspace,
                graph_model,
                instance.id,
                on_wait=self._run.waiting("graph", "loading its data: "),
            )
        except FabricError as error:
            error.operation = "Loading the graph's data"
            raise

    async def _instances(self, graph_model: str) -> list[JobInstance]:
        return await self._run.fabric.job_instances(self._run.workspace, graph_model)
