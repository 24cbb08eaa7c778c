"""graph_schema.yaml: names as written, constants with their type, every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import parse_manifest
from scenario_pack.problems import PackError
from scenario_pack.schema import (
    EdgeProperty,
    End,
    Filter,
    GraphSchema,
    csv_only,
    load_graph_schema,
    read_graph_schema,
)

LEADS_OUT = "the name leads out of the scenario's folder"
VERTEX = "vertices: [{label: Site, csv_file: S.csv, id_column: Id}]\n"
ENDS = """\
    source: {label: Site, property: Id, column: A}
    target: {label: Site, property: Id, column: B}
"""


class OneFile(ScenarioFolder):
    """A folder whose schema is the text given."""

    def __init__(self, text: str, *others: str, name: str = "graph_schema.yaml") -> None:
        super().__init__(dict.fromkeys(["scenario.yaml", name, *others], Path()))
        self._text = text

    def text(self, name: str, max_bytes: int = 0) -> str:  # noqa: ARG002  # the parent's
        self.path(name)
        return self._text


def schema(text: str, *others: str, manifest: str = "{}") -> GraphSchema:
    return load_graph_schema(OneFile(text, *others), parse_manifest(manifest))


def edge(more: str) -> GraphSchema:
    return schema(f"{VERTEX}edges:\n  - label: to\n    csv_file: E.csv\n{ENDS}{more}")


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(PackError) as caught:
        schema(text)
    return [(problem.line, problem.detail) for problem in caught.value.problems]


def test_names_are_what_is_written() -> None:
    found = schema("""\
data_dir: ./data//entities/
vertices:
  - label: No
    csv_file: 007.csv
    id_column: y
    partition_key: 1.0
    properties: [SiteId, on, y, NO]
  - {label: ~, csv_file: b.csv, id_column: 12:30}
""")
    no, tilde = found.vertices
    assert (no.label, no.csv_file, no.id_column) == ("No", "data/entities/007.csv", "y")
    assert no.partition_key == "1.0"
    assert no.properties == ("y", "SiteId", "on", "NO")
    assert (tilde.label, tilde.id_column, tilde.properties) == ("~", "12:30", ("12:30",))
    assert tilde.partition_key == "~"


@pytest.mark.parametrize(
    "written",
    [
        "NO",
        "on",
        "0001",
        "1.0",
        "12:30",
        "1_000",
        "2024-05-01",
        "~",
        "true",
        "NULL",
        "null",
        ".nan",
    ],
)
def test_filter_values_are_what_is_written(written: str) -> None:
    (found,) = edge(f"    filter: {{column: {written}, value: {written}}}").edges
    assert found.filter == Filter(column=written, value=written, negate=False)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_can_be_a_filter_value(value: str) -> None:
    written = yaml.safe_dump(value, default_style='"').strip()
    (found,) = edge(f"    filter: {{column: c, value: {written}}}").edges
    assert found.filter is not None
    assert found.filter.value == value


@pytest.mark.parametrize(("written", "negate"), [("true", True), ("yes", True), ("false", False)])
def test_filters_may_be_negated(written: str, negate: bool) -> None:
    (found,) = edge(f'    filter: {{column: c, value: "", negate: {written}}}').edges
    assert found.filter == Filter("c", "", negate)


def test_constants_keep_their_yaml_type() -> None:
    (found,) = edge("""\
    properties:
      - {name: from column, column: NO}
      - {name: a, value: true}
      - {name: b, value: 1.0}
      - {name: c, value: "1.0"}
      - {name: d, value: 7}
      - {name: e, value: NO}
      - {name: f, value: 007}
      - {name: g, value: null}
      - {name: h, value: 2024-05-01}
""").edges
    first, *constants = found.properties
    assert first == EdgeProperty("from column", "NO", None, is_constant=False)
    assert all(property_.is_constant for property_ in constants)
    values = [property_.value for property_ in constants]
    assert values == [True, 1.0, "1.0", 7, "NO", "007", None, "2024-05-01"]
    assert [type(value) for value in values[:4]] == [bool, float, str, int]


def test_edges() -> None:
    (found,) = edge("").edges
    assert found.source == End("Site", "Id", "A")
    assert found.target == End("Site", "Id", "B")
    assert (found.csv_file, found.filter, found.properties) == ("data/entities/E.csv", None, ())


@pytest.mark.parametrize(
    ("data_dir", "present", "expected"),
    [
        ("", (), "data/entities/S.csv"),
        ("data_dir: tables\n", (), "tables/S.csv"),
        ("data_dir: .\n", (), "S.csv"),
        ("", ("S.csv",), "S.csv"),
        ("", ("S.csv", "data/entities/S.csv"), "data/entities/S.csv"),
    ],
)
def test_where_tables_are_looked_for(
    data_dir: str, present: tuple[str, ...], expected: str
) -> None:
    assert schema(data_dir + VERTEX, *present).vertices[0].csv_file == expected


def test_the_manifest_names_directory_and_schema() -> None:
    found = schema(VERTEX, manifest="paths: {entities: my/tables}")
    assert found.vertices[0].csv_file == "my/tables/S.csv"
    manifest = parse_manifest("data_sources: {graph: {schema_file: m/model.yaml}}")
    assert load_graph_schema(OneFile(VERTEX, name="m/model.yaml"), manifest).vertices
    manifest = parse_manifest("paths: {graph_schema: other.yaml}")
    assert load_graph_schema(OneFile(VERTEX, name="other.yaml"), manifest).vertices
    assert load_graph_schema(OneFile(VERTEX), manifest).vertices


def test_every_problem_at_once_with_its_line() -> None:
    found = problems("""\
