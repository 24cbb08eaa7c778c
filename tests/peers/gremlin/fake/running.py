"""The fake in a process of its own beside a test, which turns its knobs from outside."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from peers.gremlin.fake.knobs import KEY

TESTS = Path(__file__).parents[3]


class Running:
    def __init__(self, endpoint: str, control: str) -> None:
        self.endpoint = endpoint
        self.key = KEY
        self._control = httpx.Client(base_url=control, trust_env=False)

    def set(self, **knobs: Any) -> None:
        self._send("PATCH", "/knobs", knobs)

    def elements(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = self._send("GET", "/elements")
        return found

    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = self._send("GET", "/facts")
        return found

    def reset(self) -> None:
        self._send("POST", "/reset")

    def close(self) -> None:
        self._control.close()

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._control.request(method, path, json=body)
        if answer.is_error:
            raise ValueError(answer.text)
        return answer.json()


@contextmanager
def running(**knobs: Any) -> Iterator[Running]:
    words = [f"--set={name}={json.dumps(value)}" for name, value in knobs.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "peers.gremlin.fake", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    try:
        if process.stdout is None or not (line := process.stdout.readline()):
            raise RuntimeError(f"The fake did not start; it ended with {process.wait()}")
        here = Running(**json.loads(line))
        try:
            yield here
        finally:
            here.close()
    finally:
        process.kill()
        process.communicate()
