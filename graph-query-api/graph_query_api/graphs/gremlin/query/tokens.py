"""Gremlin as people type it, in Groovy's spelling, cut into tokens with their places."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from graph_query_api.errors import QueryRefused

MAX_BYTES = 64 << 10

_TOKEN = re.compile(
    r"""
      (?P<blank> \s+ | //[^\r\n]* | /\*.*?\*/ )
    | (?P<thrice> '''|\"\"\" )
    | (?P<text> '(?:\\.|[^'\\\r\n])*' | "(?:\\.|[^"\\\r\n])*" )
    | (?P<number> \d+(?:\.\d+)?(?:[eE][+-]?\d+)?\w* )
    | (?P<word> [^\W\d]\w* )
    | (?P<open> ['"] | /\* )
    | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(
    r"(?P<whole>0|[1-9]\d*)(?P<rest>(?:\.\d+)?(?:e[+-]?\d+)?)(?P<suffix>[ligfd]?)",
    re.IGNORECASE | re.ASCII,
)
_LONGEST_NUMBER = 40
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"} | dict.fromkeys("\\'\"$")

_UNEXPECTED = {
    "{": "closures are not taken. Write what they do as steps.",
    "$": "texts are not put together here. Send the value as a parameter.",
    "=": "nothing can be assigned or compared with =. Write has('name', value).",
    ";": "send one query at a time, without a ; inside it.",
    "/": "patterns between slashes are not taken. Write TextP.containing('text').",
    "(": "casts and brackets around values are not taken. Write the value itself.",
    ":": "maps are not taken. Write project() with by().",
    "[": "lists stand between the brackets of a step, with values only.",
    "]": "a list ends here that was not begun.",
    ")": "a bracket too many, or an argument too few.",
    "\\": "write the character itself, in single quotes.",
    "`": "write text between straight quotes: 'text'.",
    **dict.fromkeys("“”‘’„«»", "write text between straight quotes: 'text'."),
    **dict.fromkeys("+-*%<>!?&|~^", "values are not computed here. Write them, or use math()."),
    "": "the query ends too early. Close its brackets.",
}


class Place(NamedTuple):
    line: int
    column: int


class Token(NamedTuple):
    """``kind``: text, number, word, sign; at the end one that is ``end``, without text."""

    kind: str
    text: str
    place: Place


def refused(place: Place, words: str) -> QueryRefused:
    return QueryRefused(f"Line {place.line}, column {place.column}: {words}")


def tokens(query: str) -> Iterator[Token]:
    """Raises QueryRefused, in words, for what no query can hold."""
    if len(query.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise QueryRefused(
            f"The query is longer than {MAX_BYTES >> 10} KB. Send long values as parameters."
        )
    if "\0" in query or re.search(r"[\ud800-\udfff]", query):
        raise QueryRefused("The query holds characters that no text can have.")
    line, start = 1, 0
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or ""
        place = Place(line, match.start() - start + 1)
        if kind == "open":
            raise refused(place, f"a {match[0]} is opened here and not closed.")
        if kind == "thrice":
            raise refused(place, "write text between single quotes, not three.")
        if kind != "blank":
            yield Token(kind, match[0], place)
        elif "\n" in match[0]:
            line += match[0].count("\n")
            start = match.start() + match[0].rindex("\n") + 1
    yield Token("end", "", Place(line, len(query) - start + 1))


def text_of(token: Token) -> str:
    """What stands between the quotes."""
    return "".join(_signs(token))


def _signs(token: Token) -> Iterator[str]:
    signs = iter(token.text[1:-1])
    for sign in signs:
        if sign == "$" and token.text[0] == '"':
            raise refused(token.place, "$ is replaced in double quotes. Use single quotes.")
        if sign != "\\":
            yield sign
            continue
        escaped = next(signs)
        if escaped not in _ESCAPED:
            raise refused(
                token.place, f"\\{escaped} is not taken in text. Write the character itself."
            )
        yield _ESCAPED[escaped] or escaped


def number_of(token: Token, sign: int) -> int | float:
    match = _NUMBER.fullmatch(token.text) if len(token.text) <= _LONGEST_NUMBER else None
    if match and not match["rest"] and match["suffix"] not in {*"fFdD"}:
        whole = sign * int(match["whole"])
        if whole.bit_length() < 64:
            return whole
    elif match and match["suffix"] not in {*"lLiI"}:
        number = sign * float(match["whole"] + match["rest"])
        if math.isfinite(number):
            return number
    raise refused(token.place, f"{shown(token.text)} is no number here. Write 5, 5L, 1.5 or 1e3.")


def shown(text: str) -> str:
    """So much of it as a message can quote."""
    return text if len(text) <= _LONGEST_NUMBER else f"{text[:_LONGEST_NUMBER]}…"


def unexpected(token: Token, before: str = "") -> QueryRefused:
    """``before``: what is missing, where the token itself says nothing about the cure."""
    if token.kind in {"sign", "end"} and token.text in _UNEXPECTED:
        return refused(token.place, _UNEXPECTED[token.text])
    return refused(token.place, f"{before or 'nobody expects'} {shown(token.text)}.")
