"""Removes a load from the Gremlin graph that it shares with others, a little at a time."""

from graph_query_api.graphs.gremlin.errors import (
    Changed,
    LimitBroken,
    OutcomeUnknown,
    Throttled,
    TooLarge,
)
from graph_query_api.graphs.gremlin.layout import LOAD
from graph_query_api.graphs.gremlin.patience import PatientClient

MOST_AT_ONCE = 200
TRIES_OF_MANY = 4
"""After so many failures less is removed at once; what was removed stays so."""

_STARTS = ("E", "V")
"""Edges first: else a vertex with many would go with all of them at once, in 30 s or never."""


async def drop(client: PatientClient, generation: str) -> None:
    """Nothing of the generation is left; may be called again, also after a part was removed.

    Raises Stalled, and each GremlinError that no patience helps against.
    """
    bound = {LOAD: generation}
    for start in _STARTS:
        amount = MOST_AT_ONCE
        elements = f"g.{start}().has('{LOAD}', {LOAD})"
        while await _some_left(client, elements, bound):
            try:
                some = {**bound, "amount": amount}
                await client.submit(f"{elements}.limit(amount).drop()", some, TRIES_OF_MANY)
            except (LimitBroken, TooLarge, OutcomeUnknown, Throttled, Changed):
                if amount == 1:
                    raise
                amount //= 2
            else:
                amount = min(MOST_AT_ONCE, amount * 2)


async def _some_left(client: PatientClient, elements: str, bound: dict[str, str]) -> bool:
    answer = await client.submit(f"{elements}.limit(1).count()", bound)
    return answer.results != [0]
