"""Deleting scenarios, with or without what was loaded."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from pydantic import JsonValue

from graph_query_api.errors import ScenarioBusy, ScenarioChanged, ScenarioNotFound
from graph_query_api.models import DeletedScenario, PartRecord
from graph_query_api.services.background import Background
from graph_query_api.services.journal import Entry, Journal
from graph_query_api.services.scenarios import Scenarios
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.stores.query import And, In, Query, equals
from scenario_pack.names import Slot

JOBS_CONTAINER = "upload-jobs"
ACTIVE_JOB = ("pending", "running")

ATTEMPTS = 3

WAIT_SECONDS = 20.0
"""What takes longer to drop goes on after the answer."""


class Deletion:
    def __init__(
        self,
        scenarios: Scenarios,
        jobs: DocumentStore,
        journal: Journal,
        background: Background,
    ) -> None:
        self._scenarios = scenarios
        self._jobs = jobs
        self._journal = journal
        self._background = background

    async def delete(self, name: str, *, data: bool) -> DeletedScenario:
        """Deletes the scenario; raises ScenarioBusy while a job of it is active.

        Without ``data`` the loaded parts stay where they are, out of sight: a scenario
        saved or loaded later under the same name has them again, and deleting once
        more with ``data`` drops them.
        """
        for _ in range(ATTEMPTS - 1):
            with suppress(ScenarioChanged):  # by whoever clears up after loads of it
                return await self._delete(name, data=data)
        return await self._delete(name, data=data)

    async def _delete(self, name: str, *, data: bool) -> DeletedScenario:
        records, etag, in_sight = await self._scenarios.parts(name)
        if not (data or in_sight):
            raise ScenarioNotFound(name)
        await self._refuse_while_active(name)
        if records and not data:
            await self._scenarios.detach(name)
            return DeletedScenario(name=name, dropped={}, kept=_places(records))
        # written down first, so that a crash from here on loses nothing but time
        noted = {slot: await self._journal.note(name, slot, each) for slot, each in records.items()}
        await self._scenarios.remove(name, etag)
        kept = await self._drop(noted)
        dropped = {slot: each for slot, each in records.items() if slot not in kept}
        return DeletedScenario(
            name=name,
            dropped=_places(dropped),
            kept=_places({slot: records[slot] for slot in kept}),
        )

    async def _drop(self, noted: Mapping[Slot, Entry]) -> set[Slot]:
        """Those whose data stays, on some backends always."""
        drops = {
            self._background.start(self._journal.clear(entry), f"drop {slot}"): slot
            for slot, entry in noted.items()
        }
        done, _ = await asyncio.wait(drops, timeout=WAIT_SECONDS) if drops else (set(), set())
        return {drops[each] for each in done if not each.exception() and not each.result()}

    async def _refuse_while_active(self, name: str) -> None:
        active = And((equals("scenario_name", name), In(("status",), ACTIVE_JOB)))
        page = await self._jobs.list(Query(active), limit=1)
        if page.documents:
            raise ScenarioBusy(name, page.documents[0].id)


def _places(records: Mapping[Slot, PartRecord]) -> dict[Slot, dict[str, JsonValue]]:
    return {slot: record.store for slot, record in records.items()}
