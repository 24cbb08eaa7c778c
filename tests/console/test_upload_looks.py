"""The dialog by keyboard alone, for those who listen, and how it looks in its states."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from support.browser import examine
from support.job_pages import load_pack
from support.packs import base_pack, tarball
from support.stack import Stack
from support.upload_dialog import (
    choose,
    heavy_runbooks,
    jobs_of,
    name_field,
    open_dialog,
    packed,
    ready,
    row,
    save,
    slow_network,
)


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the element of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "[document.activeElement.ariaLabel, document.activeElement.textContent,"
            " document.activeElement.labels?.[0]?.textContent]"
        )
        if name in focused:
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_added_and_replaced_by_keyboard_alone(page: Page, console: Stack, tmp_path: Path) -> None:
    files = packed(tmp_path, "keyed")
    page.on("filechooser", lambda _: None)  # without a listener choosers are caught too late
    for attempt in (1, 2):
        page.goto("/")
        page.get_by_role("heading", level=1).wait_for()
        tab_to(page, "Add scenario")
        page.keyboard.press("Enter")
        dialog = ready(page)
        expect(dialog.get_by_role("button", name="Close")).to_be_focused()
        tab_to(page, "Choose files")
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files([*files.values()])
        expect(name_field(dialog)).to_have_value("keyed")
        tab_to(page, "Save Scenario")
        page.keyboard.press("Enter")
        if attempt == 2:
            expect(dialog.get_by_role("button", name="Back")).to_be_focused()
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        panel = page.get_by_role("dialog", name="Jobs")
        expect(panel.get_by_role("treeitem", name=re.compile("^keyed Done")).first).to_be_visible(
            timeout=30_000
        )
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(
            page.get_by_role("banner").get_by_role("button", name="Add scenario")
        ).to_be_focused()
    assert len(jobs_of(console, "keyed")) == 2


def test_focus_returns_to_add(page: Page) -> None:
    dialog = open_dialog(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("banner").get_by_role("button", name="Add scenario")).to_be_focused()


def test_unavailable_backends_can_be_reached_but_not_chosen(page: Page) -> None:
    dialog = open_dialog(page)
    dialog.get_by_role("radio", name="Embedded", exact=True).focus()
    page.keyboard.press("ArrowDown")
    cosmos = dialog.get_by_role("radio", name=re.compile("^Cosmos DB for Gremlin – not available"))
    expect(cosmos).to_be_focused()
    expect(cosmos).not_to_be_checked()
    expect(cosmos).to_have_attribute("aria-disabled", "true")
    expect(dialog.get_by_role("radio", name="Embedded", exact=True)).to_be_checked()


def test_empty(page: Page) -> None:
    open_dialog(page)
    examine(page, "upload-empty")


def test_filled_with_notices_and_faults(page: Page, tmp_path: Path) -> None:
    files = base_pack("Telco_NOC")
    files["data/entities/DimSite.csv"] = b"Site;Name\n"
    del files["data/entities/FactEnds.csv"]
    (tmp_path / "notes.zip").write_bytes(b"PK\x03\x04")
    dialog = open_dialog(page)
    tarballs = packed(tmp_path / "1", "telco-noc", files)
    choose(dialog, *tarballs.values(), tmp_path / "notes.zip")
    choose(dialog, tarball(tmp_path / "other-tickets.tgz", {"tickets/a.txt": b"a"}))
    dialog.get_by_role("button", name="All as one").click()
    choose(dialog, tarball(tmp_path / "odd.tgz", {"a.bin": b"?"}))
    expect(dialog.get_by_text("Nothing in it tells")).to_be_visible()
    examine(page, "upload-filled")


def test_two_scenarios(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    choose(
        dialog,
        packed(tmp_path / "1", "telco-noc")["graph"],
        packed(tmp_path / "2", "hello-world")["graph"],
    )
    expect(dialog.get_by_text("two scenarios")).to_be_visible()
    examine(page, "upload-two-scenarios")


def test_replacing(page: Page, console: Stack, tmp_path: Path) -> None:
    load_pack(console, "shown", packed(tmp_path, "shown"))
    dialog = open_dialog(page)
    choose(dialog, tmp_path / "shown-graph.tar.gz")
    expect(dialog.get_by_text("exists: will be replaced")).to_be_visible()
    save(dialog)
    expect(dialog.get_by_role("button", name="Replace", exact=True)).to_be_visible()
    examine(page, "upload-replace")


def test_sending(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    choose(dialog, heavy_runbooks(tmp_path, "sending", 4_000_000))
    expect(name_field(dialog)).to_have_value("sending")
    slow_network(page, 100_000)
    save(dialog)
    expect(dialog.get_by_text(re.compile("s left$"))).to_be_visible(timeout=15_000)
    examine(page, "upload-sending")
    dialog.get_by_role("button", name="Cancel", exact=True).click()


def test_refused_with_many_problems(page: Page, tmp_path: Path) -> None:
    problems = [
        {"slot": "graph", "file": "Sites.csv", "row": n, "line": n, "detail": f"bad {n}"}
        for n in range(2, 22)
    ]
    document = {"title": "Invalid submission", "status": 422, "detail": "20 faults.",
                "problems": problems, "request_id": "abc-123"}  # fmt: skip

    def refuse(route: Route) -> None:
        route.fulfill(
            status=422, content_type="application/problem+json", body=json.dumps(document)
        )

    page.route("**/api/upload-jobs", refuse)
    dialog = open_dialog(page)
    choose(dialog, packed(tmp_path, "many")["graph"])
    expect(name_field(dialog)).to_have_value("many")
    save(dialog)
    graph = row(dialog, "Graph")
    expect(graph.get_by_role("listitem")).to_have_count(3)
    expect(graph).to_contain_text("17 more")
    examine(page, "upload-refused")
    graph.get_by_role("button", name="Show all").click()
    expect(graph.get_by_role("listitem")).to_have_count(20)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    graph.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[19] == "Sites.csv, row 21: bad 21"
