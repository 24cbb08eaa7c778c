"""What a received multipart form is, what can be wrong with it, and how a route describes it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class FormError(Exception):
    """The form is not as it should be; ``problems`` says which part and why."""

    def __init__(self, detail: str, part: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = [{"slot": part, "detail": detail}] if part else None


class NotMultipart(FormError):
    """The body is no multipart form at all, or a damaged one."""


class FormTimeout(FormError):
    """Nothing more came for too long."""


class FileTooLarge(FormError):
    """A file, or the whole body, is over the limit."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A received file: written, fsynced and hashed. ``filename`` is the sender's label only."""

    part: str
    filename: str
    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Form:
    fields: Mapping[str, str]
    files: Mapping[str, StoredFile]


def form_openapi(
    *,
    fields: Mapping[str, dict[str, Any]],
    files: Mapping[str, str],
    required: Collection[str] = (),
) -> dict[str, Any]:
    """A route's ``openapi_extra``, for forms that are parsed here and not by FastAPI.

    ``fields`` maps a field to its JSON schema, ``files`` a file part to its description.
    """
    properties: dict[str, Any] = {
        **fields,
        **{
            name: {"type": "string", "format": "binary", "description": description}
            for name, description in files.items()
        },
    }
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }
