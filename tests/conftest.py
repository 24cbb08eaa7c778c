"""What holds for all tests."""

import os

import pytest
from hypothesis import settings

from support import started
from support.cosmos_server import cosmos
from support.gremlin_server import gremlin_server

__all__ = ["cosmos", "gremlin_server"]

# how long one example takes says more of the machine's other work than of the code
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

started.forget_certificates()

_SHARED = ("gremlin_server",)
"""Fixtures of servers that are slow to start: all tests that use one run in one worker."""

_BY_FILE = ("console", "contracts", "e2e", "peers_fabric")
"""Folders whose files start services or a browser for all their tests: each runs in one worker."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if group := _group(item):
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish(session: pytest.Session) -> None:
    """With pytest 9.2, pytest-xdist 3.8 loses groups without a word: it keeps them in names."""
    if not session.config.getoption("loadgroup", default=False):
        return
    for item in session.items:
        if (group := _group(item)) and not item.nodeid.endswith(f"@{group}"):
            raise pytest.UsageError(f"{item.nodeid} would not run in one worker with its group")


def _group(item: pytest.Item) -> str | None:
    """The worker it runs in is that of all others in this group."""
    for name in _SHARED:
        if name in getattr(item, "fixturenames", ()):
            return name
    return item.path.stem if item.path.parent.name in _BY_FILE else None


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
