"""Stand-ins: a service that answers with what it was asked, and nginx in front of two of them."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import STDOUT, Popen

import httpx
from peers.ports import free_port

from local import nginx
from support.stack import wait_until


class Echo(BaseHTTPRequestHandler):
    """Tells how a request arrived. Where an upload is answered by events it streams two of them,
    a second apart; with ``?early`` it answers before it has read the body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, {"path": self.path, "headers": dict(self.headers.items())})

    def do_POST(self) -> None:
        if self.path.endswith("?early"):
            self.close_connection = True
            return self._answer(409, {"path": self.path})
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith(("/query/upload/", "/api/fabric/provision/")):
            return self._stream()
        return self._answer(201, {"path": self.path, "received": len(body)})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for name in ("progress", "complete"):
            self.wfile.write(f"event: {name}\ndata: {{}}\n\n".encode())
            self.wfile.flush()
            time.sleep(1)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing."""


@contextmanager
def served(handler: type[BaseHTTPRequestHandler] = Echo) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Front:
    """nginx; ``nobody`` is an upstream that does not answer."""

    url: str
    log: Path
    access_log: Path


def answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=2)
    except httpx.TransportError:
        return False
    return True


@contextmanager
def fronted(
    folder: Path, *, api: str, graph_query_api: str, resolver: str = "127.0.0.1"
) -> Iterator[Front]:
    listen = f"127.0.0.1:{free_port()}"
    front = Front(f"http://{listen}", folder / "nginx.log", folder / "access.log")
    argv = nginx.prepare(
        folder / "a folder" / "state",
        listen=listen,
        api=api,
        graph_query_api=graph_query_api,
        access_log=front.access_log,
        resolver=resolver,
    )
    with front.log.open("wb") as log:
        process = Popen(argv, stdout=log, stderr=STDOUT)
    try:
        wait_until(lambda: process.poll() is not None or answers(front.url), what="nginx to answer")
        assert process.poll() is None, front.log.read_text()
        yield front
    finally:
        process.terminate()
        process.wait(10)
