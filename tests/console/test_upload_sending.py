"""The dialog from Save on: progress, cancelling, what is lost on the way, what is refused."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from support.job_pages import load_pack, slow_pack, start
from support.jobs import wait_for_end
from support.packs import base_pack, tarball
from support.stack import Stack, wait_until
from support.upload_dialog import (
    choose,
    drop_from_desktop,
    heavy_runbooks,
    jobs_of,
    name_field,
    open_dialog,
    packed,
    row,
    save,
    slow_network,
    stopped,
)

SIZE = 4_000_000
SLOWLY = 400_000


def large_files(stack: Stack) -> list[Path]:
    files = (stack.data / "staging").rglob("*.tar.gz")
    return [file for file in files if file.stat().st_size > 100_000]


def keys_sent(page: Page) -> list[str]:
    """Grows with the Idempotency-Key of each submission."""
    keys: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/upload-jobs"):
            keys.append(request.headers["idempotency-key"])

    page.on("request", note)
    return keys


def test_an_existing_name_is_confirmed_and_replaced(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    load_pack(console, "again", packed(tmp_path / "old", "again"))
    dialog = open_dialog(page)
    choose(dialog, packed(tmp_path / "new", "again")["graph"])
    expect(dialog.get_by_text("exists: will be replaced")).to_be_visible()
    save(dialog)
    question = dialog.get_by_role("alert")
    expect(question).to_contain_text(
        re.compile(r"Replaces again, loaded .* \(3 vertices, 2 edges\)")
    )
    expect(question).to_contain_text("The old data stays until the new is complete.")
    expect(question).to_contain_text("kept as they are: telemetry, runbooks, tickets, and prompts")
    back = dialog.get_by_role("button", name="Back")
    expect(back).to_be_focused()
    back.click()
    expect(row(dialog, "Graph")).to_contain_text("again-graph.tar.gz")
    save(dialog)
    dialog.get_by_role("button", name="Replace", exact=True).click()
    expect(dialog).to_be_hidden()
    newest, first = jobs_of(console, "again")
    with console.client() as client:
        assert wait_for_end(client, newest["id"])["status"] == "done"
    assert newest["id"] != first["id"]


def test_progress_then_cancel_stores_nothing(page: Page, console: Stack, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    choose(dialog, heavy_runbooks(tmp_path, "cancelled", SIZE))
    expect(name_field(dialog)).to_have_value("cancelled")
    hurry = slow_network(page, SLOWLY)
    save(dialog)
    expect(dialog.get_by_role("progressbar", name="Upload")).to_be_visible()
    expect(
        dialog.get_by_text(re.compile(r"\d+ %, [\d.]+ of 4 MB, [\d.]+ MB/s, \d+ s left"))
    ).to_be_visible(timeout=15_000)
    dialog.get_by_role("button", name="Cancel", exact=True).click()
    expect(dialog.get_by_role("button", name="Save Scenario")).to_be_enabled()
    assert jobs_of(console, "cancelled") == []
    wait_until(lambda: not large_files(console), what="the received part to be gone")
    hurry()
    save(dialog)
    expect(dialog).to_be_hidden(timeout=15_000)
    assert len(jobs_of(console, "cancelled")) == 1


def test_closing_in_mid_upload_asks(page: Page, console: Stack, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    choose(dialog, heavy_runbooks(tmp_path, "closing", SIZE))
    expect(name_field(dialog)).to_have_value("closing")
    slow_network(page, SLOWLY)
    save(dialog)
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    drop_from_desktop(page, packed(tmp_path, "late")["tickets"])  # nor may that leave the page
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("The upload is not complete. Stop it?")).to_be_visible()
    dialog.get_by_role("button", name="Keep uploading").click()
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    expect(row(dialog, "Tickets")).to_contain_text("not in this upload")
    dialog.get_by_role("button", name="Close", exact=True).click()
    dialog.get_by_role("button", name="Stop", exact=True).click()
    expect(dialog).to_be_hidden()
    assert jobs_of(console, "closing") == []


def test_the_browser_asks_only_while_sending(page: Page, tmp_path: Path) -> None:
    warns = "!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    dialog = open_dialog(page)
    choose(dialog, heavy_runbooks(tmp_path, "leaving", SIZE))
    expect(name_field(dialog)).to_have_value("leaving")
    assert not page.evaluate(warns)
    slow_network(page, SLOWLY)
    save(dialog)
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    assert page.evaluate(warns)
    dialog.get_by_role("button", name="Cancel", exact=True).click()
    expect(dialog.get_by_role("button", name="Save Scenario")).to_be_enabled()
    assert not page.evaluate(warns)


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("nginx", r"^Connection lost at \d+ %\. Nothing was stored\."),
        # the proxy takes the rest before it says that nobody is there
        ("api", r"^Connection lost "),
    ],
)
def test_a_server_gone_in_mid_upload(
    page: Page, console: Stack, tmp_path: Path, service: str, words: str
) -> None:
    keys = keys_sent(page)
    scenario = f"lost-{service}"
    dialog = open_dialog(page)
    choose(dialog, heavy_runbooks(tmp_path, scenario, SIZE))
    expect(name_field(dialog)).to_have_value(scenario)
    hurry = slow_network(page, SLOWLY)
    save(dialog)
    expect(dialog.get_by_text(re.compile(r"^[1-9]\d? %, "))).to_be_visible()
    with stopped(console, service):
        if service == "api":
            hurry()
        expect(dialog.get_by_text(re.compile(words))).to_be_visible(timeout=30_000)
    assert jobs_of(console, scenario) == []
    hurry()
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog).to_be_hidden(timeout=15_000)
    assert len(jobs_of(console, scenario)) == 1
    assert len(keys) == 2
    assert keys[0] == keys[1]


@pytest.mark.parametrize("presses", ["double click", "Enter and click", "Enter twice"])
def test_impatience_sends_once(page: Page, console: Stack, tmp_path: Path, presses: str) -> None:
    scenario = presses.lower().replace(" ", "-")
    keys = keys_sent(page)
    dialog = open_dialog(page)
    choose(dialog, heavy_runbooks(tmp_path, scenario, SIZE))
    expect(name_field(dialog)).to_have_value(scenario)
    hurry = slow_network(page, SLOWLY)
    button = dialog.get_by_role("button", name="Save Scenario")
    place = button.bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    if presses == "double click":
        page.mouse.dblclick(x, y)
    else:
        button.press("Enter")
        expect(dialog.get_by_role("progressbar")).to_be_visible()
        if presses == "Enter twice":
            page.keyboard.press("Enter")
        else:
            page.mouse.click(x, y)
    expect(dialog.get_by_text(re.compile(r"^[1-9]\d? %, "))).to_be_visible(timeout=15_000)
    hurry()
    expect(dialog).to_be_hidden(timeout=15_000)
    assert len(keys) == 1
    assert len(jobs_of(console, scenario)) == 1


def test_a_double_click_does_not_confirm(page: Page, console: Stack, tmp_path: Path) -> None:
    files = packed(tmp_path, "asked")
    load_pack(console, "asked", files)
    dialog = open_dialog(page)
    choose(dialog, files["graph"])
    expect(dialog.get_by_text("exists: will be replaced")).to_be_visible()
    dialog.get_by_role("button", name="Save Scenario").dblclick()
    expect(dialog.get_by_role("button", name="Back")).to_be_visible()
    assert len(jobs_of(console, "asked")) == 1


def test_a_file_that_changed_on_disk_is_said_by_name(page: Page, tmp_path: Path) -> None:
    file = packed(tmp_path, "changed")["runbooks"]
    dialog = open_dialog(page)
    choose(dialog, file)
    expect(row(dialog, "Runbooks")).to_contain_text("1 .md file")
    file.write_bytes(file.read_bytes() + b"more")
    save(dialog)
    expect(
        dialog.get_by_text("changed-runbooks.tar.gz was changed, moved or deleted")
    ).to_be_visible()


def test_a_scenario_with_an_active_job_links_to_it(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    dialog = open_dialog(page)
    choose(dialog, packed(tmp_path, "busy")["runbooks"])
    expect(name_field(dialog)).to_have_value("busy")
    active = start(console, "busy", slow_pack(tmp_path / "slow", "busy"))
    save(dialog)
    dialog.get_by_role("button", name="Show that job").click()
    expect(dialog).to_be_hidden()
    assert f"jobs={active}" in page.url
    with console.client() as client:
        wait_for_end(client, active)


def test_what_the_server_refuses_stands_at_its_slot(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    graph = {"scenario.yaml": base_pack("refused")["scenario.yaml"], "notes.md": b"no graph"}
    choose(dialog, tarball(tmp_path / "refused-graph.tgz", graph))
    save(dialog)
    title = dialog.get_by_text("Invalid submission")
    expect(title).to_be_visible()
    assert page.evaluate("document.activeElement.textContent").startswith("Invalid submission")
    expect(row(dialog, "Graph")).to_contain_text('graph_schema.yaml is missing; the slot "graph"')
    expect(row(dialog, "Graph").get_by_role("img", name="Can’t be taken")).to_be_visible()
