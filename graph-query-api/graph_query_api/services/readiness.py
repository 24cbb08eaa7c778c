"""Whether the stores can be reached, each by its name."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from graph_query_api.errors import GraphQueryError, NotReady

CHECK_SECONDS = 5.0
OK = "ok"


class Readiness:
    """``checks`` has for each store a function that raises what keeps it from working."""

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        self._checks = checks

    async def check(self) -> list[str]:
        """The names of all stores, which answer; or raises NotReady with what keeps one from it."""
        names = list(self._checks)
        results = await asyncio.gather(*(self._check(self._checks[name]) for name in names))
        if any(result != OK for result in results):
            raise NotReady(dict(zip(names, results, strict=True)))
        return names

    async def _check(self, check: Callable[[], Awaitable[None]]) -> str:
        try:
            await asyncio.wait_for(check(), CHECK_SECONDS)
        except TimeoutError:
            return f"No answer within {CHECK_SECONDS:g} s."
        except (GraphQueryError, OSError) as error:
            return str(error)
        return OK
