import os
from pathlib import Path

import pytest

from app.staging.folder import StagingFolder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "staging"


def opened(root: Path) -> StagingFolder:
    staging = StagingFolder(root)
    staging.open()
    return staging


def test_who_comes_back_is_the_same_owner(root: Path) -> None:
    first = opened(root)
    name = first.owner
    first.close()
    again = opened(root)
    assert again.owner == name
    again.close()


async def test_a_live_owner_is_left_its_name(root: Path) -> None:
    one, two, three = opened(root), opened(root), opened(root)
    names = {one.owner, two.owner, three.owner}
    assert len(names) == 3
    assert await one.owners() == names
    two_was = two.owner
    two.close()
    back = opened(root)
    assert back.owner == two_was
    for staging in (one, three, back):
        staging.close()


async def test_committed_files_stay_and_others_go(root: Path) -> None:
    staging = opened(root)
    async with staging.incoming() as directory:
        (directory / "graph.tar.gz").write_bytes(b"data")
        await staging.commit(directory, "job-1")
    async with staging.incoming() as directory:
        (directory / "graph.tar.gz").write_bytes(b"data")
    assert await staging.holds("job-1", ["graph"])
    assert not await staging.holds("job-1", ["graph", "tickets"])
    assert [path.name for path in root.iterdir() if path.name != ".owner"] == ["job-1"]
    assert staging.path("job-1", "graph").read_bytes() == b"data"
    await staging.remove("job-1")
    await staging.remove("job-1")
    assert not (root / "job-1").exists()
    staging.close()


def test_opening_sweeps_what_the_dead_were_receiving_only(root: Path) -> None:
    one, two = opened(root), opened(root)
    for owner in (one.owner, two.owner, "forgotten"):
        (root / f".incoming-{owner}-x").mkdir()
    two_name = two.owner
    two.close()
    three = opened(root)
    assert three.owner == two_name
    assert [path.name for path in root.glob(".incoming-*")] == [f".incoming-{one.owner}-x"]
    one.close()
    three.close()


async def test_commit_replaces_what_a_crash_left(root: Path) -> None:
    staging = opened(root)
    (root / "job-1").mkdir()
    (root / "job-1" / "tickets.tar.gz").write_bytes(b"old")
    async with staging.incoming() as directory:
        (directory / "graph.tar.gz").write_bytes(b"new")
        await staging.commit(directory, "job-1")
    assert [path.name for path in (root / "job-1").iterdir()] == ["graph.tar.gz"]
    staging.close()


async def test_idle_jobs_are_those_untouched_for_long(root: Path) -> None:
    staging = opened(root)
    for name, age in (("old", 7200), ("new", 0)):
        (root / name).mkdir()
        stamp = (root / name).stat().st_mtime - age
        os.utime(root / name, (stamp, stamp))
    assert await staging.idle_jobs(3600) == ["old"]
    staging.close()


async def test_a_folder_that_is_gone_is_not_writable(root: Path) -> None:
    staging = opened(root)
    await staging.check_writable()
    (root / ".owner").unlink()
    root.rmdir()
    with pytest.raises(OSError, match="No such file"):
        await staging.check_writable()
    staging.close()
