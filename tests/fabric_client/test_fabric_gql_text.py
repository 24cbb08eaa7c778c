"""Names and values in GQL, read back by a small decoder written from the documentation."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fabric_client import literal, quote_identifier

_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_TEXT = st.text(st.characters(blacklist_categories=["Cs"]))


def _read_quoted(text: str) -> tuple[str, str]:
    """What a quoted text means, and what comes after it: backslash escapes, doubled quotes."""
    quote, meaning, at = text[0], [], 1
    while True:
        sign = text[at]
        if sign == "\\":
            kind = text[at + 1]
            if kind in "uU":
                digits = 4 if kind == "u" else 8
                meaning.append(chr(int(text[at + 2 : at + 2 + digits], 16)))
                at += 2 + digits
                continue
            meaning.append(_ESCAPES.get(kind, kind))
            at += 2
        elif sign == quote and text[at + 1 : at + 2] == quote:
            meaning.append(quote)
            at += 2
        elif sign == quote:
            return "".join(meaning), text[at + 1 :]
        else:
            assert sign.isprintable() or sign not in "\n\r\t\x00"
            meaning.append(sign)
            at += 1


@given(_TEXT)
@example("'")
@example("\\")
@example("\\'")
@example("''; MATCH (n) RETURN n //")
@example("\x00\x1f\x7f\x85\u2028")
@example("\U0010ffff")
def test_texts_come_back(text: str) -> None:
    assert _read_quoted(literal(text)) == (text, "")


@given(_TEXT.filter(bool))
@example("`")
@example("\\`")
@example("a`) RETURN 1 //")
def test_names_come_back(name: str) -> None:
    assert _read_quoted(quote_identifier(name)) == (name, "")


@given(_TEXT.filter(bool), _TEXT)
def test_nothing_gets_out_of_its_quotes(name: str, text: str) -> None:
    query = f"{quote_identifier(name)}{literal(text)}"
    first, rest = _read_quoted(query)
    assert (first, _read_quoted(rest)) == (name, (text, ""))


@pytest.mark.parametrize(
    ("value", "gql"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (False, "FALSE"),
        (0, "0"),
        (-(2**63), "-9223372036854775808"),
        (2**64 - 1, "18446744073709551615"),
        (1.5, "1.5"),
        (1e300, "1.0e+300"),
        (-2.5e-10, "-2.5e-10"),
        ("O'Brien", "'O\\'Brien'"),
        ([1, "a", None], "[1, 'a', NULL]"),
        (datetime(2026, 1, 2, 3, 4, 5), "ZONED_DATETIME('2026-01-02T03:04:05Z')"),  # noqa: DTZ001
        (
            datetime(2026, 1, 2, 3, 4, 5, 60, timezone(timedelta(hours=2))),
            "ZONED_DATETIME('2026-01-02T01:04:05.000060Z')",
        ),
    ],
)
def test_literals(value: object, gql: str) -> None:
    assert literal(value) == gql  # type: ignore[arg-type]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_and_look_like_floats(value: float) -> None:
    text = literal(value)
    assert float(text) == value
    assert "." in text


@given(st.datetimes(timezones=st.just(UTC)))
def test_datetimes_come_back(value: datetime) -> None:
    text = literal(value)
    assert datetime.fromisoformat(text.removeprefix("ZONED_DATETIME('").removesuffix("')")) == value


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**64, -(2**63) - 1, "\ud800", ["\udc00"]]
)
def test_values_without_words(value: object) -> None:
    with pytest.raises(ValueError, match=r"GQL|surrogate"):
        literal(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "\ud800"])
def test_names_without_words(name: str) -> None:
    with pytest.raises(ValueError, match=r"GQL|surrogate"):
        quote_identifier(name)


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        literal(b"x")
