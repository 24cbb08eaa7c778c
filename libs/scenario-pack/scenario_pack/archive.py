"""Reading tarballs nobody vouches for: bounded, and no member's name ever becomes a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scenario_pack.contents import Contents
from scenario_pack.folder import ScenarioFolder
from scenario_pack.gzip_stream import Ceiling, LimitExceeded, unpacked
from scenario_pack.names import Slot
from scenario_pack.problems import PackError, Problem
from scenario_pack.slots import lacking
from scenario_pack.tar_stream import members

RATIO_JUDGED_BEYOND = 100_000_000
PEEKED_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Unpacked bytes count headers too; the ratio is judged beyond 100 MB of them."""

    max_members: int = 100_000
    max_unpacked_bytes: int = 50 << 30
    max_compression_ratio: int = 200

    def most_unpacked(self, packed: int) -> Ceiling:
        """How many bytes an archive of `packed` bytes may unpack to."""
        by_ratio = max(RATIO_JUDGED_BEYOND, packed * self.max_compression_ratio)
        if by_ratio < self.max_unpacked_bytes:
            ratio = self.max_compression_ratio
            return Ceiling(by_ratio, f"over the compression ratio of {ratio} : 1 that is allowed")
        return Ceiling(self.max_unpacked_bytes)


DEFAULT_LIMITS = Limits()


def extract(
    archive: Path,
    into: Path,
    limits: Limits = DEFAULT_LIMITS,
    on_bytes: Callable[[int], None] | None = None,
) -> ScenarioFolder:
    """Write all regular members into the folder `into`, under neutral names.

    `on_bytes` is told how many bytes of the archive file have been read so far. Raises PackError,
    or OSError for a full disk; what was written until then is the caller's to remove.
    """
    into.mkdir(parents=True, exist_ok=True)
    most = limits.most_unpacked(archive.stat().st_size)
    contents = Contents(limits.max_members, most)
    files: dict[str, Path] = {}
    with unpacked(archive, most_unpacked=most, on_bytes=on_bytes) as stream:
        for member in members(stream):
            name = contents.admit(member)
            if name is None:
                continue
            files[name] = into / f"{member.number:06d}"
            with files[name].open("xb") as file:
                for chunk in member.chunks():
                    file.write(chunk)
    contents.finish()
    return ScenarioFolder(files, contents.refused)


def peek(
    archive: Path,
    slot: Slot,
    limits: Limits = DEFAULT_LIMITS,
    *,
    csv_only_allowed: bool = False,
) -> None:
    """Judge the first 16 MB unpacked; raises PackError for what no loader could take.

    That is: not gzip, not tar, damaged or cut off in what is read, or nothing of what the slot
    needs if the whole archive was seen. Everything else is left to `extract`.
    """
    contents = Contents(limits.max_members, Ceiling(limits.max_unpacked_bytes))
    try:
        with unpacked(
            archive, most_unpacked=Ceiling(PEEKED_BYTES), most_packed=2 * PEEKED_BYTES
        ) as stream:
            for member in members(stream):
                contents.admit(member)
    except LimitExceeded:
        return
    folder = ScenarioFolder(dict.fromkeys(contents.taken, archive), contents.refused)
    detail = lacking(folder, slot, csv_only_allowed=csv_only_allowed)
    if detail:
        raise PackError([*contents.problems, Problem(detail)])
