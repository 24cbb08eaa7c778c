"""What is around every page: header, keys, theme, addresses."""

import re

from playwright.sync_api import Page, expect

from support.browser import examine


def test_the_first_stop_skips_to_the_main_part(page: Page) -> None:
    page.goto("/settings")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the main part")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_keys_open_layers_and_escape_closes_them(page: Page) -> None:
    page.goto("/settings")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    examine(page, "keys")
    page.keyboard.press("j")  # something lies above the page: no key acts
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.keyboard.press("j")
    jobs = page.get_by_role("dialog", name="Jobs")
    expect(jobs).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?jobs"))
    page.reload()
    expect(jobs).to_be_visible()
    page.keyboard.press("Escape")
    expect(jobs).to_have_count(0)
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile(r"\?add"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("add"))


def test_keys_can_be_switched_off(page: Page) -> None:
    page.goto("/settings")
    page.get_by_role("switch", name=re.compile("shortcuts")).click()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("j")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_settings(page: Page) -> None:
    page.goto("/settings")
    services = page.get_by_role("table", name="Services")
    expect(services.get_by_text("Ready")).to_have_count(2)
    examine(page, "settings")
    page.emulate_media(color_scheme="light")
    page.get_by_role("radio", name="Dark").check()
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    page.reload()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    expect(page.locator("html")).to_have_css("color-scheme", "dark")


def test_where_fabric_is_off_it_is_said_what_to_set(page: Page) -> None:
    page.goto("/connections")
    expect(page.get_by_role("heading", name="Microsoft Fabric is switched off")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Set FABRIC=on and the AZURE_TENANT_ID")
    expect(page.get_by_role("textbox", name="Workspace")).to_have_count(0)
    page.get_by_role("link", name="Settings").click()
    fabric = page.get_by_role("row", name="Microsoft Fabric")
    expect(fabric).to_contain_text("Set FABRIC=on")
    expect(page.get_by_role("complementary", name="Practice mode")).to_have_count(0)
    fabric.get_by_role("link", name="Connections").click()
    expect(page).to_have_url(re.compile("/connections$"))


def test_a_narrow_header_keeps_everything(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/")
    for name in ("Jobs", "Add scenario"):
        expect(page.get_by_role("banner").get_by_role("button", name=name)).to_be_visible()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Settings").click()
    expect(page.get_by_role("heading", level=1, name="Settings")).to_be_focused()


def test_an_address_without_a_page(page: Page) -> None:
    page.goto("/nowhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is at this address")
    examine(page, "not-found")
