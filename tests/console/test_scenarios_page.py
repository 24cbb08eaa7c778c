"""The list of scenarios, from none to thirteen and back."""

import re

import pytest
from playwright.sync_api import Page, expect

from support.browser import examine
from support.sample import NAME, load_sample
from support.stack import Stack

TITLE = "Harrowmere metro fibre"


def test_the_sample_is_loaded_from_the_empty_state(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_text("No scenario yet.")).to_be_visible()
    examine(page, "scenarios-empty")
    page.get_by_role("button", name="Load the sample").click()
    expect(page.get_by_role("dialog", name="Jobs")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible(timeout=30_000)
    contents = page.get_by_role("list", name=f"Contents of {NAME}")
    expect(contents).to_contain_text("433 vertices")
    expect(contents).to_contain_text("1,184 edges")
    expect(contents).to_contain_text("26,880 rows")
    expect(page.get_by_text(re.compile("^Done in "))).to_be_visible()
    examine(page, "scenarios")


def test_a_scenario_is_deleted_by_its_name(page: Page, console: Stack) -> None:
    load_sample(console)
    load_sample(console, "short-lived")
    page.goto("/?q=short")
    more = page.get_by_role("button", name="More for short-lived")
    more.click()
    page.get_by_role("menuitem", name="Delete…").click()
    dialog = page.get_by_role("dialog", name="Delete short-lived?")
    expect(dialog).to_contain_text("433 vertices, 1,184 edges, 2 tables, 26,880 rows, 8 runbooks")
    examine(page, "scenarios-delete")
    page.keyboard.press("Escape")
    expect(more).to_be_focused()

    more.click()
    page.get_by_role("menuitem", name="Delete…").click()
    confirm = dialog.get_by_role("button", name="Delete", exact=True)
    field = dialog.get_by_label("Type short-lived to confirm")
    field.fill("short-live")
    expect(confirm).to_be_disabled()
    field.press("Enter")
    expect(dialog).to_be_visible()
    field.fill("short-lived")
    field.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("No scenario matches")).to_be_visible()
    expect(page.get_by_role("status", name="Announcements")).to_contain_text("Deleted short-lived")
    page.goto("/scenarios/short-lived")
    expect(page.get_by_role("heading", level=1)).to_contain_text("There is no scenario short-lived")
    expect(page.get_by_text("no longer there")).to_be_visible()


def test_what_is_not_reachable_is_said_and_tried_again(page: Page, console: Stack) -> None:
    load_sample(console)
    page.goto("/")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.route(
        "**/query/scenarios",
        lambda route: route.fulfill(
            status=503,
            content_type="application/problem+json",
            body='{"title":"Gone","status":503,"detail":"Out for lunch.","request_id":"r-42"}',
        ),
    )
    page.reload()
    alert = page.get_by_role("group").filter(has_text="could not be read")
    expect(alert).to_contain_text("Out for lunch.", timeout=20_000)
    expect(alert).to_contain_text("r-42")
    examine(page, "scenarios-failed")
    page.unroute("**/query/scenarios")
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(page.get_by_text("could not be read")).to_have_count(0)


def test_the_address_holds_what_one_looks_for(page: Page, console: Stack) -> None:
    with console.client() as client:
        for number in range(13):
            saved = client.put(
                f"/query/scenarios/made-up-{number}", json={"display_name": f"Plant {number}"}
            )
            assert saved.status_code in {200, 201}, saved.text
    page.goto("/")
    expect(page.get_by_role("searchbox", name="Find a scenario")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("plant 12")
    expect(page).to_have_url(re.compile(r"q=plant\+12"))
    expect(page.get_by_role("list", name="Scenarios").get_by_role("heading")).to_have_text(
        ["Plant 12"]
    )
    page.reload()
    expect(page.get_by_role("searchbox", name="Find a scenario")).to_have_value("plant 12")
    page.goto("/?sort=name")
    first = page.get_by_role("list", name="Scenarios").get_by_role("heading").first
    expect(first).to_have_text(re.compile("Harrowmere|Plant 0"))
    examine(page, "scenarios-many")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_scenario_opens_and_back_leads_back(page: Page, console: Stack, width: int) -> None:
    load_sample(console)
    page.set_viewport_size({"width": width, "height": 740})
    page.goto("/")
    page.get_by_role("link", name=TITLE).click()
    heading = page.get_by_role("heading", level=1, name=TITLE)
    expect(heading).to_be_focused()
    expect(page).to_have_title(f"{TITLE} – Scenario Loader")
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Scenarios")).to_be_focused()
