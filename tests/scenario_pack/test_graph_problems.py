from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scenario_pack.graph import prepare_graph
from scenario_pack.problems import PackError, Problem
from scenario_pack.schema import EdgeEntry, EdgeProperty, End, Filter, GraphSchema, VertexEntry
from support.csv_packs import folder_of, ignore_progress, only, places

SITE = VertexEntry("Site", "DimSite.csv", "SiteId", "site", ("SiteId", "Name"))
LINK = VertexEntry("Link", "DimLink.csv", "LinkId", "link", ("LinkId",))
ENDS = EdgeEntry(
    "ends_at",
    "FactEnds.csv",
    None,
    End("Link", "LinkId", "Link"),
    End("Site", "SiteId", "Site"),
    (EdgeProperty("Hop", "Hop", None, is_constant=False),),
)
SCHEMA = GraphSchema((SITE, LINK), (ENDS,))
SOUND = {
    "DimSite.csv": "SiteId,Name,City\ns1,One,Oslo\ns2,Two,Rome\n",
    "DimLink.csv": "LinkId,Speed\nl1,10\n",
    "FactEnds.csv": "Link,Site,Hop\nl1,s1,1\nl1,s2,2\n",
}


def refusal(
    tmp_path: Path, files: Mapping[str, str | bytes | None], schema: GraphSchema = SCHEMA
) -> PackError:
    given = {name: data for name, data in {**SOUND, **files}.items() if data is not None}
    with pytest.raises(PackError) as refused:
        prepare_graph(folder_of(tmp_path, given), schema, tmp_path, ignore_progress)
    return refused.value


def test_a_missing_file(tmp_path: Path) -> None:
    assert places(refusal(tmp_path, {"DimLink.csv": None})) == [("DimLink.csv", None, None, None)]


def test_missing_columns_of_all_files_at_once(tmp_path: Path) -> None:
    error = refusal(
        tmp_path,
        {
            "DimSite.csv": "Site,Name \ns1,One\n",
            "DimLink.csv": "\nLink\nl1\n",
            "FactEnds.csv": "link,hop\nl1,1\n",
        },
    )
    assert places(error) == [
        ("DimSite.csv", 1, 1, "SiteId"),
        ("DimSite.csv", 1, 1, "Name"),
        ("DimLink.csv", 2, 2, "LinkId"),
        ("FactEnds.csv", 1, 1, "Link"),
        ("FactEnds.csv", 1, 1, "Site"),
        ("FactEnds.csv", 1, 1, "Hop"),
    ]


def test_a_missing_column_of_a_filter(tmp_path: Path) -> None:
    filtered = EdgeEntry(
        ENDS.label, ENDS.csv_file, Filter("Kind", "x", negate=False), ENDS.source, ENDS.target, ()
    )
    error = refusal(tmp_path, {}, GraphSchema((SITE, LINK), (filtered,)))
    assert places(error) == [("FactEnds.csv", 1, 1, "Kind")]


def test_a_missing_column_that_ends_are_looked_up_in(tmp_path: Path) -> None:
    by_code = EdgeEntry(
        "ends_at", "FactEnds.csv", None, ENDS.source, End("Site", "city", "Site"), ()
    )
    problem = only(refusal(tmp_path, {}, GraphSchema((SITE, LINK), (by_code,))))
    assert (problem.file, problem.row, problem.column) == ("DimSite.csv", 1, "city")
    assert '"City"' in problem.detail


def test_duplicate_ids_name_both_rows(tmp_path: Path) -> None:
    sites = 'SiteId,Name\ns1,a\n\n"s2","b\nc"\ns1,d\ns3,e\ns1,f\ns2,g\n'
    error = refusal(tmp_path, {"DimSite.csv": sites})
    assert places(error) == [
        ("DimSite.csv", 5, 6, "SiteId"),
        ("DimSite.csv", 7, 8, "SiteId"),
        ("DimSite.csv", 8, 9, "SiteId"),
    ]
    assert [p.detail for p in error.problems] == [
        'the id "s1" of Site stands already in row 2',
        'the id "s1" of Site stands already in row 2',
        'the id "s2" of Site stands already in row 4',
    ]


