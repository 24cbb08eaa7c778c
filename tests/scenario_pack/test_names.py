from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario_pack.names import check_scenario_name, rename_resources, renamed_resource, shown
from scenario_pack.problems import MAX_PROBLEMS_PER_FILE, PackError, Problem


@pytest.mark.parametrize("name", ["ab", "a1", "telco-noc", "0-9", "a" * 50, "my-topology-2"])
def test_legal_names(name: str) -> None:
    check_scenario_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "a", "-ab", "ab-", "a--b", "Telco", "a_b", "a b", "a.b", "é1", "a" * 51, "ab\n", "a/b"],
)
def test_illegal_names(name: str) -> None:
    with pytest.raises(PackError, match="can't be a scenario name: take 2 to 50"):
        check_scenario_name(name)


@pytest.mark.parametrize("ending", ["topology", "telemetry", "prompts", "runbooks", "tickets"])
def test_reserved_endings(ending: str) -> None:
    with pytest.raises(PackError, match=f'the ending "-{ending}" is reserved'):
        check_scenario_name(f"x-{ending}")


@pytest.mark.parametrize(
    ("resource", "old", "new", "expected"),
    [
        ("a-topology", "a", "b", "b-topology"),
        ("a", "a", "b", "b"),
        ("shared", "a", "b", "shared"),
        ("b-x", "b", "b-c", "b-c-x"),
        ("g", "", "b", "b-g"),
        ("", "", "b", "b"),
    ],
)
def test_renamed_resources(resource: str, old: str, new: str, expected: str) -> None:
    assert renamed_resource(resource, old, new) == expected


def test_rename_resources_takes_any_shape() -> None:
    odd = {"data_sources": {"graph": "a", "search_indexes": ["a", 5]}, "cosmos": None}
    assert rename_resources(odd, "a", "b") == odd | {"name": "b"}
    config = {"name": "a", "search_indexes": [{"name": "a-i", "container": "a-c"}], "agents": ["a"]}
    assert rename_resources(config, "a", "b") == {
        "name": "b",
        "search_indexes": [{"name": "b-i", "container": "a-c"}],
        "agents": ["a"],
    }


@given(st.text(st.characters(), max_size=300))
def test_what_is_shown_can_be_shown_anywhere(text: str) -> None:
    shown(text).encode()  # or there are broken bytes left
    assert shown(text).isprintable()


def test_problems_of_a_file_are_cut_and_counted() -> None:
    many = [Problem(f"{n}", file="a") for n in range(250)] + [Problem("other", file="b")]
    error = PackError(many)
    assert len(error.problems) == MAX_PROBLEMS_PER_FILE + 2
    assert error.problems[-1] == Problem("and 150 more problems in this file", file="a")
    assert str(error) == "0 (and 101 more)"
    assert str(PackError(Problem("one"))) == "one"


def test_a_problem_says_where_it_is() -> None:
    assert str(Problem("bad", "a.csv", 3, 4, "Id")) == "a.csv, row 3, line 4, column Id: bad"
    assert str(Problem("bad")) == "bad"
    assert Problem("bad", "a.csv", 3).as_dict() == {
        "file": "a.csv",
        "row": 3,
        "line": None,
        "column": None,
        "detail": "bad",
    }
