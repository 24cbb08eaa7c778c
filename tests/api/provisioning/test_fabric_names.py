"""Names that Fabric takes, whatever a pack calls its things."""

import hashlib
import random
import re
from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.provisioning.names import (
    LONGEST,
    file_paths,
    item_name,
    legal_names,
    property_names,
    table_names,
)
from scenario_pack.value_types import ValueType

LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
TABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,255}")

# letters that clash in many ways, and all that there is
few = st.text("aA_ b1ßé-", max_size=6)
texts = st.one_of(few, st.text(min_size=1, max_size=150))
scenarios = st.from_regex(r"[a-z0-9](-?[a-z0-9]){1,9}", fullmatch=True)
kinds = st.sampled_from(["text", "integer", "float", "boolean", "timestamp"])


def are_unique(names: list[str]) -> bool:
    return len({name.casefold() for name in names}) == len(names)


@given(st.sets(texts, max_size=30), st.randoms())
def test_names_are_legal_unique_and_independent_of_order(
    originals: set[str], rng: random.Random
) -> None:
    names = legal_names(sorted(originals), ["source_key"])
    assert names.keys() == originals
    assert all(LEGAL.fullmatch(name) and len(name) <= LONGEST + 7 for name in names.values())
    assert are_unique([*names.values(), "source_key"])
    shuffled = sorted(originals)
    rng.shuffle(shuffled)
    assert legal_names(shuffled, ["source_key"]) == names
    # nobody has to give way for those that are legal as they are
    legal = [name for name in originals if legal_names([name]) == {name: name}]
    for name in legal:
        if [each.casefold() for each in legal].count(name.casefold()) == 1:
            assert names[name] == name


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_each_that_meets_another_is_told_apart_and_stays_so() -> None:
    apart = {"a b": f"a_b_{digest('a b')[:6]}", "a+b": f"a_b_{digest('a+b')[:6]}"}
    assert legal_names(["a b"]) == {"a b": "a_b"}
    assert legal_names(["a b", "a+b"]) == apart
    assert legal_names(["Site", "site"]) == {"Site": "Site", "site": f"site_{digest('site')[:6]}"}
    assert legal_names(["日本", "1st", "_id"]) == {"日本": "x", "1st": "x_1st", "_id": "id"}


def test_a_name_that_is_like_anothers_with_its_hash() -> None:
    rival = f"site_{digest('site')[:6]}"
    names = legal_names(["Site", "site", rival])
    assert are_unique(list(names.values()))


def test_thousands_of_names_that_leave_nothing_legal() -> None:
    names = legal_names([chr(0x4E00 + n) for n in range(9_000)])
    assert are_unique(list(names.values()))


@given(scenarios, st.dictionaries(texts, texts, max_size=20))
def test_tables(scenario: str, parts: dict[str, str]) -> None:
    names = table_names(scenario, parts)
    assert names.keys() == parts.keys()
    assert all(TABLE.fullmatch(name) for name in names.values())
    assert are_unique(list(names.values()))
    assert all(name.startswith(f"{item_name(scenario)}__") for name in names.values())


def test_scenarios_share_no_table() -> None:
    scenarios = ["a", "a-b", "1a", "scenario", "scenario-1a", "a-b-c"]
    labels = ["a", "b", "b__c", "1a", "_1a", "x", "1a__x"]
    names = [
        name
        for scenario in scenarios
        for name in table_names(scenario, {label: label for label in labels}).values()
    ]
    assert are_unique(names)
    assert are_unique([item_name(scenario) for scenario in scenarios])


def test_two_keys_with_the_same_words_are_two_tables() -> None:
    names = table_names("s", {"one": "A_b_C", "two": "A_b_C"})
    assert names.keys() == {"one", "two"}
    assert are_unique(list(names.values()))


properties = st.dictionaries(
    st.sampled_from(["A", "B", "C"]),
    st.dictionaries(
        st.one_of(few, st.sampled_from(["a_text", "a_integer", "source_key"])), kinds, max_size=6
    ),
)


