"""All steps that the fake knows: those that the product sends. Others can't be executed."""

from peers.gremlin.fake import branches_steps, filters_steps, values_steps, walks_steps
from peers.gremlin.fake.run import STEPS

__all__ = ["STEPS", "branches_steps", "filters_steps", "values_steps", "walks_steps"]
