"""Loads through HTTP, as the api service and curl make them."""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from graph_query_api.errors import StoreUnavailable
from graph_query_api.loading.__main__ import failed
from graph_query_api.services.upload_forms import Lease, Upload
from support.graph_query_app import RunningApp, problem, running
from support.packs import Files, base_pack, csv_bytes, tarball, tarballs

Event = tuple[str, dict[str, Any]]


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running(tmp_path / "data", query_timeout=5) as app:
        yield app


async def post(app: RunningApp, slot: str, archive: Path, **fields: str) -> list[Event]:
    response = await app.client.post(
        f"/query/upload/{slot}",
        data={"scenario_name": "hello", **fields},
        files={"file": archive.read_bytes()},
    )
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "\r" not in response.text
    return [event(block) for block in response.text.split("\n\n") if block.startswith("event:")]


def event(block: str) -> Event:
    name, data = block.split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def files_of(app: RunningApp, scenario: str = "hello") -> list[str]:
    folder = app.services.settings.data_dir / "scenarios" / scenario
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


async def nothing_left(app: RunningApp) -> None:
    """Clean-up goes on after the answer; wait for it, then look."""
    while app.services.uploads._background._tasks:
        await asyncio.wait(app.services.uploads._background._tasks)
    folder = app.services.settings.data_dir / "tmp"
    assert not folder.exists() or list(folder.iterdir()) == []


async def cities(app: RunningApp) -> list[str]:
    answer = await app.client.post(
        "/query/scenarios/hello/graph",
        json={"query": "MATCH (s:Site) RETURN s.City AS c ORDER BY c"},
    )
    assert answer.status_code == 200, answer.text
    return [row["c"] for row in answer.json()["data"]]


def other_cities(files: Files) -> Files:
    return {**files, "data/entities/DimSite.csv": b"SiteId,Name,City\nS1,One,Bern\nS2,Two,Wien\n"}


async def test_every_slot_lands_and_is_replaced(app: RunningApp, tmp_path: Path) -> None:
    packed = tarballs(tmp_path / "a", base_pack())
    results: dict[str, dict[str, Any]] = {}
    for slot, archive in packed.items():
        *progress, (last, results[slot]) = await post(app, slot, archive)
        assert last == "complete"
        assert {name for name, _ in progress} <= {"progress"}
        assert all(data["step"] == slot for _, data in progress)
        percentages = [data["pct"] for _, data in progress]
        assert percentages == sorted(percentages)
        assert results[slot]["store"]
        assert results[slot]["warnings"] == []
        assert results[slot]["scenario_metadata"]["display_name"] == "Hello"
    graph = results["graph"]
    assert graph["vertices"] == {"Site": 2, "Link": 1}
    assert (graph["edges"], graph["dangling"], graph["names"]) == ({"ends_at": 2}, 0, {})
    assert graph["store"]["language"] == "cypher"
    assert graph["scenario_metadata"]["backend"] == "embedded"
    assert results["telemetry"]["tables"] == {"LinkTelemetry": 3}
    assert (results["runbooks"]["documents"], results["prompts"]["prompts"]) == (1, 1)

    answer = await app.client.get("/query/scenarios/hello/topology")
    assert answer.json()["meta"]["vertices"] == {"Site": 2, "Link": 1}
    await post(app, "graph", tarballs(tmp_path / "b", other_cities(base_pack()))["graph"])
    assert await cities(app) == ["Bern", "Wien"]
    await nothing_left(app)
    kinds = {re.sub("-.*[.]", ".", name) for name in files_of(app) if "search" not in name}
    assert kinds == {"graph.json", "graph.lbug", "telemetry.json", "telemetry.duckdb"}

    answer = await app.client.delete("/query/scenarios/hello", params={"data": "true"})
    assert answer.status_code == 200
    assert files_of(app) == []


