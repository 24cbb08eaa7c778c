"""Loads into Microsoft Fabric as they are seen in the console, before the stand-in."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from peers.fabric.running import Running
from playwright.sync_api import Locator, Page, expect

from benchmarks.job_list import ended_job
from support import fabric_services
from support.browser import SAMPLE, examine
from support.connections import choice, connect, connected, facts, forget_all
from support.fabric_services import FabricServices
from support.job_pages import job_row, open_panel, step_row, store_job
from support.jobs import submit
from support.packs import base_pack, tarballs
from support.stack import Stack
from support.upload_dialog import choose, jobs_of, open_dialog, row, save

LONG = 600
IN_PRACTICE = re.compile("^Microsoft Fabric – workspace “Practice”")


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FabricServices]:
    with fabric_services.running(tmp_path_factory.mktemp("practice"), retry_after=0) as practice:
        yield practice


@pytest.fixture(scope="module")
def console(practice: FabricServices) -> Stack:
    return practice.stack


@pytest.fixture
def fabric(practice: FabricServices) -> Running:
    """Nothing is connected, and tables take for ever to load."""
    stack, fabric = practice.stack, practice.peer
    forget_all(stack)
    fabric.set(load_seconds=LONG)
    return fabric


def let_it_load(fabric: Running) -> None:
    fabric.set(load_seconds=0)
    fabric.advance(LONG)


def phase(inside: Locator, name: str) -> Locator:
    phases = inside.get_by_role("list", name="Phases of graph").get_by_role("listitem")
    return phases.filter(has_text=re.compile(rf"^{name}"))


def test_connected_in_the_dialog_then_loaded_phase_by_phase(
    page: Page, console: Stack, fabric: Running
) -> None:
    dialog = open_dialog(page)
    choose(dialog, *sorted(SAMPLE.glob("metro-fibre-*.tar.gz")))
    expect(row(dialog, "Graph")).to_contain_text("metro-fibre-graph.tar.gz")
    dialog.get_by_role("radio", name="Microsoft Fabric").check()
    expect(dialog.get_by_text("No workspace connected")).to_be_visible()
    expect(dialog.get_by_role("button", name="Save Scenario")).to_be_disabled()
    expect(dialog).to_contain_text("Connect a workspace of Microsoft Fabric first.")

    dialog.get_by_role("button", name="Connect a workspace").press("Enter")
    expect(dialog.get_by_role("region", name="Workspaces of Microsoft Fabric")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Connect a workspace")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_role("textbox", name="Workspace").fill(fabric.workspaces["Practice"])
    page.keyboard.press("Enter")
    expect(facts(dialog)).to_have_count(7)
    examine(page, "upload-connect")
    dialog.get_by_role("textbox", name="Workspace").press("Enter")
    expect(dialog.get_by_role("radio", name=IN_PRACTICE)).to_be_checked()
    expect(dialog.get_by_role("button", name="Change workspace")).to_be_focused()
    expect(row(dialog, "Graph")).to_contain_text("metro-fibre-graph.tar.gz")
    save(dialog)

    panel = page.get_by_role("dialog", name="Jobs")
    graph = step_row(panel, "graph")
    expect(phase(graph, "Read the pack")).to_contain_text("Done", timeout=15_000)
    expect(phase(graph, "Load tables")).to_contain_text("Running", timeout=15_000)
    expect(phase(graph, "Ontology")).to_contain_text("Waiting")
    examine(page, "jobs-fabric")
    let_it_load(fabric)
    expect(job_row(panel, "metro-fibre")).to_contain_text("Done", timeout=60_000)
    expect(graph).to_contain_text("In Practice/lakehouse")
    [job] = jobs_of(console, "metro-fibre")
    assert job["workspace_id"] == fabric.workspaces["Practice"]
    assert job["workspace_name"] == "Practice"

    page.goto(f"/jobs/{job['id']}")
    for name in ("Read the pack", "Lakehouse", "Upload files", "Load tables", "Graph model"):
        expect(phase(page.get_by_role("main"), name)).to_contain_text("Done")
    examine(page, "job-fabric")
    page.goto("/scenarios/metro-fibre")
    parts = page.get_by_role("table", name="Parts")
    expect(parts.get_by_role("row", name="Graph")).to_contain_text("Practice/lakehouse")


def start(console: Stack, folder: Path, name: str) -> None:
    packed = tarballs(folder / name, base_pack(name))
    with console.client() as client:
        answer = submit(client, name, {"graph": packed["graph"]}, backend="fabric-gql")
    assert answer.status_code == 201, answer.text


def test_one_waits_for_another_in_its_workspace_and_keeps_it(
    page: Page, console: Stack, fabric: Running, tmp_path: Path
) -> None:
    connect(console, fabric.workspaces["Practice"])
    start(console, tmp_path, "plant-7")
    panel = open_panel(page)
    first, second = job_row(panel, "plant-7"), job_row(panel, "plant-8")
    expect(phase(panel, "Load tables")).to_contain_text("Running", timeout=15_000)
    start(console, tmp_path, "plant-8")
    expect(second).to_contain_text("Waiting for plant-7 in workspace Practice")

    connect(console, fabric.add_workspace("Elsewhere"))
    page.goto("/connections")
    choice(page, "Elsewhere").check()
    open_panel(page)
    expect(second).to_contain_text("Waiting for plant-7 in workspace Practice")
    expect(second).to_contain_text("Fabric “Practice”")
    let_it_load(fabric)
    for each in (first, second):
        expect(each).to_contain_text("Done", timeout=30_000)
    assert [job["workspace_name"] for job in jobs_of(console, "plant-8")] == ["Practice"]


def test_a_retry_goes_on_with_the_phase_that_failed(
    page: Page, console: Stack, fabric: Running, tmp_path: Path
) -> None:
    fabric.set(load_seconds=0)
    fault = fabric.fault("operation-fails", "/load$", code="NotEnoughRoom", message="No room left.")
    connect(console, fabric.workspaces["Practice"])
    start(console, tmp_path, "plant-9")
    panel = open_panel(page)
    failed = job_row(panel, "plant-9")
    expect(failed).to_contain_text("Failed", timeout=30_000)
    assert fabric.hits(fault)
    expect(phase(panel, "Load tables")).to_contain_text("Failed")
    expect(phase(panel, "Graph model")).to_contain_text("Waiting")
    fabric.no_faults()
    failed.get_by_role("button", name="Retry from graph (Load tables)").click()
    expect(failed).to_contain_text("Done", timeout=30_000)
    assert len(connected(console)) == 1


def test_what_was_made_is_linked_where_there_is_a_portal(page: Page, console: Stack) -> None:
    home = "https://app.fabric.microsoft.com/groups/cfafbeb1-8037-4d0c-896e-a46fb27ff229"
    links = {"workspace": f"{home}/list", "graph": f"{home}/graphmodels/1", "other": "javascript:1"}
    store = {"workspace_id": "w", "location": "Demo/lakehouse", "links": links}
    job = {**ended_job(0), "id": str(uuid4()), "scenario_name": "linked", "backend": "fabric-gql"}
    graph, *others = job["steps"]
    result = {"vertices": {"Site": 1}, "edges": {}, "store": store, "phases": []}
    store_job(console, {**job, "steps": [{**graph, "result": result}, *others]})
    page.goto(f"/jobs/{job['id']}")
    pages = page.get_by_role("list", name="Pages in Fabric’s portal").get_by_role("link")
    expect(pages).to_have_text(["Workspace", "Graph model"])
    assert pages.first.get_attribute("href") == links["workspace"]
    assert pages.first.get_attribute("target") == "_blank"
