"""The real services behind nginx, and Chromium before them.

Both last as long as a module: Playwright's event loop must not outlive it, or the asynchronous
tests of other modules could not start theirs.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect

from support.browser import chromium, require_console
from support.stack import Stack, running

# what is announced waits up to 5 s for its turn, and other tests have the processor too
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(require_console()) as browser:
        yield browser


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Nothing is loaded at first."""
    require_console()
    with running(tmp_path_factory.mktemp("console")) as stack:
        yield stack


@pytest.fixture
def page(browser: Browser, console: Stack) -> Iterator[Page]:
    """A browser nobody has used yet, at no address; it may not throw or break the policy."""
    context = browser.new_context(
        base_url=console.url, viewport={"width": 1280, "height": 800}, locale="en-GB"
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []

    def on_error(error: Error) -> None:
        faults.append(str(error))

    def on_message(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    page.on("pageerror", on_error)
    page.on("console", on_message)
    yield page
    context.close()
    assert not faults, "\n".join(faults)
