"""Fabric's documents as they are on the wire; keys that are not always sent may be missing."""

from typing import Any, NotRequired, TypedDict


class Workspace(TypedDict):
    id: str
    displayName: str
    type: str
    description: NotRequired[str]
    capacityId: NotRequired[str]
    """Missing: no capacity, so nothing of Fabric works in it."""
    capacityRegion: NotRequired[str]


class Capacity(TypedDict):
    id: str
    displayName: str
    sku: str
    region: NotRequired[str]
    state: str
    """Active or Inactive."""


class Item(TypedDict):
    id: str
    displayName: str
    type: str
    workspaceId: NotRequired[str]
    description: NotRequired[str]
    folderId: NotRequired[str]
    properties: NotRequired[dict[str, Any]]
    """Only from the typed calls, and not in the answer of a create."""


class Table(TypedDict):
    name: str
    type: str
    format: str
    location: str
