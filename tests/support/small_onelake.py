"""OneLake's DFS protocol and Entra's token endpoint, as far as one client needs them, over TLS."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import trustme
import uvicorn
from peers.ports import free_port
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from support.stack import wait_until

STORAGE_SCOPE = "https://storage.azure.com/.default"


@dataclass
class Seen:
    method: str
    path: str
    """As it was on the wire."""
    query: dict[str, str]
    headers: dict[str, str]
    size: int
    connection: tuple[str, int]
    answered: int = 0


@dataclass
class StoredFile:
    etag: str
    content: bytes = b""
    pending: bytes = b""


@dataclass
class SmallOneLake:
    """``faults``: the answers to give before those that are right, by what is done
    ("create", "append", "flush", "list", "token", "call"); "lost" does it and drops the answer."""

    url: str = ""
    ca_bundle: str = ""
    files: dict[str, StoredFile] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    faults: dict[str, list[Response | str]] = field(default_factory=dict)
    good: str = "token-1"
    _etags: int = 0

    def content(self, path: str) -> bytes:
        return self.files[path].content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        raw = scope["raw_path"].decode().split("?")[0]
        seen = Seen(
            request.method,
            raw,
            dict(request.query_params),
            dict(request.headers),
            len(body),
            scope["client"],
        )
        self.seen.append(seen)
        kind = self._kind(request)
        fault = self.faults[kind].pop(0) if self.faults.get(kind) else None
        if fault == "foreign":
            self.files[request.scope["path"].lstrip("/")].etag = "elsewhere"
            fault = None
        answer = fault if isinstance(fault, Response) else self._answer(kind, request, body)
        if fault == "lost":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise ConnectionResetError
        seen.answered = answer.status_code
        await answer(scope, receive, send)

    def _kind(self, request: Request) -> str:
        query = request.query_params
        if request.scope["path"].endswith("/oauth2/v2.0/token"):
            return "token"
        if request.scope["path"].startswith("/v1/"):
            return "call"
        if request.method == "GET":
            return "list"
        return query.get("action") or {"PUT": "create", "HEAD": "head"}.get(
            request.method, request.method.lower()
        )

    def _answer(self, kind: str, request: Request, body: bytes) -> Response:
        if kind == "token":
            return self._token(body)
        if request.headers.get("authorization") != f"Bearer {self.good}":
            return _refusal(401, "InvalidAuthenticationInfo")
        if kind == "call":
            return JSONResponse({"id": request.scope["path"].rsplit("/", 1)[1]})
        path = request.scope["path"].lstrip("/")
        if kind == "list":
            return self._list(request)
        if kind == "create":
            self.files[path] = StoredFile(self._etag())
            return Response(status_code=201, headers={"ETag": self.files[path].etag})
        if path not in self.files:
            return _refusal(404, "PathNotFound")
        return self._on_file(kind, path, request, body)

    def _on_file(self, kind: str, path: str, request: Request, body: bytes) -> Response:
        stored = self.files[path]
        position = int(request.query_params.get("position", 0))
        if kind == "append":
            stored.pending = stored.pending[:position] + body
            return Response(status_code=202)
        if kind == "flush":
            if request.headers.get("if-match") not in {None, stored.etag}:
                return _refusal(412, "ConditionNotMet")
            if position != len(stored.pending):
                return _refusal(400, "InvalidFlushPosition")
            stored.content, stored.etag = stored.pending, self._etag()
            return Response(status_code=200, headers={"ETag": stored.etag})
        if kind == "delete":
            del self.files[path]
            return Response(status_code=200)
        return Response(
            status_code=200,
            headers={
                "Content-Length": str(len(stored.content)),
                "ETag": stored.etag,
                "Last-Modified": "Fri, 20 Nov 2026 10:00:00 GMT",
                "x-ms-resource-type": "file",
            },
        )

    def _list(self, request: Request) -> Response:
        """Two entries a page."""
        system = request.scope["path"].strip("/")
        folder = f"{system}/{request.query_params['directory']}/"
        names = sorted(name for name in self.files if name.startswith(folder))
        if not names:
            return _refusal(404, "PathNotFound")
        start = int(request.query_params.get("continuation", 0))
        paths = [
            {
                "name": name.removeprefix(f"{system}/"),
                "contentLength": str(len(self.files[name].content)),
                "lastModified": "Fri, 20 Nov 2026 10:00:00 GMT",
                "etag": self.files[name].etag,
            }
            for name in names[start : start + 2]
        ]
        more = {"x-ms-continuation": str(start + 2)} if start + 2 < len(names) else {}
        return JSONResponse({"paths": paths}, headers=more)

    def _token(self, body: bytes) -> Response:
        form = parse_qs(body.decode())
        self.scopes.append(form["scope"][0])
        self.good = f"token-{len(self.scopes)}"
        return JSONResponse({"access_token": self.good, "expires_in": 3599, "token_type": "Bearer"})

    def _etag(self) -> str:
        self._etags += 1
        return f'"0x{self._etags:X}"'


def _refusal(status: int, code: str, **headers: str) -> Response:
    body = json.dumps({"error": {"code": code, "message": f"{code}!"}})
    return Response(
        body, status, {"x-ms-error-code": code, **headers}, media_type="application/json"
    )


def throttled(seconds: str) -> Response:
    return _refusal(503, "ServerBusy", **{"Retry-After": seconds})


def refused(status: int, code: str) -> Response:
    return _refusal(status, code)


@contextmanager
def small_onelake(folder: Path) -> Iterator[SmallOneLake]:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    bundle, chain = folder / "ca.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(bundle)
    certificate.private_key_and_cert_chain_pem.write_to_path(chain)
    port = free_port()
    lake = SmallOneLake(f"https://localhost:{port}", str(bundle))
    server = uvicorn.Server(
        uvicorn.Config(
            lake,
            host="127.0.0.1",
            port=port,
            ssl_certfile=str(chain),
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive(), what=f"{lake.url} to serve")
    try:
        yield lake
    finally:
        server.should_exit = True
        thread.join(20)
