"""One container of documents in SQLite."""

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from graph_query_api.errors import (
    DocumentExists,
    DocumentNotFound,
    InvalidDocument,
    PreconditionFailed,
)
from graph_query_api.stores import continuation as token
from graph_query_api.stores.protocol import Document, Page
from graph_query_api.stores.query import NEWEST_FIRST, Condition, Query
from graph_query_api.stores.sqlite.engine import Readers, Writer
from graph_query_api.stores.sqlite.query import Sql, after, condition, order_by, quoted, sort_key

PAGE_BYTES = 4 << 20
CHUNK_DOCUMENTS = 256
CHUNK_BYTES = 4 << 20


class SqliteDocumentStore:
    """See DocumentStore for what each method promises."""

    def __init__(self, database: str, container: str, writer: Writer, readers: Readers) -> None:
        self._container = container
        self._table = quoted(container)
        self._writer = writer
        self._readers = readers
        self.location = f"SQLite, database {database}, container {container}"

    async def list(
        self, query: Query = NEWEST_FIRST, *, limit: int = 100, continuation: str | None = None
    ) -> Page:
        keys = sort_key(query.order)
        terms = [condition(query.where)] if query.where else []
        if continuation is not None:
            position = token.decode(continuation, self._container, query, len(keys))
            terms.append(after(query.order, position))
        where = " AND ".join(term.text for term in terms)
        statement = Sql(
            f"SELECT etag, body, {', '.join(keys)} FROM {self._table} "
            f"{'WHERE ' + where if where else ''} ORDER BY {order_by(query.order)} LIMIT ?",
            (*(value for term in terms for value in term.values), limit + 1),
        )
        documents, position = await self._readers.run(lambda each: _page(each, statement, limit))
        following = token.encode(self._container, query, position) if position else None
        return Page(documents, following)

    async def get(self, document_id: str) -> Document:
        def read(connection: sqlite3.Connection) -> Document:
            row = connection.execute(
                f"SELECT etag, body FROM {self._table} WHERE id = ?", (document_id,)
            ).fetchone()
            if row is None:
                raise _missing(document_id)
            return _document(row)

        return await self._readers.run(read)

    async def create(self, body: dict[str, Any]) -> Document:
        document, text = _prepared(body)
        await self._writer.run(lambda connection: self._insert(connection, document, text))
        return document

    async def create_many(self, bodies: Iterable[dict[str, Any]]) -> int:
        rest = iter(bodies)
        count = 0
        while chunk := await asyncio.to_thread(_chunk, rest):
            await self._writer.run(partial(self._insert_all, chunk))
            count += len(chunk)
        return count

    async def upsert(self, body: dict[str, Any]) -> tuple[Document, bool]:
        document, text = _prepared(body)

        def write(connection: sqlite3.Connection) -> bool:
            if self._etag(connection, document.id) is None:
                self._insert(connection, document, text)
                return True
            self._update(connection, document, text)
            return False

        return document, await self._writer.run(write)

    async def replace(self, body: dict[str, Any], *, if_match: str | None = None) -> Document:
        document, text = _prepared(body)

        def write(connection: sqlite3.Connection) -> None:
            self._check(connection, document.id, if_match)
            self._update(connection, document, text)

        await self._writer.run(write)
        return document

    async def delete(self, document_id: str, *, if_match: str | None = None) -> None:
        def write(connection: sqlite3.Connection) -> None:
            self._check(connection, document_id, if_match)
            connection.execute(f"DELETE FROM {self._table} WHERE id = ?", (document_id,))

        await self._writer.run(write)

    async def delete_many(self, where: Condition) -> int:
        chosen = condition(where)
        statement = (
            f"DELETE FROM {self._table} WHERE id IN "
            f"(SELECT id FROM {self._table} WHERE {chosen.text} LIMIT {CHUNK_DOCUMENTS})"
        )
        count = 0
        # in pieces, so that other writers get their turn
        while deleted := await self._writer.run(
            lambda connection: connection.execute(statement, chosen.values).rowcount
        ):
            count += deleted
        return count

    def _etag(self, connection: sqlite3.Connection, document_id: str) -> str | None:
        row = connection.execute(
            f"SELECT etag FROM {self._table} WHERE id = ?", (document_id,)
        ).fetchone()
        return row[0] if row else None

    def _check(
        self, connection: sqlite3.Connection, document_id: str, if_match: str | None
    ) -> None:
        present = self._etag(connection, document_id)
        if present is None:
            raise _missing(document_id)
        if if_match is not None and if_match != present:
            raise PreconditionFailed(
                f"Document {document_id!r} was changed meanwhile. Read it again, then retry."
            )

    def _insert(self, connection: sqlite3.Connection, document: Document, text: str) -> None:
        try:
            connection.execute(
                f"INSERT INTO {self._table} (id, etag, body) VALUES (?, ?, ?)",
                (document.id, document.etag, text),
            )
        except sqlite3.IntegrityError as error:
            raise _refusal(error, document.id) from None

    def _insert_all(
        self, chunk: Iterable[tuple[Document, str]], connection: sqlite3.Connection
    ) -> None:
        for document, text in chunk:
            self._insert(connection, document, text)

    def _update(self, connection: sqlite3.Connection, document: Document, text: str) -> None:
        try:
            connection.execute(
                f"UPDATE {self._table} SET etag = ?, body = ? WHERE id = ?",
                (document.etag, text, document.id),
            )
        except sqlite3.IntegrityError as error:
            raise _refusal(error, document.id) from None


def _page(
    connection: sqlite3.Connection, statement: Sql, limit: int
) -> tuple[list[Document], list[Any]]:
    """The documents, and the sort key of the last one if there are more."""
    documents: list[Document] = []
    position: list[Any] = []
    size = 0
    for etag, body, *key in connection.execute(statement.text, statement.values):
        if len(documents) == limit or size > PAGE_BYTES:
            return documents, position
        documents.append(_document((etag, body)))
        position = key
        size += len(body)
    return documents, []


def _document(row: tuple[str, str]) -> Document:
    return Document(json.loads(row[1]), row[0])


def _prepared(body: dict[str, Any]) -> tuple[Document, str]:
    clean = {name: value for name, value in body.items() if not name.startswith("_")}
    if not isinstance(clean.get("id"), str) or not clean["id"]:
        raise InvalidDocument("A document has a text as its id.")
    try:
        text = json.dumps(clean, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidDocument(f"The document can't be written as strict JSON: {error}") from None
    return Document(clean, secrets.token_hex(8)), text


def _chunk(bodies: Iterator[dict[str, Any]]) -> list[tuple[Document, str]]:
    chunk: list[tuple[Document, str]] = []
    size = 0
    for body in islice(bodies, CHUNK_DOCUMENTS):
        chunk.append(_prepared(body))
        size += len(chunk[-1][1])
        if size > CHUNK_BYTES:
            break
    return chunk


def _missing(document_id: str) -> DocumentNotFound:
    return DocumentNotFound(f"There is no document {document_id!r}.")


def _refusal(error: sqlite3.IntegrityError, document_id: str) -> Exception:
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_CHECK:
        return InvalidDocument("The document is nested too deeply.")
    return DocumentExists(f"There is a document {document_id!r} already.")
