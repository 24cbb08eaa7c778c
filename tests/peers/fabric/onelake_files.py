"""Files of items on disk, with what was appended and not yet flushed beside them."""

import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from peers.fabric.refusals import Refusal

_COPY = 1 << 20


@dataclass
class Pending:
    """Appended bytes, by position; one file on disk a path."""

    file: Path
    pieces: dict[int, int] = field(default_factory=dict)
    """Position to length."""

    def reaches(self, start: int) -> int:
        """How far bytes go without a gap."""
        while length := self.pieces.get(start):
            start += length
        return start


@dataclass(frozen=True, slots=True)
class Found:
    path: Path
    directory: bool
    size: int
    modified: float
    etag: str


class OneLakeFiles:
    def __init__(self, root: Path, pending: Path) -> None:
        self.root = root
        self._pending_root = pending
        self._pending: dict[Path, Pending] = {}
        shutil.rmtree(pending, ignore_errors=True)

    def clear(self) -> None:
        self._pending.clear()
        for each in (self.root, self._pending_root):
            shutil.rmtree(each, ignore_errors=True)

    def find(self, path: Path) -> Found | None:
        try:
            stat = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        directory = path.is_dir()
        etag = f'"0x{stat.st_mtime_ns:X}{stat.st_ino & 0xFFFF:04X}"'
        return Found(path, directory, 0 if directory else stat.st_size, stat.st_mtime, etag)

    def create(self, path: Path) -> None:
        self._drop(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".new-{hashlib.sha256(path.name.encode()).hexdigest()[:16]}")
        new.write_bytes(b"")
        new.replace(path)  # another file: another etag, even within one tick of the clock

    async def append(self, path: Path, position: int, body: AsyncIterator[bytes]) -> int:
        pending = self._pending.setdefault(path, Pending(self._pending_file(path)))
        length = 0
        with os.fdopen(os.open(pending.file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as out:
            out.seek(position)
            async for chunk in body:
                out.write(chunk)
                length += len(chunk)
        pending.pieces[position] = length
        return length

    def flush(self, path: Path, position: int) -> None:
        """Raises Refusal unless all bytes up to ``position`` are there."""
        size = path.stat().st_size
        pending = self._pending.get(path)
        reached = pending.reaches(size) if pending else size
        if position != reached:
            raise Refusal(400, "InvalidFlushPosition", f"Bytes up to {reached} were appended.")
        if pending and reached > size:
            with pending.file.open("rb") as source, path.open("ab") as target:
                source.seek(size)
                shutil.copyfileobj(source, target, _COPY)
        self._drop(path)

    def delete(self, path: Path) -> None:
        self._drop(path)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    def rename(self, source: Path, target: Path) -> None:
        self._drop(source)
        self._drop(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            shutil.rmtree(target)
        source.replace(target)

    def below(self, directory: Path, *, recursive: bool) -> Iterator[Found]:
        for path in sorted(directory.rglob("*") if recursive else directory.iterdir()):
            if not path.name.startswith(".new-") and (found := self.find(path)):
                yield found

    def _pending_file(self, path: Path) -> Path:
        self._pending_root.mkdir(parents=True, exist_ok=True)
        return self._pending_root / hashlib.sha256(str(path).encode()).hexdigest()

    def _drop(self, path: Path) -> None:
        if pending := self._pending.pop(path, None):
            pending.file.unlink(missing_ok=True)