async def test_check_only_gives_the_verdict_and_loads_nothing(
    app: RunningApp, tmp_path: Path
) -> None:
    for slot, archive in tarballs(tmp_path, base_pack()).items():
        *_, (last, result) = await post(app, slot, archive, check_only="true")
        assert last == "complete"
        assert "store" not in result
    assert (await app.client.get("/query/scenarios")).json() == {"scenarios": []}
    await nothing_left(app)
    assert files_of(app) == []


async def test_a_bad_pack_is_told_by_row_and_leaves_the_old_data(
    app: RunningApp, tmp_path: Path
) -> None:
    await post(app, "graph", tarballs(tmp_path / "good", base_pack())["graph"])
    bad = base_pack()
    bad["data/entities/DimSite.csv"] = b"SiteId,Name,City\nS1,One,Oslo\nS1,Two,Rome\n,x,y\n"
    *_, (last, error) = await post(app, "graph", tarballs(tmp_path / "bad", bad)["graph"])
    assert last == "error"
    assert {each["row"] for each in error["problems"]} == {3, 4}
    assert error["detail"]
    assert await cities(app) == ["Oslo", "Rome"]
    await nothing_left(app)
    assert len(files_of(app)) == 2


@pytest.mark.parametrize("slot", ["graph", "telemetry", "runbooks", "tickets", "prompts"])
async def test_what_is_no_archive_is_an_error_event(
    app: RunningApp, tmp_path: Path, slot: str
) -> None:
    (tmp_path / "x").write_bytes(b"no archive at all")
    *_, (last, error) = await post(app, slot, tmp_path / "x")
    assert last == "error"
    assert error["problems"]
    await nothing_left(app)


async def test_names_the_engine_cannot_hold_are_listed(app: RunningApp, tmp_path: Path) -> None:
    files = base_pack()
    schema = files["graph_schema.yaml"].replace(b"ends_at", b"site").replace(b"Link\n", b"a.b\n")
    files["graph_schema.yaml"] = schema
    *_, (last, result) = await post(app, "graph", tarballs(tmp_path, files)["graph"])
    assert (last, result["names"]) == (
        "complete",
        {"vertices": {"a_b": "a.b"}, "edges": {"site_2": "site"}},
    )


REFUSED: list[tuple[dict[str, str], bool, int, str]] = [
    ({}, True, 422, "no scenario_name"),
    ({"scenario_name": "Bad Name"}, True, 422, "can't be a scenario name"),
    ({"scenario_name": "x-topology"}, True, 422, "reserved"),
    ({"scenario_name": "hello"}, False, 422, "no file"),
    ({"scenario_name": "hello", "backend": "fabric-gql"}, True, 422, "Fabric"),
    ({"scenario_name": "hello", "backend": "oracle"}, True, 422, "There are: embedded"),
    ({"scenario_name": "hello", "check_only": "maybe"}, True, 422, "true or false"),
    ({"scenario_name": "hello", "colour": "red"}, True, 422, "no part 'colour'"),
]


@pytest.mark.parametrize(("fields", "with_file", "status", "words"), REFUSED)
async def test_forms_that_are_refused(
    app: RunningApp, fields: dict[str, str], with_file: bool, status: int, words: str
) -> None:
    file = {"file": b"x"} if with_file else {}
    parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
    parts += [(name, ("f.tar.gz", content)) for name, content in file.items()]
    answer = await app.client.post("/query/upload/graph", files=parts or {"x": (None, "")})
    assert words in problem(answer, status)["detail"]
    await nothing_left(app)


async def test_an_unknown_slot_and_a_file_too_large(tmp_path: Path) -> None:
    async with running(tmp_path / "data", max_upload_bytes=1000) as app:
        data = {"scenario_name": "hello"}
        answer = await app.client.post("/query/upload/nope", data=data, files={"file": b"x"})
        problem(answer, 422)
        answer = await app.client.post(
            "/query/upload/graph", data=data, files={"file": b"x" * 2000}
        )
        problem(answer, 413)
        await nothing_left(app)


