"""Cleaning up after an answer has been given, or after its reader went away."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

CLOSING_SECONDS = 5.0

T = TypeVar("T")

log = structlog.get_logger()


class Background:
    """Tasks that nobody waits for. One that fails is logged; all end with ``aclose``.

    Only for work that start-up repeats if it was left undone.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T], what: str) -> "asyncio.Task[T]":
        task = asyncio.create_task(work, name=what)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def aclose(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("clean-up failed", what=task.get_name(), error=str(error))
