"""What `make run` needs of the two services, and no more: readiness, one job, one scenario.

The job ends as JOB_STATUS says after two polls; when it is done the scenario exists, which a
file in DATA_DIR remembers.
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
        elif self.path == "/query/scenarios/metro-fibre":
            self._answer(200 if loaded.exists() else 404, {"parts": {"graph": {}}})
        else:
            Handler.polls += 1
            if Handler.polls >= POLLS_TO_THE_END and STATUS == "done":
                loaded.touch()
            self._answer(200, job(Handler.polls))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = re.findall(rb'form-data; name="(\w+)"', body)
        (DATA / "parts").write_text(" ".join(part.decode() for part in parts))
        self._answer(201, {"job_id": "job-1"})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def serve(variable: str) -> None:
    ThreadingHTTPServer(("127.0.0.1", int(os.environ[variable])), Handler).serve_forever()
