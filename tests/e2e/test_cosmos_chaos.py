"""Ten of the runs of ``make chaos WHAT=cosmos``: jobs on the way of which to Cosmos DB something
goes wrong."""

from collections.abc import Iterator

import pytest
from chaos.cosmos.plan import KINDS, PLACES, SINGLE, plan
from chaos.cosmos.trial import left_over, run
from chaos.cosmos.world import World, before
from peers.cosmos.running import running_cosmos
from peers.gremlin.server.running import GremlinServer
from peers.installed import NotInstalled

SEEDS = (1, 17, 27, 40, 49, 66, 73, 84, 89, 107)
"""Each of the shorter kinds, in ten of the places, half of them reloads; then all at random."""


@pytest.fixture(scope="module")
def here(
    gremlin_server: GremlinServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("chaos")
    try:
        with running_cosmos() as cosmos, before(folder, cosmos, gremlin_server) as here:
            yield here
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_hung_doubled_or_half_seen(here: World, seed: int) -> None:
    outcome = run(here, plan(seed))
    assert outcome.complaints == (), str(outcome)


def test_nothing_is_left_over(here: World) -> None:
    assert left_over(here) == []


def test_the_runs_are_of_all_short_kinds_and_most_places() -> None:
    struck = [SINGLE[seed] for seed in SEEDS if seed < len(SINGLE)]
    short = {each.name for each in KINDS if each.passes}
    assert {each.kind.name for each in struck} == short
    assert len({each.place.name for each in struck}) >= len(PLACES) - 3
