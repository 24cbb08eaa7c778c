"""What a tarball becomes for Fabric, read back from the Parquet files."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.provisioning.model import EdgeTable, NodeTable
from app.provisioning.parquet import ARROW_TYPES
from app.provisioning.preparing import run
from app.provisioning.request import Preparation, PrepareRequest
from scenario_pack.archive import Limits
from scenario_pack.manifest import parse_manifest
from scenario_pack.problems import PackError
from scenario_pack.schema import load_graph_schema
from scenario_pack.validation import validate
from support.graph_by_hand import graph_by_hand
from support.graph_files import vertices, write_pack
from support.packs import (
    Files,
    base_pack,
    faulty_pack,
    of_slot,
    random_pack,
    tarball,
    typed_pack,
    yaml_bytes,
)

Progress = list[tuple[str, dict[str, Any]]]


class Prepared:
    def __init__(self, folder: Path, files: Files, *, check_only: bool = False) -> None:
        self.work = folder / "work"
        self.work.mkdir(parents=True)
        self.told: Progress = []
        archive = tarball(folder / "pack.tar.gz", files)
        request = PrepareRequest(str(archive), str(self.work), "my-scenario", check_only, Limits())
        asked = json.loads(json.dumps(request.as_dict()))
        self.result = json.loads(json.dumps(run(asked, lambda *told: self.told.append(told))))
        self.preparation = Preparation.from_dict(self.result)
        self.graph = self.preparation.graph

    def table(self, name: str) -> pa.Table:
        return pq.read_table(self.work / self.preparation.parquet[name])

    def vertices(self, node: NodeTable) -> dict[str, dict[str, Any]]:
        """Key → properties under the pack's names."""
        table = self.table(node.table)
        assert table.schema == schema_of([(each.name, each.type) for each in node.columns])
        assert table.num_rows == node.rows
        named = table.rename_columns([each.property for each in node.columns]).to_pylist()
        rows = {row[node.key.property]: row for row in named}
        assert len(rows) == len(named)
        return rows

    def edges(self, edge: EdgeTable) -> list[tuple[str, str, dict[str, Any]]]:
        table = self.table(edge.table)
        ends = [("source_key", "text"), ("target_key", "text")]
        assert table.schema == schema_of([*ends, *((c.name, c.type) for c in edge.columns)])
        assert table.num_rows == edge.rows
        names = ["source_key", "target_key", *(each.property for each in edge.columns)]
        lists = [column.to_pylist() for column in table.columns]
        return [
            (source, target, dict(zip(names[2:], values, strict=True)))
            for source, target, *values in zip(*lists, strict=True)
        ]


def schema_of(columns: list[tuple[str, Any]]) -> pa.Schema:
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns])


def as_written(value: Mapping[str, Any]) -> str:
    """1 and 1.0 and True are three values, and None is one."""
    return repr(sorted(value.items()))


PACKS: dict[str, Files] = {
    "base": base_pack(),
    "typed": typed_pack(),
    **{f"random {seed}": random_pack(seed, "random")[0] for seed in range(8)},
}


@pytest.mark.parametrize("name", PACKS)
def test_every_row_against_the_csvs_by_hand(tmp_path: Path, name: str) -> None:
    files = of_slot(PACKS[name], "graph")
    prepared = Prepared(tmp_path, files)
    folder = write_pack(tmp_path / "pack", files)
    schema = load_graph_schema(folder, parse_manifest("name: x"))
    texts = {each: folder.text(each) for each in folder.names() if each.endswith(".csv")}
    expected = graph_by_hand(texts, schema)

    assert {each.label: prepared.vertices(each) for each in prepared.graph.nodes} == (
        expected.vertices
    )
    for each in prepared.graph.nodes:
        for key, row in prepared.vertices(each).items():
            assert as_written(row) == as_written(expected.vertices[each.label][key])
    found = Counter(
        (edge.label, edge.source, edge.target, source, target, as_written(row))
        for edge in prepared.graph.edges
        for source, target, row in prepared.edges(edge)
    )
    assert found == Counter((*each[:5], as_written(each[6])) for each in expected.edges)

    dangling = sum(len(rows) for _, rows in expected.dangling)
    counts = prepared.preparation.counts
    assert counts["vertices"] == {label: len(rows) for label, rows in expected.vertices.items()}
    assert Counter(counts["edges"]) == Counter(each[0] for each in expected.edges)
    assert counts["dangling"] == dangling
    assert sum(each["count"] for each in prepared.preparation.warnings) == dangling


