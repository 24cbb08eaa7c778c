"""What an upload form says, judged before anything is loaded."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from graph_query_api.errors import FABRIC_SETTINGS, BackendUnavailable, UploadRejected
from scenario_pack.names import Slot, check_scenario_name

EMBEDDED = "embedded"
GREMLIN = "cosmosdb-gremlin"
FABRIC = "fabric-gql"
OFF = {
    GREMLIN: "Cosmos DB for Gremlin is not configured here. Set COSMOS_GREMLIN_ENDPOINT for both "
    "services, or use 'embedded'.",
    FABRIC: f"Microsoft Fabric is switched off here. {FABRIC_SETTINGS}",
}
FIELDS = ("scenario_name", "backend", "check_only", "job_id", "owner")


@dataclass(frozen=True, slots=True)
class Lease:
    """The job on whose behalf a part is loaded, and the worker that must still hold it."""

    job_id: str
    owner: str


@dataclass(frozen=True, slots=True)
class Upload:
    """One tarball in a folder of its own, which goes when the load has ended."""

    slot: Slot
    scenario: str
    backend: str
    check_only: bool
    lease: Lease | None
    archive: Path
    folder: Path


def read_form(
    slot: Slot,
    fields: Mapping[str, str],
    archive: Path | None,
    folder: Path,
    *,
    backends: Collection[str],
) -> Upload:
    """``backends``: those that are available.

    Raises UploadRejected, BackendUnavailable, or PackError for an illegal scenario name."""
    if archive is None:
        raise UploadRejected("The form has no file. Send the tarball as the part 'file'.")
    if "scenario_name" not in fields:
        raise UploadRejected("The form has no scenario_name.")
    check_scenario_name(fields["scenario_name"])
    return Upload(
        slot=slot,
        scenario=fields["scenario_name"],
        backend=_backend(fields.get("backend") or _default(backends), slot, backends),
        check_only=_flag(fields.get("check_only", "false")),
        lease=_lease(fields),
        archive=archive,
        folder=folder,
    )


def _default(backends: Collection[str]) -> str:
    return GREMLIN if GREMLIN in backends else EMBEDDED


def _backend(name: str, slot: Slot, backends: Collection[str]) -> str:
    if name not in {EMBEDDED, *OFF}:
        known = ", ".join((EMBEDDED, *OFF))
        raise BackendUnavailable(f"There is no backend {name!r}. There are: {known}.")
    if name not in backends:
        raise BackendUnavailable(OFF[name])
    if name == FABRIC and slot == "graph":  # the other parts of such a scenario stay here
        raise BackendUnavailable(
            "A graph goes into Fabric by an upload job or POST /api/fabric/provision/graph."
        )
    return name


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise UploadRejected(f"check_only is true or false, not {text!r}.")
    return text == "true"


def _lease(fields: Mapping[str, str]) -> Lease | None:
    """One without the other is a lease that nobody holds, and ends the load at once."""
    job_id, owner = fields.get("job_id", ""), fields.get("owner", "")
    return Lease(job_id, owner) if job_id or owner else None
