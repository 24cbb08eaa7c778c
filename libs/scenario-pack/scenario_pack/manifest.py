"""scenario.yaml, versions 1.0 and 2.0: what a scenario is called, holds and looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, overload

from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest_v1 import as_data_sources
from scenario_pack.names import MANIFEST, Resources, rename_resources, renamed_resource, shown
from scenario_pack.problems import PackError, Problem
from scenario_pack.sections import Section
from scenario_pack.strict_yaml import parse
from scenario_pack.yaml_nodes import Node, Scalar, Sequence, plain

_TEXTS = ("name", "display_name", "description", "domain", "version")
_LISTS_OF_TEXTS = ("use_cases", "example_questions")


@dataclass(frozen=True, slots=True)
class GraphResources:
    connector: str
    database: str
    graph: str
    partition_key: str
    schema_file: str


@dataclass(frozen=True, slots=True)
class TelemetryResources:
    connector: str
    database: str
    container_prefix: str


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """`source` is a path in the pack or ""."""

    index_name: str
    source: str
    blob_container: str


@dataclass(frozen=True, slots=True)
class TelemetryTable:
    """A container and its CSV, as written; `id_field` None: there is no natural key."""

    name: str
    csv_file: str
    id_field: str | None
    numeric_fields: tuple[str, ...]
    partition_key: str


@dataclass(frozen=True, slots=True)
class Agent:
    """`instructions_file` is "" for an agent without a prompt."""

    name: str
    role: str
    model: str
    instructions_file: str
    compose_with_connector: bool
    tools: tuple[Any, ...]
    is_orchestrator: bool
    connected_agents: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`config` is the whole file as strict JSON; version 1 has got its `data_sources`.

    `name` is as written, "" if there is none; whether it is legal is not judged here.
    `search` has an index for each of `runbooks` and `tickets` that the file names.
    """

    name: str
    config: dict[str, Any]
    paths: Mapping[str, str]
    graph: GraphResources
    telemetry: TelemetryResources
    search: Mapping[str, SearchIndex]
    agents: tuple[Agent, ...]
    graph_styles: dict[str, Any]
    telemetry_tables: tuple[TelemetryTable, ...]

    @property
    def resources(self) -> Resources:
        return Resources(self.graph.graph, self.telemetry.container_prefix)

    def renamed(self, new_name: str) -> Manifest:
        """The manifest of a scenario called `new_name`, its resources renamed with it."""

        def renamed(resource: str) -> str:
            return renamed_resource(resource, self.name, new_name)

        return replace(
            self,
            name=new_name,
            config=rename_resources(self.config, self.name, new_name),
            graph=replace(self.graph, graph=renamed(self.graph.graph)),
            telemetry=replace(
                self.telemetry, container_prefix=renamed(self.telemetry.container_prefix)
            ),
            search={
                slot: replace(
                    index,
                    index_name=renamed(index.index_name),
                    blob_container=renamed(index.blob_container),
                )
                for slot, index in self.search.items()
            },
        )


@overload
def load_manifest(folder: ScenarioFolder, *, required: Literal[True]) -> Manifest: ...
@overload
def load_manifest(folder: ScenarioFolder, *, required: bool) -> Manifest | None: ...
def load_manifest(folder: ScenarioFolder, *, required: bool) -> Manifest | None:
    """Read scenario.yaml; None if it is missing and not required.

    Raises PackError with every problem of the file.
    """
    if not folder.is_there(MANIFEST):
        if required:
            detail = "the manifest is missing; it stands at the root or in the one top folder"
            raise PackError(Problem(detail + misplaced_manifest(folder), file=MANIFEST))
        return None
    return parse_manifest(folder.text(MANIFEST))


def misplaced_manifest(folder: ScenarioFolder) -> str:
    """Words for a file that may be meant as scenario.yaml, "" if there is none."""
    meant = {MANIFEST, MANIFEST.replace(".yaml", ".yml")}
    for name in folder.names():
        if name.rpartition("/")[2].lower() in meant:
            return f'. There is "{shown(name)}", which is too deep or not called so'
    return ""


