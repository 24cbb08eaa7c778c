"""The product before the stand-in, and a small pack to load."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from peers.fabric.running import Running

from support import fabric_services
from support.packs import Files, tarball, yaml_bytes

VERTICES: Mapping[str, int] = {"Site": 3, "Room": 3, "Device": 2}
EDGES: Mapping[str, int] = {"in_site": 3, "in_room": 2}

PATIENCE_SECONDS = "4"
OPERATION_SECONDS = "12"


@dataclass(frozen=True)
class World:
    fabric: Running
    client: httpx.Client
    folder: Path

    def pack(self, scenario: str) -> Path:
        return tarball(self.folder / f"{scenario}.tar.gz", files(scenario))


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Quick, and with a patience that tests can wait for."""
    quick: dict[str, Any] = {
        "load_seconds": 0.05,
        "ontology_seconds": 0.05,
        "refresh_seconds": 0.05,
    }
    settings = {
        "FABRIC_PATIENCE_SECONDS": PATIENCE_SECONDS,
        "FABRIC_OPERATION_SECONDS": OPERATION_SECONDS,
    }
    with (
        fabric_services.running(
            folder, settings=settings, retry_after=0, table_lists=0, **quick
        ) as fabric,
        fabric.stack.client() as client,
    ):
        yield World(fabric.peer, client, folder)


def files(scenario: str) -> Files:
    """Three labels and two edge labels, each with a table of its own."""
    schema = {
        "data_dir": "data/entities",
        "vertices": [
            _vertex("Site", ["SiteId", "Name"]),
            _vertex("Room", ["RoomId", "SiteId"]),
            _vertex("Device", ["DeviceId", "RoomId"]),
        ],
        "edges": [_edge("in_site", "Room", "Site"), _edge("in_room", "Device", "Room")],
    }
    return {
        "scenario.yaml": yaml_bytes({"name": scenario, "version": "2.0"}),
        "graph_schema.yaml": yaml_bytes(schema),
        "data/entities/DimSite.csv": b"SiteId,Name\nS1,One\nS2,Two\nS3,Three\n",
        "data/entities/DimRoom.csv": b"RoomId,SiteId\nR1,S1\nR2,S1\nR3,S2\n",
        "data/entities/DimDevice.csv": b"DeviceId,RoomId\nD1,R1\nD2,R3\n",
    }


def _vertex(label: str, columns: list[str]) -> dict[str, object]:
    return {
        "label": label,
        "csv_file": f"Dim{label}.csv",
        "id_column": columns[0],
        "partition_key": label.lower(),
        "properties": columns,
    }


def _edge(label: str, source: str, target: str) -> dict[str, object]:
    ends = {"source": (source, f"{source}Id"), "target": (target, f"{target}Id")}
    return {
        "label": label,
        "csv_file": f"Dim{source}.csv",
        **{
            end: {"label": of, "property": column, "column": column}
            for end, (of, column) in ends.items()
        },
    }
