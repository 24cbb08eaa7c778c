"""The dialog before anything is sent: which file goes where, and what is said of it."""

import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.job_pages import announcements
from support.packs import base_pack, tarball
from support.stack import Stack
from support.tarballs import write_folder, write_tarball
from support.upload_dialog import choose, jobs_of, name_field, open_dialog, packed, row, save

SLOTS = ("Graph", "Telemetry", "Runbooks", "Tickets", "Prompts")

# what a browser does with files that are dropped, made by hand
DROP = """([target, files]) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name));
  for (const type of ['dragover', 'drop']) {
    const event = new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.querySelector(target).dispatchEvent(event);
  }
}"""


def test_five_tarballs_fill_five_slots_and_become_a_job(
    page: Page, console: Stack, tmp_path: Path
) -> None:
    dialog = open_dialog(page)
    choose(dialog, *packed(tmp_path, "five").values())
    for slot, says in zip(
        SLOTS, ("2 + 1 tables", "1 table", "1 .md file", "1 .txt file", "1 .md file"), strict=True
    ):
        expect(row(dialog, slot)).to_contain_text(says)
        expect(row(dialog, slot).get_by_role("img", name="No problem found")).to_be_visible()
    expect(name_field(dialog)).to_have_value("five")
    expect(dialog.get_by_text("new", exact=True)).to_be_visible()
    said = heard(page)
    save(dialog)
    expect(dialog).to_be_hidden()
    [job] = jobs_of(console, "five")
    assert f"jobs={job['id']}" in page.url
    panel = page.get_by_role("dialog", name="Jobs")
    done = panel.get_by_role("treeitem", name=re.compile("^five Done"))
    expect(done).to_be_visible(timeout=30_000)
    expect(announcements(page)).to_have_text(re.compile("^five done"))
    assert said() == [
        "Upload complete. five is loading in the background; you can close this page.",
        "five done.",
    ]
    done.get_by_role("link", name="Open").click()
    page.get_by_role("link", name="Graph", exact=True).click()
    expect(page.get_by_text("3 vertices")).to_be_visible()


def heard(page: Page) -> Callable[[], list[str]]:
    """What is announced from now on."""
    announcements(page).evaluate(
        """(region) => {
          globalThis.heard = [];
          new MutationObserver(() => globalThis.heard.push(region.textContent.trim()))
            .observe(region, { characterData: true, childList: true, subtree: true });
        }"""
    )
    return lambda: list(page.evaluate("globalThis.heard"))


def test_a_folder_is_packed_and_loads(page: Page, console: Stack, tmp_path: Path) -> None:
    files = base_pack("from-folder") | {
        "data/knowledge/runbooks/Größe 東京.md": b"# Size\n",
        f"data/knowledge/tickets/{'long-' * 30}.txt": b"Long name\n",
        ".DS_Store": b"litter",
        "notes/private.docx": b"not for any slot",
    }
    folder = write_folder(tmp_path / "my-scenario", files)
    dialog = open_dialog(page)
    dialog.get_by_label("Choose folder").set_input_files(folder)
    expect(row(dialog, "Graph")).to_contain_text("from-folder-graph.tar.gz")
    expect(row(dialog, "Runbooks")).to_contain_text("2 .md files")
    save(dialog)
    panel = page.get_by_role("dialog", name="Jobs")
    expect(panel.get_by_role("treeitem", name=re.compile("^from-folder Done"))).to_be_visible(
        timeout=30_000
    )
    with console.client() as client:
        found = client.get("/query/scenarios/from-folder").json()
    assert set(found["parts"]) == {"graph", "telemetry", "runbooks", "tickets", "prompts"}
    assert jobs_of(console, "from-folder")[0]["warnings"] == 0


