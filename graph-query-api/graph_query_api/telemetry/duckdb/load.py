"""Turns prepared telemetry into one new DuckDB file. Runs in the loading process."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from graph_query_api.telemetry.catalog import Table, TelemetryCatalog, catalog_path
from graph_query_api.telemetry.protocol import LoadNotVerified
from scenario_pack.progress import OnProgress

if TYPE_CHECKING:
    import duckdb

    from scenario_pack.telemetry import PreparedTable, PreparedTelemetry

ROWS_A_BATCH = 50_000


def load_telemetry(
    prepared: "PreparedTelemetry", target: Path, work: Path, on_progress: OnProgress
) -> TelemetryCatalog:
    """Writes all tables to ``target`` and their catalog beside it, complete or not at all.

    Raises LoadNotVerified if the rows counted in the file are not those prepared.
    """
    unfinished = work / "telemetry.duckdb"
    con = prepared.con
    con.execute(f"ATTACH {_literal(unfinished)} AS target")
    tables = tuple(
        _load(con, table, Table.of(table, number), on_progress)
        for number, table in enumerate(prepared.tables)
    )
    con.execute("CHECKPOINT target")
    con.execute("DETACH target")
    catalog = TelemetryCatalog(tables)
    _verify(con, unfinished, catalog)
    catalog.save(catalog_path(target))
    unfinished.replace(target)
    return catalog


def _load(
    con: "duckdb.DuckDBPyConnection",
    prepared: "PreparedTable",
    table: Table,
    on_progress: OnProgress,
) -> Table:
    reader = con.cursor().sql(f"SELECT * FROM {prepared.relation}").to_arrow_reader(ROWS_A_BATCH)
    loaded = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal loaded
        for batch in reader:
            yield batch
            loaded += batch.num_rows
            on_progress(f"Loading {table.name}", loaded, table.rows)

    con.register("incoming", pa.RecordBatchReader.from_batches(reader.schema, counted()))
    con.execute(f"CREATE TABLE target.{table.sql} AS FROM incoming")
    con.unregister("incoming")
    return table


def _verify(con: "duckdb.DuckDBPyConnection", path: Path, catalog: TelemetryCatalog) -> None:
    con.execute(f"ATTACH {_literal(path)} AS written (READ_ONLY)")
    for table in catalog.tables:
        ((found,),) = con.execute(f"SELECT count(*) FROM written.{table.sql}").fetchall()
        if found != table.rows:
            raise LoadNotVerified(table.name, table.rows, found)
    con.execute("DETACH written")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
