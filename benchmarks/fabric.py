"""The Fabric way against a stand-in whose every part takes its time."""

import asyncio
import os
import statistics
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import yaml
from peers.fabric.running import Running
from peers.fabric.running import running as stand_in

from app.provisioning.journal import InMemory
from app.provisioning.lakehouse import Lakehouse
from app.provisioning.landing import UPLOADS, Landing
from app.provisioning.model import FabricGraph
from app.provisioning.phases import Phases
from app.provisioning.request import Preparation
from app.provisioning.run import Run, Target
from benchmarks.measure import Result, seconds, side_by_side
from fabric_client import FabricClient, OneLake, default_credential
from fabric_client.addresses import FabricAddresses
from support import fabric_services
from support.jobs import load
from support.packs import tarballs

CRITICAL_PATH = 18.0
"""Seconds: ten tables of 2 s, three at once, then a refresh of 10 s beside an ontology of 5 s."""
SLOW: dict[str, Any] = {
    "load_seconds": 2,
    "ontology_seconds": 5,
    "refresh_seconds": 10,
    "retry_after": 1,
}

FILES = 20
MB = 10**6


def measure(folder: Path, repeats: int) -> list[Result]:
    return [_graph_step(folder / "step", min(repeats, 3)), *_uploads(folder / "files", repeats)]


def _graph_step(folder: Path, repeats: int) -> Result:
    packed = {"graph": tarballs(folder / "pack", _ten_tables())["graph"]}
    with (
        fabric_services.running(folder / "run", **SLOW) as fabric,
        fabric.stack.client() as client,
    ):
        fabric.connect()

        def run() -> None:
            job = load(client, "ten-tables", packed, backend="fabric-gql")
            assert job["status"] == "done", job

        took = statistics.median(seconds(run) for _ in range(repeats))
    return Result("graph into Fabric, job / critical path", took, 1.25, CRITICAL_PATH)


def _ten_tables() -> dict[str, bytes]:
    """Six labels, and an edge table from each of four to the next one."""
    labels = [f"Label{number}" for number in range(6)]
    ends = [(labels[number], labels[number + 1]) for number in range(4)]
    schema = {
        "data_dir": "data/entities",
        "vertices": [
            {
                "label": label,
                "csv_file": f"{label}.csv",
                "id_column": "Id",
                "partition_key": "p",
                "properties": ["Id", "Name"],
            }
            for label in labels
        ],
        "edges": [
            {
                "label": "leads_to",
                "csv_file": f"{source}.csv",
                "source": {"label": source, "property": "Id", "column": "Id"},
                "target": {"label": target, "property": "Id", "column": "Next"},
            }
            for source, target in ends
        ],
    }
    rows = "".join(f"{number},Name {number},{number}\n" for number in range(100))
    return {
        "scenario.yaml": yaml.safe_dump({"name": "ten-tables"}).encode(),
        "graph_schema.yaml": yaml.safe_dump(schema).encode(),
        **{f"data/entities/{label}.csv": f"Id,Name,Next\n{rows}".encode() for label in labels},
    }


def _uploads(folder: Path, repeats: int) -> Iterator[Result]:
    twenty = _csvs(folder / "5", 5 * MB, FILES)
    # both larger than what one upload holds in memory, as many as go at once
    small, large = (_csvs(folder / f"{size}", size * MB, UPLOADS) for size in (50, 150))
    with stand_in(folder / "fabric", onelake_latency=0.05) as peer, _signed_in(peer):
        landed = side_by_side(
            "100 MB in 20 files to OneLake / one after the other",
            lambda: _land_all(peer, twenty),
            lambda: asyncio.run(_one_by_one(peer, twenty)),
            limit=1 / 3,
            repeats=repeats,
        )
        yield landed
        _land_all(peer, small)  # what the allocator keeps is there from now on
        peak_of_small = _peak(lambda: _land_all(peer, small))
        peak_of_large = _peak(lambda: _land_all(peer, large))
    more = (peak_of_large - peak_of_small) / MB
    yield Result("memory for files of 150 MB beyond that for 50 MB", more, 64, unit="MB")


def _csvs(folder: Path, size: int, number: int) -> list[Path]:
    folder.mkdir(parents=True)
    line = b"some,values,in,a,line\n"
    files = [folder / f"{each}.csv" for each in range(number)]
    for file in files:
        file.write_bytes(line * (size // len(line)))
    return files


def _land_all(peer: Running, files: list[Path]) -> None:
    asyncio.run(_land(peer, files))


async def _land(peer: Running, files: list[Path]) -> None:
    """By the product's own way of landing, without tables."""
    async with _lakehouse(peer) as (client, onelake, lakehouse):
        work = files[0].parents[0]
        graph = FabricGraph("files", (), (), {file.name: f"Files/{file.name}" for file in files})
        preparation = Preparation(graph, {}, {}, [], {}, {})
        phases = Phases(lambda _: None)
        run = Run(client, onelake, Target(peer.workspace), InMemory(), phases)
        place = Lakehouse(peer.workspace, "Practice", lakehouse, "files", None)
        below = work / "Files"
        if not below.exists():
            below.symlink_to(work, target_is_directory=True)
        await Landing(run, place, preparation, work).all()


async def _one_by_one(peer: Running, files: list[Path]) -> None:
    async with _lakehouse(peer) as (_, onelake, lakehouse):
        for file in files:
            await onelake.upload(peer.workspace, lakehouse, f"Files/{file.name}", file)


@asynccontextmanager
async def _lakehouse(peer: Running) -> AsyncIterator[tuple[FabricClient, OneLake, str]]:
    addresses = FabricAddresses(peer.api, peer.onelake, peer.ca_bundle)
    async with (
        default_credential(addresses) as credential,
        FabricClient(credential, addresses, calls_per_minute=10_000) as client,
        OneLake(credential, addresses) as onelake,
    ):
        found = await client.find_lakehouse(peer.workspace, "files")
        item = found or await client.create_lakehouse(peer.workspace, "files")
        yield client, onelake, item["id"]


@contextmanager
def _signed_in(peer: Running) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(peer.env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _peak(action: Callable[[], object]) -> int:
    """The most bytes of memory that this process had while it ran."""
    Path("/proc/self/clear_refs").write_text("5")
    action()
    [line] = [
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return int(line.split()[1]) * 1024
