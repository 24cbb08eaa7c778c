"""What every document store promises. One test suite holds all of them to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graph_query_api.stores.query import NEWEST_FIRST, Condition, Query


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON object with a text ``id``, and the etag of this very version of it.

    Top-level members with a leading ``_`` belong to stores: they are dropped on
    the way in and never come out.
    """

    body: dict[str, Any]
    etag: str

    @property
    def id(self) -> str:
        return str(self.body["id"])


@dataclass(frozen=True, slots=True)
class Page:
    """Some documents; more follow exactly if ``continuation`` is given."""

    documents: Sequence[Document]
    continuation: str | None


class DocumentStore(Protocol):
    """One container of documents.

    A method returns only when its change is durable. All raise StoreUnavailable
    when the store cannot be reached, and StorageFull when it has no room left.
    Writing raises InvalidDocument for what is not plain JSON (NaN, lone surrogates).
    """

    @property
    def location(self) -> str:
        """Where the documents are, for people: kind of store, database and container."""

    async def list(
        self, query: Query = NEWEST_FIRST, *, limit: int = 100, continuation: str | None = None
    ) -> Page:
        """At most ``limit`` documents, fewer where they are large (about 4 MB a page).

        Following ``continuation`` gives every document that was there all the time
        exactly once. Raises InvalidContinuation for a token of another list.
        """

    async def get(self, document_id: str) -> Document:
        """The document, or raises DocumentNotFound."""

    async def create(self, body: dict[str, Any]) -> Document:
        """Stores a new document, or raises DocumentExists."""

    async def create_many(self, bodies: Iterable[dict[str, Any]]) -> int:
        """Stores new documents in bulk and counts them; raises DocumentExists.

        All or nothing is not promised: write them where nobody looks yet.
        """

    async def upsert(self, body: dict[str, Any]) -> tuple[Document, bool]:
        """Stores the document whatever was there; True if nothing was."""

    async def replace(self, body: dict[str, Any], *, if_match: str | None = None) -> Document:
        """Replaces the document, or raises DocumentNotFound.

        Raises PreconditionFailed if ``if_match`` is given and not its present etag.
        """

    async def delete(self, document_id: str, *, if_match: str | None = None) -> None:
        """Deletes the document, or raises DocumentNotFound or PreconditionFailed."""

    async def delete_many(self, where: Condition) -> int:
        """Deletes all documents for which ``where`` holds and counts them."""


class DocumentStores(Protocol):
    """Opens containers; what it opened, it closes."""

    async def get_document_store(
        self,
        database: str,
        container: str,
        partition_key_path: str,
        ensure_created: bool = True,
    ) -> DocumentStore:
        """The container, created if missing, or raises ContainerNotFound."""

    async def ping(self) -> None:
        """Reads and writes, or raises StoreUnavailable."""

    async def aclose(self) -> None:
        """Finishes what was accepted, then closes."""
