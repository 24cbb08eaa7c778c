"""Full-text search: words mean themselves, and the document that holds one comes first."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_query_api.errors import QueryTooSlow
from graph_query_api.search.index import Entry, Hit, IndexUnusable, IndexWriter, opened
from graph_query_api.search.indexes import IndexKey, SearchIndexes

TERMS = [
    "INC-4711",
    "don't",
    '"',
    "*",
    "NEAR(",
    "title:x",
    "a AND",
    "@noc",
    "23.501",
    "C++",
    "x" * 10_000,
    "y 12 " * 2_000,
    "\0",
    "p\0q",
    "%",
    "_",
    "--",
    "東京",
    "Ŝtraße",
    "🚒",
    "(NOT)",
    "^start",
    "{a b}:c",
    "'; DROP TABLE documents",
]
# every part of the terms, none of them as typed
NOISE = (
    "inc 4711 don t near title x a and noc 23 501 c p q strasse not start b drop table documents"
)


def build(path: Path, entries: Iterable[Entry]) -> None:
    writer = IndexWriter(path)
    writer.add(entries)
    writer.finish()


def search(path: Path, text: str, limit: int = 10) -> list[Hit]:
    with opened(path, 10) as index:
        return index.search(text, limit)


@pytest.fixture(scope="module")
def terms_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "terms.db"
    noise = [Entry(f"noise-{n}.md", "Noise", " ".join(NOISE.split()[::-1])) for n in range(50)]
    held = [Entry(f"held-{n}.md", "Held", f"Before {t} after.") for n, t in enumerate(TERMS)]
    build(path, noise + held)
    return path


@pytest.mark.parametrize("number", range(len(TERMS)), ids=[term[:20] for term in TERMS])
def test_the_document_that_holds_the_term_comes_first(terms_index: Path, number: int) -> None:
    best = search(terms_index, TERMS[number])[0]
    assert best.name == f"held-{number}.md"
    assert "<mark>" in best.highlight


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u00a0\u2003", "absent", "?? \u00a7"])
def test_nothing_to_find_is_an_empty_list(terms_index: Path, text: str) -> None:
    assert search(terms_index, text) == []


def test_any_of_the_words_best_first(tmp_path: Path) -> None:
    build(
        tmp_path / "x.db",
        [
            Entry("other.md", "Other", "nothing of that"),
            Entry("one.md", "One", "the fibre is cut, and so on, with many words more around it"),
            Entry("both.md", "Both", "the fibre and the amplifier"),
            Entry("title.md", "Fibre cut", "what to do"),
        ],
    )
    hits = search(tmp_path / "x.db", "fibre amplifier")
    assert [hit.name for hit in hits] == ["both.md", "title.md", "one.md"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(search(tmp_path / "x.db", "fibre amplifier", limit=1)) == 1


def test_case_and_accents_do_not_matter(tmp_path: Path) -> None:
    build(tmp_path / "x.db", [Entry("a.md", "A", "Störung am Café")])
    for text in ("störung", "STORUNG", "cafe", "Café", "Cafe\u0301"):
        assert search(tmp_path / "x.db", text), text


def test_a_highlight_is_safe_html(tmp_path: Path) -> None:
    build(tmp_path / "x.db", [Entry("a.md", "A", "<script>alert('fire')</script> & \x02smoke\x03")])
    (hit,) = search(tmp_path / "x.db", "fire")
    assert "<mark>fire</mark>" in hit.highlight
    assert hit.highlight.replace("<mark>", "").replace("</mark>", "").count("<") == 0
    (hit,) = search(tmp_path / "x.db", "<script>")
    assert hit.highlight.startswith("<mark>&lt;script&gt;</mark>")


def test_a_slow_search_is_stopped(tmp_path: Path) -> None:
    build(tmp_path / "x.db", (Entry(f"{n}", "T", "word " * 50) for n in range(3000)))
    with pytest.raises(QueryTooSlow), opened(tmp_path / "x.db", 0.0) as index:
        index.search("++ ?? word", 10)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40) | st.text(st.sampled_from("\"*()-+:^{}'a \0"), max_size=40))
def test_any_text_can_be_searched(terms_index: Path, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    for hit in search(terms_index, text):
        assert hit.score >= 0


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(st.characters(codec="utf-8"), min_size=1, max_size=12))
def test_any_word_finds_the_document_that_holds_it(tmp_path: Path, word: str) -> None:
    word = "".join(word.split()).replace("\x02", "").replace("\x03", "") or "x"
    build(
        tmp_path / "x.db",
        [Entry("a", "A", f"see {word} there"), Entry("other", "Another", "nothing")],
    )
    assert search(tmp_path / "x.db", word)[0].name == "a"


class Source:
    """Gives documents and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self) -> Any:
        self.asked += 1
        yield [Entry("a.md", "A", "fire")]
        yield [Entry("b.md", "B", "smoke")]


async def names(indexes: SearchIndexes, key: IndexKey, source: Source) -> list[str]:
    return [hit.name for hit in await indexes.search(key, "smoke", 5, source)]


async def test_a_missing_damaged_or_old_index_is_built_again(tmp_path: Path) -> None:
    indexes, source = SearchIndexes(tmp_path, 5), Source()
    key = IndexKey("hello", "runbooks", "g1")
    path = tmp_path / "hello" / "search-runbooks-g1.db"
    assert await names(indexes, key, source) == ["b.md"]
    assert await names(indexes, key, source) == ["b.md"]
    assert source.asked == 1
    for damage in (b"", b"no database at all" * 100, path.read_bytes()[:5000]):
        path.write_bytes(damage)
        assert await names(indexes, key, source) == ["b.md"]
    assert source.asked == 4
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 0")
    connection.close()
    assert await indexes.titles(key, source) == [("a.md", "A"), ("b.md", "B")]
    assert source.asked == 5
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    await indexes.aclose()


async def test_what_fails_to_build_leaves_no_file(tmp_path: Path) -> None:
    async def broken() -> Any:
        yield [Entry("a.md", "A", "fire")]
        raise ValueError("no more")

    indexes = SearchIndexes(tmp_path, 5)
    with pytest.raises(ValueError, match="no more"):
        await indexes.build(IndexKey("hello", "tickets", "g1"), broken())
    assert list((tmp_path / "hello").iterdir()) == []
    with pytest.raises(IndexUnusable):
        search(tmp_path / "hello" / "search-tickets-g1.db", "x")
    await indexes.aclose()
