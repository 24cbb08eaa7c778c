"""Graph load, tarball to queryable, against the engine's own load of the same CSVs."""

import random
from pathlib import Path

import ladybug

from benchmarks.direct import load_slot
from benchmarks.measure import Result, side_by_side
from support.packs import csv_bytes, tarball, yaml_bytes
from support.stack import running

VERTICES, EDGES = 100_000, 500_000


def measure(folder: Path, repeats: int) -> list[Result]:
    files = graph_pack()
    tar = tarball(folder / "bench-graph.tar.gz", files)
    for name in ("Node.csv", "Link.csv"):
        (folder / name).write_bytes(files[f"data/entities/{name}"])
    with running(folder / "stack") as stack:
        return [
            side_by_side(
                "graph of 100,000 + 500,000 / the engine's own load",
                lambda: load_slot(stack, "graph", tar),
                lambda: engine_load(folder),
                limit=2,
                repeats=repeats,
            )
        ]


def graph_pack() -> dict[str, bytes]:
    rng = random.Random(1)
    nodes = [
        [f"N{i:07}", f"node {i}", rng.choice(["Oslo", "Rome", "Paris"]), f"{rng.random():.5f}"]
        for i in range(VERTICES)
    ]
    links = [
        [f"N{rng.randrange(VERTICES):07}", f"N{rng.randrange(VERTICES):07}", f"{rng.random():.5f}"]
        for _ in range(EDGES)
    ]
    schema = {
        "data_dir": "data/entities",
        "vertices": [
            {
                "label": "Node",
                "csv_file": "Node.csv",
                "id_column": "Id",
                "partition_key": "node",
                "properties": ["Name", "City", "Load"],
            }
        ],
        "edges": [
            {
                "label": "links",
                "csv_file": "Link.csv",
                "source": {"label": "Node", "property": "Id", "column": "From"},
                "target": {"label": "Node", "property": "Id", "column": "To"},
                "properties": [{"name": "Weight", "column": "Weight"}],
            }
        ],
    }
    return {
        "scenario.yaml": yaml_bytes({"name": "bench", "version": "2.0"}),
        "graph_schema.yaml": yaml_bytes(schema),
        "data/entities/Node.csv": csv_bytes(["Id", "Name", "City", "Load"], nodes),
        "data/entities/Link.csv": csv_bytes(["From", "To", "Weight"], links),
    }


def engine_load(folder: Path) -> None:
    """What Ladybug needs by itself: tables, COPY, checkpoint, and a first query after reopening."""
    path = folder / "engine.lbug"
    database = ladybug.Database(str(path), buffer_pool_size=512 << 20, max_db_size=16 << 30)
    connection = ladybug.Connection(database, num_threads=2)
    for statement in (
        "CREATE NODE TABLE Node(Id STRING PRIMARY KEY, Name STRING, City STRING, Load DOUBLE)",
        "CREATE REL TABLE links(FROM Node TO Node, Weight DOUBLE)",
        f"COPY Node FROM '{folder / 'Node.csv'}' (HEADER=true, PARALLEL=false)",
        f"COPY links FROM '{folder / 'Link.csv'}' (HEADER=true, PARALLEL=false)",
        "CHECKPOINT",
    ):
        connection.execute(statement)
    connection.close()
    database.close()
    database = ladybug.Database(str(path), read_only=True, buffer_pool_size=256 << 20)
    connection = ladybug.Connection(database)
    result = connection.execute("MATCH (n:Node) RETURN count(n)")
    assert isinstance(result, ladybug.QueryResult)
    assert result.get_next() == [VERTICES]
    connection.close()
    database.close()
    path.unlink()