def test_a_duplicate_id_in_two_files_of_a_label(tmp_path: Path) -> None:
    more = VertexEntry("Site", "More.csv", "Key", "site", ("Key",))
    files = {"More.csv": "Key\ns9\ns2\n"}
    problem = only(refusal(tmp_path, files, GraphSchema((SITE, LINK, more), (ENDS,))))
    assert (problem.file, problem.row, problem.column) == ("More.csv", 3, "Key")
    assert problem.detail.endswith("row 3 of DimSite.csv")


def test_an_empty_id(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"DimSite.csv": 'SiteId,Name\ns1,a\n\n"",b\ns2,\n,\n'})
    assert places(error) == [("DimSite.csv", 4, 4, "SiteId"), ("DimSite.csv", 6, 6, "SiteId")]


def test_no_vertices(tmp_path: Path) -> None:
    files = {"DimSite.csv": "SiteId,Name\n", "DimLink.csv": "LinkId\n\n"}
    assert "no vertices" in only(refusal(tmp_path, files)).detail


def test_a_label_without_rows_is_no_problem(tmp_path: Path) -> None:
    files = SOUND | {"DimLink.csv": "LinkId\n"}
    graph = prepare_graph(folder_of(tmp_path, files), SCHEMA, tmp_path, ignore_progress)
    assert [table.rows for table in graph.vertices] == [2, 0]
    graph.con.close()


def test_rows_with_too_many_and_too_few_fields(tmp_path: Path) -> None:
    links = "LinkId,Speed\nl1,1,2\n\nl2\nl3,3\n"
    error = refusal(tmp_path, {"DimLink.csv": links})
    assert places(error) == [("DimLink.csv", 2, 2, None), ("DimLink.csv", 4, 4, None)]
    assert [p.detail for p in error.problems] == [
        "too many fields: 3, and the header has 2",
        "too few fields: 1, and the header has 2",
    ]


def test_an_undecodable_byte_even_in_a_column_that_nobody_asked_for(tmp_path: Path) -> None:
    problem = only(
        refusal(tmp_path, {"DimSite.csv": b'SiteId,Name,City\n"s\n1",a,b\ns2,b,K\xf6ln\n'})
    )
    assert (problem.file, problem.row, problem.line, problem.column) == (
        "DimSite.csv",
        3,
        4,
        "City",
    )
    assert "0xF6" in problem.detail


def test_a_lone_cr_and_a_quote_never_closed(tmp_path: Path) -> None:
    files = {
        "DimLink.csv": "LinkId\nl1\rl2\nl3\n",
        "DimSite.csv": 'SiteId,Name\ns1,a\ns2,"b\ns3,c\n',
    }
    error = refusal(tmp_path, files)
    assert places(error) == [("DimSite.csv", 3, 3, "Name"), ("DimLink.csv", 2, 2, None)]
    assert "never closed" in error.problems[0].detail
    assert "(CR)" in error.problems[1].detail


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("SiteId;Name\ns1;a\n", "(;)"),
        ("SiteId,Name\rs1,a\r", "CR only"),
        ("SiteId,Name\ns1,a\n".encode("utf-16"), "UTF-16"),
        ("sep=,\nSiteId,Name\ns1,a\n", "sep="),
    ],
)
def test_what_spreadsheets_write(tmp_path: Path, data: str | bytes, said: str) -> None:
    problem = only(refusal(tmp_path, {"DimSite.csv": data}))
    assert problem.file == "DimSite.csv"
    assert said in problem.detail


def test_a_value_that_edges_refer_to_stands_twice(tmp_path: Path) -> None:
    by_city = EdgeEntry(
        "ends_at", "FactEnds.csv", None, ENDS.source, End("Site", "City", "Site"), ()
    )
    files = {
        "DimSite.csv": "SiteId,Name,City\ns1,,Oslo\n\ns2,,Rome\ns3,,Oslo\ns4,,Rome\n",
        "FactEnds.csv": "Link,Site\nl1,Oslo\n",
    }
    problem = only(refusal(tmp_path, files, GraphSchema((SITE, LINK), (by_city,))))
    assert (problem.file, problem.row, problem.line, problem.column) == (
        "DimSite.csv",
        5,
        5,
        "City",
    )
    assert problem.detail == 'edges refer to the Site "Oslo", which stands already in row 2'


