"""Starting the server that stands for Cosmos DB for NoSQL beside a test."""

import base64
import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from peers.installed import NotInstalled

FOLDER = Path(__file__).parent
STARTING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Cosmos:
    endpoint: str
    key: str = field(repr=False)


@contextmanager
def running_cosmos() -> Iterator[Cosmos]:
    """In a process of its own, which ends at the end or with this process, whatever ends it.

    Raises NotInstalled.
    """
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "installed").exists():
        raise NotInstalled("Cosmos DB's stand-in needs Node.js and npm; then: make setup")
    key = base64.b64encode(secrets.token_bytes(64)).decode()
    process = subprocess.Popen(
        [node, str(FOLDER / "server.js")],
        stdin=subprocess.PIPE,  # the server ends when this does
        stdout=subprocess.PIPE,
        text=True,
        env={"COSMOS_PEER_KEY": key},
    )
    try:
        yield Cosmos(_first_line(process), key)
    finally:
        process.kill()
        process.communicate()


def _first_line(process: "subprocess.Popen[str]") -> str:
    late = threading.Timer(STARTING_SECONDS, process.kill)
    late.start()
    try:
        line = process.stdout.readline().strip() if process.stdout else ""
    finally:
        late.cancel()
    if not line:
        raise RuntimeError(f"The server did not start; it ended with {process.wait()}")
    return line
