"""What tests in a browser do with connected workspaces."""

from typing import Any

from playwright.sync_api import Locator, Page

from support.stack import Stack

PATH = "/query/fabric/connections"


def connected(stack: Stack) -> list[dict[str, Any]]:
    with stack.client() as client:
        found: list[dict[str, Any]] = client.get(PATH).raise_for_status().json()["connections"]
    return found


def active_name(stack: Stack) -> str | None:
    return next((each["name"] for each in connected(stack) if each["active"]), None)


def connect(stack: Stack, workspace_id: str, **more: str) -> dict[str, Any]:
    with stack.client() as client:
        answer = client.post(PATH, json={"workspace_id": workspace_id, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def forget_all(stack: Stack) -> None:
    with stack.client() as client:
        for each in connected(stack):
            client.delete(f"{PATH}/{each['id']}").raise_for_status()


def active_workspace(inside: Page | Locator) -> Locator:
    return inside.get_by_role("radiogroup", name="Active workspace")


def choice(inside: Page | Locator, name: str) -> Locator:
    """The radio of a connection."""
    return active_workspace(inside).get_by_role("radio", name=name)


def facts(inside: Page | Locator) -> Locator:
    """What the check of the form found, each an item with its mark."""
    form = inside.locator("form")
    return form.get_by_role("list", name="What the check found").get_by_role("listitem")
