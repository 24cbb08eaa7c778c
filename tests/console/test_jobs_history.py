"""Ten thousand jobs: the panel opens at once, scrolls to the last, and filters."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from benchmarks.job_list import ended_job, store_jobs
from support.job_pages import job_row, open_panel, store_job
from support.stack import Stack

JOBS = 10_000
BIG = 9_007_199_254_740_993


@pytest.fixture(scope="module", autouse=True)
def history(console: Stack) -> None:
    store_jobs(console, JOBS)


def test_it_opens_under_a_second(page: Page) -> None:
    page.goto("/")
    opener = page.get_by_role("banner").get_by_role("button", name="Jobs")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    began = time.monotonic()
    opener.click()
    expect(page.get_by_role("treeitem").first).to_be_visible()
    assert time.monotonic() - began < 1
    drawn = page.get_by_role("treeitem").count()
    assert drawn < 100, "only what can be seen is drawn"


def test_older_jobs_come_while_one_scrolls(page: Page) -> None:
    panel = open_panel(page)
    newest = job_row(panel, f"scenario-{(JOBS - 1) % 100}")
    newest.focus()
    focused = panel.locator("[role=treeitem]:focus")
    for size in (200, 300, 400):
        page.keyboard.press("End")
        expect(focused).to_have_attribute("aria-setsize", str(size))
    page.keyboard.press("Home")
    expect(newest).to_be_focused()


def test_the_server_filters(page: Page) -> None:
    panel = open_panel(page)
    panel.get_by_role("combobox", name="Scenario").fill("scenario-20")
    expect(panel.get_by_role("treeitem", level=1).first).to_have_attribute("aria-setsize", "100")
    panel.get_by_role("combobox", name="State").select_option("Failed")
    expect(
        panel.get_by_role("treeitem", level=1, name=re.compile("^scenario-20 Failed")).first
    ).to_be_visible()
    panel.get_by_role("combobox", name="State").select_option("Done")
    expect(panel.get_by_text("No job like this")).to_be_visible()


def test_long_integers_keep_every_digit(page: Page, console: Stack) -> None:
    job = ended_job(JOBS + 1)
    job["scenario_name"] = "long-integers"
    job["steps"][0]["result"] = {"vertices": {"Site": BIG}, "edges": {}}
    store_job(console, job)
    page.goto(f"/jobs/{job['id']}")
    expect(page.get_by_role("region", name="Results")).to_contain_text("9,007,199,254,740,993")
    page.get_by_text("Record as JSON").click()
    expect(page.get_by_role("region", name="Record as JSON")).to_contain_text(f'"Site": {BIG}')
