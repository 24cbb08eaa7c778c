"""Scenario packs for tests: a small base pack to be changed, and random ones with true counts."""

import csv
import io
import random
import tarfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Files = dict[str, bytes]

SLOT_FILES = {
    "graph": ("graph_schema.yaml", "data/entities/"),
    "telemetry": ("data/telemetry/",),
    "runbooks": ("data/knowledge/runbooks/",),
    "tickets": ("data/knowledge/tickets/",),
    "prompts": ("data/prompts/",),
}


def base_pack(name: str = "hello") -> Files:
    """Two sites, one link between them, three telemetry rows, a runbook, a ticket, a prompt."""
    manifest = {
        "name": name,
        "version": "2.0",
        "display_name": "Hello",
        "data_sources": {
            "graph": {
                "connector": "cosmosdb-gremlin",
                "config": {"database": "networkgraph", "graph": f"{name}-topology"},
                "schema_file": "graph_schema.yaml",
            },
            "telemetry": {
                "connector": "cosmosdb-nosql",
                "config": {
                    "database": "telemetry",
                    "container_prefix": name,
                    "containers": [
                        {
                            "name": "LinkTelemetry",
                            "partition_key": "/LinkId",
                            "csv_file": "LinkTelemetry.csv",
                            "id_field": None,
                            "numeric_fields": ["Mbps"],
                        }
                    ],
                },
            },
        },
        "agents": [{"name": "noc", "role": "operator", "instructions_file": "prompts/noc.md"}],
    }
    schema = {
        "data_dir": "data/entities",
        "vertices": [
            {
                "label": "Site",
                "csv_file": "DimSite.csv",
                "id_column": "SiteId",
                "partition_key": "site",
                "properties": ["SiteId", "Name", "City"],
            },
            {
                "label": "Link",
                "csv_file": "DimLink.csv",
                "id_column": "LinkId",
                "partition_key": "link",
                "properties": ["LinkId", "Speed"],
            },
        ],
        "edges": [
            {
                "label": "ends_at",
                "csv_file": "FactEnds.csv",
                "source": {"label": "Link", "property": "LinkId", "column": "LinkId"},
                "target": {"label": "Site", "property": "SiteId", "column": "SiteId"},
            }
        ],
    }
    return {
        "scenario.yaml": yaml_bytes(manifest),
        "graph_schema.yaml": yaml_bytes(schema),
        "data/entities/DimSite.csv": b"SiteId,Name,City\nS1,One,Oslo\nS2,Two,Rome\n",
        "data/entities/DimLink.csv": b"LinkId,Speed\nL1,100\n",
        "data/entities/FactEnds.csv": b"LinkId,SiteId\nL1,S1\nL1,S2\n",
        "data/telemetry/LinkTelemetry.csv": (
            b"Timestamp,LinkId,Mbps\n"
            b"2026-01-01T00:00:00Z,L1,10.5\n"
            b"2026-01-01T00:05:00Z,L1,11.5\n"
            b"2026-01-01T00:10:00Z,L1,\n"
        ),
        "data/knowledge/runbooks/restart.md": b"# Restart a link\n\nTurn it off and on again.\n",
        "data/knowledge/tickets/INC-1.txt": b"Link L1 down\nIt rained.\n",
        "data/prompts/noc.md": b"You look after {graph_name}.\n",
    }


def yaml_bytes(value: Any) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()


def of_slot(files: Mapping[str, bytes], slot: str) -> Files:
    """The files that travel in the slot's tarball."""
    prefixes = ("scenario.yaml", *SLOT_FILES[slot])
    return {name: content for name, content in files.items() if name.startswith(prefixes)}


def tarball(path: Path, files: Mapping[str, bytes]) -> Path:
    """A .tar.gz of exactly these members, in this order."""
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def tarballs(directory: Path, files: Mapping[str, bytes]) -> dict[str, Path]:
    """The pack as it travels: slot to tarball, for each slot that has files."""
    directory.mkdir(parents=True, exist_ok=True)
    return {
        slot: tarball(directory / f"pack-{slot}.tar.gz", of_slot(files, slot))
        for slot in SLOT_FILES
        if any(name.startswith(SLOT_FILES[slot]) for name in files)
    }


# --- random graphs -------------------------------------------------------------------------

LABELS = [
    "Core Router", "a.b", "x`y", "Größe", "Order", "type", "id", "日本", "it's", 'say "hi"',
    "Load", "match", "site", "Site", "back\\slash", "1st", "semi;colon", "%41", "a:b",
]  # fmt: skip
COLUMNS = ["Id", "id", "label", "Name", "name", "partitionKey", "_id", "a b", "x`", "größe", "Set"]
VALUES = ["", "0012", "NULL", "true", "5", "-1.5", "1e3", "é", "a,b", 'q"q', "line\nbreak", " pad "]


@dataclass
class Expected:
    """What a correct load gives, counted from the CSVs by hand."""

    vertices: Counter[str] = field(default_factory=Counter)
    edges: Counter[str] = field(default_factory=Counter)
    dangling: int = 0
    neighbours: dict[tuple[str, str, str], list[tuple[str, str]]] = field(default_factory=dict)
    """(edge label, source label, source id) → sorted (target label, target id)"""


