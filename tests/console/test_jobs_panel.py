"""The panel of jobs and a job's page, on jobs in every state."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from support.browser import examine
from support.job_pages import bad_pack, job_row, load_pack, open_panel, start, step_row
from support.packs import base_pack, tarballs
from support.stack import Stack


@pytest.fixture(scope="module", autouse=True)
def jobs(console: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One job that is done, and a newer one whose graph failed."""
    folder = tmp_path_factory.mktemp("packs")
    load_pack(console, "good", tarballs(folder / "good", base_pack("good")))
    load_pack(console, "faulty", bad_pack(folder / "faulty", "faulty"))


def test_a_failure_says_file_row_and_column(page: Page) -> None:
    panel = open_panel(page)
    graph = step_row(panel, "graph")
    expect(graph).to_contain_text("DimSite.csv")
    expect(graph).to_contain_text("row 4")
    expect(graph).to_contain_text("column SiteId")
    expect(panel.get_by_role("button", name="Retry from graph")).to_be_visible()


def test_names_hold_job_step_state_and_cause(page: Page) -> None:
    panel = open_panel(page)
    expect(job_row(panel, "good")).to_have_accessible_name(
        re.compile(r"^good Done in 0:0\d → Embedded")
    )
    faulty = job_row(panel, "faulty")
    expect(faulty).to_have_accessible_name(re.compile("^faulty Failed → Embedded"))
    expect(step_row(panel, "graph")).to_have_accessible_name(
        re.compile("^graph .*Failed.*DimSite.csv, row 4, .*column SiteId")
    )
    telemetry = panel.get_by_role("treeitem", name=re.compile("^telemetry 3 rows Done"))
    expect(telemetry).to_have_attribute("aria-level", "2")
    faulty.press("ArrowLeft")
    expect(faulty).to_have_accessible_name(re.compile("^faulty Failed .*graph: .*S1"))


