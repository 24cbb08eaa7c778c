"""Troubles of real users, replayed in the dialog: it says beforehand what the server would say."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from support.browser import context_of
from support.job_pages import job_row, load_pack, slow_pack, step_row
from support.jobs import submit, wait_for_end
from support.packs import base_pack, of_slot, tarball
from support.stack import Stack, wait_until
from support.tarballs import gnu_tar, write_folder
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

SLOTS = ("Graph", "Telemetry", "Runbooks", "Tickets", "Prompts")
SIZE = 4_000_000
SLOWLY = 800_000
SITES = "data/entities/DimSite.csv"
LINKS = "data/entities/DimLink.csv"

# what GNU tar is told, in the pack's folder; what the slot's row says; the server refuses it too
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
    "sparse": (f"truncate -s 2M {LINKS}; tar czSf $OUT .", "DimLink.csv: This is a sparse file"),
    "latin-1": ("touch $(printf 'caf\\xe9.csv'); tar czf $OUT .", "is not UTF-8"),
    "no manifest": ("rm scenario.yaml; tar czf $OUT .", "scenario.yaml is missing."),
    "broken manifest": ("echo '}' >> scenario.yaml; tar czf $OUT .",
                        "scenario.yaml, line 27: Broken YAML"),
    "no schema": ("rm graph_schema.yaml; tar czf $OUT .", "graph_schema.yaml is missing."),
    "other case": (f"mv {SITES} data/entities/dimsite.csv; tar czf $OUT .",
                   "“data/entities/dimsite.csv” differs in upper and lower case."),
    "no id column": (f"sed -i s/SiteId/Site/ {SITES}; tar czf $OUT .",
                     "DimSite.csv: The id column “SiteId” is missing."),
    "semicolons": (f"sed -i 's/,/;/g' {SITES}; tar czf $OUT .", "divided by semicolons"),
    "not tar": ("gzip -c scenario.yaml > $OUT", "This is gzip, but not a tar archive inside"),
    "not compressed": ("tar cf $OUT .", "a tar archive that is not compressed, not gzip"),
    "cut off": ("head -c 9999 /dev/urandom > z; tar cz . | head -c 5000 > $OUT",
                "Only its beginning could be read here"),
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


def test_archives_are_judged_as_the_server_does(page: Page, console: Stack, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    graph = row(dialog, "Graph")
    with console.client() as client:
        for number, (command, says) in enumerate(ARCHIVES.values()):
            archive = packed_by(tmp_path / f"unsound-{number}", command)
            choose(dialog, archive)
            expect(graph).to_contain_text(says)
            assert not is_taken(client, archive), says
            graph.get_by_role("button", name=re.compile("^Remove")).click()
        for number, command in enumerate(SOUND.values()):
            archive = packed_by(tmp_path / f"sound-{number}", command)
            choose(dialog, archive)
            expect(graph).to_contain_text("2 + 1 tables")
            expect(graph.get_by_role("img", name="No problem found")).to_be_visible()
            assert is_taken(client, archive), command
            graph.get_by_role("button", name=re.compile("^Remove")).click()


def is_taken(client: httpx.Client, archive: Path) -> bool:
    """Whether the server finds nothing wrong with this graph."""
    answer = submit(client, "tricky", {"graph": archive}, check_only="true")
    if answer.status_code == 422:
        return False
    return bool(wait_for_end(client, answer.json()["job_id"])["status"] == "done")


def packed_by(work: Path, command: str) -> Path:
    folder = write_folder(work / "pack", of_slot(base_pack("tricky"), "graph"))
    return gnu_tar(folder, work / "tricky-graph.tgz", command)


def test_a_folder_dragged_from_the_desktop(page: Page, console: Stack, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "dragged", base_pack("dragged"))
    page.goto("/")
    page.get_by_role("heading", level=1).wait_for()
    drop_from_desktop(page, folder)
    dialog = page.get_by_role("dialog", name="Add scenario")
    for slot in SLOTS:
        expect(row(dialog, slot)).to_contain_text(f"dragged-{slot.lower()}.tar.gz")
    save(dialog)
    panel = page.get_by_role("dialog", name="Jobs")
    expect(panel.get_by_role("treeitem", name=re.compile("^dragged Done"))).to_be_visible(
        timeout=30_000
    )
    assert jobs_of(console, "dragged")[0]["warnings"] == 0


# what only a whole reading shows, by slot: the file, and what the job says of it
HIDDEN = {
    "graph": ("data/entities/DimSite.csv", b"SiteId,Name,City\nS1,a,b\nS2,c,d\nS1,e,f\n",
              "DimSite.csv, row 4, column SiteId"),
    "telemetry": ("data/telemetry/LinkTelemetry.csv", b"Timestamp,LinkId,Mbps\nx,L1\n",
                  "LinkTelemetry.csv, row"),
    "runbooks": ("data/knowledge/runbooks/restart.md", b"# A\n\xff\n", "restart.md"),
    "tickets": ("data/knowledge/tickets/INC-1.txt", "x".encode("utf-16"), "INC-1.txt"),
    "prompts": ("data/prompts/noc.md", b"a\n\n\xff", "noc.md"),
}  # fmt: skip


def test_hidden_faults_are_said_in_the_job_and_the_old_data_stays(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    load_pack(console, "plant", packed(tmp_path / "old", "plant"))
    files = base_pack("plant") | {file: content for file, content, _ in HIDDEN.values()}
    replace(page, *packed(tmp_path / "faulty", "plant", files).values())
    panel = page.get_by_role("dialog", name="Jobs")
    for slot, (*_, says) in HIDDEN.items():
        expect(step_row(panel, slot)).to_contain_text(says, timeout=30_000)
    page.goto("/scenarios/plant/graph")
    expect(page.get_by_text("3 vertices")).to_be_visible()
    replace(page, *packed(tmp_path / "new", "plant").values())
    expect(job_row(panel, "plant Done")).to_be_visible(timeout=30_000)


def replace(page: Page, *files: Path) -> None:
    """Loads a scenario that is there already, by the dialog."""
    dialog = open_dialog(page)
    choose(dialog, *files)
    expect(dialog.get_by_text("exists: will be replaced")).to_be_visible()
    for slot in SLOTS:
        expect(row(dialog, slot).get_by_role("img", name="No problem found")).to_be_visible()
    save(dialog)
    dialog.get_by_role("button", name="Replace", exact=True).click()
    expect(dialog).to_be_hidden()


def test_two_windows_save_at_the_same_moment(
    browser: Browser, console: Stack, tmp_path: Path
) -> None:
    files = slow_pack(tmp_path, "twins")  # so that the first is loading when the second has come
    with context_of(browser, console) as context:
        pages = [context.new_page(), context.new_page()]
        dialogs = [open_dialog(page) for page in pages]
        for dialog in dialogs:
            choose(dialog, files["telemetry"], files["graph"])
            expect(name_field(dialog)).to_have_value("twins")
        for dialog in dialogs:
            save(dialog)
        leads = [dialog.get_by_role("button", name="Show that job") for dialog in dialogs]
        for page, lead in zip(pages, leads, strict=True):
            expect(page.get_by_role("dialog", name="Jobs").or_(lead)).to_be_visible(timeout=30_000)
        [job] = jobs_of(console, "twins")
        [loser] = [lead for lead in leads if lead.is_visible()]
        loser.click()
        for page in pages:
            page.wait_for_url(f"**jobs={job['id']}")
        assert [each.name for each in (console.data / "staging").glob("*-*")].count(job["id"]) == 1
        assert not list((console.data / "staging").glob(".incoming-*"))
        with console.client() as client:
            assert wait_for_end(client, job["id"])["status"] == "done"


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
    menu = page.get_by_role("button", name="More for evergreen")
    for _ in range(2):  # what is loaded late at first is there at once then
        menu.click()
        page.get_by_role("menuitem", name="Load again…").click()
        expect(name_field(dialog)).to_have_value("evergreen")
        assert page.url.endswith("?add=evergreen")
        page.keyboard.press("Escape")
        expect(menu).to_be_focused()
    page.goto("/?add=evergreen")
    expect(name_field(dialog)).to_have_value("evergreen")
    choose(dialog, packed(tmp_path, "other")["tickets"])
    expect(name_field(dialog)).to_have_value("evergreen")
    expect(name_field(dialog)).to_have_accessible_description("the files call it other")
    expect(dialog.get_by_text("exists: will be replaced")).to_be_visible()
