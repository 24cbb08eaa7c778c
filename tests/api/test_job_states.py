"""The life of a job under any order of events: what must always hold."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.errors import JobConflict
from app.models import STEPS, JobRecord, Lease, StepName
from app.services import jobs
from scenario_pack.names import SLOTS

NOW = "2026-01-01T00:00:00.000Z"
LEASE = Lease(owner="me", lease_until=NOW)
OPEN = {"pending", "running"}


def new_job(slots: set[str], *, check_only: bool = False) -> JobRecord:
    files = dict.fromkeys(slots, (10, "ab" * 32))
    return JobRecord(
        id="j",
        scenario_name="hello",
        created_at=NOW,
        updated_at=NOW,
        backend="embedded",
        check_only=check_only,
        steps=jobs.new_steps(files, check_only=check_only),
    )


def running_job(*slots: str, **options: Any) -> JobRecord:
    return jobs.start(new_job(set(slots), **options), LEASE, NOW)


class JobLife(RuleBasedStateMachine):
    job: JobRecord

    @initialize(slots=st.sets(st.sampled_from(SLOTS), min_size=1), check_only=st.booleans())
    def submit(self, slots: set[str], check_only: bool) -> None:
        self.job = new_job(slots, check_only=check_only)
        self.slots = slots
        self.seen: tuple[int, int] = (1, 0)

    def names(self, status: str) -> list[StepName]:
        return [step.name for step in self.job.steps if step.status == status]

    def is_running(self) -> bool:
        return self.job.status == "running"

    def has_running_step(self) -> bool:
        return self.is_running() and bool(self.names("running"))

    def may_begin(self) -> bool:
        return self.is_running() and not self.names("running") and bool(self.names("pending"))

    @precondition(lambda self: self.job.status == "pending")
    @rule()
    def start(self) -> None:
        self.job = jobs.start(self.job, LEASE, NOW)

    @precondition(may_begin)
    @rule()
    def begin_step(self) -> None:
        name = self.names("pending")[0]
        self.job = jobs.begin_step(self.job, name, NOW)

    @precondition(may_begin)
    @rule()
    def skip_step(self) -> None:
        if self.names("pending")[0] == "metadata":
            self.job = jobs.skip_step(self.job, "metadata", "why not", NOW)

    @rule(
        name=st.sampled_from(STEPS),
        pct=st.none() | st.floats(-50, 200) | st.integers(-5, 120),
        detail=st.text(max_size=3) | st.just("x" * 5000),
    )
    def progress(self, name: StepName, pct: float | None, detail: str) -> None:
        self.job = jobs.progress(self.job, name, detail, pct, NOW)

    @precondition(has_running_step)
    @rule(warnings=st.integers(0, 300))
    def finish_step(self, warnings: int) -> None:
        self.job = jobs.finish_step(
            self.job, self.names("running")[0], NOW, result={}, warnings=[{"kind": "x"}] * warnings
        )

    @precondition(has_running_step)
    @rule(problems=st.integers(0, 300))
    def fail_step(self, problems: int) -> None:
        told = [{"detail": "x" * 1000, "row": n} for n in range(problems)]
        self.job = jobs.fail_step(self.job, self.names("running")[0], "broken", NOW, told)

    @precondition(lambda self: self.is_running() and not OPEN & {s.status for s in self.job.steps})
    @rule()
    def finish(self) -> None:
        self.job = jobs.finish(self.job, NOW)

    @rule()
    def request_cancel(self) -> None:
        if self.job.active:
            self.job = jobs.request_cancel(self.job, NOW)
        else:
            with pytest.raises(JobConflict):
                jobs.request_cancel(self.job, NOW)

    @precondition(lambda self: self.job.active)
    @rule()
    def cancel(self) -> None:
        self.job = jobs.cancel(self.job, NOW)

    @precondition(is_running)
    @rule(resume=st.booleans())
    def lose_owner(self, resume: bool) -> None:
        self.job = jobs.recover(self.job, NOW, resume=resume)

    @rule()
    def retry(self) -> None:
        if self.job.status in {"error", "cancelled"}:
            done = {name: self.job.step(name) for name in self.names("done") if name in SLOTS}
            self.job = jobs.retry(self.job, "claim", NOW)
            assert {name: self.job.step(name) for name in done} == done
        else:
            with pytest.raises(JobConflict):
                jobs.retry(self.job, "claim", NOW)

    @invariant()
    def six_steps(self) -> None:
        assert tuple(step.name for step in self.job.steps) == STEPS

    @invariant()
    def never_falls_within_an_attempt(self) -> None:
        now = (self.job.attempt, self.job.overall_pct)
        assert 0 <= self.job.overall_pct <= 100
        assert now >= self.seen
        self.seen = now

    @invariant()
    def parts_without_files_are_skipped(self) -> None:
        for slot in SLOTS:
            assert (self.job.step(slot).status == "skipped") == (slot not in self.slots)

    @invariant()
    def ends_are_consistent(self) -> None:
        statuses = {step.status for step in self.job.steps}
        if not self.job.active:
            assert not OPEN & statuses
            assert self.job.lease is None
            assert not self.job.cancel_requested
        if self.job.status == "done":
            assert statuses <= {"done", "skipped"}
            assert "done" in {self.job.step(slot).status for slot in SLOTS}
            assert self.job.overall_pct == 100
        assert bool(self.job.error) == (self.job.status == "error")

    @invariant()
    def only_a_running_job_has_a_running_step_and_a_lease(self) -> None:
        assert (self.job.lease is not None) == (self.job.status == "running")
        assert self.job.status == "running" or not self.names("running")

    @invariant()
    def fits_into_the_store(self) -> None:
        assert len(self.job.model_dump_json()) < 1 << 20

    @invariant()
    def counts_its_warnings(self) -> None:
        assert self.job.warnings == sum(len(step.warnings) for step in self.job.steps)


JobLife.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestJobLife = JobLife.TestCase


def test_error_names_each_cause() -> None:
    job = running_job("graph", "tickets")
    names: tuple[StepName, ...] = ("graph", "tickets")
    for name in names:
        job = jobs.fail_step(jobs.begin_step(job, name, NOW), name, f"no {name}", NOW)
    job = jobs.finish(jobs.skip_step(job, "metadata", "", NOW), NOW)
    assert (job.status, job.error) == ("error", "graph: no graph; tickets: no tickets")


def test_graph_metadata_wins_over_that_of_other_parts() -> None:
    job = running_job("graph", "telemetry", "runbooks")
    found: dict[StepName, dict[str, Any]] = {
        "telemetry": {"t": 1},
        "graph": {"g": 1},
        "runbooks": {"r": 1},
    }
    for name, metadata in found.items():
        job = jobs.begin_step(job, name, NOW)
        job = jobs.finish_step(job, name, NOW, scenario_metadata=metadata)
    assert job.scenario_metadata == {"g": 1}


def test_many_problems_are_cut_and_counted() -> None:
    job = jobs.begin_step(running_job("graph"), "graph", NOW)
    job = jobs.fail_step(job, "graph", "bad", NOW, [{"detail": "d", "row": n} for n in range(500)])
    problems = job.step("graph").problems
    assert len(problems) == jobs.MAX_ITEMS + 1
    assert problems[-1].detail == "and 400 more"


def test_problems_of_any_shape_are_kept_in_ours() -> None:
    job = jobs.begin_step(running_job("graph"), "graph", NOW)
    told = [{"row": "seven", "column": 3, "file": None, "more": {}}]
    job = jobs.fail_step(job, "graph", "bad", NOW, told)
    assert job.step("graph").problems[0].model_dump() == {
        "file": None, "row": None, "line": None, "column": "3", "detail": "",
    }  # fmt: skip


def test_check_only_has_no_metadata_step_to_run_even_when_retried() -> None:
    job = jobs.interrupt(running_job("graph", check_only=True), jobs.SERVER_RESTARTED, NOW)
    job = jobs.retry(job, "c", NOW)
    assert job.step("metadata").status == "skipped"
    assert job.step("graph").status == "pending"


def test_internal_fields_stay_inside() -> None:
    job = running_job("graph").changed(fingerprint="f", staged_on="o", claim="c")
    shown = job.public().model_dump()
    assert not {"lease", "fingerprint", "staged_on", "claim", "revision"} & set(shown)
