"""Streaming multipart forms: each file is written once, as it comes, and hashed on the way.

Memory stays the same whatever the size of a file, and nothing blocks the event
loop: it only collects received chunks into batches; one thread parses and writes
a batch while a second hashes the one before, and at most one batch waits.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from service_kit.storage import storage_errors
from service_kit.writeback import start_writeback

BATCH_BYTES = 2 << 20
WRITEBACK_BYTES = 8 << 20
MAX_FIELD_BYTES = 64 << 10
IDLE_SECONDS = 75.0  # nginx, where there is one, gives up after 60 s
MAX_PARTS = 64
WRITEV_SLICES = 512  # below IOV_MAX, which is 1,024 on Linux and macOS


class FormError(Exception):
    """The form is not as it should be; ``problems`` says which part and why."""

    def __init__(self, detail: str, part: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = [{"slot": part, "detail": detail}] if part else None


class NotMultipart(FormError):
    """The body is no multipart form at all, or a damaged one."""


class FormTimeout(FormError):
    """Nothing more came for too long."""


class FileTooLarge(FormError):
    """A file, or the whole body, is over the limit."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A received file: written, fsynced and hashed. ``filename`` is the sender's label only."""

    part: str
    filename: str
    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Form:
    fields: Mapping[str, str]
    files: Mapping[str, StoredFile]


async def receive_form(
    request: Request,
    directory: Path,
    *,
    fields: Collection[str],
    files: Collection[str],
    max_file_bytes: int,
) -> Form:
    """Receives a multipart form, its files as ``directory/{part}.tar.gz``.

    Parts may come in any order. A part is a file or a field by its name alone, since
    clients leave out file names or send them in odd forms. An empty file part without
    a file name, as browsers send for an input left empty, counts as absent.

    Raises:
        NotMultipart: no or a broken multipart body.
        FormError: an unknown or doubled part, or a field over 64 KiB.
        FormTimeout: nothing came for IDLE_SECONDS.
        FileTooLarge: a file over ``max_file_bytes``.
        StorageFull: the disk is full.
        StorageUnavailable: the folder is gone, or can't be written.
        ClientDisconnect: the client went away.

    Whatever is raised, no file stays.
    """
    boundary = _boundary(request)
    _check_content_length(request, max_file_bytes, len(files))
    receiver = _Receiver(boundary, directory, frozenset(fields), frozenset(files), max_file_bytes)
    loop = asyncio.get_running_loop()
    writer = ThreadPoolExecutor(1, thread_name_prefix="receive-form")
    writing: asyncio.Future[None] | None = None
    try:
        batch: list[bytes] = []
        size = 0
        async for chunk in _in_time(request.stream()):
            batch.append(chunk)
            size += len(chunk)
            if size >= BATCH_BYTES:
                if writing:
                    await writing
                writing = loop.run_in_executor(writer, receiver.feed, batch)
                batch, size = [], 0
        if writing:
            await writing
        return await loop.run_in_executor(writer, receiver.finish, batch)
    finally:
        # queued behind a write under way, whose descriptor must not be closed beneath it
        await asyncio.shield(loop.run_in_executor(writer, receiver.close))
        writer.shutdown(wait=False)


async def _in_time(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise FormTimeout("The upload stopped coming. Send it again.") from None
        yield chunk


def _boundary(request: Request) -> bytes:
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type != b"multipart/form-data" or not options.get(b"boundary"):
        raise NotMultipart("Send a multipart/form-data body with a boundary, as `curl -F` does.")
    return options[b"boundary"]


def _check_content_length(request: Request, max_file_bytes: int, file_count: int) -> None:
    length = request.headers.get("content-length", "")
    if (
        length.isdecimal()
        and int(length) > file_count * max_file_bytes + MAX_PARTS * MAX_FIELD_BYTES
    ):
        raise FileTooLarge(
            f"The body is larger than {file_count} files of {max_file_bytes:,} bytes."
        )


class _OpenFile:
    """One file part being written. Its hash lags one batch behind, in a thread of its own."""

    def __init__(self, part: str, filename: str, path: Path, max_bytes: int) -> None:
        self.part, self.filename, self.path = part, filename, path
        self.size = 0
        self._max_bytes = max_bytes
        self._slices: list[memoryview] = []
        self._sha256 = hashlib.sha256()
        self._written_back = 0
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)

    def add(self, data: memoryview) -> None:
        self.size += len(data)
        if self.size > self._max_bytes:
            raise FileTooLarge(
                f"The file is larger than the limit of {self._max_bytes:,} bytes.", self.part
            )
        self._slices.append(data)

    def write(self) -> Callable[[], None]:
        """Writes what was added; returns what remains to be hashed."""
        slices, self._slices = self._slices, []
        for start in range(0, len(slices), WRITEV_SLICES):
            _write_all(self._fd, slices[start : start + WRITEV_SLICES])
        if self.size - self._written_back >= WRITEBACK_BYTES:
            start_writeback(self._fd, self._written_back, self.size - self._written_back)
            self._written_back = self.size

        def hash_slices() -> None:
            for each in slices:
                self._sha256.update(each)

        return hash_slices

    def stored(self) -> StoredFile:
        return StoredFile(self.part, self.filename, self.path, self.size, self._sha256.hexdigest())

    def sync(self) -> None:
        os.fsync(self._fd)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _write_all(fd: int, slices: list[memoryview]) -> None:
    while slices:
        written = os.writev(fd, slices)
        while slices and written >= len(slices[0]):
            written -= len(slices.pop(0))
        if written:
            slices[0] = slices[0][written:]


