"""Whether a load is still its job's."""

from graph_query_api.errors import DocumentNotFound, LoadGivenUp
from graph_query_api.services.upload_forms import Lease
from graph_query_api.stores.protocol import DocumentStore


async def check_lease(jobs: DocumentStore, lease: Lease | None) -> None:
    """Raises LoadGivenUp unless the job still runs, and in the hands of its owner."""
    if lease is None:
        return
    try:
        job = (await jobs.get(lease.job_id)).body
    except DocumentNotFound:
        raise LoadGivenUp("Superseded: there is no such job. Nothing was replaced.") from None
    holder = (job.get("lease") or {}).get("owner")
    if job.get("status") != "running" or not holder or holder != lease.owner:
        raise LoadGivenUp("Superseded: the job was taken over. Nothing was replaced.")
