"""What the Cosmos SDK raises, in words: cause and cure, and never a key."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from graph_query_api.errors import StorageFull, StoreUnavailable

OPERATION_SECONDS = 15.0
"""How long one operation may take, with all its retries."""

PARTITION_FULL = 1014
OLD_LOCATION = 3
DATA_CONTRIBUTOR = "00000000-0000-0000-0000-000000000002"

SIGN_IN = (
    "Set COSMOS_NOSQL_KEY to a key that the account has now, or leave it empty to sign in with "
    "Entra ID. Accounts may allow only one of the two."
)


@contextmanager
def translated(endpoint: str) -> Iterator[None]:
    """Turns what the SDK, its connection and ``asyncio.timeout`` raise into StoreUnavailable.

    Answers that mean something to the caller (404, 409, 412, 413, 400) must be caught inside.
    """
    host = urlsplit(endpoint).hostname or endpoint
    try:
        yield
    except CosmosHttpResponseError as error:
        raise of_answer(error, host) from None
    except TimeoutError:
        raise StoreUnavailable(
            f"Cosmos DB at {host} did not answer within {OPERATION_SECONDS:.0f} seconds. "
            "Try again later."
        ) from None
    except ClientAuthenticationError as error:
        raise StoreUnavailable(
            f"There is no sign-in for Cosmos DB at {host}: {_first_line(error)} {SIGN_IN}"
        ) from None
    except ServiceRequestError as error:
        raise StoreUnavailable(
            f"Cosmos DB at {host} can't be reached: {_first_line(error)} "
            "Check COSMOS_NOSQL_ENDPOINT and the network."
        ) from None
    except AzureError as error:
        raise StoreUnavailable(
            f"The connection to Cosmos DB at {host} broke: {_first_line(error)} Try again later."
        ) from None


def of_answer(error: CosmosHttpResponseError, host: str) -> StoreUnavailable:
    match error.status_code:
        case 401:
            return StoreUnavailable(
                f"Cosmos DB at {host} does not accept our sign-in (401). {SIGN_IN}"
            )
        case 403:
            return _forbidden(error, host)
        case 404:
            return StoreUnavailable(
                f"Cosmos DB at {host} knows no such account, database or container (404). "
                "Check COSMOS_NOSQL_ENDPOINT, and whether somebody deleted it."
            )
        case 429:
            return StoreUnavailable(
                f"Cosmos DB at {host} has been asked for more than its throughput for too long "
                "(429). Try again later, or raise the request units of the container.",
                retry_after=retry_after(error) or 1.0,
            )
    return StoreUnavailable(
        f"Cosmos DB at {host} answered {error.status_code}: {server_words(error)} Try again later."
    )


def _forbidden(error: CosmosHttpResponseError, host: str) -> StoreUnavailable:
    if error.sub_status == PARTITION_FULL:
        return StorageFull(f"A logical partition of Cosmos DB at {host} is full (20 GB).")
    if error.sub_status == OLD_LOCATION:
        return StoreUnavailable(
            f"Cosmos DB at {host} takes no writes in this region just now (403). Try again later."
        )
    if "firewall" in server_words(error).lower():
        return StoreUnavailable(
            f"The firewall of Cosmos DB at {host} keeps this machine out (403). "
            "Allow its address, or its network, in the account's network settings."
        )
    return StoreUnavailable(
        f"Cosmos DB at {host} forbids what we tried (403): {server_words(error)} Grant our "
        f"identity the role: az cosmosdb sql role assignment create --account-name "
        f"{account_name(host)} --resource-group <group> --scope / --principal-id <identity> "
        f"--role-definition-id {DATA_CONTRIBUTOR} (Cosmos DB Built-in Data Contributor). "
        "A new role takes some minutes to work."
    )


def account_name(host: str) -> str:
    return host.split(".", maxsplit=1)[0]


def retry_after(error: CosmosHttpResponseError | CosmosBatchOperationError) -> float | None:
    """Seconds that the service asks us to wait."""
    try:
        wait = float(error.headers.get("x-ms-retry-after-ms", "")) / 1000
    except ValueError:
        return None
    return wait if math.isfinite(wait) and wait >= 0 else None


def server_words(error: CosmosHttpResponseError) -> str:
    """The first line of what the service says, which it says in JSON."""
    words = str(error.http_error_message or "").strip()
    with suppress(ValueError, TypeError, KeyError):  # a gateway on the way may speak otherwise
        words = str(json.loads(words)["message"])
    return (words.splitlines() or ["no reason given."])[0][:300]


def _first_line(error: Exception) -> str:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    return line if line.endswith(".") else f"{line}."
