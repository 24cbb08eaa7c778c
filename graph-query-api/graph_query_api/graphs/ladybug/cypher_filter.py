"""What a caller's Cypher may say. The first of two fences: the worker's sandbox is the second.

The text is cut into tokens, not parsed: a word that could begin a forbidden clause is
refused unless its place shows that it is only a name.
"""

import re
from collections.abc import Sequence

from graph_query_api.errors import QueryRefused

MAX_BYTES = 64 << 10

FIRST_WORDS = frozenset({"MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL"})
CALLABLE = frozenset({"SHOW_TABLES", "TABLE_INFO", "SHOW_CONNECTION", "DB_VERSION"})
REFUSED = frozenset(
    {
        *("ALTER", "ANALYZE", "ATTACH", "BEGIN", "CHECKPOINT", "COMMIT", "COPY", "CREATE"),
        *("DELETE", "DETACH", "DROP", "EXPLAIN", "EXPORT", "IMPORT", "INSTALL", "LOAD"),
        *("MERGE", "PROFILE", "REMOVE", "ROLLBACK", "SET", "UNINSTALL", "UPDATE", "USE"),
    }
)

_TOKEN = re.compile(
    r"""
      (?P<blank> \s+ | //[^\r\n]* | /\*.*?\*/ )
    | (?P<text> '(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" | `[^`]*` )
    | (?P<number> \d+ )
    | (?P<word> [^\W\d]\w* )
    | (?P<open> ['"`] | /\* )
    | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL,
)

Token = tuple[str, str]
"""(kind, text)"""


def check(query: str) -> None:
    """Raises QueryRefused, in words, unless the query is one statement that only reads."""
    if len(query.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise QueryRefused(f"The query is longer than {MAX_BYTES >> 10} KB. Bind long values.")
    if not query.isprintable() and ("\0" in query or re.search(r"[\ud800-\udfff]", query)):
        raise QueryRefused("The query holds characters that no text can have.")
    tokens = _tokens(query)
    _check_single(tokens)
    if not tokens or tokens[0][1].upper() not in FIRST_WORDS:
        raise QueryRefused(
            "Only reading is allowed here: begin with MATCH, WITH, UNWIND or RETURN."
        )
    for position, (kind, text) in enumerate(tokens):
        if kind == "word":
            _check_word(tokens, position, text.upper())


def _tokens(query: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or ""
        if kind == "open":
            raise QueryRefused(f"A {match[0]} is opened and never closed.")
        if kind != "blank":
            found.append((kind, match[0]))
    return found


def _check_single(tokens: list[Token]) -> None:
    while tokens and tokens[-1] == ("sign", ";"):
        tokens.pop()
    if ("sign", ";") in tokens:
        raise QueryRefused("Send one statement at a time, without a ; inside it.")


def _check_word(tokens: Sequence[Token], position: int, word: str) -> None:
    if word not in REFUSED and word != "CALL":
        return
    if _is_name(tokens, position):
        return
    if word == "CALL":
        _check_call(tokens, position)
        return
    raise QueryRefused(
        f"Only reading is allowed here: MATCH, WITH, UNWIND, RETURN. This query has {word}. "
        f"If that is a name, write it in backticks: `{tokens[position][1]}`."
    )


def _is_name(tokens: Sequence[Token], position: int) -> bool:
    """Whether no clause can begin here: after n.  n:  :A|  $  and before : in a map or pattern."""
    before, after = _at(tokens, position - 1), _at(tokens, position + 1)
    if before in {":", "|", "$"}:
        return True
    if before == ".":
        # after a number the dot may belong to it, and 1.. is a range
        return tokens[position - 2][0] in {"word", "text"} or _at(tokens, position - 2) in {
            ")",
            "]",
        }
    return after == ":" and before in {"{", "(", "[", ","}


def _check_call(tokens: Sequence[Token], position: int) -> None:
    name = _at(tokens, position + 1)
    if name.upper() not in CALLABLE or _at(tokens, position + 2) != "(":
        allowed = ", ".join(each.lower() for each in sorted(CALLABLE))
        raise QueryRefused(f"CALL {name} is not allowed here. These can be called: {allowed}.")


def _at(tokens: Sequence[Token], position: int) -> str:
    return tokens[position][1] if 0 <= position < len(tokens) else ""
