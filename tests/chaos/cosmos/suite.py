"""Jobs for a Cosmos DB on the way to which all goes wrong that can."""

from chaos.cosmos.plan import everywhere, plan, seeds
from chaos.cosmos.trial import left_over, run
from chaos.cosmos.world import world
from chaos.suite import Suite

COSMOS = Suite(
    name="cosmos",
    seeds=seeds,
    plan=plan,
    everywhere=everywhere,
    world=world,
    run=run,
    side_by_side=2,
    left_over=left_over,
)
