"""What loads leave behind, and who clears it up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph_query_api.errors import LoadGivenUp, PartNotFound, ScenarioNotFound, StoreUnavailable
from graph_query_api.models import PartRecord
from graph_query_api.services.background import Background
from graph_query_api.services.deletion import Deletion
from graph_query_api.services.janitor import Janitor
from graph_query_api.services.journal import Journal, LoadUnderWay, draft
from graph_query_api.services.scenarios import Scenarios, new_generation
from graph_query_api.stores.protocol import DocumentStores
from graph_query_api.stores.sqlite.stores import SqliteStores


@dataclass
class Replica:
    """What one process has; all share the documents and the generations that are stored."""

    scenarios: Scenarios
    journal: Journal
    deletion: Deletion
    background: Background
    stored: set[str]

    def janitor(self, renew_seconds: float = 0.0) -> Janitor:
        return Janitor(self.journal, self.scenarios, (), renew_seconds=renew_seconds)

    async def current(self) -> str | None:
        try:
            return (await self.scenarios.part("hello", "graph")).generation
        except (PartNotFound, ScenarioNotFound):
            return None

    @asynccontextmanager
    async def loading(self) -> AsyncIterator[LoadUnderWay]:
        new = draft(new_generation(), "embedded", {"kind": "set"})
        async with self.journal.load("hello", "graph", new) as load:
            self.stored.add(new.generation)
            yield load

    async def load(self) -> str:
        async with self.loading() as load:
            await load.switch(complete(load))
            return load.entry.id

    async def settled(self) -> None:
        while self.background._tasks:
            await asyncio.wait(self.background._tasks)


def complete(load: LoadUnderWay) -> PartRecord:
    return load.entry.records[0].model_copy(
        update={"loaded_at": datetime.now(UTC), "counts": {"vertices": {}}}
    )


@dataclass
class World:
    stores: DocumentStores
    stored: set[str] = field(default_factory=set)
    not_dropped: set[str] = field(default_factory=set)

    async def replica(
        self, kind: type[Journal] = Journal, *, readers_elsewhere: bool = False
    ) -> Replica:
        async def drop(_: str, record: PartRecord) -> bool:
            if record.generation in self.not_dropped:
                raise StoreUnavailable("not now")
            self.stored.discard(record.generation)
            return True

        background = Background()
        open_store = self.stores.get_document_store
        scenarios = Scenarios(await open_store("scenarios", "scenarios", "/id"))
        loads = await open_store("scenarios", "loads", "/id")
        journal = kind(
            loads,
            scenarios,
            {"graph": drop},
            background,
            readers_elsewhere=readers_elsewhere,
        )
        jobs = await open_store("scenarios", "upload-jobs", "/id")
        deletion = Deletion(scenarios, jobs, journal, background)
        return Replica(scenarios, journal, deletion, background, self.stored)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    stores = SqliteStores(tmp_path)
    yield World(stores)
    await stores.aclose()


async def test_what_a_load_replaces_goes_and_so_does_one_that_failed(world: World) -> None:
    replica = await world.replica()
    await replica.load()
    second = await replica.load()
    with pytest.raises(ConnectionAbortedError):
        async with replica.loading() as load:
            await load.switch(complete(load), last_look=_gone)
    await replica.settled()
    assert await replica.current() == second
    assert world.stored == {second}
    assert await replica.journal.entries() == []


async def test_with_readers_elsewhere_the_janitor_drops_what_was_replaced(world: World) -> None:
    replica = await world.replica(readers_elsewhere=True)
    first = await replica.load()
    second = await replica.load()
    await replica.settled()
    assert world.stored == {first, second}
    patient, other = replica.janitor(renew_seconds=3600), (await world.replica()).janitor()
    await patient.look()
    assert world.stored == {first, second}
    await other.look()
    assert world.stored == {second}
    assert await replica.journal.entries() == []


async def test_of_a_process_that_died_nothing_is_left(world: World) -> None:
    dead, alive = await world.replica(Dying), await world.replica()
    first = await alive.load()
    await alive.settled()
    async with dead.loading():
        pass  # died before the switch
    await dead.settled()
    assert len(world.stored) == 2
    await alive.janitor().at_start()
    assert world.stored == {first}
    second = await dead.load()
    await dead.settled()
    assert world.stored == {first, second}, "died right after it"
    await alive.janitor().at_start()
    assert world.stored == {second}
    assert await alive.journal.entries() == []


async def test_a_load_that_was_taken_for_dead_switches_nothing(world: World) -> None:
    frozen, alive = await world.replica(), await world.replica()
    first = await frozen.load()
    await frozen.settled()
    async with frozen.loading() as load:
        await alive.janitor().look()
        with pytest.raises(LoadGivenUp, match="taken for dead"):
            await load.switch(complete(load))
    await frozen.settled()
    assert await alive.current() == first
    assert world.stored == {first}


async def test_nor_does_one_that_stood_still_in_the_middle_of_the_switch(world: World) -> None:
    """It had looked a last time; then another took it for dead and dropped its data."""
    frozen, alive = await world.replica(), await world.replica()
    first = await frozen.load()
    await frozen.settled()
    store = frozen.scenarios._store
    replace = store.replace
    janitors = [alive.janitor()]

    async def late_replace(*args: object, **kwargs: object) -> object:
        if janitors:
            await janitors.pop().look()
        return await replace(*args, **kwargs)  # type: ignore[arg-type]

    frozen.scenarios._store = _With(store, replace=late_replace)  # type: ignore[assignment]
    async with frozen.loading() as load:
        with pytest.raises(LoadGivenUp):
            await load.switch(complete(load))
    await frozen.settled()
    assert not janitors
    assert await alive.current() == first
    assert world.stored == {first}


async def test_a_switch_that_arrives_late_finds_its_data(world: World) -> None:
    """Nobody knows what became of it: the data stays until it is known."""
    replica = await world.replica(readers_elsewhere=True)
    await replica.load()
    store = replica.scenarios._store
    late: list[Callable[[], Awaitable[object]]] = []

    async def held_back(*args: object, **kwargs: object) -> object:
        late.append(lambda: store.replace(*args, **kwargs))  # type: ignore[arg-type]
        raise StoreUnavailable("no answer")

    replica.scenarios._store = _With(store, replace=held_back)  # type: ignore[assignment]
    with pytest.raises(StoreUnavailable):
        await replica.load()
    replica.scenarios._store = store
    await replica.settled()
    await late[0]()
    assert await replica.current() in world.stored
    await replica.janitor().look()
    assert world.stored == {await replica.current()}


async def test_a_renewal_in_the_middle_of_the_switch_forgets_nothing(world: World) -> None:
    """What is replaced has just been written down when the renewal's turn comes."""
    replica = await world.replica(readers_elsewhere=True)
    await replica.load()
    await replica.janitor().look()

    async with replica.loading() as load:
        journal, scenarios = load._store, replica.scenarios._store
        renewals: list[asyncio.Task[None]] = []

        async def renewed_meanwhile(*args: object, **kwargs: object) -> object:
            if not renewals:
                renewals.append(asyncio.create_task(load.keep_renewing(0)))
                await asyncio.sleep(0.01)  # it waits for its turn
            saved = await journal.replace(*args, **kwargs)  # type: ignore[arg-type]
            if asyncio.current_task() in renewals:
                renewals[0].cancel()  # once is enough
            return saved

        async def after_that(*args: object, **kwargs: object) -> object:
            await asyncio.wait(renewals)
            return await scenarios.replace(*args, **kwargs)  # type: ignore[arg-type]

        load._store = _With(journal, replace=renewed_meanwhile)  # type: ignore[assignment]
        replica.scenarios._store = _With(scenarios, replace=after_that)  # type: ignore[assignment]
        await load.switch(complete(load))
    replica.scenarios._store = scenarios
    await replica.settled()
    await replica.janitor().look()
    assert world.stored == {await replica.current()}


