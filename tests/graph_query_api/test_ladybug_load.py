"""A load into the engine against counts and neighbours from the CSVs alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from graph_query_api.graphs.catalog import GraphCatalog, LoadNotVerified, catalog_path
from graph_query_api.graphs.ladybug import load as ladybug_load
from graph_query_api.graphs.ladybug.worker import GraphFile
from support.graph_files import graph_file, vertices


def ask(path: Path, **request: Any) -> dict[str, Any]:
    pieces = GraphFile(path).answer({"timeout": 20, **request})
    answer: dict[str, Any] = json.loads("".join(pieces))
    return answer


def topology(path: Path, labels: list[str] | None = None, limit: int = 100_000) -> dict[str, Any]:
    return ask(path, kind="topology", labels=labels, limit=limit)


def test_nothing_lies_beside_the_finished_file(tmp_path: Path) -> None:
    target = tmp_path / "made" / "graph-7.lbug"
    path, catalog = graph_file(tmp_path, vertices({"A": "id,x\n1,2\n"}), target)
    assert sorted(each.name for each in path.parent.iterdir()) == ["graph-7.json", "graph-7.lbug"]
    assert list((tmp_path / "work").glob("*lbug*")) == []
    assert GraphCatalog.load(catalog_path(path)) == catalog


def test_names_the_engine_cannot_hold(tmp_path: Path) -> None:
    files = vertices(
        {"core.router": "Id,id,_key,x`y\n1,a,b,c\n", "Core.Router": "Id\n1\n", "`": "id\nz\n"},
        {"core.router core.router Core.Router": "s,t,_n,ID,id\n1,1,5,6,7\n"},
    )
    path, catalog = graph_file(tmp_path, files)
    assert (
        catalog.names()
        == {
            "vertices": {"core_router": "core.router", "Core_Router_2": "Core.Router", "_": "`"},
            "edges": {"core_router_3": "core.router"},
            "properties": {
                "core.router": {"id_2": "id", "_key_2": "_key", "x_y": "x`y"},
            },
        }
        or catalog.names()["properties"]["core.router"]
    )
    graph = topology(path)
    nodes = {node["id"]: node["properties"] for node in graph["nodes"]}
    assert nodes == {
        "core.router:1": {"Id": "1", "id": "a", "_key": "b", "x`y": "c"},
        "Core.Router:1": {"Id": "1"},
        "`:z": {"id": "z"},
    }
    (edge,) = graph["edges"]
    assert (edge["label"], edge["properties"]) == ("core.router", {"_n": 5, "ID": 6, "id": 7})
    result = ask(
        path, kind="query", query="MATCH (n)-[r]->() RETURN n, r", parameters={}, max_rows=5
    )
    assert result["data"][0]["n"]["properties"] == nodes["core.router:1"]
    assert result["data"][0]["r"]["properties"] == {"_n": 5, "ID": 6, "id": 7}


def test_progress_counts_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladybug_load, "ROWS_A_BATCH", 2048)
    told: list[tuple[str, int, int | None]] = []
    rows = "".join(f"v{i}\n" for i in range(10_000))
    graph_file(
        tmp_path, vertices({"A": f"id\n{rows}"}), on_progress=lambda *each: told.append(each)
    )
    written = [done for what, done, _ in told if what == "Writing A"]
    assert written == sorted(set(written))
    assert len(written) > 3
    assert told[-1] == ("Loading A", 10_000, 10_000)


def test_a_load_that_lost_rows_is_no_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(*arguments: Any) -> None:
        return None

    monkeypatch.setattr(ladybug_load, "_copy", forgetful)
    target = tmp_path / "graph-1.lbug"
    with pytest.raises(LoadNotVerified, match=r"A: 1 rows were prepared, but the graph holds 0"):
        graph_file(tmp_path, vertices({"A": "id\n1\n"}), target)
    assert not target.exists()


def test_edges_come_whole_whatever_the_size_of_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = "".join(f"{i}\n" for i in range(40))
    links = "".join(f"{i % 40},{(i * 7) % 40},{i}\n" for i in range(200))
    path, _ = graph_file(tmp_path, vertices({"A": f"id\n{ids}"}, {"A e A": f"s,t,n\n{links}"}))
    whole = topology(path)["edges"]
    monkeypatch.setattr("graph_query_api.graphs.ladybug.topology.EDGES_A_QUERY", 10)
    assert topology(path)["edges"] == whole
    assert sorted(edge["properties"]["n"] for edge in whole) == list(range(200))
