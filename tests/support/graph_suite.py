"""What every graph store must do, whatever it keeps graphs in. A test class inherits it and
says how graphs are loaded and how its language asks."""

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from graph_query_api.errors import PartNotFound, QueryRefused
from graph_query_api.graphs.catalog import GraphCatalog
from graph_query_api.graphs.ids import edge_id, vertex_id
from graph_query_api.graphs.protocol import GraphStore
from graph_query_api.spool import Spool
from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import parse_manifest
from scenario_pack.schema import load_graph_schema
from support.graph_by_hand import graph_by_hand
from support.graph_files import vertices
from support.packs import Files, csv_bytes, random_pack, typed_pack, yaml_bytes

ROOT = Path(__file__).parents[2]
AIR_ROUTES = ROOT / "tests" / "packs" / "air-routes"
MAX_ROWS = 200
NAME = "x"

STRANGE = [
    *("jan$", "${1+1}", "O'Brien", "a\\b", "'''", 'say "hi"', "new\nline", "g.V().drop()", "#0"),
    *("a#1", "ü 日本", "नाम", "%3A:", "😀", " lead", "x" * 300, "id", "label", "sl_n", "pk"),
]
"""Ids, labels, property names and constants that must mean nothing but themselves."""


def strange_pack() -> Files:
    one, other = "${1+1} O'Brien's\n\\", "Core Router"
    names = ["key", *STRANGE]
    rows = [[each, *(STRANGE[n:] + STRANGE[:n])] for n, each in enumerate(STRANGE)]
    schema = {
        "data_dir": "data",
        "vertices": [
            {
                "label": one,
                "csv_file": "A.csv",
                "id_column": "key",
                "partition_key": "p",
                "properties": names,
            },
            {
                "label": other,
                "csv_file": "B.csv",
                "id_column": "id",
                "partition_key": "p",
                "properties": ["id"],
            },
        ],
        "edges": [
            {
                "label": label,
                "csv_file": "E.csv",
                "source": {"label": one, "property": "key", "column": "from"},
                "target": {"label": target, "property": key, "column": "to"},
                "properties": [{"name": each, "value": each} for each in STRANGE[:8]],
            }
            for label, target, key in ((one, one, "key"), ("'); g.V().drop()", other, "id"))
        ],
    }
    return {
        "graph_schema.yaml": yaml_bytes(schema),
        "data/A.csv": csv_bytes(names, rows),
        "data/B.csv": csv_bytes(["id"], [[each] for each in STRANGE]),
        "data/E.csv": csv_bytes(
            ["from", "to"],
            [*map(list, zip(STRANGE, reversed(STRANGE), strict=True)), STRANGE[:2]],
        ),
    }


def small_air_routes() -> Files:
    """Austin, its 98 neighbours, and the routes among the busiest of them."""
    files = _files(AIR_ROUTES)
    data = {name: _rows(files[f"data/entities/{name}.csv"]) for name in _AIR_ROUTES_FILES}
    routes = data["FactRoute"]
    (austin,) = (row["AirportId"] for row in data["DimAirport"] if row["Code"] == "AUS")
    kept = {row["ToAirportId"] for row in routes if row["FromAirportId"] == austin} | {austin}
    busy = {*sorted(kept, key=int)[:12], austin}
    data["DimAirport"] = [row for row in data["DimAirport"] if row["AirportId"] in kept]
    data["FactContains"] = [row for row in data["FactContains"] if row["AirportId"] in kept]
    data["FactRoute"] = [
        row
        for row in routes
        if {row["FromAirportId"], row["ToAirportId"]} <= kept
        and busy & {row["FromAirportId"], row["ToAirportId"]}
    ]
    for name, rows in data.items():
        header = [*rows[0]]
        files[f"data/entities/{name}.csv"] = csv_bytes(header, [[*row.values()] for row in rows])
    return files


_AIR_ROUTES_FILES = ("DimAirport", "FactContains", "FactRoute")

PACKS: Mapping[str, Callable[[], Files]] = {
    "typed": typed_pack,
    "strange": strange_pack,
    "random-3": lambda: random_pack(3, NAME)[0],
    "random-31": lambda: random_pack(31, NAME)[0],
    "metro-fibre": lambda: _files(ROOT / "samples" / "metro-fibre"),
    "air-routes": lambda: _files(AIR_ROUTES),
}

Load = Callable[[Path, Mapping[str, bytes], str], GraphCatalog]
"""Of a pack, with a folder to work in, under a generation."""


