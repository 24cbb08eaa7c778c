"""What can be set at start (``--set name=value``) and while it runs (``/_admin/settings``)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class Settings:
    """Seconds are the stand-in clock's. The defaults are quick but not instant."""

    item_seconds: float = 0.0
    """Creating lakehouses and graph models, reading definitions."""
    load_seconds: float = 0.1
    ontology_seconds: float = 0.1
    refresh_seconds: float = 0.1
    polls: int = 0
    """How often an operation is seen running, however long it takes."""
    retry_after: int | None = 1
    """On operations and jobs; None leaves the header out."""
    onelake_latency: float = 0.0
    token_lifetime: int = 3600
    powerbi_audience: bool = False
    """Entra may write the older service's name into tokens for Fabric."""

    page_size: int = 3
    list_seconds: float = 0.0
    """New items are missing from lists for this long."""
    table_lists: int = 1
    """A new table is missing from this many lists."""
    sql_endpoint_seconds: float = 1.0
    reserved_seconds: float = 60.0
    """How long a deleted item's name stays taken."""
    quota: int | None = None
    """Calls a minute, each for items, jobs and operations; then 429."""

    create_status: Literal[201, 202] = 202
    definition_status: Literal[200, 202] = 202
    definition_errors: Literal["operation", "response"] = "operation"
    name_in_use_status: Literal[400, 409] = 409
    wrong_generation: Literal["drop", "refuse"] = "drop"
    silent_rules: Literal["refuse", "accept"] = "refuse"
    """Definitions that Fabric takes and then does nothing with: refused here, so that it shows."""
    legacy_operations: bool = False
    friendly_names: bool = True
    capacity_active: bool = True
    cascade_item_is_parent: bool = False
    graph_properties: bool = True
    graph_properties_seconds: float = 0.2
    refresh_while_running: Literal[
        "Deduped", "RefreshAlreadyInProgress", "TooManyRequestsForJobs"
    ] = "Deduped"
    continuations: int = 1
    """How often the first query after a load is told to ask again."""
    max_result_bytes: int = 64 << 20
    query_seconds: float = 1200.0

    @classmethod
    def from_words(cls, words: Mapping[str, str]) -> Self:
        return cls().changed({name: _value(text) for name, text in words.items()})

    def changed(self, values: Mapping[str, Any]) -> Self:
        """Raises ValueError for a name that is no setting."""
        known = {field.name for field in fields(self)}
        if unknown := set(values) - known:
            raise ValueError(f"No such setting: {', '.join(sorted(unknown))}")
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
