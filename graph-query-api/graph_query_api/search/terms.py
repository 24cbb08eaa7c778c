"""What a person typed, as terms to look for. There are no operators: every sign means itself."""

import unicodedata
from dataclasses import dataclass

MAX_TERMS = 64


@dataclass(frozen=True, slots=True)
class Term:
    """One word as typed.

    ``phrase`` finds it in the index: all its parts side by side, ``INC-4711`` as
    ``inc 4711``; it is empty for a word like ``++`` that leaves nothing to index.
    ``exact`` says that the phrase loses something (``C++`` becomes ``c``), so that a
    document with the very word is to come first.
    """

    word: str
    phrase: str
    exact: bool


def terms_of(text: str) -> list[Term]:
    """The first 64 different words."""
    words = dict.fromkeys(text.split())
    return [_term(word) for word in list(words)[:MAX_TERMS]]


def phrase_of(text: str) -> str:
    """All that can be indexed of ``text``, side by side, as FTS5 takes it."""
    # FTS5 reads a query as a C string, which ends at NUL
    return '"' + text.replace("\0", " ").replace('"', '""') + '"'


def _term(word: str) -> Term:
    indexed = any(map(_is_indexed, word))
    return Term(word, phrase_of(word) if indexed else "", not word.isalnum())


def _is_indexed(sign: str) -> bool:
    """Letters, numbers and private signs: what the tokenizer unicode61 keeps."""
    category = unicodedata.category(sign)
    return category[0] in "LN" or category == "Co"
