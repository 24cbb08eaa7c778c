"""The life of a job: verbs that take a record and give the next one.

Nothing else changes a record's state. Each verb knows in which states it makes
sense, and keeps what must always hold: six steps, an ``overall_pct`` that never
falls within an attempt, no step pending or running in a job that has ended.
``now`` is a timestamp as ``timestamp()`` makes it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.errors import JobConflict
from app.models import STEPS, JobRecord, Lease, Step, StepName, StepProblem

MAX_ITEMS = 100
MAX_LIST_BYTES = 48 << 10
MAX_DETAIL = 2_000

SERVER_RESTARTED = "Server restarted"


def timestamp(moment: datetime | None = None) -> str:
    """Of now, or of a moment in UTC."""
    return (moment or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_steps(files: Mapping[str, tuple[int, str]], *, check_only: bool) -> tuple[Step, ...]:
    """The six steps for staged ``files`` (slot → size, SHA-256)."""
    return tuple(_new_step(name, files.get(name), check_only) for name in STEPS)


def _new_step(name: StepName, file: tuple[int, str] | None, check_only: bool) -> Step:
    if file:
        return Step(name=name, bytes=file[0], sha256=file[1])
    if name == "metadata" and not check_only:
        return Step(name=name)
    return Step(name=name, status="skipped", detail="Only checked" if name == "metadata" else "")


def start(job: JobRecord, lease: Lease, now: str) -> JobRecord:
    _require(job.status == "pending", "Only a pending job can start.")
    return job.changed(status="running", lease=lease, updated_at=now)


def begin_step(job: JobRecord, name: StepName, now: str) -> JobRecord:
    _require(job.status == "running" and job.step(name).status == "pending", "Not its turn.")
    return _with_step(job, name, now, status="running", started_at=now, detail="")


def progress(
    job: JobRecord,
    name: StepName,
    detail: str,
    pct: float | None,
    now: str,
    result: Mapping[str, Any] | None = None,
) -> JobRecord:
    """Progress that comes late, or falls back, changes nothing. ``result``: what is known yet."""
    step = job.step(name)
    if step.status != "running":
        return job
    reached = step.pct if pct is None else max(step.pct, min(100, int(pct)))
    known = step.result if result is None else _small_result(result)
    return _with_step(job, name, now, detail=_cut(detail), pct=reached, result=known)


def wait_for(job: JobRecord, other: str | None, now: str) -> JobRecord:
    """The job waits until ``other`` has ended; None: it waits no more."""
    return job.changed(waiting_for=other, updated_at=now)


def note_landed(job: JobRecord, landed: Mapping[str, Any], now: str) -> JobRecord:
    """Keeps what the graph step has brought to its end, for the next attempt."""
    return job.changed(landed=dict(landed), updated_at=now)


def finish_step(
    job: JobRecord,
    name: StepName,
    now: str,
    *,
    result: Mapping[str, Any] | None = None,
    warnings: Iterable[Mapping[str, Any]] = (),
    scenario_metadata: Mapping[str, Any] | None = None,
) -> JobRecord:
    _require(job.step(name).status == "running", "Only a running step can finish.")
    kept = _bounded([dict(each) for each in warnings], _counted_warning)
    job = _with_step(
        job, name, now, status="done", pct=100, finished_at=now, detail="",
        result=_small_result(result), warnings=kept,
    )  # fmt: skip
    job = job.changed(warnings=sum(len(step.warnings) for step in job.steps))
    if name == "graph":
        job = job.changed(landed=None)
    if scenario_metadata and (name == "graph" or job.scenario_metadata is None):
        job = job.changed(scenario_metadata=dict(scenario_metadata))
    return job


def fail_step(
    job: JobRecord,
    name: StepName,
    detail: str,
    now: str,
    problems: Iterable[Mapping[str, Any]] = (),
) -> JobRecord:
    _require(job.step(name).status == "running", "Only a running step can fail.")
    kept = [StepProblem(**each) for each in _bounded(list(map(_problem, problems)), _counted)]
    return _with_step(
        job, name, now, status="error", finished_at=now, detail=_cut(detail), problems=kept
    )


def skip_step(job: JobRecord, name: StepName, detail: str, now: str) -> JobRecord:
    _require(job.step(name).status == "pending", "Only a pending step can be skipped.")
    return _with_step(job, name, now, status="skipped", detail=detail)


def finish(job: JobRecord, now: str) -> JobRecord:
    """Ends a job whose steps have all ended: ``done``, or ``error`` with each cause."""
    open_steps = {"pending", "running"}
    _require(all(step.status not in open_steps for step in job.steps), "It has open steps.")
    causes = [f"{step.name}: {step.detail}" for step in job.steps if step.status == "error"]
    status = "error" if causes else "done"
    return job.changed(status=status, error=_cut("; ".join(causes)) or None, **_ended(now))


def request_cancel(job: JobRecord, now: str) -> JobRecord:
    """A pending job is cancelled at once, a running one by its owner."""
    if not job.active:
        raise JobConflict(f"The job has ended already ({job.status}).")
    if job.status == "pending":
        return cancel(job, now)
    return job.changed(cancel_requested=True, updated_at=now)


def cancel(job: JobRecord, now: str) -> JobRecord:
    _require(job.active, "Only an active job can be cancelled.")
    job = _close_steps(job, now, running="cancelled", detail="Cancelled")
    return job.changed(status="cancelled", **_ended(now))


def interrupt(job: JobRecord, cause: str, now: str) -> JobRecord:
    """Ends an active job that nobody can carry on with; a retry goes on where it stopped."""
    _require(job.active, "Only an active job can be interrupted.")
    job = _close_steps(job, now, running="error", detail=cause)
    return job.changed(status="error", error=cause, **_ended(now))


def requeue(job: JobRecord, now: str) -> JobRecord:
    """Puts a running job back; what is done stays done, ``overall_pct`` does not fall."""
    _require(job.status == "running", "Only a running job can be put back.")
    steps = tuple(_reset(step) if step.status == "running" else step for step in job.steps)
    return job.changed(status="pending", lease=None, waiting_for=None, steps=steps, updated_at=now)


def recover(job: JobRecord, now: str, *, resume: bool, cause: str = SERVER_RESTARTED) -> JobRecord:
    """What becomes of a running job whose owner is gone."""
    if job.cancel_requested:
        return cancel(job, now)
    return requeue(job, now) if resume else interrupt(job, cause, now)


def retry(job: JobRecord, claim: str, now: str) -> JobRecord:
    """A new attempt: steps that are done stay, the others run again.

    Metadata always runs again, since it has to name what this attempt adds.
    """
    if job.status not in {"error", "cancelled"}:
        raise JobConflict(f"Only a failed or cancelled job can be retried; it is {job.status}.")
    steps = tuple(_reset(step) if _runs_again(step, job.check_only) else step for step in job.steps)
    return job.changed(
        status="pending", steps=steps, attempt=job.attempt + 1, claim=claim, lease=None,
        error=None, cancel_requested=False, overall_pct=_mean(steps), updated_at=now,
        warnings=sum(len(step.warnings) for step in steps),
    )  # fmt: skip


def _runs_again(step: Step, check_only: bool) -> bool:
    if step.name == "metadata":
        return not check_only
    return bool(step.sha256) and step.status != "done"


def _reset(step: Step) -> Step:
    return Step(name=step.name, bytes=step.bytes, sha256=step.sha256)


def _require(condition: bool, why: str) -> None:
    if not condition:
        raise JobConflict(why)


def _ended(now: str) -> dict[str, Any]:
    return {"lease": None, "cancel_requested": False, "waiting_for": None, "updated_at": now}


def _close_steps(job: JobRecord, now: str, *, running: str, detail: str) -> JobRecord:
    """The running step ends as ``running`` says, the pending ones as cancelled."""
    for step in job.steps:
        if step.status == "running":
            job = _with_step(job, step.name, now, status=running, detail=detail, finished_at=now)
        elif step.status == "pending":
            job = _with_step(job, step.name, now, status="cancelled", detail="Not run")
    return job


def _with_step(job: JobRecord, name: StepName, now: str, **changes: Any) -> JobRecord:
    steps = tuple(
        step.model_copy(update=changes) if step.name == name else step for step in job.steps
    )
    overall = max(job.overall_pct, _mean(steps))
    return job.changed(steps=steps, overall_pct=overall, updated_at=now)


def _mean(steps: Iterable[Step]) -> int:
    counted = [step.pct for step in steps if step.status != "skipped"]
    return sum(counted) // len(counted) if counted else 0


# A record has to stay far below what the store takes, whatever a load has to say.


def _cut(text: str) -> str:
    return text if len(text) <= MAX_DETAIL else f"{text[:MAX_DETAIL]}…"


def json_bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _bounded(
    items: list[dict[str, Any]], counted: Callable[[int], dict[str, Any]]
) -> list[dict[str, Any]]:
    """The first items, by number and size, then one that counts the others."""
    kept: list[dict[str, Any]] = []
    size = 0
    for item in items[:MAX_ITEMS]:
        size += json_bytes(item)
        if size > MAX_LIST_BYTES:
            break
        kept.append(item)
    return kept if len(kept) == len(items) else [*kept, counted(len(items) - len(kept))]


def _counted(others: int) -> dict[str, Any]:
    return {"detail": f"and {others} more"}


def _counted_warning(others: int) -> dict[str, Any]:
    return {"kind": "more", "detail": f"and {others} more", "count": others, "examples": []}


def _problem(given: Mapping[str, Any]) -> dict[str, Any]:
    """A problem as the loader tells it, in our shape whatever it left out or added."""
    row, line = given.get("row"), given.get("line")
    return {
        "file": str(given.get("file") or "") or None,
        "row": row if isinstance(row, int) else None,
        "line": line if isinstance(line, int) else None,
        "column": str(given["column"]) if given.get("column") is not None else None,
        "detail": _cut(str(given.get("detail") or "")),
    }


def _small_result(result: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if result is None or json_bytes(result) <= MAX_LIST_BYTES:
        return dict(result) if result is not None else None
    plain = {key: value for key, value in result.items() if not isinstance(value, dict | list)}
    return {**plain, "shortened": True}
