"""Tarballs of a folder, and the way back."""

from __future__ import annotations

import gzip
import io
import tarfile
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenario_pack.archive import extract, peek
from scenario_pack.build import build, file_stem
from scenario_pack.folder import ScenarioFolder
from scenario_pack.names import SLOTS
from scenario_pack.problems import PackError
from support.packs import base_pack, of_slot
from support.tarballs import tar_bytes, write_folder, write_tarball

BASE_PACK = base_pack()


def contents(folder: ScenarioFolder) -> dict[str, bytes]:
    return {name: folder.path(name).read_bytes() for name in folder.names()}


def test_each_slot_gets_what_it_needs_and_no_more(tmp_path: Path) -> None:
    extra = {"README.md": b"#", "data/entities/._DimSite.csv": b"", "data/entities/Old.csv": b""}
    tarballs = build(write_folder(tmp_path / "pack", BASE_PACK | extra), tmp_path / "out")
    assert [tarball.slot for tarball in tarballs] == list(SLOTS)
    for tarball in tarballs:
        assert tarball.path == tmp_path / "out" / f"hello-{tarball.slot}.tar.gz"
        peek(tarball.path, tarball.slot)
        found = contents(extract(tarball.path, tmp_path / tarball.slot))
        assert found == of_slot(BASE_PACK, tarball.slot)
        assert (tarball.files, tarball.bytes) == (len(found), tarball.path.stat().st_size)


def test_equal_files_give_equal_bytes(tmp_path: Path) -> None:
    first = build(write_folder(tmp_path / "a", BASE_PACK), tmp_path / "out-a")
    second = build(
        write_folder(tmp_path / "b", dict(reversed(BASE_PACK.items()))), tmp_path / "out-b"
    )
    for one, other in zip(first, second, strict=True):
        assert one.path is not None
        assert other.path is not None
        assert one.path.read_bytes() == other.path.read_bytes()


def test_members_carry_no_times_and_owners(tmp_path: Path) -> None:
    graph = build(write_folder(tmp_path / "pack", BASE_PACK), tmp_path)[0]
    assert graph.path is not None
    with tarfile.open(graph.path) as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in members} == {(0, 0, 0, "", 0o644)}
    assert {member.name.split("/")[0] for member in members} == {"hello"}


def test_a_slot_without_content_is_skipped(tmp_path: Path) -> None:
    files = of_slot(BASE_PACK, "graph") | {"LICENSE.txt": b"", "README.md": b""}
    tarballs = build(write_folder(tmp_path / "pack", files), tmp_path / "out")
    assert {tarball.slot for tarball in tarballs if tarball.path} == {"graph"}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["hello-graph.tar.gz"]


def test_places_that_the_manifest_names_are_kept(tmp_path: Path) -> None:
    files = {
        "scenario.yaml": b"""\
name: x1
paths: {runbooks: kb, telemetry: tele, graph_schema: m.yaml}
cosmos: {nosql: {containers: [{name: A, csv_file: a.csv}, {name: B, csv_file: b.csv}]}}
""",
        "m.yaml": b"vertices: [{label: S, csv_file: s.csv, id_column: Id}]\ndata_dir: tables\n",
        "tables/s.csv": b"Id\n",
        "kb/deep/a.md": b"",
        "tele/a.csv": b"",
        "b.csv": b"",
    }
    by_slot = {
        tarball.slot: contents(extract(tarball.path, tmp_path / tarball.slot)).keys()
        for tarball in build(write_folder(tmp_path / "pack", files), tmp_path / "out")
        if tarball.path
    }
    assert by_slot == {
        "graph": {"scenario.yaml", "m.yaml", "tables/s.csv"},
        "telemetry": {"scenario.yaml", "tele/a.csv", "b.csv"},
        "runbooks": {"scenario.yaml", "kb/deep/a.md"},
    }


def test_everything_that_is_missing_is_told_before_anything_is_written(tmp_path: Path) -> None:
    files = {
        name: content
        for name, content in BASE_PACK.items()
        if name not in {"data/entities/DimLink.csv", "data/entities/FactEnds.csv"}
    }
    write_folder(tmp_path / "pack", files)
    (tmp_path / "pack/data/knowledge/runbooks/x.md").symlink_to("restart.md")
    with pytest.raises(PackError) as caught:
        build(tmp_path / "pack", tmp_path / "out")
    assert [problem.file for problem in caught.value.problems] == [
        "data/entities/DimLink.csv",
        "data/entities/FactEnds.csv",
        "data/knowledge/runbooks/x.md",
    ]
    assert not (tmp_path / "out").exists()


