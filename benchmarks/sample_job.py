"""A job of the sample, submit to done, against its five loads called directly."""

import time
from pathlib import Path

from benchmarks.direct import load_slot
from benchmarks.measure import Result, side_by_side
from scenario_pack.build import build
from support.jobs import ENDED, submit
from support.stack import Stack, running

SAMPLE = Path(__file__).parents[1] / "samples" / "metro-fibre"


def measure(folder: Path, repeats: int) -> list[Result]:
    packed = {str(built.slot): built.path for built in build(SAMPLE, folder) if built.path}

    def load_directly() -> None:
        for slot, tar in packed.items():
            load_slot(stack, slot, tar, "direct")

    with running(folder / "stack") as stack:
        return [
            side_by_side(
                "job of the sample, submit to done / five direct loads",
                lambda: run_job(stack, packed),
                load_directly,
                limit=2,
                repeats=repeats,
            )
        ]


def run_job(stack: Stack, packed: dict[str, Path]) -> None:
    with stack.client() as client:
        job_id = submit(client, "sample", packed).json()["job_id"]
        while True:
            job = client.get(f"/api/upload-jobs/{job_id}").json()
            if job["status"] in ENDED:
                break
            time.sleep(0.01)
    assert job["status"] == "done", job
