"""Fabric's errors as this service knows them."""

from fabric_client import FabricError, FabricSignInFailed, FabricTimeout, FabricUnavailable
from fabric_client.cures import in_words
from graph_query_api.errors import (
    FabricNotReachable,
    FabricRefused,
    GraphQueryError,
    NotFoundInFabric,
)


def translated(error: FabricError) -> GraphQueryError:
    if isinstance(error, FabricUnavailable | FabricTimeout | FabricSignInFailed):
        return FabricNotReachable(in_words(error), error.retry_after)
    if error.status == 404:
        return NotFoundInFabric(in_words(error))
    return FabricRefused(in_words(error))
