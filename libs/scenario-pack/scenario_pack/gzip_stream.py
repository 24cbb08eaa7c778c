"""Decompression that counts, and says in words how a gzip file is broken."""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from isal import igzip, isal_zlib

from scenario_pack.problems import PackError, Problem

TOO_EARLY = "the archive ends too early; it was cut off, pack or copy it again"
_INFLATE_ERRORS: tuple[type[Exception], ...] = (
    cast("type[Exception]", isal_zlib.error),
    zlib.error,
)
_MAGIC = b"\x1f\x8b"
_OTHER_FORMATS = (
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"BZh", "compressed with bzip2"),
    (0, b"\xfd7zXZ", "compressed with xz"),
    (0, b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (257, b"ustar", "a tar archive that is not compressed"),
)


class Reader(Protocol):
    """`read(n)` gives n bytes, and less only at the end."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How many bytes something may have, and in words why no more."""

    bytes: int
    why: str = "the limit"


UNLIMITED = Ceiling(sys.maxsize)


class LimitExceeded(PackError):
    """The archive is larger than allowed in one respect."""


class EndsTooEarly(PackError):
    """The archive was cut off."""

    def __init__(self) -> None:
        super().__init__(Problem(TOO_EARLY))


@contextmanager
def unpacked(
    archive: Path,
    *,
    most_unpacked: Ceiling = UNLIMITED,
    most_packed: int | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[Reader]:
    """Open a gzip file of one or more members as one stream of bytes.

    Raises PackError if it is none, here or while it is read; LimitExceeded beyond
    `most_unpacked` bytes out or `most_packed` bytes in. `on_bytes` gets the bytes read so far
    of the file itself.
    """
    with archive.open("rb", buffering=0) as file:
        _check_format(file)
        packed = _PackedFile(file, most_packed, on_bytes)
        with igzip.open(packed, "rb") as decompressor:  # type: ignore[no-untyped-call]
            yield _Unpacked(decompressor, most_unpacked)


def _check_format(file: io.FileIO) -> None:
    start = file.read(512) or b""
    file.seek(0)
    if not start:
        raise PackError(Problem("the file is empty"))
    if not start.startswith(_MAGIC):
        found = (what for at, magic, what in _OTHER_FORMATS if start.startswith(magic, at))
        what = next(found, "")
        words = f"this is {what}, not gzip" if what else "this is not gzip"
        raise PackError(Problem(f"{words}; pack the folder with tar czf"))


class _Unpacked:
    def __init__(self, decompressor: Reader, most: Ceiling) -> None:
        self._decompressor = decompressor
        self._most = most
        self._count = 0

    def read(self, size: int, /) -> bytes:
        data = self._read(size)
        self._count += len(data)
        if self._count > self._most.bytes:
            detail = (
                f"the archive unpacks to more than {self._most.bytes:,} bytes, {self._most.why}"
            )
            raise LimitExceeded(Problem(detail))
        return data

    def _read(self, size: int) -> bytes:
        try:
            return self._decompressor.read(size)
        except EOFError:
            raise EndsTooEarly from None
        except igzip.BadGzipFile as error:
            raise _damaged(_WORDS.get(str(error)[:4], "it can't be read")) from None
        except _INFLATE_ERRORS:
            raise _damaged("its data can't be unpacked") from None
        except OverflowError:  # a header that names or comments without end
            raise _damaged("its header is too long") from None


# By the beginning of the decompressor's own words.
_WORDS = {
    "Not ": "other data follows the compressed archive",
    "CRC ": "its checksum is wrong",
    "Inco": "its length is wrong",
}


def _damaged(why: str) -> PackError:
    return PackError(Problem(f"the gzip file is damaged: {why}; pack or copy it again"))


class _PackedFile(io.RawIOBase):
    """The compressed file, counted."""

    def __init__(
        self, file: io.FileIO, most: int | None, on_bytes: Callable[[int], None] | None
    ) -> None:
        self._file = file
        self._most = most
        self._on_bytes = on_bytes
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]  # a buffer
        count = self._file.readinto(buffer)
        self._count += count or 0
        if self._most is not None and self._count > self._most:
            raise LimitExceeded(Problem(f"more than {self._most:,} bytes of the file were read"))
        if self._on_bytes:
            self._on_bytes(self._count)
        return count
