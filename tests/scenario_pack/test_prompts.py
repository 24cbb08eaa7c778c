"""Prompts: whose they are, what is composed, what is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import parse_manifest
from scenario_pack.names import Resources
from scenario_pack.problems import PackError
from scenario_pack.prompts import instruction_warnings, iter_prompts
from support.tarballs import write_folder

LANGUAGES = ("cypher", "gql", "gremlin")


def prompts(
    root: Path,
    files: Mapping[str, bytes],
    manifest: str = "{}",
    backend: str = "embedded",
) -> dict[tuple[str, str], str]:
    folder = ScenarioFolder.from_directory(write_folder(root, files))
    found = list(
        iter_prompts(
            folder,
            parse_manifest(manifest),
            backend=backend,
            resources=Resources("my-topology", "my"),
        )
    )
    result = {(prompt.agent, prompt.name): prompt.content for prompt in found}
    assert len(result) == len(found)
    return result


def agent(file: str, *, composed: bool = False, role: str = "guide") -> str:
    flag = "true" if composed else "false"
    return (
        f"agents: [{{name: A, role: {role}, instructions_file: {file}, "
        f"compose_with_connector: {flag}}}]"
    )


def test_placeholders_are_filled_in(tmp_path: Path) -> None:
    content = b"{graph_name} and {scenario_prefix}, {other} {graph_name}"
    found = prompts(tmp_path, {"prompts/a.md": content})
    assert found == {("a", "a"): "my-topology and my, {other} my-topology"}


@pytest.mark.parametrize(
    "file", ["a.md", "./a.md", "prompts/a.md", "data/prompts/a.md", "x/y/a.md"]
)
@pytest.mark.parametrize("directory", ["prompts", "data/prompts"])
def test_the_role_is_found_by_file_name(tmp_path: Path, file: str, directory: str) -> None:
    found = prompts(tmp_path, {f"{directory}/a.md": b"x"}, agent(file))
    assert found == {("guide", "a"): "x"}


def test_a_file_may_stand_deeper_than_the_agent_says(tmp_path: Path) -> None:
    found = prompts(tmp_path, {"prompts/deep/a.md": b"x"}, agent("a.md"))
    assert found == {("guide", "deep/a"): "x"}


def test_an_agent_without_role_is_called_by_name(tmp_path: Path) -> None:
    found = prompts(tmp_path, {"prompts/a.md": b""}, "agents: [{name: N, instructions_file: a.md}]")
    assert found == {("N", "a"): ""}


def test_two_agents_may_share_a_file(tmp_path: Path) -> None:
    manifest = """agents:
      - {name: A, role: one, instructions_file: a.md}
      - {name: B, role: two, instructions_file: a.md}
      - {name: C, role: two, instructions_file: a.md}
      - {name: D}
    """
    found = prompts(tmp_path, {"prompts/a.md": b"x"}, manifest)
    assert found == {("one", "a"): "x", ("two", "a"): "x"}


def test_what_no_agent_names_goes_by_its_folder(tmp_path: Path) -> None:
    files = {"a.md": b"1", "alerts/loss.md": b"2", "alerts/deep/x.md": b"3", "guide.md": b"4"}
    found = prompts(
        tmp_path, {f"data/prompts/{name}": text for name, text in files.items()}, agent("guide.md")
    )
    assert found == {
        ("guide", "guide"): "4",
        ("a", "a"): "1",
        ("alerts", "alerts/loss"): "2",
        ("deep", "alerts/deep/x"): "3",
    }


@pytest.mark.parametrize(
    ("backend", "present", "language"),
    [
        ("cosmosdb-gremlin", LANGUAGES, "gremlin"),
        ("fabric-gql", LANGUAGES, "gql"),
        ("embedded", LANGUAGES, "cypher"),
        ("embedded", ("gql", "gremlin"), "gql"),
        ("embedded", ("gremlin",), None),
        ("cosmosdb-gremlin", ("gql",), None),
    ],
)
@pytest.mark.parametrize("named", ["explorer/", "explorer", "data/prompts/explorer/"])
def test_a_composed_folder_takes_the_language_of_the_backend(
    tmp_path: Path, backend: str, present: tuple[str, ...], language: str | None, named: str
) -> None:
    files = {"02_b.md": b"\ntwo {graph_name}\n\n", "01_a.md": b"one", "zz/deep.md": b"last"}
    files |= {f"language_{name}.md": name.encode() for name in present}
    found = prompts(
        tmp_path,
        {f"data/prompts/explorer/{name}": text for name, text in files.items()},
        agent(named, composed=True),
        backend,
    )
    parts = ["one", "two my-topology", *([language] if language else []), "last"]
    assert found == {("guide", "explorer"): "\n\n---\n\n".join(parts)}


def test_the_folder_of_an_agent_that_does_not_compose_stays_in_pieces(tmp_path: Path) -> None:
    files = {"prompts/e/a.md": b"1", "prompts/e/language_gql.md": b"2"}
    found = prompts(tmp_path, files, agent("e/"))
    assert found == {("guide", "e/a"): "1", ("guide", "e/language_gql"): "2"}


def test_missing_instructions_are_known(tmp_path: Path) -> None:
    folder = ScenarioFolder.from_directory(write_folder(tmp_path, {"prompts/a.md": b""}))
    manifest = parse_manifest(
        "agents: [{instructions_file: a.md}, {instructions_file: b.md}, {instructions_file: c/}]"
    )
    warned = instruction_warnings(folder, manifest)
    assert [warning.examples for warning in warned] == [[{"value": "b.md"}], [{"value": "c/"}]]
    assert instruction_warnings(folder, None) == ()


def test_all_files_that_are_no_texts_are_told_once(tmp_path: Path) -> None:
    files = {"prompts/a.md": b"\xff", "prompts/b.md": b"", "prompts/c.md": b"\xff"}
    manifest = "agents: [{role: x, instructions_file: a.md}, {role: y, instructions_file: a.md}]"
    with pytest.raises(PackError) as caught:
        prompts(tmp_path, files, manifest)
    assert [problem.file for problem in caught.value.problems] == ["prompts/a.md", "prompts/c.md"]


def test_no_prompts_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="there are no prompts"):
        prompts(tmp_path, {"data/entities/a.csv": b""})
