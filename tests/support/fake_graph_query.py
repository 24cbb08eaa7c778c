"""A strict stand-in for graph-query-api, as the api service sees it.

It keeps documents with etags, takes loads by scripted outcomes, and writes down a
complaint whenever it is spoken to in a way that the real one would not take.
"""

import asyncio
import hashlib
import itertools
import json
import re
import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

SLOTS = ("graph", "telemetry", "runbooks", "tickets", "prompts")
CONTAINERS = ("upload-jobs", "leases")
JOB_FIELDS = {"id", "scenario_name", "status", "created_at", "updated_at", "backend", "steps"}
MAX_DOCUMENT = 2 << 20
QUERY = re.compile(r"SELECT \* FROM c(?: WHERE (.+?))?(?: ORDER BY c\.(\w+) (ASC|DESC))?")

Document = dict[str, Any]
Event = tuple[str, dict[str, Any]]
Outcome = Literal["complete", "error", "early end", "refused", "lost", "garbage"]


@dataclass
class Script:
    """How one load goes: some progress, then it may wait to be released, then its end."""

    outcome: Outcome = "complete"
    progress: int = 3
    hold: bool = False
    result: dict[str, Any] = field(default_factory=lambda: {"location": "here"})
    metadata: dict[str, Any] | None = field(default_factory=lambda: {"display_name": "Hello"})
    warnings: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    started: threading.Event = field(default_factory=threading.Event)
    abandoned: threading.Event = field(default_factory=threading.Event)
    """Set when the client went away before the end."""


@dataclass(frozen=True)
class Load:
    slot: str
    fields: dict[str, str]
    size: int
    sha256: str


