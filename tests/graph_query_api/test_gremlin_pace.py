"""How many requests a load has in flight, before a model of a server with a budget."""

import asyncio
from dataclasses import dataclass, field

import pytest

from graph_query_api.graphs.gremlin.pace import Pace
from support.leaping_loop import run


@dataclass
class Budget:
    """Units per second that it has, and keeps for one second; a request is done, then paid."""

    rate: float
    seconds: float
    cost: float
    left: float = field(init=False)
    at: float = 0.0
    done: int = 0
    busiest: int = 0
    inside: int = 0

    def __post_init__(self) -> None:
        self.left = self.rate

    async def ask(self) -> float:
        """How long to wait; 0: done."""
        now = asyncio.get_running_loop().time()
        self.left = min(self.rate, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left <= 0:
            await asyncio.sleep(0.002)
            return max(0.001, -self.left / self.rate)
        self.left -= self.cost
        self.inside += 1
        self.busiest = max(self.busiest, self.inside)
        await asyncio.sleep(self.seconds)
        self.inside -= 1
        self.done += 1
        return 0.0


async def load(server: Budget, pace: Pace, requests: int) -> float:
    """Seconds that it took."""
    waiting = list(range(requests))

    async def work() -> None:
        while waiting:
            waiting.pop()
            while True:
                async with pace.turn():
                    wait = await server.ask()
                if not wait:
                    pace.went_well()
                    break
                pace.throttled(wait)

    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(work() for _ in range(16)))
    return asyncio.get_running_loop().time() - began


@pytest.mark.parametrize(
    ("rate", "elements", "seconds", "most_throttled"),
    [
        (1_000, 1, 0.012, 0.2),
        (10_000, 1, 0.012, 0.15),
        (10_000, 20, 0.048, 0.15),
        (1_000, 20, 0.048, 0.6),  # five requests a second: most of what is seen are refusals
    ],
)
def test_a_budget_is_used_and_not_run_against(
    rate: int, elements: int, seconds: float, most_throttled: float
) -> None:
    async def measured() -> tuple[float, float]:
        server, pace = Budget(rate, seconds, cost=10.0 * elements), Pace(16)
        requests = 30 * rate // (10 * elements)
        took = await load(server, pace, requests)
        assert server.done == requests
        return server.done * server.cost / took, pace.throttled_share

    used, throttled = run(measured())
    assert used >= 0.85 * rate
    assert throttled <= most_throttled


def test_a_server_that_minds_nothing_is_soon_asked_by_all() -> None:
    async def measured() -> tuple[int, float]:
        server, pace = Budget(1e9, 0.05, cost=1), Pace(16)
        took = await load(server, pace, 1_000)
        assert pace.throttled_share == 0
        return server.busiest, took

    busiest, took = run(measured())
    assert busiest == 16
    assert took < 1.5 * 1_000 * 0.05 / 16


def test_one_throttled_request_holds_all_up_and_those_beside_it_count_once() -> None:
    async def tried() -> None:
        pace = Pace(16)
        before, entered = pace.limit, []

        async def enter() -> None:
            async with pace.turn():
                entered.append(asyncio.get_running_loop().time())

        async with pace.turn(), pace.turn():
            pace.throttled(2.0)
            pace.throttled(2.0)
        assert before > pace.limit >= before // 2
        await asyncio.gather(enter(), enter())
        assert all(2.0 <= moment <= 2.2 for moment in entered)

    run(tried())


def test_who_gives_up_waiting_takes_no_turn() -> None:
    async def tried() -> None:
        pace = Pace(1)
        async with pace.turn():
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1), pace.turn():
                        pass
        async with asyncio.timeout(1), pace.turn():
            pass

    run(tried())
