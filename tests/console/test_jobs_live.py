"""Jobs while they run: lost and found connections, crashes, many windows."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import examine
from support.job_pages import announcements, job_row, open_panel, slow_pack, start, step_row
from support.jobs import load, wait_for_end
from support.packs import base_pack, tarballs
from support.stack import Stack, wait_until

RUNNING = re.compile(r"^\w+ Loading \d+ %")
NOTE_WHAT_IS_SAID = """region => {
  window.said = [];
  new MutationObserver(() => window.said.push(region.textContent))
    .observe(region, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return slow_pack(tmp_path_factory.mktemp("slow"), "slow")


@pytest.fixture(autouse=True)
def no_job_before(console: Stack) -> Iterator[None]:
    yield
    with console.client() as client:
        for job in client.get("/api/upload-jobs").json()["jobs"]:
            client.post(f"/api/upload-jobs/{job['id']}/cancel")
            wait_for_end(client, job["id"])
            client.delete(f"/api/upload-jobs/{job['id']}")


def test_a_running_job_is_live_and_its_end_is_said(
    page: Page, console: Stack, slow: dict[str, Path]
) -> None:
    page.goto("/?jobs")
    start(console, "slow", slow)
    row = job_row(page, "slow")
    expect(row).to_have_accessible_name(RUNNING)
    announcements(page).evaluate(NOTE_WHAT_IS_SAID)
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    expect(step_row(page, "telemetry")).to_contain_text(re.compile(r"Loading \d+ %"))
    examine(page, "jobs-running")
    expect(row).to_have_accessible_name(re.compile("^slow Done in"), timeout=60_000)
    expect(announcements(page)).to_contain_text("slow done.")
    assert {said.strip() for said in page.evaluate("window.said")} == {"slow done."}
    expect(page).to_have_title(re.compile("^Scenarios"))


def test_the_server_is_killed_in_mid_job(page: Page, console: Stack, slow: dict[str, Path]) -> None:
    job_id = start(console, "slow", slow)
    page.goto(f"/?jobs={job_id}")
    row = job_row(page, "slow")
    expect(step_row(page, "telemetry")).to_contain_text(re.compile(r"Loading \d+ %"))
    console.api.kill()
    expect(page.get_by_text("reconnecting…")).to_be_visible(timeout=12_000)
    expect(row).to_have_accessible_name(RUNNING)
    console.api.start()
    expect(row).to_have_accessible_name(re.compile("Failed"), timeout=20_000)
    expect(step_row(page, "telemetry")).to_contain_text("Server restarted")
    graph = step_row(page, "graph").inner_text()
    row.get_by_role("button", name="Retry from telemetry").click()
    expect(row).to_have_accessible_name(re.compile("attempt 2"))
    expect(row).to_have_accessible_name(re.compile("^slow Done in"), timeout=60_000)
    assert step_row(page, "graph").inner_text() == graph, "what is done is not done again"


def test_events_are_cut_for_a_minute(
    page: Page, console: Stack, slow: dict[str, Path], tmp_path: Path
) -> None:
    """Only nginx is away: meanwhile one job ends, and another is deleted."""
    page.clock.install()
    with console.client() as client:
        doomed = load(client, "doomed", tarballs(tmp_path, base_pack("doomed")))
    start(console, "slow", slow)
    panel = open_panel(page)
    row = job_row(panel, "slow")
    expect(row).to_have_accessible_name(RUNNING)
    live = panel.get_by_text("live", exact=True)
    reconnecting = panel.get_by_text("reconnecting…")
    expect(live).to_be_visible()
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/events")):
        console.nginx.stop()
    try:
        expect(live).to_be_visible()  # a short loss is nobody's business
        page.clock.fast_forward(5_000)
        expect(reconnecting).to_be_visible()
        page.clock.fast_forward(15_000)
        expect(reconnecting).to_be_visible()
        page.clock.fast_forward(15_000)
        said = r"Live updates stopped\. Showing the state of \d\d:\d\d\."
        expect(panel.get_by_text(re.compile(said))).to_be_visible()
        page.clock.fast_forward(25_000)
        expect(row).to_have_accessible_name(RUNNING)
        expect(job_row(panel, "doomed")).to_be_visible()
        examine(page, "jobs-stopped")
        with httpx.Client(base_url=console.api_url) as client:
            client.delete(f"/api/upload-jobs/{doomed['id']}").raise_for_status()
            wait_for_end(client, client.get("/api/upload-jobs").json()["jobs"][0]["id"])
    finally:
        console.nginx.start()
    expect(row).to_have_accessible_name(re.compile("^slow Done in"), timeout=5_000)
    expect(job_row(panel, "doomed")).to_have_count(0)
    expect(live).to_be_visible()
    expect(announcements(page)).to_contain_text("slow done.")


def test_whoever_will_not_wait_reconnects_at_once(page: Page) -> None:
    page.clock.install()
    page.route("**/api/upload-jobs/events", lambda route: route.abort())
    page.goto("/?jobs")
    expect(page.get_by_text("No job yet")).to_be_visible()
    page.clock.fast_forward(40_000)
    again = page.get_by_role("button", name="Reconnect")
    expect(again).to_be_visible()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))  # it does not try by itself
    with page.expect_request("**/api/upload-jobs/events"):
        again.press("Enter")  # a click waits for a frame, and time stands still
    page.unroute("**/api/upload-jobs/events")
    page.clock.resume()
    expect(page.get_by_text("live", exact=True)).to_be_visible()


