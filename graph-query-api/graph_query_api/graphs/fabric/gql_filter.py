"""What a caller's GQL may say: one query that only reads.

Fabric's engine has no statements that write; this fence says so in words, before anything
is sent, and stays where it is if the engine learns them. The text is cut into tokens, and
every word must be a name, or a word of a reading query in a place where such a word can stand:
behind something complete (a name, a value, a closing bracket) only words of the allow-list may
follow, and that is where statements begin. Source: ISO/IEC 39075 and Fabric's GQL language guide.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from graph_query_api.errors import QueryRefused

MAX_BYTES = 64 << 10

STATEMENTS = frozenset(
    {
        *("MATCH", "OPTIONAL", "FILTER", "LET", "FOR", "CALL", "RETURN"),
        *("ORDER", "LIMIT", "OFFSET", "SKIP"),
    }
)
_COMBINE = frozenset({"UNION", "EXCEPT", "INTERSECT", "OTHERWISE"})
BEFORE_STATEMENTS = _COMBINE | {"NEXT", "OPTIONAL"}
_CONTINUE = frozenset(
    {
        *("WHERE", "GROUP", "HAVING", "YIELD", "KEEP", "AS", "IN", "IS", "FROM", "WITH", "NULLS"),
        *("AND", "OR", "XOR", "NOT", "CONTAINS", "STARTS", "ENDS", "WHEN", "THEN", "ELSE"),
    }
)
_MODIFY = frozenset(
    {
        *("BY", "DISTINCT", "ALL", "ANY", "SHORTEST", "WALK", "TRAIL", "SIMPLE", "ACYCLIC"),
        *("CASE", "TYPED", "LABELED", "OF", "ORDINALITY", "LEADING", "TRAILING", "BOTH"),
    }
)
_COMPLETE = frozenset(
    {
        *("ASC", "ASCENDING", "DESC", "DESCENDING", "FIRST", "LAST", "ROW", "ROWS"),
        *("NULL", "TRUE", "FALSE", "UNKNOWN", "END"),
        *("DATETIME", "TIME", "ZONE", "PRECISION", "INTEGER"),
    }
)
_OPEN = STATEMENTS | BEFORE_STATEMENTS | _CONTINUE | _MODIFY
"""Words after which more must come."""
_FOLLOW = STATEMENTS | BEFORE_STATEMENTS | _CONTINUE | _COMPLETE
"""Words that may stand behind something complete."""
WRITING = frozenset(
    {
        *("INSERT", "SET", "REMOVE", "DELETE", "DETACH", "NODETACH", "CREATE", "DROP", "ALTER"),
        *("MERGE", "COMMIT", "ROLLBACK", "SESSION", "TRUNCATE", "GRANT", "REVOKE", "COPY"),
    }
)
"""Never names unless they are quoted, or their place says so."""

_TOKEN = re.compile(
    r"""
      (?P<blank> \s+ | (?://|--)[^\r\n]* | /\*.*?\*/ )
    | (?P<text> @'(?:''|[^'])*' | @"(?:""|[^"])*" | '(?:\\.|''|[^'\\])*' | "(?:\\.|""|[^"\\])*" )
    | (?P<name> `(?:``|[^`\\])*` )
    | (?P<number> \d\w*(?:\.\d\w*)? )
    | (?P<word> [^\W\d]\w* )
    | (?P<open> ['"`] | /\* )
    | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """In capitals; empty if it is no word."""
        return self.text.upper() if self.kind == "word" else ""


def check(query: str) -> list[Token]:
    """The tokens, or raises QueryRefused, in words, unless it is one query that only reads."""
    if len(query.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise QueryRefused(f"The query is longer than {MAX_BYTES >> 10} KB. Ask for less at once.")
    if "\0" in query or re.search(r"[\ud800-\udfff]", query):
        raise QueryRefused("The query holds characters that no text can have.")
    tokens = _tokens(query)
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    if not tokens or tokens[0].word not in STATEMENTS:
        raise QueryRefused("Only reading is allowed here: begin with MATCH, FILTER, LET or RETURN.")
    complete = False
    for position, token in enumerate(tokens):
        _check_sign(token)
        if token.kind == "word":
            complete = _check_word(tokens, position, complete)
        else:
            complete = token.kind != "sign" or token.text in ")]}"
    return tokens


def bounded(query: str, tokens: Sequence[Token], rows: int) -> str:
    """The query with a LIMIT of ``rows``, if none is there and one can be put behind it."""
    text = query[: tokens[-1].at + len(tokens[-1].text)]
    words = _outer_words(tokens)
    last = max((i for i, word in enumerate(words) if word == "RETURN"), default=None)
    if last is None or "LIMIT" in words[last:] or not _COMBINE.isdisjoint(words):
        return text
    return f"{text}\nLIMIT {rows}"


def _outer_words(tokens: Sequence[Token]) -> list[str]:
    """Words outside all brackets."""
    depth = 0
    words: list[str] = []
    for position, token in enumerate(tokens):
        depth += (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"})
        if not depth and token.word and not _is_name(tokens, position):
            words.append(token.word)
    return words


def _tokens(query: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or ""
        if kind == "open":
            raise QueryRefused(f"A {match[0]} is opened and never closed.")
        if kind != "blank":
            found.append(Token(kind, match[0], match.start()))
    return found


def _check_sign(token: Token) -> None:
    if token.kind != "sign":
        return
    if token.text == ";":
        raise QueryRefused("Send one query at a time, without a ; inside it.")
    if token.text == "$":
        raise QueryRefused(NO_PARAMETERS)


NO_PARAMETERS = "Fabric's queries take no parameters. Write the values into the query."


def _check_word(tokens: Sequence[Token], position: int, complete: bool) -> bool:
    """Whether something is complete after this word; raises QueryRefused."""
    token = tokens[position]
    if _is_name(tokens, position):
        return True
    if token.word in WRITING or (complete and token.word not in _FOLLOW):
        raise _refusal(token)
    if _begins_statement(tokens, position) and token.word not in STATEMENTS | {"YIELD"}:
        raise _refusal(token)
    if token.word == "CALL" and _text(tokens, position + 1) not in {"{", "("}:
        raise QueryRefused("CALL takes a query in braces here, CALL {…}, and no procedure's name.")
    return token.word not in _OPEN


def _is_name(tokens: Sequence[Token], position: int) -> bool:
    """Whether its place shows it: after n.  in labels  :A  &A  |A  !A  and before : in a map."""
    before, after = _text(tokens, position - 1), _text(tokens, position + 1)
    return before in {".", ":", "&", "|", "!"} or (after == ":" and before in {"{", ",", "(", "["})


def _begins_statement(tokens: Sequence[Token], position: int) -> bool:
    """Whether it stands where another statement begins."""
    if position and tokens[position - 1].word in {"ALL", "DISTINCT"}:
        position -= 1
        if tokens[position - 1].word not in BEFORE_STATEMENTS:
            return False
    elif tokens[position].word in {"ALL", "DISTINCT"}:
        return False
    if not position:
        return False
    before = tokens[position - 1]
    return before.text == "{" or (
        before.word in BEFORE_STATEMENTS and not _is_name(tokens, position - 1)
    )


def _refusal(token: Token) -> QueryRefused:
    return QueryRefused(
        "Only reading is allowed here: MATCH, FILTER, LET, FOR, CALL {…}, ORDER BY, LIMIT, RETURN, "
        f"NEXT. This query has {token.text}. If that is a name, write it in back-quotes: "
        f"`{token.text}`."
    )


def _text(tokens: Sequence[Token], position: int) -> str:
    return tokens[position].text if 0 <= position < len(tokens) else ""
