"""Staging below DATA_DIR: one folder a job, one tarball a slot.

::

    staging/.owner                      who we are (see ``owner``)
    staging/.incoming-{owner}-{uuid}/   an upload being received
    staging/{job}/{slot}.tar.gz         whole and durable

Several replicas may share the folder.
"""

import os
import shutil
import time
import uuid
from asyncio import to_thread
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from app.staging.owner import Owner, known_owners, take_owner
from service_kit.storage import storage_errors

INCOMING = ".incoming-"


class StagingFolder:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._owner: Owner | None = None

    @property
    def owner(self) -> str:
        """Our id; there is one between ``open`` and ``close``."""
        if self._owner is None:
            raise RuntimeError("staging is not open")
        return self._owner.id

    def open(self) -> None:
        """Takes an owner's lock and removes what dead owners had not received whole."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._owner, dead = take_owner(self._root)
        alive = known_owners(self._root) - {self._owner.id, *(owner.id for owner in dead)}
        for path in self._root.glob(f"{INCOMING}*"):
            if not any(path.name.startswith(f"{INCOMING}{owner}-") for owner in alive):
                shutil.rmtree(path, ignore_errors=True)
        for owner in dead:
            owner.release()

    def close(self) -> None:
        if self._owner:
            self._owner.release()
            self._owner = None

    async def owners(self) -> set[str]:
        """Ids of all replicas that stage here: what they staged is within our reach."""
        return {self.owner, *await to_thread(known_owners, self._root)}

    @asynccontextmanager
    async def incoming(self) -> AsyncIterator[Path]:
        """A folder to receive into; it goes at the end, unless it was committed."""
        path = self._root / f"{INCOMING}{self.owner}-{uuid.uuid4().hex}"
        with storage_errors():
            await to_thread(path.mkdir, 0o700)
        try:
            yield path
        finally:
            await to_thread(shutil.rmtree, path, ignore_errors=True)

    async def commit(self, incoming: Path, job_id: str) -> None:
        """Makes received (and fsynced) files those of the job, durably."""
        with storage_errors():
            await to_thread(self._commit, incoming, self._root / job_id)

    async def remove(self, job_id: str) -> None:
        await to_thread(shutil.rmtree, self._root / job_id, ignore_errors=True)

    def path(self, job_id: str, slot: str) -> Path:
        return self._root / job_id / f"{slot}.tar.gz"

    async def holds(self, job_id: str, slots: Collection[str]) -> bool:
        """Whether all these files of the job are here."""
        paths = [self.path(job_id, slot) for slot in slots]
        return await to_thread(lambda: all(path.is_file() for path in paths))

    async def idle_jobs(self, seconds: float) -> list[str]:
        """Ids of jobs that were staged so long ago."""
        return await to_thread(self._jobs, time.time() - seconds)

    async def check_writable(self) -> None:
        """Raises OSError if nothing can be written here."""
        await to_thread(self._probe)

    def _commit(self, incoming: Path, target: Path) -> None:
        _sync_directory(incoming)
        # left by an upload whose process died just before the job was stored
        shutil.rmtree(target, ignore_errors=True)
        incoming.rename(target)
        _sync_directory(self._root)

    def _jobs(self, staged_before: float) -> list[str]:
        found = []
        for path in self._root.iterdir():
            with suppress(FileNotFoundError):
                if not path.name.startswith(".") and path.stat().st_mtime < staged_before:
                    found.append(path.name)
        return found

    def _probe(self) -> None:
        path = self._root / f".probe-{self.owner}"
        path.write_bytes(b"ok")
        path.unlink(missing_ok=True)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
