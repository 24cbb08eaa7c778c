"""Workspaces of Fabric that scenarios can go to; one at most is the active one.

Which one that is, is the content of a single document. Whoever selects replaces it by its etag,
so that two people at once leave one active connection, and nobody sees two.
"""

import asyncio
import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from graph_query_api.clients.fabric import Fabric
from graph_query_api.errors import (
    ConnectionExists,
    ConnectionNotFound,
    ConnectionsChanged,
    DocumentExists,
    DocumentNotFound,
    PreconditionFailed,
    WorkspaceNotUsable,
)
from graph_query_api.fabric_models import (
    GUID,
    Connection,
    ConnectionCheck,
    WantedConnection,
    WantedWorkspace,
)
from graph_query_api.services.fabric_check import check_workspace
from graph_query_api.stores.protocol import Document, DocumentStore
from graph_query_api.stores.query import Comparison, Query

CONTAINER = "fabric-connections"
ACTIVE = "__active_fabric_config__"
ATTEMPTS = 10
FIRST_PAUSE = 0.01  # seconds; doubles with each attempt

_GUID = re.compile(GUID)
_IN_ADDRESS = re.compile(rf"/(?:groups|workspaces)/({GUID})", re.IGNORECASE)


class FabricConnections:
    def __init__(self, fabric: Fabric, store: DocumentStore) -> None:
        self._fabric = fabric
        self._store = store

    async def list(self) -> list[Connection]:
        """All by name."""
        active = await self._active_id()
        documents = await self._all(Query(Comparison(("id",), "!=", ACTIVE)))
        found = [_connection(each.body, active) for each in documents]
        return sorted(found, key=lambda each: (each.name.casefold(), each.id))

    async def active(self) -> Connection | None:
        active = await self._active_id()
        try:
            return _connection((await self._store.get(active)).body, active) if active else None
        except DocumentNotFound:
            return None

    async def check(self, wanted: WantedWorkspace) -> ConnectionCheck:
        """Raises WorkspaceNotUsable only for what names no workspace at all."""
        workspace_id = workspace_guid(wanted.workspace_id)
        return await check_workspace(self._fabric, workspace_id, wanted.lakehouse_name)

    async def add(self, wanted: WantedConnection) -> Connection:
        """The first one becomes active.

        Raises WorkspaceNotUsable if the workspace can't be read, and ConnectionExists.
        """
        checked = await self.check(wanted)
        body = _body(wanted, checked)
        try:
            await self._store.create(body)
        except DocumentExists:
            present = (await self._store.get(body["id"])).body
            raise ConnectionExists(present["id"], present["name"]) from None
        if await self.active() is None:
            await self.select(body["id"])
        return _connection(body, await self._active_id())

    async def check_again(self, connection_id: str) -> Connection:
        """Keeps what a new check finds; the workspace may have another name by now."""
        body = (await self._get(connection_id)).body
        checked = await check_workspace(self._fabric, body["workspace_id"], body["lakehouse_name"])
        body = body | _found(checked)
        body["workspace_name"] = checked.workspace_name or body["workspace_name"]
        try:
            await self._store.replace(body)
        except DocumentNotFound:
            raise ConnectionNotFound(connection_id) from None
        return _connection(body, await self._active_id())

    async def select(self, connection_id: str) -> Connection:
        """Makes it the active one, whichever was. Raises ConnectionNotFound."""
        for attempt in range(ATTEMPTS):
            body = (await self._get(connection_id)).body
            if await self._replace_active(_active_body(body)):
                break
            await _pause(attempt)
        else:
            raise ConnectionsChanged
        try:
            await self._get(connection_id)
        except ConnectionNotFound:  # deleted while it was selected
            await self._clear_active(connection_id)
            raise
        return _connection(body, connection_id)

    async def delete(self, connection_id: str) -> None:
        """Nothing in Fabric changes; if it was active, none is. Raises ConnectionNotFound."""
        await self._get(connection_id)
        await self._store.delete(connection_id)
        await self._clear_active(connection_id)

    async def _replace_active(self, body: dict[str, Any]) -> bool:
        try:
            present = await self._find(ACTIVE)
            if present is None:
                await self._store.create(body)
            else:
                await self._store.replace(body, if_match=present.etag)
        except (DocumentExists, DocumentNotFound, PreconditionFailed):
            return False
        return True

    async def _clear_active(self, connection_id: str) -> None:
        """Unless another has become active."""
        for attempt in range(ATTEMPTS):
            present = await self._find(ACTIVE)
            if present is None or present.body["connection_id"] != connection_id:
                return
            try:
                await self._store.delete(ACTIVE, if_match=present.etag)
            except (DocumentNotFound, PreconditionFailed):
                await _pause(attempt)

    async def _active_id(self) -> str | None:
        present = await self._find(ACTIVE)
        return present.body["connection_id"] if present else None

    async def _get(self, connection_id: str) -> Document:
        found = await self._find(connection_id) if connection_id != ACTIVE else None
        if found is None:
            raise ConnectionNotFound(connection_id)
        return found

    async def _find(self, document_id: str) -> Document | None:
        try:
            return await self._store.get(document_id)
        except DocumentNotFound:
            return None

    async def _all(self, query: Query) -> Sequence[Document]:
        page = await self._store.list(query)
        documents = [*page.documents]
        while page.continuation:
            page = await self._store.list(query, continuation=page.continuation)
            documents += page.documents
        return documents


