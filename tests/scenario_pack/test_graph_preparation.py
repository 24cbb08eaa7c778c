from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from scenario_pack.graph import prepare_graph
from scenario_pack.graph_tables import PreparedGraph
from scenario_pack.problems import PackError
from scenario_pack.schema import EdgeEntry, EdgeProperty, End, Filter, GraphSchema, VertexEntry
from support.csv_packs import folder_of, ignore_progress, rows_of
from support.graph_by_hand import graph_by_hand


@contextmanager
def prepared(files: Mapping[str, str], schema: GraphSchema) -> Iterator[PreparedGraph]:
    with tempfile.TemporaryDirectory() as work:
        graph = prepare_graph(folder_of(Path(work), files), schema, Path(work), ignore_progress)
        with graph.con:
            yield graph


def vertex(label: str, file: str, id_column: str, *properties: str) -> VertexEntry:
    names = tuple(dict.fromkeys([id_column, *properties]))
    return VertexEntry(label, file, id_column, label.lower(), names)


def column(name: str, of: str | None = None) -> EdgeProperty:
    return EdgeProperty(name, of or name, None, is_constant=False)


def constant(name: str, value: str | float | bool | None) -> EdgeProperty:
    return EdgeProperty(name, None, value, is_constant=True)


def edge(
    label: str,
    file: str,
    source: End,
    target: End,
    *properties: EdgeProperty,
    only: Filter | None = None,
) -> EdgeEntry:
    return EdgeEntry(label, file, only, source, target, properties)


def vertices_of(graph: PreparedGraph) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        table.label: {
            key: dict(zip((c.name for c in table.columns), values, strict=True))
            for key, *values in rows_of(graph.con, table.relation)
        }
        for table in graph.vertices
    }


def edges_of(graph: PreparedGraph) -> list[tuple[Any, ...]]:
    return [
        (
            table.label,
            table.source_label,
            table.target_label,
            source,
            target,
            n,
            dict(zip((c.name for c in table.columns), values, strict=True)),
        )
        for table in graph.edges
        for source, target, n, *values in rows_of(graph.con, table.relation)
    ]


# Random packs ---------------------------------------------------------------------------------

IDS = ["a", "b", "c", "a ", " a", "0012", "12", 'q"', "x,y", "\n", "é", "NULL", "#1", "\0"]
CELLS = ["", "1", "2", "2.5", "-0", "true", "x", "007", "9223372036854775808"]
NUMBERS = ["", "1", "2.5", "3"]
LABELS = ["Site", "Über Label", "select"]
ID, KEY, EXTRA, OTHER = 'Id"1', "Key;", "extra", "Extra"
SOURCE, TARGET, KIND, WEIGHT = "from", 'to"', "kind.", "weight"
CONSTANTS: list[str | float | bool | None] = [1, 2.0, True, "é'\"", "1", None, ""]


