"""What the tests of the dialog that adds a scenario share."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from support.packs import Files, base_pack, of_slot, tarball
from support.stack import Stack


def open_dialog(page: Page, path: str = "/") -> Locator:
    """The dialog, opened by the button in the header, which knows the backends."""
    page.goto(path)
    page.get_by_role("banner").get_by_role("button", name="Add scenario").click()
    return ready(page)


def ready(page: Page) -> Locator:
    dialog = page.get_by_role("dialog", name="Add scenario")
    expect(dialog.get_by_role("radio", name="Embedded", exact=True)).to_be_checked()
    return dialog


def choose(dialog: Locator, *files: Path) -> None:
    dialog.get_by_label("Choose files").set_input_files([*files])


def row(dialog: Locator, slot: str) -> Locator:
    """A slot's row, by how it begins."""
    parts = dialog.get_by_role("list", name="Parts").locator("> li")
    return parts.filter(has_text=re.compile(rf"^{slot}"))


def name_field(dialog: Locator) -> Locator:
    return dialog.get_by_role("textbox", name="Name")


def save(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Save Scenario").click()


def packed(folder: Path, name: str, files: Files | None = None) -> dict[str, Path]:
    """A pack's tarballs as they are called in the wild: `NAME-graph.tar.gz`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = files or base_pack(name)
    slots = ("graph", "telemetry", "runbooks", "tickets", "prompts")
    return {slot: tarball(folder / f"{name}-{slot}.tar.gz", of_slot(files, slot)) for slot in slots}


def heavy_runbooks(folder: Path, name: str, size: int) -> Path:
    """A tarball of runbooks that hardly shrinks, so that sending it takes a while."""
    noise = random.Random(1).randbytes(size)
    files = {"runbooks/restart.md": b"# Restart\n", "runbooks/noise.bin": noise}
    folder.mkdir(parents=True, exist_ok=True)
    return tarball(folder / f"{name}-runbooks.tar.gz", files)


def drop_from_desktop(page: Page, *paths: Path) -> None:
    """Drags files and folders into the middle of the window, as from a file manager."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for event in ("dragEnter", "dragOver", "drop"):
        place = {"x": 400, "y": 300, "data": data}
        session.send("Input.dispatchDragEvent", {"type": event, **place})


def slow_network(page: Page, bytes_per_second: float) -> Callable[[], None]:
    """Holds uploads back, until what it returns is called."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def limit(upload: float) -> None:
        limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
        session.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": upload})

    limit(bytes_per_second)
    return lambda: limit(-1)


@contextmanager
def stopped(console: Stack, service: str) -> Iterator[None]:
    gone = {"nginx": console.nginx, "api": console.api}[service]
    if service == "nginx":
        gone.stop()  # killed, it would leave its workers behind
    else:
        gone.kill()
    try:
        yield
    finally:
        gone.start()


def jobs_of(stack: Stack, scenario: str) -> list[dict[str, Any]]:
    with stack.client() as client:
        answer = client.get("/api/upload-jobs", params={"scenario": scenario})
    jobs: list[dict[str, Any]] = answer.json()["jobs"]
    return jobs
