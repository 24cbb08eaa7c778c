"""Starting the stand-in beside a test, and switching what it does."""

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

TESTS = Path(__file__).parents[2]
_STARTING_SECONDS = 30


class Running:
    def __init__(self, about: Mapping[str, Any], process: "subprocess.Popen[str]") -> None:
        self.about = about
        self.process = process
        self.api: str = about["api"]
        self.onelake: str = about["onelake"]
        self.ca_bundle: str = about["ca_bundle"]
        self.workspace: str = about["workspace_id"]
        self.workspaces: Mapping[str, str] = about["workspaces"]
        self.env: Mapping[str, str] = about["env"]
        """What the product and azure-identity read."""
        self.tls = ssl.create_default_context(cafile=self.ca_bundle)
        self._admin = httpx.Client(base_url=about["admin"], verify=self.tls, trust_env=False)

    def close(self) -> None:
        self._admin.close()

    def reset(self) -> None:
        self._send("POST", "/reset")

    def set(self, **settings: Any) -> None:
        self._send("PATCH", "/settings", settings)

    def fault(self, kind: str, path: str = "", **more: Any) -> int:
        """Its id. ``more``: method, host, nth, times, and the kind's options."""
        body = {"faults": [{"kind": kind, "path": path, **more}]}
        number: int = self._send("POST", "/faults", body)["faults"][0]["id"]
        return number

    def hits(self, fault: int) -> int:
        found = self._send("GET", "/faults")["faults"]
        return next(int(each["hits"]) for each in found if each["id"] == fault)

    def no_faults(self) -> None:
        self._send("DELETE", "/faults")

    def advance(self, seconds: float) -> None:
        self._send("POST", "/clock", {"advance": seconds})

    def speed(self, factor: float) -> None:
        self._send("POST", "/clock", {"speed": factor})

    def requests(self, path: str = "", *, since: int = 0) -> list[dict[str, Any]]:
        """In the order of arrival; ``path`` is a regular expression."""
        asked = httpx.QueryParams({"path": path, "since": since})
        found: list[dict[str, Any]] = self._send("GET", f"/requests?{asked}")["requests"]
        return found

    def last_request(self) -> int:
        return max((each["id"] for each in self.requests()), default=0)

    def add_item(self, type_: str, name: str, **more: Any) -> dict[str, Any]:
        body = {"workspace_id": self.workspace, "type": type_, "name": name, **more}
        return self._send("POST", "/items", body)

    def add_workspace(self, name: str, **more: Any) -> str:
        made: str = self._send("POST", "/workspaces", {"name": name, **more})["id"]
        return made

    def hold_name(self, type_: str, name: str, seconds: float = 60) -> None:
        body = {"workspace_id": self.workspace, "type": type_, "name": name, "seconds": seconds}
        self._send("POST", "/names", body)

    def rules(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._send("GET", "/rules")["rules"]
        return found

    def _send(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self._admin.request(method, path, json=body)
        if answer.is_error:
            raise ValueError(answer.text)
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def running(directory: Path, port: int = 0, **settings: Any) -> Iterator[Running]:
    """In a process of its own, ended at the end."""
    words = [f"--set={name}={json.dumps(value)}" for name, value in settings.items()]
    command = [sys.executable, "-m", "peers.fabric", f"--port={port}", f"--data={directory}"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    process = subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        here = Running(json.loads(_first_line(process)), process)
        try:
            yield here
        finally:
            here.close()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _first_line(process: "subprocess.Popen[str]") -> str:
    if process.stdout is None:
        raise RuntimeError("There is no output to read")
    late = threading.Timer(_STARTING_SECONDS, process.kill)
    late.start()
    try:
        line = process.stdout.readline()
    finally:
        late.cancel()
    if not line:
        raise RuntimeError(f"The stand-in did not start; it ended with {process.wait()}")
    return line
