"""What the tests of the jobs' panel and pages share."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Locator, Page, expect

from benchmarks.job_list import ended_job
from support.jobs import load, submit
from support.packs import base_pack, csv_bytes, tarballs
from support.stack import Stack

SLOW_ROWS = 900_000


def slow_pack(folder: Path, name: str) -> dict[str, Path]:
    """Tarballs whose telemetry takes seconds to load; graph and all the rest are small."""
    files = base_pack(name)
    rows = [[f"2026-01-01T00:00:{i % 60:02}Z", "L1", str(i)] for i in range(SLOW_ROWS)]
    files["data/telemetry/LinkTelemetry.csv"] = csv_bytes(["Timestamp", "LinkId", "Mbps"], rows)
    return tarballs(folder, files)


def bad_pack(folder: Path, name: str) -> dict[str, Path]:
    """Tarballs whose graph has the same id in rows 2 and 4, and a telemetry that loads."""
    files = base_pack(name)
    sites = [["S1", "Oslo hub", "Oslo"], ["S2", "Bergen", "Bergen"], ["S1", "Again", "Oslo"]]
    files["data/entities/DimSite.csv"] = csv_bytes(["SiteId", "Name", "City"], sites)
    packed = tarballs(folder, files)
    return {"graph": packed["graph"], "telemetry": packed["telemetry"]}


def start(stack: Stack, name: str, packed: dict[str, Path]) -> str:
    with stack.client() as client:
        answer = submit(client, name, packed)
    assert answer.status_code == 201, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def load_pack(stack: Stack, name: str, packed: dict[str, Path]) -> dict[str, Any]:
    with stack.client() as client:
        return load(client, name, packed)


def store_job(stack: Stack, job: dict[str, Any]) -> None:
    """Stores a record as `api` does."""
    url = f"{stack.graph_query_api_url}/query/docs/upload-jobs/{job['id']}"
    httpx.put(url, json=job).raise_for_status()


def store_running(stack: Stack, name: str, minutes: float) -> str:
    """Stores a job whose graph another replica has been loading for so long."""
    began = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
    at = began.replace("+00:00", "Z")
    job = {**ended_job(0), "id": str(uuid4())}
    waiting = {"status": "pending", "pct": 0, "started_at": None, "finished_at": None}
    steps = [{**step, **waiting, "detail": "", "result": None} for step in job["steps"]]
    steps[0] |= {"status": "running", "pct": 40, "started_at": at}
    lease = {"owner": "another-replica", "lease_until": at}
    changes = {"scenario_name": name, "status": "running", "overall_pct": 7, "lease": lease}
    store_job(stack, {**job, **changes, "created_at": at, "updated_at": at, "steps": steps})
    job_id: str = job["id"]
    return job_id


def open_panel(page: Page, path: str = "/") -> Locator:
    """The panel, with the list of jobs read."""
    page.goto(f"{path}?jobs")
    panel = page.get_by_role("dialog", name="Jobs")
    expect(panel.get_by_role("tree")).to_be_visible()
    return panel


def job_row(inside: Locator | Page, name: str) -> Locator:
    """The row of the first job of this scenario, whatever its state."""
    return inside.get_by_role("treeitem", level=1, name=re.compile(rf"^{name} ")).first


def step_row(inside: Locator | Page, name: str) -> Locator:
    return inside.get_by_role("treeitem", level=2, name=re.compile(rf"^{name} ")).first


def announcements(page: Page) -> Locator:
    return page.get_by_role("status", name="Announcements")
