"""A real graph, built with the command line and uploaded with curl."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import httpx

from support.jobs import cypher, topology, wait_for_end
from support.stack import Stack

PACK = Path(__file__).parents[1] / "packs" / "air-routes"


def rows(name: str) -> list[dict[str, str]]:
    with (PACK / "data" / "entities" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_air_routes_by_curl(stack: Stack, client: httpx.Client, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "scenario_pack.cli", "build", str(PACK), "--out", str(tmp_path)],
        check=True,
    )
    curl = subprocess.run(
        [
            *("curl", "-sS", "-w", "\n%{http_code}", f"{stack.url}/api/upload-jobs"),
            *("-F", "scenario_name=air-routes", "-F", "backend=embedded"),
            *("-F", f"graph=@{tmp_path / 'air-routes-graph.tar.gz'}"),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    answer, _, status = curl.stdout.rpartition("\n")
    assert status == "201", curl.stdout
    job = wait_for_end(client, json.loads(answer)["job_id"])
    assert job["status"] == "done", job

    meta = topology(client, "air-routes")["meta"]
    assert sum(meta["vertices"].values()) == 3_748
    assert sum(meta["edges"].values()) == 57_645

    austin = next(row["AirportId"] for row in rows("DimAirport.csv") if row["Code"] == "AUS")
    by_hand = {
        row["ToAirportId"] for row in rows("FactRoute.csv") if row["FromAirportId"] == austin
    }
    neighbours = cypher(
        client,
        "air-routes",
        "MATCH (:Airport {Code: 'AUS'})-[:route]->(b:Airport) RETURN b.AirportId AS id",
    )
    assert len(neighbours) == len(by_hand) == 98
    assert {row["id"] for row in neighbours} == by_hand
