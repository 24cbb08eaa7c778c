"""The real services, each a process on a free port with a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from peers.ports import free_port

from local import nginx

T = TypeVar("T")

START_SECONDS = 60.0


def wait_until(
    condition: Callable[[], T], *, seconds: float = 30.0, what: str = "the condition"
) -> T:
    """Polls until the condition is true, and returns what it gave.

    Ever more seldom: to ask for a job takes 5 ms of the processor, which the job needs.
    """
    began = time.monotonic()
    while True:
        if value := condition():
            return value
        waited = time.monotonic() - began
        assert waited < seconds, f"waited {seconds} s for {what}"
        time.sleep(min(max(waited / 8, 0.02), 0.2))


@dataclass
class Service:
    """One process: started, killed and started again; its output goes to a file."""

    name: str
    command: list[str]
    ready_url: str
    log: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """Starts the process; it is ready later."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.log.parent,
            )

    def await_ready(self) -> None:
        wait_until(self._is_ready, seconds=START_SECONDS, what=f"{self.name} to be ready")

    def _is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, f"{self.name} ended:\n{self.output()[-3000:]}"
        return _status(self.ready_url) == 200

    def signal(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        """Ends the process at once, as a crash would."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code. SIGKILL after 15 s, which fails the test."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def output(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def log_lines(self, event: str) -> list[dict[str, Any]]:
        """The JSON log lines with this event."""
        lines = [line for line in self.output().splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, lines) if line.get("event") == event]

    def child(self, module: str) -> int:
        """Pid of the one child that runs this module."""
        assert self.process
        [pid] = [pid for pid in _descendants(self.process.pid) if _runs(pid, module)]
        return pid

    def rss_bytes(self) -> int:
        """Resident memory of the process and its children."""
        assert self.process
        return sum(map(_rss, [self.process.pid, *_descendants(self.process.pid)]))


def _status(url: str) -> int | None:
    """None without an answer. Asked so often that a client of httpx, which reads all the
    certificates there are, would take the processor from what is being started."""
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=2)
    try:
        connection.request("GET", address.path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _runs(pid: int, module: str) -> bool:
    try:
        return module in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def _rss(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)


@dataclass
class Stack:
    """graph-query-api, one api, and nginx in front."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        ports = {name: free_port() for name in ("PORT", "API_PORT", "GRAPH_QUERY_API_PORT")}
        environment = {
            "DATA_DIR": str(self.folder / "data"),
            **{name: str(port) for name, port in ports.items()},
            **self.settings,
        }
        graph_query_api = f"http://127.0.0.1:{ports['GRAPH_QUERY_API_PORT']}"
        api = f"http://127.0.0.1:{ports['API_PORT']}"
        self.graph_query_api = Service(
            "graph-query-api",
            [sys.executable, "-m", "graph_query_api"],
            f"{graph_query_api}/query/ready",
            self.folder / "graph-query-api.log",
            environment,
        )
        self.api = Service(
            "api",
            [sys.executable, "-m", "app"],
            f"{api}/api/ready",
            self.folder / "api.log",
            {**environment, "GRAPH_QUERY_API": graph_query_api},
        )
        command = nginx.prepare(
            self.folder / "nginx",
            listen=f"127.0.0.1:{ports['PORT']}",
            api=f"127.0.0.1:{ports['API_PORT']}",
            graph_query_api=f"127.0.0.1:{ports['GRAPH_QUERY_API_PORT']}",
            access_log=self.folder / "access.log",
        )
        url = f"http://127.0.0.1:{ports['PORT']}"
        self.nginx = Service(
            "nginx", command, f"{url}/api/ready", self.folder / "nginx.log", environment
        )
        self.url = url
        self.api_url, self.graph_query_api_url = api, graph_query_api
        self.data = self.folder / "data"
        self.services = [self.graph_query_api, self.api, self.nginx]

    def client(self) -> httpx.Client:
        """Speaks to nginx, as every user does."""
        return httpx.Client(base_url=self.url, timeout=60)

    def start(self) -> None:
        """All at once, as ``make run`` does."""
        for service in self.services:
            service.launch()
        for service in self.services:
            service.await_ready()

    def stop(self) -> None:
        for service in reversed(self.services):
            if service.process:
                service.stop()


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Stack]:
    stack = Stack(folder, settings)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