def test_the_tree_by_keyboard(page: Page) -> None:
    panel = open_panel(page)
    faulty, good = job_row(panel, "faulty"), job_row(panel, "good")
    faulty.focus()
    expect(faulty).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(step_row(panel, "graph")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(faulty).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(faulty).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("End")
    expect(good).to_be_focused()
    page.keyboard.press("Enter")
    expect(good).to_have_attribute("aria-expanded", "true")
    expect(
        panel.get_by_role("treeitem", name=re.compile("^graph 3 vertices.*Done"))
    ).to_be_visible()
    page.keyboard.press("Space")
    expect(good).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Home")
    expect(faulty).to_be_focused()
    page.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Retry from graph")).to_be_focused()


def test_escape_closes_the_panel_and_the_focus_goes_back(page: Page) -> None:
    page.goto("/")
    opener = page.get_by_role("banner").get_by_role("button", name="Jobs")
    opener.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Jobs")
    expect(panel.get_by_role("tree")).to_be_visible()
    assert "jobs" in page.url
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    expect(opener).to_be_focused()
    assert "jobs" not in page.url


def test_a_jobs_page_tells_everything(page: Page, console: Stack) -> None:
    panel = open_panel(page)
    job_row(panel, "faulty").get_by_role("link", name="Details").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("faulty → Embedded")
    for name in ("Problems", "Overview", "Timeline", "Results", "Files"):
        expect(page.get_by_role("region", name=name)).to_be_visible()
    files = page.get_by_role("region", name="Files")
    expect(files.get_by_text(re.compile("^[0-9a-f]{64}$"))).to_have_count(2)
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Not in this pack")
    page.get_by_text("Record as JSON").click()
    expect(page.get_by_role("region", name="Record as JSON")).to_contain_text(
        '"scenario_name": "faulty"'
    )


def test_tables_are_lists_of_two_lines_where_it_is_narrow(page: Page) -> None:
    panel = open_panel(page)
    job_row(panel, "good").get_by_role("link", name="Details").click()
    page.set_viewport_size({"width": 360, "height": 740})
    for section in ("Files", "Results"):
        row = page.get_by_role("region", name=section).get_by_role("row").filter(has_text="graph")
        expect(row.first).to_be_visible()
        name, figure, below = _cells(row.first, section)
        assert abs(name["y"] - figure["y"]) < 5, "the figure stands beside the name"
        assert below["y"] >= name["y"] + name["height"], "the rest stands below"
        assert figure["x"] + figure["width"] <= 360


def _cells(row: Locator, section: str) -> list[FloatRect]:
    """Boxes of name, figure, and the long text that is a column of its own where it is wide."""
    found = row.get_by_role("cell").all()
    name, second, third = (cell.bounding_box() for cell in found)
    assert name
    assert second
    assert third
    return [name, second, third] if section == "Files" else [name, third, second]


def test_details_are_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = open_panel(page)
    job_row(panel, "faulty").get_by_role("link", name="Details").click()
    page.get_by_role("button", name="Copy details").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "faulty → Embedded: Failed" in copied
    assert "row 4" in copied


def test_a_reload_shows_the_same(page: Page) -> None:
    page.goto("/jobs?status=error&scenario=faulty")
    expect(job_row(page, "faulty")).to_be_visible()
    expect(job_row(page, "good")).to_have_count(0)
    page.reload()
    expect(job_row(page, "faulty")).to_be_visible()
    expect(page.get_by_role("combobox", name="State")).to_have_value("error")
    expect(page.get_by_role("combobox", name="Scenario")).to_have_value("faulty")
    expect(job_row(page, "good")).to_have_count(0)


def test_filters_that_find_nothing_say_how_to_go_on(page: Page) -> None:
    panel = open_panel(page)
    panel.get_by_role("combobox", name="Scenario").fill("nobody")
    expect(panel.get_by_text("No job like this")).to_be_visible()
    panel.get_by_role("button", name="Show all jobs").click()
    expect(job_row(panel, "good")).to_be_visible()


def test_a_job_deleted_in_one_window_vanishes_in_the_other(
    page: Page, browser: Browser, console: Stack, tmp_path: Path
) -> None:
    load_pack(console, "doomed", tarballs(tmp_path, base_pack("doomed")))
    other = browser.new_context(base_url=console.url).new_page()
    there = open_panel(other)
    beside = open_panel(page.context.new_page())
    here = open_panel(page)
    expect(job_row(there, "doomed")).to_be_visible()
    expect(job_row(beside, "doomed")).to_be_visible()
    job_row(here, "doomed").get_by_role("button", name="Delete").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("doomed")
    question.get_by_role("button", name="Delete job").click()
    expect(job_row(here, "doomed")).to_have_count(0)
    for elsewhere in (there, beside):
        expect(job_row(elsewhere, "doomed")).to_have_count(0, timeout=2_000)
    expect(here.get_by_role("treeitem").first).to_be_focused()
    other.context.close()


def test_an_action_that_comes_too_late_is_answered_in_words(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    job = load_pack(console, "late", bad_pack(tmp_path, "late"))
    panel = open_panel(page)
    # somebody else does it first, and this window has not heard yet
    page.route("**/retry", lambda route: route.fulfill(
        status=409, content_type="application/problem+json",
        body='{"title": "Conflict", "status": 409, "detail": "Only a failed job can be retried."}',
    ))  # fmt: skip
    job_row(panel, "late").get_by_role("button", name="Retry").click()
    expect(panel.get_by_text("Only a failed job can be retried.")).to_be_visible()
    page.goto(f"/jobs/{job['id']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("late")
    with console.client() as client:
        client.delete(f"/api/upload-jobs/{job['id']}").raise_for_status()
    expect(page.get_by_role("heading", level=1)).to_have_text("This job is no longer there")


def test_the_link_of_a_deleted_scenario(page: Page, console: Stack, tmp_path: Path) -> None:
    load_pack(console, "short-lived", tarballs(tmp_path, base_pack("short-lived")))
    panel = open_panel(page)
    row = job_row(panel, "short-lived")
    expect(row.get_by_role("link", name="Open short-lived")).to_be_visible()
    with console.client() as client:
        client.delete("/query/scenarios/short-lived?data=true").raise_for_status()
    page.reload()
    expect(row).to_contain_text("no longer there")
    row.get_by_role("link", name="Details").click()
    expect(page.get_by_role("main")).to_contain_text("no longer there")
    expect(page.get_by_role("link", name="Open short-lived")).to_have_count(0)


def test_the_panel_opens_on_the_job_that_is_asked_for(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    job_id = start(console, "asked-for", tarballs(tmp_path, base_pack("asked-for")))
    page.goto(f"/?jobs={job_id}")
    row = job_row(page, "asked-for")
    expect(row).to_be_focused()
    expect(row).to_have_attribute("aria-expanded", "true")
    expect(row).to_have_accessible_name(re.compile("Done in"))


def test_accessible_and_good_to_look_at(page: Page) -> None:
    panel = open_panel(page)
    job_row(panel, "good").click()
    examine(page, "jobs-panel")
    page.goto("/jobs")
    expect(job_row(page, "good")).to_be_visible()
    examine(page, "jobs-page")
    job_row(page, "faulty").get_by_role("link", name="Details").click()
    expect(page.get_by_role("region", name="Files")).to_be_visible()
    page.get_by_text("Record as JSON").click()
    examine(page, "job")