@dataclass
class Graphs:
    """A store and the way that a load takes into it, for tests that need not know of coroutines."""

    store: GraphStore
    load_pack: Load
    folder: Path
    runner: asyncio.Runner
    packs: Mapping[str, Callable[[], Files]] = field(default_factory=lambda: PACKS)
    generations: dict[str, str] = field(default_factory=dict)
    topologies: dict[str, Any] = field(default_factory=dict)

    def load(self, files: Mapping[str, bytes]) -> str:
        generation = uuid4().hex
        folder = self.folder / generation
        folder.mkdir()
        self.load_pack(folder, files, generation)
        return generation

    def pack(self, name: str) -> str:
        """Loaded once for all tests."""
        if name not in self.generations:
            self.generations[name] = self.load(self.packs[name]())
        return self.generations[name]

    def topology(
        self, generation: str, labels: list[str] | None = None, limit: int = 100_000
    ) -> Any:
        return self._read(self.store.topology(NAME, generation, labels, limit))

    def whole(self, name: str) -> Any:
        """The topology of a pack, read once for all tests."""
        if name not in self.topologies:
            self.topologies[name] = self.topology(self.pack(name))
        return self.topologies[name]

    def query(self, generation: str, query: str, **parameters: Any) -> Any:
        return self._read(self.store.query(NAME, generation, query, parameters))

    def drop(self, generation: str) -> bool:
        return self.runner.run(_same(self.store.drop(NAME, generation)))

    def _read(self, asked: Awaitable[Spool]) -> Any:
        async def text() -> bytes:
            return b"".join([chunk async for chunk in (await asked).chunks()])

        return json.loads(self.runner.run(text()))


async def _same(asked: Awaitable[bool]) -> bool:
    return await asked


