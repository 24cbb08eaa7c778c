"""Archives of careless programs: what is taken, what is refused, and in which words."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from scenario_pack.archive import extract
from scenario_pack.folder import ScenarioFolder
from scenario_pack.problems import PackError
from support.packs import base_pack
from support.tarballs import Member, link, special, tar_bytes, write_tarball

BASE_PACK = base_pack()
FORK = b"\x00\x05\x16\x07resource fork"


def unpack(tmp_path: Path, members: Iterable[Member], **kwargs: int) -> ScenarioFolder:
    return extract(write_tarball(tmp_path / "x.tgz", members, **kwargs), tmp_path / "files")


def refusal(tmp_path: Path, data: bytes) -> str:
    archive = tmp_path / "x.tgz"
    archive.write_bytes(data)
    with pytest.raises(PackError) as caught:
        extract(archive, tmp_path / "files")
    return caught.value.problems[0].detail


def contents(folder: ScenarioFolder) -> dict[str, bytes]:
    return {name: folder.path(name).read_bytes() for name in folder.names()}


@pytest.mark.parametrize("prefix", ["", "./", "hello/", "./hello/"])
@pytest.mark.parametrize("format_", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_root_or_one_top_folder(tmp_path: Path, prefix: str, format_: int) -> None:
    members = [(prefix + name, content) for name, content in BASE_PACK.items()]
    assert contents(unpack(tmp_path, members, format=format_)) == BASE_PACK


def test_no_member_name_becomes_a_path(tmp_path: Path) -> None:
    folder = unpack(tmp_path, BASE_PACK.items())
    written = [path.name for path in (tmp_path / "files").rglob("*")]
    assert len(written) == len(folder.names())
    assert all(name.isdigit() for name in written)


@pytest.mark.parametrize("top", ["", "hello/"])
def test_resource_forks_and_their_kind_are_ignored(tmp_path: Path, top: str) -> None:
    litter = [
        "._hello",
        f"{top}._scenario.yaml",
        f"{top}data/entities/._DimSite.csv",
        f"{top}data/prompts/._x.md",
        f"{top}.DS_Store",
        f"{top}__MACOSX/scenario.yaml",
        f"{top}PaxHeaders.1/scenario.yaml",
        f"{top}Thumbs.db",
        f"{top}desktop.ini",
        f"{top}Icon\r",
    ]
    members: list[Member] = [(name, FORK) for name in litter]
    members += [(top + name, content) for name, content in BASE_PACK.items()]
    assert contents(unpack(tmp_path, members)) == BASE_PACK


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../evil.csv", 'leads out of the folder by ".."'),
        ("data/../../evil.csv", 'leads out of the folder by ".."'),
        ("/etc/evil.csv", "is absolute"),
        ("hello\\data\\DimSite.csv", "Windows program"),
        ("runbooks/a\\b.md", "backslash"),
        ("C:/packs/hello/scenario.yaml", "drive letter"),
        ("./c:x.csv", "drive letter"),
        ("data/a\nb.csv", "control character"),
        ("data/a\udcff.csv", "is not UTF-8"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(PackError) as caught:
        unpack(tmp_path, [*BASE_PACK.items(), (name, b"x")], format=tarfile.GNU_FORMAT)
    (problem,) = caught.value.problems
    assert words in problem.detail
    problem.detail.encode()
    problem.file.encode()
    assert not list(tmp_path.rglob("*evil*"))


def test_all_refused_names_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        unpack(tmp_path, [("../a", b""), ("b\\c", b""), *BASE_PACK.items()])
    assert [problem.file for problem in caught.value.problems] == ["../a", "b\\c"]


@pytest.mark.parametrize("twin", ["data/entities/DimSite.csv", "./data//entities/DimSite.csv"])
def test_the_same_member_twice_names_both_places(tmp_path: Path, twin: str) -> None:
    first = list(BASE_PACK).index("data/entities/DimSite.csv") + 1
    with pytest.raises(PackError, match=f"twice, as members {first} and {len(BASE_PACK) + 1}"):
        unpack(tmp_path, [*BASE_PACK.items(), (twin, b"SiteId\n")])


def test_names_are_compared_in_nfc(tmp_path: Path) -> None:
    folder = unpack(tmp_path, [("scenario.yaml", b""), ("data/Zu\u0308rich.csv", b"x")])
    assert folder.path("data/Z\u00fcrich.csv").read_bytes() == b"x"


def test_names_that_differ_only_in_form_are_the_same(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="twice"):
        unpack(tmp_path, [("Z\u00fc.csv", b"1"), ("Zu\u0308.csv", b"2")])


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (link("data/wanted.csv", "/etc/passwd"), 'a symbolic link to "/etc/passwd"; links'),
        (link("data/wanted.csv", "data/other.csv", tarfile.LNKTYPE), "a hard link to"),
        (special("data/wanted.csv", tarfile.FIFOTYPE), "a device or pipe"),
        (special("data/wanted.csv", tarfile.CHRTYPE), "a device or pipe"),
        (special("data/wanted.csv", b"D"), "no regular file"),
        (link("data", "/etc"), 'a symbolic link to "/etc"'),
    ],
)
def test_what_is_no_file_is_refused_where_it_is_read(
    tmp_path: Path, member: tarfile.TarInfo, words: str
) -> None:
    folder = unpack(tmp_path, [("scenario.yaml", b"name: x"), ("other.csv", b"x"), member])
    assert folder.names() == ["other.csv", "scenario.yaml"]
    with pytest.raises(PackError, match=words):
        folder.path("data/wanted.csv")
    with pytest.raises(PackError, match=words):
        folder.under("data", ".csv")


def test_a_link_that_nobody_needs_is_ignored(tmp_path: Path) -> None:
    members: list[Member] = [link("latest", "data"), *BASE_PACK.items(), link("data/x", "y")]
    assert contents(unpack(tmp_path, members)) == BASE_PACK


def test_gnu_tars_link_of_a_file_to_itself_is_its_content_once(tmp_path: Path) -> None:
    (tmp_path / "DimSite.csv").write_bytes(b"SiteId\n1\n")
    subprocess.run(["tar", "czf", "x.tgz", "DimSite.csv", "DimSite.csv"], cwd=tmp_path, check=True)
    folder = extract(tmp_path / "x.tgz", tmp_path / "files")
    assert contents(folder) == {"DimSite.csv": b"SiteId\n1\n"}


@pytest.mark.parametrize("format_", ["gnu", "posix"])
def test_sparse_members_are_refused_where_they_are_read(tmp_path: Path, format_: str) -> None:
    for name in ("wanted.csv", "other.csv"):
        with (tmp_path / name).open("wb") as file:
            file.write(b"begin")
            for hole in range(1, 40):  # more holes than fit into one header
                file.seek(hole << 20)
                file.write(b"data")
    command = ["tar", "czf", "x.tgz", "--sparse", f"--format={format_}", "wanted.csv"]
    (tmp_path / "plain.csv").write_bytes(b"plain")
    subprocess.run([*command, "plain.csv"], cwd=tmp_path, check=True)
    folder = extract(tmp_path / "x.tgz", tmp_path / "files")
    assert contents(folder) == {"plain.csv": b"plain"}
    with pytest.raises(PackError, match="a sparse file"):
        folder.path("wanted.csv")


@pytest.mark.parametrize("format_", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names(tmp_path: Path, format_: int) -> None:
    name = f"data/{'ü' * 90}/{'x' * 120}.csv"
    assert unpack(tmp_path, [(name, b"x")], format=format_).names() == [name]


class TestBrokenArchives:
    whole = gzip.compress(tar_bytes(BASE_PACK.items()))

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "the file is empty"),
            (b"hello", "this is not gzip"),
            (b"PK\x03\x04" + bytes(600), "this is a ZIP archive, not gzip"),
            (tar_bytes([("a", b"")]), "a tar archive that is not compressed"),
            (gzip.compress(b""), "the archive is empty"),
            (gzip.compress(b"hello"), "this is gzip, but not a tar archive inside"),
            (gzip.compress(b"hello" * 1000), "this is gzip, but not a tar archive inside"),
            (gzip.compress(bytes(10240)), "the archive holds no files"),
            (
                gzip.compress(tar_bytes([special("d", tarfile.DIRTYPE)])),
                "the archive holds no files",
            ),
            (whole[:200], "ends too early"),
            (whole[:-3], "cut off at its very end"),
            (gzip.compress(tar_bytes([("a", b"x" * 9000)])[:4000]), "ends too early"),
            (gzip.compress(tar_bytes([("a", b"x")])[:700]), "ends too early"),
            (whole[:-8] + bytes(8), "its checksum is wrong"),
            (whole[:-4] + bytes(4), "its length is wrong"),
            (whole[:200] + b"\xff" * 100 + whole[300:], "is damaged"),
            (whole + b"trailing garbage", "other data follows"),
            (whole + b"x", "other data follows"),
            (whole + whole, "were two archives joined?"),
            (b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 600_000, "its header is too long"),
        ],
    )
    def test_is_told_in_words(self, tmp_path: Path, data: bytes, words: str) -> None:
        assert words in refusal(tmp_path, data)

    def test_a_damaged_header_does_not_end_the_archive_silently(self, tmp_path: Path) -> None:
        data = bytearray(tar_bytes([("a", b"1"), ("b", b"2"), ("c", b"3")]))
        data[1024 + 3] ^= 0xFF
        assert "the header of member 2" in refusal(tmp_path, gzip.compress(bytes(data)))

    def test_a_negative_size_is_damage(self, tmp_path: Path) -> None:
        data = bytearray(tar_bytes([("a", b"1")]))
        data[124:136] = b"\xff" * 12
        data[148:156] = b" " * 8
        data[148:156] = b"%06o\0 " % sum(data[:512])
        assert "negative size" in refusal(tmp_path, gzip.compress(bytes(data)))


@pytest.mark.parametrize(
    "data",
    [
        TestBrokenArchives.whole + bytes(1000),
        gzip.compress(tar_bytes(BASE_PACK.items()) + bytes(5000)),
        gzip.compress(tar_bytes(BASE_PACK.items()).rstrip(b"\0").ljust(100 * 512, b"\0")),
    ],
)
def test_zeros_at_the_end_are_fine(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.tgz").write_bytes(data)
    assert contents(extract(tmp_path / "x.tgz", tmp_path / "files")) == BASE_PACK


def test_several_gzip_members_may_make_one_tar(tmp_path: Path) -> None:
    data = tar_bytes(BASE_PACK.items())
    parts = [gzip.compress(data[start : start + 1000]) for start in range(0, len(data), 1000)]
    (tmp_path / "x.tgz").write_bytes(b"".join(parts))
    assert contents(extract(tmp_path / "x.tgz", tmp_path / "files")) == BASE_PACK


def test_an_archive_without_its_end_mark_is_whole(tmp_path: Path) -> None:
    (tmp_path / "x.tgz").write_bytes(gzip.compress(tar_bytes([("a", b"x" * 512)])[:1024]))
    assert contents(extract(tmp_path / "x.tgz", tmp_path / "files")) == {"a": b"x" * 512}


def test_a_global_pax_header_is_no_file(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    headers = {"comment": "0" * 40}
    with tarfile.open(fileobj=buffer, mode="w", pax_headers=headers) as tar:
        tar.addfile(tarfile.TarInfo("hello/a.md"))
    (tmp_path / "x.tgz").write_bytes(gzip.compress(buffer.getvalue()))
    assert extract(tmp_path / "x.tgz", tmp_path / "files").names() == ["a.md"]


def test_progress_is_the_bytes_read_of_the_file(tmp_path: Path) -> None:
    archive = write_tarball(tmp_path / "x.tgz", BASE_PACK)
    seen: list[int] = []
    extract(archive, tmp_path / "files", on_bytes=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == archive.stat().st_size


def test_two_scenarios_in_one_archive_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="more than one scenario"):
        unpack(tmp_path, [("a/scenario.yaml", b""), ("b/scenario.yaml", b"")])
