"""Page translators, zones with half hours, and clocks that are wrong."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.job_pages import bad_pack, job_row, load_pack, open_panel, slow_pack, start, step_row
from support.packs import base_pack, tarballs
from support.stack import Stack

# what translators do: each text is wrapped into elements of theirs, again and again
TRANSLATOR = """
setInterval(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    if (!text.data.trim() || text.parentElement.closest('script, style, font')) continue;
    const [outer, inner] = [document.createElement('font'), document.createElement('font')];
    text.replaceWith(outer);
    outer.append(inner);
    inner.append(document.createTextNode(text.data));
  }
}, 250);
"""


def test_a_translator_does_not_break_the_page(page: Page, console: Stack, tmp_path: Path) -> None:
    load_pack(console, "other", tarballs(tmp_path / "other", base_pack("other")))
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {TRANSLATOR} }})")
    start(console, "slow", slow_pack(tmp_path / "slow", "slow"))
    panel = open_panel(page)
    row = job_row(panel, "slow")
    expect(row).to_be_visible()
    seen = set()
    while "Done in" not in (name := row.inner_text()):
        seen.add(re.sub(r"\D", "", name.split("Embedded")[0]))
        page.wait_for_timeout(300)
        panel.get_by_role("combobox", name="State").select_option("Loading")
        expect(job_row(panel, "other")).to_have_count(0)
        panel.get_by_role("combobox", name="State").select_option("All")
        expect(job_row(panel, "other")).to_be_visible()
    assert len(seen) > 1, "the numbers go on changing"
    load_pack(console, "faulty", bad_pack(tmp_path / "faulty", "faulty"))
    expect(job_row(panel, "faulty")).to_contain_text("Failed")
    expect(step_row(panel, "graph")).to_contain_text("row 4")
    job_row(panel, "faulty").get_by_role("button", name="Delete").click()
    page.wait_for_timeout(600)
    page.get_by_role("alertdialog").get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Close").click()
    expect(panel).not_to_be_visible()
    page.get_by_role("banner").get_by_role("button", name="Jobs").click()
    job_row(page, "faulty").get_by_role("link", name="Details").click()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Not in this pack")


@pytest.mark.parametrize(
    ("zone", "locale", "minutes"),
    [
        ("Asia/Kathmandu", "en-GB", 10),
        ("America/St_Johns", "tr-TR", -10),
        ("Europe/Berlin", "ar-EG", 10),
    ],
)
def test_a_wrong_clock_in_any_zone(
    browser: Browser, console: Stack, tmp_path: Path, zone: str, locale: str, minutes: int
) -> None:
    name = f"clock-{locale.lower()}"
    job = load_pack(console, name, tarballs(tmp_path, base_pack(name)))
    context = browser.new_context(base_url=console.url, timezone_id=zone, locale=locale)
    wrong = f"{{ const now = Date.now; Date.now = () => now() + {minutes * 60_000}; }}"
    context.add_init_script(wrong)
    page = context.new_page()
    row = job_row(open_panel(page), name)
    age = row.get_by_role("time")
    expect(age).to_have_text(re.compile("^(just now|.+ seconds ago)$"))
    exact = page.evaluate(
        "iso => new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'medium'})"
        ".format(new Date(iso))",
        job["created_at"],
    )
    age.hover()
    expect(page.get_by_role("tooltip")).to_have_text(exact)
    start(console, name, tarballs(tmp_path / "again", base_pack(name)))
    expect(row).to_contain_text(re.compile(r"Loading.*(?<!\d)0:0\d", re.DOTALL))
    context.close()
