"""graph_schema.yaml: which CSV columns become which vertices and edges."""

from __future__ import annotations

from dataclasses import dataclass

from scenario_pack.folder import ScenarioFolder, clean_name
from scenario_pack.manifest import Manifest
from scenario_pack.names import GRAPH_SCHEMA
from scenario_pack.problems import PackError, Problem
from scenario_pack.sections import Section
from scenario_pack.strict_yaml import parse
from scenario_pack.yaml_nodes import Scalar, ScalarValue

DEFAULT_DATA_DIRECTORY = "data/entities"


@dataclass(frozen=True, slots=True)
class VertexEntry:
    """Rows of one CSV that become vertices; `properties` begin with the id column."""

    label: str
    csv_file: str
    id_column: str
    partition_key: str
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Takes the rows whose cell in `column` is the text `value` (or, negated, is not)."""

    column: str
    value: str
    negate: bool


@dataclass(frozen=True, slots=True)
class End:
    """Where an edge begins or ends: the vertex of `label` whose `property` is in `column`."""

    label: str
    property: str
    column: str


@dataclass(frozen=True, slots=True)
class EdgeProperty:
    """From a column, or a constant with its YAML type."""

    name: str
    column: str | None
    value: ScalarValue
    is_constant: bool


@dataclass(frozen=True, slots=True)
class EdgeEntry:
    label: str
    csv_file: str
    filter: Filter | None
    source: End
    target: End
    properties: tuple[EdgeProperty, ...]


@dataclass(frozen=True, slots=True)
class GraphSchema:
    """Names of CSV files are relative to the scenario's folder.

    `problems` are those of the file; entries that have any, and edges between such, are not here.
    """

    vertices: tuple[VertexEntry, ...]
    edges: tuple[EdgeEntry, ...]
    problems: tuple[Problem, ...] = ()


def csv_only(folder: ScenarioFolder) -> bool:
    """Whether the folder holds tables and no YAML at all: a graph for Fabric without a schema."""
    names = folder.names()
    return not any(name.lower().endswith((".yaml", ".yml")) for name in names) and any(
        _is_table(name) for name in names
    )


def _is_table(name: str) -> bool:
    directory = name.rpartition("/")[0]
    return name.lower().endswith(".csv") and directory in {"", "entities", "data/entities"}


def schema_file(folder: ScenarioFolder, manifest: Manifest | None) -> str | None:
    """The name of the schema, or None if the folder has none."""
    candidates = [GRAPH_SCHEMA]
    if manifest:
        named = [manifest.graph.schema_file, manifest.paths.get("graph_schema", "")]
        candidates = [*named, GRAPH_SCHEMA]
    return next((name for name in candidates if name and folder.is_there(name)), None)


def load_graph_schema(folder: ScenarioFolder, manifest: Manifest) -> GraphSchema:
    """Raises PackError with every problem of the schema."""
    schema = read_graph_schema(folder, manifest)
    if schema.problems:
        raise PackError(schema.problems)
    return schema


def read_graph_schema(folder: ScenarioFolder, manifest: Manifest) -> GraphSchema:
    """What can be read of the schema; raises PackError if that is nothing."""
    file = schema_file(folder, manifest)
    if file is None:
        missing = manifest.graph.schema_file or GRAPH_SCHEMA
        detail = "the graph schema is missing; it says which columns become vertices and edges"
        raise PackError(Problem(detail, file=missing))
    root = Section.root(parse(folder.text(file), file), file)
    find = _CsvFinder(folder, root, manifest)
    vertices = root.judged("vertices", lambda entry: _vertex(entry, find))
    if not vertices:
        root.fault("vertices", "must list at least one vertex entry")
    labels = {entry.label for entry, _ in vertices if entry.label}
    edges = root.judged("edges", lambda entry: _edge(entry, find, labels))
    unsound = {entry.label for entry, is_sound in vertices if not is_sound}
    return GraphSchema(
        tuple(entry for entry, is_sound in vertices if is_sound),
        tuple(
            entry
            for entry, is_sound in edges
            if is_sound and not unsound & {entry.source.label, entry.target.label}
        ),
        root.problems(),
    )


class _CsvFinder:
    """Joins a CSV's name with `data_dir`, unless it only exists relative to the folder."""

    def __init__(self, folder: ScenarioFolder, root: Section, manifest: Manifest) -> None:
        self._folder = folder
        default = manifest.paths.get("entities") or DEFAULT_DATA_DIRECTORY
        self._directory = root.optional_text("data_dir", default)

    def __call__(self, entry: Section) -> str:
        name = entry.text("csv_file")
        try:
            joined = clean_name(f"{self._directory}/{name}")
            if not self._folder.is_there(joined) and self._folder.is_there(name):
                return clean_name(name)
        except PackError as error:
            entry.fault("csv_file", f'is "{name}": {error.problems[0].detail}')
            return ""
        return joined


def _vertex(entry: Section, find: _CsvFinder) -> VertexEntry:
    label = entry.text("label")
    id_column = entry.text("id_column")
    return VertexEntry(
        label=label,
        csv_file=find(entry),
        id_column=id_column,
        partition_key=entry.optional_text("partition_key", label),
        properties=tuple(dict.fromkeys([id_column, *entry.texts("properties")])),
    )


def _edge(entry: Section, find: _CsvFinder, labels: set[str]) -> EdgeEntry:
    return EdgeEntry(
        label=entry.text("label"),
        csv_file=find(entry),
        filter=_filter(entry),
        source=_end(entry, "source", labels),
        target=_end(entry, "target", labels),
        properties=_edge_properties(entry),
    )


def _filter(entry: Section) -> Filter | None:
    node = entry.node.get("filter")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    section = entry.section("filter")
    return Filter(section.text("column"), section.text_or_empty("value"), section.flag("negate"))


def _end(entry: Section, key: str, labels: set[str]) -> End:
    if key not in entry.node:
        entry.fault(key, "is missing")
        return End("", "", "")
    section = entry.section(key)
    end = End(section.text("label"), section.text("property"), section.text("column"))
    if end.label and end.label not in labels:
        section.fault("label", f'names "{end.label}", which no vertex entry has')
    return end


def _edge_properties(entry: Section) -> tuple[EdgeProperty, ...]:
    properties: dict[str, EdgeProperty] = {}
    for section in entry.sections("properties"):
        name = section.text("name")
        if name and name in properties:
            section.fault("name", f'gives "{name}" twice')
        if ("column" in section.node) == ("value" in section.node):
            section.fault("name", "needs either a column or a value")
        elif "column" in section.node:
            properties[name] = EdgeProperty(name, section.text("column"), None, is_constant=False)
        else:
            properties[name] = EdgeProperty(name, None, section.value("value"), is_constant=True)
    return tuple(properties.values())
