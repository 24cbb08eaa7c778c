"""What loads of graph and telemetry have in common, whatever the engine.

Untrusted archives are opened here only, each in a process of its own.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

from scenario_pack.archive import Limits, extract
from scenario_pack.folder import ScenarioFolder
from scenario_pack.load_progress import LoadProgress
from scenario_pack.manifest import Manifest
from scenario_pack.names import Slot
from scenario_pack.problems import PackError
from scenario_pack.validation import manifest_for

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def open_pack(
    archive: Path, work: Path, slot: Slot, scenario: str, limits: Limits, progress: LoadProgress
) -> tuple[ScenarioFolder, Manifest]:
    """The files of the tarball, below `work`, and its manifest, renamed to `scenario` if given.

    Raises PackError with everything that is wrong with the archive or the manifest.
    """
    folder = extract(archive, work / "files", limits, progress.unpacking)
    manifest = manifest_for(folder, slot, work, required=True)
    assert manifest is not None  # noqa: S101 - it was required
    return folder, manifest.renamed(scenario) if scenario else manifest


def failure(error: Exception, work: Path) -> dict[str, Any]:
    """What an `error` event says of a load that raised `error`; nothing of where it worked."""
    if isinstance(error, PackError):
        problems = [problem.as_dict() for problem in error.problems]
        return _failure("Invalid pack", str(error), problems)
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        detail = "No room left on the disk for this load. Free some space, then load it again."
        return _failure("Storage full", detail)
    detail = (isinstance(error, OSError) and error.strerror) or str(error)
    return _failure("Load failed", f"{type(error).__name__}: {detail}".replace(str(work), ""))


def _failure(
    error: str, detail: str, problems: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {"error": error, "detail": detail, "problems": problems or []}
