"""Runbooks, tickets and prompts: loaded from folders, read and searched through HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from graph_query_api.services.generations import Generations
from graph_query_api.services.journal import draft
from graph_query_api.services.knowledge import KnowledgeSlot, check_knowledge
from graph_query_api.stores.query import Query
from scenario_pack.folder import ScenarioFolder
from scenario_pack.names import Resources
from scenario_pack.problems import PackError
from support.graph_query_app import RunningApp, problem, running

URL = "/query/scenarios/hello"
TEXTS = {"restart.md": "# Restart a router\n\nPull INC-4711.", "core/fibre.md": "No heading: C++"}


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running(tmp_path / "data") as app:
        yield app


def folder(root: Path, slot: str, texts: Mapping[str, str | bytes]) -> ScenarioFolder:
    base = root / ("data/prompts" if slot == "prompts" else f"data/knowledge/{slot}")
    for name, text in texts.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return ScenarioFolder.from_directory(root)


async def load(
    app: RunningApp,
    root: Path,
    texts: Mapping[str, str | bytes],
    slot: KnowledgeSlot = "runbooks",
    **more: Any,
) -> dict[str, Any]:
    return await app.services.knowledge.load_knowledge(
        "hello", slot, folder(root, slot, texts), None, more.pop("progress", _ignore), **more
    )


def _ignore(_detail: str, _pct: int) -> None:
    pass


async def load_prompts(app: RunningApp, root: Path, texts: Mapping[str, str]) -> dict[str, Any]:
    return await app.services.prompts.load_prompts(
        "hello",
        folder(root, "prompts", texts),
        None,
        _ignore,
        backend="embedded",
        resources=Resources("hello-topology", "hello"),
    )


async def stored(app: RunningApp, slot: KnowledgeSlot = "runbooks") -> int:
    """How many documents of any generation there are."""
    await app.services.knowledge._journal._background.aclose()
    store = app.services.knowledge._stores[slot]._store
    return len((await store.list(Query(), limit=1000)).documents)


def index_files(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "data").glob("scenarios/*/*")]


async def test_loaded_documents_are_listed_read_and_found(app: RunningApp, tmp_path: Path) -> None:
    result = await load(app, tmp_path / "p", TEXTS)
    assert result["documents"] == 2
    assert "runbooks" in result["store"]["location"]
    listed = (await app.client.get(f"{URL}/runbooks")).json()
    assert listed["documents"] == [
        {"id": "core/fibre.md", "title": "fibre"},
        {"id": "restart.md", "title": "Restart a router"},
    ]
    read = (await app.client.get(f"{URL}/runbooks/core/fibre.md")).json()
    assert read["content"] == TEXTS["core/fibre.md"]
    found = (await app.client.get(f"{URL}/search", params={"in": "runbooks", "q": "c++"})).json()
    (result,) = found["results"]
    assert (result["id"], result["kind"]) == ("core/fibre.md", "runbooks")
    assert "<mark>C++</mark>" in result["highlight"]


async def test_odd_file_names(app: RunningApp, tmp_path: Path) -> None:
    texts = {"INC#42?.txt": "a", "100%.txt": "b", "ü ñ.txt": "c", "日" * 80 + ".txt": "d"}
    await load(app, tmp_path / "p", texts, slot="tickets")
    for name, text in texts.items():
        read = await app.client.get(f"{URL}/tickets/{quote(name)}")
        assert read.json()["content"] == text


async def test_what_is_not_there(app: RunningApp, tmp_path: Path) -> None:
    problem(await app.client.get(f"{URL}/runbooks"), 404)
    await load(app, tmp_path / "p", TEXTS)
    assert (await app.client.get(f"{URL}/tickets")).json() == {"kind": "tickets", "documents": []}
    search = await app.client.get(f"{URL}/search", params={"in": "tickets", "q": "x"})
    assert search.json() == {"results": []}
    problem(await app.client.get(f"{URL}/tickets/a.txt"), 404)
    document = problem(await app.client.get(f"{URL}/runbooks/none.md"), 404)
    assert "none.md" in document["detail"]
    problem(await app.client.get(f"{URL}/runbooks/../restart.md"), 404)
    problem(await app.client.get(f"{URL}/search", params={"in": "prompts", "q": "x"}), 422)
    problem(await app.client.get(f"{URL}/search", params={"q": "x"}), 422)


@pytest.mark.parametrize("q", ["", " ", "\0", '"', "*", "x" * 10_000, "NEAR(", "a AND", "++"])
async def test_every_search_is_answered(app: RunningApp, tmp_path: Path, q: str) -> None:
    await load(app, tmp_path / "p", TEXTS)
    response = await app.client.get(f"{URL}/search", params={"in": "runbooks", "q": q})
    assert response.status_code == 200


async def test_a_load_replaces_all_documents_and_removes_the_old(
    app: RunningApp, tmp_path: Path
) -> None:
    await load(app, tmp_path / "1", TEXTS)
    await load(app, tmp_path / "2", {"new.md": "# New"})
    listed = (await app.client.get(f"{URL}/runbooks")).json()
    assert [each["id"] for each in listed["documents"]] == ["new.md"]
    problem(await app.client.get(f"{URL}/runbooks/restart.md"), 404)
    assert await stored(app) == 1
    assert len(index_files(tmp_path)) == 1


async def test_progress_has_real_counts(app: RunningApp, tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    texts = {f"{n}.md": f"text {n}" for n in range(200)}
    await load(app, tmp_path / "p", texts, progress=lambda detail, pct: seen.append((detail, pct)))
    assert ("100 of 200 runbooks", 45) in seen
    assert len(seen) >= 10
    assert [pct for _, pct in seen] == sorted(pct for _, pct in seen)


async def test_a_failed_load_changes_nothing(app: RunningApp, tmp_path: Path) -> None:
    await load(app, tmp_path / "1", TEXTS)

    async def gone() -> None:
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await load(app, tmp_path / "2", {"new.md": "# New"}, last_look=gone)
    with pytest.raises(PackError):
        await load(app, tmp_path / "3", {"good.md": "# Good", "bad.md": b"\xff"})
    with pytest.raises(PackError):
        await load(app, tmp_path / "4", {"none.txt": "no runbook"})
    listed = (await app.client.get(f"{URL}/runbooks")).json()
    assert {each["id"] for each in listed["documents"]} == set(TEXTS)
    assert await stored(app) == 2
    assert len(index_files(tmp_path)) == 1


async def test_a_cancelled_load_changes_nothing(app: RunningApp, tmp_path: Path) -> None:
    started = asyncio.Event()
    texts = {f"{n}.md": f"text {n}" for n in range(100)}
    task = asyncio.create_task(load(app, tmp_path / "p", texts, progress=lambda *_: started.set()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    problem(await app.client.get(f"{URL}/runbooks"), 404)
    assert await stored(app) == 0
    assert index_files(tmp_path) == []


async def test_checking_loads_nothing(app: RunningApp, tmp_path: Path) -> None:
    pack = folder(tmp_path / "p", "runbooks", TEXTS)
    assert await check_knowledge("runbooks", pack, None) == {"documents": 2}
    assert await stored(app) == 0


async def test_reading_while_loading_never_fails(app: RunningApp, tmp_path: Path) -> None:
    await load(app, tmp_path / "p", TEXTS)

    async def reload() -> None:
        for _ in range(10):
            await load(app, tmp_path / "p", TEXTS)

    loading = asyncio.create_task(reload())
    while not loading.done():
        for path in ("runbooks", "runbooks/restart.md", "search?in=runbooks&q=router"):
            response = await app.client.get(f"{URL}/{path}")
            assert response.status_code == 200, response.text
    await loading


async def test_restart_removes_loads_that_nobody_refers_to_and_a_lost_index_comes_back(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "data") as app:
        await load(app, tmp_path / "p", TEXTS)
        entry = draft("crashed", "embedded", {})
        await app.services.knowledge._journal.note("hello", "runbooks", entry)
        orphans = [{"id": str(n), "generation": "crashed"} for n in range(5)]
        await app.services.knowledge._stores["runbooks"]._store.create_many(orphans)
        assert await stored(app) == 7
    (index,) = (tmp_path / "data").glob("scenarios/hello/search-*")
    index.unlink()
    async with running(tmp_path / "data") as app:
        assert await stored(app) == 2
        found = await app.client.get(f"{URL}/search", params={"in": "runbooks", "q": "router"})
        assert [each["id"] for each in found.json()["results"]] == ["restart.md"]
    assert index.exists()


async def test_deleting_with_data_drops_it(app: RunningApp, tmp_path: Path) -> None:
    await load(app, tmp_path / "p", TEXTS)
    await load_prompts(app, tmp_path / "q", {"noc.md": "You are the NOC."})
    deleted = (await app.client.delete(URL, params={"data": "true"})).json()
    assert set(deleted["dropped"]) == {"runbooks", "prompts"}
    assert await stored(app) == 0
    assert index_files(tmp_path) == []


async def test_deleting_without_data_keeps_it_over_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as app:
        await load(app, tmp_path / "p", TEXTS)
        await app.client.delete(URL)
    async with running(tmp_path / "data") as app:
        problem(await app.client.get(f"{URL}/runbooks"), 404)
        await app.client.put(URL, json={})
        listed = (await app.client.get(f"{URL}/runbooks")).json()
        assert len(listed["documents"]) == 2


async def test_prompts_get_versions_and_older_ones_stay(app: RunningApp, tmp_path: Path) -> None:
    problem(await app.client.get(f"{URL}/prompts"), 404)
    await load_prompts(app, tmp_path / "1", {"noc.md": "one {graph_name}", "old.md": "old"})
    await load_prompts(app, tmp_path / "2", {"noc.md": "two"})
    prompts = (await app.client.get(f"{URL}/prompts")).json()["prompts"]
    assert [
        (each["agent"], each["name"], each["version"], each["content"]) for each in prompts
    ] == [
        ("noc", "noc", 2, "two"),
        ("noc", "noc", 1, "one hello-topology"),
        ("old", "old", 1, "old"),
    ]
    assert len({each["id"] for each in prompts}) == 3


async def test_parallel_loads_of_prompts_never_share_a_version(
    app: RunningApp, tmp_path: Path
) -> None:
    loads = (load_prompts(app, tmp_path / str(n), {"noc.md": f"text {n}"}) for n in range(5))
    await asyncio.gather(*loads)
    prompts = (await app.client.get(f"{URL}/prompts")).json()["prompts"]
    assert [each["version"] for each in prompts] == [5, 4, 3, 2, 1]
    assert {each["content"] for each in prompts} == {f"text {n}" for n in range(5)}


async def test_a_failed_load_of_prompts_shows_nothing(app: RunningApp, tmp_path: Path) -> None:
    store: Generations = app.services.prompts._store
    await load_prompts(app, tmp_path / "1", {"noc.md": "one"})

    async def gone() -> None:
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await app.services.prompts.load_prompts(
            "hello",
            folder(tmp_path / "2", "prompts", {"noc.md": "two"}),
            None,
            _ignore,
            gone,
            backend="embedded",
            resources=Resources("hello-topology", "hello"),
        )
    await app.services.knowledge._journal._background.aclose()
    assert len((await store._store.list(Query())).documents) == 1
    assert len((await app.client.get(f"{URL}/prompts")).json()["prompts"]) == 1
