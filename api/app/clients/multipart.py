"""A multipart body that comes from the disk piece by piece, without blocking the event loop."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

CHUNK_BYTES = 1 << 20


class MultipartBody:
    """Fields first, then one file. ``length`` is known before anything is sent."""

    def __init__(self, fields: Mapping[str, str], part: str, file: Path, file_bytes: int) -> None:
        boundary = uuid.uuid4().hex
        self._file = file
        self._file_bytes = file_bytes
        head = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{part}"; '
            f'filename="{file.name}"\r\nContent-Type: application/gzip\r\n\r\n'
        )
        self._head = "".join(head).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.length = len(self._head) + file_bytes + len(self._tail)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        file = await asyncio.to_thread(self._file.open, "rb", buffering=0)
        try:
            left = self._file_bytes
            while left:
                chunk = await asyncio.to_thread(file.read, min(left, CHUNK_BYTES))
                if not chunk:
                    raise EOFError(f"{self._file.name} is shorter than it was")
                left -= len(chunk)
                yield chunk
        finally:
            file.close()
        yield self._tail
