"""Scalars as written, and YAML that is broken, ambiguous or hostile."""

from __future__ import annotations

import contextlib
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scenario_pack.problems import PackError
from scenario_pack.strict_yaml import parse
from scenario_pack.yaml_nodes import Mapping, Scalar, plain


def scalar(written: str) -> Scalar:
    node = parse(f"value: {written}\n", "x.yaml")
    assert isinstance(node, Mapping)
    value = node["value"]
    assert isinstance(value, Scalar)
    return value


def refused(text: str) -> tuple[str, int | None]:
    with pytest.raises(PackError) as caught:
        parse(text, "x.yaml")
    problem = caught.value.problems[0]
    assert problem.file == "x.yaml"
    return problem.detail, problem.line


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("9223372036854775807", 2**63 - 1),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        ("-0.5E-1", -0.05),
    ],
)
def test_values_of_yamls_core(written: str, value: object) -> None:
    found = scalar(written)
    assert found.text == written
    assert found.value == value
    assert type(found.value) is type(value)


@pytest.mark.parametrize(
    "written",
    [
        *("NO", "No", "no", "yes", "on", "off", "y", "n"),
        *("0001", "007", "0o1", "0x1F", "1_000", "+5", "-0", "12:30", ".5", "1.", "1e400"),
        *("2024-05-01", "2026-05-01T10:00:00Z", ".inf", "-.inf", ".nan", "NaN", "<<", "="),
        *("9223372036854775808", "9" * 5000, "1" + "0" * 400 + ".0"),
    ],
)
def test_everything_else_is_text_as_written(written: str) -> None:
    found = scalar(written)
    assert (found.text, found.value) == (written, written)


@pytest.mark.parametrize("written", ['"1.0"', "'1.0'", "!!str 1.0", "! 1.0", "|-\n  1.0"])
def test_what_is_quoted_or_tagged_as_text_is_text(written: str) -> None:
    assert scalar(written).value == "1.0"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_from_quotes(text: str) -> None:
    assert scalar(yaml.safe_dump(text, default_style='"', allow_unicode=False)).text == text


@given(st.from_regex(r"[A-Za-z0-9_.~+-][A-Za-z0-9_.+-]{0,12}", fullmatch=True))
def test_any_plain_scalar_keeps_its_text(written: str) -> None:
    if written in {"-", "---", "..."}:
        return
    found = scalar(written)
    assert found.text == written
    json.dumps(found.value, allow_nan=False)


def test_keys_are_texts_as_written() -> None:
    node = parse("{1: a, true: b, ~: c, NO: d, 1.0: e, 2024-05-01: f}", "x.yaml")
    assert plain(node) == {
        "1": "a",
        "true": "b",
        "~": "c",
        "NO": "d",
        "1.0": "e",
        "2024-05-01": "f",
    }


def test_all_doubled_keys_are_told_with_their_lines() -> None:
    with pytest.raises(PackError) as caught:
        parse('a: 1\nb:\n  c: 1\n  "c": 2\na: 3\n', "x.yaml")
    problems = [(problem.detail, problem.line) for problem in caught.value.problems]
    assert problems == [('the key "c" is given twice', 4), ('the key "a" is given twice', 5)]


def test_aliases_and_merge_keys() -> None:
    text = "base: &b {x: 1, y: 2}\nother: {<<: *b, y: 3}\nboth: {<<: [{z: 1}, *b], x: 9}\nsame: *b"
    assert plain(parse(text, "x.yaml")) == {
        "base": {"x": 1, "y": 2},
        "other": {"x": 1, "y": 3},
        "both": {"x": 9, "y": 2, "z": 1},
        "same": {"x": 1, "y": 2},
    }


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: [1\nb: 2\n", "broken YAML at column", 2),
        ("a: 1\n\tb: 2\n", "broken YAML at column", 2),
        ("a: 'x\n", "broken YAML at column", 2),
        ("é: 1\na: \x07\n", "the character U+0007 is not allowed", 2),
        ("a: 1\n---\nb: 2\n", "a second document begins", 2),
        ("a: 1\nb: *none\n", 'the alias "*none" has no anchor', 2),
        ("a: &a [*a]\n", 'the alias "*a" has no anchor', 1),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 'the tag "!!python/object/apply:', 2),
        ("a: !secret x\n", 'the tag "!secret" is not taken', 1),
        ("? [a, b]\n: 1\n", "a key must be a text", 1),
        ("a:\n  <<: 5\n", '"<<" can only bring in mappings', 2),
    ],
)
def test_what_is_refused(text: str, words: str, line: int) -> None:
    detail, found = refused(text)
    assert words in detail
    assert found == line


@pytest.mark.parametrize("text", ["[" * 900, "- " * 5000, "{a: " * 5000, "a: " + "[" * 65])
def test_depth_is_bounded(text: str) -> None:
    assert refused(text)[0] == "nested more than 64 levels deep"


def test_the_parsers_own_bound_is_told_too() -> None:
    assert "exceeded maximum nesting depth" in refused("[" * 100_000)[0]


def test_depth_is_bounded_through_aliases_too() -> None:
    levels = [f"a{n}: &a{n} [[[[[[[[*a{n - 1}]]]]]]]]" for n in range(1, 10)]
    assert "64 levels" in refused("\n".join(["a0: &a0 x", *levels]))[0]


@pytest.mark.parametrize("kind", ["[{0}]", "{{x: [{0}]}}"])
def test_aliases_do_not_unfold_without_bound(kind: str) -> None:
    lines = ["a0: &a0 lol"]
    lines += [f"a{n}: &a{n} " + kind.format(", ".join([f"*a{n - 1}"] * 10)) for n in range(1, 20)]
    assert "unfold to more" in refused("\n".join(lines))[0]


def test_merge_keys_do_not_unfold_without_bound() -> None:
    base = "a: &a {" + ", ".join(f"k{n}: {n}" for n in range(10_000)) + "}\n"
    assert "unfold to more" in refused(base + "b:\n" + "- {<<: *a}\n" * 1000)[0]


def test_long_texts_do_not_unfold_without_bound() -> None:
    assert "unfold to more" in refused(f"a: &a {'x' * 1_000_000}\nb: [{'*a, ' * 100}]\n")[0]


def test_the_number_of_values_is_bounded() -> None:
    assert "more than 200,000 values" in refused("- a\n" * 200_001)[0]


def check_parsing(text: str) -> None:
    """Strict JSON, or a PackError: nothing else may come of any text."""
    with contextlib.suppress(PackError):
        json.dumps(plain(parse(text, "x.yaml")), allow_nan=False)


@given(st.text(max_size=60))
def test_nothing_but_pack_errors_is_raised(text: str) -> None:
    check_parsing(text)


@given(st.text(alphabet="ab:-[]{}&*<!|>'\"#?,% \n\t~0.", max_size=40))
def test_nothing_but_pack_errors_is_raised_for_yamls_own_signs(text: str) -> None:
    check_parsing(text)


@pytest.mark.parametrize("text", ["a:\n\t- b\n", "a:\n  b: 1\n\tc: 2\n", "\ta: 1\n"])
def test_a_tab_is_called_a_tab(text: str) -> None:
    with pytest.raises(PackError) as refused:
        parse(text, "x.yaml")
    assert "a tab stands" in str(refused.value)
