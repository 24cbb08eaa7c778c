"""The composition root: the only place that picks adapters and starts loops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from app.clients.graph_query import GraphQueryClient
from app.dependencies import Services
from app.models import JobRecord
from app.problems import ERRORS
from app.provisioning.pipeline import Pipeline
from app.provisioning.preparation import Preparer
from app.routers import backends, fabric_provision, health, upload_jobs
from app.services.backends import Backends
from app.services.deleted_keys import DeletedKeys
from app.services.destinations import Destinations
from app.services.direct_provisioning import DirectProvisioning
from app.services.events import JobEvents
from app.services.fabric_provisioning import FabricProvisioning
from app.services.held_job import LeaseTimes
from app.services.job_actions import JobActions
from app.services.job_records import JobRecords
from app.services.loops import repeat
from app.services.recovery import Recovery
from app.services.retention import Retention
from app.services.runner import Runner
from app.services.scenario_leases import ScenarioLeases
from app.services.submissions import Submissions
from app.services.workspace_leases import WorkspaceLeases
from app.settings import Settings
from app.staging.folder import StagingFolder
from fabric_client import FabricClient, OneLake, default_credential
from scenario_pack.archive import Limits
from service_kit.serving import new_app

HOUR = 3600.0


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(settings) as services:
            app.state.services = services
            yield

    return new_app(
        "Scenario Loader: upload jobs",
        "/api",
        settings,
        errors=ERRORS,
        routers=(backends.router, fabric_provision.router, health.router, upload_jobs.router),
        lifespan=lifespan,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    services: Services
    runner: Runner
    recovery: Recovery
    retention: Retention


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[Services]:
    """Opens staging first, since its lock says who we are; stops in reverse: no new
    work, then the jobs, which still need the clients and their files."""
    staging = StagingFolder(settings.data_dir / "staging")
    await asyncio.to_thread(staging.open)
    key = settings.service_key.get_secret_value() if settings.service_key else None
    client = GraphQueryClient(settings.graph_query_api_url, key)
    try:
        async with AsyncExitStack() as opened:
            fabric = await _fabric(settings, staging, client, opened)
            parts = _assemble(settings, staging, client, fabric)
            try:
                async with _loops(settings, parts):
                    yield parts.services
            finally:
                await asyncio.gather(parts.services.direct.stop(), parts.runner.stop())
    finally:
        await client.aclose()
        staging.close()


@asynccontextmanager
async def _loops(settings: Settings, parts: _Parts) -> AsyncIterator[None]:
    poll, runner, events = settings.poll_seconds, parts.runner, parts.services.events
    loops = [
        asyncio.create_task(repeat(parts.recovery.look, poll * 2)),
        asyncio.create_task(repeat(runner.dispatch, poll * 2, wake=runner.wake)),
        asyncio.create_task(repeat(events.poll, poll)),
        asyncio.create_task(repeat(parts.retention.sweep, HOUR)),
    ]
    try:
        yield
    finally:
        events.close()
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def _fabric(
    settings: Settings, staging: StagingFolder, client: GraphQueryClient, opened: AsyncExitStack
) -> FabricProvisioning | None:
    """None where Fabric is off. Nothing is asked of it yet."""
    if settings.fabric == "off":
        return None
    addresses = settings.fabric_addresses
    credential = await opened.enter_async_context(default_credential(addresses))
    fabric = FabricClient(
        credential,
        addresses,
        calls_per_minute=settings.fabric_calls_per_minute,
        operation_limit=settings.fabric_operation_seconds,
        patience=settings.fabric_patience_seconds,
    )
    onelake = OneLake(credential, addresses, patience=settings.fabric_patience_seconds)
    await opened.enter_async_context(fabric)
    await opened.enter_async_context(onelake)
    preparer = Preparer()
    opened.push_async_callback(preparer.aclose)
    ontology = settings.fabric_ontology == "auto"
    return FabricProvisioning(
        Pipeline(fabric, onelake, preparer, ontology=ontology),
        WorkspaceLeases(client.documents, staging.owner, _lease_times(settings)),
        staging,
        client,
        _limits(settings),
        portal=settings.fabric == "on",
    )


def _assemble(
    settings: Settings,
    staging: StagingFolder,
    client: GraphQueryClient,
    fabric: FabricProvisioning | None,
) -> _Parts:
    documents = client.documents
    records = JobRecords(documents)
    leases = ScenarioLeases(documents, records)
    deleted_keys = DeletedKeys(documents)
    events = JobEvents(records)
    resume = settings.upload_jobs_on_restart == "resume"
    times, limits = _lease_times(settings), _limits(settings)
    runner = Runner(
        records, leases, staging, client, fabric, events,
        times=times, max_running=settings.max_running_jobs, resume=resume,
    )  # fmt: skip
    recovery = Recovery(
        records, staging, runner, events, lease_seconds=times.seconds, resume=resume
    )

    def accepted(job: JobRecord) -> None:
        events.publish(job)
        runner.wake.set()

    known = Backends(gremlin=bool(settings.cosmos_gremlin_endpoint), fabric=settings.fabric)
    submissions = Submissions(
        records, leases, deleted_keys, staging, limits, known, Destinations(client), accepted
    )
    actions = JobActions(records, leases, deleted_keys, staging, runner, events)
    retention = Retention(records, staging, deleted_keys, settings.staging_retention)
    services = Services(
        settings, client, staging, records, submissions, actions, events,
        known, fabric, DirectProvisioning(fabric, limits),
    )  # fmt: skip
    return _Parts(services, runner, recovery, retention)


def _lease_times(settings: Settings) -> LeaseTimes:
    return LeaseTimes(settings.lease_seconds, settings.lease_renew_seconds)


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_members=settings.max_archive_members,
        max_unpacked_bytes=int(settings.max_unpacked_bytes),
        max_compression_ratio=settings.max_compression_ratio,
    )
