"""The composition root: the only place that picks adapters and starts loops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.clients.graph_query import GraphQueryClient
from app.dependencies import Services
from app.models import JobRecord
from app.problems import ERRORS
from app.routers import backends, health, upload_jobs
from app.services.deleted_keys import DeletedKeys
from app.services.events import JobEvents
from app.services.held_job import LeaseTimes
from app.services.job_actions import JobActions
from app.services.job_records import JobRecords
from app.services.loops import repeat
from app.services.recovery import Recovery
from app.services.retention import Retention
from app.services.runner import Runner
from app.services.scenario_leases import ScenarioLeases
from app.services.submissions import Submissions
from app.settings import Settings
from app.staging.folder import StagingFolder
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
        routers=(backends.router, health.router, upload_jobs.router),
        lifespan=lifespan,
    )


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[Services]:
    """Opens staging first, since its lock says who we are; stops in reverse: no new
    work, then the jobs, which still need the client and their files."""
    staging = StagingFolder(settings.data_dir / "staging")
    await asyncio.to_thread(staging.open)
    key = settings.service_key.get_secret_value() if settings.service_key else None
    client = GraphQueryClient(settings.graph_query_api_url, key)
    try:
        services, runner, recovery, retention = _assemble(settings, staging, client)
        poll = settings.poll_seconds
        loops = [
            asyncio.create_task(repeat(recovery.look, poll * 2)),
            asyncio.create_task(repeat(runner.dispatch, poll * 2, wake=runner.wake)),
            asyncio.create_task(repeat(services.events.poll, poll)),
            asyncio.create_task(repeat(retention.sweep, HOUR)),
        ]
        try:
            yield services
        finally:
            services.events.close()
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await runner.stop()
    finally:
        await client.aclose()
        staging.close()


def _assemble(
    settings: Settings, staging: StagingFolder, client: GraphQueryClient
) -> tuple[Services, Runner, Recovery, Retention]:
    documents = client.documents
    records = JobRecords(documents)
    leases = ScenarioLeases(documents, records)
    deleted_keys = DeletedKeys(documents)
    events = JobEvents(records)
    resume = settings.upload_jobs_on_restart == "resume"
    times = LeaseTimes(settings.lease_seconds, settings.lease_renew_seconds)
    runner = Runner(
        records, leases, staging, client, events,
        times=times, max_running=settings.max_running_jobs, resume=resume,
    )  # fmt: skip
    recovery = Recovery(
        records, staging, runner, events, lease_seconds=times.seconds, resume=resume
    )

    def accepted(job: JobRecord) -> None:
        events.publish(job)
        runner.wake.set()

    limits = Limits(
        max_members=settings.max_archive_members,
        max_unpacked_bytes=int(settings.max_unpacked_bytes),
        max_compression_ratio=settings.max_compression_ratio,
    )
    submissions = Submissions(records, leases, deleted_keys, staging, limits, accepted)
    actions = JobActions(records, leases, deleted_keys, staging, runner, events)
    retention = Retention(records, staging, deleted_keys, settings.staging_retention)
    services = Services(settings, client, staging, records, submissions, actions, events)
    return services, runner, recovery, retention
