"""Agent prompts: every load adds a version, older versions stay."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from graph_query_api.errors import PartNotFound
from graph_query_api.models import PartRecord, Prompt
from graph_query_api.services.generations import Generations, document_key
from graph_query_api.services.journal import Journal, LastLook, draft
from graph_query_api.services.knowledge import Progress
from graph_query_api.services.scenarios import Scenarios, new_generation
from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Manifest
from scenario_pack.names import Resources
from scenario_pack.prompts import Prompt as PackPrompt
from scenario_pack.prompts import iter_prompts


async def check_prompts(
    folder: ScenarioFolder,
    manifest: Manifest | None,
    *,
    backend: str,
    resources: Resources,
) -> dict[str, Any]:
    """Reads every prompt and loads none; raises PackError with what is wrong."""

    def count() -> int:
        prompts = iter_prompts(folder, manifest, backend=backend, resources=resources)
        return sum(1 for _ in prompts)

    return {"prompts": await asyncio.to_thread(count)}


class Prompts:
    """A prompt's version is its place among the loads that have it, so that two loads
    at the same time can't give the same one."""

    def __init__(self, scenarios: Scenarios, store: Generations, journal: Journal) -> None:
        self._scenarios = scenarios
        self._store = store
        self._journal = journal

    async def load_prompts(
        self,
        scenario: str,
        folder: ScenarioFolder,
        manifest: Manifest | None,
        on_progress: Progress,
        last_look: LastLook | None = None,
        *,
        backend: str,
        resources: Resources,
    ) -> dict[str, Any]:
        """Adds a version of each prompt in the folder, all at once.

        Gives ``{"prompts": n, "store": {...}}``. Raises PackError, or what
        ``last_look`` raises; then nothing has changed.
        """
        checked = await check_prompts(folder, manifest, backend=backend, resources=resources)
        total = checked["prompts"]
        generation = new_generation()

        def stored(count: int) -> None:
            on_progress(f"{count} of {total} prompts", 95 * count // max(total, 1))

        def with_former(present: PartRecord | None) -> PartRecord:
            former = present.generations if present else []
            return record.model_copy(update={"generations": [*former, generation]})

        new = draft(generation, backend, {"location": self._store.location})
        async with self._journal.load(scenario, "prompts", new) as load:
            prompts = iter_prompts(folder, manifest, backend=backend, resources=resources)
            bodies = (_body(scenario, generation, each) for each in prompts)
            count = await self._store.write(bodies, total, stored)
            record = PartRecord(
                generation=generation,
                backend=backend,
                loaded_at=datetime.now(UTC),
                store=new.store,
                counts={"prompts": count},
            )
            await load.switch(with_former, last_look)
        return {**record.counts, "store": record.store}

    async def list(self, scenario: str) -> list[Prompt]:
        """Every version of every prompt, by agent and name, the newest version first."""
        try:
            record = await self._scenarios.part(scenario, "prompts")
        except PartNotFound:
            return []
        versions: Counter[tuple[str, str]] = Counter()
        prompts: list[Prompt] = []
        for generation in record.generations:
            async for page in self._store.read(generation):
                for document in page:
                    body = document.body
                    versions[body["agent"], body["name"]] += 1
                    version = versions[body["agent"], body["name"]]
                    prompts.append(Prompt.model_validate({**body, "version": version}))
        return sorted(prompts, key=lambda each: (each.agent, each.name, -each.version))

    async def drop(self, _: str, record: PartRecord) -> bool:
        """What drops all versions, for the journal."""
        for generation in record.generations:
            await self._store.forget(generation)
        return True


def _body(scenario: str, generation: str, prompt: PackPrompt) -> dict[str, Any]:
    return {
        "id": document_key(scenario, generation, "prompts", prompt.agent, prompt.name),
        "scenario": scenario,
        "generation": generation,
        "agent": prompt.agent,
        "name": prompt.name,
        "content": prompt.content,
    }
