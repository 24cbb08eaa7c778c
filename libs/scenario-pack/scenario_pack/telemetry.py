"""Telemetry: one typed table a container."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scenario_pack.csv_header import read_header
from scenario_pack.folder import ScenarioFolder
from scenario_pack.manifest import Manifest, TelemetryTable
from scenario_pack.names import MANIFEST, shown
from scenario_pack.problems import PackError, PackWarning, Problem
from scenario_pack.progress import OnProgress, Progress
from scenario_pack.tables import CsvTable, load_csv, open_database
from scenario_pack.value_types import Column, ValueType, cast, infer, is_integer, is_number

DEFAULT_DIRECTORY = "data/telemetry"
_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class PreparedTable:
    """`relation` has the columns `p0`, `p1`, … in the order of `columns`, which is the file's.

    `partition_key` is the one of those that the container is partitioned by, None where the
    manifest names none, or one that the file has not.
    """

    name: str
    relation: str
    columns: list[Column]
    rows: int
    partition_key: str | None


@dataclass(frozen=True, slots=True)
class PreparedTelemetry:
    """Checked and typed; the relations live as long as the connection `con`."""

    con: duckdb.DuckDBPyConnection
    tables: list[PreparedTable]
    warnings: list[PackWarning]


def prepare_telemetry(
    folder: ScenarioFolder, manifest: Manifest, work: Path, on_progress: OnProgress
) -> PreparedTelemetry:
    """Reads the CSV of each container. `work` takes what does not fit into memory.

    Raises PackError with every problem of every file. Cells of numeric fields that are no
    numbers are null, with a warning. The caller closes the connection of what it gets.
    """
    con = open_database(work)
    try:
        return _prepare(con, folder, manifest, Progress(on_progress))
    except BaseException:
        con.close()
        raise


def _prepare(
    con: duckdb.DuckDBPyConnection, folder: ScenarioFolder, manifest: Manifest, progress: Progress
) -> PreparedTelemetry:
    problems = list(_container_problems(manifest.telemetry_tables))
    directory = manifest.paths.get("telemetry") or DEFAULT_DIRECTORY
    loaded = []
    for number, container in enumerate(manifest.telemetry_tables):
        try:
            table = _load(con, f"csv{number}", folder, directory, container, progress)
        except PackError as error:
            problems += error.problems
        else:
            problems += table.problems
            loaded.append((container, table))
    if problems:
        raise PackError(problems)
    prepared = PreparedTelemetry(con, [], [])
    for container, table in loaded:
        progress.update(f"Typing {table.file}", table.rows, table.rows)
        prepared.tables.append(_typed(con, container, table, prepared.warnings))
    return prepared


def _container_problems(containers: Sequence[TelemetryTable]) -> Iterator[Problem]:
    if not containers:
        yield Problem("the scenario lists no telemetry containers", MANIFEST)
    for name, count in Counter(container.name for container in containers).items():
        if count > 1:
            yield Problem(f'{count} containers are called "{shown(name)}"', MANIFEST)


def _load(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    folder: ScenarioFolder,
    directory: str,
    container: TelemetryTable,
    progress: Progress,
) -> CsvTable:
    file = f"{directory}/{container.csv_file}"
    if not folder.is_there(file) and folder.is_there(container.csv_file):
        file = container.csv_file
    path = folder.path(file)
    named = [container.id_field] if container.id_field is not None else []
    wanted = [*named, *container.numeric_fields]
    header = read_header(path, shown(file), wanted, name_unnamed=True)
    return load_csv(con, relation, path, header, header.names, progress)


def _typed(
    con: duckdb.DuckDBPyConnection,
    container: TelemetryTable,
    table: CsvTable,
    warnings: list[PackWarning],
) -> PreparedTable:
    types: dict[str, ValueType] = {}
    values = dict(table.columns)
    for name in container.numeric_fields:
        if name != container.id_field and name not in types:
            types[name], values[name] = _numeric(con, table, name, warnings)
    rest = [name for name in table.columns if name not in types and name != container.id_field]
    inferred = infer(con, table.relation, [table.columns[name] for name in rest], timestamps=True)
    for name in rest:
        types[name] = inferred[table.columns[name]] or "text"
        values[name] = cast(table.columns[name], types[name])
    columns = [Column(name, types.get(name, "text")) for name in table.columns]
    listed = ", ".join(f"{values[column.name]} AS p{i}" for i, column in enumerate(columns))
    relation = f"typed_{table.relation}"
    con.execute(f"CREATE VIEW {relation} AS SELECT {listed} FROM {table.relation}")
    partition_key = _partition_key(container, columns)
    return PreparedTable(container.name, relation, columns, table.rows, partition_key)


def _partition_key(container: TelemetryTable, columns: Sequence[Column]) -> str | None:
    """Written as a path: `/LinkId`, or `/"Link id"`."""
    wanted = container.partition_key.removeprefix("/")
    names = [column.name for column in columns]
    for name in (wanted, wanted.removeprefix('"').removesuffix('"')):
        if name in names:
            return f"p{names.index(name)}"
    return None


def _numeric(
    con: duckdb.DuckDBPyConnection, table: CsvTable, name: str, warnings: list[PackWarning]
) -> tuple[ValueType, str]:
    """The type of a numeric field and the SQL of its value, null where it is no number."""
    x = table.columns[name]
    ((numbers, others, whole),) = con.execute(
        f"SELECT count(*) FILTER (is_number), count(*) FILTER (NOT is_number),"
        f" count(*) FILTER ({is_integer(x)}) FROM"
        f" (SELECT {x}, {is_number(x)} AS is_number FROM {table.relation} WHERE {x} IS NOT NULL)"
    ).fetchall()
    value_type: ValueType = "integer" if numbers and whole == numbers else "float"
    value = cast(x, value_type)
    if others:
        warnings.append(_not_numbers(con, table, name, others))
        value = f"CASE WHEN {is_number(x)} THEN {value} END"
    return value_type, value


def _not_numbers(
    con: duckdb.DuckDBPyConnection, table: CsvTable, name: str, count: int
) -> PackWarning:
    x = table.columns[name]
    found = con.execute(
        f"SELECT rowid, {x} FROM {table.relation} WHERE {x} IS NOT NULL AND NOT {is_number(x)}"
        f" ORDER BY rowid LIMIT {_EXAMPLES}"
    ).fetchall()
    places = table.locate([rowid for rowid, _ in found])
    return PackWarning(
        kind="not_a_number",
        detail=f'cells of the numeric field "{shown(name)}" that are no numbers are left empty',
        file=table.file,
        column=name,
        count=count,
        examples=[
            {"row": places[rowid][0], "line": places[rowid][1], "value": value}
            for rowid, value in found
        ],
    )
