"""Clears up what loads of dead processes have left behind, in the journal's entries.

A process is dead when its entry has not changed for as long as six renewals take, by our own
monotonic clock: no time that another machine wrote down is compared with ours.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import structlog

from graph_query_api.errors import GraphQueryError
from graph_query_api.services.journal import RENEW_SECONDS, Entry, Journal
from graph_query_api.services.leftovers import remove_others
from graph_query_api.services.load_throughput import LoadThroughput
from graph_query_api.services.scenarios import Scenarios

PATIENCE_RENEWALS = 6
LOOK_RENEWALS = 1.5

log = structlog.get_logger()


class Janitor:
    """``leftovers`` are the files of loads that were there before this process began."""

    def __init__(
        self,
        journal: Journal,
        scenarios: Scenarios,
        leftovers: Sequence[Path],
        throughput: LoadThroughput | None = None,
        *,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        self._journal = journal
        self._scenarios = scenarios
        self._leftovers = leftovers
        self._throughput = throughput
        self._patience = PATIENCE_RENEWALS * renew_seconds
        self._look_seconds = LOOK_RENEWALS * renew_seconds
        self._seen: dict[str, tuple[str, float]] = {}

    async def at_start(self) -> None:
        """Where no other process can have a load under way: clears up all at once."""
        for entry in await self._journal.entries():
            await self._clear(entry)
        await self._remove_leftovers()

    async def look(self) -> None:
        """One look at all entries."""
        if self._leftovers:
            await self._remove_leftovers()
        entries = await self._journal.entries()
        self._seen = {each.id: self._sighting(each) for each in entries}
        for entry in entries:
            if time.monotonic() - self._seen[entry.id][1] >= self._patience:
                await self._try_to_clear(entry)
        if self._throughput:
            await self._throughput.lower_unless_needed({each.id for each in entries})

    async def run(self) -> NoReturn:
        """Looks again and again; a store that does not answer is asked at the next look."""
        while True:
            try:
                await self.look()
            except GraphQueryError as error:
                log.warning("could not look after loads", error=str(error))
            except Exception:
                log.exception("looking after loads failed")
            await asyncio.sleep(self._look_seconds)

    def _sighting(self, entry: Entry) -> tuple[str, float]:
        """The etag, and since when it has been the same."""
        before = self._seen.get(entry.id)
        return before if before and before[0] == entry.etag else (entry.etag, time.monotonic())

    async def _try_to_clear(self, entry: Entry) -> None:
        """At the next look again, if need be: other entries shall not wait for this one."""
        try:
            await self._clear(entry)
        except GraphQueryError as error:
            log.warning("could not clear up after a load", entry=entry.id, error=str(error))

    async def _clear(self, entry: Entry) -> None:
        claimed = await self._journal.claim(entry)
        if claimed:
            log.info("clearing up after a load", scenario=entry.scenario, slot=entry.slot)
            await self._journal.clear(claimed)

    async def _remove_leftovers(self) -> None:
        keep = await self._scenarios.all_generations()
        await asyncio.to_thread(remove_others, self._leftovers, keep)
        self._leftovers = ()
