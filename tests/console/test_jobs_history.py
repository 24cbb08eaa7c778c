"""Ten thousand jobs: only what is seen is drawn and asked for; the server filters."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.job_list import ended_job, store_jobs
from support.browser import examine
from support.job_pages import announcements, job_row, open_panel, store_job
from support.stack import Stack

JOBS = 10_000
BIG = 9_007_199_254_740_993


@pytest.fixture(scope="module", autouse=True)
def history(console: Stack) -> None:
    """All of them ended long ago."""
    store_jobs(console, JOBS)


@pytest.fixture
def recent(console: Stack) -> None:
    """One that ended six days ago."""
    job = ended_job(JOBS + 1)
    at = (datetime.now(UTC) - timedelta(days=6)).isoformat(timespec="milliseconds")
    at = at.replace("+00:00", "Z")
    store_job(console, {**job, "scenario_name": "recent", "created_at": at, "updated_at": at})


def fold(panel: Locator) -> Locator:
    return panel.get_by_role("treeitem", name=re.compile(r"^History \("))


def old_jobs(panel: Locator) -> Locator:
    return panel.get_by_role("treeitem", level=2, name=re.compile(r"^scenario-\d+ "))


def test_only_what_is_seen_is_drawn(page: Page) -> None:
    panel = open_panel(page)
    # nothing is newer, so they are not folded away
    expect(fold(panel)).to_have_accessible_name(re.compile(r"^History \(100\+\)"))
    expect(old_jobs(panel).first).to_have_attribute("aria-setsize", "100")
    assert panel.get_by_role("treeitem").count() < 60


def test_older_jobs_come_while_one_scrolls(page: Page) -> None:
    panel = open_panel(page)
    newest = old_jobs(panel).first
    # the newest fifty are there before the first page of all
    expect(newest).to_have_attribute("aria-setsize", "100")
    fold(panel).focus()
    focused = panel.locator("[role=treeitem]:focus")
    for size in (200, 300, 400):
        page.keyboard.press("End")
        expect(focused).to_have_attribute("aria-setsize", str(size))
        expect(focused).to_have_attribute("aria-posinset", str(size - 100))
    assert panel.get_by_role("treeitem").count() < 60
    page.keyboard.press("Home")
    expect(fold(panel)).to_be_focused()


@pytest.mark.usefixtures("recent")
def test_jobs_that_ended_more_than_a_week_ago_are_folded(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    panel = open_panel(page)
    expect(fold(panel)).to_have_attribute("aria-expanded", "false")
    expect(job_row(panel, "recent")).to_be_visible()
    expect(old_jobs(panel)).to_have_count(0)
    examine(page, "jobs-history-folded")
    job_row(panel, "recent").focus()
    page.keyboard.press("End")
    expect(fold(panel)).to_be_focused()
    assert not [url for url in asked if "continuation" in url], "nobody wants older ones yet"
    page.keyboard.press("ArrowRight")
    expect(fold(panel)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(old_jobs(panel).first).to_be_focused()
    examine(page, "jobs-history")
    page.keyboard.press("ArrowLeft")
    expect(fold(panel)).to_be_focused()
    page.keyboard.press("Enter")
    expect(old_jobs(panel)).to_have_count(0)


@pytest.mark.usefixtures("recent")
def test_the_server_filters(page: Page) -> None:
    panel = open_panel(page)
    with page.expect_request(re.compile(r"[?&]scenario=scenario-20(&|$)")):
        panel.get_by_role("combobox", name="Scenario").fill("scenario-20")
    # what one looks for is not hidden in the fold
    expect(old_jobs(panel).first).to_have_attribute("aria-setsize", "100")
    expect(fold(panel)).to_have_accessible_name(re.compile(r"^History \(100\) "))
    with page.expect_request(re.compile(r"[?&]status=error(&|$)")):
        panel.get_by_role("combobox", name="State").select_option("Failed")
    expect(old_jobs(panel).first).to_have_accessible_name(re.compile("^scenario-20 Failed"))
    page.reload()
    expect(panel.get_by_role("combobox", name="State")).to_have_value("error")
    expect(panel.get_by_role("combobox", name="Scenario")).to_have_value("scenario-20")
    expect(old_jobs(panel).first).to_have_accessible_name(re.compile("^scenario-20 Failed"))
    panel.get_by_role("combobox", name="State").select_option("Done")
    expect(panel.get_by_text("No job like this")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    assert "?" not in page.url


def test_a_deleted_row_hands_the_focus_on_in_the_middle_of_the_history(page: Page) -> None:
    panel = open_panel(page)
    panel.get_by_role("combobox", name="Scenario").fill("scenario-21")
    expect(old_jobs(panel).first).to_have_accessible_name(re.compile("^scenario-21 "))
    expect(old_jobs(panel).first).to_have_attribute("aria-setsize", "100")
    fold(panel).focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    focused = panel.locator("[role=treeitem]:focus")
    expect(focused).to_have_attribute("aria-posinset", "3")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(panel.locator("button:focus")).to_have_accessible_name("Delete")
    page.keyboard.press("Enter")
    page.get_by_role("alertdialog").get_by_role("button", name="Delete job").press("Enter")
    expect(focused).to_have_attribute("aria-setsize", "99")
    expect(focused).to_have_attribute("aria-posinset", "3")
    expect(focused).to_have_accessible_name(re.compile("^scenario-21 "))
    expect(announcements(page)).to_contain_text("Job of scenario-21 deleted.")


def test_long_integers_keep_every_digit(page: Page, console: Stack) -> None:
    job = ended_job(JOBS + 2)
    job["scenario_name"] = "long-integers"
    job["steps"][0]["result"] = {"vertices": {"Site": BIG}, "edges": {}}
    store_job(console, job)
    page.goto(f"/jobs/{job['id']}")
    expect(page.get_by_role("region", name="Results")).to_contain_text("9,007,199,254,740,993")
    page.get_by_text("Record as JSON").click()
    expect(page.get_by_role("region", name="Record as JSON")).to_contain_text(f'"Site": {BIG}')