def test_a_folder_without_anything_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="the manifest is missing"):
        build(write_folder(tmp_path / "a", {"x.md": b""}), tmp_path)
    with pytest.raises(PackError, match="nothing for any slot"):
        build(write_folder(tmp_path / "b", {"scenario.yaml": b"name: x1"}), tmp_path)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("telco-noc", "telco-noc"),
        ("Telco_NOC", "telco-noc"),
        ("../../etc", "etc"),
        ("x" * 99, "x" * 50),
        ("日本", "scenario"),
        ("", "scenario"),
    ],
)
def test_tarballs_of_an_illegal_name_are_called_legally(name: str, stem: str) -> None:
    assert file_stem(name) == stem


PARTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"),
    min_size=1,
    max_size=20,
).filter(lambda part: part not in {".", ".."} and len(part.encode()) <= 200)
FILES = st.dictionaries(
    st.lists(PARTS, min_size=1, max_size=4).map("/".join), st.binary(max_size=2000), max_size=8
)


def is_taken(name: str) -> bool:
    parts = name.split("/")
    litter = parts[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"} or "__MACOSX" in parts
    return not (
        litter or any(part.startswith(("._", "PaxHeader")) for part in parts) or name[1:2] == ":"
    )


@settings(max_examples=60)
@given(FILES, st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))
def test_any_tree_comes_back(files: dict[str, bytes], format_: int) -> None:
    files = {
        unicodedata.normalize("NFC", name): content
        for name, content in files.items()
        if is_taken(unicodedata.normalize("NFC", name))
    }
    files["scenario.yaml"] = b""
    with TemporaryDirectory() as work:
        archive = write_tarball(Path(work) / "x.tgz", files, format_)
        assert contents(extract(archive, Path(work) / "files")) == files


@settings(max_examples=40)
@given(st.dictionaries(PARTS, st.binary(max_size=500), min_size=1, max_size=6))
def test_any_documents_survive_build_and_extract(documents: dict[str, bytes]) -> None:
    names = {f"runbooks/{unicodedata.normalize('NFC', n)}.md": c for n, c in documents.items()}
    files = {name: content for name, content in names.items() if is_taken(name)}
    files |= {"scenario.yaml": b"name: x1", "runbooks/always.md": b""}
    with TemporaryDirectory() as work:
        build(write_folder(Path(work) / "pack", files), Path(work))
        found = extract(Path(work) / "x1-runbooks.tar.gz", Path(work) / "files")
        assert contents(found) == files


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_archive_raises_nothing_but_pack_errors(data: st.DataObject) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as tar:
        for name, content in BASE_PACK.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    packed = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(packed) - 1))
        packed[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    check_extract(bytes(packed))


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_tar_raises_nothing_but_pack_errors(data: st.DataObject) -> None:
    format_ = data.draw(st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))
    plain = bytearray(tar_bytes([("a" * 150, b"x"), ("ü", b"y" * 600)], format_))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, 3000))
        plain[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    for start in range(0, 3072, 512):  # so that what was changed is believed
        block = plain[start : start + 512]
        block[148:156] = b" " * 8
        plain[start + 148 : start + 156] = b"%06o\0 " % sum(block)
    check_extract(gzip.compress(bytes(plain), 1))


@settings(max_examples=100)
@given(st.binary(max_size=2000), st.sampled_from([b"", b"\x1f\x8b\x08\x00" + bytes(6)]))
def test_random_bytes_raise_nothing_but_pack_errors(data: bytes, start: bytes) -> None:
    check_extract(start + data)


def check_extract(packed: bytes) -> None:
    with TemporaryDirectory() as work:
        archive = Path(work) / "x.tgz"
        archive.write_bytes(packed)
        for act in (
            lambda: extract(archive, Path(work) / "files"),
            lambda: peek(archive, "graph"),
        ):
            try:
                act()
            except PackError as error:
                str(error).encode()
