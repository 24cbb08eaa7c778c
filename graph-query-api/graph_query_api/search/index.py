"""A full-text index: one SQLite FTS5 file for one load of a part.

It is derived from the documents and never the only copy. It is written under another
name and renamed when complete, and after that it is only read.
"""

import html
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from graph_query_api.errors import QueryTooSlow
from graph_query_api.search.terms import MAX_TERMS, phrase_of, terms_of

SCHEMA_VERSION = 1
EXACT_BONUS = 100.0  # more than a word can earn otherwise: bm25 stays far below
PHRASE_BONUS = 50.0  # all the words side by side, as they were typed
SNIPPET_TOKENS = 24
EXCERPT_BEFORE, EXCERPT_AFTER = 60, 120
MARK, UNMARK = "\x02", "\x03"
_NO_MARKS = str.maketrans({MARK: " ", UNMARK: " "})

_ALL_TEXT = "lower(name || char(10) || title || char(10) || content)"


class IndexUnusable(Exception):
    """Missing, damaged, or of another version: build it again."""


class Entry(NamedTuple):
    name: str
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class Hit:
    name: str
    title: str
    score: float
    highlight: str


class IndexWriter:
    """Writes an index beside its place and puts it there when it is finished.

    To be used by one thread at a time, but ``abandon`` may come while another still adds.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        self._draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
        self._connection = sqlite3.connect(
            self._draft, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("BEGIN")
        self._connection.execute(
            "CREATE VIRTUAL TABLE documents USING fts5("
            "name, title, content, tokenize = 'unicode61 remove_diacritics 2')"
        )
        # a word in the name or the title tells more than one in the text
        self._connection.execute(
            "INSERT INTO documents(documents, rank) VALUES ('rank', 'bm25(4.0, 4.0, 1.0)')"
        )

    def add(self, entries: Iterable[Entry]) -> None:
        with self._lock:
            self._connection.executemany(
                "INSERT INTO documents (name, title, content) VALUES (?, ?, ?)",
                ([text.translate(_NO_MARKS) for text in entry] for entry in entries),
            )

    def finish(self) -> None:
        with self._lock:
            self._connection.execute("INSERT INTO documents(documents) VALUES ('optimize')")
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            self._connection.execute("COMMIT")
            self._connection.close()
            self._draft.replace(self._path)

    def abandon(self) -> None:
        with self._lock:
            self._connection.close()
            self._draft.unlink(missing_ok=True)


class Index:
    """A finished index, open for reading in one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def titles(self) -> list[tuple[str, str]]:
        """Name and title of every document, by name."""
        return self._connection.execute(
            "SELECT name, title FROM documents ORDER BY name"
        ).fetchall()

    def search(self, text: str, limit: int) -> list[Hit]:
        """Documents that hold any of the words, best first."""
        terms = terms_of(text)
        if not terms:
            return []
        match = " OR ".join(term.phrase for term in terms if term.phrase)
        exact = [term.word for term in terms if term.exact]
        scores = self._ranked(match, exact) if match else {}
        if scores and 1 < len(terms) < MAX_TERMS:
            for row in self._matching(phrase_of(text)):
                scores[row] = scores.get(row, 0.0) + PHRASE_BONUS
        missed = [term.word for term in terms if not (scores and term.phrase)]
        for row, hits in self._scanned(missed):
            scores[row] = max(scores.get(row, 0.0), EXACT_BONUS * hits)
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [self._hit(row, score, match, exact + missed) for row, score in best]

    def _ranked(self, match: str, exact: list[str]) -> dict[int, float]:
        rows = self._connection.execute(
            f"SELECT rowid, {EXACT_BONUS} * ({_count(exact)}) - rank FROM documents "
            "WHERE documents MATCH ?",
            (*exact, match),
        )
        return dict(rows.fetchall())

    def _matching(self, match: str) -> list[int]:
        rows = self._connection.execute(
            "SELECT rowid FROM documents WHERE documents MATCH ?", (match,)
        )
        return [row for (row,) in rows]

    def _scanned(self, words: list[str]) -> list[tuple[int, int]]:
        """Documents that hold the very words, for words that the index does not have."""
        if not words:
            return []
        return self._connection.execute(
            f"SELECT * FROM (SELECT rowid, {_count(words)} AS hits FROM documents) WHERE hits",
            words,
        ).fetchall()

    def _hit(self, row: int, score: float, match: str, words: list[str]) -> Hit:
        name, title = self._connection.execute(
            "SELECT name, title FROM documents WHERE rowid = ?", (row,)
        ).fetchone()
        highlight = self._excerpt(row, words) or self._snippet(row, match)
        return Hit(name, title, round(score, 4), _marked_html(highlight))

    def _excerpt(self, row: int, words: list[str]) -> str:
        """The surroundings of the first of the very words that stands in the text."""
        for word in words:
            found = self._connection.execute(
                "SELECT substr(content, max(1, at - :before), min(at - 1, :before)) || :mark "
                "|| substr(content, at, :length) || :unmark "
                "|| substr(content, at + :length, :after) "
                "FROM (SELECT content, instr(lower(content), lower(:word)) AS at "
                "FROM documents WHERE rowid = :row) WHERE at > 0",
                {
                    "row": row,
                    "word": word,
                    "length": len(word),
                    "mark": MARK,
                    "unmark": UNMARK,
                    "before": EXCERPT_BEFORE,
                    "after": EXCERPT_AFTER,
                },
            ).fetchone()
            if found:
                return str(found[0])
        return ""

    def _snippet(self, row: int, match: str) -> str:
        found = None
        if match:
            found = self._connection.execute(
                f"SELECT snippet(documents, 2, ?, ?, '…', {SNIPPET_TOKENS}) FROM documents "
                "WHERE documents MATCH ? AND rowid = ?",
                (MARK, UNMARK, match, row),
            ).fetchone()
        if found is None:
            found = self._connection.execute(
                f"SELECT substr(content, 1, {EXCERPT_AFTER}) FROM documents WHERE rowid = ?", (row,)
            ).fetchone()
        return str(found[0])


@contextmanager
def opened(path: Path, timeout: float) -> Iterator[Index]:
    """The index at ``path``, or raises IndexUnusable; QueryTooSlow after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    connection = None
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
        )
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != SCHEMA_VERSION:
            raise IndexUnusable(f"version {version}")
        yield Index(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise QueryTooSlow(f"The search took longer than {timeout:g} s.") from None
        raise IndexUnusable(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise IndexUnusable(str(error)) from error
    finally:
        if connection is not None:
            connection.close()


def _count(words: list[str]) -> str:
    """How many of the words, bound one by one, a document holds."""
    return " + ".join([f"(instr({_ALL_TEXT}, lower(?)) > 0)"] * len(words)) or "0"


def _marked_html(text: str) -> str:
    return html.escape(text).replace(MARK, "<mark>").replace(UNMARK, "</mark>")
