"""Telemetry as DuckDB files, one a load."""

import asyncio
import threading
from collections import OrderedDict
from pathlib import Path

import duckdb

from graph_query_api.errors import PartNotFound
from graph_query_api.telemetry.catalog import TelemetryCatalog, catalog_path
from graph_query_api.telemetry.engine import Engine, confine
from graph_query_api.telemetry.protocol import TelemetryResult
from graph_query_api.telemetry.request import TelemetryRequest, statement

OPEN_FILES = 8
ENDINGS = (".duckdb", ".json")


def telemetry_path(directory: Path, scenario: str, generation: str) -> Path:
    return directory / scenario / f"telemetry-{generation}.duckdb"


class DuckTelemetry:
    """Files ``{directory}/{scenario}/telemetry-{generation}.duckdb``."""

    def __init__(self, directory: Path, *, timeout: float, max_rows: int) -> None:
        self._directory = directory
        self._max_rows = max_rows
        self._files = _OpenFiles()
        self._engine = Engine(timeout)

    async def catalog(self, scenario: str, generation: str) -> TelemetryCatalog:
        path = telemetry_path(self._directory, scenario, generation)
        try:
            return await asyncio.to_thread(TelemetryCatalog.load, catalog_path(path))
        except FileNotFoundError:
            raise PartNotFound(scenario, "telemetry") from None

    async def query(
        self, scenario: str, generation: str, request: TelemetryRequest
    ) -> TelemetryResult:
        catalog = await self.catalog(scenario, generation)
        most = min(request.limit or self._max_rows, self._max_rows)
        path = telemetry_path(self._directory, scenario, generation)
        prepared = statement(request, catalog, most)
        try:
            return await self._engine.run(prepared, lambda: self._files.cursor(path))
        except FileNotFoundError:
            raise PartNotFound(scenario, "telemetry") from None

    async def drop(self, scenario: str, generation: str) -> None:
        path = telemetry_path(self._directory, scenario, generation)

        def remove() -> None:
            for ending in ENDINGS:
                path.with_suffix(ending).unlink(missing_ok=True)
            self._files.forget(path)

        await asyncio.to_thread(remove)

    async def aclose(self) -> None:
        await self._engine.aclose()
        self._files.close()


class _OpenFiles:
    """The files read last stay open. Used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[Path, duckdb.DuckDBPyConnection] = OrderedDict()

    def cursor(self, path: Path) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if path not in self._open:
                self._open[path] = _opened(path)
            self._open.move_to_end(path)
            while len(self._open) > OPEN_FILES:
                self._open.popitem(last=False)[1].close()
            return self._open[path].cursor()

    def forget(self, path: Path) -> None:
        with self._lock:
            if connection := self._open.pop(path, None):
                connection.close()

    def close(self) -> None:
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        raise FileNotFoundError(path)
    connection = duckdb.connect(str(path), read_only=True)
    confine(connection)
    return connection
