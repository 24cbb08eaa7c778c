"""What an upload is refused for before it is taken, and what is left to the loader."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest

from scenario_pack.archive import peek
from scenario_pack.names import SLOTS, Slot
from scenario_pack.problems import PackError
from support.packs import base_pack, of_slot
from support.tarballs import Member, link, special, tar_bytes, write_tarball


def refusal(tmp_path: Path, slot: Slot, *members: Member) -> PackError:
    with pytest.raises(PackError) as caught:
        peek(write_tarball(tmp_path / "x.tgz", members), slot)
    return caught.value


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("top", ["", "hello/"])
def test_each_slots_own_tarball_is_taken(tmp_path: Path, slot: Slot, top: str) -> None:
    files = {top + name: content for name, content in of_slot(base_pack(), slot).items()}
    peek(write_tarball(tmp_path / "x.tgz", files), slot)


@pytest.mark.parametrize(
    ("slot", "other"),
    [
        ("graph", "telemetry"),
        ("graph", "prompts"),
        ("telemetry", "runbooks"),
        ("runbooks", "prompts"),
        ("runbooks", "tickets"),
        ("runbooks", "graph"),
        ("tickets", "runbooks"),
        ("prompts", "runbooks"),
        ("prompts", "telemetry"),
    ],
)
def test_another_slots_tarball_is_not(tmp_path: Path, slot: Slot, other: str) -> None:
    error = refusal(tmp_path, slot, *of_slot(base_pack(), other).items())
    assert f'the slot "{slot}"' in str(error)


@pytest.mark.parametrize("slot", ["graph", "telemetry"])
def test_graph_and_telemetry_need_the_manifest(tmp_path: Path, slot: Slot) -> None:
    files = of_slot(base_pack(), slot)
    del files["scenario.yaml"]
    assert "scenario.yaml is missing" in str(refusal(tmp_path, slot, *files.items()))


@pytest.mark.parametrize(
    ("slot", "name"),
    [
        ("runbooks", "restart.md"),
        ("runbooks", "hello/core/restart.md"),
        ("runbooks", "knowledge/runbooks/restart.md"),
        ("tickets", "data/tickets/INC.TXT"),
        ("prompts", "prompts/a/b.md"),
        ("prompts", "hello/guide.md"),
    ],
)
def test_documents_need_no_manifest(tmp_path: Path, slot: Slot, name: str) -> None:
    peek(write_tarball(tmp_path / "x.tgz", {name: b""}), slot)


def test_a_manifest_may_place_documents_and_schema_anywhere(tmp_path: Path) -> None:
    files = {"scenario.yaml": b"", "kb/a.md": b"", "model/graph.yaml": b""}
    archive = write_tarball(tmp_path / "x.tgz", files)
    peek(archive, "runbooks")
    peek(archive, "graph")


@pytest.mark.parametrize("directory", ["", "entities/", "data/entities/", "hello/data/entities/"])
def test_tables_alone_are_a_graph_where_that_is_allowed(tmp_path: Path, directory: str) -> None:
    archive = write_tarball(tmp_path / "x.tgz", {f"{directory}DimSite.csv": b"a\n"})
    peek(archive, "graph", csv_only_allowed=True)
    with pytest.raises(PackError, match=r"only tables.*needs scenario.yaml and graph_schema.yaml"):
        peek(archive, "graph")


def test_names_of_windows_programs_are_told_if_nothing_else_is_there(tmp_path: Path) -> None:
    names = ["hello\\scenario.yaml", "C:/hello/graph_schema.yaml", "hello\\data\\DimSite.csv"]
    error = refusal(tmp_path, "graph", *((name, b"") for name in names))
    assert "backslash" in error.problems[0].detail
    assert "drive letter" in error.problems[1].detail
    assert error.problems[-1].detail == 'scenario.yaml is missing; the slot "graph" needs it'


@pytest.mark.parametrize(
    "extra",
    [
        ("../evil.csv", b""),
        ("/evil.csv", b""),
        ("a\\b.csv", b""),
        link("data/entities/x.csv", "/etc/passwd"),
        special("dev", tarfile.BLKTYPE),
        ("scenario.yaml", b""),
    ],
)
def test_what_the_loader_refuses_is_left_to_it(tmp_path: Path, extra: Member) -> None:
    members: list[Member] = [*of_slot(base_pack(), "graph").items(), extra]
    peek(write_tarball(tmp_path / "x.tgz", members), "graph")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"not gzip", "this is not gzip"),
        (gzip.compress(b"not tar" * 100), "not a tar archive"),
        (gzip.compress(tar_bytes([])), "scenario.yaml is missing"),
        (gzip.compress(tar_bytes(base_pack().items()))[:-100], "ends too early"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "x.tgz").write_bytes(data)
    with pytest.raises(PackError, match=words):
        peek(tmp_path / "x.tgz", "graph")


def test_a_large_archive_is_not_judged_by_what_was_not_seen(tmp_path: Path) -> None:
    members: list[Member] = [("a.csv", bytes(17 << 20)), *of_slot(base_pack(), "graph").items()]
    archive = write_tarball(tmp_path / "x.tgz", members)
    for slot in SLOTS:
        peek(archive, slot)
