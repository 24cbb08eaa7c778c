"""OneLake's share of the Data Lake protocol. (OneLake access and APIs; OneLake and ADLS parity.)

/{workspace}/{item}/Files/… : both by GUID, or both by name, and then the item with its type.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from peers.fabric.calls import Call, Route
from peers.fabric.onelake_files import Found, OneLakeFiles
from peers.fabric.onelake_places import Place, Places
from peers.fabric.refusals import Refusal
from peers.fabric.tenant import Tenant
from starlette.responses import Response, StreamingResponse

_IGNORED = (
    *("x-ms-owner", "x-ms-group", "x-ms-permissions", "x-ms-acl", "x-ms-access-tier"),
    *("x-ms-encryption-key", "x-ms-encryption-algorithm"),
)
_PAGE = 500


class OneLake:
    def __init__(self, tenant: Tenant, files: OneLakeFiles) -> None:
        self._tenant = tenant
        self._files = files
        self._places = Places(tenant)

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/{*}", self._get),
            Route("HEAD", "/{*}", self._head),
            Route("PUT", "/{*}", self._put),
            Route("PATCH", "/{*}", self._patch),
            Route("DELETE", "/{*}", self._delete),
        ]

    async def _get(self, call: Call) -> Response:
        await self._wait()
        if call.query.get("resource") == "filesystem":
            return self._list(call)
        found = self._existing(self._places.locate(call.path["rest"]).path)
        if found.directory:
            raise Refusal(409, "PathConflict", "It is a directory.")
        return _content(call, found)

    async def _head(self, call: Call) -> Response:
        await self._wait()
        place = self._places.locate(call.path["rest"])
        headers = {"x-ms-namespace-enabled": "true"}
        if place.item is None:
            return Response(b"", 200, headers)
        found = self._existing(place.path)
        if call.query.get("action") == "getAccessControl":
            headers |= {"x-ms-owner": "$superuser", "x-ms-group": "$superuser"}
            headers |= {"x-ms-permissions": "---------", "x-ms-acl": ""}
        return Response(b"", 200, headers | _about(found) | {"content-length": str(found.size)})

    def _list(self, call: Call) -> Response:
        workspace = self._places.locate(call.path["rest"])
        directory = call.query.get("directory", "").strip("/")
        base = f"{call.path['rest'].strip('/')}/{directory}"
        place = self._places.locate(base) if directory else workspace
        self._existing(place.path)
        recursive = call.query.get("recursive", "").lower() == "true"
        listed = [
            _listed(each, place, directory)
            for each in self._files.below(place.path, recursive=recursive)
        ]
        start, size = int(call.query.get("continuation", "0")), _PAGE
        size = min(int(call.query.get("maxResults", size)), size)
        headers = {"content-type": "application/json"}
        if start + size < len(listed):
            headers["x-ms-continuation"] = str(start + size)
        return Response(json.dumps({"paths": listed[start : start + size]}), 200, headers)

    async def _put(self, call: Call) -> Response:
        await self._wait()
        place = self._places.locate(call.path["rest"], write=True)
        if place.managed:
            raise _on_managed()
        if "x-ms-rename-source" in call.request.headers:
            return self._rename(call, place)
        if call.query.get("resource") not in ("file", "directory"):
            raise Refusal(400, "UnsupportedRestVersion", "Only files and directories.", guess=True)
        found = self._files.find(place.path)
        _check_conditions(call, found)
        directory = call.query["resource"] == "directory"
        if found and found.directory != directory:
            raise Refusal(409, "PathConflict", "There is something of another kind.")
        if not directory:
            self._files.create(place.path)
        elif not found:
            place.path.mkdir(parents=True)
        return self._done(call, place.path, 201)

    def _rename(self, call: Call, target: Place) -> Response:
        named = unquote(urlsplit(call.request.headers["x-ms-rename-source"]).path)
        source = self._places.locate(named, write=True)
        if source.managed:
            raise _on_managed()
        if self._files.find(source.path) is None:
            raise Refusal(404, "SourcePathNotFound", "There is nothing to rename.")
        _check_conditions(call, self._files.find(target.path))
        self._files.rename(source.path, target.path)
        return self._done(call, target.path, 201)

    async def _patch(self, call: Call) -> Response:
        await self._wait()
        action = call.query.get("action", "")
        if action not in ("append", "flush"):
            raise Refusal(400, "UnsupportedQueryParameter", f"{action} is refused.", guess=True)
        path = self._places.locate(call.path["rest"], write=True).path
        found = self._existing(path)
        position = int(call.query["position"])
        if action == "append":
            await self._files.append(path, position, call.request.stream())
            return Response(b"", 202, {"x-ms-request-server-encrypted": "true"})
        _check_conditions(call, found)
        await asyncio.to_thread(self._files.flush, path, position)
        return self._done(call, path, 200)

    async def _delete(self, call: Call) -> Response:
        await self._wait()
        place = self._places.locate(call.path["rest"], write=True)
        if place.managed:
            raise _on_managed()
        found = self._existing(place.path)
        _check_conditions(call, found)
        filled = found.directory and any(place.path.iterdir())
        if filled and call.query.get("recursive", "").lower() != "true":
            raise Refusal(409, "DirectoryNotEmpty", "The directory is not empty.")
        self._files.delete(place.path)
        return Response(b"", 200)

    def _existing(self, path: Path) -> Found:
        found = self._files.find(path)
        if found is None:
            raise Refusal(404, "PathNotFound", "The specified path does not exist.")
        return found

    def _done(self, call: Call, path: Path, status: int) -> Response:
        found = self._existing(path)
        headers = {"etag": found.etag, "last-modified": formatdate(found.modified, usegmt=True)}
        if rejected := [name for name in _IGNORED if name in call.request.headers]:
            headers["x-ms-rejected-headers"] = ",".join(rejected)
        return Response(b"", status, headers)

    async def _wait(self) -> None:
        if seconds := self._tenant.settings.onelake_latency:
            await asyncio.sleep(seconds)


def _check_conditions(call: Call, found: Found | None) -> None:
    match = call.request.headers.get("if-match")
    if match and match != "*" and (found is None or found.etag != match):
        raise Refusal(412, "ConditionNotMet", "The path was changed meanwhile.")
    none = call.request.headers.get("if-none-match")
    if none == "*" and found is not None:
        raise Refusal(409, "PathAlreadyExists", "The specified path already exists.")


def _on_managed() -> Refusal:
    message = "Workspaces, items and their first level are made by Fabric."
    return Refusal(400, "OperationNotAllowedOnManagedFolder", message, guess=True)


def _about(found: Found) -> dict[str, str]:
    kind = "directory" if found.directory else "file"
    folder = {"x-ms-meta-hdi_isfolder": "true"} if found.directory else {}
    modified = formatdate(found.modified, usegmt=True)
    return folder | {
        "etag": found.etag,
        "last-modified": modified,
        "x-ms-creation-time": modified,
        "x-ms-resource-type": kind,
        "x-ms-blob-type": "BlockBlob",
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-server-encrypted": "true",
        "accept-ranges": "bytes",
        "content-type": "application/octet-stream",
    }


def _listed(found: Found, place: Place, directory: str) -> dict[str, Any]:
    inside = found.path.relative_to(place.path).as_posix()
    shown = {
        "name": f"{directory}/{inside}" if directory else inside,
        "contentLength": str(found.size),
        "lastModified": formatdate(found.modified, usegmt=True),
        "etag": found.etag,
        "owner": "$superuser",
        "group": "$superuser",
        "permissions": "---------",
    }
    return shown | ({"isDirectory": "true"} if found.directory else {})


def _content(call: Call, found: Found) -> Response:
    wanted = call.request.headers.get("x-ms-range") or call.request.headers.get("range")
    headers = _about(found)
    if not wanted:
        headers["content-length"] = str(found.size)
        return StreamingResponse(_read(found.path, 0, found.size), 200, headers)
    first, _, last = wanted.partition("=")[2].partition("-")
    start = int(first)
    end = min(int(last) if last else found.size - 1, found.size - 1)
    if start > end:
        raise Refusal(416, "InvalidRange", "The range is outside the file.")
    headers["content-range"] = f"bytes {start}-{end}/{found.size}"
    headers["content-length"] = str(end - start + 1)
    return StreamingResponse(_read(found.path, start, end - start + 1), 206, headers)


async def _read(path: Path, start: int, length: int) -> AsyncIterator[bytes]:
    with path.open("rb") as source:
        source.seek(start)
        while length > 0 and (chunk := source.read(min(length, 1 << 20))):
            length -= len(chunk)
            yield chunk
