"""Which vertices are wanted, understood alike on every backend."""

from collections.abc import Collection, Mapping, Sequence

from graph_query_api.errors import QueryRefused


def known_labels(given: Sequence[str], known: Collection[str]) -> list[str]:
    """The labels in what was given: whole, or separated by commas that no label holds.

    Raises QueryRefused for one that is not known.
    """
    labels: list[str] = []
    for text in given:
        labels += [text] if text in known else filter(None, text.split(","))
    unknown = [label for label in labels if label not in known]
    if unknown:
        raise QueryRefused(
            f"There is no vertex label {unknown[0]!r}. There are: {', '.join(known)}."
        )
    return labels


def shares(rows: Mapping[str, int], limit: int) -> dict[str, int]:
    """How many vertices of each label: small ones whole, large ones an equal part of the rest."""
    found: dict[str, int] = {}
    for done, (label, count) in enumerate(sorted(rows.items(), key=lambda item: item[1])):
        found[label] = min(count, limit // (len(rows) - done))
        limit -= found[label]
    return found
