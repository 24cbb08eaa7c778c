"""The configuration of a Gremlin Server that stands for Cosmos DB as well as it can."""

import json
from pathlib import Path
from typing import Any

USER = "/dbs/scenarios/colls/graphs"
PASSWORD = "a-key-that-only-the-tests-know"
_HASH = "$2a$04$abcdefghijklmnopqrstuu/HJxpN6VKE/t9poxbnVlwHTTLjgUaaK"
"""Bcrypt of the password, of little work: it is reckoned for each connection."""

_TINKER = "org.apache.tinkerpop.gremlin"
_GRAPH = f"gremlin.graph={_TINKER}.tinkergraph.structure.TinkerGraph\n"
_ANY_IDS = "gremlin.tinkergraph.vertexIdManager=ANY\ngremlin.tinkergraph.edgeIdManager=ANY\n"

# The stock script's ReferenceElementStrategy would strip results of their properties.
# Standard input ends with the process of the tests, however that ends.
_SCRIPT = """
Thread.startDaemon {
    while (System.in.read() >= 0) {}
    Runtime.runtime.halt(0)
}
[g: org.apache.tinkerpop.gremlin.process.traversal.AnonymousTraversalSource
    .traversal().withEmbedded(graph)]
"""


def written(folder: Path, port: int) -> Path:
    """The path of the settings, for the command line."""
    (folder / "graph.properties").write_text(_GRAPH + _ANY_IDS)
    (folder / "start.groovy").write_text(_SCRIPT)
    (folder / "users.json").write_text(json.dumps(_user()))
    (folder / "users.properties").write_text(
        _GRAPH
        + f"gremlin.tinkergraph.graphLocation={folder / 'users.json'}\n"
        + "gremlin.tinkergraph.graphFormat=graphson\n"
    )
    settings = folder / "server.yaml"
    settings.write_text(json.dumps(_settings(folder, port)))  # JSON is YAML as well
    return settings


def _settings(folder: Path, port: int) -> dict[str, Any]:
    plugins = {
        f"{_TINKER}.server.jsr223.GremlinServerGremlinPlugin": {},
        f"{_TINKER}.tinkergraph.jsr223.TinkerGraphGremlinPlugin": {},
        f"{_TINKER}.jsr223.ScriptFileGremlinPlugin": {"files": [str(folder / "start.groovy")]},
    }
    return {
        "host": "127.0.0.1",
        "port": port,
        "channelizer": f"{_TINKER}.server.channel.WebSocketChannelizer",
        "evaluationTimeout": 30_000,
        "maxContentLength": 10 << 20,
        "threadPoolWorker": 2,
        "gremlinPool": 1,  # TinkerGraph loses edges of a vertex that two threads add to
        "graphs": {"graph": str(folder / "graph.properties")},
        "scriptEngines": {"gremlin-groovy": {"plugins": plugins}},
        "processors": [
            {
                "className": f"{_TINKER}.server.op.standard.StandardOpProcessor",
                "config": {"maxParameters": 2000},
            }
        ],
        "serializers": [
            {
                "className": f"{_TINKER}.util.ser.GraphSONMessageSerializerV2",
                "config": {"ioRegistries": [f"{_TINKER}.tinkergraph.structure.TinkerIoRegistryV2"]},
            }
        ],
        "authentication": {
            "authenticator": f"{_TINKER}.server.auth.SimpleAuthenticator",
            "config": {"credentialsDb": str(folder / "users.properties")},
        },
    }


def _user() -> dict[str, Any]:
    values = {"username": USER, "password": _HASH}
    properties = {
        name: [{"id": {"@type": "g:Int64", "@value": number}, "value": value}]
        for number, (name, value) in enumerate(values.items(), 1)
    }
    return {
        "id": {"@type": "g:Int64", "@value": 0},
        "label": "user",
        "properties": properties,
    }