def csv_of(header: list[str], rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def random_pack(random: Random) -> tuple[dict[str, str], GraphSchema]:
    files = {}
    vertices = []
    left = {label: random.sample(IDS, len(IDS)) for label in LABELS}
    for number in range(random.randint(1, 4)):
        label, file = random.choice(LABELS[: number + 1]), f"v{number}.csv"
        header = random.choice([[ID, KEY, EXTRA], [KEY, OTHER, ID], [ID, KEY, OTHER], [EXTRA, ID]])
        keys = [*random.sample(IDS, len(IDS)), ""]
        rows = [
            [
                left[label].pop()
                if name == ID
                else random.choice([keys.pop(), *CELLS[: name != KEY]])
                for name in header
            ]
            for _ in range(min(random.randint(2, 6), len(left[label])))
        ]
        files[file] = csv_of(header, rows)
        stored = random.sample(header, random.randint(0, len(header)))
        vertices.append(vertex(label, file, ID, *stored))
    known = sorted({entry.label for entry in vertices})
    for file in ("e0.csv", "e1.csv"):
        ends = random.sample([*IDS, "", "nowhere"], random.randint(3, 12))
        weights = random.choice([CELLS, NUMBERS, NUMBERS])
        rows = [
            [random.choice(values) for values in (ends, ends, CELLS, weights)]
            for _ in range(random.randint(0, 40))
        ]
        files[file] = csv_of([SOURCE, TARGET, KIND, WEIGHT], rows)
    entries = [random_edges(random, known) for _ in range(random.randint(1, 4))]
    return files, GraphSchema(tuple(vertices), tuple(entries))


def random_edges(random: Random, labels: list[str]) -> EdgeEntry:
    def end(of: str) -> End:
        return End(random.choice(labels), random.choice([ID, ID, ID, KEY]), of)

    properties = {"w": column("w", random.choice([WEIGHT, KIND])), "p0": column("p0", SOURCE)}
    for name in ("w", "side"):
        if random.random() < 0.3:
            properties[name] = constant(name, random.choice(CONSTANTS))
    only = Filter(random.choice([KIND, SOURCE]), random.choice(CELLS), random.random() < 0.7)
    return EdgeEntry(
        random.choice(["routes via", "order"]),
        random.choice(["e0.csv", "e1.csv"]),
        only if random.random() < 0.5 else None,
        end(SOURCE),
        end(TARGET),
        tuple(p for p in properties.values() if random.random() < 0.7),
    )


@settings(max_examples=120)
@given(seed=st.integers(0, 2**32))
def test_random_packs_are_prepared_as_by_hand(seed: int) -> None:
    files, schema = random_pack(Random(seed))
    has_key = {
        entry.label for entry in schema.vertices if KEY in files[entry.csv_file].split("\n")[0]
    }
    ends = [end for entry in schema.edges for end in (entry.source, entry.target)]
    expected = graph_by_hand(files, schema)
    if any(end.property == KEY and end.label not in has_key for end in ends) or expected.ambiguous:
        event("refused")
        with pytest.raises(PackError) as refused, prepared(files, schema):
            pass
        assert {p.column for p in refused.value.problems} == {KEY}
        return
    with prepared(files, schema) as graph:
        assert repr(vertices_of(graph)) == repr(expected.vertices)
        assert {table.label: table.rows for table in graph.vertices} == {
            label: len(found) for label, found in expected.vertices.items()
        }
        found = edges_of(graph)
        assert sorted(map(repr, found)) == sorted(map(repr, expected.edges))
        assert sum(table.rows for table in graph.edges) == len(found)
        assert graph.dangling == sum(len(rows) for _, rows in expected.dangling)
        assert sorted(
            (w.file, w.count, [e["row"] for e in w.examples]) for w in graph.warnings
        ) == sorted((entry.csv_file, len(rows), rows[:20]) for entry, rows in expected.dangling)
    event(f"edges: {min(len(found), 3)}, dangling: {min(graph.dangling, 3)}")


# Each rule by itself --------------------------------------------------------------------------


SITE = vertex("Site", "v.csv", "Id", "Name")
LINK = edge("link", "e.csv", End("Site", "Id", "from"), End("Site", "Id", "to"))


def of_sites(vertices: str, edges: str, *entries: EdgeEntry) -> Any:
    schema = GraphSchema((SITE,), entries or (LINK,))
    return prepared({"v.csv": vertices, "e.csv": edges}, schema)


def test_parallel_edges_are_numbered_by_entry_and_row() -> None:
    back = edge("link", "e.csv", End("Site", "Id", "to"), End("Site", "Id", "from"), column("w"))
    there = edge("link", "e.csv", End("Site", "Id", "from"), End("Site", "Id", "to"), column("w"))
    with of_sites(
        "Id,Name\na,\nb,\n", "from,to,w\na,b,1\nb,a,2\na,a,3\na,b,4\n", there, back
    ) as graph:
        (table,) = graph.edges
        assert table.rows == 8
        assert sorted(rows_of(graph.con, table.relation)) == [
            ("a", "a", 0, 3), ("a", "a", 1, 3),
            ("a", "b", 0, 1), ("a", "b", 1, 4), ("a", "b", 2, 2),
            ("b", "a", 0, 2), ("b", "a", 1, 1), ("b", "a", 2, 4),
        ]  # fmt: skip


def test_an_end_is_looked_up_in_any_column_stored_or_not() -> None:
    by_code = edge("link", "e.csv", End("Site", "Code", "from"), End("Site", "Id", "to"))
    vertices = "Id,Name,Code\na,,x\nb,,y\nc,,z\nd,,z\n"  # z stands twice, but nobody refers to it
    with of_sites(vertices, "from,to\nx,b\ny,y\na,b\n", by_code) as graph:
        assert [name for name, _ in graph.vertices[0].columns] == ["Id", "Name"]
        assert [row[:3] for row in edges_of(graph)] == [("link", "Site", "Site")]
        assert rows_of(graph.con, graph.edges[0].relation) == [("a", "b", 0)]
        assert graph.dangling == 2


def test_cells_are_compared_as_they_are() -> None:
    ids = ["x", "x ", " x", "X", "é", "e\u0301", "#FF0000", "007", "7", "a\nb", "\0", "😀"]
    vertices = csv_of(["Id", "Name"], [[i, ""] for i in ids])
    edges = csv_of(["from", "to"], [[i, i] for i in ids])
    with of_sites(vertices, edges) as graph:
        assert set(vertices_of(graph)["Site"]) == set(ids)
        assert [source for source, *_ in rows_of(graph.con, graph.edges[0].relation)] == ids
        assert graph.warnings == []


def test_one_column_files_have_no_other_delimiter() -> None:
    ids = ["#FF0000", "x;y", *(f"n{i}" for i in range(2045)), "#FF0001", "p|q", "t\tu", "#FF0002"]
    schema = GraphSchema((vertex("Site", "v.csv", "SiteId"),), ())
    with prepared({"v.csv": "SiteId\n" + "\n".join(ids)}, schema) as graph:
        assert [key for key, _ in rows_of(graph.con, graph.vertices[0].relation)] == ids


@pytest.mark.parametrize(
    "value", ["NO", "on", "0001", "1.0", "12:30", "1_000", "~", "null", " x", ""]
)
def test_a_filter_compares_texts(value: str) -> None:
    edges = csv_of(
        ["from", "to", "kind"], [["a", "b", value], ["a", "b", "1"], ["a", "no", "true"]]
    )
    for negate, expected in ((False, 1), (True, 1)):
        ends = End("Site", "Id", "from"), End("Site", "Id", "to")
        filtered = edge("link", "e.csv", *ends, only=Filter("kind", value, negate))
        with of_sites("Id,Name\na,\nb,\n", edges, filtered) as graph:
            assert graph.edges[0].rows == expected
            assert graph.dangling == negate


def test_constants_keep_their_type() -> None:
    values: dict[str, str | float | bool | None] = {
        "i": 2**62 + 1,
        "f": 1.0,
        "b": False,
        "t": "1.0",
        "n": None,
        "q": "O'Brien \\ \" {x}",
    }
    constants = [constant(name, value) for name, value in values.items()]
    entry = edge("link", "e.csv", LINK.source, LINK.target, *constants)
    with of_sites("Id,Name\na,\n", "from,to\na,a\n", entry) as graph:
        assert [t for _, t in graph.edges[0].columns] == [
            "integer", "float", "boolean", "text", "text", "text",
        ]  # fmt: skip
        assert rows_of(graph.con, graph.edges[0].relation) == [("a", "a", 0, *values.values())]


def test_a_property_has_one_type_in_all_tables_of_its_label() -> None:
    schema = GraphSchema(
        (SITE, vertex("Hub", "h.csv", "Id")),
        (
            edge("link", "e.csv", LINK.source, LINK.target, column("w")),
            edge("link", "f.csv", End("Hub", "Id", "from"), LINK.target, column("w"), column("x")),
        ),
    )
    files = {
        "v.csv": "Id,Name\na,\n",
        "h.csv": "Id\na\n",
        "e.csv": "from,to,w\na,a,1\n",
        "f.csv": "from,to,w,x\na,a,2.5,\n",
    }
    with prepared(files, schema) as graph:
        of_sites, of_hubs = graph.edges
        assert of_sites.columns == of_hubs.columns == [("w", "float"), ("x", "text")]
        assert rows_of(graph.con, of_sites.relation) == [("a", "a", 0, 1.0, None)]
        assert rows_of(graph.con, of_hubs.relation) == [("a", "a", 0, 2.5, None)]


def test_entries_of_one_label_are_united_and_keep_the_text_as_written() -> None:
    schema = GraphSchema(
        (vertex("Site", "v.csv", "Id", "Level", "Name"), vertex("Site", "w.csv", "Code", "Level")),
        (),
    )
    files = {"v.csv": "Id,Level,Name\na,1.50,n\n", "w.csv": "Code,Level\nb,true\n"}
    with prepared(files, schema) as graph:
        (table,) = graph.vertices
        assert table.columns == [
            ("Id", "text"), ("Level", "text"), ("Name", "text"), ("Code", "text"),
        ]  # fmt: skip
        assert table.rows == 2
        assert rows_of(graph.con, table.relation) == [
            ("a", "a", "1.50", "n", None),
            ("b", None, "true", None, "b"),
        ]


def test_columns_that_differ_only_in_case_are_two() -> None:
    schema = GraphSchema((vertex("Site", "v.csv", "id", "ID", "Id"),), ())
    with prepared({"v.csv": "ID,id,Id\n1,a,2.5\n"}, schema) as graph:
        assert graph.vertices[0].columns == [("id", "text"), ("ID", "integer"), ("Id", "float")]
        assert rows_of(graph.con, graph.vertices[0].relation) == [("a", "a", 1, 2.5)]


def test_dangling_edges_are_counted_with_the_first_twenty_by_value() -> None:
    edges = 'from,to\na,a\n\n"no\nbody",a\na,\n,\n' + "a,away\n" * 30
    with of_sites("Id,Name\na,\n", edges) as graph:
        assert (graph.edges[0].rows, graph.dangling) == (1, 33)
        (warning,) = graph.warnings
        assert (warning.kind, warning.file, warning.count) == ("dangling", "e.csv", 33)
        assert len(warning.examples) == 20
        assert warning.examples[:4] == [
            {"row": 4, "line": 4, "source": "no\nbody", "target": "a", "missing": "source"},
            {"row": 5, "line": 6, "source": "a", "target": "", "missing": "target"},
            {"row": 6, "line": 7, "source": "", "target": "", "missing": "both"},
            {"row": 7, "line": 8, "source": "a", "target": "away", "missing": "target"},
        ]


def test_one_csv_feeds_vertices_and_edges() -> None:
    schema = GraphSchema(
        (vertex("Site", "v.csv", "Id"),),
        (edge("within", "v.csv", End("Site", "Id", "Id"), End("Site", "Id", "Parent")),),
    )
    with prepared({"v.csv": "Id,Parent\na,\nb,a\nc,b\n"}, schema) as graph:
        assert rows_of(graph.con, graph.edges[0].relation) == [("b", "a", 0), ("c", "b", 0)]
        assert graph.dangling == 1


def test_three_hundred_thousand_records_with_quoted_newlines(tmp_path: Path) -> None:
    rows = 300_000
    vertices = "Id,Name\n" + "".join(f's{i},"a\nb"\n' for i in range(rows))
    with prepared({"v.csv": vertices}, GraphSchema((SITE,), ())) as graph:
        assert graph.vertices[0].rows == rows
        assert graph.con.execute(
            f"SELECT count(DISTINCT _key), count(*) FILTER (p1 = E'a\\nb')"
            f" FROM {graph.vertices[0].relation}"
        ).fetchall() == [(rows, rows)]


def test_values_reach_parquet(tmp_path: Path) -> None:
    with of_sites("Id,Name\na,x\n", "from,to\na,a\n") as graph:
        file = tmp_path / "v.parquet"
        graph.con.execute(f"COPY (FROM {graph.vertices[0].relation}) TO '{file}' (FORMAT parquet)")
        assert rows_of(graph.con, f"read_parquet('{file}')") == [("a", "a", "x")]
