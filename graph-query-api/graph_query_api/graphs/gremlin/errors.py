"""What a Gremlin server's refusals mean to whoever sent the request.

Cosmos DB puts its own status into the attribute ``x-ms-status-code``: a throttled request has the
outer status 500. TinkerPop's own server has the outer status alone.
"""

import re
from collections.abc import Mapping
from typing import Any

_RATE = re.compile(r"request ?rate|too ?many ?requests", re.IGNORECASE)
_LIMIT = re.compile(r"limit|exceed|maximum|too (long|large|many|deep)", re.IGNORECASE)
_TOO_DEEP = re.compile(
    r"StackOverflowError|(method|code) too large|more than is allowed|bad parameter count",
    re.IGNORECASE,
)
_TIMESPAN = re.compile(r"(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)")

_SHOWN = 600
_DEFAULT_WAIT = 1.0


class GremlinError(Exception):
    """``status``: the inner one where there is one. ``str()``: what the server said."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Throttled(GremlinError):
    """Nothing is wrong; try again after ``retry_after`` seconds. Part may have been written."""

    def __init__(self, status: int, message: str, retry_after: float) -> None:
        super().__init__(status, message)
        self.retry_after = retry_after


class Exists(GremlinError):
    """The id is taken: at a repeated write this means that the first one went well."""


class Changed(GremlinError):
    """Others changed or removed an element meanwhile: submit it again."""


class OutcomeUnknown(GremlinError):
    """No answer, so it may have been done, wholly or in part: try again on another connection."""


class Unreachable(OutcomeUnknown):
    """No connection could be opened: nothing was sent."""


class LimitBroken(GremlinError):
    """More than a script may hold: split it; to try again helps nothing."""


class Refused(GremlinError):
    """Malformed or unsupported: never try it again."""


class NotAllowed(GremlinError):
    """The key or the token was refused, also one fetched anew."""


class NoSuchGraph(GremlinError):
    """The database or the graph is not there, or was made anew under its name a short time ago."""


class TooLarge(GremlinError):
    """An element, or an answer, that is larger than the server can handle: ask for less."""


_BY_STATUS: Mapping[int, type[GremlinError]] = {
    400: Refused,
    401: NotAllowed,
    403: NotAllowed,
    404: Changed,
    408: OutcomeUnknown,
    409: Exists,
    410: OutcomeUnknown,
    412: Changed,
    413: TooLarge,
    449: OutcomeUnknown,
    498: Refused,
    499: Refused,
    500: OutcomeUnknown,
    503: OutcomeUnknown,
    595: Refused,
    596: OutcomeUnknown,
    597: Refused,
    598: OutcomeUnknown,
    599: TooLarge,
    1000: Refused,
    1001: TooLarge,
    1003: TooLarge,
    1004: Refused,
    1007: OutcomeUnknown,
    1008: OutcomeUnknown,
    1009: OutcomeUnknown,
}
_BY_WORDS: tuple[tuple[re.Pattern[str], type[GremlinError]], ...] = (
    (_TOO_DEEP, LimitBroken),
    (re.compile(r"owner resource does not exist", re.IGNORECASE), NoSuchGraph),
    (re.compile(r"already exists|\bconflict", re.IGNORECASE), Exists),
    (re.compile(r"precondition ?failed", re.IGNORECASE), Changed),
    (re.compile(r"\bnot ?found", re.IGNORECASE), NoSuchGraph),
)
_UNSPECIFIC = (404, 499, 500, 597)
"""Statuses that mean several things, which the words tell apart."""


def failure(code: int, message: str, attributes: Mapping[str, Any]) -> GremlinError:
    """The error that an answer's status is."""
    status = _number(attributes.get("x-ms-status-code"), code)
    text = message.strip()[:_SHOWN] or f"The Gremlin server answered with status {status}"
    if status == 429 or (status == 500 and _RATE.search(message)):
        return _too_much(status, text, attributes.get("x-ms-retry-after-ms"))
    if status in _UNSPECIFIC:
        for words, kind in _BY_WORDS:
            if words.search(message) and not (status == 404 and kind is not NoSuchGraph):
                return kind(status, text)
    return _BY_STATUS.get(status, GremlinError)(status, text)


def _too_much(status: int, text: str, wait: Any) -> GremlinError:
    """The same status tells of too many requests, and of one that breaks a limit."""
    if wait is None and _LIMIT.search(text) and not _RATE.search(text):
        return LimitBroken(status, text)
    return Throttled(status, text, seconds(wait))


def seconds(wait: Any) -> float:
    """A wait as Cosmos DB writes it: ``[d.]hh:mm:ss[.fffffff]``, or milliseconds."""
    if found := _TIMESPAN.fullmatch(str(wait).strip()):
        days, hours, minutes, rest = found.groups()
        return int(days or 0) * 86_400 + int(hours) * 3600 + int(minutes) * 60 + float(rest)
    try:
        return max(0.0, float(wait) / 1000)
    except (TypeError, ValueError):
        return _DEFAULT_WAIT


def _number(value: Any, otherwise: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return otherwise
