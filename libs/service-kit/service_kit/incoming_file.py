"""A file on its way to the disk: written once, hashed on the way."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from service_kit.forms import FileTooLarge, StoredFile
from service_kit.writeback import start_writeback

WRITEBACK_BYTES = 8 << 20
WRITEV_SLICES = 512  # below IOV_MAX, which is 1,024 on Linux and macOS


class IncomingFile:
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
