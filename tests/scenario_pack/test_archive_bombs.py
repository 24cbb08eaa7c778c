"""Archives that are small outside and large inside."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from scenario_pack.archive import Limits, extract, peek
from scenario_pack.gzip_stream import LimitExceeded
from scenario_pack.problems import PackError
from support.tarballs import tar_bytes, write_tarball

Action = Callable[[Path, Path, Limits], object]


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    member.type = kind
    return member.tobuf(tarfile.GNU_FORMAT)


def packed(path: Path, *blocks: bytes) -> Path:
    with gzip.open(path, "wb", 6) as file:
        for block in blocks:
            file.write(block)
    return path


def refused(tmp_path: Path, archive: Path, limits: Limits | None = None) -> str:
    with pytest.raises(LimitExceeded) as caught:
        extract(archive, tmp_path / "files", limits or Limits())
    return str(caught.value)


def test_too_many_members(tmp_path: Path) -> None:
    archive = write_tarball(tmp_path / "x.tgz", [(f"{n}.csv", b"") for n in range(11)])
    assert "more than 10 members" in refused(tmp_path, archive, Limits(max_members=10))
    extract(archive, tmp_path / "again", Limits(max_members=11))


def test_too_many_unpacked_bytes(tmp_path: Path) -> None:
    members = [(f"{n}.csv", bytes(1000)) for n in range(10)]
    archive = write_tarball(tmp_path / "x.tgz", members)
    limits = Limits(max_unpacked_bytes=12_000)  # enough for the files, but not for headers
    assert "unpacks to more than 12,000 bytes" in refused(tmp_path, archive, limits)


def test_a_claimed_size_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    archive = packed(tmp_path / "x.tgz", header("big.csv", 60 << 30))
    assert "more than" in refused(tmp_path, archive)
    assert not list((tmp_path / "files").iterdir())


def test_the_ratio_is_judged_beyond_100_mb(tmp_path: Path) -> None:
    megabyte = bytes(1 << 20)
    within = packed(tmp_path / "a.tgz", header("a", 90 << 20), *[megabyte] * 90, bytes(1024))
    assert within.stat().st_size * 200 < 90 << 20
    extract(within, tmp_path / "within")
    beyond = packed(tmp_path / "b.tgz", header("b", 100 << 20), *[megabyte] * 100, bytes(1024))
    assert "more than 100,000,000 bytes" in refused(tmp_path, beyond)
    after_the_end = packed(tmp_path / "c.tgz", header("c", 0), *[megabyte] * 100)
    assert "unpacks to more than 100,000,000 bytes" in refused(tmp_path, after_the_end)


@pytest.mark.parametrize(
    "kind",
    [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, b"X"],
)
def test_a_huge_header_member_costs_no_memory(tmp_path: Path, kind: bytes) -> None:
    megabyte = b"x" * (1 << 20)
    archive = packed(tmp_path / "x.tgz", header("h", 40 << 20, kind), *[megabyte] * 40)
    tracemalloc.start()
    assert "the limit is 1,048,576" in refused(tmp_path, archive)
    peek(archive, "graph")  # the loader will say it
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_pax_records_are_read_in_linear_time(tmp_path: Path) -> None:
    """A pattern that tries every digit as a beginning would need minutes here."""
    archive = packed(tmp_path / "x.tgz", header("h", 1 << 20, tarfile.XHDTYPE), b"1" * (1 << 20))
    with pytest.raises(PackError, match="an extended header can't be read"):
        extract(archive, tmp_path / "files")


def test_headers_without_a_member_end_soon(tmp_path: Path) -> None:
    archive = packed(tmp_path / "x.tgz", header("h", 0, tarfile.XHDTYPE) * 1000)
    with pytest.raises(PackError, match="headers without a member"):
        extract(archive, tmp_path / "files")


@pytest.mark.parametrize(
    "record",
    [b"9 size=-1", b"99 size=1\n", b"x size=1\n", b"10 path=abc", b"-9 size=1\n", b"4 a\n"],
)
def test_pax_records_that_are_none(tmp_path: Path, record: bytes) -> None:
    block = record.ljust(512, b"\0")
    archive = packed(tmp_path / "x.tgz", header("h", len(record), tarfile.XHDTYPE), block)
    with pytest.raises(PackError, match="an extended header can't be read"):
        extract(archive, tmp_path / "files")


def test_a_sparse_map_without_end_costs_no_memory(tmp_path: Path) -> None:
    start = bytearray(header("s.csv", 0, tarfile.GNUTYPE_SPARSE))
    start[482] = 1
    start[148:156] = b" " * 8
    start[148:156] = b"%06o\0 " % sum(start)
    more = bytearray(512)
    more[504] = 1
    archive = packed(tmp_path / "x.tgz", bytes(start), *[bytes(more) * 1000] * 40)
    tracemalloc.start()
    with pytest.raises(PackError, match="ends too early"):
        extract(archive, tmp_path / "files")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_sparse_member_does_not_unfold(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("GNUSparseFile.0/s.csv")
        member.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "s.csv",
            "GNU.sparse.realsize": str(2 << 30),
        }
        content = b"1\n0\n0\n".ljust(512, b"\0")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    folder = extract(packed(tmp_path / "x.tgz", buffer.getvalue()), tmp_path / "files")
    assert not folder.names()
    with pytest.raises(PackError, match="a sparse file"):
        folder.path("s.csv")


def test_peek_stops_after_16_mb_even_inside_a_member(tmp_path: Path) -> None:
    megabyte = bytes(1 << 20)
    archive = packed(tmp_path / "x.tgz", header("big.csv", 64 << 20), *[megabyte] * 17, b"damage")
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-8] + b"\xff" * 1000)  # nobody gets as far as this
    peek(archive, "graph")


def test_peek_reads_no_more_than_it_could_need(tmp_path: Path) -> None:
    nothing = gzip.compress(b"") * (1 << 16)
    with (tmp_path / "x.tgz").open("wb") as file:
        for _ in range(28):
            file.write(nothing)
    peek(tmp_path / "x.tgz", "graph")  # an archive that is seen to its end would be empty


def test_the_limits_hold_for_the_sum_of_many(tmp_path: Path) -> None:
    data = tar_bytes([("a", bytes(600)), ("b", bytes(600))])
    limits = Limits(max_unpacked_bytes=1000)
    assert "more than 1,000 bytes" in refused(tmp_path, packed(tmp_path / "x.tgz", data), limits)
