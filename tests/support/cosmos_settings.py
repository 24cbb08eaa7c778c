"""The settings with which the services use the servers that stand for Cosmos DB."""

from peers.cosmos.running import Cosmos
from peers.gremlin.server.running import GremlinServer


def cosmos_settings(documents: Cosmos, graphs: GremlinServer | None = None) -> dict[str, str]:
    settings = {
        "COSMOS_NOSQL_ENDPOINT": documents.endpoint,
        "COSMOS_NOSQL_KEY": documents.key,
    }
    if graphs is None:
        return settings
    return settings | {
        "COSMOS_GREMLIN_ENDPOINT": graphs.endpoint,
        "COSMOS_GREMLIN_KEY": graphs.password,
        "COSMOS_GREMLIN_DATABASE": graphs.database,
        "COSMOS_GREMLIN_GRAPH": graphs.graph,
        "COSMOS_GREMLIN_DIALECT": "tinkerpop",
    }
