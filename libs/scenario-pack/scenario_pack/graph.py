"""The graph of a pack: its CSVs read, checked and typed, ready for any engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb

from scenario_pack.csv_header import Header, missing_column, read_header
from scenario_pack.folder import ScenarioFolder
from scenario_pack.graph_edges import join_edges
from scenario_pack.graph_lookups import Lookups
from scenario_pack.graph_tables import ColumnTypes, PreparedGraph
from scenario_pack.graph_vertices import id_problems, unite_vertices
from scenario_pack.names import shown
from scenario_pack.problems import PackError, Problem
from scenario_pack.progress import OnProgress, Progress
from scenario_pack.schema import EdgeEntry, End, GraphSchema
from scenario_pack.tables import CsvTable, load_csv, open_database
from scenario_pack.value_types import ValueType, infer


def prepare_graph(
    folder: ScenarioFolder, schema: GraphSchema, work: Path, on_progress: OnProgress
) -> PreparedGraph:
    """Reads all CSVs that the schema names. `work` takes what does not fit into memory.

    Raises PackError with every problem of the schema and of every file. Dangling edges are
    warnings. The caller closes the connection of what it gets.
    """
    con = open_database(work)
    try:
        return _Preparation(con, folder, schema, Progress(on_progress)).run()
    except BaseException:
        con.close()
        raise


class _Preparation:
    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        folder: ScenarioFolder,
        schema: GraphSchema,
        progress: Progress,
    ) -> None:
        self._con = con
        self._folder = folder
        self._schema = schema
        self._progress = progress
        self._tables: dict[str, CsvTable] = {}
        self._problems = list(schema.problems)

    def run(self) -> PreparedGraph:
        headers = self._read_headers()
        self._check_lookups(headers)
        self._load(headers)
        lookups = Lookups(self._con, self._schema, self._tables)
        self._check(lookups)
        if self._problems:
            raise PackError(self._problems)
        types = self._infer()
        vertices = unite_vertices(self._con, self._schema, self._tables, types)
        edges, warnings = join_edges(
            self._con, self._schema, self._tables, types, lookups, self._progress
        )
        dangling = sum(warning.count for warning in warnings)
        return PreparedGraph(self._con, vertices, edges, dangling, warnings)

    def _read_headers(self) -> dict[str, Header]:
        needed: defaultdict[str, list[str]] = defaultdict(list)
        for vertex in self._schema.vertices:
            needed[vertex.csv_file] += [vertex.id_column, *vertex.properties]
        for edge in self._schema.edges:
            needed[edge.csv_file] += _columns_of(edge)
        headers = {}
        for file, columns in needed.items():
            try:
                headers[file] = read_header(self._folder.path(file), shown(file), columns)
            except PackError as error:
                self._problems += error.problems
        return headers

    def _check_lookups(self, headers: dict[str, Header]) -> None:
        """Each end's property is a column of at least one CSV of its label."""
        for end in dict.fromkeys((end.label, end.property) for end in self._ends()):
            label, column = end
            files = {v.csv_file for v in self._schema.vertices if v.label == label}
            if not files <= headers.keys():
                continue  # that has been said
            looked_at = [headers[file] for file in sorted(files)]
            if any(p.column == column for header in looked_at for p in header.problems):
                continue
            if not any(column in header.names for header in looked_at):
                why = f", in which edges look for their {shown(label)}"
                self._problems += [missing_column(header, column, why) for header in looked_at]

    def _load(self, headers: dict[str, Header]) -> None:
        columns: defaultdict[str, set[str]] = defaultdict(set)
        for vertex in self._schema.vertices:
            looked_up = {end.property for end in self._ends() if end.label == vertex.label}
            columns[vertex.csv_file] |= {vertex.id_column, *vertex.properties, *looked_up}
        for edge in self._schema.edges:
            columns[edge.csv_file].update(_columns_of(edge))
        for number, (file, header) in enumerate(headers.items()):
            table = load_csv(
                self._con,
                f"csv{number}",
                self._folder.path(file),
                header,
                columns[file],
                self._progress,
            )
            self._tables[file] = table
            self._problems += table.problems

    def _check(self, lookups: Lookups) -> None:
        self._progress.update("Checking ids", 0)
        self._problems += id_problems(self._con, self._schema, self._tables)
        self._problems += lookups.problems()
        vertex_files = {vertex.csv_file for vertex in self._schema.vertices}
        if not self._problems and not any(self._tables[file].rows for file in vertex_files):
            detail = "no vertices: the CSVs of all labels have a header and no rows"
            self._problems.append(Problem(detail, shown(min(vertex_files, default=""))))

    def _infer(self) -> ColumnTypes:
        """The types of all columns that become properties; ids are text and not looked at."""
        columns: defaultdict[str, set[str]] = defaultdict(set)
        for vertex in self._schema.vertices:
            columns[vertex.csv_file].update(set(vertex.properties) - {vertex.id_column})
        for edge in self._schema.edges:
            columns[edge.csv_file].update(p.column for p in edge.properties if p.column is not None)
        return {
            file: self._infer_file(self._tables[file], sorted(names))
            for file, names in columns.items()
        }

    def _infer_file(self, table: CsvTable, names: list[str]) -> dict[str, ValueType | None]:
        self._progress.update(f"Typing {table.file}", table.rows, table.rows)
        inferred = infer(self._con, table.relation, [table.columns[name] for name in names])
        return dict(zip(names, inferred.values(), strict=True))

    def _ends(self) -> Iterator[End]:
        for edge in self._schema.edges:
            yield edge.source
            yield edge.target


def _columns_of(edge: EdgeEntry) -> list[str]:
    filtered = [edge.filter.column] if edge.filter else []
    properties = [p.column for p in edge.properties if p.column is not None]
    return [*filtered, edge.source.column, edge.target.column, *properties]
