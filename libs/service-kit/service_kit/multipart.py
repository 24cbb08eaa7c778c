"""Streaming multipart forms: each file is written once, as it comes, and hashed on the way.

Memory stays the same whatever the size of a file, and nothing blocks the event
loop: it only collects received chunks into batches; one thread parses and writes
a batch while a second hashes the one before, and at most one batch waits.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from service_kit.forms import FileTooLarge, Form, FormError, FormTimeout, NotMultipart
from service_kit.incoming_file import IncomingFile
from service_kit.storage import storage_errors

BATCH_BYTES = 2 << 20
MAX_FIELD_BYTES = 64 << 10
IDLE_SECONDS = 75.0  # nginx, where there is one, gives up after 60 s
MAX_PARTS = 64


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
        self._file: IncomingFile | None = None
        self._fields: dict[str, str] = {}
        self._files: dict[str, IncomingFile] = {}
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

    def _all_files(self) -> Iterator[IncomingFile]:
        yield from self._files.values()
        if self._file:
            yield self._file

    def _flush(self, file: IncomingFile) -> None:
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
            self._file = IncomingFile(name, filename, path, self._max_file_bytes)
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