def test_the_base_pack(tmp_path: Path) -> None:
    prepared = Prepared(tmp_path, of_slot(base_pack(), "graph"))
    graph = prepared.graph
    assert [each.table for each in graph.tables] == [
        "my_scenario__Site", "my_scenario__Link", "my_scenario__Link_ends_at_Site",
    ]  # fmt: skip
    assert prepared.preparation.parquet == {
        each.table: f"parquet/{each.table}.parquet" for each in graph.tables
    }
    site, link = graph.nodes
    assert [each.name for each in site.columns] == ["SiteId", "Name", "City"]
    assert prepared.vertices(link) == {"L1": {"LinkId": "L1", "Speed": 100}}
    assert prepared.edges(graph.edges[0]) == [("L1", "S1", {}), ("L1", "S2", {})]
    assert prepared.result["names"] == {}
    assert prepared.preparation.scenario_metadata["display_name"] == "Hello"
    config = prepared.preparation.scenario_metadata["config"]
    assert config["name"] == "my-scenario"
    assert (prepared.result["warnings"], prepared.result["graph_styles"]) == ([], {})


def test_the_csvs_lie_where_their_paths_in_the_lakehouse_say(tmp_path: Path) -> None:
    files = of_slot(base_pack(), "graph")
    odd = "Dim+Site (1)%20ü.csv"
    files[f"data/entities/{odd}"] = files.pop("data/entities/DimSite.csv")
    files["graph_schema.yaml"] = files["graph_schema.yaml"].replace(b"DimSite.csv", odd.encode())
    files["data/entities/Unnamed.csv"] = b"nobody,asks\n"
    prepared = Prepared(tmp_path, files)
    paths = prepared.graph.files
    assert paths[f"data/entities/{odd}"] == (
        "Files/scenarios/my-scenario/data/entities/Dim_Site _1_20ü.csv"
    )
    assert paths.keys() == {f"data/entities/{n}" for n in (odd, "DimLink.csv", "FactEnds.csv")}
    for name, path in paths.items():
        assert (prepared.work / path).read_bytes() == files[name]


def in_pack(files: Files) -> Files:
    return {"scenario.yaml": yaml_bytes({"name": "x", "version": "2.0"}), **files}


def test_ids_stay_text_and_the_id_column_comes_first(tmp_path: Path) -> None:
    files = vertices(
        {"A": "id,n,f,b,t\n0012,9007199254740993,1,true,007\n1e3,-2,2.5,FALSE,x\n2404.10,,,,\n"},
        {"A near A": "s,t,w\n0012,0012,1\n0012,1e3,2\n0012,1e3,2\n12,1e3,9\n"},
    )
    schema = files["graph_schema.yaml"].replace(b"  - id\n  - n\n", b"  - n\n  - id\n")
    assert schema != files["graph_schema.yaml"]
    prepared = Prepared(tmp_path, in_pack({**files, "graph_schema.yaml": schema}))
    (node,), (edge,) = prepared.graph.nodes, prepared.graph.edges
    assert node.columns[0].name == "id"
    assert list(prepared.vertices(node).values()) == [
        {"id": "0012", "n": 9007199254740993, "f": 1.0, "b": True, "t": "007"},
        {"id": "1e3", "n": -2, "f": 2.5, "b": False, "t": "x"},
        {"id": "2404.10", "n": None, "f": None, "b": None, "t": None},
    ]
    assert prepared.edges(edge) == [
        ("0012", "0012", {"w": 1}), ("0012", "1e3", {"w": 2}), ("0012", "1e3", {"w": 2}),
    ]  # fmt: skip
    assert prepared.preparation.counts == {
        "vertices": {"A": 3},
        "edges": {"near": 3},
        "dangling": 1,
    }


def test_tables_without_rows_keep_their_columns(tmp_path: Path) -> None:
    files = vertices(
        {"A": "id\n1\n", "B": "id,x\n"}, {"A e B": "s,t,w\n", "B e A": "s,t,w\n9,1,2\n"}
    )
    prepared = Prepared(tmp_path, in_pack(files))
    assert prepared.vertices(prepared.graph.nodes[1]) == {}
    assert [prepared.edges(each) for each in prepared.graph.edges] == [[], []]
    assert {each.edge_type for each in prepared.graph.edges} == {"e"}
    assert len({each.table for each in prepared.graph.edges}) == 2


