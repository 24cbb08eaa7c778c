"""Chromium, and what the tests of the console ask of every page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from local import nginx
from support.stack import Stack

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SAMPLE = nginx.HTML / "samples"
SCREENSHOTS = ROOT / "tests" / "console" / "screenshots"
# where Fluent catches the focus on its way out of a dialog: it is passed on at once; and what may
# hang at the end of the page, outside all landmarks, wherever the mouse happens to rest
NOT_JUDGED = ["[data-tabster-dummy]", "[role=tooltip]"]
THEMES: Final = ("light", "dark")


def require_console() -> str:
    """Where Chromium is; skips the test where it or the built console is missing."""
    found = map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))
    chromium = next(filter(None, found), None)
    if not chromium:
        pytest.skip("chromium is not on PATH")
    if not (nginx.HTML / "index.html").exists() or not SAMPLE.exists():
        pytest.skip("the console is not built: make frontend/dist/samples")
    return chromium


@contextmanager
def chromium(executable: str) -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--enable-unsafe-swiftshader"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def context_of(browser: Browser, stack: Stack, **settings: Any) -> Iterator[BrowserContext]:
    """A browser nobody has used yet, for tests that need several windows or other settings."""
    context = browser.new_context(base_url=stack.url, **{"locale": "en-GB", **settings})
    context.set_default_timeout(15_000)
    try:
        yield context
    finally:
        context.close()


def settle(page: Page) -> None:
    """Waits for transitions to end: things that move have half a colour. Not for endless ones.

    A new theme is drawn first: its transitions begin with the second frame from here.
    """
    page.evaluate(
        """async () => {
            const frame = () => new Promise(requestAnimationFrame);
            await frame();
            await frame();
            await Promise.allSettled(
                document.getAnimations()
                    .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
                    .map((each) => each.finished)
            );
        }"""
    )


def axe(page: Page) -> None:
    """Fails with each rule of axe that the page breaks, and where."""
    page.evaluate(AXE.read_text("utf-8"))
    settle(page)
    violations = page.evaluate(
        "(exclude) => axe.run({ exclude }).then((result) => result.violations)", NOT_JUDGED
    )
    said = [
        f"{each['id']}: {node['html'][:200]}\n    {node['failureSummary']}"
        for each in violations
        for node in each["nodes"]
    ]
    assert not said, "\n".join(said)


def examine(page: Page, name: str) -> None:
    """Looks at the page in both themes, wide and narrow: axe finds nothing, nothing is wider than
    the window, and ``name-{light,dark}-{wide,narrow}.png`` is there for people to look at."""
    before = page.viewport_size
    assert before
    SCREENSHOTS.mkdir(exist_ok=True)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for size, width, height in (("wide", 1280, 800), ("narrow", 360, 740)):
            page.set_viewport_size({"width": width, "height": height})
            axe(page)
            overflow = "document.documentElement.scrollWidth - window.innerWidth"
            assert page.evaluate(overflow) <= 0, f"{name} is too wide for {width}"
            page.screenshot(path=SCREENSHOTS / f"{name}-{theme}-{size}.png")
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")
