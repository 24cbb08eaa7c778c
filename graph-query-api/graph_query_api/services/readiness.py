"""Whether the stores can be reached, each by its name."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from graph_query_api.errors import GraphQueryError
from graph_query_api.models import Check
from graph_query_api.models import Readiness as Report

CHECK_SECONDS = 5.0


class Readiness:
    """``checks`` has for each store a function that raises what keeps it from working."""

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        self._checks = checks

    async def report(self) -> Report:
        names = list(self._checks)
        results = await asyncio.gather(*(self._check(self._checks[name]) for name in names))
        ready = all(check.status == "ok" for check in results)
        return Report(
            status="ready" if ready else "unavailable",
            checks=dict(zip(names, results, strict=True)),
        )

    async def _check(self, check: Callable[[], Awaitable[None]]) -> Check:
        try:
            await asyncio.wait_for(check(), CHECK_SECONDS)
        except TimeoutError:
            return Check(status="failed", detail=f"No answer within {CHECK_SECONDS:g} s.")
        except (GraphQueryError, OSError) as error:
            return Check(status="failed", detail=str(error))
        return Check(status="ok")
