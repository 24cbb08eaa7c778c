"""Ten of the runs of ``make chaos``: jobs for a Fabric where something goes wrong."""

from collections.abc import Iterator

import pytest
from chaos.fabric.plan import SINGLE, plan
from chaos.fabric.trial import run
from chaos.fabric.world import World, world

SEEDS = (5, 12, 31, 33, 90, 136, 1010, 1030, 1044, 1067)
"""One fault in each phase, some that one gets over and some that one does not; then three at once,
of as many other kinds as go into some seconds."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("chaos")) as here:
        yield here


@pytest.mark.parametrize("seed", SEEDS)
def test_it_ends_with_the_true_cause_and_a_retry_goes_on(here: World, seed: int) -> None:
    outcome = run(here, plan(seed))
    assert outcome.complaints == (), str(outcome)


def test_single_faults_strike_in_each_phase() -> None:
    struck = {plan(seed).strikes[0].place.phase for seed in SEEDS if seed < len(SINGLE)}
    assert struck == {each.place.phase for each in SINGLE}
