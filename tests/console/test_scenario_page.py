"""One scenario: what it is, what is in it, and its graph."""

import concurrent.futures
import re

import pytest
from playwright.sync_api import Page, expect

from support.browser import examine
from support.sample import NAME, load_sample
from support.stack import Stack

GRAPH = f"/scenarios/{NAME}/graph"


@pytest.fixture(scope="module")
def loaded(console: Stack) -> Stack:
    load_sample(console)
    return console


def test_the_overview(page: Page, loaded: Stack) -> None:
    page.goto(f"/scenarios/{NAME}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Harrowmere metro fibre")
    expect(page.get_by_text("Which services run through the duct in Tannery Lane?")).to_be_visible()
    parts = page.get_by_role("table", name="Parts")
    expect(parts.get_by_role("row", name=re.compile("^Graph 433 vertices"))).to_be_visible()
    expect(parts.get_by_role("row", name=re.compile("^Telemetry 2 tables"))).to_be_visible()
    page.get_by_role("button", name=re.compile("LinkTelemetry: 20,160 rows, 6 columns")).click()
    columns = page.get_by_role("table", name="Columns of LinkTelemetry")
    expect(columns.get_by_role("row", name="Timestamp timestamp")).to_be_visible()
    graph = page.get_by_role("region", name="In the graph")
    expect(graph.get_by_role("listitem").filter(has_text="Customer")).to_contain_text("50")
    examine(page, "overview")


def test_texts_are_read_and_the_address_holds_them(page: Page, loaded: Stack) -> None:
    page.goto(f"/scenarios/{NAME}")
    link = page.get_by_role("link", name="Duct damaged by civil works")
    link.click()
    reader = page.get_by_role("dialog", name="Duct damaged by civil works")
    expect(reader.get_by_role("region", name="Text")).to_contain_text("duct")
    examine(page, "reader")
    page.reload()
    expect(reader).to_be_visible()
    page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    expect(page).not_to_have_url(re.compile("read="))
    page.get_by_role("region", name="Prompts").get_by_role("link").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_runbook_runs_nothing(page: Page, loaded: Stack) -> None:
    page.route(
        "**/runbooks/dirty-connector.md",
        lambda route: route.fulfill(
            json={
                "id": "dirty-connector.md",
                "kind": "runbooks",
                "title": "Dirty connector",
                "content": "# Steps\n<script>document.title='x'</script>\n\nAll is *well*.",
            }
        ),
    )
    page.goto(f"/scenarios/{NAME}?read=runbooks%2Fdirty-connector.md")
    expect(page.get_by_text("All is well.")).to_be_visible()
    expect(page).to_have_title(re.compile("^Harrowmere"))


def test_the_graph_finds_and_shows_a_vertex(page: Page, loaded: Stack) -> None:
    page.goto(GRAPH)
    expect(page.get_by_role("img", name=re.compile("Drawing of the graph"))).to_be_visible()
    expect(page.get_by_text("433 of 433 vertices")).to_be_visible()
    find = page.get_by_role("searchbox", name="Find a vertex")
    page.keyboard.press("/")
    expect(find).to_be_focused()
    find.fill("harrowmere general")
    details = page.get_by_role("region", name="Details")
    expect(details.get_by_role("heading", level=2)).to_have_text(re.compile("found$"))
    find.press("Enter")
    heading = details.get_by_role("heading", level=2)
    expect(heading).to_contain_text("Harrowmere General Hospital")
    expect(details.get_by_text(re.compile(r"^\d+ neighbours?$"))).to_be_visible()
    expect(page).to_have_url(re.compile("vertex="))
    # the drawing settles before it is looked at
    expect(page.get_by_role("button", name="Stop layout")).to_have_count(0, timeout=25_000)
    examine(page, "graph")
    title = heading.inner_text()
    page.reload()
    expect(heading).to_have_text(title)
    neighbour = details.get_by_role("listitem").get_by_role("button").first
    name = neighbour.inner_text()
    neighbour.click()
    expect(heading).to_have_text(name)
    page.go_back()
    expect(heading).to_have_text(title)


def test_the_table_is_the_same_graph(page: Page, loaded: Stack) -> None:
    page.goto(GRAPH)
    page.get_by_role("button", name="Table").click()
    table = page.get_by_role("grid", name="Vertices")
    expect(table).to_have_attribute("aria-rowcount", "434")
    page.get_by_role("checkbox", name=re.compile("^Customer")).uncheck()
    expect(table).to_have_attribute("aria-rowcount", "384")
    page.reload()
    expect(table).to_have_attribute("aria-rowcount", "384")
    expect(page.get_by_role("checkbox", name=re.compile("^Customer"))).not_to_be_checked()
    chosen = table.get_by_role("button").first
    name = chosen.inner_text()
    chosen.focus()
    page.keyboard.press("Enter")
    details = page.get_by_role("region", name="Details")
    expect(details.get_by_role("heading", level=2)).to_have_text(name)
    expect(table.get_by_role("row", selected=True)).to_have_count(1)
    examine(page, "graph-table")


def test_the_old_data_stays_while_new_data_is_loaded(page: Page, loaded: Stack) -> None:
    page.goto(f"/scenarios/{NAME}")
    parts = page.get_by_role("table", name="Parts")
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        loading = thread.submit(load_sample, loaded)
        looks = 0
        while not loading.done() or looks < 2:
            page.reload()
            expect(parts.get_by_role("row", name=re.compile("^Graph 433 vertices"))).to_be_visible()
            expect(parts.get_by_role("row", name=re.compile("^Prompts [0-9]+"))).to_be_visible()
            looks += 1
        loading.result()


def test_integers_keep_every_digit(page: Page, loaded: Stack) -> None:
    page.route(
        "**/topology?*",
        lambda route: route.fulfill(
            content_type="application/json",
            body='{"nodes":[{"id":"A:1","label":"A","properties":{"Big":9007199254740993}}],'
            '"edges":[],"meta":{"vertices":{"A":1},"edges":{},'
            '"returned":{"vertices":1,"edges":0},"truncated":false}}',
        ),
    )
    page.goto(f"{GRAPH}?vertex=A%3A1")
    expect(page.get_by_text("9007199254740993")).to_be_visible()


def test_it_can_be_deleted_from_its_page(page: Page, loaded: Stack) -> None:
    load_sample(loaded, "to-go")
    page.goto("/scenarios/to-go")
    page.get_by_role("button", name="More for to-go").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_label("Type to-go to confirm").fill("to-go")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Scenarios")).to_be_visible()
    expect(page.get_by_role("button", name="More for to-go")).to_have_count(0)


def test_the_focus_returns_where_it_came_from(page: Page, loaded: Stack) -> None:
    page.goto(f"/scenarios/{NAME}")
    link = page.get_by_role("link", name="Duct damaged by civil works")
    more = page.get_by_role("button", name=f"More for {NAME}")
    keys = page.get_by_role("banner").get_by_role("button", name="Keys")
    for opener, key in ((link, "Enter"), (link, "?"), (link, "j"), (link, "a"), (keys, "Enter")):
        opener.focus()
        page.keyboard.press(key)
        layer = page.get_by_role("dialog")
        expect(layer.locator(":focus")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(layer).to_have_count(0)
        expect(opener).to_be_focused()
    for item in ("Load again…", "Delete…"):
        more.focus()
        page.keyboard.press("Enter")
        page.get_by_role("menuitem", name=item).press("Enter")
        expect(page.get_by_role("dialog").locator(":focus")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(more).to_be_focused()
