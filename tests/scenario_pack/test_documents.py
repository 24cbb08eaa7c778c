"""Runbooks and tickets: where they are looked for, what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scenario_pack.documents import Document, DocumentSlot, iter_documents
from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import parse_manifest
from scenario_pack.problems import PackError
from support.tarballs import write_folder


def documents(
    root: Path, files: Mapping[str, bytes], slot: DocumentSlot = "runbooks", manifest: str = "{}"
) -> list[Document]:
    folder = ScenarioFolder.from_directory(write_folder(root, files))
    return list(iter_documents(folder, parse_manifest(manifest), slot))


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"# Restart\n\n## Then", "Restart"),
        (b"\n\n  ### Indented ### \r\n", "Indented"),
        (b"text\n```\n# a comment\n```\n## Real", "Real"),
        (b"~~~\n# a comment\n", "file"),
        (b"Title\n=====\n", "Title"),
        (b"#hashtag\n#\n", "file"),
        (b"no heading", "file"),
        (b"", "file"),
        ("# Größe — 日本".encode(), "Größe — 日本"),
    ],
)
def test_titles_of_runbooks(tmp_path: Path, content: bytes, title: str) -> None:
    (document,) = documents(tmp_path, {"runbooks/file.md": content})
    assert document == Document("file.md", title, content.decode())


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"\n \n  Link down \nmore", "Link down"),
        (b"# not a heading", "# not a heading"),
        (b"x" * 300, "x" * 200),
        (b" \n", "INC-1"),
        (b"", "INC-1"),
    ],
)
def test_titles_of_tickets(tmp_path: Path, content: bytes, title: str) -> None:
    (document,) = documents(tmp_path, {"tickets/INC-1.txt": content}, "tickets")
    assert (document.id, document.title) == ("INC-1.txt", title)


@pytest.mark.parametrize(
    ("files", "manifest", "ids"),
    [
        (["data/knowledge/runbooks/a.md", "runbooks/b.md"], "{}", ["a.md"]),
        (["knowledge/runbooks/a.md", "README.md"], "{}", ["a.md"]),
        (["data/runbooks/a.md"], "{}", ["a.md"]),
        (["runbooks/core/a.md", "runbooks/b.MD", "runbooks/c.txt"], "{}", ["b.MD", "core/a.md"]),
        (["kb/a.md", "runbooks/b.md"], "paths: {runbooks: kb/}", ["a.md"]),
        (["kb/a.md", "runbooks/b.md"], "paths: {runbooks: gone}", ["b.md"]),
        (["kb/a.md", "runbooks/b.md"], "paths: {runbooks: ../..}", ["b.md"]),
        (
            ["kb/a.md"],
            "data_sources: {search_indexes: {runbooks: {source: ./kb}}}",
            ["a.md"],
        ),
        (["kb/a.md"], "search_indexes: [{name: runbooks, source: kb}]", ["a.md"]),
        (["a.md", "core/b.md"], "{}", ["a.md", "core/b.md"]),
    ],
)
def test_where_runbooks_are_looked_for(
    tmp_path: Path, files: list[str], manifest: str, ids: list[str]
) -> None:
    contents = dict.fromkeys(["scenario.yaml", *files], b"x")
    assert [found.id for found in documents(tmp_path, contents, manifest=manifest)] == ids


def test_a_readme_beside_a_whole_scenario_is_no_runbook(tmp_path: Path) -> None:
    files = {"scenario.yaml": b"", "README.md": b"", "data/entities/a.csv": b""}
    with pytest.raises(PackError, match=r"there are no runbooks: no \.md file in data/knowledge"):
        documents(tmp_path, files)


def test_all_that_are_no_texts_are_told_after_the_others(tmp_path: Path) -> None:
    files = {"runbooks/a.md": b"\xff", "runbooks/b.md": b"fine", "runbooks/c.md": b"\n\xfe"}
    folder = ScenarioFolder.from_directory(write_folder(tmp_path, files))
    found = []
    with pytest.raises(PackError) as caught:
        found += [document.id for document in iter_documents(folder, None, "runbooks")]
    problems = [(problem.file, problem.line) for problem in caught.value.problems]
    assert problems == [("runbooks/a.md", 1), ("runbooks/c.md", 2)]


def test_a_document_over_the_limit_is_told_with_it(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="the limit is 16,777,216") as caught:
        documents(tmp_path, {"runbooks/big.md": bytes((16 << 20) + 1)})
    assert caught.value.problems[0].file == "runbooks/big.md"


def test_a_link_among_documents_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"runbooks/a.md": b""})
    (tmp_path / "runbooks/b.md").symlink_to("a.md")
    with pytest.raises(PackError, match="a symbolic link to") as caught:
        documents(tmp_path, {})
    assert caught.value.problems[0].file == "runbooks/b.md"
