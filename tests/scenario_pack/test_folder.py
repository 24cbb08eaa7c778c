"""Finding a scenario's files, on disk and by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scenario_pack.folder import ScenarioFolder
from scenario_pack.problems import PackError
from support.packs import base_pack
from support.tarballs import write_folder


def folder(*names: str, refused: dict[str, str] | None = None) -> ScenarioFolder:
    return ScenarioFolder(dict.fromkeys(names, Path()), refused)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["scenario.yaml", "a/b"], ["a/b", "scenario.yaml"]),
        (["x/scenario.yaml", "x/a/b", "beside"], ["a/b", "scenario.yaml"]),
        (["x/scenario.yaml", "x/y/scenario.yaml"], ["scenario.yaml", "y/scenario.yaml"]),
        (["x/a.md", "x/runbooks/b.md"], ["a.md", "runbooks/b.md"]),
        (["x/a.md", "y/b.md"], ["x/a.md", "y/b.md"]),
        (["x/a.md", "b.md"], ["b.md", "x/a.md"]),
        (["runbooks/a.md"], ["runbooks/a.md"]),
        (["data/runbooks/a.md"], ["data/runbooks/a.md"]),
        (["deep/er/scenario.yaml"], ["er/scenario.yaml"]),
        ([], []),
    ],
)
def test_the_top_folder_is_found(names: list[str], expected: list[str]) -> None:
    assert folder(*names).names() == expected


def test_names_are_asked_for_in_any_spelling() -> None:
    found = folder("scenario.yaml", "data/Zürich.csv")
    for name in ("data/Zürich.csv", "./data//Zu\u0308rich.csv", "x/../data/Zürich.csv"):
        assert found.exists(name)
        found.path(name)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", ".."])
def test_names_that_lead_out_are_refused(name: str) -> None:
    found = folder("scenario.yaml", "x")
    assert not found.exists(name)
    assert not found.is_there(name)
    assert not found.holds(name, "")
    with pytest.raises(PackError, match="leads out of the scenario's folder"):
        found.path(name)


def test_a_missing_file_names_its_twin_in_other_case() -> None:
    with pytest.raises(PackError, match=r'missing; "DimSite\.csv" differs in upper'):
        folder("DimSite.csv").path("dimsite.csv")
    with pytest.raises(PackError, match=r"^the file is missing$"):
        folder("DimSite.csv").path("DimLink.csv")


def test_under_goes_down_and_ignores_case_of_the_suffix() -> None:
    found = folder("scenario.yaml", "a/x.md", "a/b/y.MD", "a/z.txt", "ab/w.md")
    assert found.under("a", ".md") == ["a/b/y.MD", "a/x.md"]
    assert found.under("./a/", ".md") == ["a/b/y.MD", "a/x.md"]
    assert found.under("", ".md") == ["a/b/y.MD", "a/x.md", "ab/w.md"]


@pytest.mark.parametrize("name", ["a/link.md", "a/more", "a"])
def test_under_refuses_links_where_it_reads(name: str) -> None:
    found = folder("scenario.yaml", "a/x.md", refused={name: "this is a link"})
    assert found.holds("a", ".md")
    with pytest.raises(PackError, match="this is a link") as caught:
        found.under("a", ".md")
    assert caught.value.problems[0].file == name


@pytest.mark.parametrize("name", ["a/link.csv", "b/link.md", "latest"])
def test_under_does_not_mind_links_elsewhere(name: str) -> None:
    found = folder("scenario.yaml", "a/x.md", refused={name: "this is a link"})
    assert found.under("a", ".md") == ["a/x.md"]


class TestText:
    def text(self, tmp_path: Path, content: bytes) -> str:
        (tmp_path / "a.md").write_bytes(content)
        return ScenarioFolder.from_directory(tmp_path).text("a.md")

    def test_is_utf_8_with_or_without_mark(self, tmp_path: Path) -> None:
        assert self.text(tmp_path, "\ufeffgrüß\r\n".encode()) == "grüß\r\n"
        assert self.text(tmp_path, b"") == ""

    @pytest.mark.parametrize(
        ("content", "words", "line"),
        [
            (b"a\nb\n\xff", "byte 0xFF is not UTF-8", 3),
            (b"\xef\xbb\xbfa\n\x80", "byte 0x80 is not UTF-8", 2),
            ("a".encode("utf-16"), "the file is UTF-16; save it as UTF-8", 1),
        ],
    )
    def test_is_told_where_it_is_not(
        self, tmp_path: Path, content: bytes, words: str, line: int
    ) -> None:
        with pytest.raises(PackError, match=words) as caught:
            self.text(tmp_path, content)
        assert caught.value.problems[0].line == line

    def test_has_a_limit(self, tmp_path: Path) -> None:
        with (tmp_path / "a.md").open("wb") as file:
            file.truncate((16 << 20) + 1)
        with pytest.raises(PackError, match="16,777,217 bytes; the limit is 16,777,216") as caught:
            ScenarioFolder.from_directory(tmp_path).text("a.md")
        assert caught.value.problems[0].file == "a.md"


class TestOnDisk:
    def test_litter_is_ignored(self, tmp_path: Path) -> None:
        files = base_pack()
        litter = {"._x": b"", "data/.DS_Store": b"", "__MACOSX/scenario.yaml": b""}
        found = ScenarioFolder.from_directory(write_folder(tmp_path, files | litter))
        assert found.names() == sorted(files)
        assert found.path("scenario.yaml").read_bytes() == files["scenario.yaml"]

    def test_links_and_pipes_are_not_followed(self, tmp_path: Path) -> None:
        write_folder(tmp_path / "pack", {"scenario.yaml": b""})
        write_folder(tmp_path / "outside", {"secret.csv": b""})
        (tmp_path / "pack/data").symlink_to(tmp_path / "outside")
        (tmp_path / "pack/other.csv").symlink_to("scenario.yaml")
        os.mkfifo(tmp_path / "pack/pipe.csv")
        found = ScenarioFolder.from_directory(tmp_path / "pack")
        assert found.names() == ["scenario.yaml"]
        for name, words in {
            "data/secret.csv": "a symbolic link to",
            "other.csv": 'a symbolic link to "scenario.yaml"',
            "pipe.csv": "a device, pipe or socket",
        }.items():
            with pytest.raises(PackError, match=words):
                found.path(name)

    def test_names_that_no_archive_may_have_are_refused(self, tmp_path: Path) -> None:
        write_folder(tmp_path, {"a\\b.csv": b"", "ok.csv": b""})
        (tmp_path / os.fsdecode(b"bad\xff.csv")).touch()
        with pytest.raises(PackError) as caught:
            ScenarioFolder.from_directory(tmp_path)
        details = " ".join(problem.detail for problem in caught.value.problems)
        assert "backslash" in details
        assert "is not UTF-8" in details

    def test_names_that_differ_only_in_form_are_refused(self, tmp_path: Path) -> None:
        write_folder(tmp_path, {"ü.csv": b"", "u\u0308.csv": b""})
        with pytest.raises(PackError, match="form NFC"):
            ScenarioFolder.from_directory(tmp_path)