def random_pack(seed: int, name: str) -> tuple[Files, Expected]:
    """A graph pack with repeated edge labels, self-loops, parallel edges, filters, constants,
    ids that two labels share, dangling edges and odd names."""
    rng = random.Random(seed)
    labels = rng.sample(LABELS, rng.randint(2, 5))
    ids = [f"n{i}" for i in range(30)] + ["a/b", "x#y", "q?", "back\\", "sp ace", "ü", "'", '"']
    vertices: list[dict[str, Any]] = []
    members: dict[str, list[str]] = {}
    files: Files = {}
    expected = Expected()
    for number, label in enumerate(labels):
        columns = rng.sample(COLUMNS, rng.randint(2, 5))
        members[label] = rng.sample(ids, rng.randint(3, len(ids)))
        rows = [[each, *(rng.choice(VALUES) for _ in columns[1:])] for each in members[label]]
        files[f"data/entities/V{number}.csv"] = csv_bytes(columns, rows)
        vertices.append(
            {
                "label": label,
                "csv_file": f"V{number}.csv",
                "id_column": columns[0],
                "partition_key": "p",
                "properties": rng.sample(columns, rng.randint(1, len(columns))),
            }
        )
        expected.vertices[label] += len(rows)
    edges: list[dict[str, Any]] = []
    edge_labels = rng.sample(["connects", "part of", "Order", labels[0], "`", "ends_at"], 3)
    for number in range(rng.randint(3, 7)):
        label, source, target = rng.choice(edge_labels), rng.choice(labels), rng.choice(labels)
        rows = [
            [
                rng.choice([*members[source], "nowhere", ""]),
                rng.choice([*members[target], "NOWHERE"]),
                rng.choice(["NO", "on", "0001", ""]),
                rng.choice(VALUES),
            ]
            for _ in range(rng.randint(1, 60))
        ]
        rows += [[each, each, "NO", "loop"] for each in members[source][:2]]
        files[f"data/entities/E{number}.csv"] = csv_bytes(["From", "To", "Kind", "Note"], rows)
        entry: dict[str, Any] = {
            "label": label,
            "csv_file": f"E{number}.csv",
            "source": _end(vertices, source, "From"),
            "target": _end(vertices, target, "To"),
            "properties": [
                {"name": "note", "column": "Note"},
                {"name": "constant", "value": rng.choice([True, 1.0, "1.0", 7])},
            ],
        }
        if rng.random() < 0.6:
            entry["filter"] = {
                "column": "Kind",
                "value": rng.choice(["NO", "on", "0001", ""]),
                "negate": rng.random() < 0.4,
            }
        edges.append(entry)
        _count(expected, entry, rows, members)
    schema = {"data_dir": "data/entities", "vertices": vertices, "edges": edges}
    manifest = {"name": name, "version": "2.0"}
    files |= {"scenario.yaml": yaml_bytes(manifest), "graph_schema.yaml": yaml_bytes(schema)}
    for each in expected.neighbours.values():
        each.sort()
    return files, expected


def _end(vertices: list[dict[str, Any]], label: str, column: str) -> dict[str, str]:
    entry = next(v for v in vertices if v["label"] == label)
    return {"label": label, "property": entry["id_column"], "column": column}


def _count(
    expected: Expected, entry: dict[str, Any], rows: list[list[str]], members: dict[str, list[str]]
) -> None:
    rule = entry.get("filter")
    source, target = entry["source"]["label"], entry["target"]["label"]
    for start, end, kind, _ in rows:
        if rule and (kind == rule["value"]) == rule["negate"]:
            continue
        if start in members[source] and end in members[target]:
            expected.edges[entry["label"]] += 1
            key = (entry["label"], source, start)
            expected.neighbours.setdefault(key, []).append((target, end))
        else:
            expected.dangling += 1


def csv_bytes(header: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


# --- faulty packs --------------------------------------------------------------------------

FAULTS: dict[str, dict[str, bytes]] = {
    "data/entities/DimSite.csv": {
        "duplicate id and a bad byte": b"SiteId,Name,City\nS1,a,b\nS1,c,d\nS2,\xff,e\n",
        "columns missing, an id empty, a short row": b"SiteId,Nam\nS1,a\n,b\nS3\n",
        "another delimiter": b"SiteId;Name;City\nS1;a;b\n",
    },
    "data/entities/DimLink.csv": {"rows of wrong length": b"LinkId,Speed\nL1\n\nL2,1,2\n"},
    "data/entities/FactEnds.csv": {
        "a column missing": b"LinkId,Site\nL1\n",
        "dangling": b"LinkId,SiteId\nL1,S9\nL9,S1\n",
    },
    "data/telemetry/LinkTelemetry.csv": {
        "a column missing": b"Timestamp,LinkId\nx\n",
        "no number": b'Timestamp,LinkId,Mbps\nx,y,"1,5"\n',
    },
    "data/knowledge/runbooks/b.md": {"a bad byte": b"a\n\xff"},
    "data/knowledge/tickets/b.txt": {"UTF-16": "x".encode("utf-16")},
    "data/prompts/noc.md": {"a bad byte": b"a\n\n\xff"},
    "graph_schema.yaml": {
        "unknown label": base_pack()["graph_schema.yaml"].replace(b"label: Site", b"label: Sit", 1),
        "broken": b"vertices:\n\t- label: Site\n",
    },
    "scenario.yaml": {
        "a key twice": base_pack()["scenario.yaml"] + b"agents: []\n",
        "a wrong type": base_pack()["scenario.yaml"] + b"paths: []\n",
        "instructions missing": base_pack()["scenario.yaml"].replace(b"noc.md", b"none.md"),
    },
}


def faulty_pack(seed: int) -> Files:
    """The base pack with one to four of its files made faulty."""
    rng = random.Random(seed)
    spoilt = rng.sample(sorted(FAULTS), rng.randint(1, 4))
    return base_pack() | {file: rng.choice(list(FAULTS[file].values())) for file in spoilt}
