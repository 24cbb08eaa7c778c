"""One load, from a tarball to the switch. Until the switch the old data stays as it is."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from graph_query_api.errors import DocumentNotFound, LoadFailed, LoadGivenUp
from graph_query_api.graphs.ladybug import graph_path
from graph_query_api.graphs.protocol import GraphStore
from graph_query_api.loading.child import LoadingProcesses
from graph_query_api.loading.protocol import LoadRequest
from graph_query_api.loading.scenario_metadata import scenario_metadata
from graph_query_api.models import PartRecord
from graph_query_api.services.knowledge import Knowledge, check_knowledge
from graph_query_api.services.prompts import Prompts, check_prompts
from graph_query_api.services.scenarios import Scenarios, new_generation
from graph_query_api.services.upload_forms import Upload
from graph_query_api.stores.protocol import DocumentStore
from graph_query_api.telemetry.duckdb_query import telemetry_path
from graph_query_api.telemetry.protocol import TelemetryStore
from scenario_pack.archive import Limits, extract
from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Manifest
from scenario_pack.names import Resources
from scenario_pack.problems import PackWarning
from scenario_pack.prompts import instruction_warnings
from scenario_pack.validation import manifest_for

UNPACKED = 20

Tell = Callable[[str, dict[str, Any]], None]
Result = dict[str, Any]
EngineSlot = Literal["graph", "telemetry"]


@dataclass(frozen=True)
class Loader:
    """What loads need; shared by all of them."""

    processes: LoadingProcesses
    scenarios: Scenarios
    graphs: GraphStore
    telemetry: TelemetryStore
    knowledge: Knowledge
    prompts: Prompts
    jobs: DocumentStore
    directory: Path
    limits: Limits


class Load:
    """Runs once. Whoever started it says when nobody waits for it any more."""

    def __init__(self, loader: Loader, upload: Upload, tell: Tell) -> None:
        self._loader = loader
        self._upload = upload
        self._tell = tell
        self._generation = new_generation()
        self._given_up = False
        self._switching = False
        self._replaced: PartRecord | None = None

    @property
    def may_be_cancelled(self) -> bool:
        """Not once the switch has begun, since it must be known whether it happened; and not
        while a thread of ours reads the archive."""
        return self._upload.slot in {"graph", "telemetry"} and not self._switching

    def give_up(self) -> None:
        """The client has gone: nothing is switched any more."""
        self._given_up = True

    async def run(self) -> Result:
        """What the ``complete`` event says.

        Raises PackError, LoadFailed, LoadGivenUp, or what a store raises: then nothing
        has been replaced.
        """
        slot = self._upload.slot
        await self._check_lease()
        if slot == "graph" or slot == "telemetry":
            return await self._engine(slot)
        return await self._documents()

    async def settle(self) -> None:
        """Removes what the load left behind: itself if it failed, else what it replaced."""
        slot, name = self._upload.slot, self._upload.scenario
        if slot != "graph" and slot != "telemetry":
            return
        if self._replaced:
            await self._drop(slot)(name, self._replaced.generation)
        if self._generation not in await self._loader.scenarios.generations(slot):
            await self._drop(slot)(name, self._generation)

    def _drop(self, slot: EngineSlot) -> Callable[[str, str], Coroutine[Any, Any, None]]:
        return self._loader.graphs.drop if slot == "graph" else self._loader.telemetry.drop

    async def _engine(self, slot: EngineSlot) -> Result:
        result = await self._in_child(slot)
        metadata = result.pop("scenario_metadata")
        if slot == "graph":
            metadata["backend"] = self._upload.backend
        if not self._upload.check_only:
            result["store"] = await self._switch(slot, result)
        return {**result, "scenario_metadata": metadata}

    async def _in_child(self, slot: EngineSlot) -> Result:
        request = await asyncio.to_thread(self._request, slot)
        async with aclosing(self._loader.processes.events(request)) as events:
            async for event, data in events:
                if event == "complete":
                    return data
                if event == "error":
                    raise LoadFailed(data["error"], data["detail"], data["problems"])
                self._tell(event, data)
        raise AssertionError("a load's events end with complete or error")

    def _request(self, slot: EngineSlot) -> LoadRequest:
        target = self._target(slot)
        target.parent.mkdir(parents=True, exist_ok=True)
        limits = self._loader.limits
        return LoadRequest(
            slot=slot,
            archive=str(self._upload.archive),
            work=str(self._upload.folder),
            target=str(target),
            scenario=self._upload.scenario,
            check_only=self._upload.check_only,
            max_members=limits.max_members,
            max_unpacked_bytes=limits.max_unpacked_bytes,
            max_compression_ratio=limits.max_compression_ratio,
        )

    def _target(self, slot: EngineSlot) -> Path:
        path = graph_path if slot == "graph" else telemetry_path
        return path(self._loader.directory, self._upload.scenario, self._generation)

    async def _switch(self, slot: EngineSlot, result: Result) -> dict[str, Any]:
        graph = slot == "graph"
        store: dict[str, Any] = {
            "kind": "ladybug" if graph else "duckdb",
            "generation": self._generation,
            "location": f"{self._upload.scenario}/{self._target(slot).name}",
            **({"language": self._loader.graphs.language} if graph else {}),
        }
        counted = ("vertices", "edges", "dangling") if graph else ("tables",)
        record = PartRecord(
            generation=self._generation,
            backend=self._upload.backend,
            loaded_at=datetime.now(UTC),
            store=store,
            counts={name: result[name] for name in counted},
            warnings_count=len(result["warnings"]),
        )
        self._replaced = await self._loader.scenarios.switch_part(
            self._upload.scenario, slot, record, guard=self._guard
        )
        return store

    async def _documents(self) -> Result:
        folder, manifest = await asyncio.to_thread(self._unpack)
        result = await self._check(folder, manifest)
        if not self._upload.check_only:
            result |= await self._store(folder, manifest)
        warnings = [each.as_dict() for each in self._warnings(folder, manifest)]
        metadata = scenario_metadata(manifest) if manifest else None
        return {**result, "warnings": warnings, "scenario_metadata": metadata}

    def _unpack(self) -> tuple[ScenarioFolder, Manifest | None]:
        upload = self._upload
        folder = extract(upload.archive, upload.folder / "files", self._loader.limits)
        manifest = manifest_for(folder, upload.slot, upload.folder, required=False)
        return folder, manifest.renamed(upload.scenario) if manifest else None

    async def _check(self, folder: ScenarioFolder, manifest: Manifest | None) -> Result:
        slot = self._upload.slot
        if slot == "runbooks" or slot == "tickets":
            return await check_knowledge(slot, folder, manifest)
        resources = self._resources(manifest)
        return await check_prompts(
            folder, manifest, backend=self._upload.backend, resources=resources
        )

    async def _store(self, folder: ScenarioFolder, manifest: Manifest | None) -> Result:
        slot, scenario = self._upload.slot, self._upload.scenario
        if slot == "runbooks" or slot == "tickets":
            return await self._loader.knowledge.load_knowledge(
                scenario, slot, folder, manifest, self._stored, self._guard
            )
        return await self._loader.prompts.load_prompts(
            scenario,
            folder,
            manifest,
            self._stored,
            self._guard,
            backend=self._upload.backend,
            resources=self._resources(manifest),
        )

    def _stored(self, detail: str, pct: int) -> None:
        pct = UNPACKED + (100 - UNPACKED) * pct // 100
        self._tell("progress", {"step": self._upload.slot, "detail": detail, "pct": pct})

    def _warnings(self, folder: ScenarioFolder, manifest: Manifest | None) -> list[PackWarning]:
        if self._upload.slot != "prompts":
            return []
        return [*instruction_warnings(folder, manifest)]

    def _resources(self, manifest: Manifest | None) -> Resources:
        return manifest.resources if manifest else Resources.of(self._upload.scenario)

    async def _guard(self) -> None:
        """The last look before the switch: is the load still wanted?"""
        self._switching = True
        if self._given_up:
            raise LoadGivenUp("The client has gone. Nothing was replaced.")
        await self._check_lease()

    async def _check_lease(self) -> None:
        """Raises LoadGivenUp unless the job still runs, and in the hands of its owner."""
        lease = self._upload.lease
        if lease is None:
            return
        try:
            job = (await self._loader.jobs.get(lease.job_id)).body
        except DocumentNotFound:
            raise LoadGivenUp("Superseded: there is no such job. Nothing was replaced.") from None
        holder = (job.get("lease") or {}).get("owner")
        if job.get("status") != "running" or not holder or holder != lease.owner:
            raise LoadGivenUp("Superseded: the job was taken over. Nothing was replaced.")
