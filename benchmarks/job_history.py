"""From a click on Jobs to the first row of a history of 10,000, in Chromium."""

import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, expect

from benchmarks.job_list import store_jobs
from benchmarks.measure import Result
from support.browser import chromium, require_console
from support.stack import Stack, running


def measure(folder: Path, repeats: int) -> list[Result]:
    with running(folder / "history") as stack, chromium(require_console()) as browser:
        store_jobs(stack, 10_000)
        taken = [first_row(browser, stack) for _ in range(repeats + 1)]
    what = "open the panel of 10,000 jobs in Chromium"
    return [Result(what, statistics.median(taken[1:]), 1)]


def first_row(browser: Browser, stack: Stack) -> float:
    """Seconds, in a browser that has stored nothing yet."""
    context = browser.new_context(base_url=stack.url)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    opener = page.get_by_role("banner").get_by_role("button", name="Jobs")
    began = time.perf_counter()
    opener.click()
    page.get_by_role("treeitem").nth(1).wait_for()
    taken = time.perf_counter() - began
    context.close()
    return taken
