"""What every telemetry store promises about loads that are complete."""

from dataclasses import dataclass
from typing import Any, Protocol

from graph_query_api.telemetry.catalog import TelemetryCatalog
from graph_query_api.telemetry.request import TelemetryRequest


class LoadNotVerified(Exception):
    """The store holds something else than what was prepared."""

    def __init__(self, table: str, prepared: int, found: int) -> None:
        super().__init__(
            f"{table}: {prepared:,} rows were prepared, but {found:,} are there. Load it again."
        )


@dataclass(frozen=True)
class TelemetryResult:
    """``rows`` hold JSON values in the order of ``columns``, which are (name, type)."""

    columns: list[tuple[str, str]]
    rows: list[list[Any]]
    truncated: bool


class TelemetryStore(Protocol):
    """Reads telemetry by scenario and generation; a load never changes once complete.

    Raises PartNotFound where the load is gone.
    """

    async def catalog(self, scenario: str, generation: str) -> TelemetryCatalog:
        """The tables and their columns."""

    async def query(
        self, scenario: str, generation: str, request: TelemetryRequest
    ) -> TelemetryResult:
        """Raises NotFound for an unknown table, QueryRefused, QueryTooSlow, QueryTooLarge."""

    async def drop(self, scenario: str, generation: str) -> None:
        """Removes a load. Whoever reads it at this moment may finish."""
