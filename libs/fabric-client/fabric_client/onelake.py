"""Files in OneLake, by the DFS protocol. (OneLake access and APIs; OneLake and ADLS parity.)

Always by GUID: names may change, may hold spaces, and a tenant may turn access by name off.
Permissions, owners, tiers and encryption keys are not OneLake's to set: none is sent.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self
from uuid import UUID

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from fabric_client.addresses import STORAGE_SCOPE, FabricAddresses
from fabric_client.clock import Clock
from fabric_client.credentials import TokenSource
from fabric_client.errors import FabricError, FabricUnavailable
from fabric_client.http import PATIENCE
from fabric_client.retry import retry_after

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.filedatalake.aio import DataLakeFileClient

CHUNK_BYTES = 8 * 1024 * 1024
"""What one upload holds in memory; the SDK's own is 100 MB."""

API_VERSION = "2023-11-03"
"""Known to be taken by OneLake; the SDK's newest may be ahead of it."""


@dataclass(frozen=True, slots=True)
class StoredPath:
    name: str
    """Below the item, such as "Files/a.csv"."""
    is_directory: bool
    size: int
    modified: datetime | None
    etag: str


class OneLake:
    """Used with ``async with``; the credential stays the caller's. Raises FabricError's family.

    ``patience``: the seconds that one request may spend on waiting for another try.
    """

    def __init__(
        self,
        credential: "AsyncTokenCredential",
        addresses: FabricAddresses | None = None,
        *,
        patience: float = PATIENCE,
        api_version: str = API_VERSION,
        chunk_bytes: int = CHUNK_BYTES,
        clock: Clock | None = None,
    ) -> None:
        self._addresses = addresses or FabricAddresses()
        self._clock = clock or Clock()
        self._tokens = TokenSource(credential, STORAGE_SCOPE, self._clock)
        self._patience = patience
        self._api_version = api_version
        self._chunk_bytes = chunk_bytes

    async def __aenter__(self) -> Self:
        # heavy, and most run without Fabric
        from azure.storage.filedatalake.aio import DataLakeServiceClient

        from fabric_client.onelake_transport import OneLakeRetry, transport

        self._transport = transport(self._addresses)
        self._service = DataLakeServiceClient(
            self._addresses.onelake,
            credential=self._tokens,
            transport=self._transport,
            retry_policy=OneLakeRetry(self._tokens, self._clock, self._patience),
            api_version=self._api_version,
            permit_redirects=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._service.close()
        if self._transport.session:
            await self._transport.session.close()

    async def upload(
        self,
        workspace: str,
        lakehouse: str,
        path: str,
        file: Path,
        on_bytes: Callable[[int], None] | None = None,
    ) -> int:
        """Writes a file below ``Files/``, in place of one that is there; gives its size.

        ``on_bytes`` gets the number of bytes newly stored; less than nothing if it began anew.
        Reads one chunk at a time. Several files at once are the caller's to start.
        """
        client = self._file(workspace, lakehouse, path)
        with _translated(f"Uploading {path}", self._clock):
            try:
                return await self._write(client, file, on_bytes)
            except ResourceModifiedError:
                # Someone else wrote, or our own flush went through and its answer was lost, so
                # that the SDK's repetition met a newer file. Writing anew is right for both.
                return await self._write(client, file, on_bytes)

    async def properties(self, workspace: str, lakehouse: str, path: str) -> StoredPath | None:
        """None where nothing is."""
        client = self._file(workspace, lakehouse, path)
        with _translated(f"Looking for {path}", self._clock):
            try:
                found = await client.get_file_properties()
            except ResourceNotFoundError:
                return None
        folder = (found.metadata or {}).get("hdi_isfolder") == "true"
        return StoredPath(path, folder, found.size or 0, found.last_modified, found.etag or "")

    async def exists(self, workspace: str, lakehouse: str, path: str) -> bool:
        return await self.properties(workspace, lakehouse, path) is not None

    async def list(
        self, workspace: str, lakehouse: str, path: str, *, recursive: bool = True
    ) -> AsyncIterator[StoredPath]:
        """What is below a folder; nothing where there is none."""
        item = _guid(lakehouse)
        system = self._service.get_file_system_client(_guid(workspace))
        with _translated(f"Listing {path}", self._clock):
            try:
                async for found in system.get_paths(f"{item}/{_below(path)}", recursive=recursive):
                    yield StoredPath(
                        found.name.removeprefix(f"{item}/"),
                        bool(found.is_directory),
                        found.content_length or 0,
                        found.last_modified,
                        found.etag or "",
                    )
            except ResourceNotFoundError:
                return

    async def delete(self, workspace: str, lakehouse: str, path: str) -> bool:
        """Deletes one file; False where there was none."""
        client = self._file(workspace, lakehouse, path)
        with _translated(f"Deleting {path}", self._clock):
            try:
                await client.delete_file()
            except ResourceNotFoundError:
                return False
        return True

    async def _write(
        self, client: "DataLakeFileClient", file: Path, on_bytes: Callable[[int], None] | None
    ) -> int:
        size = (await asyncio.to_thread(file.stat)).st_size
        if size == 0:
            await client.create_file()  # upload_data does nothing at all for an empty file
            return 0
        progress = _Progress(on_bytes)
        source = await asyncio.to_thread(file.open, "rb")
        try:
            await client.upload_data(
                _Reader(source),  # type: ignore[arg-type]  # the SDK awaits what read() gives
                length=size,
                overwrite=True,  # otherwise the file is not created, and flushing fails
                chunk_size=self._chunk_bytes,
                max_concurrency=1,
                progress_hook=progress.hook,
            )
        except BaseException:
            progress.take_back()
            raise
        finally:
            await asyncio.to_thread(source.close)
        return size

    def _file(self, workspace: str, lakehouse: str, path: str) -> "DataLakeFileClient":
        return self._service.get_file_client(_guid(workspace), f"{_guid(lakehouse)}/{_below(path)}")


class _Reader:
    """A file whose reads don't hold up the event loop."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    async def read(self, size: int) -> bytes:
        return await asyncio.to_thread(self._source.read, size)


class _Progress:
    def __init__(self, on_bytes: Callable[[int], None] | None) -> None:
        self._on_bytes = on_bytes
        self._told = 0

    async def hook(self, stored: int, _total: int | None) -> None:
        self._tell(stored - self._told)

    def take_back(self) -> None:
        self._tell(-self._told)

    def _tell(self, number: int) -> None:
        self._told += number
        if self._on_bytes and number:
            self._on_bytes(number)


def _guid(text: str) -> str:
    """Raises ValueError for a name: OneLake takes names or GUIDs, never one of each."""
    return str(UUID(text))


def _below(path: str) -> str:
    segments = path.split("/")
    if segments[0] not in {"Files", "Tables"} or not {"..", "."}.isdisjoint(segments):
        raise ValueError(f"{path!r} is not below Files or Tables")
    return path


@contextmanager
def _translated(operation: str, clock: Clock) -> Iterator[None]:
    try:
        yield
    except AzureError as error:
        if isinstance(error, HttpResponseError) and error.status_code:
            raise _answered(error, operation, clock) from error
        raise FabricUnavailable(
            f"OneLake could not be reached: {error.message}",
            operation=operation,
            code="Unreachable",
        ) from error


def _answered(error: HttpResponseError, operation: str, clock: Clock) -> FabricError:
    status = error.status_code or 0
    response: Any = error.response
    headers = response.headers if response else {}
    known = status == 429 or status >= 500
    return (FabricUnavailable if known else FabricError)(
        (error.message or error.reason or "OneLake refused").splitlines()[0],
        operation=operation,
        status=status,
        code=headers.get("x-ms-error-code") or f"Http{status}",
        request_id=headers.get("x-ms-request-id") or "",
        retry_after=retry_after(headers, clock.time()),
    )
