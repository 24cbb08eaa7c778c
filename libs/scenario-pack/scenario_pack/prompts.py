"""Agent prompts: one a file, or one composed of a folder for the backend at hand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Agent, Manifest
from scenario_pack.names import MANIFEST, Resources, shown
from scenario_pack.problems import PackError, PackWarning, Problem
from scenario_pack.slots import document_names, documents_directory

_RULE = "\n\n---\n\n"
_LANGUAGES = {
    "cosmosdb-gremlin": ("language_gremlin.md",),
    "fabric-gql": ("language_gql.md",),
    "embedded": ("language_cypher.md", "language_gql.md"),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """`agent` and `name` together are unique in a pack.

    `agent` is the agent's role (else its name); `name` is the path below the prompts' folder
    without suffix, or that of a composed folder.
    """

    agent: str
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class _Draft:
    agent: str
    name: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """The files that an agent's instructions name, by the name of their `folder` or one by one."""

    folder: str | None
    files: list[str]


def iter_prompts(
    folder: ScenarioFolder, manifest: Manifest | None, *, backend: str, resources: Resources
) -> Iterator[Prompt]:
    """The pack's prompts with `{graph_name}` and `{scenario_prefix}` replaced.

    Raises PackError at once if there are none, and after the last for files that are too large
    or no UTF-8: what was given until then is not all.
    """
    files = _files(folder, manifest)
    problems: dict[Problem, None] = {}
    for draft in _drafts(list(files), manifest.agents if manifest else (), backend):
        try:
            texts = [folder.text(files[file]) for file in draft.files]
        except PackError as error:
            problems |= dict.fromkeys(error.problems)
            continue
        content = texts[0] if len(texts) == 1 else _RULE.join(text.strip("\n") for text in texts)
        yield Prompt(draft.agent, draft.name, _filled(content, resources))
    if problems:
        raise PackError(problems)


def instruction_warnings(
    folder: ScenarioFolder, manifest: Manifest | None
) -> tuple[PackWarning, ...]:
    """One for each of the instructions that agents name and the pack does not hold."""
    files = list(_files(folder, manifest))
    named = [agent.instructions_file for agent in manifest.agents] if manifest else []
    return tuple(
        PackWarning(
            "missing_instructions",
            f'an agent\'s instructions "{shown(name)}" are missing',
            MANIFEST,
            examples=[{"value": name}],
        )
        for name in dict.fromkeys(named)
        if name and not _match(name, files).files
    )


def _files(folder: ScenarioFolder, manifest: Manifest | None) -> dict[str, str]:
    """All prompt files: the name below the prompts' folder to that in the pack."""
    names = document_names(folder, manifest, "prompts")
    directory = documents_directory(folder, manifest, "prompts") or ""
    return {name.removeprefix(directory).lstrip("/"): name for name in names}


def _drafts(files: list[str], agents: tuple[Agent, ...], backend: str) -> Iterator[_Draft]:
    unnamed = dict.fromkeys(files)
    seen: set[_Draft] = set()
    for agent in agents:
        if not agent.instructions_file:
            continue
        match = _match(agent.instructions_file, files)
        for draft in _drafts_of(agent, match, backend):
            if draft not in seen:
                seen.add(draft)
                yield draft
        for file in match.files:
            unnamed.pop(file, None)
    for file in unnamed:
        path = PurePosixPath(file)
        yield _Draft(path.parent.name or path.stem, _stem(file), (file,))


def _drafts_of(agent: Agent, match: _Match, backend: str) -> Iterator[_Draft]:
    role = agent.role or agent.name
    if match.folder is None or not agent.compose_with_connector:
        for file in match.files:
            yield _Draft(role or PurePosixPath(file).stem, _stem(file), (file,))
        return
    files = _fitting(match.files, backend)
    if files:
        yield _Draft(role or match.folder, match.folder, files)


def _fitting(files: list[str], backend: str) -> tuple[str, ...]:
    """The files without those for the query languages of other backends."""
    present = {PurePosixPath(file).name for file in files}
    language = next((name for name in _LANGUAGES.get(backend, ()) if name in present), None)
    return tuple(
        file
        for file in files
        if (name := PurePosixPath(file).name) == language or not name.startswith("language_")
    )


def _match(instructions: str, files: list[str]) -> _Match:
    """By path, with or without the folders above the prompts', else by file name alone."""
    parts = PurePosixPath(unicodedata.normalize("NFC", instructions)).parts
    for start in range(len(parts)):
        name = "/".join(parts[start:])
        if name in files:
            return _Match(None, [name])
        inside = [file for file in files if file.startswith(f"{name}/")]
        if inside:
            return _Match(name, inside)
    return _Match(None, [file for file in files if parts and PurePosixPath(file).name == parts[-1]])


def _stem(file: str) -> str:
    return file.removesuffix(".md")


def _filled(content: str, resources: Resources) -> str:
    return content.replace("{graph_name}", resources.graph_name).replace(
        "{scenario_prefix}", resources.scenario_prefix
    )
