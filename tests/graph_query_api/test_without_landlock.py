"""A machine, or a container engine, that does not let Landlock's calls through."""

import sys
from pathlib import Path

import pytest
from peers.ports import free_port

from graph_query_api.graphs.ladybug.sandbox import has_landlock
from support.stack import Service

# A filter of the kernel, as container engines set one: the call gets "operation not permitted"
FORBID = """
import ctypes, runpy, struct
program = struct.pack(
    "HBBI" * 4,
    0x20, 0, 0, 0,           # the number of the call
    0x15, 0, 1, 444,         # is it landlock_create_ruleset?
    0x06, 0, 0, 0x00050001,  # then EPERM
    0x06, 0, 0, 0x7FFF0000,  # else go on
)
rules = ctypes.create_string_buffer(program)
libc = ctypes.CDLL(None)
libc.prctl(38, 1, 0, 0, 0)
libc.prctl(22, 2, struct.pack("HxxxxxxP", 4, ctypes.addressof(rules)), 0, 0)
"""
RUN = 'runpy.run_module("graph_query_api", run_name="__main__")'


@pytest.mark.skipif(not has_landlock(), reason="this machine has no Landlock to take away")
@pytest.mark.parametrize("forbidden", [False, True])
def test_the_service_says_so_and_runs(tmp_path: Path, forbidden: bool) -> None:
    port = free_port()
    service = Service(
        "graph-query-api",
        [sys.executable, "-c", f"{FORBID if forbidden else 'import runpy'}\n{RUN}"],
        f"http://127.0.0.1:{port}/query/ready",
        tmp_path / "log",
        {"DATA_DIR": str(tmp_path / "data"), "GRAPH_QUERY_API_PORT": str(port)},
    )
    try:
        service.start()
    finally:
        service.stop()
    assert ("no Landlock" in service.output()) is forbidden