def test_a_row_left_out_by_a_filter_refers_to_nothing(tmp_path: Path) -> None:
    only_rome = Filter("Site", "Rome", negate=False)
    by_city = EdgeEntry(
        "ends_at", "FactEnds.csv", only_rome, ENDS.source, End("Site", "City", "Site"), ()
    )
    files = SOUND | {
        "DimSite.csv": "SiteId,Name,City\ns1,,Oslo\ns2,,Rome\ns3,,Oslo\n",
        "FactEnds.csv": "Link,Site\nl1,Oslo\nl1,Rome\n",
    }
    schema = GraphSchema((SITE, LINK), (by_city,))
    graph = prepare_graph(folder_of(tmp_path, files), schema, tmp_path, ignore_progress)
    assert graph.edges[0].rows == 1
    graph.con.close()


def test_problems_of_all_kinds_and_files_in_one_answer(tmp_path: Path) -> None:
    rows = 300_000
    sites = "SiteId,Name\n" + "".join(f's{i},"a\nb"\n' for i in range(rows - 2))
    sites += 's77,"a\nb"\nlast,"a\nb",too,many\n'
    error = refusal(tmp_path, {"DimSite.csv": sites, "DimLink.csv": "LinkId\nl1\nl1\n"})
    assert places(error) == [
        ("DimSite.csv", rows + 1, 2 * rows, None),
        ("DimSite.csv", rows, 2 * rows - 2, "SiteId"),
        ("DimLink.csv", 3, 3, "LinkId"),
    ]
    assert error.problems[1].detail.endswith("row 79")


def test_thousands_of_problems_are_counted_and_hide_no_other(tmp_path: Path) -> None:
    """The first of each kind in each file, and how many more there are."""
    rows = "s1\n" * 1000 + "s1,a\n" * 1001 + ",a\n" * 1000
    error = refusal(tmp_path, {"DimSite.csv": "SiteId,Name\n" + rows, "DimLink.csv": "x\n"})
    site = [problem.detail for problem in error.problems if problem.file == "DimSite.csv"]
    rests = [detail for detail in site if detail.startswith("and ")]
    assert rests == [
        "and 975 more faulty rows",
        "and 975 more empty ids",
        "and 975 more duplicate ids of Site",
    ]
    assert len(site) == 3 * 26
    assert "DimLink.csv" in {problem.file for problem in error.problems}


def test_what_is_left_of_a_file_without_some_columns_is_judged_too(tmp_path: Path) -> None:
    error = refusal(
        tmp_path,
        {
            "DimSite.csv": "SiteId,Nam\ns1,a\ns1,b\n,c\ns3\n",
            "DimLink.csv": "Link,Link\nl1\n",
            "FactEnds.csv": "Hop\n1,2\n",
        },
    )
    assert sorted(places(error), key=str) == [
        ("DimLink.csv", 1, 1, "Link"),
        ("DimLink.csv", 1, 1, "LinkId"),
        ("DimLink.csv", 2, 2, None),
        ("DimSite.csv", 1, 1, "Name"),
        ("DimSite.csv", 3, 3, "SiteId"),
        ("DimSite.csv", 4, 4, "SiteId"),
        ("DimSite.csv", 5, 5, None),
        ("FactEnds.csv", 1, 1, "Link"),
        ("FactEnds.csv", 1, 1, "Site"),
        ("FactEnds.csv", 2, 2, None),
    ]


def test_problems_of_the_schema_come_with_those_of_the_files(tmp_path: Path) -> None:
    schema = GraphSchema((SITE,), (), (Problem("wrong", "graph_schema.yaml", line=3),))
    error = refusal(tmp_path, {"DimSite.csv": "SiteId,Name\n,x\n"}, schema)
    assert [p.file for p in error.problems] == ["graph_schema.yaml", "DimSite.csv"]
