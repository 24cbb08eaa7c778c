"""What people read of a load that failed."""

import errno
from pathlib import Path

import pytest

from scenario_pack.loads import failure
from scenario_pack.problems import PackError, Problem

WORK = Path("/data/tmp/load-1")


def test_a_bad_pack_with_all_its_problems() -> None:
    error = PackError([Problem("two ids are the same", "a.csv", 3, 3, "Id"), Problem("no b")])
    told = failure(error, WORK)
    assert (told["error"], told["detail"]) == ("Invalid pack", "two ids are the same (and 1 more)")
    assert told["problems"] == [each.as_dict() for each in error.problems]


def test_a_full_disk_says_what_helps() -> None:
    told = failure(OSError(errno.ENOSPC, "No space left on device", f"{WORK}/x"), WORK)
    assert told["error"] == "Storage full"
    assert "Free some space" in told["detail"]


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/data/pack.tar.gz"),
         "FileNotFoundError: No such file or directory"),
        (OSError("short read"), "OSError: short read"),
        (RuntimeError(f"can't map {WORK}/graph.lbug"), "RuntimeError: can't map /graph.lbug"),
    ],
)  # fmt: skip
def test_anything_else_says_nothing_of_the_place(error: Exception, detail: str) -> None:
    assert failure(error, WORK) == {"error": "Load failed", "detail": detail, "problems": []}
