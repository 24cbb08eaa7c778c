"""What every graph store promises about loads that are complete."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from graph_query_api.spool import Spool


class GraphStore(Protocol):
    """Reads graphs by scenario and generation; a load never changes once it is complete.

    Raises PartNotFound where the load is gone, QueryRefused, QueryTooSlow,
    QueryTooLarge and QueryBusy; a store that is reached by network also BackendOff,
    FabricNotReachable and FabricRefused.
    """

    @property
    def language(self) -> str:
        """What ``query`` is written in."""

    async def topology(
        self, scenario: str, generation: str, labels: Sequence[str] | None, limit: int
    ) -> Spool:
        """JSON ``{"nodes", "edges", "meta"}``: at most ``limit`` vertices and the edges between."""

    async def query(
        self, scenario: str, generation: str, query: str, parameters: Mapping[str, Any]
    ) -> Spool:
        """JSON ``{"columns", "data", "truncated", "language"}``. Reads only, whatever it says."""

    async def drop(self, scenario: str, generation: str) -> bool:
        """Forgets a load, and removes its data or says False: then the data stays.

        Whoever reads it at this moment may finish.
        """
