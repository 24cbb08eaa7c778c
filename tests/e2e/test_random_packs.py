"""Generated packs with every odd thing the format allows, against counts from their CSVs."""

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from scenario_pack.validation import validate
from support.jobs import load, step, topology
from support.packs import faulty_pack, random_pack, tarballs

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_and_neighbours(client: httpx.Client, tmp_path: Path, seed: int) -> None:
    name = f"random-{seed}"
    files, expected = random_pack(seed, name)
    job = load(client, name, tarballs(tmp_path, files))
    assert job["status"] == "done", job
    result = step(job, "graph")["result"]
    loaded = {label: n for label, n in result["edges"].items() if n}
    assert result["vertices"] == expected.vertices
    assert loaded == expected.edges
    assert result["dangling"] == expected.dangling

    graph = topology(client, name, limit=100_000)
    assert Counter(node["label"] for node in graph["nodes"]) == expected.vertices
    assert Counter(edge["label"] for edge in graph["edges"]) == expected.edges
    assert len({edge["id"] for edge in graph["edges"]}) == len(graph["edges"])

    # ids: "{label}:{id value}" with % and : of the label encoded
    neighbours: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for edge in graph["edges"]:
        (source, source_id), (target, target_id) = map(split_id, (edge["source"], edge["target"]))
        neighbours.setdefault((edge["label"], source, source_id), []).append((target, target_id))
    assert {key: sorted(ends) for key, ends in neighbours.items()} == expected.neighbours


def split_id(vertex_id: str) -> tuple[str, str]:
    label, _, value = vertex_id.partition(":")
    return unquote(label), value


def test_ids_stay_the_same_between_loads(client: httpx.Client, tmp_path: Path) -> None:
    files, _ = random_pack(99, "stable-ids")
    packed = tarballs(tmp_path, files)
    ids = []
    for _ in range(2):
        assert load(client, "stable-ids", packed)["status"] == "done"
        graph = topology(client, "stable-ids", limit=100_000)
        ids.append(
            (
                sorted(node["id"] for node in graph["nodes"]),
                sorted((e["id"], str(e["properties"])) for e in graph["edges"]),
            )
        )
    assert ids[0] == ids[1]


PLACE = ("file", "row", "line", "column", "detail")

Verdict = tuple[str, list[tuple[Any, ...]]]


@pytest.mark.parametrize("seed", range(6))
def test_validation_a_check_and_a_load_find_the_same(
    client: httpx.Client, tmp_path: Path, seed: int
) -> None:
    packed = tarballs(tmp_path / "packed", faulty_pack(seed))
    expected = {slot: verdict(path, tmp_path / slot) for slot, path in packed.items()}
    for fields in ({"check_only": "true"}, {}):
        job = load(client, f"faulty-{seed}", packed, **fields)
        steps = {slot: step(job, slot) for slot in packed}
        assert {
            slot: (each["status"], places(each["problems"] or [])) for slot, each in steps.items()
        } == expected


def verdict(path: Path, work: Path) -> Verdict:
    work.mkdir()
    report = validate(path, work)
    problems = [*report.problems, *(each for part in report.parts for each in part.problems)]
    status = "done" if report.is_fine else "error"
    return status, places([problem.as_dict() for problem in problems])


def places(problems: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(each[key] for key in PLACE) for each in problems), key=str)
