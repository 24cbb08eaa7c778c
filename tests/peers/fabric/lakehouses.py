"""Lakehouses and their tables. (Fabric REST, lakehouse: list tables, load table.)"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from peers.fabric.calls import Call, Route, page
from peers.fabric.definitions import Part
from peers.fabric.kinds import LakehouseName
from peers.fabric.operations import Due, Operations
from peers.fabric.refusals import Refusal, invalid
from peers.fabric.rules import Breach, refuse, rule
from peers.fabric.tables import Source, build
from peers.fabric.tenant import Item, Table, Tenant
from starlette.responses import Response

OFFICIAL = "onelake.dfs.fabric.microsoft.com"
_BASE = "/v1/workspaces/{ws}/lakehouses/{lh}"

_schemas = rule(
    "3.4.t1-enable-schemas",
    "names",
    "enableSchemas is true or left out",
    stage="request",
    guess=True,
)
_table = rule(
    "4.1.t1-table-name",
    "load",
    "letters, digits, underscore; not digits only",
    stage="request",
    guess=True,
)
_path = rule(
    "4.1.t2-relative-path", "load", "below Files, of plain names", stage="request", guess=True
)
_path_type = rule("4.1.t3-path-type", "load", "File or Folder", stage="request", guess=True)
_extension = rule(
    "4.1.t4-file-extension", "load", "letters, digits, _ or -", stage="request", guess=True
)
_mode = rule("4.1.t5-mode", "load", "Overwrite or Append", stage="request", guess=True)
_format = rule("4.1.t7-format", "load", "Csv or Parquet", stage="request", guess=True)
_header = rule(
    "4.1.t8-header", "load", "header is a boolean, and of CSV only", stage="request", guess=True
)
_delimiter = rule(
    "4.1.t9-delimiter",
    "load",
    "at most 8 characters, no brackets or quotes, and of CSV only",
    stage="request",
    guess=True,
)
_folder = rule(
    "4.1.t6-folder-only",
    "load",
    "recursive and fileExtension go with Folder",
    stage="request",
    guess=True,
)
_schema = rule(
    "4.2.2-schema-name", "load", "letters, digits, underscore", stage="request", guess=True
)

_TABLE = r"(?=[0-9]*[a-zA-Z_])[a-zA-Z0-9_]{1,256}"
_PATH = r"Files(/\w([ \w.-]*[\w.-])*)*"


class Lakehouses(LakehouseName):
    type = "Lakehouse"
    collection = "lakehouses"

    def __init__(self, tenant: Tenant, operations: Operations) -> None:
        super().__init__(tenant)
        self._operations = operations

    def routes(self) -> list[Route]:
        return [
            Route("GET", f"{_BASE}/tables", self._list),
            Route("POST", f"{_BASE}/tables/{{table}}/load", self._load),
            Route("POST", f"{_BASE}/schemas/{{schema}}/tables/{{table}}/load", self._load),
        ]

    def check(self, body: Mapping[str, Any]) -> None:
        super().check(body)
        payload = body.get("creationPayload")
        if payload is not None and payload.get("enableSchemas", True) is not True:
            refuse([_schemas("enableSchemas can only be true")])

    def fill(self, item: Item, body: Mapping[str, Any]) -> None:
        item.schemas = bool((body.get("creationPayload") or {}).get("enableSchemas"))

    async def make(self, call: Call, item: Item, parts: Sequence[Part] | None, due: Due) -> None:
        await super().make(call, item, parts, due)
        ready = self.tenant.clock.now() + self.tenant.settings.sql_endpoint_seconds
        self.tenant.make(
            item.workspace_id, "SQLEndpoint", item.name, parent=item.id, listed_from=ready
        )

    def properties(self, item: Item) -> dict[str, Any]:
        home = f"{self.tenant.onelake_url}/{item.workspace_id}/{item.id}"
        shown: dict[str, Any] = {
            "oneLakeTablesPath": f"{home}/Tables",
            "oneLakeFilesPath": f"{home}/Files",
            "sqlEndpointProperties": self._sql_endpoint(item),
        }
        return shown | ({"defaultSchema": "dbo"} if item.schemas else {})

    def _sql_endpoint(self, item: Item) -> dict[str, Any]:
        now = self.tenant.clock.now()
        for each in self.tenant.items.values():
            if each.parent == item.id and each.listed_from <= now:
                host = f"{item.id.replace('-', '')}.datawarehouse.fabric.microsoft.com"
                return {"id": each.id, "connectionString": host, "provisioningStatus": "Success"}
        return {"provisioningStatus": "InProgress"}

    def _directory(self, item: Item) -> Path:
        return self.tenant.onelake / item.workspace_id / item.id

    def _lakehouse(self, call: Call, *, write: bool, schema: bool) -> Item:
        workspace = self.tenant.working(call.guid("ws"), write=write)
        item = self.tenant.item(workspace.id, call.guid("lh"), self.type)
        if item.schemas and not schema:
            raise Refusal(
                400,
                "UnsupportedOperationForSchemasEnabledLakehouse",
                "The operation is not supported for Lakehouse with schemas enabled.",
            )
        return item

    async def _list(self, call: Call) -> Response:
        item = self._lakehouse(call, write=False, schema=False)
        first = "continuationToken" not in call.query
        shown = []
        for table in sorted(item.tables.values(), key=lambda each: each.name):
            if table.hidden_lists <= 0:
                shown.append(_shown(item, table))
            elif first:
                table.hidden_lists -= 1
        most = call.query.get("maxResults", "100")
        if not most.isdigit() or not 1 <= int(most) <= 100:
            raise invalid("maxResults is a number from 1 to 100")
        size = min(int(most), self.tenant.settings.page_size)
        return page(call, shown, size, member="data")

    async def _load(self, call: Call) -> Response:
        name, schema = call.path["table"], call.path.get("schema")
        item = self._lakehouse(call, write=True, schema=schema is not None)
        if schema is not None and call.query.get("beta", "").lower() != "true":
            raise invalid("This is a beta: beta=true is required")
        body = await call.body()
        refuse(_breaches(name, schema, body))
        place = f"{schema}/{name}" if schema else name

        async def work(due: Due) -> None:
            await due()
            source = self._source(item, body)
            target = self._directory(item) / "Tables" / place
            append = body["mode"] == "Append"
            await asyncio.to_thread(build, target, source, append=append)
            if place not in item.tables:
                hidden = self.tenant.settings.table_lists
                item.tables[place] = Table(name, schema, hidden)

        return self._operations.start(call, self.tenant.settings.load_seconds, work)

    def _source(self, item: Item, body: Mapping[str, Any]) -> Source:
        options = body["formatOptions"]
        root = self._directory(item) / body["relativePath"]
        files = [root]
        if body["pathType"] == "Folder":
            extension = body.get("fileExtension") or options["format"].lower()
            pattern = f"**/*.{extension}" if body.get("recursive") else f"*.{extension}"
            files = sorted(root.glob(pattern))
        if not files or not all(file.is_file() for file in files):
            raise Refusal(
                400,
                "PathNotFound",
                f"There is nothing to load at {body['relativePath']}",
                guess=True,
            )
        return Source(
            files,
            options["format"],
            header=options.get("header", True),
            delimiter=options.get("delimiter") or ",",
        )


def _shown(item: Item, table: Table) -> dict[str, str]:
    home = f"abfss://{item.workspace_id}@{OFFICIAL}/{item.id}"
    return {
        "type": "Managed",
        "name": table.name,
        "format": "delta" if len(table.name) % 2 else "Delta",
        "location": f"{home}/Tables/{table.name}",
    }


def _breaches(name: str, schema: str | None, body: Mapping[str, Any]) -> Iterator[Breach]:
    if not re.fullmatch(_TABLE, name):
        yield _table(f"Not a table's name: {name!r}")
    if schema is not None and not re.fullmatch(r"[a-zA-Z0-9_]{1,128}", schema):
        yield _schema(f"Not a schema's name: {schema!r}")
    path = body.get("relativePath")
    if not isinstance(path, str) or not re.fullmatch(_PATH, path):
        yield _path(f"Not a path below Files: {path!r}")
    if body.get("pathType") not in ("File", "Folder"):
        yield _path_type(f"Not a path type: {body.get('pathType')!r}")
    if body.get("mode") not in ("Overwrite", "Append"):
        yield _mode(f"Not a mode: {body.get('mode')!r}")
    if body.get("pathType") == "File" and (body.get("recursive") or body.get("fileExtension")):
        yield _folder("recursive and fileExtension go with Folder only")
    extension = body.get("fileExtension")
    if extension is not None and not re.fullmatch(r"[a-zA-Z0-9_-]{1,16}", extension):
        yield _extension(f"Not a file extension: {extension!r}")
    options = body.get("formatOptions")
    yield from _format_breaches(options if isinstance(options, dict) else {})


def _format_breaches(options: Mapping[str, Any]) -> Iterator[Breach]:
    form, delimiter = options.get("format"), options.get("delimiter")
    if form not in ("Csv", "Parquet"):
        yield _format(f"Not a format: {form!r}")
    if "header" in options and (form != "Csv" or not isinstance(options["header"], bool)):
        yield _header("header is true or false, and of CSV only")
    if delimiter is not None and (
        form != "Csv" or not re.fullmatch(r"[^()\[\]{}'\"]{0,8}", delimiter)
    ):
        yield _delimiter(f"Not a delimiter: {delimiter!r}")
