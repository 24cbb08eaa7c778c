"""Which item a path leads into: by GUIDs or by names, never one of each."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from peers.fabric.refusals import Refusal
from peers.fabric.tenant import Item, Tenant, Workspace


@dataclass(frozen=True, slots=True)
class Place:
    workspace: Workspace
    item: Item | None
    inside: tuple[str, ...]
    """Below the item: Files, a.csv"""
    path: Path

    @property
    def managed(self) -> bool:
        """Made by Fabric: the workspace, the item, and its first level."""
        return len(self.inside) < 2


class Places:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def locate(self, text: str, *, write: bool = False) -> Place:
        first, *rest = [segment for segment in text.split("/") if segment] or [""]
        if {".", ".."} & set(rest):
            raise Refusal(400, "InvalidUri", "Not a path.")
        by_id = _is_guid(first)
        if not by_id and not self._tenant.settings.friendly_names:
            raise Refusal(403, "FriendlyNameSupportDisabled", "Names are turned off; use GUIDs.")
        workspace = self._workspace(first, by_id)
        try:
            self._tenant.workspace(workspace.id, write=write)
        except Refusal as refusal:
            raise Refusal(403, "Forbidden", refusal.message) from None
        home = self._tenant.onelake / workspace.id
        if not rest:
            return Place(workspace, None, (), home)
        item = self._item(workspace, rest[0], by_id)
        return Place(workspace, item, tuple(rest[1:]), home.joinpath(item.id, *rest[1:]))

    def _workspace(self, name: str, by_id: bool) -> Workspace:
        for workspace in self._tenant.workspaces.values():
            if name.lower() == (workspace.id if by_id else workspace.name.lower()):
                return workspace
        raise Refusal(404, "FilesystemNotFound", "There is no such workspace.")

    def _item(self, workspace: Workspace, name: str, by_id: bool) -> Item:
        if by_id != _is_guid(name):
            message = "Workspace and item must both be GUIDs, or both be names."
            raise Refusal(400, "InvalidUri", message, guess=True)
        if by_id:
            item = self._tenant.items.get(name.lower())
        else:
            stem, _, type_ = name.rpartition(".")
            known = {"lakehouse": "Lakehouse"}.get(type_.lower(), type_)
            item = self._tenant.named(workspace.id, known, stem)
        if item is None or item.workspace_id != workspace.id:
            raise Refusal(404, "ArtifactNotFound", "There is no such item.")
        return item


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