def test_a_label_whose_entries_have_ids_of_different_names(tmp_path: Path) -> None:
    files = vertices({"A": "id,x\n1,2\n", "B": "code,x\nc,3\n"})
    files["graph_schema.yaml"] = files["graph_schema.yaml"].replace(b"label: B", b"label: A")
    prepared = Prepared(tmp_path, in_pack(files))
    (node,) = prepared.graph.nodes
    assert prepared.vertices(node) == {
        "1": {"id": "1", "x": 2, "code": None},
        "c": {"id": "c", "x": 3, "code": "c"},
    }


def test_names_that_fabric_does_not_take(tmp_path: Path) -> None:
    files = vertices(
        {"core.router": "Id,id,source_key,a b\n1,2,3,4\n", "Core.Router": "Id,a b\n1,x\n"},
        {"core.router core.router Core.Router": "s,t,source_key\n1,1,5\n"},
    )
    prepared = Prepared(tmp_path, in_pack(files))
    names = prepared.result["names"]
    for kind, labels in (
        ("vertices", {"core.router", "Core.Router"}),
        ("edges", {"core.router"}),
    ):
        assert set(names[kind].values()) == labels
    first, second = prepared.graph.nodes
    assert {c.property: c.name for c in first.columns}["a b"] == "a_b_integer"
    assert {c.property: c.name for c in second.columns}["a b"] == "a_b_text"
    assert prepared.vertices(first)["1"] == {"Id": "1", "id": 2, "source_key": 3, "a b": 4}
    assert prepared.edges(prepared.graph.edges[0]) == [("1", "1", {"source_key": 5})]


def test_check_only_gives_the_verdict_and_writes_nothing(tmp_path: Path) -> None:
    files = of_slot(typed_pack(), "graph")
    checked = Prepared(tmp_path / "checked", files, check_only=True)
    prepared = Prepared(tmp_path / "prepared", files)
    assert checked.result == {**prepared.result, "parquet": {}}
    assert not list(checked.work.rglob("*.parquet"))
    assert not (checked.work / "Files").exists()


def test_progress_tells_rows_and_never_falls(tmp_path: Path) -> None:
    rows = "".join(f"{n}\n" for n in range(250_000))
    told = Prepared(tmp_path, in_pack(vertices({"A": f"id\n{rows}"}))).told
    assert {(event, data["step"]) for event, data in told} == {("progress", "graph")}
    percentages = [data["pct"] for _, data in told]
    assert percentages == sorted(percentages)
    assert percentages[-1] == 99
    written = [data["detail"] for _, data in told if data["detail"].startswith("Writing A")]
    assert len(written) > 1
    assert written[-1] == "Writing A: 250,000 of 250,000 rows"


@pytest.mark.parametrize("seed", range(12))
def test_problems_are_those_of_the_pack(tmp_path: Path, seed: int) -> None:
    """As the other loader finds them, and with nothing written."""
    files = of_slot(faulty_pack(seed), "graph")
    archive = tarball(tmp_path / "x-graph.tar.gz", files)
    report = validate(archive, tmp_path / "judged", ["graph"])
    problems = [*report.problems, *report.parts[0].problems]
    if not problems:
        Prepared(tmp_path / "p", files)
        return
    with pytest.raises(PackError) as caught:
        Prepared(tmp_path / "p", files)
    assert list(caught.value.problems) == problems
    assert not (tmp_path / "p" / "work" / "parquet").exists()


@pytest.mark.parametrize("missing", ["scenario.yaml", "graph_schema.yaml"])
def test_tables_alone_are_no_graph(tmp_path: Path, missing: str) -> None:
    files = of_slot(base_pack(), "graph")
    del files[missing]
    with pytest.raises(PackError) as caught:
        Prepared(tmp_path, files)
    assert caught.value.problems[0].file == missing


def test_limits_hold(tmp_path: Path) -> None:
    archive = tarball(tmp_path / "pack.tar.gz", of_slot(base_pack(), "graph"))
    limits = Limits(max_members=2)
    request = PrepareRequest(str(archive), str(tmp_path / "work"), "hello", False, limits)
    (tmp_path / "work").mkdir()
    with pytest.raises(PackError, match="2"):
        run(asdict(request), lambda *_: None)