def workspace_guid(text: str) -> str:
    """The workspace in a GUID or in the address of a page of the portal, in small letters.

    Raises WorkspaceNotUsable.
    """
    given = text.strip()
    if _GUID.fullmatch(given):
        return given.lower()
    path = re.split("[?#]", given)[0] if given.lower().startswith("https://") else ""
    if found := _IN_ADDRESS.search(path):
        return found[1].lower()
    if "/groups/me/" in f"{path}/":
        raise WorkspaceNotUsable("My workspace can't hold graphs. Take one with a capacity.", [])
    raise WorkspaceNotUsable(
        "This names no workspace. Give its GUID, or copy the address of the workspace's page in "
        "Fabric's portal: https://app.fabric.microsoft.com/groups/…",
        [],
    )


def connection_id(workspace_id: str, lakehouse_name: str) -> UUID:
    """The same for the same place, so that it is not connected twice."""
    return uuid5(NAMESPACE_URL, f"{workspace_id}/{lakehouse_name.casefold()}")


def _body(wanted: WantedConnection, checked: ConnectionCheck) -> dict[str, Any]:
    facts = [each.model_dump() for each in checked.facts]
    if checked.workspace_name is None:
        failed = next((each for each in checked.facts if each.mark != "ok"), None)
        raise WorkspaceNotUsable(failed.detail if failed else "It can't be read.", facts)
    return {
        "id": str(connection_id(checked.workspace_id, wanted.lakehouse_name)),
        "name": wanted.name.strip() or checked.workspace_name,
        "workspace_id": checked.workspace_id,
        "workspace_name": checked.workspace_name,
        "lakehouse_name": wanted.lakehouse_name,
        "created_at": datetime.now(UTC).isoformat(),
        **_found(checked),
    }


def _found(checked: ConnectionCheck) -> dict[str, Any]:
    return {
        "facts": [each.model_dump() for each in checked.facts],
        "checked_at": datetime.now(UTC).isoformat(),
    }


def _active_body(connection: dict[str, Any]) -> dict[str, Any]:
    copied = ("workspace_id", "workspace_name", "lakehouse_name")
    return {
        "id": ACTIVE,
        "connection_id": connection["id"],
        **{name: connection[name] for name in copied},
        "selected_at": datetime.now(UTC).isoformat(),
    }


def _connection(body: dict[str, Any], active: str | None) -> Connection:
    return Connection.model_validate({**body, "active": body["id"] == active})


async def _pause(attempt: int) -> None:
    await asyncio.sleep(random.uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311 - no secret