async def test_what_can_not_be_dropped_keeps_nobody_waiting(world: World) -> None:
    replica = await world.replica(readers_elsewhere=True)
    replaced = [await replica.load() for _ in range(3)]
    world.not_dropped = {replaced[0]}
    await replica.janitor().look()
    assert world.stored == {replaced[0], replaced[2]}
    world.not_dropped = set()
    await replica.janitor().look()
    assert world.stored == {replaced[2]}
    assert await replica.journal.entries() == []


async def test_a_deletion_that_broke_off_is_finished(world: World) -> None:
    replica = await world.replica()
    await replica.load()
    await replica.settled()
    record = await replica.scenarios.part("hello", "graph")
    await replica.journal.note("hello", "graph", record)
    await replica.scenarios.remove("hello", (await replica.scenarios.parts("hello"))[1])
    await replica.janitor().at_start()
    assert world.stored == set()


async def test_a_deletion_while_loads_are_cleared_up(world: World) -> None:
    """Which writes the scenario anew, as it is."""
    replica = await world.replica(readers_elsewhere=True)
    await replica.load()
    note, janitors = replica.journal.note, [replica.janitor()]

    async def late_note(*args: object) -> object:
        noted = await note(*args)  # type: ignore[arg-type]
        if janitors:
            await janitors.pop().look()
        return noted

    replica.journal.note = late_note  # type: ignore[method-assign, assignment]
    await replica.deletion.delete("hello", data=True)
    assert not janitors
    assert await replica.current() is None
    assert world.stored == set()


async def test_a_noted_part_that_is_still_referred_to_stays(world: World) -> None:
    replica = await world.replica()
    await replica.load()
    await replica.settled()
    await replica.journal.note("hello", "graph", await replica.scenarios.part("hello", "graph"))
    await replica.janitor().look()
    assert world.stored == {await replica.current()}


class _With:
    """A store with some methods replaced."""

    def __init__(self, store: object, **methods: Callable[..., object]) -> None:
        self._store = store
        vars(self).update(methods)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


class Dying(Journal):
    """Whose process ends with each load."""

    async def _end(self, _: LoadUnderWay, renewing: "asyncio.Task[None]") -> None:
        renewing.cancel()


async def _gone() -> None:
    raise ConnectionAbortedError
