"""Why the fake refuses a request, in Cosmos DB's own numbers."""

UNAUTHORISED = 401
NOT_FOUND = 404
CONFLICT = 409
LIMIT = 429
CANNOT_RUN = 1000
MALFORMED = 1004
TOO_BUSY = 1008

TEXTS = {
    401: "Unauthorized: the input authorization token can't serve the request",
    403: "Forbidden: the principal does not have required RBAC permissions",
    404: "NotFound: owner resource does not exist",
    408: "RequestTimeout: the request did not complete within the required timeout",
    409: "Conflict: entity with the specified id already exists in the system",
    410: "Gone: the resource is no longer available at the server",
    412: "PreconditionFailed: operation cannot be performed because one of the specified "
    "preconditions is not met",
    429: "RequestRateTooLargeException: request rate is large. More Request Units may be needed",
    449: "RetryWith: conflicting request to the resource has been attempted. Retry",
    500: "InternalServerError: an unknown error occurred",
    503: "ServiceUnavailable: service is currently unavailable",
    1000: "GraphRuntimeException: the query can't be executed",
    1001: "GraphSerializationException: the result is too large",
    1003: "OutOfMemory: the traversal exceeded the memory it may have",
    1004: "MalformedRequest: the request has no valid form",
    1007: "ServerClosedConnection: the server closed the connection",
    1008: "ServerBusy: the connection is too busy, open more connections",
    1009: "RequestTimeout: the traversal took longer than it may",
}


class Refusal(Exception):
    """``retry_after``: seconds; the wait that a throttled request is told."""

    def __init__(self, status: int, text: str = "", retry_after: float | None = None) -> None:
        super().__init__(text or TEXTS.get(status, "Error"))
        self.status = status
        self.retry_after = retry_after
