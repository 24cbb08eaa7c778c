from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from scenario_pack.csv_header import Header, read_header
from scenario_pack.problems import PackError
from support.csv_packs import only, places


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.csv"


def header(path: Path, data: str | bytes, *wanted: str, name_unnamed: bool = False) -> Header:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    found = read_header(path, "DimSite.csv", wanted, name_unnamed=name_unnamed)
    if found.problems:
        raise PackError(found.problems)
    return found


def refusal(path: Path, data: str | bytes, *wanted: str) -> PackError:
    with pytest.raises(PackError) as refused:
        header(path, data, *wanted)
    return refused.value


def test_one_byte_order_mark_is_eaten(path: Path) -> None:
    assert header(path, "\ufeffSiteId,Name\n", "SiteId").names == ("SiteId", "Name")


def test_names_may_hold_any_sign(path: Path) -> None:
    names = header(path, '"a\nb","c""d",e f,数,\n1,2,3,4,5\n').names
    assert names == ("a\nb", 'c"d', "e f", "数", "")


def test_case_makes_two_columns(path: Path) -> None:
    assert header(path, "Name,name\n", "Name", "name").names == ("Name", "name")


def test_blank_lines_before_the_header_count_as_rows(path: Path) -> None:
    found = header(path, "\n\r\nSiteId\n")
    assert (found.row, found.line, found.next_row, found.next_line) == (3, 3, 4, 4)


def test_line_ends_of_header_and_body_may_differ(path: Path) -> None:
    found = header(path, "SiteId,Name\r\n1,a\n")
    assert (found.names, found.end) == (("SiteId", "Name"), 13)


def test_columns_without_a_name_are_called_by_their_place(path: Path) -> None:
    found = header(path, ",a,,b\n", name_unnamed=True)
    assert found.names == ("column_1", "a", "column_3", "b")


@pytest.mark.parametrize("data", ["", "\n", "\r\n\n", "\ufeff"])
def test_an_empty_file_has_no_header(path: Path, data: str) -> None:
    assert "no header" in only(refusal(path, data)).detail


@pytest.mark.parametrize(
    "data",
    [
        "SiteId,Name\r\n1,a\r\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "SiteId,Name\n1,a\n".encode("utf-16-be"),
        "SiteId,Name\n1,a\n".encode("utf-16-le"),
        "SiteId,Name\n1,a\n".encode("utf-16-be"),
    ],
)
def test_utf_16_is_said(path: Path, data: bytes) -> None:
    problem = only(refusal(path, data, "SiteId"))
    assert "UTF-16" in problem.detail
    assert (problem.file, problem.row, problem.line) == ("DimSite.csv", 1, 1)


@pytest.mark.parametrize("data", ["SiteId,Name\r1,a\r", "SiteId,Name\r1,a", "\ufeffSiteId\r1\r2\r"])
def test_lines_that_end_with_cr_only_are_said(path: Path, data: str) -> None:
    assert "CR only" in only(refusal(path, data, "SiteId", "City")).detail


def test_a_lone_cr_in_the_header(path: Path) -> None:
    problem = only(refusal(path, "SiteId,Name\r1,a\n2,b\n", "SiteId"))
    assert "CR" in problem.detail
    assert (problem.row, problem.line) == (1, 1)


@pytest.mark.parametrize("line", ["sep=,", "sep=;", "SEP=\t", '"sep=,"', "\ufeffsep=;"])
def test_a_sep_line_is_said(path: Path, line: str) -> None:
    problem = only(refusal(path, f"{line}\r\nSiteId,Name\r\n1,a\r\n", "SiteId"))
    assert "sep=" in problem.detail


@pytest.mark.parametrize(("sign", "said"), [(";", "(;)"), ("\t", "a tab"), ("|", "(|)")])
def test_another_delimiter_is_named(path: Path, sign: str, said: str) -> None:
    problem = only(
        refusal(path, f"SiteId{sign}Name{sign}City\n1{sign}a{sign}b\n", "SiteId", "Name")
    )
    assert said in problem.detail
    assert problem.file == "DimSite.csv"


@pytest.mark.parametrize("name", ["SiteId", "note", "a;b", "x|y"])
def test_one_column_is_no_other_delimiter(path: Path, name: str) -> None:
    assert header(path, f"{name}\nx;y\np|q\nt\tu\n", name).names == (name,)


def test_a_name_given_twice(path: Path) -> None:
    problem = only(refusal(path, "a,b,a,c,a\n1,2,3,4,5\n"))
    assert '"a" 3 times' in problem.detail
    assert (problem.row, problem.column) == (1, "a")


def test_a_number_given_twice_by_a_column_without_a_name(path: Path) -> None:
    with pytest.raises(PackError) as refused:
        header(path, "column_2,,x\n", name_unnamed=True)
    assert places(refused.value) == [("DimSite.csv", 1, 1, "column_2")]


def test_a_byte_of_the_header_that_is_not_utf_8(path: Path) -> None:
    problem = only(refusal(path, b"\nSiteId,Stra\xdfe\n1,a\n"))
    assert "0xDF" in problem.detail
    assert (problem.row, problem.line, problem.column) == (2, 2, "Stra\\xdfe")


@pytest.mark.parametrize("data", ['"SiteId,Name\n1,a\n', 'SiteId,"Name\n1,a\n', '"'])
def test_a_quote_of_the_header_never_closed(path: Path, data: str) -> None:
    assert "never closed" in only(refusal(path, data)).detail


def test_all_missing_columns_at_once_with_their_look_alikes(path: Path) -> None:
    error = refusal(
        path,
        "\ufeff\ufeffSiteId,Name\u00a0, City,REGION,Stre\u200bet,Cafe\u0301\n",
        "SiteId", "Name", "City", "Region", "Street", "Caf\u00e9", "Nowhere",
    )  # fmt: skip
    details = {p.column: p.detail for p in error.problems}
    assert list(details) == ["SiteId", "Name", "City", "Region", "Street", "Café", "Nowhere"]
    assert "U+FEFF) at its beginning" in details["SiteId"]
    assert "U+00A0) at its end" in details["Name"]
    assert "a blank (U+0020) at its beginning" in details["City"]
    assert "upper and lower case" in details["Region"]
    assert "U+200B" in details["Street"]
    assert "other signs" in details["Café"]
    assert details["Nowhere"] == 'the column "Nowhere" is missing'
    assert {(p.file, p.row, p.line) for p in error.problems} == {("DimSite.csv", 1, 1)}


def test_a_header_longer_than_a_beginning(path: Path) -> None:
    names = [f"column number {i}" for i in range(20_000)]
    assert header(path, ",".join(names) + "\n", names[-1]).names == tuple(names)
