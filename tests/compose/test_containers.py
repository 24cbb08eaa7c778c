"""What the Dockerfile builds and docker-compose.yml starts, without Docker.

Every step of the Dockerfile runs; then the services start with the commands, users, environments
and read-only roots that the two files give them, and load the sample by a job.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import STDOUT, Popen
from typing import Any

import httpx
from peers.ports import free_port

from support.build_context import context
from support.compose_file import ROOT, compose
from support.dockerfile import stages
from support.images import Builder, Image, require_programs
from support.jobs import cypher, load
from support.name_server import name_server
from support.stack import wait_until

NAMES = ("graph-query-api", "api", "nginx")
SLOTS = ("graph", "telemetry", "runbooks", "tickets", "prompts")
KEY = "a-key-that-must-not-be-logged"
NAME_SERVER = f"127.53.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
UID = 10001
STOP_SECONDS = 15
ENDED = {0, 128 + signal.SIGTERM}  # in order, and not by SIGKILL


@dataclass
class Containers:
    """One process each; ports are free ones of this machine, all else is as in the files."""

    folder: Path
    services: Mapping[str, Any]
    images: Mapping[str, Image]
    name_server: str
    processes: dict[str, Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {"8000": free_port(), "8080": free_port(), "8100": free_port()}
        for name in NAMES:
            for volume in self.services[name].get("volumes", []):
                self._new_volume(volume, self.images[name])
        self.hosts = self.folder / "hosts"
        self.hosts.write_text(f"127.0.0.1 localhost {' '.join(NAMES)}\n")
        self.resolver = self.folder / "resolv.conf"
        self.resolver.write_text(f"nameserver {self.name_server}\n")

    def _new_volume(self, volume: str, image: Image) -> None:
        """A new volume takes owner and mode from the folder of the image that it is mounted on."""
        name, _, target = volume.partition(":")
        subprocess.run(["cp", "-a", image.root / target[1:], self.folder / name], check=True)

    def command(self, name: str, command: list[str]) -> list[str]:
        service = self.services[name]
        volumes = (each.split(":") for each in service.get("volumes", []))
        return self.images[name].sandbox(
            [self._with_our_ports(word) for word in command],
            tmpfs=[each.partition(":")[0] for each in service["tmpfs"]],
            mounts={
                self.hosts: "/etc/hosts",
                self.resolver: "/etc/resolv.conf",
                **{self.folder / volume: target for volume, target in volumes},
            },
        )

    def environment(self, name: str) -> dict[str, str]:
        given = self.images[name].environment | self.services[name].get("environment", {})
        return {
            **{variable: self._with_our_ports(value) for variable, value in given.items()},
            "API_PORT": str(self.ports["8000"]),
            "GRAPH_QUERY_API_PORT": str(self.ports["8100"]),
        }

    def _with_our_ports(self, text: str) -> str:
        for port, ours in self.ports.items():
            text = text.replace(port, str(ours))
        return text

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def start(self, name: str) -> None:
        """Returns when the health check says so."""
        image = self.images[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            os.fchown(log.fileno(), UID, UID)  # as an engine does, or /dev/stdout can't be opened
            process = Popen(
                self.command(name, [*image.entrypoint, *image.command]),
                env=self.environment(name),
                stdout=log,
                stderr=STDOUT,
            )
        self.processes[name] = process

        def is_healthy() -> bool:
            assert process.poll() is None, self.log(name)
            return self.health(name).returncode == 0

        wait_until(is_healthy, seconds=60, what=f"{name} to be healthy")

    def health(self, name: str) -> subprocess.CompletedProcess[str]:
        word, *check = self.services[name]["healthcheck"]["test"]
        assert word == "CMD"
        return subprocess.run(
            self.command(name, check),
            env=self.environment(name),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    def stop(self, name: str) -> int:
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.kill(inner(process), signal.SIGTERM)
        try:
            return process.wait(STOP_SECONDS)
        finally:
            process.kill()

    def stop_all(self) -> None:
        for name in list(reversed(self.processes)):
            self.stop(name)


@contextmanager
def started(folder: Path, images: Mapping[str, Image]) -> Iterator[Containers]:
    services = compose({"SERVICE_KEY": KEY})["services"]
    with name_server(NAME_SERVER, 53) as names:
        names.update(dict.fromkeys(NAMES, "127.0.0.1"))
        containers = Containers(folder, services, images, NAME_SERVER)
        try:
            for name in NAMES:
                containers.start(name)
            yield containers
        finally:
            containers.stop_all()


def built(folder: Path) -> dict[str, Image]:
    (folder / "roots").mkdir()
    folder.chmod(0o755)
    builder = Builder(
        stages((ROOT / "Dockerfile").read_text()),
        context(ROOT, folder / "context"),
        folder / "roots",
    )
    with ThreadPoolExecutor() as pool:
        return dict(zip(NAMES, pool.map(builder.image, NAMES), strict=True))


def load_the_sample(client: httpx.Client, folder: Path) -> None:
    """As the console does: with what nginx serves."""
    tarballs = {}
    for slot in SLOTS:
        answer = client.get(f"/samples/metro-fibre-{slot}.tar.gz").raise_for_status()
        tarballs[slot] = folder / f"{slot}.tar.gz"
        tarballs[slot].write_bytes(answer.content)
    job = load(client, "metro-fibre", tarballs)
    assert job["status"] == "done", job


def routers(client: httpx.Client) -> int:
    [row] = cypher(client, "metro-fibre", "MATCH (r:CoreRouter) RETURN count(*) AS n")
    return int(row["n"])


def inner(process: Popen[bytes]) -> int:
    """The pid of what runs in the sandbox; outside, bubblewrap waits for it."""
    try:
        [pid] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    except (OSError, ValueError):
        raise ProcessLookupError from None
    return int(pid)


def privileges(process: Popen[bytes]) -> dict[str, str]:
    lines = Path(f"/proc/{inner(process)}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_the_sample_is_loaded_in_what_the_files_describe(tmp_path: Path) -> None:
    require_programs()
    images = built(tmp_path)
    with ExitStack() as stack:
        containers = stack.enter_context(started(tmp_path, images))
        url = f"http://127.0.0.1:{containers.ports['8080']}"
        client = stack.enter_context(httpx.Client(base_url=url, timeout=60, trust_env=False))

        for name, process in containers.processes.items():
            status = privileges(process)
            assert status["Uid"].split() == [str(UID)] * 4, name
            assert (status["NoNewPrivs"], int(status["CapEff"], 16)) == ("1", 0), name

        assert '<script type="module"' in client.get("/scenarios/metro-fibre").text
        load_the_sample(client, tmp_path)
        assert routers(client) > 0

        # closed to callers without the key, and under names that nobody allowed
        documents = f"http://127.0.0.1:{containers.ports['8100']}/query/docs/upload-jobs"
        assert client.get("/query/docs/upload-jobs").status_code == 404
        assert client.get(documents).status_code == 401
        assert client.get("/api/health", headers={"Host": "example.com"}).status_code == 421

        # a service that is down is unhealthy, and what was loaded is there when it is back
        before = routers(client)
        assert containers.stop("graph-query-api") in ENDED
        sick = containers.health("api")
        assert (sick.returncode, "graph-query-api" in sick.stdout) == (1, True), sick
        containers.start("graph-query-api")
        assert routers(client) == before

        assert {containers.stop(name) for name in reversed(NAMES)} <= ENDED
        for name in NAMES:
            assert KEY not in containers.log(name)
