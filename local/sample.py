"""Submitting the sample as a job, through nginx like any client, and following it."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local.console import Console
from local.errors import SampleError
from scenario_pack.build import build
from scenario_pack.problems import PackError

FOLDER = Path(__file__).resolve().parent.parent / "samples" / "metro-fibre"
POLL_SECONDS = 0.3
UPLOAD_SECONDS = 120.0
SILENCE_SECONDS = 120.0
JOB_SECONDS = 1800.0
MOST_PROBLEMS = 5
ENDED = {"done", "error", "cancelled"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    scenario: str
    backend: str


EMBEDDED = Sample("metro-fibre", "embedded")
# Beside the embedded one, which is there again when the others are off
IN_COSMOS = Sample("metro-fibre-cosmos", "cosmosdb-gremlin")
IN_FABRIC = Sample("metro-fibre-fabric", "fabric-gql")


async def is_loaded(client: httpx.AsyncClient, sample: Sample) -> bool:
    try:
        answer = await client.get(f"/query/scenarios/{sample.scenario}")
    except httpx.TransportError:
        return False
    return answer.status_code == 200 and "graph" in answer.json()["parts"]


async def load(client: httpx.AsyncClient, console: Console, sample: Sample) -> None:
    """Returns when the job is done; raises SampleError in words when it can't be."""
    console.say(f"Submitting the sample scenario {sample.scenario}")
    with tempfile.TemporaryDirectory(prefix="sample-") as folder:
        try:
            tarballs = await asyncio.to_thread(build, FOLDER, Path(folder))
        except PackError as error:
            raise SampleError(str(error)) from error
        job_id = await _submit(client, sample, {t.slot: t.path for t in tarballs if t.path})
    job = await _follow(client, job_id, console)
    if job["status"] != "done":
        raise SampleError("\n".join(_causes(job)))
    warnings = job["warnings"]
    counted = "a warning" if warnings == 1 else f"{warnings} warnings"
    warned = f" with {counted}" if warnings else ""
    console.say(f"Sample {sample.scenario}: job {job_id} is done{warned}")


async def _submit(client: httpx.AsyncClient, sample: Sample, tarballs: dict[Any, Path]) -> str:
    with ExitStack() as stack:
        files = {
            slot: (path.name, stack.enter_context(path.open("rb")), "application/gzip")
            for slot, path in tarballs.items()
        }
        fields = {"scenario_name": sample.scenario, "backend": sample.backend}
        try:
            answer = await client.post(
                "/api/upload-jobs", data=fields, files=files, timeout=UPLOAD_SECONDS
            )
        except httpx.TransportError as error:
            raise SampleError(f"The upload broke off: {in_words(error)}") from error
    body = _json(answer)
    if answer.status_code == 409 and "job_id" in body:  # an earlier run's job is still active
        return str(body["job_id"])
    if answer.status_code != 201:
        raise SampleError("\n".join(_refusal(answer)))
    return str(body["job_id"])


async def _follow(client: httpx.AsyncClient, job_id: str, console: Console) -> Json:
    """The job at its end. A service that is restarted meanwhile is waited for."""
    deadline = time.monotonic() + JOB_SECONDS
    silent_at = time.monotonic() + SILENCE_SECONDS
    while time.monotonic() < min(deadline, silent_at):
        try:
            answer = await client.get(f"/api/upload-jobs/{job_id}")
        except httpx.TransportError:
            await asyncio.sleep(POLL_SECONDS)
            continue
        if answer.status_code == 404:
            raise SampleError(f"The job {job_id} has been deleted.")
        if answer.status_code == 200:
            job = answer.json()
            silent_at = time.monotonic() + SILENCE_SECONDS
            if job["status"] in ENDED:
                return dict(job)
            console.progress(*_progress(job))
        await asyncio.sleep(POLL_SECONDS)
    raise SampleError(
        f"Gave up following the job. Look at {client.base_url}/api/upload-jobs/{job_id}"
    )


def _progress(job: Json) -> tuple[str, str]:
    name = f"Sample {job['scenario_name']}"
    running = next((step for step in job["steps"] if step["status"] == "running"), None)
    if running is None:
        return job["status"], f"{name}: {job['overall_pct']} %, {job['status']}"
    detail = f"{running['name']}: {running['detail']}" if running["detail"] else running["name"]
    return running["name"], f"{name}: {job['overall_pct']} %, {detail}"


def _causes(job: Json) -> Iterator[str]:
    yield f"The job {job['id']} ended as {job['status']}: {job['error'] or 'no cause given'}"
    for step in job["steps"]:
        if step["problems"]:
            yield f"  {step['name']}:"
            yield from _problem_lines(step["problems"])


def _refusal(answer: httpx.Response) -> Iterator[str]:
    problem = _json(answer)
    yield f"The upload was refused ({answer.status_code}): {problem.get('detail', answer.text)}"
    yield from _problem_lines(problem.get("problems", []))


def _problem_lines(problems: list[Json]) -> Iterator[str]:
    for problem in problems[:MOST_PROBLEMS]:
        place = [problem.get("slot"), problem.get("file"), problem.get("row")]
        where = " ".join(str(part) for part in place if part)
        yield f"    {where}: {problem['detail']}" if where else f"    {problem['detail']}"
    if len(problems) > MOST_PROBLEMS:
        yield f"    and {len(problems) - MOST_PROBLEMS} more"


def in_words(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__


def _json(answer: httpx.Response) -> Json:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