def upload(app: RunningApp, slot: Any, archive: Path, lease: Lease | None = None) -> Upload:
    folder = app.services.settings.data_dir / "tmp" / f"{slot}-{archive.parent.name}"
    folder.mkdir(parents=True)
    copy = folder / "file.tar.gz"
    copy.write_bytes(archive.read_bytes())
    return Upload(slot, "hello", "embedded", False, lease, copy, folder)


async def test_whoever_goes_away_leaves_the_old_data(app: RunningApp, tmp_path: Path) -> None:
    await post(app, "graph", tarballs(tmp_path / "a", base_pack())["graph"])
    newer = tarballs(tmp_path / "b", other_cities(base_pack()))["graph"]
    async with aclosing(app.services.uploads.events(upload(app, "graph", newer))) as events:
        name, _ = await anext(events)
        assert name == "progress"
    await nothing_left(app)
    assert await cities(app) == ["Oslo", "Rome"]
    assert len(files_of(app)) == 2


@pytest.mark.parametrize("slot", ["graph", "telemetry", "runbooks", "prompts"])
@pytest.mark.parametrize(
    ("job", "taken"),
    [
        ({"status": "running", "lease": {"owner": "me"}}, True),
        ({"status": "running", "lease": {"owner": "another"}}, False),
        ({"status": "cancelled", "lease": {"owner": "me"}}, False),
        ({"status": "running", "lease": None}, False),
        (None, False),
    ],
)
async def test_only_the_holder_of_the_jobs_lease_switches(
    app: RunningApp, tmp_path: Path, slot: str, job: dict[str, Any] | None, taken: bool
) -> None:
    if job:
        answer = await app.client.put("/query/docs/upload-jobs/j1", json={"id": "j1", **job})
        assert answer.status_code == 201
    archive = tarballs(tmp_path, base_pack())[slot]
    *_, (last, data) = await post(app, slot, archive, job_id="j1", owner="me")
    assert last == ("complete" if taken else "error")
    assert taken or data["detail"].startswith("Superseded")
    part = await app.client.get("/query/scenarios/hello")
    assert part.status_code == (200 if taken else 404)
    await nothing_left(app)