@dataclass
class _Header:
    name: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)


class _Receiver:
    """Feeds the push parser and sorts what comes out. Used by one thread at a time."""

    def __init__(
        self,
        boundary: bytes,
        directory: Path,
        fields: frozenset[str],
        files: frozenset[str],
        max_file_bytes: int,
    ) -> None:
        self._directory = directory
        self._field_names, self._file_names = fields, files
        self._max_file_bytes = max_file_bytes
        self._parts = 0
        self._complete = False
        self._header = _Header()
        self._disposition = ""
        self._field: tuple[str, bytearray] | None = None
        self._file: _OpenFile | None = None
        self._fields: dict[str, str] = {}
        self._files: dict[str, _OpenFile] = {}
        self._finished = False
        self._hasher = ThreadPoolExecutor(1, thread_name_prefix="hash-form")
        self._hashing: Future[None] | None = None
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_end,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise NotMultipart(f"The multipart boundary can't be used: {error}.") from error

    @storage_errors()
    def feed(self, batch: list[bytes]) -> None:
        for chunk in batch:
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise NotMultipart(f"The multipart body is damaged: {error}") from error
        if self._file:
            self._flush(self._file)

    @storage_errors()
    def finish(self, batch: list[bytes]) -> Form:
        self.feed(batch)
        if not self._complete:
            raise NotMultipart("The multipart body ends before its closing boundary.")
        self._await_hash()
        for each in self._files.values():
            each.sync()
        kept = {name: each for name, each in self._files.items() if each.size or each.filename}
        for name in self._files.keys() - kept.keys():
            self._files.pop(name).path.unlink()
        self._finished = True
        return Form(self._fields, {name: each.stored() for name, each in kept.items()})

    def close(self) -> None:
        """Closes every file, and unlinks them all unless the form was received whole."""
        self._hasher.shutdown()
        for each in self._all_files():
            each.close()
            if not self._finished:
                each.path.unlink(missing_ok=True)

    def _all_files(self) -> Iterator[_OpenFile]:
        yield from self._files.values()
        if self._file:
            yield self._file

    def _flush(self, file: _OpenFile) -> None:
        hash_slices = file.write()
        self._await_hash()
        self._hashing = self._hasher.submit(hash_slices)

    def _await_hash(self) -> None:
        if self._hashing:
            self._hashing.result()

    # The parser's callbacks: data comes as slices of the chunk being fed.

    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise FormError(f"The form has more than {MAX_PARTS} parts.")
        self._disposition = ""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header.name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header.value += data[start:end]

    def _header_end(self) -> None:
        if self._header.name.lower() == b"content-disposition":
            self._disposition = self._header.value.decode("latin-1")
        self._header = _Header()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name in self._fields or name in self._files:
            raise FormError(f"The part '{name}' was sent twice.", name)
        if name in self._file_names:
            filename = options.get(b"filename", b"").decode("utf-8", "replace")
            path = self._directory / f"{name}.tar.gz"
            self._file = _OpenFile(name, filename, path, self._max_file_bytes)
        elif name in self._field_names:
            if b"filename" in options:
                raise FormError(f"The part '{name}' is a text field, but a file was sent.", name)
            self._field = (name, bytearray())
        else:
            known = ", ".join(sorted(self._file_names | self._field_names))
            raise FormError(f"The form has no part '{name}'. It takes: {known}.", name or None)

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._file.add(memoryview(data)[start:end])
        elif self._field:
            name, value = self._field
            value += data[start:end]
            if len(value) > MAX_FIELD_BYTES:
                raise FormError(f"The field '{name}' is over {MAX_FIELD_BYTES:,} bytes.", name)

    def _part_end(self) -> None:
        if self._file:
            self._flush(self._file)
            self._files[self._file.part] = self._file
            self._file = None
        elif self._field:
            name, value = self._field
            try:
                self._fields[name] = value.decode()
            except UnicodeDecodeError as error:
                raise FormError(f"The field '{name}' is not UTF-8 text.", name) from error
            self._field = None

    def _end(self) -> None:
        self._complete = True


def form_openapi(
    *,
    fields: Mapping[str, dict[str, Any]],
    files: Mapping[str, str],
    required: Collection[str] = (),
) -> dict[str, Any]:
    """A route's ``openapi_extra``, for forms that are parsed here and not by FastAPI.

    ``fields`` maps a field to its JSON schema, ``files`` a file part to its description.
    """
    properties: dict[str, Any] = {
        **fields,
        **{
            name: {"type": "string", "format": "binary", "description": description}
            for name, description in files.items()
        },
    }
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }
