"""Our Gremlin client before the strict stand-in for Cosmos DB, and before a real Gremlin Server."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Self
from uuid import uuid4

import aiohttp
import pytest
import uvloop
from azure.core.credentials import AccessToken
from peers.gremlin.fake.knobs import KEY, Trouble
from peers.gremlin.fake.running import running
from peers.gremlin.server.running import GremlinServer

from graph_query_api.graphs.gremlin import connection as gremlin_connection
from graph_query_api.graphs.gremlin.client import GremlinAddress, GremlinClient
from graph_query_api.graphs.gremlin.errors import (
    Changed,
    Exists,
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
from support.gremlin_fake import client_before_fake, fake_gremlin

# a request that fails in the product must not make a test wait for its real limit
pytestmark = pytest.mark.filterwarnings("error")

ADD = "g.addV('Probe').property({token}, i).property('pk', k).property('x', x)"
HELLO = "g.inject(0)"


async def walk(client: GremlinClient, token: str) -> None:
    """What is the same on both servers, in one flow. ``token``: how an id is set."""
    prefix = uuid4().hex
    add = ADD.format(token=token)
    values = ["jan$ ${1+1} O'Brien a\\b ''' \n é 日本 😀", True, 1.5, 2**53, "", 0]
    for number, value in enumerate(values):
        bound = {"i": f"{prefix}-{number}", "k": prefix, "x": value}
        (vertex,) = (await client.submit(add, bound)).results
        assert vertex["type"] == "vertex"
        assert vertex["label"] == "Probe"
        assert [each["value"] for each in vertex["properties"]["x"]] == [value]
        assert type(vertex["properties"]["x"][0]["value"]) is type(value)
    with pytest.raises(Exists):
        await client.submit(add, {"i": f"{prefix}-0", "k": prefix, "x": 1})

    edge_script = f"g.V(a).addE('Beside').to(__.V(b)).property({token}, i).property('w', 0.5)"
    ends = {"a": f"{prefix}-0", "b": f"{prefix}-1", "i": f"{prefix}-e"}
    (edge,) = (await client.submit(edge_script, ends)).results
    assert edge == {
        "id": f"{prefix}-e",
        "label": "Beside",
        "type": "edge",
        "inV": f"{prefix}-1",
        "inVLabel": "Probe",
        "outV": f"{prefix}-0",
        "outVLabel": "Probe",
        "properties": {"w": 0.5},
    }
    with pytest.raises(Exists):
        await client.submit(edge_script, ends)

    many = {f"n{number}": number for number in range(900)}
    script = f"g.inject([{','.join(many)}]).unfold()"
    frames = [part async for part in client.stream(script, many)]
    assert [one for part in frames for one in part] == list(range(900))
    assert len(frames) == 15
    for wrong in ("g.nope()", "this is no script", "g.inject(0).by("):
        with pytest.raises(Refused):
            await client.submit(wrong, {})
    await each_its_own(client)


async def each_its_own(client: GremlinClient) -> None:
    """Many at once, answered in any order, with results in several frames."""

    async def one(number: int) -> list[Any]:
        count = 1 + 40 * (number % 5)
        script = f"g.inject(0).union({','.join(['__.constant(x)'] * count)})"
        return (await client.submit(script, {"x": number})).results

    found = await asyncio.gather(*(one(number) for number in range(40)))
    assert found == [[number] * (1 + 40 * (number % 5)) for number in range(40)]


@pytest.mark.parametrize("in_flight", [1, 4])
async def test_the_stand_in(in_flight: int) -> None:
    async with client_before_fake(connections=3, in_flight=in_flight) as (client, fake):
        fake.knobs.set(most_in_flight=in_flight)
        await walk(client, "'id'")
        assert fake.facts.connections <= 3
        fake.knobs.set(request_seconds=60)
        asked = [asyncio.create_task(client.submit("g.V()", {})) for _ in range(40)]
        await until(lambda: fake.facts.in_flight == 3 * in_flight)
        for each in asked:
            each.cancel()
        assert fake.facts.most_in_flight == 3 * in_flight


async def test_a_real_server(gremlin_server: GremlinServer) -> None:
    server = gremlin_server
    address = GremlinAddress(server.endpoint, server.database, server.graph, server.password)
    async with GremlinClient(address, connections=2, in_flight=2) as client:
        await walk(client, "id")
        odd = "g.inject(Double.NaN, Float.POSITIVE_INFINITY, new Date(1500), 7G, 1L)"
        found = (await client.submit(odd, {})).results
        assert found == [None, None, "1970-01-01T00:00:01.500Z", 7, 1]
        counts = await client.submit("g.V().hasLabel('Probe').groupCount().by(label)", {})
        assert counts.results[0]["Probe"] >= 6
    async with GremlinClient(address, connections=1, evaluation_timeout_ms=50) as client:
        with pytest.raises(OutcomeUnknown):
            await client.submit("Thread.sleep(10000)", {})
    wrong = GremlinAddress(server.endpoint, server.database, server.graph, "not the key")
    async with GremlinClient(wrong, connections=1) as client:
        with pytest.raises(NotAllowed) as refused:
            await client.submit(HELLO, {})
    assert "not the key" not in f"{refused.value}{wrong!r}"


def test_under_uvloop() -> None:
    async def tried() -> None:
        async with client_before_fake(connections=3) as (client, _):
            await each_its_own(client)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(tried())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, NotAllowed),
        (403, NotAllowed),
        (404, NoSuchGraph),
        (408, OutcomeUnknown),
        (409, Exists),
        (410, OutcomeUnknown),
        (412, Changed),
        (429, Throttled),
        (449, OutcomeUnknown),
        (500, OutcomeUnknown),
        (503, OutcomeUnknown),
        (1000, Refused),
        (1001, TooLarge),
        (1003, TooLarge),
        (1004, Refused),
        (1007, OutcomeUnknown),
        (1008, OutcomeUnknown),
        (1009, OutcomeUnknown),
    ],
)
async def test_the_inner_status_counts(status: int, kind: type[GremlinError]) -> None:
    async with client_before_fake() as (client, fake):
        fake.knobs.set(troubles=[Trouble(status, seconds=3723.95, times=2)])
        with pytest.raises(kind) as raised:
            await client.submit("g.V()", {})
        assert type(raised.value) is kind
        assert raised.value.status == status
        if isinstance(raised.value, Throttled):
            assert raised.value.retry_after == pytest.approx(3723.95)
        fake.knobs.set(troubles=[])
        assert (await client.submit("g.V()", {})).results == []


async def test_what_a_script_may_not_hold() -> None:
    async with client_before_fake() as (client, fake):
        for text, bound in (
            ("g.inject(x)", {"x": "é" * 40_000}),
            (f"g.inject('{'x' * 66_000}')", {}),
        ):
            with pytest.raises(LimitBroken):
                await client.submit(text, bound)
        for value in (float("nan"), float("inf"), "\ud800"):
            with pytest.raises(Refused):
                await client.submit("g.inject(x)", {"x": value})
        assert fake.facts.requests == 0
        with pytest.raises(LimitBroken):
            await client.submit("g.inject(0)" + ".identity()" * 400, {})
        for refused in (
            "g.addV('A').property('id', 'a')",
            "g.addV('A').property('id', 'a').property('pk', null)",
            "g.addV('A').property('id', 'a/b').property('pk', 'p')",
            "g.addV('A').property(id, 'a').property('pk', 'p')",
            "g.addV('A').property('pk', 'p'); g.addV('A').property('pk', 'p')",
            "g.inject(0).union(addV('A').property('pk', 'p'))",
        ):
            with pytest.raises(Refused):
                await client.submit(refused, {})
        assert fake.elements.snapshot() == {"vertices": [], "edges": []}


async def test_lost_connections() -> None:
    add = ADD.format(token="'id'")
    async with client_before_fake(connections=2) as (client, fake):
        for number, kind in enumerate(("cut", "cut-after", "garbage"), 1):
            fake.knobs.set(troubles=[Trouble(kind)])
            with pytest.raises(OutcomeUnknown):
                await client.submit(add, {"i": kind, "k": "p", "x": 1})
            assert (await client.submit(HELLO, {})).results == [0]
            assert fake.facts.connections == number + 1
        there = {each["id"] for each in fake.elements.snapshot()["vertices"]}
        assert there == {"cut-after", "garbage"}
        chain = ".".join(f"addV('A').property('id', 'h{n}').property('pk', 'p')" for n in range(6))
        fake.knobs.set(troubles=[Trouble("half", status=1009)])
        with pytest.raises(OutcomeUnknown):
            await client.submit(f"g.{chain}.count()", {})
        assert len(fake.elements.vertices) == 2 + 3


async def test_an_answer_that_comes_late_is_nobodys() -> None:
    async with client_before_fake(request_seconds=0.1) as (client, fake):
        fake.knobs.set(troubles=[Trouble("late", seconds=0.2)])
        with pytest.raises(OutcomeUnknown):
            await client.submit("g.inject(x)", {"x": "late"})
        assert (await client.submit("g.inject(x)", {"x": "next"})).results == ["next"]
        assert fake.facts.connections == 2


@pytest.mark.parametrize("in_flight", [1, 2])
async def test_who_gives_up_disturbs_nobody(in_flight: int) -> None:
    async with client_before_fake(in_flight=in_flight) as (client, fake):
        await client.submit(HELLO, {})
        fake.knobs.set(request_seconds=0.05)
        beside = asyncio.create_task(client.submit("g.inject(x)", {"x": "beside"}))
        given_up = asyncio.create_task(client.submit("g.inject(x)", {"x": "given up"}))
        await until(lambda: fake.facts.in_flight == in_flight)
        given_up.cancel()
        after = [client.submit("g.inject(x)", {"x": number}) for number in range(4)]
        found = [answer.results for answer in await asyncio.gather(beside, *after)]
        assert found == [["beside"], [0], [1], [2], [3]]


async def test_a_stream_that_is_left_early_or_read_slowly() -> None:
    count, union = 3_000, "g.inject(0).union({})"
    script = (
        union.format(",".join(["__.constant(x)"] * 300))
        + ".union("
        + ",".join(["__.identity()"] * 10)
        + ")"
    )
    async with client_before_fake(request_seconds=2) as (client, fake):
        stream = client.stream(script, {"x": "é" * 1000})
        assert len(await anext(stream)) == 64
        await stream.aclose()
        assert (await client.submit(HELLO, {})).results == [0]
        assert fake.facts.connections == 2
        slow = [part async for part in lingering(client.stream(script, {"x": 1}))]
        assert sum(map(len, slow)) == count
        async for _ in client.stream(script, {"x": 1}):
            break
        assert (await client.submit(HELLO, {})).results == [0]
        fake.knobs.set(frame_results=count)
        assert (await client.submit(script, {"x": "é" * 3000})).results == ["é" * 3000] * count


async def lingering(stream: AsyncIterator[list[Any]]) -> AsyncIterator[list[Any]]:
    async for part in stream:
        await asyncio.sleep(0)
        yield part


async def test_connections_are_opened_for_need_and_left_when_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with client_before_fake(connections=8) as (client, fake):
        for _ in range(3):
            await client.submit(HELLO, {})
        assert fake.facts.connections == 1
        monkeypatch.setattr(gremlin_connection, "_IDLE_SECONDS", -1.0)
        await client.submit(HELLO, {})
        assert fake.facts.connections == 2
        fake.knobs.set(most_requests=1)
        found = [await client.submit("g.inject(0)", {}) for _ in range(2)]
        assert [each.results for each in found] == [[0], [0]]


async def test_closing_ends_all_that_runs() -> None:
    before = asyncio.all_tasks()
    async with fake_gremlin() as (fake, address):
        client = GremlinClient(address, connections=2)
        await asyncio.gather(client.submit(HELLO, {}), client.submit(HELLO, {}))
        fake.knobs.set(request_seconds=60)
        asked = [asyncio.create_task(client.submit("g.V()", {})) for _ in range(2)]
        await until(lambda: fake.facts.in_flight == 2)
        await client.aclose()
        for each in asked:
            with pytest.raises(OutcomeUnknown):
                await each
    await until(lambda: asyncio.all_tasks() == before)


async def test_nobody_there(unused_tcp_port: int) -> None:
    address = GremlinAddress(f"ws://127.0.0.1:{unused_tcp_port}/", "scenarios", "graphs", KEY)
    async with GremlinClient(address, connections=1) as client:
        with pytest.raises(Unreachable):
            await client.submit(HELLO, {})


async def test_a_graph_that_is_not_there() -> None:
    async with fake_gremlin() as (_, address):
        other = GremlinAddress(address.endpoint, "scenarios", "others", KEY)
        async with GremlinClient(other, connections=1) as client:
            with pytest.raises(NoSuchGraph):
                await client.submit(HELLO, {})


class Entra:
    """Gives ``token-1``, until it is asked to pass by its cache."""

    def __init__(self, expires: float = 3600) -> None:
        self.asked: list[bool] = []
        self._expires = expires

    async def get_token(self, *scopes: str, claims: str | None = None, **_: Any) -> AccessToken:
        assert scopes == ("https://cosmos.azure.com/.default",)
        self.asked.append(claims is not None)
        number = 1 + sum(self.asked)
        return AccessToken(f"token-{number}", int(time.time() + self._expires))

    async def close(self) -> None:
        raise AssertionError("Whoever gave it closes it")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


async def test_tokens_of_entra() -> None:
    async with fake_gremlin(passwords=["token-1"]) as (fake, address):
        entra = Entra()
        keyless = replace(address, key="")
        async with GremlinClient(keyless, connections=3, credential=entra) as client:
            await asyncio.gather(*(client.submit("g.inject(0)", {}) for _ in range(9)))
            assert entra.asked == [False]
            fake.knobs.set(passwords=["token-2"])  # the open connections are refused from now on
            await asyncio.gather(*(client.submit("g.inject(0)", {}) for _ in range(9)))
            assert entra.asked == [False, True]
            fake.knobs.set(passwords=["none that is given"])
            with pytest.raises(NotAllowed) as refused:
                await client.submit("g.inject(0)", {})
            assert entra.asked == [False, True, True]
            assert "token-" not in str(refused.value)


async def test_connections_end_before_their_token_does() -> None:
    async with fake_gremlin(passwords=["token-1"]) as (fake, address):
        entra = Entra(expires=2)
        keyless = replace(address, key="")
        async with GremlinClient(keyless, connections=1, credential=entra) as client:
            deadline = time.monotonic() + 5
            while fake.facts.connections < 2 and time.monotonic() < deadline:
                await client.submit("g.inject(0)", {})
            assert fake.facts.connections == 2
            assert len(entra.asked) == 2


async def test_the_stand_in_as_a_process_and_its_budget() -> None:
    with running(write_charge=10, request_charge=0, charge_per_second=100) as fake:
        address = GremlinAddress(fake.endpoint, "scenarios", "graphs", fake.key)
        async with GremlinClient(address, connections=1) as client:
            chain = ".".join(
                f"addV('A').property('id', 'v{n}').property('pk', 'p')" for n in range(30)
            )
            assert (await client.submit(f"g.{chain}.count()", {})).charge == 300
            with pytest.raises(Throttled) as throttled:
                await client.submit("g.V()", {})
            assert 1 < throttled.value.retry_after <= 2
            fake.set(charge_per_second=0)
            answer = await client.submit("g.V().limit(1).id()", {})
            assert (answer.results, answer.charge) == (["v0"], 30)
        assert {each["pk"] for each in fake.elements()["vertices"]} == {"p"}
        facts = fake.facts()
        assert (facts["requests"], facts["throttled"], facts["charge"]) == (3, 1, 330)
        fake.reset()
        assert fake.elements() == {"vertices": [], "edges": []}


async def test_the_stand_in_asks_only_the_first_of_a_fresh_connection() -> None:
    """As the real ones do; a client that sends several at once would fail there."""
    async with (
        fake_gremlin() as (_, address),
        aiohttp.ClientSession() as session,
        session.ws_connect(address.endpoint) as socket,
    ):
        for number in ("one", "two"):
            await socket.send_bytes(_framed(number, "eval", {"gremlin": HELLO}))
        codes = {}
        for _ in range(2):
            found = await socket.receive()
            answer = json.loads(found.data)
            codes[answer["requestId"]] = answer["status"]["code"]
        assert codes == {"one": 407, "two": 401}
        sasl = base64.b64encode(f"\0{address.user}\0{KEY}".encode()).decode()
        await socket.send_bytes(_framed("one", "authentication", {"sasl": sasl}))
        answer = json.loads((await socket.receive()).data)
        assert (answer["requestId"], answer["status"]["code"]) == ("one", 200)
        assert answer["result"]["data"] == [0]


def _framed(number: str, op: str, args: dict[str, Any]) -> bytes:
    mime = b"application/vnd.gremlin-v2.0+json"
    identity = {"@type": "g:UUID", "@value": number}
    request = {"requestId": identity, "op": op, "processor": "", "args": args}
    return bytes([len(mime)]) + mime + json.dumps(request).encode()


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)
