"""What a person does to jobs: by keyboard, asked where much would be lost, told at the end."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from support.browser import examine
from support.job_pages import (
    announcements,
    bad_pack,
    job_row,
    load_pack,
    open_panel,
    slow_pack,
    start,
    step_row,
    store_running,
)
from support.packs import base_pack, tarballs
from support.stack import Stack

# what the browser is asked, and told to show
NOTIFICATIONS = """
window.asked = 0;
window.shown = [];
window.Notification = class extends EventTarget {
  static permission = 'default';
  static requestPermission() { window.asked += 1; return Promise.resolve(window.ANSWER); }
  constructor(title, options) { super(); window.shown.push({ title, ...options }); }
};
"""


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return slow_pack(tmp_path_factory.mktemp("slow"), "slow")


def press(page: Page, button: Locator, key: str = "Enter") -> None:
    """Goes there with Tab, as who has no mouse does."""
    for _ in range(8):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            page.keyboard.press(key)
            return
    raise AssertionError(f"Tab does not reach {button}")


def test_a_bad_file_leaves_the_old_data_until_a_good_one_comes(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    load_pack(console, "plant", tarballs(tmp_path / "first", base_pack("plant")))
    start(console, "plant", bad_pack(tmp_path / "bad", "plant"))
    panel = open_panel(page)
    graph = step_row(panel, "graph")
    expect(graph).to_contain_text(re.compile(r"DimSite\.csv, row 4, .*column SiteId"))
    expect(graph).to_contain_text("The old data is untouched.")
    examine(page, "jobs-old-data")
    job_row(panel, "plant").get_by_role("link", name="Open plant").click()
    expect(page.get_by_role("main")).to_contain_text("3 vertices")
    files = base_pack("plant")
    files["data/entities/DimSite.csv"] += b"S3,Three,Bergen\n"
    load_pack(console, "plant", tarballs(tmp_path / "good", files))
    expect(page.get_by_role("main")).to_contain_text("4 vertices")
    panel = open_panel(page)
    expect(job_row(panel, "plant")).to_have_accessible_name(re.compile("^plant Done in"))
    expect(graph).to_contain_text("row 4")  # of the older job, whose words are no longer true
    expect(graph).not_to_contain_text("The old data is untouched.")
    for _ in range(3):
        row = job_row(panel, "plant")
        count = panel.get_by_role("treeitem", level=1).count()
        row.get_by_role("button", name="Delete").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Delete job").click()
        expect(panel.get_by_role("treeitem", level=1)).to_have_count(count - 1)


def test_retry_and_delete_by_keyboard(page: Page, console: Stack, tmp_path: Path) -> None:
    load_pack(console, "first", bad_pack(tmp_path / "first", "first"))
    load_pack(console, "second", bad_pack(tmp_path / "second", "second"))
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("j")
    panel = page.get_by_role("dialog", name="Jobs")
    first, second = job_row(panel, "first"), job_row(panel, "second")
    expect(second).to_be_visible()
    press(page, second, "Home")
    press(page, second.get_by_role("button", name="Retry from graph"))
    expect(second).to_be_focused()
    expect(second).to_have_accessible_name(re.compile("^second Failed .*attempt 2"))
    delete = second.get_by_role("button", name="Delete")
    press(page, delete)
    question = page.get_by_role("alertdialog", name="Delete this job of second?")
    expect(question.locator(":focus")).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    examine(page, "jobs-delete")
    press(page, question.get_by_role("button", name="Delete job"))
    expect(second).to_have_count(0)
    expect(first).to_be_focused()
    press(page, first.get_by_role("button", name="Delete"))
    press(page, question.page.get_by_role("button", name="Delete job"))
    expect(panel.get_by_text("No job yet")).to_be_visible()
    expect(panel.get_by_role("combobox", name="State")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_cancel_by_keyboard(page: Page, console: Stack, slow: dict[str, Path]) -> None:
    """And on the job's own page; the old data stays."""
    load_pack(console, "slow", {"telemetry": _small_telemetry(slow["graph"].parent)})
    job_id = start(console, "slow", slow)
    page.goto(f"/?jobs={job_id}")
    panel = page.get_by_role("dialog", name="Jobs")
    row = job_row(panel, "slow")
    expect(row).to_be_focused()
    telemetry = step_row(panel, "telemetry")
    expect(telemetry).to_contain_text(re.compile(r"Loading \d+ %"))
    press(page, row.get_by_role("button", name="Cancel"))
    expect(row).to_have_accessible_name(re.compile("^slow Cancelled"))
    expect(row).to_be_focused()
    expect(telemetry).to_contain_text("The old data is untouched.")
    with console.client() as client:
        [table] = client.get("/query/scenarios/slow/telemetry").json()["tables"]
    assert table["rows"] == 3
    page.goto(f"/jobs/{job_id}")
    subject = page.get_by_role("heading", level=1)
    expect(subject).to_have_text("slow → Embedded")
    press(page, page.get_by_role("button", name="Retry from telemetry"))
    expect(subject).to_be_focused()
    press(page, page.get_by_role("main").get_by_role("button", name="Cancel"))
    expect(page.get_by_role("main")).to_contain_text("Cancelled")
    expect(subject).to_be_focused()
    press(page, page.get_by_role("main").get_by_role("button", name="Delete"))
    press(page, page.get_by_role("alertdialog").get_by_role("button", name="Delete job"))
    expect(subject).to_have_text("Jobs")
    expect(subject).to_be_focused()


