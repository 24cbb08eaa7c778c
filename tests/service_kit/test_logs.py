"""What the logs say of a failure, and what they must not."""

import json
import subprocess
import sys

FAILING = """
import structlog
from service_kit.observe import configure_logging

def sign_in():
    token = "eyJ0b2tlbg.c2VjcmV0"
    raise RuntimeError("refused")

configure_logging("INFO")
try:
    sign_in()
except RuntimeError:
    structlog.get_logger().exception("failed")
"""


def test_a_traceback_names_the_place_and_no_variable() -> None:
    run = subprocess.run(
        [sys.executable, "-c", FAILING], capture_output=True, text=True, check=True
    )
    [line] = run.stdout.splitlines()
    assert "c2VjcmV0" not in line
    [exception] = json.loads(line)["exception"]
    assert exception["exc_value"] == "refused"
    assert exception["frames"][-1]["name"] == "sign_in"
