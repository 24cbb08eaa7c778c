"""The sample scenario: what it promises in numbers, and that its story is in its data."""

import csv
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import yaml

from samples.generate import SCENARIO, generate

KNOWLEDGE = SCENARIO / "data" / "knowledge"
TELEMETRY = SCENARIO / "data" / "telemetry"
PROMPTS = SCENARIO / "data" / "prompts"
CUT_DUCT = "DCT-001"

Row = dict[str, str]


@cache
def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def loaded(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((SCENARIO / name).read_text("utf-8"))
    return document


def entity(name: str) -> list[Row]:
    return rows(SCENARIO / loaded("graph_schema.yaml")["data_dir"] / name)


def vertex_ids() -> dict[str, list[str]]:
    return {
        each["label"]: [row[each["id_column"]] for row in entity(each["csv_file"])]
        for each in loaded("graph_schema.yaml")["vertices"]
    }


def selected(edge: dict[str, Any]) -> list[Row]:
    rule = edge.get("filter")
    return [
        row
        for row in entity(edge["csv_file"])
        if not rule or (row[rule["column"]] == rule["value"]) != rule.get("negate", False)
    ]


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.csv"))
    }


def test_generating_again_gives_the_same_bytes(tmp_path: Path) -> None:
    generate(tmp_path)
    assert files(tmp_path) == files(SCENARIO)


def test_it_is_large_enough_and_small_enough() -> None:
    schema = loaded("graph_schema.yaml")
    assert len({each["label"] for each in schema["vertices"]}) >= 8
    assert sum(map(len, vertex_ids().values())) >= 300
    assert sum(len(selected(edge)) for edge in schema["edges"]) >= 600
    assert sum(len(rows(path)) for path in TELEMETRY.glob("*.csv")) >= 20_000
    assert sum(map(len, files(SCENARIO).values())) < 2_500_000


def test_ids_are_unique_and_every_edge_ends_somewhere() -> None:
    ids = vertex_ids()
    for label, values in ids.items():
        assert len(set(values)) == len(values), label
    for edge in loaded("graph_schema.yaml")["edges"]:
        assert selected(edge), edge
        for end in (edge["source"], edge["target"]):
            assert {row[end["column"]] for row in selected(edge)} <= set(ids[end["label"]]), edge


def test_filters_share_out_the_rows_of_their_file_without_loss() -> None:
    edges = loaded("graph_schema.yaml")["edges"]
    for name in {edge["csv_file"] for edge in edges}:
        taken = sum(len(selected(edge)) for edge in edges if edge["csv_file"] == name)
        assert taken == len(entity(name)), name


def test_properties_and_containers_name_columns_that_exist() -> None:
    schema = loaded("graph_schema.yaml")
    for vertex in schema["vertices"]:
        assert set(vertex["properties"]) == set(entity(vertex["csv_file"])[0])
    for edge in schema["edges"]:
        named = {each["column"] for each in edge.get("properties", []) if "column" in each}
        assert named <= set(entity(edge["csv_file"])[0])
    for container in containers():
        columns = set(rows(TELEMETRY / container["csv_file"])[0])
        assert {*container["numeric_fields"], container["partition_key"].strip("/")} <= columns


def containers() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = loaded("scenario.yaml")["data_sources"]["telemetry"]["config"][
        "containers"
    ]
    return found


def test_every_label_has_a_style_and_every_agent_its_instructions() -> None:
    manifest = loaded("scenario.yaml")
    assert set(manifest["graph_styles"]["node_types"]) == set(vertex_ids())
    for agent in manifest["agents"]:
        path = SCENARIO / "data" / agent["instructions_file"]
        assert path.is_dir() if agent.get("compose_with_connector") else path.is_file()
    assert (SCENARIO / manifest["paths"]["default_alert"]).is_file()


def test_there_are_eight_runbooks_and_fifteen_tickets() -> None:
    assert len(list((KNOWLEDGE / "runbooks").glob("*.md"))) == 8
    assert len(list((KNOWLEDGE / "tickets").glob("*.txt"))) == 15


TEXTS = [*KNOWLEDGE.rglob("*.*"), *PROMPTS.rglob("*.md"), SCENARIO.parent / "README.md"]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_texts_name_only_what_exists(path: Path) -> None:
    known = {each for values in vertex_ids().values() for each in values}
    text = path.read_text("utf-8")
    named = re.findall(r"\b(?:LNK|SPN|DCT|SVC|CUS|TEC|SITE|CR|AG|AN)-[A-Z0-9-]*\d\b", text)
    assert set(named) <= known
    tickets = {ticket.stem for ticket in (KNOWLEDGE / "tickets").glob("*.txt")}
    assert set(re.findall(r"\bINC-\d{4}-\d{4}\b", text)) <= tickets


# --- the fault ------------------------------------------------------------------------------


def cut_links() -> set[str]:
    spans = {row["SpanId"] for row in entity("FactSpanDucts.csv") if row["DuctId"] == CUT_DUCT}
    return {row["LinkId"] for row in entity("FactLinkSpans.csv") if row["SpanId"] in spans}


def between(start: str, end: str) -> Callable[[Row], bool]:
    return lambda row: f"2026-03-12T{start}" <= row["Timestamp"] < f"2026-03-12T{end}"


BEFORE, BENT, DURING, AFTER = (
    between("00:00", "09:20"),
    between("09:25", "09:42"),
    between("09:45", "14:05"),
    between("14:30", "24:00"),
)


def mean(column: str, of: Iterable[str], when: Callable[[Row], bool]) -> float:
    wanted = set(of)
    return fmean(
        float(row[column])
        for row in rows(TELEMETRY / "LinkTelemetry.csv")
        if row["LinkId"] in wanted and when(row) and row[column]
    )


def test_the_cut_links_lose_their_light_and_get_it_back() -> None:
    links = cut_links()
    assert len(links) == 3
    before = mean("OpticalPowerDbm", links, BEFORE)
    assert before > -8
    assert mean("OpticalPowerDbm", links, BENT) < before - 1
    assert mean("OpticalPowerDbm", links, DURING) < -39
    assert before - 1 < mean("OpticalPowerDbm", links, AFTER) < before


def test_the_cable_bends_before_it_breaks() -> None:
    assert mean("ErrorRatePpm", cut_links(), BENT) > 20 * mean("ErrorRatePpm", cut_links(), BEFORE)


def test_the_detour_fills_up_and_drops() -> None:
    detour = ["LNK-004", "LNK-006", "LNK-064"]
    assert mean("UtilizationPct", detour, DURING) > 85
    assert mean("UtilizationPct", detour, BEFORE) < 50
    assert mean("UtilizationPct", detour, AFTER) < 50
    assert mean("ErrorRatePpm", detour, DURING) > 20
    assert mean("ErrorRatePpm", detour, AFTER) < 1


def test_services_go_down_by_tier() -> None:
    tiers = {row["ServiceId"]: row["Tier"] for row in entity("DimService.csv")}
    down = {
        row["ServiceId"]
        for row in rows(TELEMETRY / "ServiceTelemetry.csv")
        if row["AvailabilityPct"] == "0.0"
    }
    assert sorted(tiers[each] for each in down) == ["bronze"] * 7 + ["silver"] * 6


def test_samples_of_the_table_with_a_key_are_unique() -> None:
    keyed = [each for each in containers() if each["id_field"]]
    assert len(keyed) == 1
    found = [row[keyed[0]["id_field"]] for row in rows(TELEMETRY / keyed[0]["csv_file"])]
    assert len(set(found)) == len(found)
