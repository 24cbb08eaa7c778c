"""Answers of Cosmos DB that mean something for a document."""

from azure.core.exceptions import AzureError
from azure.cosmos.exceptions import CosmosHttpResponseError

from graph_query_api.clients.cosmos_errors import server_words
from graph_query_api.errors import (
    DocumentExists,
    DocumentNotFound,
    GraphQueryError,
    PreconditionFailed,
    QueryNotSupported,
)
from graph_query_api.stores.cosmos.shape import too_large

OWNER_IS_MISSING = 1003


def is_gone(error: AzureError) -> bool:
    """Whether it is the container that is missing."""
    return (
        isinstance(error, CosmosHttpResponseError)
        and error.status_code == 404
        and error.sub_status == OWNER_IS_MISSING
    )


def meaning(error: AzureError, document_id: str) -> GraphQueryError | None:
    """What to tell the caller, or None where it says nothing of a document or a query."""
    if not isinstance(error, CosmosHttpResponseError) or is_gone(error):
        return None
    match error.status_code:
        case 404 if document_id:
            return DocumentNotFound(f"There is no document {document_id!r}.")
        case 409:
            return DocumentExists(f"There is a document {document_id!r} already.")
        case 412:
            return PreconditionFailed(
                f"Document {document_id!r} was changed meanwhile. Read it again, then retry."
            )
        case 413:
            return too_large(document_id)
        case 400 if "order" in server_words(error).lower():
            return QueryNotSupported(
                "Cosmos DB sorts only by what its indexes hold, which here is created_at. Leave "
                "ORDER BY out, or add a composite index of this path and /_key to the container."
            )
    return None
