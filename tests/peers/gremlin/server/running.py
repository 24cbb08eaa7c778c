"""Starting a real Gremlin Server beside the tests; it ends with them, however they end."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from peers.gremlin.server.conf import PASSWORD, USER, written
from peers.gremlin.server.java import NoJava, java
from peers.installed import NotInstalled
from peers.ports import free_port

JARS = Path(__file__).parents[4] / ".cache" / "gremlin-server"
_STARTING_SECONDS = 120
# Groovy's calls by invokedynamic pay off where a script runs ten thousand times
_GROOVY = "-Dgroovy.target.indy=false"
# its life is short: no second compiler, no collector with threads of its own
_FOR_TESTS = (_GROOVY, "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
_FOR_MEASUREMENTS = (_GROOVY, "-Xmx2g", "-XX:+UseParallelGC")


@dataclass(frozen=True, slots=True)
class GremlinServer:
    endpoint: str
    user: str = USER
    password: str = field(default=PASSWORD, repr=False)

    @property
    def database(self) -> str:
        return self.user.split("/")[2]

    @property
    def graph(self) -> str:
        return self.user.split("/")[4]


@contextmanager
def running_gremlin_server(*, for_measurements: bool = False) -> Iterator[GremlinServer]:
    """An empty graph. For measurements it starts slower, and runs as fast as Java can."""
    program = _installed()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="gremlin-server-") as name:
        folder = Path(name)
        options = _FOR_MEASUREMENTS if for_measurements else _FOR_TESTS
        main = "org.apache.tinkerpop.gremlin.server.GremlinServer"
        command = [program, *options, "-cp", JARS / "*", main, written(folder, port)]
        log = folder / "log.txt"
        with log.open("wb") as output, _ended(command, output.fileno()) as process:
            _wait_until_it_listens(process, port, log)
            yield GremlinServer(f"ws://127.0.0.1:{port}/gremlin")


def _installed() -> Path:
    if not any(JARS.glob("gremlin-server-*.jar")):
        raise NotInstalled("The Gremlin Server is not here: `make setup` fetches it, with Maven")
    try:
        return java()
    except NoJava as error:
        raise NotInstalled(f"The Gremlin Server can't run: {error}") from None


@contextmanager
def _ended(command: list[str | Path], output: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Its standard input is ours: it ends when that does, see conf.py."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def _wait_until_it_listens(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The Gremlin Server did not start:\n{log.read_text()[-4000:]}")