async def test_a_lease_that_is_lost_while_loading(
    app: RunningApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "/query/docs/upload-jobs/j1"
    job = {"id": "j1", "status": "running", "lease": {"owner": "me"}}
    await app.client.put(url, json=job)
    archive = upload(app, "graph", tarballs(tmp_path, base_pack())["graph"], Lease("j1", "me"))
    events = app.services.uploads.events(archive)
    assert (await anext(events))[0] == "progress"
    await app.client.put(url, json={**job, "lease": {"owner": "another"}})
    *_, (last, error) = [each async for each in events]
    assert (last, error["error"]) == ("error", "LoadGivenUp")
    await nothing_left(app)
    assert files_of(app) == []


@pytest.mark.parametrize("fields", [{"job_id": "j1"}, {"owner": "me"}])
async def test_half_a_lease_is_none(
    app: RunningApp, tmp_path: Path, fields: dict[str, str]
) -> None:
    *_, (last, error) = await post(
        app, "tickets", tarballs(tmp_path, base_pack())["tickets"], **fields
    )
    assert (last, error["detail"][:10]) == ("error", "Superseded")


async def test_a_loader_that_is_killed_is_an_error_and_the_next_load_works(
    app: RunningApp, tmp_path: Path
) -> None:
    files = base_pack()
    rows = [[f"S{i}", "x" * 20, "y"] for i in range(300_000)]
    files["data/entities/DimSite.csv"] = csv_bytes(["SiteId", "Name", "City"], rows)
    large = tarballs(tmp_path / "large", files)["graph"]
    async with aclosing(app.services.uploads.events(upload(app, "graph", large))) as events:
        await anext(events)
        for pid in children("graph_query_api.loading"):
            os.kill(pid, signal.SIGKILL)
        *_, (last, error) = [each async for each in events]
    assert last == "error"
    assert "signal 9" in error["detail"]
    await nothing_left(app)
    assert files_of(app) == []
    *_, (last, _) = await post(app, "graph", tarballs(tmp_path / "a", base_pack())["graph"])
    assert last == "complete"


def children(module: str) -> list[int]:
    found = [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
        if module in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    ]
    assert found
    return found


async def test_a_loader_that_cannot_start_is_an_error(
    app: RunningApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    telemetry = tarballs(tmp_path, base_pack())["telemetry"]
    monkeypatch.setattr(app.services.uploads._loader.processes, "_module", "no_such_module")
    *_, (last, _) = await post(app, "telemetry", telemetry)  # one was waiting
    assert last == "complete"
    *_, (last, error) = await post(app, "telemetry", telemetry)
    assert (last, error["error"]) == ("error", "Loader stopped")
    assert "exit status 1" in error["detail"]


async def test_progress_tells_rows_and_never_falls(app: RunningApp, tmp_path: Path) -> None:
    files = base_pack()
    rows = [[f"S{i}", "x", "y"] for i in range(150_000)]
    files["data/entities/DimSite.csv"] = csv_bytes(["SiteId", "Name", "City"], rows)
    *progress, (last, _) = await post(app, "graph", tarballs(tmp_path, files)["graph"])
    assert last == "complete"
    details = [data["detail"] for _, data in progress]
    assert "Loading Site: 150,000 of 150,000 rows" in details
    assert any(detail.startswith("Reading") and "rows" in detail for detail in details)
    percentages = [data["pct"] for _, data in progress]
    assert percentages == sorted(percentages)
    assert percentages[-1] <= 100


async def test_a_third_load_waits(app: RunningApp, tmp_path: Path) -> None:
    for _ in range(2):
        await app.services.uploads._turns.acquire()
    archive = tarballs(tmp_path, base_pack())["tickets"]
    events = app.services.uploads.events(upload(app, "tickets", archive))
    assert "Waiting" in (await anext(events))[1]["detail"]
    for _ in range(2):
        app.services.uploads._turns.release()
    *_, (last, _) = [each async for each in events]
    assert last == "complete"
    await nothing_left(app)


async def test_what_a_crash_left_goes_at_the_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running(data) as app:
        for slot in ("graph", "telemetry"):
            await post(app, slot, tarballs(tmp_path / slot, base_pack())[slot])
        kept = files_of(app)
    old = "20260101t000000-0123abcd"
    for name in (
        f"graph-{old}.lbug",
        f"graph-{old}.json",
        f"telemetry-{old}.duckdb",
        f"search-runbooks-{old}.db",
        f"search-runbooks-{old}.db.0a1b2c3d.tmp",
        "graph-x.lbug.wal",
    ):
        (data / "scenarios" / "hello" / name).write_bytes(b"x")
    (data / "tmp" / "half").mkdir(parents=True)
    async with running(data) as app:
        assert files_of(app) == kept
        assert await cities(app) == ["Oslo", "Rome"]
        await nothing_left(app)


async def test_a_link_where_a_slot_reads_is_refused_by_name(
    app: RunningApp, tmp_path: Path
) -> None:
    archive = tarball(tmp_path / "x.tar.gz", {"../up.csv": b"x", "scenario.yaml": b"name: x"})
    *_, (last, error) = await post(app, "graph", archive)
    assert last == "error"
    assert "up.csv" in json.dumps(error)


def test_what_ended_a_load_elsewhere_is_a_sentence() -> None:
    cause = "Cosmos DB can't be reached. Check COSMOS_NOSQL_ENDPOINT."
    said = failed({"work": "/nowhere"}, StoreUnavailable(cause))
    assert said == {"error": "Load failed", "detail": cause, "problems": []}
    assert failed({"work": "/nowhere"}, KeyError("x"))["detail"].startswith("KeyError")
