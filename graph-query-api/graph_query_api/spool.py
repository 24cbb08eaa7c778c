"""An answer's bytes until they are sent: small ones in memory, larger ones in a file."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

IN_MEMORY = 1 << 20
CHUNK = 256 << 10


class Spool:
    """Written once, then read once; the file has no name and goes with the spool."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._waiting: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.size = 0

    async def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self.size += len(data)
        if self._file or self.size > IN_MEMORY:
            await asyncio.to_thread(self._to_file)

    def _to_file(self) -> None:
        if self._file is None:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115 - closed by close()
        self._file.writelines(self._waiting)
        self._waiting = []

    async def chunks(self) -> AsyncIterator[bytes]:
        """All that was written; closes the spool."""
        try:
            if self._file:
                await asyncio.to_thread(self._file.seek, 0)
                while chunk := await asyncio.to_thread(self._file.read, CHUNK):
                    yield chunk
            else:
                yield b"".join(self._waiting)
        finally:
            self.close()

    def close(self) -> None:
        self._waiting = []
        if self._file:
            self._file.close()
