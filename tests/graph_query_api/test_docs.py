"""/query/docs/{container} through HTTP."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from support.graph_query_app import problem, running

JOBS = "/query/docs/upload-jobs"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with running(tmp_path) as app:
        yield app.client


async def test_a_document_is_put_read_replaced_and_deleted(client: httpx.AsyncClient) -> None:
    created = await client.put(f"{JOBS}/one", json={"v": 1})
    assert created.status_code == 201
    assert created.json() == {"id": "one", "v": 1}
    read = await client.get(f"{JOBS}/one")
    assert (read.status_code, read.json()) == (200, {"id": "one", "v": 1})
    assert read.headers["etag"] == created.headers["etag"]
    replaced = await client.put(
        f"{JOBS}/one", json={"id": "one", "v": 2}, headers={"If-Match": read.headers["etag"]}
    )
    assert replaced.status_code == 200
    assert replaced.headers["etag"] != read.headers["etag"]
    deleted = await client.delete(f"{JOBS}/one")
    assert (deleted.status_code, deleted.content) == (204, b"")
    problem(await client.get(f"{JOBS}/one"), 404)
    problem(await client.delete(f"{JOBS}/one"), 404)


async def test_preconditions(client: httpx.AsyncClient) -> None:
    new = {"If-None-Match": "*"}
    problem(await client.put(f"{JOBS}/x", json={}, headers={"If-Match": '"no"'}), 412)
    problem(await client.put(f"{JOBS}/x", json={}, headers={"If-Match": "*"}), 412)
    first = await client.put(f"{JOBS}/x", json={}, headers=new)
    assert first.status_code == 201
    problem(await client.put(f"{JOBS}/x", json={}, headers=new), 412)
    old = {"If-Match": first.headers["etag"]}
    assert (await client.put(f"{JOBS}/x", json={}, headers={"If-Match": "*"})).status_code == 200
    problem(await client.put(f"{JOBS}/x", json={}, headers=old), 412)
    problem(await client.delete(f"{JOBS}/x", headers=old), 412)
    assert (await client.delete(f"{JOBS}/x", headers={"If-Match": "*"})).status_code == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"If-Match": "bare"},
        {"If-Match": 'W/"weak"'},
        {"If-Match": '"a", "b"'},
        {"If-Match": ""},
        {"If-None-Match": '"etag"'},
        {"If-Match": '"a"', "If-None-Match": "*"},
    ],
    ids=str,
)
async def test_preconditions_nobody_understands(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    problem(await client.put(f"{JOBS}/x", json={}, headers=headers), 400)
    problem(await client.get(f"{JOBS}/x"), 404)


@pytest.mark.parametrize("container", ["scenarios", "prompts", "fabric-connections", "x", "Leases"])
async def test_other_containers_are_not_served(client: httpx.AsyncClient, container: str) -> None:
    problem(await client.get(f"/query/docs/{container}"), 403)
    problem(await client.get(f"/query/docs/{container}/x"), 403)
    problem(await client.put(f"/query/docs/{container}/x", content=b"no json"), 403)
    problem(await client.delete(f"/query/docs/{container}/x"), 403)


@pytest.mark.parametrize("bad", ["a/b", "a\\b", "a?b", "a#b", "x" * 256, "é" * 128, "\x01", "\0"])
async def test_ids_that_some_store_could_not_read_back(client: httpx.AsyncClient, bad: str) -> None:
    path = f"{JOBS}/{quote(bad, safe='')}"
    problem(await client.put(path, json={}), 400)
    problem(await client.get(path), 400)
    problem(await client.delete(path), 400)
    assert (await client.get(JOBS)).json()["items"] == []


@pytest.mark.parametrize("good", ["x" * 255, "é ü", "a%b", "..a", "+", "'\"", "é" * 127])
async def test_odd_ids(client: httpx.AsyncClient, good: str) -> None:
    path = f"{JOBS}/{quote(good, safe='')}"
    assert (await client.put(path, json={"v": 1})).status_code == 201
    assert (await client.get(path)).json() == {"id": good, "v": 1}


async def test_an_id_in_the_body_must_be_the_same(client: httpx.AsyncClient) -> None:
    problem(await client.put(f"{JOBS}/x", json={"id": "y"}), 400)
    problem(await client.put(f"{JOBS}/x", json={"id": None}), 400)
    problem(await client.get(f"{JOBS}/x"), 404)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"5",
        b"null",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'{"a": 1} x',
        b"{'a': 1}",
        b"[" * 100_000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: str(body[:20]),
)
async def test_bodies_that_are_no_strict_json_object(
    client: httpx.AsyncClient, body: bytes
) -> None:
    problem(await client.put(f"{JOBS}/x", content=body), 400)
    assert (await client.get(JOBS)).json()["items"] == []


async def test_numbers_come_back_exactly(client: httpx.AsyncClient) -> None:
    text = '{"id":"x","big":[9007199254740993,18446744073709551616,-1,0.1,1e+300]}'
    await client.put(f"{JOBS}/x", content=text)
    assert json.loads(text)["big"] == (await client.get(f"{JOBS}/x")).json()["big"]
    assert "9007199254740993,18446744073709551616" in (await client.get(JOBS)).text
    assert "9007199254740993,18446744073709551616" in (await client.get(f"{JOBS}/x")).text


async def test_system_fields_never_leave(client: httpx.AsyncClient) -> None:
    put = await client.put(f"{JOBS}/x", json={"_etag": "a", "_ts": 1, "v": {"_w": 1}})
    listed = (await client.get(JOBS)).json()["items"]
    assert put.json() == listed[0] == {"id": "x", "v": {"_w": 1}}


async def test_two_megabytes_and_no_more(client: httpx.AsyncClient) -> None:
    room = (2 << 20) - len('{"t":""}')
    assert (await client.put(f"{JOBS}/x", json={"t": "x" * room})).status_code == 201
    problem(await client.put(f"{JOBS}/y", json={"t": "x" * (room + 1)}), 413)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1 << 16
            yield b" " * (1 << 16)

    async def chunks() -> AsyncIterator[bytes]:
        for chunk in endless():
            yield chunk

    problem(await client.put(f"{JOBS}/y", content=chunks()), 413)
    assert sent <= 3 << 20
    problem(await client.get(f"{JOBS}/y"), 404)


async def test_lists_filter_sort_and_page(client: httpx.AsyncClient) -> None:
    for number in range(7):
        job = {"created_at": f"2026-01-0{number + 1}", "n": number, "status": "ab"[number % 2]}
        await client.put(f"{JOBS}/{number}", json=job)
    newest = (await client.get(JOBS)).json()
    assert [job["n"] for job in newest["items"]] == [6, 5, 4, 3, 2, 1, 0]
    assert newest["continuation"] is None

    query = {
        "query": "SELECT * FROM c WHERE c.status = @status",
        "parameters": json.dumps({"@status": "a"}),
        "limit": "3",
    }
    first = (await client.get(f"{JOBS}/", params=query)).json()
    second = (
        await client.get(JOBS, params={**query, "continuation": first["continuation"]})
    ).json()
    assert [job["n"] for job in first["items"] + second["items"]] == [6, 4, 2, 0]
    assert second["continuation"] is None

    oldest = {"query": "SELECT * FROM c ORDER BY c.n", "limit": "2"}
    assert [job["n"] for job in (await client.get(JOBS, params=oldest)).json()["items"]] == [0, 1]


@pytest.mark.parametrize(
    "params",
    [
        {"query": "SELECT * FROM c; DROP TABLE c"},
        {"query": "DELETE FROM c"},
        {"query": "SELECT * FROM c WHERE c.a = @a"},
        {"query": "SELECT * FROM c WHERE c.a = @a", "parameters": '{"a": [1]}'},
        {"query": "SELECT * FROM c WHERE c.a = @a", "parameters": '{"a": "\\ud800"}'},
        {"query": "SELECT * FROM c WHERE c.a = @a", "parameters": '{"a": NaN}'},
        {"query": "SELECT * FROM c", "parameters": "[]"},
        {"query": "SELECT * FROM c", "parameters": "x"},
        {"query": "x" * 5000},
        {"continuation": "garbage"},
        {"continuation": "é"},
    ],
    ids=str,
)
async def test_lists_that_cannot_be_given(
    client: httpx.AsyncClient, params: dict[str, str]
) -> None:
    problem(await client.get(JOBS, params=params), 400)


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x"])
async def test_limits(client: httpx.AsyncClient, limit: str) -> None:
    problem(await client.get(JOBS, params={"limit": limit}), 422)


async def test_the_service_key(tmp_path: Path) -> None:
    async with running(tmp_path, service_key="s3cret é") as app:
        for headers in ({}, {"X-Service-Key": "wrong"}, {"X-Service-Key": ""}):
            for method, path in (("GET", JOBS), ("PUT", f"{JOBS}/x"), ("GET", "/query/docs/x")):
                response = await app.client.request(method, path, headers=headers)
                assert "s3cret" not in json.dumps(problem(response, 401))
        key = {b"X-Service-Key": "s3cret é".encode()}
        assert (await app.client.get(JOBS, headers=key)).status_code == 200
        assert (await app.client.get("/query/scenarios")).status_code == 200