def test_without_a_stream_jobs_are_polled(page: Page, console: Stack, tmp_path: Path) -> None:
    page.clock.install()
    page.route("**/api/upload-jobs/events", lambda route: route.abort())
    page.goto("/?jobs")
    expect(page.get_by_text("No job yet")).to_be_visible()
    job_id = start(console, "polled", tarballs(tmp_path, base_pack("polled")))
    row = job_row(page, "polled")
    page.clock.fast_forward(10_000)
    expect(row).to_be_visible()
    with console.client() as client:
        wait_for_end(client, job_id)
        page.clock.fast_forward(2_000)
        expect(row).to_have_accessible_name(re.compile("^polled Done in"))
        client.delete(f"/api/upload-jobs/{job_id}").raise_for_status()
    page.clock.fast_forward(10_000)
    expect(row).to_have_count(0)


def test_a_reload_during_a_job_goes_on(page: Page, console: Stack, slow: dict[str, Path]) -> None:
    start(console, "slow", slow)
    row = job_row(open_panel(page), "slow")
    expect(row).to_have_accessible_name(RUNNING)
    page.reload()
    expect(row).to_have_accessible_name(RUNNING)
    before = row.inner_text()
    wait_until(lambda: row.inner_text() != before, what="the row to move")


def test_ten_windows_share_one_stream(browser: Browser, console: Stack, tmp_path: Path) -> None:
    context = browser.new_context(base_url=console.url)
    pages = [context.new_page() for _ in range(10)]
    for each in pages:
        each.goto("/?jobs")
        expect(each.get_by_text("No job yet")).to_be_visible()
    start(console, "shared", tarballs(tmp_path, base_pack("shared")))
    for each in pages:
        expect(job_row(each, "shared")).to_have_accessible_name(
            re.compile("^shared Done in"), timeout=60_000
        )
    pages[0].close()  # the one that reads the stream; another takes over
    with console.client() as client:
        job = client.get("/api/upload-jobs").json()["jobs"][0]
        wait_until(lambda: _listeners(console) == 1, what="one stream")
        client.delete(f"/api/upload-jobs/{job['id']}").raise_for_status()
    for each in pages[1:]:
        expect(job_row(each, "shared")).to_have_count(0)
        expect(each.get_by_text("live", exact=True)).to_be_visible()
    context.close()


def _listeners(console: Stack) -> int:
    """Streams that nginx holds open to the service."""
    port = int(console.api_url.rpartition(":")[2])
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    open_ones = [line.split() for line in lines]
    return sum(1 for each in open_ones if each[3] == "01" and each[2].endswith(f":{port:04X}"))


@pytest.mark.parametrize("line", ["kept", "cut"])
def test_a_window_that_was_frozen_is_right_within_five_seconds(
    page: Page, console: Stack, slow: dict[str, Path], tmp_path: Path, line: str
) -> None:
    """Meanwhile one job ends, one is deleted and one is new."""
    with console.client() as client:
        doomed = load(client, "doomed", tarballs(tmp_path / "doomed", base_pack("doomed")))
    job_id = start(console, "slow", slow)
    panel = open_panel(page)
    expect(job_row(panel, "slow")).to_have_accessible_name(RUNNING)
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    if line == "cut":
        console.nginx.stop()
        console.nginx.start()
    with console.client() as client:
        client.delete(f"/api/upload-jobs/{doomed['id']}").raise_for_status()
        wait_for_end(client, job_id)
        load(client, "new", tarballs(tmp_path / "new", base_pack("new")))
    session.send("Page.setWebLifecycleState", {"state": "active"})
    began = time.monotonic()
    done = re.compile("^(slow|new) Done in")
    expect(panel.get_by_role("treeitem", level=1, name=done)).to_have_count(2)
    expect(job_row(panel, "doomed")).to_have_count(0)
    assert time.monotonic() - began < 5
