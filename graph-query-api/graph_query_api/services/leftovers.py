"""Files of loads that a former process left in the data directory."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

_GENERATION = re.compile(r"-([0-9]{8}t[0-9]{6}-[0-9a-f]{8})\.")


def files_of_loads(directory: Path) -> Sequence[Path]:
    """Graphs, telemetry and search indexes as they are now; call it before a load begins."""
    drafts = [*directory.glob("*/search-*.tmp")]
    for draft in drafts:  # of an index that nobody finished
        draft.unlink(missing_ok=True)
    return [each for each in directory.glob("*/*") if each not in drafts]


def remove_others(files: Sequence[Path], keep: Collection[str]) -> None:
    """Removes those of generations that are not in ``keep``."""
    for file in files:
        found = _GENERATION.search(file.name)
        if not found or found[1] not in keep:
            file.unlink(missing_ok=True)