class FakeGraphQuery:
    def __init__(self, service_key: str | None = None) -> None:
        self._etags = itertools.count(1)
        self._service_key = service_key
        self.url = ""
        self.app = self._app()
        self.reset()

    def reset(self) -> None:
        """Forgets everything, for the next test."""
        self.documents: dict[str, dict[str, tuple[Document, str]]] = {c: {} for c in CONTAINERS}
        self.scenarios: dict[str, dict[str, Any]] = {}
        self.loads: list[Load] = []
        self.complaints: list[str] = []
        self.scripts: dict[str, deque[Script]] = defaultdict(deque)
        self.ready = True
        self.docs_status: int | None = None
        """While set, documents answer with this status."""
        self.lose_answers = 0
        """So many writes take effect, but answer 503."""
        self.stalls: Callable[[str, Document], bool] = lambda _container, _body: False
        """Writes for which this is true wait until it is not."""

    def script(self, slot: str, *scripts: Script) -> Script:
        """The next loads of this slot go like this; returns the first."""
        self.scripts[slot].extend(scripts)
        return scripts[0]

    def jobs(self) -> list[Document]:
        return [body for body, _ in list(self.documents["upload-jobs"].values())]

    def job(self, job_id: str) -> Document:
        return self.documents["upload-jobs"][job_id][0]

    def held_scenarios(self) -> list[str]:
        """Ids of lease documents that name a job."""
        return [name for name, (body, _) in self.documents["leases"].items() if body.get("job_id")]

    def put_job(self, body: Document) -> None:
        """Writes as another replica would."""
        self.documents["upload-jobs"][body["id"]] = (body, self._new_etag())

    # --- the app ---------------------------------------------------------------------------

    def _app(self) -> FastAPI:
        app = FastAPI()
        docs = "/query/docs/{container}"
        app.get("/query/ready")(self._get_ready)
        app.get(docs)(self._list)
        app.get(docs + "/{document_id}")(self._get)
        app.put(docs + "/{document_id}")(self._put)
        app.delete(docs + "/{document_id}")(self._delete)
        app.put("/query/scenarios/{name}")(self._put_scenario)
        app.post("/query/upload/{slot}")(self._upload)
        return app

    def _complain(self, what: str) -> Response:
        self.complaints.append(what)
        return problem(400, what)

    def _new_etag(self) -> str:
        return f'"{next(self._etags)}"'

    async def _get_ready(self) -> Response:
        return JSONResponse({"status": "ready"}) if self.ready else problem(503, "stores: down")

    def _refusal(self, request: Request, container: str) -> Response | None:
        if self.docs_status:
            return problem(self.docs_status, "The store has a bad day.")
        if container not in CONTAINERS:
            self.complaints.append(f"container {container}")
            return problem(403, "not served")
        if self._service_key and request.headers.get("x-service-key") != self._service_key:
            self.complaints.append("no service key")
            return problem(401, "send the key")
        return None

    async def _list(self, request: Request, container: str) -> Response:
        if refusal := self._refusal(request, container):
            return refusal
        params = dict(request.query_params)
        if unknown := set(params) - {"query", "parameters", "limit", "continuation"}:
            return self._complain(f"list parameters {unknown}")
        limit = int(params.get("limit", 100))
        if not 1 <= limit <= 1000:
            return self._complain(f"limit {limit}")
        text = params.get("query", "SELECT * FROM c ORDER BY c.created_at DESC")
        try:
            found = self._select(container, text, json.loads(params.get("parameters", "{}")))
        except (ValueError, KeyError) as error:
            return self._complain(f"query {text!r}: {error}")
        start = params.get("continuation", "0")
        if not start.isdecimal():
            return problem(400, "This continuation token does not belong to this list.")
        page = found[int(start) : int(start) + limit]
        more = str(int(start) + limit) if len(found) > int(start) + limit else None
        return JSONResponse({"items": page, "continuation": more})

    def _select(self, container: str, text: str, given: dict[str, Any]) -> list[Document]:
        parsed = QUERY.fullmatch(text)
        if not parsed:
            raise ValueError("not understood")
        where, order, direction = parsed.groups()
        used: set[str] = set()
        found = [body for body, _ in self.documents[container].values()]
        for term in where.split(" AND ") if where else []:
            if before := re.fullmatch(r"c\.(\w+) < @(\w+)", term):
                used.add(before[2])
                limit = given[before[2]]
                found = [b for b in found if before[1] in b and b[before[1]] < limit]
                continue
            one = re.fullmatch(r"c\.(\w+) (?:= @(\w+)|IN \((@\w+(?:, @\w+)*)\))", term)
            if not one:
                raise ValueError(f"term {term!r}")
            names = [one[2]] if one[2] else [name[1:] for name in one[3].split(", ")]
            used |= set(names)
            values = [given[name] for name in names]
            found = [body for body in found if body.get(one[1]) in values]
        if used != set(given):
            raise ValueError("parameters that nothing uses")
        if order:
            found.sort(key=lambda b: (b.get(order, ""), b["id"]), reverse=direction == "DESC")
        return found

    async def _get(self, request: Request, container: str, document_id: str) -> Response:
        if refusal := self._refusal(request, container):
            return refusal
        stored = self.documents[container].get(document_id)
        if stored is None:
            return problem(404, "no such document")
        return JSONResponse(stored[0], headers={"ETag": stored[1]})

    async def _put(self, request: Request, container: str, document_id: str) -> Response:
        raw = await request.body()
        if refusal := self._refusal(request, container):
            return refusal
        if len(raw) > MAX_DOCUMENT:
            return self._complain(f"document of {len(raw)} bytes")
        body = json.loads(raw)
        if body.get("id") != document_id or any(key.startswith("_") for key in body):
            return self._complain(f"body of {document_id}")
        if container == "upload-jobs" and (fault := job_fault(body)):
            return self._complain(fault)
        while self.stalls(container, body):
            await asyncio.sleep(0.01)
            if await request.is_disconnected():
                return problem(503, "nobody waits")
        return self._store(request, container, body)

    def _store(self, request: Request, container: str, body: Document) -> Response:
        documents = self.documents[container]
        stored = documents.get(body["id"])
        if_match, if_none_match = (request.headers.get(h) for h in ("if-match", "if-none-match"))
        if (if_match is None) == (if_none_match is None):
            return self._complain(f"unconditional write of {container}/{body['id']}")
        if if_none_match is not None and if_none_match != "*":
            return self._complain(f"If-None-Match {if_none_match}")
        if (stored is not None) if if_none_match else (stored is None or stored[1] != if_match):
            return problem(412, "precondition failed")
        etag = self._new_etag()
        documents[body["id"]] = (body, etag)
        if self.lose_answers:
            self.lose_answers -= 1
            return problem(503, "the answer is lost")
        return JSONResponse(body, 200 if stored else 201, headers={"ETag": etag})

    async def _delete(self, request: Request, container: str, document_id: str) -> Response:
        if refusal := self._refusal(request, container):
            return refusal
        stored = self.documents[container].get(document_id)
        if stored is None:
            return problem(404, "no such document")
        if request.headers.get("if-match", stored[1]) != stored[1]:
            return problem(412, "precondition failed")
        del self.documents[container][document_id]
        return Response(status_code=204)

    async def _put_scenario(self, request: Request, name: str) -> Response:
        body = await request.json()
        if not isinstance(body, dict):
            return self._complain("scenario body")
        self.scenarios[name] = {**self.scenarios.get(name, {}), **body}
        return JSONResponse({"name": name, **body})

    # --- loads -----------------------------------------------------------------------------

    async def _upload(self, request: Request, slot: str) -> Response:
        if slot not in SLOTS:
            return self._complain(f"slot {slot}")
        if not request.headers.get("content-length", "").isdecimal():
            return self._complain("no Content-Length")
        async with request.form() as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            files = {name: value for name, value in form.items() if not isinstance(value, str)}
            if set(files) != {"file"}:
                return self._complain(f"files {set(files)}")
            wanted = {"scenario_name", "backend", "job_id", "owner"}
            if set(fields) - {"check_only"} != wanted or not all(fields.values()):
                return self._complain(f"fields {fields}")
            content = await files["file"].read()
        self.loads.append(Load(slot, fields, len(content), hashlib.sha256(content).hexdigest()))
        script = self.scripts[slot].popleft() if self.scripts[slot] else Script()
        if script.outcome == "refused":
            return problem(400, "Not like this.", problems=script.problems)
        return StreamingResponse(self._events(slot, script), media_type="text/event-stream")

    async def _events(self, slot: str, script: Script) -> AsyncIterator[bytes]:
        ended = False
        try:
            for n in range(1, script.progress + 1):
                pct = 100 * n / (script.progress + 1)
                yield sse("progress", {"step": slot, "detail": f"{n} rows", "pct": pct})
            script.started.set()
            while script.hold and not script.released.is_set():
                await asyncio.sleep(0.01)
            yield b": ping\n\n"
            if last := self._last(slot, script):
                yield last
            ended = True
        finally:
            if not ended:
                script.abandoned.set()

    @staticmethod
    def _last(slot: str, script: Script) -> bytes | None:
        match script.outcome:
            case "complete":
                extra = {"warnings": script.warnings, "scenario_metadata": script.metadata}
                return sse("complete", {"step": slot, **script.result, **extra})
            case "error":
                told = {"step": slot, "error": "invalid", "detail": f"{slot} is broken"}
                return sse("error", {**told, "problems": script.problems})
            case "garbage":
                return b"event: complete\ndata: [1, 2\n\n"
            case "lost":
                raise ConnectionResetError
        return None


def sse(event: str, data: dict[str, Any]) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()


def problem(status: int, detail: str, **more: Any) -> Response:
    document = {"type": "urn:problem:x", "title": "x", "status": status, "detail": detail, **more}
    return JSONResponse(document, status, media_type="application/problem+json")


def job_fault(body: Document) -> str | None:
    """What can't be in a job record that was written properly."""
    if missing := JOB_FIELDS - set(body):
        return f"job without {missing}"
    if [step["name"] for step in body["steps"]] != [*SLOTS, "metadata"]:
        return "job without its six steps"
    lease = body.get("lease")
    if (body["status"] == "running") != bool(lease):
        return f"a {body['status']} job with lease {lease}"
    has_ended = body["status"] in {"done", "error", "cancelled"}
    if has_ended and any(step["status"] in {"pending", "running"} for step in body["steps"]):
        return "an ended job with open steps"
    return None
