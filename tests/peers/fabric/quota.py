"""Fabric's quota a minute, in three separate buckets. (Fabric REST, throttling.)"""

from peers.fabric.refusals import Refusal
from peers.fabric.tenant import Tenant

WINDOW = 60.0


class Quota:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._windows: dict[str, tuple[float, int]] = {}

    def take(self, path: str) -> None:
        """Raises Refusal when a bucket is empty."""
        limit = self._tenant.settings.quota
        if limit is None or not path.lower().startswith("/v1/"):
            return
        bucket, now = _bucket(path.lower()), self._tenant.clock.now()
        start, used = self._windows.get(bucket, (now, 0))
        if not 0 <= now - start < WINDOW:
            start, used = now, 0
        if used >= limit:
            raise Refusal(
                429,
                "RequestBlocked",
                "Request is blocked by the upstream service",
                headers={"retry-after": str(int(start + WINDOW - now) + 1)},
            )
        self._windows[bucket] = (start, used + 1)


def _bucket(path: str) -> str:
    if path.startswith("/v1/operations/"):
        return "operations"
    return "jobs" if "/jobs/" in path else "platform"
