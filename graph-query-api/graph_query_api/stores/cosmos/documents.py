"""One container of documents in Cosmos DB."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from azure.core import MatchConditions
from azure.core.exceptions import AzureError
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from graph_query_api.clients.cosmos import CosmosAccount
from graph_query_api.clients.cosmos_attempts import persistent
from graph_query_api.clients.cosmos_errors import translated
from graph_query_api.errors import DocumentExists, DocumentNotFound, PreconditionFailed
from graph_query_api.stores import continuation as token
from graph_query_api.stores.cosmos.answers import is_gone, meaning
from graph_query_api.stores.cosmos.bulk import chunks, together
from graph_query_api.stores.cosmos.order import POSITION, Position, statements
from graph_query_api.stores.cosmos.page import PageSoFar, some
from graph_query_api.stores.cosmos.query import chosen
from graph_query_api.stores.cosmos.shape import (
    KEY,
    WRITE,
    Item,
    document_of,
    item_id,
    item_of,
    sent_etag,
    shown_etag,
)
from graph_query_api.stores.protocol import Document, Page
from graph_query_api.stores.query import NEWEST_FIRST, Condition, Query

ID_PATH = "/id"
IDLE_ROUNDS = 5

T = TypeVar("T")


class CosmosDocumentStore:
    """See DocumentStore for what each method promises."""

    def __init__(
        self,
        account: CosmosAccount,
        database: str,
        container: str,
        indexing_policy: Mapping[str, Any],
    ) -> None:
        self._account = account
        self._database = database
        self._container = container
        self._indexing_policy = indexing_policy
        host = urlsplit(account.endpoint).netloc
        self.location = f"Cosmos DB at {host}, database {database}, container {container}"

    async def list(
        self, query: Query = NEWEST_FIRST, *, limit: int = 100, continuation: str | None = None
    ) -> Page:
        after = None
        if continuation is not None:
            values = token.decode(continuation, self.location, query, POSITION)
            after = Position.from_list(values)
        page = PageSoFar(limit)
        for statement in statements(query, after):
            page.add(await self._asked(partial(page.read, statement)))
            if page.is_cut:
                position = Position.of(page.items[-1], query.order)
                return Page(page.documents, token.encode(self.location, query, position.as_list()))
        return Page(page.documents, None)

    async def get(self, document_id: str) -> Document:
        item = item_id(document_id)
        found = await self._asked(lambda container: container.read_item(item, item), document_id)
        return document_of(found)

    async def create(self, body: dict[str, Any]) -> Document:
        return await self._create(item_of(body))

    async def create_many(self, bodies: Iterable[dict[str, Any]]) -> int:
        count = 0
        async for chunk in chunks(bodies):
            count += len(await together(self._create, chunk))
        return count

    async def upsert(self, body: dict[str, Any]) -> tuple[Document, bool]:
        """By creating or replacing: an upsert whose answer was lost can't tell which it was."""
        while True:
            try:
                return await self.create(body), True
            except DocumentExists:
                pass
            try:
                return await self.replace(body), False
            except DocumentNotFound:
                pass  # deleted between the two: it is new after all

    async def replace(self, body: dict[str, Any], *, if_match: str | None = None) -> Document:
        item = item_of(body)
        condition = _condition(if_match)
        return await self._write(
            item, lambda container: container.replace_item(item.id, item.stored, **condition)
        )

    async def delete(self, document_id: str, *, if_match: str | None = None) -> None:
        """Looks first: then it does not matter which of our requests deleted it. Answers may be
        lost, and the transport by itself repeats a DELETE whose connection broke."""
        await self.get(document_id)
        await self._delete(document_id, if_match)

    async def _delete(self, document_id: str, if_match: str | None) -> None:
        item = item_id(document_id)
        condition = _condition(if_match)

        async def send(container: ContainerProxy) -> None:
            with suppress(CosmosResourceNotFoundError):
                await container.delete_item(item, item, **condition)

        await self._asked(send, document_id)

    async def delete_many(self, where: Condition) -> int:
        statement = chosen(where)
        count = idle = 0
        while idle < IDLE_ROUNDS and (rows := await self._asked(partial(some, statement))):
            deleted = sum(await together(self._delete_if_unchanged, rows))
            count += deleted
            idle = 0 if deleted else idle + 1
        return count

    async def _delete_if_unchanged(self, row: dict[str, Any]) -> bool:
        """What changed since it was selected is looked at again."""
        try:
            await self._delete(row[KEY], shown_etag(row["_etag"]))
        except PreconditionFailed:
            return False
        return True

    async def _create(self, item: Item) -> Document:
        return await self._write(item, lambda container: container.create_item(item.stored))

    async def _write(
        self, item: Item, send: Callable[[ContainerProxy], Awaitable[Mapping[str, Any]]]
    ) -> Document:
        """Sends until the outcome is known. A refusal may mean a try of our own, or one of the
        SDK's, whose answer was lost: then the item holds our token."""

        async def attempt(container: ContainerProxy) -> str:
            try:
                return str((await send(container))["_etag"])
            except (CosmosResourceExistsError, CosmosAccessConditionFailedError) as refusal:
                try:
                    found = await container.read_item(item.id, item.id)
                except CosmosResourceNotFoundError:
                    raise refusal from None
                if found.get(WRITE) != item.token:
                    raise
                return str(found["_etag"])

        etag = await self._asked(attempt, item.document_id)
        return Document(item.body, shown_etag(etag))

    async def _asked(
        self, ask: Callable[[ContainerProxy], Awaitable[T]], document_id: str = ""
    ) -> T:
        async def attempt() -> T:
            return await ask(
                await self._account.container(
                    self._database,
                    self._container,
                    ID_PATH,
                    indexing_policy=self._indexing_policy,
                )
            )

        with translated(self._account.endpoint):
            try:
                return await persistent(attempt)
            except AzureError as error:
                if is_gone(error):
                    self._account.forget(self._database, self._container)
                raise meaning(error, document_id) or error from None


def _condition(if_match: str | None) -> dict[str, Any]:
    if if_match is None:
        return {}
    return {"etag": sent_etag(if_match), "match_condition": MatchConditions.IfNotModified}