def _small_telemetry(folder: Path) -> Path:
    return tarballs(folder / "small", base_pack("slow"))["telemetry"]


def test_who_cancels_after_a_minute_of_work_is_asked(page: Page, console: Stack) -> None:
    store_running(console, "long-work", minutes=3)
    panel = open_panel(page)
    row = job_row(panel, "long-work")
    expect(row).to_have_accessible_name(re.compile("^long-work Loading 7 %"))
    expect(step_row(panel, "graph")).to_contain_text(re.compile("Loading 40 % 3:0"))
    cancel = row.get_by_role("button", name="Cancel")
    cancel.click()
    question = page.get_by_role("alertdialog", name="Stop loading long-work?")
    question.get_by_role("button", name="Go on").click()
    expect(question).to_have_count(0)
    expect(cancel).to_be_focused()
    cancel.click()
    with page.expect_request(re.compile("/cancel$")):
        question.get_by_role("button", name="Stop it").click()


def test_the_browser_tells_of_an_end_if_one_asks_for_it(
    page: Page, console: Stack, slow: dict[str, Path]
) -> None:
    page.add_init_script(f"{NOTIFICATIONS} window.ANSWER = 'granted';")
    job_id = start(console, "slow", slow)
    page.goto(f"/?jobs={job_id}")
    row = job_row(page, "slow")
    bell = row.get_by_role("button", name="Tell me when it ends")
    expect(bell).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.asked") == 0
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.asked") == 1
    expect(announcements(page)).to_contain_text("The browser will tell you")
    expect(row).to_have_accessible_name(re.compile("^slow Done in"), timeout=60_000)
    page.wait_for_function("window.shown.length === 1")
    [shown] = page.evaluate("window.shown")
    assert re.fullmatch(r"slow: Done in 0:\d\d", shown["title"])
    assert shown["tag"] == job_id
    expect(bell).to_have_count(0)


def test_a_browser_that_may_not_notify_says_how_it_could(
    page: Page, console: Stack, slow: dict[str, Path]
) -> None:
    page.add_init_script(f"{NOTIFICATIONS} window.ANSWER = 'denied';")
    start(console, "slow", slow)
    panel = open_panel(page)
    bell = job_row(panel, "slow").get_by_role("button", name="Tell me when it ends")
    bell.click()
    expect(panel.get_by_text("Allow notifications")).to_be_visible()
    expect(bell).to_have_attribute("aria-pressed", "false")
    job_row(panel, "slow").get_by_role("button", name="Cancel").click()
    expect(job_row(panel, "slow")).to_contain_text("Cancelled")
    examine(page, "jobs-bell")
