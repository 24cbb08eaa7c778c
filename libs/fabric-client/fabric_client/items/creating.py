"""Creating items so that none is made twice and none is lost.

A create is not repeated blindly: after a lost answer or a 5xx, Fabric may have made the item. So
the name is looked for first, and only if it is not there, the create is sent again. After a 429,
Fabric refused it and http.py repeats it; yet a gateway may have refused what already went through,
and then the repetition meets ``ItemDisplayNameAlreadyInUse``, status 400 or 409. Only then is a
taken name our own item; on a first try it is someone else's, and the error goes to the caller.

A create whose definition is refused is listed for a moment and then vanishes. So where an
operation can be followed, it alone decides; the list is asked only where the operation is lost.
"""

from collections.abc import Mapping
from typing import Any, cast

from fabric_client.calls import Calls, segment
from fabric_client.clock import OnWait
from fabric_client.errors import NAME_IN_USE, FabricError, FabricTimeout, FabricUnavailable
from fabric_client.items.shapes import Item

_ATTEMPTS = 3
_LISTED_AFTER = 5.0
_LOOKS = 12


class ItemCalls(Calls):
    """Lists, finds and creates in a typed collection such as ``lakehouses``."""

    async def _list(self, workspace: str, collection: str) -> list[Item]:
        path = f"/workspaces/{segment(workspace)}/{collection}"
        doing = f"Listing {collection}"
        return [cast("Item", entry) async for entry in self.pages(path, operation=doing)]

    async def _find(self, workspace: str, collection: str, name: str) -> Item | None:
        """Names are unique in a workspace, whatever their case."""
        wanted = name.casefold()
        for item in await self._list(workspace, collection):
            if item["displayName"].casefold() == wanted:
                return item
        return None

    async def _create(
        self,
        workspace: str,
        collection: str,
        body: Mapping[str, Any],
        operation: str,
        on_wait: OnWait | None,
    ) -> Item:
        path, name = f"/workspaces/{segment(workspace)}/{collection}", str(body["displayName"])
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                made = await self.send(
                    "POST", path, body, operation=operation, result=True, on_wait=on_wait
                )
            except FabricError as error:
                again = attempt > 1 or error.tries > 1
                if error.code == NAME_IN_USE and again:
                    return await self._listed(workspace, collection, name, operation, on_wait)
                if not _unknown_outcome(error):
                    raise
                found = await self._find(workspace, collection, name)
                if found:
                    return found
                if attempt == _ATTEMPTS:
                    raise
                await self._pause(on_wait)
            else:
                if made and made.get("id"):
                    return cast("Item", made)
                return await self._listed(workspace, collection, name, operation, on_wait)
        raise AssertionError("unreachable")

    async def _listed(
        self, workspace: str, collection: str, name: str, operation: str, on_wait: OnWait | None
    ) -> Item:
        """The item by name: lists lag some seconds behind."""
        for _ in range(_LOOKS):
            found = await self._find(workspace, collection, name)
            if found:
                return found
            await self._pause(on_wait)
        raise FabricTimeout(
            f"{name} was made, but Fabric does not list it after a minute",
            operation=operation,
            code="NotListed",
        )

    async def _pause(self, on_wait: OnWait | None) -> None:
        await self.http.clock.pause(_LISTED_AFTER, lambda: "waiting until Fabric lists it", on_wait)


def _unknown_outcome(error: FabricError) -> bool:
    return isinstance(error, FabricUnavailable) and (
        error.code == "AnswerLost" or error.status >= 500
    )
