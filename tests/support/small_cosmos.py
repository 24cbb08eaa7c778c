"""A small Cosmos DB for NoSQL: what a load of telemetry sends, as slow and as faulty as is wanted.

It knows upserts, transactional batches, and how many items a partition has of a generation;
it is strict about their limits. Run by itself it says its address and serves until its input ends.
"""

import asyncio
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

MOST_OPERATIONS = 100
MOST_BYTES = 2 << 20
COUNT = "SELECT VALUE COUNT(1) FROM c WHERE c.g = @g"
WAIT = {"x-ms-retry-after-ms": "5"}
TROUBLES = ("429", "429 inside", "449", "503", "408", "cut", "cut after")

Item = dict[str, Any]
Trouble = Callable[[], str]
"""What befalls the next write; "" for nothing."""


class SmallCosmos:
    def __init__(self, latency: float = 0.0, trouble: Trouble = lambda: "") -> None:
        self.items: defaultdict[str, dict[tuple[str, str], Item]] = defaultdict(dict)
        """By container; then by partition key and id."""
        self.writes: Counter[str] = Counter()
        """By what befell them."""
        self._latency = latency
        self._trouble = trouble
        self.app = web.Application(client_max_size=MOST_BYTES)
        self.app.router.add_get("/", self._account)
        self.app.router.add_get("/dbs/{database}/colls/{name}{end:/?}", self._container)
        self.app.router.add_post("/dbs/{database}/colls/{name}/docs{end:/?}", self._documents)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Gives the address."""
        runner = web.AppRunner(self.app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
        finally:
            await runner.cleanup()

    async def _account(self, request: web.Request) -> web.Response:
        here = [{"name": "here", "databaseAccountEndpoint": str(request.url)}]
        return web.json_response({"id": "a", "writableLocations": here, "readableLocations": here})

    async def _container(self, request: web.Request) -> web.Response:
        partition_key = {"paths": ["/pk"], "kind": "Hash", "version": 2}
        name = request.match_info["name"]
        return web.json_response({"id": name, "_rid": "r", "partitionKey": partition_key})

    async def _documents(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.text(), parse_constant=_refuse)
        await asyncio.sleep(self._latency)
        (partition,) = json.loads(request.headers["x-ms-documentdb-partitionkey"])
        items = self.items[request.match_info["name"]]
        if request.headers.get("x-ms-documentdb-isquery"):
            return _counted(items, partition, body)
        trouble = self._trouble()
        self.writes[trouble] += 1
        if trouble.isdigit():
            return web.json_response({"message": trouble}, status=int(trouble), headers=WAIT)
        if trouble == "429 inside":
            return _throttled_inside(len(body))
        if trouble not in {"cut", "forgotten"}:
            self._write(items, partition, body)
        if trouble.startswith("cut"):
            assert request.transport
            request.transport.abort()
        if isinstance(body, dict):
            return web.json_response(body)
        return web.json_response([{"statusCode": 200, "requestCharge": 5.0} for _ in body])

    def _write(self, items: dict[tuple[str, str], Item], partition: str, body: Any) -> None:
        operations = body if isinstance(body, list) else [{"resourceBody": body}]
        assert 0 < len(operations) <= MOST_OPERATIONS
        for operation in operations:
            item = operation["resourceBody"]
            assert item["pk"] == partition
            items[partition, item["id"]] = item


def _counted(items: dict[tuple[str, str], Item], partition: str, asked: Any) -> web.Response:
    assert asked["query"] == COUNT
    ((generation,),) = [[each["value"]] for each in asked["parameters"]]
    found = [1 for (key, _), item in items.items() if (key, item["g"]) == (partition, generation)]
    return web.json_response({"Documents": [len(found)], "_count": 1})


def _throttled_inside(count: int) -> web.Response:
    others = [{"statusCode": 424, "requestCharge": 0.0} for _ in range(count - 1)]
    throttled = {"statusCode": 429, "requestCharge": 0.0, "retryAfterMilliseconds": 5}
    return web.json_response([throttled, *others], status=207)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def seeded(seed: int, share: float) -> Trouble:
    """Troubles of all kinds for such a share of the writes."""
    rng = random.Random(seed)
    return lambda: rng.choice(TROUBLES) if rng.random() < share else ""


async def main() -> None:
    async with SmallCosmos(float(sys.argv[1])).running() as address:
        print(address, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
