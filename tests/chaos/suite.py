"""Runs with troubles by plan, in worlds side by side: what all suites share."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar


class Planned(Protocol):
    """``str()`` says what goes wrong."""

    @property
    def seed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """``complaints`` is what the product did wrong."""

    plan: Planned
    ended: str
    seconds: float
    cause: str
    complaints: tuple[str, ...]

    def __str__(self) -> str:
        verdict = "; ".join(self.complaints) or "ok"
        return f"{self.plan.seed:5} {self.seconds:5.1f} s  {self.ended:14} {verdict}  [{self.plan}]"


P = TypeVar("P", bound=Planned)
W = TypeVar("W")


@dataclass(frozen=True)
class Suite(Generic[P, W]):
    """``everywhere``: plans of each variant in each place. ``side_by_side``: worlds at a time.
    ``left_over``: what is wrong with a world after all its runs."""

    name: str
    seeds: Callable[[], Sequence[int]]
    plan: Callable[[int], P]
    everywhere: Callable[[], list[P]]
    world: Callable[[Path], AbstractContextManager[W]]
    run: Callable[[W, P], Outcome]
    side_by_side: int
    left_over: Callable[[W], Sequence[str]] = lambda _: ()

    def outcomes(self, plans: Sequence[P], folder: Path, workers: int) -> Iterator[Outcome | str]:
        """As they come, and what is left over in the end."""
        todo: SimpleQueue[P] = SimpleQueue()
        done: SimpleQueue[Outcome | str] = SimpleQueue()
        for each in plans:
            todo.put(each)
        with ThreadPoolExecutor(workers) as pool:
            threads = [
                pool.submit(self._work, folder / f"{self.name}-{number}", todo, done)
                for number in range(workers)
            ]
            try:
                while not (all(thread.done() for thread in threads) and done.empty()):
                    with suppress(Empty):
                        yield done.get(timeout=1)
            finally:  # whoever stops it waits for the runs that have begun
                with suppress(Empty):
                    while True:
                        todo.get_nowait()
            for thread in threads:
                thread.result()

    def _work(
        self, folder: Path, todo: "SimpleQueue[P]", done: "SimpleQueue[Outcome | str]"
    ) -> None:
        folder.mkdir(parents=True)
        with self.world(folder) as here:
            while not todo.empty():
                try:
                    wanted = todo.get_nowait()
                except Empty:
                    break
                done.put(self._outcome(here, wanted))
            for each in self.left_over(here):
                done.put(each)

    def _outcome(self, here: W, wanted: P) -> Outcome:
        try:
            return self.run(here, wanted)
        except Exception as error:  # noqa: BLE001 - a run that breaks is a failure too
            return Outcome(wanted, "broken", 0.0, "", (f"{type(error).__name__}: {error}",))
