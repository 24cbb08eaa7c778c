"""Loads called directly at graph-query-api, without a job."""

from pathlib import Path

import httpx

from support.stack import Stack


def load_slot(stack: Stack, slot: str, tar: Path, scenario: str = "bench") -> None:
    """Sends a tarball to the slot's upload endpoint and reads its events to the end."""
    with (
        tar.open("rb") as file,
        httpx.stream(
            "POST",
            f"{stack.graph_query_api_url}/query/upload/{slot}",
            data={"scenario_name": scenario, "backend": "embedded"},
            files={"file": file},
            timeout=300,
        ) as answer,
    ):
        events = [line for line in answer.iter_lines() if line.startswith("event: ")]
    assert events[-1] == "event: complete", events
