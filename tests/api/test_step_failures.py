"""A load that ends without ``complete`` is a failure with its cause, whatever it looked like."""

from pathlib import Path

import httpx
import pytest

from support.fake_graph_query import FakeGraphQuery, Script
from support.jobs import step, submit, wait_for_end
from support.stack import wait_until

Pack = dict[str, Path]
PROBLEM = {"file": "a.csv", "row": 3, "line": 4, "column": "Id", "detail": "twice"}


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (Script("error", problems=[PROBLEM]), "graph is broken"),
        (Script("refused", problems=[PROBLEM]), "Not like this."),
        (Script("early end"), "went away"),
        (Script("lost"), "went away"),
        (Script("garbage"), "not a JSON object"),
    ],
)
def test_the_cause_is_kept_and_other_parts_go_on(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack, script: Script, cause: str
) -> None:
    graph_query.script("graph", script)
    job = wait_for_end(client, submit(client, "hello", pack).json()["job_id"])
    failed = step(job, "graph")
    assert (job["status"], failed["status"]) == ("error", "error")
    assert cause in failed["detail"]
    assert job["error"] == f"graph: {failed['detail']}"
    assert failed["problems"] == script.problems
    others = {each["status"] for each in job["steps"] if each["name"] != "graph"}
    assert others == {"done"}
    assert job["overall_pct"] < 100


def test_text_that_no_document_can_hold_is_mended(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    graph_query.script("tickets", Script(result={"half": "a\ud800b", "pair": "\U0001f600"}))
    job_id = submit(client, "hello", {"tickets": pack["tickets"]}).json()["job_id"]
    result = step(wait_for_end(client, job_id), "tickets")["result"]
    assert result == {"half": "a?b", "pair": "\U0001f600"}


def test_nothing_loaded_means_no_scenario(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    graph_query.script("tickets", Script("error"))
    job_id = submit(client, "hello", {"tickets": pack["tickets"]}).json()["job_id"]
    job = wait_for_end(client, job_id)
    assert job["status"] == "error"
    assert step(job, "metadata")["status"] == "skipped"
    assert graph_query.scenarios == {}


def test_a_huge_verdict_still_fits_into_the_record(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    many = [{**PROBLEM, "detail": "x" * 5000}] * 1000
    graph_query.script("graph", Script("error", problems=many))
    big = {"tables": {f"table-{n}": n for n in range(100_000)}, "location": "here"}
    graph_query.script("telemetry", Script(result=big, warnings=[{"kind": "k" * 999}] * 999))
    job = wait_for_end(client, submit(client, "hello", pack).json()["job_id"])
    assert "more" in step(job, "graph")["problems"][-1]["detail"]
    assert step(job, "telemetry")["result"] == {"location": "here", "shortened": True}
    assert step(job, "telemetry")["warnings"][-1]["count"] > 0


def test_a_large_manifest_is_saved(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    metadata = {"display_name": "Hello", "config": {"agents": ["é" * 1000] * 1500}}
    graph_query.script("graph", Script(metadata=metadata))
    job = wait_for_end(client, submit(client, "hello", pack).json()["job_id"])
    assert (job["status"], step(job, "metadata")["result"]) == ("done", {"manifest": True})
    assert graph_query.scenarios == {"hello": {**metadata, "backend": "embedded"}}


@pytest.mark.parametrize(("items", "kept"), [(500, True), (1500, False)])
def test_a_manifest_that_a_record_can_not_keep_is_missed_in_words(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack, items: int, kept: bool
) -> None:
    """A retry has only what the record kept, if the loads that are left bring no manifest."""
    metadata = {"display_name": "Hello", "config": {"agents": ["é" * 1000] * items}}
    graph_query.script("graph", Script(metadata=metadata))
    graph_query.script("tickets", Script("error"), Script(metadata=None))
    files = {slot: pack[slot] for slot in ("graph", "tickets")}
    job_id = submit(client, "hello", files).json()["job_id"]
    assert wait_for_end(client, job_id)["status"] == "error"
    graph_query.scenarios.clear()
    assert client.post(f"/api/upload-jobs/{job_id}/retry").status_code == 202
    job = wait_for_end(client, job_id)
    assert (job["status"], step(job, "metadata")["result"]) == ("done", {"manifest": kept})
    assert ("hello" in graph_query.scenarios) == kept
    assert [each["kind"] for each in step(job, "metadata")["warnings"]] == (
        [] if kept else ["manifest_lost"]
    )


def test_a_store_that_is_down_for_a_while_only_delays_the_job(
    client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack
) -> None:
    held = graph_query.script("graph", Script(hold=True))
    job_id = submit(client, "hello", pack).json()["job_id"]
    assert held.started.wait(10)
    graph_query.docs_status = 503
    held.released.set()
    assert client.get(f"/api/upload-jobs/{job_id}").status_code == 503
    assert len(graph_query.loads) == 1, "a step begins only when the end of the last is durable"
    graph_query.docs_status = None
    assert wait_for_end(client, job_id)["status"] == "done"


def test_files_that_vanished_fail_their_step(
    api: object, client: httpx.Client, graph_query: FakeGraphQuery, pack: Pack, tmp_path: Path
) -> None:
    held = graph_query.script("graph", Script(hold=True))
    job_id = submit(client, "hello", pack).json()["job_id"]
    assert held.started.wait(10)
    (tmp_path / "data" / "staging" / job_id / "tickets.tar.gz").unlink()
    held.released.set()
    job = wait_for_end(client, job_id)
    assert "no longer staged" in step(job, "tickets")["detail"]
    wait_until(lambda: graph_query.held_scenarios() == ["scenario-hello"])
