"""One load, from a tarball to the switch. Until the switch the old data stays as it is."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from graph_query_api.errors import LoadFailed, LoadGivenUp
from graph_query_api.loading.protocol import LoadRequest
from graph_query_api.models import PartRecord
from graph_query_api.services.destinations import Destination, Result
from graph_query_api.services.journal import Journal, draft
from graph_query_api.services.knowledge import Knowledge, check_knowledge
from graph_query_api.services.leases import check_lease
from graph_query_api.services.prompts import Prompts, check_prompts
from graph_query_api.services.scenarios import new_generation
from graph_query_api.services.upload_forms import EMBEDDED, FABRIC, Upload
from graph_query_api.stores.protocol import DocumentStore
from scenario_pack.archive import Limits, extract
from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Manifest
from scenario_pack.names import Resources
from scenario_pack.problems import PackWarning
from scenario_pack.prompts import instruction_warnings
from scenario_pack.scenario_metadata import scenario_metadata
from scenario_pack.validation import manifest_for
from service_kit.child import ChildProcesses, ChildStopped

UNPACKED = 20

Tell = Callable[[str, dict[str, Any]], None]
EngineSlot = Literal["graph", "telemetry"]


@dataclass(frozen=True)
class Loader:
    """What loads need; shared by all of them. ``graphs`` has a destination for each backend."""

    processes: ChildProcesses
    journal: Journal
    graphs: Mapping[str, Destination]
    telemetry: Destination
    knowledge: Knowledge
    prompts: Prompts
    jobs: DocumentStore
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
        await check_lease(self._loader.jobs, self._upload.lease)
        if slot == "graph" or slot == "telemetry":
            return await self._engine(slot)
        return await self._documents()

    async def _engine(self, slot: EngineSlot) -> Result:
        upload, loader = self._upload, self._loader
        destination = loader.graphs[upload.backend] if slot == "graph" else loader.telemetry
        place = destination.place(upload.scenario, self._generation)
        if upload.check_only:
            result = await self._in_child(slot, destination)
        else:
            new = draft(self._generation, self._backend(slot), self._with_note(slot, place))
            async with loader.journal.load(upload.scenario, slot, new) as load:
                async with destination.during(self._generation, self._say):
                    result = await self._in_child(slot, destination)
                await destination.keep(self._generation, result)
                await load.switch(_record(new, slot, result), self._last_look)
            result["store"] = new.store
        if slot == "graph":
            result["scenario_metadata"]["backend"] = upload.backend
        return result

    def _backend(self, slot: EngineSlot) -> str:
        """Telemetry goes where it always goes, wherever the graph is."""
        return self._upload.backend if slot == "graph" else EMBEDDED

    def _with_note(self, slot: EngineSlot, place: dict[str, Any]) -> dict[str, Any]:
        if slot == "telemetry" and self._upload.backend == FABRIC:
            return {**place, "note": "Only the graph is in Fabric; this part is kept here."}
        return place

    async def _in_child(self, slot: EngineSlot, destination: Destination) -> Result:
        request = await asyncio.to_thread(self._request, slot, destination)
        try:
            async with aclosing(self._loader.processes.events(asdict(request))) as events:
                async for event, data in events:
                    if event == "complete":
                        return data
                    if event == "error":
                        raise LoadFailed(data["error"], data["detail"], data["problems"])
                    self._tell(event, data)
        except ChildStopped as how:
            detail = f"The loader stopped before its end ({how}). Nothing was replaced; "
            raise LoadFailed("Loader stopped", f"{detail}load it again.", []) from how
        raise AssertionError("a load's events end with complete or error")

    def _request(self, slot: EngineSlot, destination: Destination) -> LoadRequest:
        return LoadRequest(
            slot=slot,
            archive=str(self._upload.archive),
            work=str(self._upload.folder),
            target=destination.target(self._upload.scenario, self._generation),
            scenario=self._upload.scenario,
            generation=self._generation,
            check_only=self._upload.check_only,
            limits=self._loader.limits,
        )

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
                scenario, slot, folder, manifest, self._stored, self._last_look
            )
        return await self._loader.prompts.load_prompts(
            scenario,
            folder,
            manifest,
            self._stored,
            self._last_look,
            backend=self._upload.backend,
            resources=self._resources(manifest),
        )

    def _say(self, detail: str) -> None:
        self._tell("progress", {"step": self._upload.slot, "detail": detail, "pct": 0})

    def _stored(self, detail: str, pct: int) -> None:
        pct = UNPACKED + (100 - UNPACKED) * pct // 100
        self._tell("progress", {"step": self._upload.slot, "detail": detail, "pct": pct})

    def _warnings(self, folder: ScenarioFolder, manifest: Manifest | None) -> list[PackWarning]:
        if self._upload.slot != "prompts":
            return []
        return [*instruction_warnings(folder, manifest)]

    def _resources(self, manifest: Manifest | None) -> Resources:
        return manifest.resources if manifest else Resources.of(self._upload.scenario)

    async def _last_look(self) -> None:
        """The last look before the switch: is the load still wanted?"""
        self._switching = True
        if self._given_up:
            raise LoadGivenUp("The client has gone. Nothing was replaced.")
        await check_lease(self._loader.jobs, self._upload.lease)


def _record(new: PartRecord, slot: EngineSlot, result: Result) -> PartRecord:
    counted = ("vertices", "edges", "dangling") if slot == "graph" else ("tables",)
    return PartRecord(
        generation=new.generation,
        backend=new.backend,
        loaded_at=datetime.now(UTC),
        store=new.store,
        counts={name: result[name] for name in counted},
        warnings_count=len(result["warnings"]),
    )
