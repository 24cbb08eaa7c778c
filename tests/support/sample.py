"""The sample scenario, loaded by the API as the console would."""

from contextlib import ExitStack

from support.browser import SAMPLE
from support.stack import Stack, wait_until

NAME = "metro-fibre"


def load_sample(stack: Stack, name: str = NAME) -> str:
    """Returns the id of the job, which is done."""
    with ExitStack() as opened, stack.client() as client:
        files = {
            path.name.removeprefix(f"{NAME}-").removesuffix(".tar.gz"): opened.enter_context(
                path.open("rb")
            )
            for path in SAMPLE.iterdir()
        }
        answer = client.post("/api/upload-jobs", data={"scenario_name": name}, files=files)
        assert answer.status_code == 201, answer.text
        job_id: str = answer.json()["job_id"]
        wait_until(
            lambda: client.get(f"/api/upload-jobs/{job_id}").json()["status"] == "done",
            what=f"{name} to be loaded",
        )
    return job_id
