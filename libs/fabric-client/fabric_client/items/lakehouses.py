"""Lakehouses and their tables. (Fabric REST: Lakehouse; Load table; lakehouse schemas.)"""

from typing import Any, Literal, cast

from fabric_client.calls import segment
from fabric_client.clock import OnWait
from fabric_client.errors import SCHEMAS_ENABLED, FabricError
from fabric_client.items.creating import ItemCalls
from fabric_client.items.shapes import Item, Table

_COLLECTION = "lakehouses"


class LakehouseCalls(ItemCalls):
    async def lakehouses(self, workspace: str) -> list[Item]:
        return await self._list(workspace, _COLLECTION)

    async def lakehouse(self, workspace: str, lakehouse: str) -> Item:
        return cast(
            "Item", await self.get(_path(workspace, lakehouse), operation="Reading the lakehouse")
        )

    async def find_lakehouse(self, workspace: str, name: str) -> Item | None:
        return await self._find(workspace, _COLLECTION, name)

    async def create_lakehouse(
        self, workspace: str, name: str, description: str = "", *, on_wait: OnWait | None = None
    ) -> Item:
        """One without schemas. Its ``properties`` come with ``lakehouse`` only."""
        body = {"displayName": name, "description": description}
        doing = f"Creating the lakehouse {name}"
        return await self._create(workspace, _COLLECTION, body, doing, on_wait)

    async def load_table(
        self,
        workspace: str,
        lakehouse: str,
        table: str,
        relative_path: str,
        *,
        format: Literal["Parquet", "Csv"] = "Parquet",  # noqa: A002 -- Fabric's word
        schema: str | None = None,
        on_wait: OnWait | None = None,
    ) -> None:
        """Replaces a table by a file below ``Files/``, and waits until that is done.

        Without ``schema``, a lakehouse with schemas gets the table in its default one. Overwriting
        with the same file may happen twice, so a lost answer is no reason to stop.
        """
        options: dict[str, Any] = {"format": format}
        if format == "Csv":  # refused with Parquet
            options |= {"header": True, "delimiter": ","}
        body = {
            "relativePath": relative_path,
            "pathType": "File",
            "mode": "Overwrite",
            "formatOptions": options,
        }
        try:
            await self._load(workspace, lakehouse, table, body, schema, on_wait)
        except FabricError as error:
            if error.code != SCHEMAS_ENABLED or schema:
                raise
            found = default_schema(await self.lakehouse(workspace, lakehouse)) or "dbo"
            await self._load(workspace, lakehouse, table, body, found, on_wait)

    async def _load(
        self,
        workspace: str,
        lakehouse: str,
        table: str,
        body: dict[str, Any],
        schema: str | None,
        on_wait: OnWait | None,
    ) -> None:
        """With a schema this is a beta address, which must be said."""
        within = f"/schemas/{segment(schema)}" if schema else ""
        await self.send(
            "POST",
            f"{_path(workspace, lakehouse)}{within}/tables/{segment(table)}/load",
            body,
            params={"beta": "true"} if schema else None,
            operation=f"Loading the table {table}",
            repeatable=True,
            on_wait=on_wait,
        )

    async def tables(self, workspace: str, lakehouse: str) -> list[Table]:
        """All tables. A new one may be missing for some seconds.

        Raises FabricError with ``SCHEMAS_ENABLED`` for a lakehouse with schemas: Fabric lists its
        tables nowhere, ``OneLake.list`` sees them as folders below ``Tables/{schema}``.
        """
        path = f"{_path(workspace, lakehouse)}/tables"
        return [
            cast("Table", entry)
            async for entry in self.pages(
                path, {"maxResults": 100}, "data", operation="Listing tables"
            )
        ]


def default_schema(lakehouse: Item) -> str | None:
    """The schema of a lakehouse with schemas, as ``lakehouse`` reads it; None for a plain one."""
    schema = (lakehouse.get("properties") or {}).get("defaultSchema")
    return schema if isinstance(schema, str) and schema else None


def _path(workspace: str, lakehouse: str) -> str:
    return f"/workspaces/{segment(workspace)}/{_COLLECTION}/{segment(lakehouse)}"
