"""How long to wait before trying or asking again."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = 300.0
"""Between two polls, whatever Retry-After says: asking each 5 minutes burdens nobody, and a
mistaken hour must not cost one."""

_random = random.SystemRandom()


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait by a Retry-After in seconds or as an HTTP date; None where it says nothing.

    A date counts from the server's own Date, so that a wrong clock here does no harm. Zero, or a
    moment gone by, is 0: the caller's own back-off goes on.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    until = _timestamp(value)
    if until is None:
        return None
    sent = _timestamp(headers.get("date", ""))
    return max(0.0, until - (now if sent is None else sent))


def obeyed(seconds: float) -> float:
    """At least so long, and a little more: those refused together should not come together."""
    return seconds + _random.uniform(0, min(5.0, 0.1 * seconds))


def backoff(attempt: int, *, first: float, top: float) -> float:
    """The pause after the attempt with this number (from 1): doubling, with jitter downwards."""
    return min(top, first * 2.0 ** min(attempt - 1, 30)) * _random.uniform(0.5, 1)


class Pace:
    """Pauses between polls: Retry-After where given, else from half a second doubling to ten."""

    def __init__(self, first: float = 0.5, top: float = 10.0) -> None:
        self._next = first
        self._top = top

    def pause(self, asked: float | None) -> float:
        if asked:
            return obeyed(min(asked, LONGEST_PAUSE))
        pause, self._next = self._next, min(self._top, self._next * 2)
        return pause


def _timestamp(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def utc(text: object) -> datetime | None:
    """An ISO time as Fabric sends it, with or without a zone, at up to seven decimals."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
