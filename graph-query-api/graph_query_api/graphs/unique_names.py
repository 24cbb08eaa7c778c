"""Names that an engine can hold for names that it can't."""

from collections.abc import Callable, Iterable


def unique(
    originals: Iterable[str],
    legal: Callable[[str], str],
    is_taken: Callable[[str, str], bool],
    folded: Callable[[str], str] = str.casefold,
) -> dict[str, str]:
    """Legal names stay as they are, first come, first served; the others get the nearest.

    ``is_taken`` is asked about an original and what it could be called, ``folded``: names
    that are equal then are one to the engine.
    """
    wanted = list(dict.fromkeys(originals))
    nearest = {name: legal(name) for name in wanted}
    used: set[str] = set()
    chosen: dict[str, str] = {}
    for name in sorted(wanted, key=lambda each: nearest[each] != each):
        candidate, number = nearest[name], 1
        while (seen := folded(candidate)) in used or is_taken(name, seen):
            number += 1
            candidate = f"{nearest[name]}_{number}"
        used.add(seen)
        chosen[name] = candidate
    return {name: chosen[name] for name in wanted}
