"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from peers.cosmos.running import Cosmos, running_cosmos

# how long one example takes says more of the machine's other work than of the code
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """On CI a test that is skipped for want of a tool is a failure: there everything is there."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped on CI: {report.longrepr}"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A name that is the same in every process: compressed bytes hold the time they were made."""
    return f"{argname}-of-{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def cosmos() -> Iterator[Cosmos]:
    """A server that stands for Cosmos DB for NoSQL, started when a test first asks for it."""
    with running_cosmos() as server:
        yield server