class GraphSuite:
    """Its module has a fixture ``graphs`` for all of it."""

    NEIGHBOURS: str
    """Column ``id``: the airports to which there is a route from that with parameter ``code``"""
    ROW: str
    """Columns ``code``, ``runways`` and ``longitude`` of that airport"""
    AIRPORT: str
    """That airport as a whole, whatever the column is called"""
    ROUTES: str
    """Routes from that airport as a whole"""
    ALL: str
    """All airports of the graph"""
    BY_VALUE: str
    """The vertices of the strange pack whose property ``jan$`` is parameter ``wanted``"""
    WRITING: str

    @pytest.mark.parametrize("pack", PACKS)
    def test_it_holds_what_is_in_the_files(self, graphs: Graphs, pack: str) -> None:
        found = graphs.whole(pack)
        nodes, edges = by_hand(graphs.packs[pack](), graphs.folder)
        assert list(map(_strict, found["nodes"])) == list(map(_strict, nodes))
        assert sorted(map(_strict, found["edges"])) == sorted(map(_strict, edges))
        assert len({each["id"] for each in edges}) == len(edges)
        counted = {"vertices": len(nodes), "edges": len(edges)}
        assert found["meta"]["returned"] == counted
        assert not found["meta"]["truncated"]
        for part, elements in (("vertices", nodes), ("edges", edges)):
            rows = {label: n for label, n in found["meta"][part].items() if n}
            assert rows == Counter(each["label"] for each in elements)

    def test_neighbours_and_rows(self, graphs: Graphs) -> None:
        generation = graphs.pack("air-routes")
        found = graphs.query(generation, self.NEIGHBOURS, code="AUS")
        routes = graphs.whole("air-routes")["edges"]
        (row,) = (graphs.query(generation, self.ROW, code="AUS"))["data"]
        assert _strict(row) == _strict(
            {"code": "AUS", "runways": 2, "longitude": -97.6698989868164}
        )
        (column,) = found["columns"]
        assert (column["name"], column["type"]) == ("id", "text")
        ids = {row["id"] for row in found["data"]}
        assert len(found["data"]) == len(ids) == 98
        targets = {
            e["target"] for e in routes if e["label"] == "route" if e["source"] == "Airport:3"
        }
        assert {f"Airport:{each}" for each in ids} == targets

    def test_whole_elements_look_as_in_the_topology(self, graphs: Graphs) -> None:
        generation = graphs.pack("air-routes")
        topology = graphs.whole("air-routes")
        (row,) = (graphs.query(generation, self.AIRPORT, code="AUS"))["data"]
        assert [*row.values()] == [each for each in topology["nodes"] if each["id"] == "Airport:3"]
        found = graphs.query(generation, self.ROUTES, code="AUS")
        (column,) = found["columns"]
        assert column["type"] == "edge"
        edges = [{**row[column["name"]], "id": ""} for row in found["data"]]
        wanted = [
            {**each, "id": ""}
            for each in topology["edges"]
            if each["source"] == "Airport:3" and each["label"] == "route"
        ]
        assert sorted(map(_strict, edges)) == sorted(map(_strict, wanted))

    def test_rows_beyond_the_limit_are_cut_and_writing_is_refused(self, graphs: Graphs) -> None:
        generation = graphs.load(
            vertices({"A": "id\n" + "".join(f"{n}\n" for n in range(MAX_ROWS + 1))})
        )
        found = graphs.query(generation, self.ALL)
        assert (len(found["data"]), found["truncated"]) == (MAX_ROWS, True)
        with pytest.raises(QueryRefused):
            graphs.query(generation, self.WRITING)
        assert (graphs.topology(generation))["meta"]["vertices"] == {"A": MAX_ROWS + 1}

    @pytest.mark.parametrize("wanted", ["${1+1}", "O'Brien", "a\\b", "new\nline"])
    def test_values_mean_nothing_but_themselves(self, graphs: Graphs, wanted: str) -> None:
        generation = graphs.pack("strange")
        (row,) = (graphs.query(generation, self.BY_VALUE, wanted=wanted))["data"]
        ((found),) = row.values()
        assert found["properties"]["jan$"] == wanted

    def test_the_limit_is_shared_fairly_among_labels(self, graphs: Graphs) -> None:
        many = "".join(f"{i:03}\n" for i in range(50))
        links = "".join(f"{i:03},{(i + 1) % 50:03}\n" for i in range(50))
        files = vertices(
            {"Big": f"id\n{many}", "Small": "id\na\nb\n", "Large": f"id\n{many}"},
            {"Big next Big": f"s,t\n{links}", "Big near Small": "s,t\n000,a\n049,b\n"},
        )
        generation = graphs.load(files)
        found = graphs.topology(generation, limit=20)
        assert Counter(n["label"] for n in found["nodes"]) == {"Big": 9, "Small": 2, "Large": 9}
        ids = [node["id"] for node in found["nodes"]]
        assert ids[:9] == [f"Big:{n:03}" for n in range(9)]
        assert all(edge["source"] in ids and edge["target"] in ids for edge in found["edges"])
        assert Counter(e["label"] for e in found["edges"]) == {"next": 8, "near": 1}
        assert found["meta"] == {
            "vertices": {"Big": 50, "Small": 2, "Large": 50},
            "edges": {"next": 50, "near": 2},
            "returned": {"vertices": 20, "edges": 9},
            "truncated": True,
        }
        small = graphs.topology(generation, labels=["Small"])
        assert [node["id"] for node in small["nodes"]] == ["Small:a", "Small:b"]
        assert (small["edges"], small["meta"]["truncated"]) == ([], False)
        with pytest.raises(QueryRefused, match=r"'Tiny'.*Big, Small, Large"):
            graphs.topology(generation, labels=["Tiny"])

    def test_edge_ids_are_unique_however_ids_are_written(self, graphs: Graphs) -> None:
        files = vertices(
            {"A": "id\na->A:b\na\nb->A:b\n%\n%25\nb\n#1\n"},
            {"A e A": "s,t\na->A:b,b\na,b->A:b\na,b\na,b\n%,#1\n%25,#1\n"},
        )
        edges = (graphs.topology(graphs.load(files)))["edges"]
        ids = [edge["id"] for edge in edges]
        assert len(ids) == len(set(ids)) == 6
        assert {"e:A:a->A:b", "e:A:a->A:b#1"} <= set(ids)

    def test_a_load_is_dropped_and_the_others_stay(self, graphs: Graphs) -> None:
        files = vertices({"A": "id\n1\n2\n"}, {"A e A": "s,t\n1,2\n2,1\n1,1\n"})
        old, new = [graphs.load(files) for _ in range(2)]
        for _ in range(2):
            assert graphs.drop(old)
            with pytest.raises(PartNotFound):
                graphs.topology(old)
            with pytest.raises(PartNotFound):
                graphs.query(old, self.ALL)
        assert (graphs.topology(new))["meta"]["returned"] == {"vertices": 2, "edges": 3}


def by_hand(files: Files, folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Nodes in the order of the topology, and edges."""
    paths = {name: folder / f"{uuid4().hex}" for name in files}
    for name, path in paths.items():
        path.write_bytes(files[name])
    pack = ScenarioFolder(paths)
    schema = load_graph_schema(pack, parse_manifest("name: x"))
    wanted = {e.csv_file for e in schema.vertices} | {e.csv_file for e in schema.edges}
    graph = graph_by_hand({name: files[name].decode() for name in wanted}, schema)
    nodes = [
        {"id": vertex_id(label, key), "label": label, "properties": _present(values)}
        for label, of_label in graph.vertices.items()
        for key, values in sorted(of_label.items())
    ]
    edges = []
    for label, source_label, target_label, source, target, number, values in graph.edges:
        start, end = vertex_id(source_label, source), vertex_id(target_label, target)
        edges.append(
            {
                "id": edge_id(label, start, end, number),
                "source": start,
                "target": end,
                "label": label,
                "properties": _present(values),
            }
        )
    return nodes, edges


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _strict(element: Any) -> str:
    """Tells 1 from 1.0 and from true."""
    return json.dumps(element, sort_keys=True)


def _files(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".yaml", ".csv"} and "telemetry" not in path.parts
    }


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
