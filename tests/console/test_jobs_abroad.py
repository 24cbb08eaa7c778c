"""Page translators, zones with half hours, and clocks that are wrong."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.job_list import ended_job
from support.job_pages import (
    bad_pack,
    job_row,
    load_pack,
    open_panel,
    slow_pack,
    start,
    step_row,
    store_job,
)
from support.packs import base_pack, tarballs
from support.stack import Stack, wait_until

# what translators do: each text is wrapped into elements of theirs, again and again
LEFT_ALONE = "script, style, font"
TRANSLATOR = """
setInterval(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    if (!text.data.trim() || text.parentElement.closest('LEFT_ALONE')) continue;
    const [outer, inner] = [document.createElement('font'), document.createElement('font')];
    text.replaceWith(outer);
    outer.append(inner);
    inner.append(document.createTextNode(text.data));
  }
}, 250);
""".replace("LEFT_ALONE", LEFT_ALONE)
EXACT = """iso => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
    .format(new Date(iso))"""


def test_a_translator_does_not_break_the_page(page: Page, console: Stack, tmp_path: Path) -> None:
    """While a job runs, dialogs open and close, filters change and a step fails."""
    load_pack(console, "other", tarballs(tmp_path / "other", base_pack("other")))
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {TRANSLATOR} }})")
    start(console, "slow", slow_pack(tmp_path / "slow", "slow"))
    panel = open_panel(page)
    row = job_row(panel, "slow")
    expect(row).to_be_visible()
    seen = set()
    state = panel.get_by_role("combobox", name="State")
    while "Done in" not in (name := row.inner_text()):
        seen.add(re.sub(r"\D", "", name.split("Embedded")[0]))
        state.select_option("Loading")
        expect(job_row(panel, "other")).to_have_count(0)
        translated(panel)
        state.select_option("All")
        expect(job_row(panel, "other")).to_be_visible()
    assert len(seen) > 1, "the numbers go on changing"
    load_pack(console, "faulty", bad_pack(tmp_path / "faulty", "faulty"))
    expect(job_row(panel, "faulty")).to_contain_text("Failed")
    expect(step_row(panel, "graph")).to_contain_text("row 4")
    job_row(panel, "faulty").get_by_role("button", name="Delete").click()
    question = page.get_by_role("alertdialog")
    translated(question)
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    page.get_by_role("button", name="Close").click()
    expect(panel).not_to_be_visible()
    _dialog_opens_and_closes(page)
    page.get_by_role("banner").get_by_role("button", name="Jobs").click()
    job_row(page, "faulty").get_by_role("link", name="Details").click()
    translated(page.get_by_role("main"))
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Not in this pack")
    page.get_by_role("main").get_by_role("button", name="Retry from graph").click()
    overview = page.get_by_role("region", name="Overview")
    expect(overview).to_contain_text(re.compile(r"Attempt\s*2"))


def translated(part: Locator) -> None:
    """Waits until the translator has been at new texts."""
    untouched = f"""part => {{
        const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {{
            const text = walker.currentNode;
            if (text.data.trim() && !text.parentElement.closest("{LEFT_ALONE}")) return true;
        }}
        return false;
    }}"""
    wait_until(lambda: not part.evaluate(untouched), what="the translator")


def _dialog_opens_and_closes(page: Page) -> None:
    for _ in range(2):
        page.get_by_role("banner").get_by_role("button", name="Add scenario").click()
        dialog = page.get_by_role("dialog", name="Add scenario")
        expect(dialog).to_be_visible()
        translated(dialog)
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_have_count(0)


@pytest.mark.parametrize(
    ("zone", "locale", "minutes"),
    [
        ("Asia/Kathmandu", "tr-TR", 10),
        ("America/St_Johns", "de-DE", -10),
        ("Europe/Berlin", "ar-EG", 10),
    ],
)
def test_a_wrong_clock_in_any_zone(
    browser: Browser, console: Stack, tmp_path: Path, zone: str, locale: str, minutes: int
) -> None:
    name = f"clock-{locale.lower()}"
    load_pack(console, name, tarballs(tmp_path, base_pack(name)))
    with _abroad(browser, console, zone, locale, minutes) as page:
        row = job_row(open_panel(page), name)
        age = row.get_by_role("time")
        expect(age).to_have_text(re.compile("^(just now|.+ seconds ago)$"))
        exact = page.evaluate(EXACT, age.get_attribute("datetime"))
        age.hover()
        expect(page.get_by_role("tooltip")).to_have_text(exact)
        start(console, name, tarballs(tmp_path / "again", base_pack(name)))
        expect(row).to_contain_text(re.compile(r"Loading.*(?<!\d)0:0\d", re.DOTALL))
        expect(row).to_have_accessible_name(re.compile(f"^{name} Done in 0:"), timeout=30_000)
        row.get_by_role("link", name="Details").click()
        overview = page.get_by_role("region", name="Overview")
        expect(overview).to_contain_text(re.compile("Submitted(just now|.+ seconds ago)"))
        page.goto("/")
        card = page.get_by_role("listitem").filter(has_text=name)
        expect(card).to_contain_text(re.compile("Loaded (just now|.+ seconds ago)"))


@pytest.mark.parametrize(
    ("zone", "started", "ended"),
    [
        # 01:50 summer time, and half an hour later 01:20 standard time
        ("America/St_Johns", "2025-11-02T04:20:00.000Z", "2025-11-02T04:50:00.000Z"),
        ("America/St_Johns", "2026-03-08T05:20:00.000Z", "2026-03-08T05:50:00.000Z"),
        ("Asia/Kathmandu", "2025-11-02T18:00:00.000Z", "2025-11-02T18:30:00.000Z"),
    ],
)
def test_a_job_over_a_change_of_summer_time(
    browser: Browser, console: Stack, zone: str, started: str, ended: str
) -> None:
    """Half an hour is half an hour, and the zone tells two equal hours apart."""
    job = {**ended_job(0), "id": str(uuid4()), "scenario_name": "half-hour"}
    nothing = {"status": "skipped", "started_at": None, "finished_at": None}
    steps = [{**step, **nothing, "sha256": ""} for step in job["steps"]]
    steps[0] |= {"status": "done", "started_at": started, "finished_at": ended}
    times = {"created_at": started, "updated_at": ended}
    store_job(console, {**job, **times, "status": "done", "steps": steps})
    with _abroad(browser, console, zone, "en-GB", 0) as page:
        page.goto(f"/jobs/{job['id']}")
        overview = page.get_by_role("region", name="Overview")
        expect(overview).to_contain_text("Duration30:00")
        for label, iso in (("Started", started), ("Ended", ended)):
            exact = page.evaluate(EXACT, iso)
            assert re.search(r"(GMT|UTC)?[+-]\d|[A-Z]{3}", exact), "it names its zone"
            expect(overview).to_contain_text(f"{label}{exact}")
        overview.get_by_role("time").hover()
        expect(page.get_by_role("tooltip")).to_have_text(page.evaluate(EXACT, started))


@contextmanager
def _abroad(
    browser: Browser, console: Stack, zone: str, locale: str, minutes: int
) -> Iterator[Page]:
    """A page in that zone, on a computer whose clock is wrong by so many minutes."""
    context = browser.new_context(base_url=console.url, timezone_id=zone, locale=locale)
    context.add_init_script(
        f"{{ const now = Date.now; Date.now = () => now() + {minutes * 60_000}; }}"
    )
    yield context.new_page()
    context.close()