def parse_manifest(text: str, file: str = MANIFEST) -> Manifest:
    root = Section.root(parse(text, file), file)
    if "data_sources" not in root.node:
        root.node["data_sources"] = as_data_sources(root)
    manifest = _manifest(root)
    root.finish()
    return manifest


def _manifest(root: Section) -> Manifest:
    name = root.optional_text("name")
    sources = root.section("data_sources")
    telemetry = sources.section("telemetry")
    config: dict[str, Any] = plain(root.node) | _texts_as_written(root)
    return Manifest(
        name=name,
        config=config,
        paths=_paths(root.section("paths")),
        graph=_graph(sources.section("graph"), name),
        telemetry=_telemetry(telemetry, name),
        search={
            slot: _index(section, name, slot)
            for slot, section in sources.section("search_indexes").named_sections()
        },
        agents=tuple(_agent(section) for section in root.sections("agents")),
        graph_styles=plain(root.section("graph_styles").node),
        telemetry_tables=_tables(telemetry.section("config")),
    )


def _texts_as_written(root: Section) -> dict[str, Any]:
    """`version: 1.10` is the text 1.10, not the number 1.1."""

    def as_text(node: Node) -> Any:
        if isinstance(node, Scalar) and node.value is not None:
            return node.text
        return plain(node)

    texts = {key: as_text(root.node[key]) for key in _TEXTS if key in root.node}
    lists = {
        key: [as_text(item) for item in items]
        for key in _LISTS_OF_TEXTS
        if isinstance(items := root.node.get(key), Sequence)
    }
    return texts | lists


def _paths(section: Section) -> dict[str, str]:
    """Paths that are no texts are kept in `config` alone."""
    return {
        key: node.text
        for key, node in section.node.items()
        if isinstance(node, Scalar) and node.value is not None
    }


def _graph(section: Section, name: str) -> GraphResources:
    config = section.section("config")
    return GraphResources(
        connector=section.optional_text("connector"),
        database=config.optional_text("database"),
        graph=config.optional_text("graph", _called("topology", name)),
        partition_key=config.optional_text("partition_key", "/partitionKey"),
        schema_file=section.optional_text("schema_file"),
    )


def _telemetry(section: Section, name: str) -> TelemetryResources:
    config = section.section("config")
    return TelemetryResources(
        connector=section.optional_text("connector"),
        database=config.optional_text("database"),
        container_prefix=config.optional_text("container_prefix", name),
    )


def _tables(config: Section) -> tuple[TelemetryTable, ...]:
    tables: dict[str, TelemetryTable] = {}
    for section in config.sections("containers"):
        name = section.text("name")
        if name and name in tables:
            section.fault("name", f'gives the container "{name}" twice')
        tables[name] = TelemetryTable(
            name=name,
            csv_file=section.text("csv_file"),
            id_field=section.optional_text("id_field") or None,
            numeric_fields=section.texts("numeric_fields"),
            partition_key=section.optional_text("partition_key"),
        )
    return tuple(tables.values())


def _index(section: Section, name: str, slot: str) -> SearchIndex:
    return SearchIndex(
        index_name=section.optional_text("index_name", _called(slot, name)),
        source=section.optional_text("source"),
        blob_container=section.optional_text("blob_container", _called(slot, name)),
    )


def _called(resource: str, name: str) -> str:
    return f"{name}-{resource}" if name else resource


def _agent(section: Section) -> Agent:
    return Agent(
        name=section.optional_text("name"),
        role=section.optional_text("role"),
        model=section.optional_text("model"),
        instructions_file=section.optional_text("instructions_file"),
        compose_with_connector=section.flag("compose_with_connector"),
        tools=_items(section, "tools"),
        is_orchestrator=section.flag("is_orchestrator"),
        connected_agents=_items(section, "connected_agents"),
    )


def _items(section: Section, key: str) -> tuple[Any, ...]:
    value = plain(section.node[key]) if key in section.node else None
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