vertices:
  - {label: Site, csv_file: S.csv}
  - {csv_file: [x], id_column: ""}
  - text
  - {label: Out, csv_file: ../../../out.csv, id_column: Id, properties: Id}
edges:
  - label: to
    csv_file: E.csv
    filter: {column: c, value: [1]}
    source: {label: Sight, property: Id, column: A}
  - label: fro
    csv_file: E.csv
    filter: {negate: maybe}
    source: {}
    target: {label: Site, property: Id, column: B}
    properties:
      - {name: x, column: c, value: v}
      - {name: y}
      - {value: v}
      - {name: z, value: {a: b}}
      - {name: z, column: c}
""")
    assert found == [
        (2, "vertices[0].id_column is missing"),
        (3, "vertices[1].label is missing"),
        (3, "vertices[1].id_column is empty"),
        (3, "vertices[1].csv_file must be a text, not a list"),
        (4, "vertices[2] must hold keys and values, not a single value"),
        (5, f'vertices[3].csv_file is "../../../out.csv": {LEADS_OUT}'),
        (5, "vertices[3].properties must be a list, not a single value"),
        (7, "edges[0].target is missing"),
        (9, "edges[0].filter.value must be a text, not a list"),
        (10, 'edges[0].source.label names "Sight", which no vertex entry has'),
        (13, "edges[1].filter.column is missing"),
        (13, "edges[1].filter.value is missing"),
        (13, "edges[1].filter.negate must be true or false"),
        (14, "edges[1].source.label is missing"),
        (14, "edges[1].source.property is missing"),
        (14, "edges[1].source.column is missing"),
        (17, "edges[1].properties[0].name needs either a column or a value"),
        (18, "edges[1].properties[1].name needs either a column or a value"),
        (19, "edges[1].properties[2].name is missing"),
        (20, "edges[1].properties[3].value must be a single value, not keys and values"),
        (21, 'edges[1].properties[4].name gives "z" twice'),
    ]


@pytest.mark.parametrize("text", ["{}", "vertices: []", "vertices:", "edges: []"])
def test_no_vertices_is_a_problem(text: str) -> None:
    assert problems(text)[0][1] == "vertices must list at least one vertex entry"


def test_a_missing_schema_is_told() -> None:
    folder = ScenarioFolder({"entities/a.csv": Path()})
    with pytest.raises(PackError, match="the graph schema is missing") as caught:
        load_graph_schema(folder, parse_manifest("{}"))
    assert caught.value.problems[0].file == "graph_schema.yaml"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.csv"], True),
        (["entities/a.csv", "README.md"], True),
        (["hello/data/entities/a.csv"], True),
        (["telemetry/a.csv", "x"], False),
        (["a.csv", "scenario.yaml"], False),
        (["a.csv", "graph_schema.yml"], False),
        (["a.md"], False),
    ],
)
def test_tables_without_any_yaml(names: list[str], expected: bool) -> None:
    assert csv_only(ScenarioFolder(dict.fromkeys(names, Path()))) is expected


def test_sound_entries_can_be_looked_at_beside_the_problems() -> None:
    text = """\
vertices:
  - {label: Site, csv_file: S.csv, id_column: Id}
  - {label: Link, csv_file: L.csv}
  - {label: Hub, csv_file: H.csv, id_column: Id}
edges:
  - {label: a, csv_file: E.csv, source: &s {label: Site, property: Id, column: A}, target: *s}
  - {label: b, csv_file: E.csv, source: *s, target: {label: Link, property: Id, column: B}}
  - {label: c, csv_file: E.csv, source: *s, target: {label: Nope, property: Id, column: B}}
"""
    found = read_graph_schema(OneFile(text), parse_manifest("{}"))
    assert [entry.label for entry in found.vertices] == ["Site", "Hub"]
    assert [entry.label for entry in found.edges] == ["a"]
    assert [problem.line for problem in found.problems] == [3, 8]


def test_a_section_of_a_wrong_type_is_one_problem() -> None:
    assert (
        len(problems(f"{VERTEX}edges:\n- {{label: x, csv_file: E.csv, source: [], target: 1}}"))
        == 2
    )
