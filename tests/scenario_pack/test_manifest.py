"""scenario.yaml, both versions, with its odd values and its faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Manifest, load_manifest, parse_manifest
from scenario_pack.names import Resources
from scenario_pack.problems import PackError

VERSION_2 = """\
name: telco-noc
display_name: Telco
version: "2.0"
use_cases: [yes, 5]
paths:
  runbooks: data/kb
  default_alert: 2026-05-01T10:00:00Z
data_sources:
  graph:
    connector: fabric-gql
    config: { database: networkgraph, graph: telco-noc-topology, partition_key: /pk }
    schema_file: model.yaml
  telemetry:
    connector: cosmosdb-nosql
    config:
      database: telemetry
      container_prefix: telco-noc
      containers:
        - name: Alerts
          partition_key: /Node
          csv_file: 007.csv
          id_field: AlertId
          numeric_fields: [on, 1.0]
        - { name: Load, csv_file: Load.csv, id_field: null }
  search_indexes:
    runbooks: { index_name: telco-noc-runbooks-index, source: data/kb, blob_container: runbooks }
agents:
  - name: 007
    role: orchestrator
    instructions_file: guide.md
    is_orchestrator: true
    tools: [search, { kind: graph }]
    connected_agents: [Explorer]
  - { name: Explorer, instructions_file: explorer/, compose_with_connector: yes }
graph_styles: { node_types: { Site: { color: "#fff", size: 10 } } }
"""

VERSION_1 = """\
name: telco-noc
version: 1.0
cosmos:
  gremlin: { database: networkgraph, graph: topology }
  nosql:
    database: telemetry
    containers:
      - { name: Alerts, csv_file: Alerts.csv, id_field: AlertId, numeric_fields: [Severity] }
search_indexes:
  - { name: runbooks-index, container: runbooks, source: data/knowledge/runbooks }
  - { name: telco-noc-tickets, container: tickets, source: data/knowledge/tickets }
  - { name: something, container: else }
"""


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(PackError) as caught:
        parse_manifest(text)
    assert {problem.file for problem in caught.value.problems} == {"scenario.yaml"}
    return [(problem.line, problem.detail) for problem in caught.value.problems]


def test_version_2() -> None:
    manifest = parse_manifest(VERSION_2)
    assert manifest.name == "telco-noc"
    assert manifest.graph.graph == "telco-noc-topology"
    assert manifest.graph.schema_file == "model.yaml"
    assert manifest.graph.partition_key == "/pk"
    assert manifest.paths["runbooks"] == "data/kb"
    assert manifest.search["runbooks"].index_name == "telco-noc-runbooks-index"
    assert manifest.resources == Resources("telco-noc-topology", "telco-noc")
    alerts, load = manifest.telemetry_tables
    assert (alerts.csv_file, alerts.id_field, alerts.partition_key) == (
        "007.csv",
        "AlertId",
        "/Node",
    )
    assert alerts.numeric_fields == ("on", "1.0")
    assert (load.id_field, load.numeric_fields) == (None, ())
    guide, explorer = manifest.agents
    assert (guide.name, guide.is_orchestrator, guide.compose_with_connector) == ("007", True, False)
    assert guide.tools == ("search", {"kind": "graph"})
    assert guide.connected_agents == ("Explorer",)
    assert explorer.compose_with_connector
    assert manifest.graph_styles == {"node_types": {"Site": {"color": "#fff", "size": 10}}}


def test_version_1_is_read_as_version_2_with_prefixed_names() -> None:
    manifest = parse_manifest(VERSION_1)
    assert manifest.graph.graph == "telco-noc-topology"
    assert manifest.graph.connector == "cosmosdb-gremlin"
    assert manifest.telemetry.container_prefix == "telco-noc"
    assert [table.name for table in manifest.telemetry_tables] == ["Alerts"]
    assert manifest.search["runbooks"].index_name == "telco-noc-runbooks-index"
    assert manifest.search["runbooks"].source == "data/knowledge/runbooks"
    assert manifest.search["tickets"].index_name == "telco-noc-tickets"
    assert manifest.config["data_sources"]["graph"]["config"]["graph"] == "telco-noc-topology"
    assert manifest.config["cosmos"]["gremlin"]["graph"] == "topology"


def test_data_sources_win_over_version_1() -> None:
    both = parse_manifest(VERSION_2 + VERSION_1.split("\n", 2)[2])
    assert both.graph.connector == "fabric-gql"
    assert [table.name for table in both.telemetry_tables] == ["Alerts", "Load"]


@pytest.mark.parametrize("text", [VERSION_1, VERSION_2])
def test_renaming_rewrites_every_resource_name(text: str) -> None:
    renamed = parse_manifest(text).renamed("copy-2")
    assert renamed.name == renamed.config["name"] == "copy-2"
    assert renamed.graph.graph == "copy-2-topology"
    assert renamed.graph.database == "networkgraph"
    assert renamed.resources == Resources("copy-2-topology", "copy-2")
    assert renamed.search["runbooks"].index_name == "copy-2-runbooks-index"
    sources = renamed.config["data_sources"]
    assert sources["graph"]["config"]["graph"] == "copy-2-topology"
    assert sources["telemetry"]["config"]["container_prefix"] == "copy-2"
    assert sources["search_indexes"]["runbooks"]["index_name"] == "copy-2-runbooks-index"
    assert renamed.telemetry_tables == parse_manifest(text).telemetry_tables


def test_renaming_leaves_the_original_alone() -> None:
    manifest = parse_manifest(VERSION_2)
    before = json.dumps(manifest.config)
    manifest.renamed("other")
    assert json.dumps(manifest.config) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("display_name: No name", Resources("copy-topology", "copy")),
        ("name: Telco_NOC", Resources("copy-topology", "copy")),
        (
            "name: telco\ndata_sources: {graph: {config: {graph: telco-g}}}",
            Resources("copy-g", "copy"),
        ),
        (
            "name: telco\ndata_sources: {graph: {config: {graph: shared}}}",
            Resources("shared", "copy"),
        ),
        ("cosmos: {gremlin: {graph: g}, nosql: {database: d}}", Resources("copy-g", "copy")),
        ("name: copy", Resources("copy-topology", "copy")),
    ],
)
def test_an_illegal_or_missing_name_is_not_fatal(text: str, expected: Resources) -> None:
    assert parse_manifest(text).renamed("copy").resources == expected


def test_odd_values_are_kept_as_written_in_strict_json() -> None:
    manifest = parse_manifest("""\
