"""Troubles of real users, replayed in the dialog: it says beforehand what the server would say."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import context_of
from support.packs import base_pack, of_slot, tarball
from support.stack import Stack, wait_until
from support.tarballs import write_folder
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
    tar_by_hand,
)

SIZE = 4_000_000
SLOWLY = 800_000
SITES = "data/entities/DimSite.csv"
LINKS = "data/entities/DimLink.csv"

# what GNU tar is told, in the pack's folder; what the slot's row says; the same by the server
ARCHIVES = {
    "hard link": (f"ln -f {SITES} {LINKS}; tar czf $OUT *.yaml {SITES} {LINKS} data",
                  "DimLink.csv: This is a link, and links are not taken"),
    "symlink": (f"mv {LINKS} x; ln -s ../../x {LINKS}; tar czf $OUT .",
                "DimLink.csv: This is a link, and links are not taken"),
    "linked manifest": ("mv scenario.yaml s; ln -s s scenario.yaml; tar czf $OUT .",
                        "scenario.yaml: This is a link"),
    "twice": (f"tar cf ../a .; tar rf ../a ./{SITES}; gzip -c ../a > $OUT", "file twice"),
    "drive": ("tar czf $OUT --transform='s,^,C:/packs/,' *", "begins with a drive letter"),
    "backslash": (f"tar czf $OUT . --transform='s,{SITES},data\\\\entities\\\\DimSite.csv,'",
                  "holds a backslash"),
    "two scenarios": ("mkdir ../t; cp -r . ../t/a; cp -r . ../t/b; tar czf $OUT -C ../t a b",
                      "More than one scenario"),
}  # fmt: skip
SOUND = {
    "macOS": "for f in scenario.yaml "
    + SITES
    + "; do printf '\\0\\5\\26\\7' > $(dirname $f)/._$(basename $f);"
    " done; mkdir __MACOSX; touch .DS_Store __MACOSX/x; tar czf $OUT .",
    "macOS, below a folder": "mkdir ../t; cp -r . ../t/hello; touch ../t/._hello;"
    " tar czf $OUT -C ../t .",
    "link to itself": f"tar czhf $OUT * {SITES}",
    "unneeded link": "ln -s data latest; tar czf $OUT .",
}


def test_archives_are_judged_as_the_server_does(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    graph = row(dialog, "Graph")
    for number, (command, says) in enumerate(ARCHIVES.values()):
        choose(dialog, packed_by(tmp_path / f"unsound-{number}", command))
        expect(graph).to_contain_text(says)
        graph.get_by_role("button", name=re.compile("^Remove")).click()
    for number, command in enumerate(SOUND.values()):
        choose(dialog, packed_by(tmp_path / f"sound-{number}", command))
        expect(graph).to_contain_text("2 + 1 tables")
        expect(graph.get_by_role("img", name="No problem found")).to_be_visible()
        graph.get_by_role("button", name=re.compile("^Remove")).click()


def packed_by(work: Path, command: str) -> Path:
    folder = write_folder(work / "pack", of_slot(base_pack("tricky"), "graph"))
    return tar_by_hand(folder, work / "tricky-graph.tgz", command)


def test_a_folder_dragged_from_the_desktop(page: Page, console: Stack, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "dragged", base_pack("dragged"))
    page.goto("/")
    page.get_by_role("heading", level=1).wait_for()
    drop_from_desktop(page, folder)
    dialog = page.get_by_role("dialog", name="Add scenario")
    for slot in ("Graph", "Telemetry", "Runbooks", "Tickets", "Prompts"):
        expect(row(dialog, slot)).to_contain_text(f"dragged-{slot.lower()}.tar.gz")
    save(dialog)
    panel = page.get_by_role("dialog", name="Jobs")
    expect(panel.get_by_role("treeitem", name=re.compile("^dragged Done"))).to_be_visible(
        timeout=30_000
    )
    assert jobs_of(console, "dragged")[0]["warnings"] == 0


def test_two_windows_save_at_the_same_moment(
    browser: Browser, console: Stack, tmp_path: Path
) -> None:
    runbooks = heavy_runbooks(tmp_path, "twins", SIZE)
    with context_of(browser, console) as context:
        pages = [context.new_page(), context.new_page()]
        dialogs = [open_dialog(page) for page in pages]
        for page, dialog in zip(pages, dialogs, strict=True):
            choose(dialog, runbooks)
            expect(name_field(dialog)).to_have_value("twins")
            slow_network(page, SLOWLY)
        for dialog in dialogs:
            save(dialog)
        saved = [page.get_by_role("dialog", name="Jobs") for page in pages]
        leads = [dialog.get_by_role("button", name="Show that job") for dialog in dialogs]
        expect(saved[0].or_(leads[0])).to_be_visible(timeout=30_000)
        expect(saved[1].or_(leads[1])).to_be_visible(timeout=30_000)
        jobs = jobs_of(console, "twins")
        if len(jobs) == 1:  # else the first was done before the second had come
            [loser] = [lead for lead in leads if lead.is_visible()]
            loser.click()
            assert all(f"jobs={jobs[0]['id']}" in page.url for page in pages)


def test_a_page_that_is_left_leaves_nothing(
    browser: Browser, console: Stack, tmp_path: Path
) -> None:
    runbooks = heavy_runbooks(tmp_path, "closed", SIZE)
    staging = console.data / "staging"
    with context_of(browser, console) as context:
        page = context.new_page()
        dialog = open_dialog(page)
        choose(dialog, runbooks)
        expect(name_field(dialog)).to_have_value("closed")
        slow_network(page, SLOWLY)
        save(dialog)
        expect(dialog.get_by_text(re.compile(r"^[1-9]\d? %, "))).to_be_visible(timeout=15_000)
        assert list(staging.glob(".incoming-*"))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("about:blank")  # closed, it would lose its slow line first, and be faster
    wait_until(lambda: not list(staging.glob(".incoming-*")), what="what had come to be gone")
    assert jobs_of(console, "closed") == []


def test_after_a_lost_connection_files_can_be_changed(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    files = packed(tmp_path, "mended")
    runbooks = heavy_runbooks(tmp_path, "mended", SIZE)
    dialog = open_dialog(page)
    choose(dialog, runbooks, files["tickets"])
    expect(name_field(dialog)).to_have_value("mended")
    hurry = slow_network(page, SLOWLY)
    save(dialog)
    expect(dialog.get_by_text(re.compile(r"^[1-9]\d? %, "))).to_be_visible(timeout=15_000)
    with stopped(console, "nginx"):
        expect(dialog.get_by_text("Nothing was stored")).to_be_visible(timeout=30_000)
    dialog.get_by_role("button", name=re.compile("^Remove mended-tickets")).click()
    expect(row(dialog, "Tickets")).to_contain_text("not in this upload")
    choose(dialog, files["tickets"])
    expect(row(dialog, "Tickets")).to_contain_text("1 .txt file")
    hurry()
    save(dialog)
    expect(dialog).to_be_hidden(timeout=15_000)
    [job] = jobs_of(console, "mended")
    sent = {step["name"]: step["bytes"] for step in job["steps"] if step["bytes"]}
    assert sent == {"runbooks": runbooks.stat().st_size, "tickets": files["tickets"].stat().st_size}


@pytest.mark.parametrize(
    ("written", "proposed"), [("TELCO-INDIA", "telco-india"), ("İzmir_2", "izmir-2")]
)
def test_names_in_a_turkish_browser(
    browser: Browser, console: Stack, tmp_path: Path, written: str, proposed: str
) -> None:
    with context_of(browser, console, locale="tr-TR", timezone_id="Europe/Istanbul") as context:
        dialog = open_dialog(context.new_page())
        choose(dialog, tarball(tmp_path / "x-graph.tgz", base_pack(written)))
        expect(name_field(dialog)).to_have_value(proposed)


def test_a_scenario_is_loaded_again_under_its_own_name(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    dialog = open_dialog(page)
    choose(dialog, packed(tmp_path, "evergreen")["tickets"])
    save(dialog)
    page.get_by_role("dialog", name="Jobs").get_by_role("button", name="Close").click()
    page.goto("/")
    page.get_by_role("button", name="More for evergreen").click()
    page.get_by_role("menuitem", name="Load again…").click()
    expect(name_field(dialog)).to_have_value("evergreen")
    page.reload()
    expect(name_field(dialog)).to_have_value("evergreen")
    choose(dialog, packed(tmp_path, "other")["tickets"])
    expect(name_field(dialog)).to_have_value("evergreen")
    expect(name_field(dialog)).to_have_accessible_description("the files call it other")
    expect(dialog.get_by_text("exists: will be replaced")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More for evergreen")).to_be_visible()