def test_every_dropped_file_gets_an_answer(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    page.evaluate(DROP, ["[role=dialog]", [["notes.zip", "PK\x03\x04"], ["todo.txt", "a text"]]])
    choose(dialog, packed(tmp_path, "good")["graph"])
    expect(dialog.get_by_text("Not taken: notes.zip. This is a ZIP archive")).to_be_visible()
    expect(dialog.get_by_text("Not taken: todo.txt. This is not gzip")).to_be_visible()
    expect(row(dialog, "Graph")).to_contain_text("good-graph.tar.gz")


def test_files_dropped_on_the_page_open_the_dialog(page: Page) -> None:
    page.goto("/")
    page.get_by_role("heading", level=1).wait_for()
    page.evaluate(DROP, ["main", [["readme.txt", "a text"]]])
    dialog = page.get_by_role("dialog", name="Add scenario")
    expect(dialog.get_by_text("Not taken: readme.txt")).to_be_visible()


def test_two_scenarios_are_asked_about_and_the_other_is_kept(page: Page, tmp_path: Path) -> None:
    one, two = packed(tmp_path / "1", "telco-noc"), packed(tmp_path / "2", "hello-world")
    dialog = open_dialog(page)
    choose(dialog, one["graph"], one["tickets"], two["graph"])
    expect(
        dialog.get_by_text("two scenarios: telco-noc (2 files) and hello-world (1 file).")
    ).to_be_visible()
    button = dialog.get_by_role("button", name="Save Scenario")
    expect(button).to_have_accessible_description("Say which scenario first.")
    dialog.get_by_role("button", name="telco-noc").click()
    expect(row(dialog, "Tickets")).to_contain_text("telco-noc-tickets.tar.gz")
    expect(dialog.get_by_text("hello-world (1 file) is kept")).to_be_visible()
    save(dialog)
    page.get_by_role("dialog", name="Jobs").get_by_role("button", name="Close").click()
    page.get_by_role("banner").get_by_role("button", name="Add scenario").click()
    dialog.get_by_role("button", name="Take hello-world").click()
    expect(row(dialog, "Graph")).to_contain_text("hello-world-graph.tar.gz")
    expect(name_field(dialog)).to_have_value("hello-world")


def test_a_name_is_made_legal_and_judged_while_typing(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    choose(dialog, tarball(tmp_path / "x-graph.tgz", base_pack("Telco_NOC")))
    name = name_field(dialog)
    expect(name).to_have_value("telco-noc")
    expect(dialog.get_by_text("was Telco_NOC")).to_be_visible()
    name.fill("telco--noc")
    expect(name).to_have_accessible_description("No -- in it.")
    expect(dialog.get_by_role("button", name="Save Scenario")).to_be_disabled()
    name.fill("plant-topology")
    expect(name).to_have_accessible_description(re.compile("can’t end in -topology"))
    name.fill("plant")
    expect(dialog.get_by_role("button", name="Save Scenario")).to_be_enabled()


def test_a_second_file_replaces_and_undo_takes_it_back(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    choose(dialog, packed(tmp_path, "first")["runbooks"])
    other = tarball(tmp_path / "other.tgz", {"runbooks/a.md": b"a", "runbooks/b.md": b"b"})
    choose(dialog, other)
    expect(row(dialog, "Runbooks")).to_contain_text("2 .md files")
    dialog.get_by_role("button", name="Undo").click()
    expect(row(dialog, "Runbooks")).to_contain_text("first-runbooks.tar.gz")


def test_a_graph_among_the_runbooks_is_said_and_can_be_moved(page: Page, tmp_path: Path) -> None:
    graph = packed(tmp_path, "misplaced")["graph"].rename(tmp_path / "misplaced.tgz")
    dialog = open_dialog(page)
    dialog.get_by_label("Choose a file for Runbooks").set_input_files(graph)
    expect(row(dialog, "Runbooks")).to_contain_text("No .md file inside.")
    row(dialog, "Runbooks").get_by_role("button", name="Put in…").click()
    page.get_by_role("menuitem", name="Graph").click()
    expect(row(dialog, "Graph")).to_contain_text("2 + 1 tables")
    expect(row(dialog, "Runbooks")).to_contain_text("not in this upload")


def test_a_file_nothing_tells_the_slot_of_is_asked_about(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    choose(dialog, tarball(tmp_path / "odd.tgz", {"a.bin": b"?"}))
    expect(dialog.get_by_text("Nothing in it tells which part it is.")).to_be_visible()
    dialog.get_by_role("button", name="Put in…").click()
    page.get_by_role("menuitem", name="Prompts").click()
    expect(row(dialog, "Prompts")).to_contain_text("No .md file inside.")


def test_faults_are_said_at_the_slot(page: Page, tmp_path: Path) -> None:
    files = base_pack("faulty")
    files["data/entities/DimSite.csv"] = b"Site,Name,City\nS1,One,Oslo\n"
    del files["data/entities/FactEnds.csv"]
    tarballs = packed(tmp_path, "faulty", files)
    tarballs["tickets"].write_bytes(b"no archive")
    dialog = open_dialog(page)
    choose(dialog, *tarballs.values())
    graph = row(dialog, "Graph")
    expect(graph).to_contain_text("DimSite.csv: The id column “SiteId” is missing.")
    expect(graph).to_contain_text("FactEnds.csv: The file is missing; the schema names it.")
    expect(row(dialog, "Tickets")).to_contain_text("This is not gzip")
    button = dialog.get_by_role("button", name="Save Scenario")
    expect(button).to_have_accessible_description("The file in Tickets can’t be sent.")
    dialog.get_by_role("button", name=re.compile("^Remove faulty-tickets")).click()
    expect(button).to_be_enabled()


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("prefix", ["", "./", "./telco/"])
def test_archives_of_every_program(page: Page, tmp_path: Path, format: int, prefix: str) -> None:  # noqa: A002  # tarfile's word
    long = "data/knowledge/runbooks/" + "long-" * (30 if format != tarfile.USTAR_FORMAT else 3)
    files = {f"{prefix}{long}{n}.md": b"# Title\n" * 300 for n in range(3)}
    files |= {f"{prefix}._x.md": b"litter", f"{prefix}data/knowledge/runbooks/.DS_Store": b""}
    archive = write_tarball(tmp_path / "a-runbooks.tgz", files, format)
    dialog = open_dialog(page)
    choose(dialog, archive)
    expect(row(dialog, "Runbooks")).to_contain_text("3 .md files")


def test_archives_are_read_beside_the_page(page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(page)
    with page.expect_worker() as reader:
        choose(dialog, packed(tmp_path, "beside")["telemetry"])
    assert "archive.worker" in reader.value.url
    expect(row(dialog, "Telemetry")).to_contain_text("1 table")
