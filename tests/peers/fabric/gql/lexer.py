"""GQL cut into tokens. (Graph in Microsoft Fabric: GQL values and value types, reserved terms.)"""

import re
from typing import NamedTuple

from peers.fabric.gql.problems import GqlProblem

_TOKEN = re.compile(
    r"""
      (?P<blank> \s+ | (?://|--)[^\r\n]* | /\*.*?\*/ )
    | (?P<text> @'(?:''|[^'])*' | @"(?:""|[^"])*" | '(?:\\.|''|[^'\\])*' | "(?:\\.|""|[^"\\])*" )
    | (?P<quoted> `(?:\\.|``|[^`\\])*` )
    | (?P<number> 0x[0-9A-Fa-f]+ | (?:\d[\d_]*)?\.\d[\d_]*(?:[eE][+-]?\d+)?
        | \d[\d_]*(?:[eE][+-]?\d+)? )
    | (?P<word> [^\W\d]\w* )
    | (?P<sign> <-\[ | \]-> | -\[ | \]- | <-> | <- | -> | <> | <= | >= | \|\| | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "0": "\0"}


class Token(NamedTuple):
    kind: str
    """text, quoted, number, word, sign, end"""
    text: str
    value: str
    """Unescaped, for texts and quoted names."""
    start: int
    end: int

    @property
    def word(self) -> str:
        """In capitals; empty if it is no word."""
        return self.text.upper() if self.kind == "word" else ""


def tokens(query: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(query):
        kind, text = match.lastgroup or "", match[0]
        if kind == "blank":
            continue
        if kind == "sign" and text in "'\"`":
            raise GqlProblem(f"A {text} is opened and never closed", at=match.start())
        value = _unquoted(text, match.start()) if kind in ("text", "quoted") else text
        found.append(Token(kind, text, value, match.start(), match.end()))
    found.append(Token("end", "", "", len(query), len(query)))
    return found


def _unquoted(text: str, at: int) -> str:
    if text.startswith("@"):
        return text[2:-1].replace(text[1] * 2, text[1])
    quote, inside = text[0], text[1:-1]

    def plain(match: re.Match[str]) -> str:
        if match["doubled"]:
            return quote
        if match["short"]:
            return chr(int(match["short"], 16))
        if match["long"]:
            return chr(int(match["long"], 16))
        sign = match["sign"]
        if sign in _ESCAPES:
            return _ESCAPES[sign]
        if sign in "\\'\"`":
            return sign
        raise GqlProblem(f"\\{sign} is no escape", at=at)

    pattern = (
        rf"(?P<doubled>{quote}{quote})|\\u(?P<short>[0-9A-Fa-f]{{4}})"
        r"|\\U(?P<long>[0-9A-Fa-f]{6,8})|\\(?P<sign>.)"
    )
    return re.sub(pattern, plain, inside, flags=re.DOTALL)
