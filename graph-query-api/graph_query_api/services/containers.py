"""The document containers that other services keep their records in."""

import re
from collections.abc import Mapping
from typing import Any

from graph_query_api.errors import (
    ContainerForbidden,
    DocumentNotFound,
    InvalidDocument,
    InvalidDocumentId,
    PreconditionFailed,
)
from graph_query_api.stores.cosmos_sql import parse_query
from graph_query_api.stores.protocol import Document, DocumentStore, Page
from graph_query_api.stores.query import NEWEST, NEWEST_FIRST, Query

SERVED = ("upload-jobs", "leases")
MAX_ID_BYTES = 255
_FORBIDDEN = re.compile(r"[/\\?#\x00-\x1f\x7f]")


class Containers:
    """``stores`` holds a store for each container that is served; any other is forbidden."""

    def __init__(self, stores: Mapping[str, DocumentStore]) -> None:
        self._stores = stores

    def check(self, container: str) -> None:
        """Raises ContainerForbidden for one that is not served."""
        self._store(container)

    async def list(
        self,
        container: str,
        query: str,
        parameters: Mapping[str, Any],
        limit: int,
        continuation: str | None,
    ) -> Page:
        """What the query in Cosmos SQL selects, the newest first if it does not say."""
        store = self._store(container)
        parsed = parse_query(query, parameters) if query else NEWEST_FIRST
        ordered = Query(parsed.where, parsed.order or NEWEST)
        return await store.list(ordered, limit=limit, continuation=continuation)

    async def get(self, container: str, document_id: str) -> Document:
        return await self._store(container).get(checked_id(document_id))

    async def put(
        self,
        container: str,
        document_id: str,
        body: dict[str, Any],
        *,
        if_match: str | None,
        create_only: bool,
    ) -> tuple[Document, bool]:
        """Stores a document; True if it is new.

        ``if_match`` is an etag or ``*``: then it must exist (in this version), else
        PreconditionFailed. With ``create_only`` it must not, else DocumentExists.
        """
        store = self._store(container)
        identified = {"id": checked_id(document_id), **body}
        if identified["id"] != document_id:
            raise InvalidDocument(
                f"The document's id {identified['id']!r} is not {document_id!r}, where it was put."
            )
        if create_only:
            return await store.create(identified), True
        if if_match is None:
            return await store.upsert(identified)
        try:
            etag = None if if_match == "*" else if_match
            return await store.replace(identified, if_match=etag), False
        except DocumentNotFound as error:
            raise PreconditionFailed(f"{error} So it can't be replaced.") from None

    async def delete(self, container: str, document_id: str, *, if_match: str | None) -> None:
        etag = None if if_match == "*" else if_match
        await self._store(container).delete(checked_id(document_id), if_match=etag)

    def _store(self, container: str) -> DocumentStore:
        if container not in self._stores:
            served = " and ".join(self._stores)
            raise ContainerForbidden(f"Container {container!r} is not served here, only {served}.")
        return self._stores[container]


def checked_id(document_id: str) -> str:
    """The id, or raises InvalidDocumentId: some store could write it but not read it back."""
    if not document_id or _FORBIDDEN.search(document_id):
        raise InvalidDocumentId("An id is a text without / \\ ? # and control characters.")
    if len(document_id.encode("utf-8", "replace")) > MAX_ID_BYTES:
        raise InvalidDocumentId(f"An id has at most {MAX_ID_BYTES} bytes.")
    return document_id
