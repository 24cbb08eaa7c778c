"""What can go wrong, as a family:

FabricError                 Fabric refused, or an operation or job of it failed
├── FabricUnavailable       not reachable, failing or throttling for too long; try later
├── FabricTimeout           it went on for longer than we wait
├── FabricSignInFailed      no identity, or one that Entra refuses
└── FabricQueryFailed       a graph query ended with an error status
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from fabric_client.clock import in_words

NAME_IN_USE = "ItemDisplayNameAlreadyInUse"
NAME_RESERVED = "ItemDisplayNameNotAvailableYet"
SCHEMAS_ENABLED = "UnsupportedOperationForSchemasEnabledLakehouse"

_TOKENS = re.compile(r"eyJ[\w-]+\.[\w-]+(\.[\w-]*)*|(?i:bearer)\s+[\w.~+/=-]{8,}")


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    code: str
    message: str
    resource_id: str = ""
    resource_type: str = ""


class FabricError(Exception):
    """``code`` is Fabric's stable errorCode, to key on; ``message`` its words, to show.

    ``operation`` says what was being done ("Loading table routers"), ``status`` is the HTTP status
    (0 where there was no answer, 200 where an operation or query failed), ``retry_after`` the
    seconds that Fabric asked for, ``tries`` how often the request was sent.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        status: int = 0,
        code: str = "",
        request_id: str = "",
        retriable: bool = False,
        details: Collection[ErrorDetail] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = presentable(message)
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retriable = retriable
        self.details = tuple(details)
        self.retry_after = retry_after
        self.tries = 1

    def __str__(self) -> str:
        said = f"{self.operation}: {self.message}" if self.operation else self.message
        facts = [self.code, f"request {self.request_id}" if self.request_id else ""]
        if self.retry_after:
            facts.append(f"Fabric asks to wait {in_words(self.retry_after)}")
        known = ", ".join(fact for fact in facts if fact)
        return f"{said} ({known})" if known else said


class FabricUnavailable(FabricError):
    pass


class FabricTimeout(FabricError):
    pass


class FabricSignInFailed(FabricError):
    pass


class FabricQueryFailed(FabricError):
    """``by_user``: the query is at fault, not Fabric."""

    by_user = False


def presentable(text: str) -> str:
    """One line of at most 1,000 characters without anything that looks like a token."""
    line = " ".join(_TOKENS.sub("…", text).split())
    return line if len(line) <= 1000 else line[:999] + "…"