@given(properties)
def test_a_property_has_one_type_over_all_labels(
    of_labels: dict[str, dict[str, ValueType]],
) -> None:
    names = property_names(of_labels)
    types: dict[str, set[str]] = {}
    for label, named in names.items():
        assert named.keys() == of_labels[label].keys()
        assert all(LEGAL.fullmatch(name) for name in named.values())
        assert are_unique([*named.values(), "source_key", "target_key"])
        for original, name in named.items():
            types.setdefault(name.casefold(), set()).add(of_labels[label][original])
    assert all(len(found) == 1 for found in types.values())
    backwards = {
        label: dict(reversed(known.items())) for label, known in reversed(of_labels.items())
    }
    assert property_names(backwards) == names


def test_a_type_at_the_end_only_where_there_are_several() -> None:
    assert property_names(
        {
            "A": {"Speed": "integer", "Name": "text", "name": "text"},
            "B": {"speed": "float", "Name": "text"},
            "C": {"Name": "text", "speed_float": "text"},
        }
    ) == {
        "A": {
            "Speed": "Speed_integer",
            "Name": "Name",
            "name": f"name_{digest('name')[:6]}",
        },
        "B": {"speed": f"speed_float_{digest('speed_float')[:6]}", "Name": "Name"},
        "C": {"Name": "Name", "speed_float": "speed_float"},
    }


def test_a_property_that_is_like_anothers_with_its_hash() -> None:
    rival = f"site_{digest('site')[:6]}"
    names = property_names({"A": {"Site": "integer", "site": "integer"}, "B": {rival: "text"}})
    assert names["B"] == {rival: rival}
    assert names["A"]["site"] != rival


def storable(path: str) -> bool:
    return path.isprintable() and all(
        each == each.strip().rstrip(".") and each and not set(each) & set('\\"*:<>?|')
        for each in path.split("/")
    )


members = st.lists(
    st.one_of(few, st.text(st.characters(exclude_characters="/", exclude_categories=["Cs", "Cc"])))
    .filter(lambda each: each not in {"", ".", ".."}),
    min_size=1,
    max_size=3,
).map("/".join)  # fmt: skip


@given(st.sets(members, max_size=20), st.randoms())
def test_paths_below_files(names: set[str], rng: random.Random) -> None:
    paths = file_paths("hello", sorted(names))
    for path in paths.values():
        assert path.startswith("Files/scenarios/hello/")
        assert storable(path)
        assert all(len(each.encode()) <= 255 for each in path.split("/"))
    assert are_unique(list(paths.values()))
    lower = Counter(name.lower() for name in names)
    for name, path in paths.items():
        if storable(name) and len(name.encode()) <= 60 and lower[name.lower()] == 1:
            assert path == f"Files/scenarios/hello/{name}"
    shuffled = sorted(names)
    rng.shuffle(shuffled)
    assert file_paths("hello", shuffled) == paths


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("data/entities/Dim Site-2.csv", "data/entities/Dim Site-2.csv"),
        ("data/Dim+Site (1)%20ü.csv", "data/Dim+Site (1)%20ü.csv"),
        ("data/a__b.csv", "data/a__b.csv"),
        ("a²/½.csv", "a²/½.csv"),
        (".hidden/-x .csv ", ".hidden/x .csv"),
        ("+/'.csv", "+/'.csv"),
        ("a:b/c|d?.csv", "a_b/c_d_.csv"),
        ("a\tb./c.csv", "a_b/c.csv"),
    ],
)
def test_odd_files(name: str, path: str) -> None:
    assert file_paths("s", [name]) == {name: f"Files/scenarios/s/{path}"}


def test_files_that_meet_keep_their_endings() -> None:
    names = ["".join(each) + ".csv" for each in product("a", "?:_", "b")]
    paths = file_paths("s", names)
    assert paths["a_b.csv"] == "Files/scenarios/s/a_b.csv"
    assert all(path.endswith(".csv") for path in paths.values())
    assert are_unique(list(paths.values()))
    long = file_paths("s", ["日" * 300 + ".csv", "日" * 301 + ".csv"])
    assert all(path.endswith(".csv") for path in long.values())
