"""The first page of the job list with 10,000 stored jobs, against 10."""

import asyncio
import statistics
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import Result, seconds
from graph_query_api.stores.sqlite.stores import SqliteStores
from support.stack import Stack, running

STEPS = ("graph", "telemetry", "runbooks", "tickets", "prompts", "metadata")
REQUESTS = 40


def measure(folder: Path, repeats: int) -> list[Result]:
    with running(folder / "few") as few, running(folder / "many") as many:
        store_jobs(few, 10)
        store_jobs(many, 10_000)
        results = []
        for what, query in (("", ""), (" with a filter", "&status=error")):
            path = f"/api/upload-jobs?limit=10{query}"
            pairs = [(first_page(few, path), first_page(many, path)) for _ in range(repeats + 1)]
            results.append(
                Result(
                    f"first page of the jobs{what}, 10,000 / 10 stored",
                    statistics.median(pair[1] for pair in pairs[1:]) * 1000,
                    3,
                    statistics.median(pair[0] for pair in pairs[1:]) * 1000,
                    unit="ms",
                )
            )
        return results


def first_page(stack: Stack, path: str) -> float:
    with stack.client() as client:
        client.get(path).raise_for_status()
        return statistics.median(seconds(lambda: client.get(path)) for _ in range(REQUESTS))


def store_jobs(stack: Stack, count: int) -> None:
    """Puts the records where the service finds them; one by one they would take half a minute."""

    async def store() -> None:
        stores = SqliteStores(stack.data / "documents")
        container = await stores.get_document_store("scenarios", "upload-jobs", "/id")
        await container.create_many(ended_job(number) for number in range(count))
        await stores.aclose()

    with ThreadPoolExecutor(1) as pool:  # this thread may have an event loop already
        pool.submit(asyncio.run, store()).result()


def ended_job(number: int) -> dict[str, Any]:
    at = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)).isoformat()
    at = at.replace("+00:00", ".000Z")
    status = "error" if number % 10 == 0 else "done"
    step = {
        "status": "done", "detail": "3,748 vertices and 57,645 edges", "pct": 100,
        "started_at": at, "finished_at": at, "bytes": 900_000, "sha256": "0" * 64,
        "result": {"vertices": {f"Label{i}": i for i in range(20)}}, "warnings": [], "problems": [],
    }  # fmt: skip
    return {
        "id": str(uuid.UUID(int=number)), "scenario_name": f"scenario-{number % 100}",
        "status": status, "created_at": at, "updated_at": at, "overall_pct": 100, "error": None,
        "warnings": 0, "backend": "embedded", "workspace_id": "", "workspace_name": "",
        "attempt": 1, "waiting_for": None, "steps": [{"name": name, **step} for name in STEPS],
    }  # fmt: skip
