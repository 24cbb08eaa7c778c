"""Single values as strict JSON, alike on every backend."""

import base64
import datetime as dt
import math
from decimal import Decimal
from typing import Any
from uuid import UUID

SIMPLE = (str, bool, int, type(None))


def scalar(value: Any) -> Any:
    """Integers stay exact, times are ISO 8601, what JSON has no number for becomes null."""
    if isinstance(value, SIMPLE):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return _duration(value)
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, UUID):
        return str(value)
    return str(value)


def _duration(value: dt.timedelta) -> str:
    """ISO 8601; the engine has turned months into 30 days already."""
    sign, value = ("-", -value) if value < dt.timedelta(0) else ("", value)
    seconds = (
        f"{value.seconds}.{value.microseconds:06d}" if value.microseconds else str(value.seconds)
    )
    return f"{sign}P{value.days}DT{seconds}S"
