"""One active job a scenario: a lease document that names the job which may be active.

Making a job active takes two writes, lease then record, and nobody can do both at
once. So each taking of the lease makes a *claim*, which the record repeats when it
is written. Whoever reads the lease can tell what it means:

- no job named, or the named job has the claim and has ended: free;
- the named job has the claim and is active: taken;
- the job is missing or has another claim: its second write is under way, or never
  came because its process died. After ``GRACE`` of looking at the same lease (by our
  own clock; the second write gets less time than that) it is free.
"""

import asyncio
import time
import uuid

from app.clients.documents import Document, Documents
from app.errors import PreconditionFailed, ScenarioBusy
from app.services.job_records import JobRecords

CONTAINER = "leases"
GRACE = 10.0
SECOND_WRITE_SECONDS = 8.0
LOOK_AGAIN = 0.1
TAKE_ATTEMPTS = 20


class ScenarioLeases:
    def __init__(self, documents: Documents, records: JobRecords) -> None:
        self._documents = documents
        self._records = records

    async def take(self, scenario: str, job_id: str) -> str:
        """Returns the claim to be stored in the job's record within SECOND_WRITE_SECONDS,
        or raises ScenarioBusy with the job that is active."""
        claim = uuid.uuid4().hex
        body = {"id": _id(scenario), "job_id": job_id, "claim": claim}
        holder = job_id
        for _ in range(TAKE_ATTEMPTS):
            held = await self._await_free(scenario)
            try:
                await self._documents.put(CONTAINER, body, if_match=held.etag if held else None)
            except PreconditionFailed:
                holder = str(held.body["job_id"]) if held and held.body["job_id"] else holder
                continue
            return claim
        raise ScenarioBusy(scenario, holder)

    async def release(self, scenario: str, claim: str) -> None:
        """Lets go of a claim; one that was taken over since is left alone."""
        held = await self._documents.get(CONTAINER, _id(scenario))
        if held and held.body["claim"] == claim:
            body = {"id": _id(scenario), "job_id": None, "claim": None}
            try:
                await self._documents.put(CONTAINER, body, if_match=held.etag)
            except PreconditionFailed:
                return

    async def holds(self, scenario: str, claim: str) -> bool:
        """Whether a job with this claim may be active."""
        held = await self._documents.get(CONTAINER, _id(scenario))
        return held is not None and held.body["claim"] == claim

    async def _await_free(self, scenario: str) -> Document | None:
        """The lease as it stands when it is free; raises ScenarioBusy when it is taken."""
        watched, since = "", time.monotonic()
        give_up = since + 2 * GRACE
        while True:
            held = await self._documents.get(CONTAINER, _id(scenario))
            if held is None or held.body["job_id"] is None:
                return held
            job_id = str(held.body["job_id"])
            stored = await self._records.find(job_id)
            if stored and stored.record.claim == held.body["claim"]:
                if stored.record.active:
                    raise ScenarioBusy(scenario, job_id, stored.record.status)
                return held
            if held.etag != watched:
                watched, since = held.etag, time.monotonic()
            elif time.monotonic() - since > GRACE:
                return held
            if time.monotonic() > give_up:
                raise ScenarioBusy(scenario, job_id)
            await asyncio.sleep(LOOK_AGAIN)


def _id(scenario: str) -> str:
    return f"scenario-{scenario}"
