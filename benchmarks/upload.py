"""A 500 MB tarball through nginx to 201, against copying, syncing and hashing the same file."""

import hashlib
import os
import statistics
import subprocess
import threading
import time
from pathlib import Path
from typing import Self

import httpx

from benchmarks.measure import Result, seconds
from support.packs import base_pack, of_slot
from support.stack import Stack, running

FILE_BYTES = 500_000_000
MEMORY_MB = 64
HEALTH_MS = 50


def measure(folder: Path, repeats: int) -> list[Result]:
    file = incompressible_pack(folder)
    ours: list[float] = []
    reference: list[float] = []
    growth: list[float] = []
    pings: list[float] = []
    with running(folder / "stack") as stack, stack.client() as client:
        for repeat in range(repeats + 1):
            copied = seconds(lambda: copy_sync_and_hash(file, folder / "copy"))
            (folder / "copy").unlink()
            settle()
            took, job_id = upload(stack, file, f"upload-{repeat}")
            drop(client, job_id)
            with Watch(stack) as watch:
                _, job_id = upload(stack, file, f"watched-{repeat}")
            drop(client, job_id)
            if repeat:  # the first is the warm-up
                ours.append(took)
                reference.append(copied)
                growth.append(watch.growth_mb)
                pings += watch.pings_ms
    return [
        Result("upload of 500 MB to 201 / cp, fsync and SHA-256", statistics.median(ours), 1.5,
               statistics.median(reference)),
        Result("  memory growth of api meanwhile", max(growth), MEMORY_MB, unit="MB"),
        Result("  median of GET /api/health meanwhile", statistics.median(pings), HEALTH_MS,
               unit="ms"),
    ]  # fmt: skip


def incompressible_pack(folder: Path) -> Path:
    """A graph tarball with one file of random bytes that no table uses; runs as a check."""
    pack = folder / "pack"
    files = {**of_slot(base_pack("upload"), "graph")}
    for name, content in files.items():
        path = pack / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with (pack / "zz-ballast.bin").open("wb") as ballast:
        for _ in range(FILE_BYTES // 1_000_000):
            ballast.write(os.urandom(1_000_000))
    file = folder / "upload-graph.tar.gz"
    names = [*sorted(files), "zz-ballast.bin"]
    tar = subprocess.Popen(["tar", "-C", str(pack), "-cf", "-", *names], stdout=subprocess.PIPE)
    with file.open("wb") as out:
        subprocess.run(["gzip", "-1"], stdin=tar.stdout, stdout=out, check=True)
    assert tar.wait() == 0
    return file


def copy_sync_and_hash(source: Path, target: Path) -> None:
    subprocess.run(["cp", "--reflink=never", str(source), str(target)], check=True)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    with source.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def upload(stack: Stack, file: Path, scenario: str) -> tuple[float, str]:
    command = ["curl", "-sS", "--fail-with-body", f"{stack.url}/api/upload-jobs"]
    command += ["-F", f"scenario_name={scenario}", "-F", "check_only=true", "-F", f"graph=@{file}"]
    started = time.perf_counter()
    curl = subprocess.run([*command, "-o", "/dev/stdout"], capture_output=True, check=True)
    return time.perf_counter() - started, httpx.Response(200, content=curl.stdout).json()["job_id"]


def drop(client: httpx.Client, job_id: str) -> None:
    """Waits for the check to end and deletes the job, so that runs don't disturb each other."""
    while client.get(f"/api/upload-jobs/{job_id}").json()["status"] in {"pending", "running"}:
        time.sleep(0.1)
    client.delete(f"/api/upload-jobs/{job_id}").raise_for_status()
    settle()


def settle() -> None:
    """What the disk still has to write would be charged to whoever is measured next."""
    os.sync()


class Watch:
    """Samples the service's memory, and how fast it answers, until left."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._before = stack.api.rss_bytes()
        self._peak = self._before
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.pings_ms: list[float] = []

    @property
    def growth_mb(self) -> float:
        return (self._peak - self._before) / 1e6

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        with self._stack.client() as client:
            while not self._done.wait(0.02):
                self.pings_ms.append(1000 * seconds(lambda: client.get("/api/health")))
                self._peak = max(self._peak, self._stack.api.rss_bytes())
