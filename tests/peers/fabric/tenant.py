"""What the stand-in holds: workspaces, capacities, items, and which names are taken."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from peers.fabric.clock import Clock
from peers.fabric.faults import Faults
from peers.fabric.refusals import Refusal
from peers.fabric.settings import Settings

REGION = "West Europe"


@dataclass
class Workspace:
    id: str
    name: str
    role: str = "Admin"
    """Of the caller: Admin, Contributor, Viewer, or nothing: then it is not even listed."""
    capacity_id: str | None = None
    type: str = "Workspace"
    description: str = ""


@dataclass
class Table:
    name: str
    schema: str | None
    hidden_lists: int
    """In how many more lists it is missing."""


@dataclass
class Item:
    id: str
    workspace_id: str
    type: str
    name: str
    description: str = ""
    created: float = 0.0
    listed_from: float = 0.0
    folder_id: str | None = None
    parent: str | None = None
    """Companions go when the item goes that brought them."""
    parts: list[dict[str, str]] | None = None
    """The definition: path and text."""
    generation: int | None = None
    schemas: bool = False
    tables: dict[str, Table] = field(default_factory=dict)
    loaded: list[dict[str, str]] | None = None
    """The definition that a graph was last loaded with."""


class Tenant:
    """Ids of what is there at the start never change: a connection outlives a restart."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.directory = directory
        self.onelake = directory / "onelake"
        self.initial = settings
        self.base_url = ""
        self.onelake_url = ""
        self.clear()

    def clear(self) -> None:
        self.settings = self.initial
        self.clock = Clock()
        self.faults = Faults()
        self.items: dict[str, Item] = {}
        self.reserved: dict[str, float] = {}
        self.capacities = {seeded("capacity"): "Practice capacity"}
        self.workspaces = {workspace.id: workspace for workspace in _seeds()}

    def workspace(self, workspace_id: str, *, write: bool = False) -> Workspace:
        workspace = self.workspaces.get(workspace_id)
        if workspace is None:
            raise Refusal(404, "WorkspaceNotFound", "The requested workspace could not be found.")
        if not workspace.role or (write and workspace.role == "Viewer"):
            raise Refusal(
                403,
                "InsufficientPrivileges",
                "The caller does not have sufficient permissions to perform this operation.",
            )
        return workspace

    def working(self, workspace_id: str, *, write: bool = False) -> Workspace:
        """A workspace whose capacity runs."""
        workspace = self.workspace(workspace_id, write=write)
        if workspace.capacity_id is None:
            raise Refusal(
                403,
                "FeatureNotAvailable",
                "The feature is not available: the workspace is on no Fabric capacity.",
                guess=True,
            )
        if not self.settings.capacity_active:
            raise Refusal(400, "CapacityNotActive", "The capacity is not active.")
        return workspace

    def item(self, workspace_id: str, item_id: str, type_: str | None = None) -> Item:
        self.workspace(workspace_id)
        item = self.items.get(item_id)
        if item is None or item.workspace_id != workspace_id or type_ not in (None, item.type):
            raise Refusal(404, "ItemNotFound", "The requested item could not be found.")
        return item

    def listed(self, workspace_id: str, type_: str | None = None) -> list[Item]:
        now = self.clock.now()
        return [
            item
            for item in self._of(workspace_id)
            if type_ in (None, item.type) and item.listed_from <= now
        ]

    def named(self, workspace_id: str, type_: str, name: str) -> Item | None:
        for item in self._of(workspace_id):
            if item.type == type_ and item.name.lower() == name.lower():
                return item
        return None

    def claim(self, workspace_id: str, type_: str, name: str) -> None:
        """Raises Refusal unless an item may get this name."""
        if self.named(workspace_id, type_, name):
            raise Refusal(
                self.settings.name_in_use_status,
                "ItemDisplayNameAlreadyInUse",
                f"Requested '{name}' is already in use",
            )
        if self.reserved.get(_slot(workspace_id, type_, name), 0.0) > self.clock.now():
            raise Refusal(
                400,
                "ItemDisplayNameNotAvailableYet",
                f"Requested '{name}' is not available yet",
                retriable=True,
            )

    def add(self, item: Item) -> Item:
        now = self.clock.now()
        item.created = now
        item.listed_from = max(item.listed_from, now + self.settings.list_seconds)
        self.items[item.id] = item
        if item.type == "Lakehouse":
            for folder in ("Files", "Tables"):
                home = self.onelake / item.workspace_id / item.id
                (home / folder).mkdir(parents=True, exist_ok=True)
        return item

    def make(self, workspace_id: str, type_: str, name: str, **more: Any) -> Item:
        return self.add(Item(str(uuid4()), workspace_id, type_, name, **more))

    def remove(self, item: Item, *, reserve: bool = True) -> None:
        for child in [each for each in self.items.values() if each.parent == item.id]:
            self.remove(child, reserve=reserve)
        self.items.pop(item.id, None)
        if reserve:
            self.reserve(item.workspace_id, item.type, item.name, self.settings.reserved_seconds)

    def reserve(self, workspace_id: str, type_: str, name: str, seconds: float) -> None:
        self.reserved[_slot(workspace_id, type_, name)] = self.clock.now() + seconds

    def _of(self, workspace_id: str) -> Iterator[Item]:
        return (item for item in self.items.values() if item.workspace_id == workspace_id)

    def dump(self) -> str:
        return json.dumps(
            {
                "workspaces": [asdict(each) for each in self.workspaces.values()],
                "items": [asdict(each) for each in self.items.values()],
            },
            ensure_ascii=False,
        )

    def restore(self, text: str) -> None:
        kept = json.loads(text)
        self.workspaces = {each["id"]: Workspace(**each) for each in kept["workspaces"]}
        for each in kept["items"]:
            tables = {name: Table(**table) for name, table in each.pop("tables").items()}
            self.items[each["id"]] = Item(**each, tables=tables)


def seeded(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"https://fabric.example/{name}"))


def _seeds() -> list[Workspace]:
    return [
        Workspace(seeded("practice"), "Practice", "Admin", seeded("capacity")),
        Workspace(seeded("no-capacity"), "Practice without capacity", "Admin"),
        Workspace(seeded("viewer"), "Practice, viewers only", "Viewer", seeded("capacity")),
        Workspace(seeded("forbidden"), "Someone else's", "", seeded("capacity")),
    ]


def _slot(workspace_id: str, type_: str, name: str) -> str:
    return f"{workspace_id}/{type_}/{name.lower()}"
