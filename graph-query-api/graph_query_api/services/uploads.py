"""Uploads of parts: a few loads at a time, told as events, cleaned up whatever happens."""

import asyncio
import errno
import shutil
from collections.abc import AsyncGenerator, Collection, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from graph_query_api.errors import GraphQueryError, LoadFailed
from graph_query_api.services.background import Background
from graph_query_api.services.destinations import Result
from graph_query_api.services.loads import Load, Loader
from graph_query_api.services.upload_forms import Upload, read_form
from scenario_pack.names import Slot
from scenario_pack.problems import PackError

CONCURRENT_LOADS = 2
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

Event = tuple[str, dict[str, Any]]

log = structlog.get_logger()


class Uploads:
    """``backends``: those that are available."""

    def __init__(
        self,
        loader: Loader,
        directory: Path,
        background: Background,
        *,
        backends: Collection[str],
    ) -> None:
        self._loader = loader
        self._directory = directory
        self._backends = backends
        self._background = background
        self._turns = asyncio.Semaphore(CONCURRENT_LOADS)

    async def new_folder(self) -> Path:
        """An empty folder for one upload."""
        folder = self._directory / uuid4().hex
        await asyncio.to_thread(folder.mkdir, parents=True)
        return folder

    def accept(
        self, slot: Slot, fields: Mapping[str, str], archive: Path | None, folder: Path
    ) -> Upload:
        """Raises UploadRejected, BackendUnavailable, or PackError for an illegal name."""
        return read_form(slot, fields, archive, folder, backends=self._backends)

    def discard(self, folder: Path) -> None:
        """Removes an upload's folder, soon."""
        self._background.start(asyncio.to_thread(_remove, folder), "remove an upload")

    async def sweep(self) -> None:
        """At start-up: removes what uploads of a former process left."""
        await asyncio.to_thread(_remove, self._directory)

    async def events(self, upload: Upload) -> AsyncGenerator[Event, None]:
        """``progress`` events, then ``complete`` or ``error``.

        Closing it before the switch ends the load and leaves the old data.
        """
        told: asyncio.Queue[Event | None] = asyncio.Queue()
        load = Load(self._loader, upload, lambda event, data: told.put_nowait((event, data)))
        task: asyncio.Task[Result] | None = None
        try:
            if self._turns.locked():
                detail = "Waiting for another load to end"
                yield "progress", {"step": upload.slot, "detail": detail, "pct": 0}
            async with self._turns:
                task = asyncio.create_task(load.run())
                task.add_done_callback(lambda _: told.put_nowait(None))
                while event := await told.get():
                    yield event
            yield _last_event(task)
        finally:
            load.give_up()
            if task is not None and load.may_be_cancelled:
                task.cancel()
            self._background.start(self._settle(task, upload.folder), "end a load")

    async def _settle(self, task: "asyncio.Task[Result] | None", folder: Path) -> None:
        try:
            if task is not None:
                await asyncio.wait([task])
                if not task.cancelled():
                    task.exception()  # told already, or nobody is there to be told
        finally:
            await asyncio.to_thread(_remove, folder)


def _last_event(task: "asyncio.Task[Result]") -> Event:
    error = task.exception()
    if error is None:
        return "complete", task.result()
    if isinstance(error, LoadFailed):
        return "error", {"error": error.title, "detail": str(error), "problems": error.problems}
    if isinstance(error, PackError):
        problems = [each.as_dict() for each in error.problems]
        return "error", {"error": "Invalid pack", "detail": str(error), "problems": problems}
    if isinstance(error, GraphQueryError):
        title = type(error).__name__
        return "error", {"error": title, "detail": str(error), "problems": []}
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        detail = "No room left on the disk for this load. Free some space, then load it again."
        return "error", {"error": "Storage full", "detail": detail, "problems": []}
    log.error("load failed", exc_info=error)
    detail = "The load failed in a way that was not foreseen; the service's log says more."
    return "error", {"error": "Load failed", "detail": detail, "problems": []}


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
