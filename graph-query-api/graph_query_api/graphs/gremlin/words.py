"""What went wrong with a Gremlin server, in this service's terms, with causes and cures."""

from graph_query_api.errors import (
    GraphQueryError,
    QueryRefused,
    QueryTooLarge,
    StoreUnavailable,
)
from graph_query_api.graphs.gremlin.errors import (
    GremlinError,
    LimitBroken,
    NoSuchGraph,
    NotAllowed,
    OutcomeUnknown,
    Refused,
    Throttled,
    TooLarge,
    Unreachable,
)
from graph_query_api.graphs.gremlin.layout import GremlinTarget


def in_words(error: GremlinError, target: GremlinTarget) -> GraphQueryError:
    match error:
        case NotAllowed():
            return StoreUnavailable(_not_allowed(target))
        case NoSuchGraph():
            return StoreUnavailable(_no_such_graph(target))
        case Unreachable():
            return StoreUnavailable(
                f"{error}. Check COSMOS_GREMLIN_ENDPOINT ({target.address.endpoint}) and the way "
                "there: DNS, firewall, the account's allowed networks."
            )
        case Throttled():
            return StoreUnavailable(
                "The graph's throughput is used up by others. Try again in a minute, or raise the "
                "graph's request units."
            )
        case OutcomeUnknown():
            return StoreUnavailable(f"{error}. Try again in a minute.")
        case TooLarge() | LimitBroken():
            return QueryTooLarge(
                f"The query is more than the server takes ({error}). Ask for less."
            )
        case Refused():
            return QueryRefused(str(error))
        case _:
            return StoreUnavailable(f"The Gremlin server answered: {error}. Try again in a minute.")


def _not_allowed(target: GremlinTarget) -> str:
    if target.address.key:
        return (
            "The graph's server refused the key. Check COSMOS_GREMLIN_KEY, and the names "
            f"COSMOS_GREMLIN_DATABASE ({target.address.database}) and COSMOS_GREMLIN_GRAPH "
            f"({target.address.graph})."
        )
    return (
        "The graph's server refused the identity of this service. Give it a role of the account "
        "for Gremlin that may read and write (az cosmosdb gremlin role assignment create …), or "
        "set COSMOS_GREMLIN_KEY."
    )


def _no_such_graph(target: GremlinTarget) -> str:
    database, graph = target.address.database, target.address.graph
    account = "--account-name ACCOUNT --resource-group GROUP"
    return (
        f"There is no graph {graph!r} in database {database!r}. Make them once with "
        f"`az cosmosdb gremlin database create {account} --name {database}` and "
        f"`az cosmosdb gremlin graph create {account} --database-name {database} --name {graph} "
        f"--partition-key-path /{target.partition_key}`; or, where a graph of this name was made "
        "anew, wait five minutes."
    )
