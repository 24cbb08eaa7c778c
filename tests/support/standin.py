"""What `make run` needs of the two services, and no more: readiness, one job, one scenario, one
connection.

The job ends as JOB_STATUS says after two polls; when it is done the scenario exists, which a
file in DATA_DIR remembers. Files there tell what was sent, and what the services were given.
"""

import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DATA = Path(os.environ["DATA_DIR"])
STATUS = os.environ.get("JOB_STATUS", "done")
POLLS_TO_THE_END = 2


def job(polls: int) -> dict[str, Any]:
    ended = polls >= POLLS_TO_THE_END
    status = STATUS if ended else "running"
    problem = {"file": "a.csv", "row": 7, "line": 7, "column": "b", "detail": "Twice the same id"}
    failed = status == "error"
    step = {
        "name": "graph",
        "status": status,
        "detail": "7 of 9 rows",
        "problems": [problem] * failed,
    }
    return {
        "id": "job-1",
        "scenario_name": "metro-fibre",
        "status": status,
        "overall_pct": 100 if ended else 40,
        "error": "graph failed" if failed else None,
        "warnings": 0,
        "steps": [step],
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    polls = 0

    def do_GET(self) -> None:
        loaded = DATA / "loaded"
        if self.path.endswith("/ready"):
            self._answer(200, {"status": "ready"})
        elif self.path.startswith("/query/scenarios/metro-fibre"):
            self._answer(200 if loaded.exists() else 404, {"parts": {"graph": {}}})
        else:
            Handler.polls += 1
            if Handler.polls >= POLLS_TO_THE_END and STATUS == "done":
                loaded.touch()
            self._answer(200, job(Handler.polls))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/query/fabric/connections":
            known = DATA / "connection"
            status, name = (409, "connection_id") if known.exists() else (201, "id")
            known.write_bytes(body)
            self._answer(status, {name: "connection-1"})
        elif self.path == "/query/fabric/connections/connection-1/select":
            (DATA / "selected").touch()
            self._answer(200, {})
        else:
            parts = re.findall(rb'form-data; name="(\w+)"', body)
            (DATA / "parts").write_text(" ".join(part.decode() for part in parts))
            [backend] = re.findall(rb'name="backend"\r\n\r\n([\w-]+)', body)
            (DATA / "backend").write_bytes(backend)
            self._answer(201, {"job_id": "job-1"})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def serve(variable: str) -> None:
    given = {name: value for name, value in os.environ.items() if re.match("FABRIC|AZURE_", name)}
    (DATA / f"{variable}.json").write_text(json.dumps(given))
    ThreadingHTTPServer(("127.0.0.1", int(os.environ[variable])), Handler).serve_forever()