name: odd
version: 2026-05-01
paths: { default_alert: 2026-05-01T10:00:00Z }
telemetry_baselines: {x: .inf, y: .nan, z: 1.5}
demo_flows: [{1: a, true: b}]
use_cases: [yes, 5, "Ask: why", {Ask: why}]
example_questions: not a list
anything: {deep: [007, 1_000, 12:30]}
""")
    expected: dict[str, Any] = {
        "version": "2026-05-01",
        "paths": {"default_alert": "2026-05-01T10:00:00Z"},
        "telemetry_baselines": {"x": ".inf", "y": ".nan", "z": 1.5},
        "demo_flows": [{"1": "a", "true": "b"}],
        "use_cases": ["yes", "5", "Ask: why", {"Ask": "why"}],
        "example_questions": "not a list",
        "anything": {"deep": ["007", "1_000", "12:30"]},
    }
    stored = json.loads(json.dumps(manifest.config, allow_nan=False))
    assert expected.items() <= stored.items()
    assert manifest.paths["default_alert"] == "2026-05-01T10:00:00Z"


@pytest.mark.parametrize(("written", "text"), [("1.10", "1.10"), ('"2.0"', "2.0"), ("2", "2")])
def test_the_version_is_a_text(written: str, text: str) -> None:
    assert parse_manifest(f"version: {written}").config["version"] == text


def test_all_problems_at_once_with_their_lines() -> None:
    found = problems("""\
name: [a]
paths: 5
data_sources:
  graph: yes
  telemetry:
    config:
      containers:
        - { name: A }
        - text
        - { name: B, csv_file: [b], numeric_fields: x }
        - { csv_file: c.csv }
        - { name: B, csv_file: d.csv }
agents:
  - { name: G, instructions_file: {a: b}, compose_with_connector: maybe }
""")
    containers = "data_sources.telemetry.config.containers"
    assert found == [
        (1, "name must be a text, not a list"),
        (2, "paths must hold keys and values, not a single value"),
        (4, "data_sources.graph must hold keys and values, not a single value"),
        (8, f"{containers}[0].csv_file is missing"),
        (9, f"{containers}[1] must hold keys and values, not a single value"),
        (10, f"{containers}[2].csv_file must be a text, not a list"),
        (10, f"{containers}[2].numeric_fields must be a list, not a single value"),
        (11, f"{containers}[3].name is missing"),
        (12, f'{containers}[4].name gives the container "B" twice'),
        (14, "agents[0].instructions_file must be a text, not keys and values"),
        (14, "agents[0].compose_with_connector must be true or false"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data_sources: {telemetry: {config: {containers: {a: b}}}}", "must be a list, not keys"),
        ("cosmos: {nosql: {containers: 5}}", "must be a list, not a single value"),
        ("cosmos: {nosql: {containers: [{name: A}]}}", "csv_file is missing"),
        ("", "the file holds nothing"),
        ("- a", "the file holds only a list"),
        ("just text", "the file holds only a single value"),
    ],
)
def test_a_problem_of_the_whole(text: str, words: str) -> None:
    assert words in problems(text)[0][1]


def load(tmp_path: Path, content: bytes | None, *, required: bool) -> Manifest | None:
    files = {"other.md": tmp_path / "other.md"}
    if content is not None:
        files["scenario.yaml"] = tmp_path / "scenario.yaml"
        files["scenario.yaml"].write_bytes(content)
    return load_manifest(ScenarioFolder(files), required=required)


def test_a_manifest_may_be_missing_where_it_is_not_required(tmp_path: Path) -> None:
    assert load(tmp_path, None, required=False) is None
    with pytest.raises(PackError, match="the manifest is missing"):
        load(tmp_path, None, required=True)


def test_a_byte_order_mark_is_eaten(tmp_path: Path) -> None:
    manifest = load(tmp_path, b"\xef\xbb\xbfname: x1\n", required=True)
    assert manifest is not None
    assert manifest.name == "x1"


def test_an_undecodable_byte_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        load(tmp_path, b"name: x1\ndomain: Z\xfcrich\n", required=True)
    assert caught.value.problems[0].line == 2
    assert "0xFC" in caught.value.problems[0].detail
