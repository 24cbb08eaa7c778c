"""What the servers hold, asked of them alone: neither through the product nor through troubles."""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from azure.cosmos import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError
from gremlin_python.driver.client import Client
from gremlin_python.driver.serializer import GraphSONSerializersV2d0
from peers.cosmos.running import Cosmos
from peers.gremlin.server.running import GremlinServer

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Held:
    nosql: CosmosClient
    gremlin: Client

    def documents(self, container: str) -> list[Item]:
        return self._items("scenarios", container)

    def rows(self, generation: str) -> int:
        return self.all_rows()[generation]

    def texts(self, container: str, generation: str) -> Mapping[str, str]:
        """By name. A name that is there twice is an error."""
        found = [each for each in self.documents(container) if each["generation"] == generation]
        texts = {each["name"]: each["content"] for each in found}
        assert len(texts) == len(found), f"{container} of {generation} are there twice"
        return texts

    def graph(self, generation: str) -> tuple[int, int]:
        return self._elements("V")[generation], self._elements("E")[generation]

    def generations(self) -> dict[str, set[str]]:
        """By what they have left."""
        return {
            "vertices": {*self._elements("V")},
            "edges": {*self._elements("E")},
            "rows": {*self.all_rows()},
            "graph catalogs": {each["id"] for each in self.documents("graphs")},
            "table catalogs": {each["id"] for each in self.documents("tables")},
            **{
                slot: {each["generation"] for each in self.documents(slot)}
                for slot in ("runbooks", "prompts")
            },
        }

    def referred_to(self) -> set[str]:
        parts = [part for each in self.documents("scenarios") for part in each["parts"].values()]
        return {name for part in parts for name in (part["generation"], *part["generations"])}

    def all_rows(self) -> Counter[str]:
        try:
            found = [
                each["id"] for each in self.nosql.get_database_client("telemetry").list_containers()
            ]
        except CosmosResourceNotFoundError:
            found = []
        return Counter(row["g"] for name in found for row in self._items("telemetry", name))

    def _items(self, database: str, container: str) -> list[Item]:
        client = self.nosql.get_database_client(database).get_container_client(container)
        try:
            return list(client.read_all_items())
        except CosmosResourceNotFoundError:
            return []

    def _elements(self, start: str) -> Counter[str]:
        script = f"g.{start}().groupCount().by('sl_load')"
        (found,) = self.gremlin.submit(script).all().result(30)
        return Counter(found)


@contextmanager
def held(nosql: Cosmos, gremlin: GremlinServer) -> Iterator[Held]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client = Client(
            gremlin.endpoint,
            "g",
            pool_size=1,
            username=gremlin.user,
            password=gremlin.password,
            message_serializer=GraphSONSerializersV2d0(),
        )
        try:
            with CosmosClient(
                nosql.endpoint, nosql.key, enable_endpoint_discovery=False
            ) as account:
                yield Held(account, client)
        finally:
            client.close()
