"""Microsoft Fabric as its REST documentation describes it; knows no scenario."""

from fabric_client.addresses import FABRIC_SCOPE, STORAGE_SCOPE, FabricAddresses
from fabric_client.client import FabricClient
from fabric_client.clock import Clock, OnWait
from fabric_client.credentials import TokenSource, default_credential
from fabric_client.definitions import definition_parts, read_parts
from fabric_client.errors import (
    NAME_IN_USE,
    NAME_RESERVED,
    SCHEMAS_ENABLED,
    ErrorDetail,
    FabricError,
    FabricQueryFailed,
    FabricSignInFailed,
    FabricTimeout,
    FabricUnavailable,
)
from fabric_client.gql import literal, quote_identifier
from fabric_client.gql_query import GqlResult
from fabric_client.items.lakehouses import default_schema
from fabric_client.items.shapes import Capacity, Item, Table, Workspace
from fabric_client.items.workspaces import children
from fabric_client.jobs import JobInstance
from fabric_client.onelake import OneLake, StoredPath

__all__ = [
    "FABRIC_SCOPE",
    "NAME_IN_USE",
    "NAME_RESERVED",
    "SCHEMAS_ENABLED",
    "STORAGE_SCOPE",
    "Capacity",
    "Clock",
    "ErrorDetail",
    "FabricAddresses",
    "FabricClient",
    "FabricError",
    "FabricQueryFailed",
    "FabricSignInFailed",
    "FabricTimeout",
    "FabricUnavailable",
    "GqlResult",
    "Item",
    "JobInstance",
    "OnWait",
    "OneLake",
    "StoredPath",
    "Table",
    "TokenSource",
    "Workspace",
    "children",
    "default_credential",
    "default_schema",
    "definition_parts",
    "literal",
    "quote_identifier",
    "read_parts",
]
