"""The console in Chromium: until it can be used, until the jobs are open, while it reads a pack."""

import statistics
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from benchmarks.job_list import store_jobs
from benchmarks.measure import Result, seconds
from support.browser import SAMPLE, chromium, context_of, require_console
from support.jobs import load
from support.packs import base_pack
from support.stack import Stack, running
from support.tarballs import write_tarball
from support.upload_dialog import choose, open_dialog, row

JOBS = 10_000
SLOTS = ("graph", "telemetry", "runbooks", "tickets", "prompts")
ROWS = b"2026-01-01T00:00:00Z,L1,5\n" * 8_000_000  # 208 MB

LONGEST_PAUSE = """() => {
  globalThis.longest = 0;
  let last = performance.now();
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.now();
    globalThis.longest = Math.max(globalThis.longest, now - last);
    last = now;
    setTimeout(() => channel.port2.postMessage(null), 4);
  };
  channel.port2.postMessage(null);
}"""


def measure(folder: Path, repeats: int) -> list[Result]:
    small = write_tarball(folder / "small-telemetry.tgz", base_pack("small"))
    large = write_tarball(folder / "large-telemetry.tgz", large_pack())
    with running(folder / "stack") as stack, chromium(require_console()) as browser:
        with stack.client() as client:
            load(client, "metro-fibre", {slot: sample(slot) for slot in SLOTS})
        store_jobs(stack, JOBS)

        def median(measured: Callable[[Page], float]) -> float:
            return statistics.median(_once(browser, stack, measured) for _ in range(repeats + 1))

        return [
            Result("console, cold: until a scenario can be opened", median(until_usable), 2),
            Result(f"the jobs panel with {JOBS:,} jobs", median(until_jobs_are_open), 1),
            Result(
                "longest pause of the page while it looks into 1 KB",  # what is not the reading
                median(lambda page: longest_pause(page, small)),
                100,
                unit="ms",
            ),
            Result(
                "longest pause of the page while it looks into 208 MB",
                median(lambda page: longest_pause(page, large)),
                100,
                unit="ms",
            ),
        ]


def _once(browser: Browser, stack: Stack, measured: Callable[[Page], float]) -> float:
    """In a browser nobody has used yet, with an empty cache."""
    with context_of(browser, stack) as context:
        return measured(context.new_page())


def until_usable(page: Page) -> float:
    page.goto("/", wait_until="commit")
    expect(page.get_by_role("link", name="Harrowmere metro fibre")).to_be_visible()
    now: float = page.evaluate("performance.now()")
    return now / 1000


def until_jobs_are_open(page: Page) -> float:
    page.goto("/")
    expect(page.get_by_role("link", name="Harrowmere metro fibre")).to_be_visible()
    opener = page.get_by_role("banner").get_by_role("button", name="Jobs")

    def open_them() -> None:
        opener.click()
        expect(page.get_by_role("treeitem").first).to_be_visible()

    return seconds(open_them)


def longest_pause(page: Page, large: Path) -> float:
    dialog = open_dialog(page)
    page.evaluate(LONGEST_PAUSE)
    choose(dialog, large)
    expect(row(dialog, "Telemetry")).to_contain_text("1 table")
    longest: float = page.evaluate("globalThis.longest")
    return longest


def large_pack() -> dict[str, bytes]:
    table = b"Timestamp,LinkId,Mbps\n" + ROWS
    return base_pack("large") | {"data/telemetry/LinkTelemetry.csv": table}


def sample(slot: str) -> Path:
    return next(SAMPLE.glob(f"*-{slot}.tar.gz"))
