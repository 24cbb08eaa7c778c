"""Jobs for a Fabric where all goes wrong that can."""

from chaos.fabric.plan import Plan, everywhere, plan, seeds
from chaos.fabric.trial import run
from chaos.fabric.world import world
from chaos.suite import Suite

FABRIC = Suite(
    name="fabric",
    seeds=seeds,
    plan=plan,
    everywhere=lambda: [Plan(-number, (each,)) for number, each in enumerate(everywhere())],
    world=world,
    run=run,
    side_by_side=4,
)
