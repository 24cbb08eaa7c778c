"""Workspaces of Microsoft Fabric: connected, chosen and deleted, before the stand-in."""

import json
import re
from collections.abc import Iterator

import pytest
from peers.fabric.running import Running
from playwright.sync_api import Browser, Page, Route, expect

from support import fabric_services
from support.browser import context_of, examine
from support.connections import (
    PATH,
    active_name,
    active_workspace,
    choice,
    connect,
    connected,
    facts,
    forget_all,
)
from support.fabric_services import FabricServices
from support.job_pages import announcements
from support.stack import Stack, wait_until

NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FabricServices]:
    with fabric_services.running(tmp_path_factory.mktemp("practice")) as practice:
        yield practice


@pytest.fixture(scope="module")
def console(practice: FabricServices) -> Stack:
    return practice.stack


@pytest.fixture
def fabric(practice: FabricServices) -> Iterator[Running]:
    """As it is at first, with no workspace connected."""
    stack, fabric = practice.stack, practice.peer
    yield fabric
    fabric.reset()
    forget_all(stack)


def ask(page: Page, workspace: str) -> None:
    page.get_by_role("textbox", name="Workspace").fill(workspace)
    page.get_by_role("button", name="Check", exact=True).click()


def test_a_workspace_is_checked_then_connected(page: Page, console: Stack, fabric: Running) -> None:
    page.goto("/")
    page.get_by_role("link", name="Connections").click()
    expect(page.get_by_role("heading", level=1, name="Connections")).to_be_focused()
    expect(page.get_by_role("complementary", name="Practice mode")).to_have_text(
        "Practice mode: this is a stand-in for Microsoft Fabric on this machine."
    )
    expect(page.get_by_role("heading", name="No workspace is connected yet")).to_be_visible()
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_disabled()
    examine(page, "connections-empty")

    ask(page, "")
    expect(page.get_by_text("Say which workspace.")).to_be_visible()
    ask(page, "my workspace")
    expect(page.get_by_text("This names no workspace. Give its GUID")).to_be_visible()
    ask(page, NOBODYS)
    wrong = facts(page).filter(has=page.get_by_role("img", name="Not right"))
    expect(wrong).to_contain_text("There is no workspace with this GUID")
    expect(save).to_be_disabled()
    ask(page, fabric.workspaces["Someone else's"])
    expect(wrong).to_contain_text("InsufficientPrivileges")
    expect(page.get_by_role("main").get_by_text("It can’t be connected.")).to_be_visible()
    expect(save).to_be_disabled()

    ask(page, fabric.workspaces["Practice, viewers only"])
    expect(facts(page)).to_have_count(7)
    expect(wrong).to_contain_text("The identity is a Viewer")
    fine = facts(page).filter(has=page.get_by_role("img", name="Fine"))
    expect(fine.filter(has_text="Capacity")).to_have_count(1)
    page.get_by_role("textbox", name="Lakehouse").fill("2nd lake")
    expect(facts(page), "it is about another lakehouse now").to_have_count(0)
    page.get_by_role("textbox", name="Lakehouse").press("Enter")
    expect(page.get_by_text("Begin with a letter;")).to_be_visible()

    page.get_by_role("textbox", name="Lakehouse").fill("")
    practice = fabric.workspaces["Practice"]
    ask(page, f"https://app.fabric.microsoft.com/groups/{practice}/list?experience=power-bi")
    expect(page.get_by_role("main").get_by_text("“Practice” can be connected.")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Demo")
    expect(save).to_be_enabled()
    page.get_by_role("textbox", name="Name").press("Enter")
    expect(choice(page, "Demo")).to_be_checked()
    row = active_workspace(page)
    expect(row).to_contain_text("Workspace “Practice”, lakehouse “lakehouse”")
    expect(row).to_contain_text("Practice capacity (F2) is running.")
    expect(announcements(page)).to_contain_text("Demo is connected.")
    expect(page.get_by_role("textbox", name="Workspace")).to_have_value("")

    ask(page, practice)
    expect(save).to_be_enabled()
    save.click()
    expect(page.get_by_text("It was not saved")).to_be_visible()
    assert [each["workspace_id"] for each in connected(console)] == [practice]


def tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        words = page.evaluate(
            "[document.activeElement.ariaLabel, document.activeElement.textContent]"
        )
        if name in words:
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_by_keyboard_selected_checked_and_deleted(
    page: Page, console: Stack, fabric: Running
) -> None:
    for name in ("Practice", "Practice without capacity", "Practice, viewers only"):
        connect(console, fabric.workspaces[name])
    page.goto("/connections")
    expect(choice(page, "Practice").first).to_be_checked()
    examine(page, "connections")
    choice(page, "Practice").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(choice(page, "Practice, viewers only")).to_be_checked()
    expect(choice(page, "Practice, viewers only")).to_be_focused()
    wait_until(lambda: active_name(console) == "Practice, viewers only", what="it to be active")
    expect(announcements(page)).to_contain_text("Practice, viewers only is the active workspace.")

    fabric.set(capacity_active=False)
    tab_to(page, "Check again: Practice, viewers only")
    page.keyboard.press("Enter")
    row = page.locator("[data-connection]", has_text="viewers only")
    expect(row).to_contain_text("paused")

    tab_to(page, "Delete: Practice, viewers only")
    page.keyboard.press("Enter")
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("nothing new can be loaded into Microsoft Fabric")
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(page.get_by_role("button", name="Delete: Practice, viewers only")).to_be_focused()
    page.keyboard.press("Enter")
    question.get_by_role("button", name="Delete connection").press("Enter")
    expect(choice(page, "Practice, viewers only")).to_have_count(0)
    expect(active_workspace(page).get_by_role("radio", checked=True)).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body"), "the focus is lost"
    assert active_name(console) is None
    page.get_by_role("button", name="Delete: Practice", exact=True).click()
    expect(question).not_to_contain_text("nothing new can be loaded")


def test_two_windows_show_what_the_server_says(
    browser: Browser, console: Stack, fabric: Running
) -> None:
    names = ("Practice", "Practice without capacity", "Practice, viewers only")
    made = {name: connect(console, fabric.workspaces[name]) for name in names}
    with context_of(browser, console) as mine, context_of(browser, console) as theirs:
        pages = [mine.new_page(), theirs.new_page()]
        for page in pages:
            page.goto("/connections")
            expect(choice(page, "Practice").first).to_be_checked()
        selecting = re.compile("/select$")
        with pages[0].expect_response(selecting), pages[1].expect_response(selecting):
            for page, name in zip(pages, names[1:], strict=True):
                choice(page, name).click()
        settled = active_name(console)
        assert settled in names[1:]
        for page in pages:
            expect(choice(page, str(settled))).to_be_checked(timeout=10_000)

        here, there = pages
        with console.client() as client:
            client.delete(f"{PATH}/{made['Practice']['id']}").raise_for_status()
        here.get_by_role("radio").first.click()
        expect(here.get_by_text("It was not made the active one")).to_be_visible()
        expect(here.get_by_role("radio")).to_have_count(2)

        def refuse(route: Route) -> None:
            body = {"title": "Connections changed", "status": 409, "detail": "Try again."}
            route.fulfill(
                status=409, content_type="application/problem+json", body=json.dumps(body)
            )

        there.route(selecting, refuse)
        other = next(name for name in names[1:] if name != settled)
        choice(there, other).click()
        expect(there.get_by_text("Try again.")).to_be_visible()
        expect(choice(there, str(settled))).to_be_checked()


def test_a_list_that_can_not_be_read_is_tried_again(
    page: Page, console: Stack, fabric: Running
) -> None:
    connect(console, fabric.workspaces["Practice"])
    problem = {"title": "Store not reachable", "detail": "The store is away.", "request_id": "r-1"}

    def fail(route: Route) -> None:
        route.fulfill(status=400, content_type="application/problem+json", body=json.dumps(problem))

    page.route(f"**{PATH}", fail)
    page.goto("/connections")
    expect(page.get_by_text("The connections could not be read")).to_be_visible()
    expect(page.get_by_text("Request r-1")).to_be_visible()
    page.unroute(f"**{PATH}")
    page.get_by_role("button", name="Retry").click()
    expect(choice(page, "Practice")).to_be_checked()
