"""One provisioning a workspace: a lease document that its holder keeps renewing.

Others judge it by whether it changes, by their own clock, and take it over when it has not for
as long as a lease lasts. Who can't wait for that goes by ``lease_until``, with minutes to spare
for clocks that are wrong.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog

from app.clients.documents import Document, Documents
from app.errors import LeaseLost, PreconditionFailed, StoreUnavailable, WorkspaceBusy
from app.models import WorkspaceHolder
from app.services.held_job import LeaseTimes
from app.services.scenario_leases import CONTAINER

log = structlog.get_logger()

LOOK_AGAIN = 0.5
RETRY_SECONDS = 0.5
WRONG_CLOCKS = timedelta(minutes=2)
KIND = "workspace"

OnWait = Callable[[WorkspaceHolder], None]


@dataclass
class _Held:
    """A lease of ours; ``run`` tells it from others of this replica."""

    holder: WorkspaceHolder
    run: str = field(default_factory=lambda: uuid4().hex)
    etag: str = ""


class WorkspaceLeases:
    """``owner`` is this replica, which knows which of its own leases are alive."""

    def __init__(self, documents: Documents, owner: str, times: LeaseTimes) -> None:
        self._documents = documents
        self._owner = owner
        self._times = times
        self._alive: set[str] = set()

    async def holders(self) -> list[WorkspaceHolder]:
        """Who provisions what, as far as the documents say."""
        query = "SELECT * FROM c WHERE c.kind = @kind"
        page = await self._documents.list(CONTAINER, query, {"kind": KIND}, limit=100)
        return [WorkspaceHolder(**each["holder"]) for each in page.items]

    @asynccontextmanager
    async def held(self, holder: WorkspaceHolder, on_wait: OnWait | None) -> AsyncIterator[None]:
        """Waits its turn, and says for whom; without ``on_wait`` raises WorkspaceBusy instead.

        What runs within is cancelled when the lease is lost, and LeaseLost raised.
        """
        held = _Held(holder)
        self._alive.add(held.run)
        try:
            await self._take(held, on_wait)
            try:
                async with _cancelling(self._keep(held)):
                    yield
            finally:
                await self._release(held)
        finally:
            self._alive.discard(held.run)

    async def _take(self, held: _Held, on_wait: OnWait | None) -> None:
        watched, since = "", time.monotonic()
        while True:
            present = await self._present(held, patient=on_wait is not None)
            if present and present.etag != watched:
                watched, since = present.etag, time.monotonic()
            unchanged = time.monotonic() - since
            if present is None or self._is_free(present.body, held.holder, unchanged):
                try:
                    await self._put(held, present.etag if present else None)
                except PreconditionFailed:
                    continue
                return
            other = WorkspaceHolder(**present.body["holder"])
            if on_wait is None:
                raise WorkspaceBusy(other)
            on_wait(other)
            await asyncio.sleep(LOOK_AGAIN)

    async def _present(self, held: _Held, *, patient: bool) -> Document | None:
        while True:
            try:
                return await self._documents.get(CONTAINER, _id(held.holder))
            except StoreUnavailable:
                if not patient:  # who waits in a job is stopped when that job's lease is lost
                    raise
            await asyncio.sleep(RETRY_SECONDS)

    def _is_free(self, body: dict[str, Any], wanted: WorkspaceHolder, unchanged: float) -> bool:
        """Left behind by this replica, by the same job elsewhere, or by one that is gone."""
        ours = body["owner"] == self._owner and body["run"] not in self._alive
        same_job = wanted.job_id is not None and body["holder"]["job_id"] == wanted.job_id
        gone = unchanged > self._times.seconds
        until = datetime.fromisoformat(body["lease_until"]) + WRONG_CLOCKS
        return ours or same_job or gone or until < datetime.now(UTC)

    async def _put(self, held: _Held, if_match: str | None) -> None:
        until = datetime.now(UTC) + timedelta(seconds=self._times.seconds)
        body = {
            "id": _id(held.holder),
            "kind": KIND,
            "owner": self._owner,
            "run": held.run,
            "holder": held.holder.model_dump(mode="json"),
            "lease_until": until.isoformat(),
        }
        held.etag = await self._documents.put(CONTAINER, body, if_match=if_match)

    async def _keep(self, held: _Held) -> None:
        """Renews it until it is lost, which it raises."""
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(self._times.renew)
            began = time.monotonic()
            while renewed < began:
                try:
                    await self._put(held, held.etag)
                    renewed = time.monotonic()
                except PreconditionFailed:
                    raise LeaseLost("Another provisioning took the workspace over") from None
                except StoreUnavailable as error:
                    if time.monotonic() - renewed > self._times.seconds:
                        raise LeaseLost(f"The workspace's lease ran out. {error}") from None
                    await asyncio.sleep(RETRY_SECONDS)

    async def _release(self, held: _Held) -> None:
        try:
            await self._documents.delete(CONTAINER, _id(held.holder), if_match=held.etag)
        except (PreconditionFailed, StoreUnavailable) as error:
            log.warning("workspace lease not released", cause=str(error))  # it runs out


@asynccontextmanager
async def _cancelling(keeping: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Cancels what runs within when ``keeping`` raises, and raises that instead."""
    body = asyncio.current_task()
    assert body  # noqa: S101 - this is a coroutine
    keeper = asyncio.ensure_future(keeping)
    keeper.add_done_callback(lambda ended: ended.cancelled() or body.cancel())
    try:
        yield
    except asyncio.CancelledError:
        if keeper.done() and not keeper.cancelled() and body.uncancel() == 0:
            await keeper
        raise
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


def _id(holder: WorkspaceHolder) -> str:
    return f"workspace-{holder.workspace_id}"
