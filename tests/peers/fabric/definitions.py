"""The envelope of definitions. (Fabric REST, item definition overview.)"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peers.fabric.refusals import Refusal
from peers.fabric.rules import Breach, refuse, rule
from peers.fabric.tenant import Item

Part = dict[str, str]
"""path and text"""

_parts = rule(
    "3.3.0-parts", "all", "definition.parts is a list of objects", stage="request", guess=True
)
_payload_type = rule(
    "3.3.0-payload-type", "all", "payloadType is InlineBase64", stage="request", guess=True
)
_payload = rule(
    "3.3.0-payload",
    "all",
    "payload is the base64 of UTF-8 text",
    "CorruptedPayload",
    stage="request",
    guess=True,
)
_path = rule(
    "3.3.0-path",
    "all",
    "paths are relative and use /",
    "ALMOperationBadRequest",
    stage="request",
)
_doubled = rule("3.3.0-path-once", "all", "no path comes twice", stage="request", guess=True)
_format = rule(
    "3.3.0-format",
    "all",
    "format is left out, or json for graph models",
    stage="request",
    guess=True,
)
_platform = rule(
    "3.3.0-platform",
    "all",
    ".platform names the item's type and version 2.0",
    "ALMOperationImportFailed",
    stage="request",
    guess=True,
)


def read(definition: Any, type_: str, format_: str | None) -> list[Part]:
    """The decoded parts; raises Refusal. ``format_`` is the one that the item's type has."""
    parts = definition.get("parts") if isinstance(definition, dict) else None
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        refuse([_parts("The definition has no list of parts")])
        raise AssertionError
    if definition.get("format") not in (None, format_):
        refuse([_format(f"There is no format {definition['format']} for {type_}")])
    refuse(_envelope(parts))
    decoded = [{"path": part["path"], "text": _text(part["payload"])} for part in parts]
    refuse(_about_platform(decoded, type_))
    return decoded


def as_dict(parts: Sequence[Part], format_: str | None = None) -> dict[str, Any]:
    written = [
        {
            "path": part["path"],
            "payload": base64.b64encode(part["text"].encode()).decode(),
            "payloadType": "InlineBase64",
        }
        for part in parts
    ]
    return {"definition": ({"format": format_} if format_ else {}) | {"parts": written}}


def without_platform(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part["path"] != ".platform"]


def metadata(parts: Sequence[Part]) -> Mapping[str, Any]:
    """What .platform says of name and description."""
    for part in parts:
        if part["path"] == ".platform":
            found: Mapping[str, Any] = json.loads(part["text"])["metadata"]
            return found
    return {}


def platform(item: Item) -> Part:
    schema = "https://developer.microsoft.com/json-schemas/fabric/gitIntegration"
    document = {
        "$schema": f"{schema}/platformProperties/2.0.0/schema.json",
        "metadata": {
            "type": item.type,
            "displayName": item.name,
            "description": item.description,
        },
        "config": {"version": "2.0", "logicalId": "00000000-0000-0000-0000-000000000000"},
    }
    return {"path": ".platform", "text": json.dumps(document, indent=2)}


def _envelope(parts: Sequence[Mapping[str, Any]]) -> Iterator[Breach]:
    seen: set[str] = set()
    for part in parts:
        path = part.get("path")
        if (
            not isinstance(path, str)
            or "\\" in path
            or path.startswith("/")
            or not path
            or {"..", "."} & set(path.split("/"))
        ):
            yield _path(f"Not a part's path: {path!r}")
        elif path in seen:
            yield _doubled(f"The path {path} comes twice")
        seen.add(str(path))
        if part.get("payloadType") != "InlineBase64":
            yield _payload_type(f"{path} has payloadType {part.get('payloadType')!r}")
        try:
            _text(part.get("payload"))
        except (ValueError, TypeError):
            yield _payload(f"{path} is not base64 of UTF-8 text")


def _about_platform(parts: Sequence[Part], type_: str) -> Iterator[Breach]:
    for part in parts:
        if part["path"] != ".platform":
            continue
        try:
            document = json.loads(part["text"])
            named, version = document["metadata"]["type"], document["config"]["version"]
        except (ValueError, KeyError, TypeError):
            yield _platform(".platform is not its JSON document")
            continue
        if named != type_ or version != "2.0":
            yield _platform(f".platform is of type {named}, version {version}")


def _text(payload: Any) -> str:
    return base64.b64decode(payload, validate=True).decode("utf-8")


def documents(parts: Sequence[Part]) -> dict[str, Any]:
    """The JSON parts. Raises Refusal for one that is not JSON."""
    found = {}
    for part in parts:
        try:
            found[part["path"]] = json.loads(part["text"])
        except ValueError as error:
            raise Refusal(
                400, "ALMOperationImportFailed", f"{part['path']} is not JSON: {error}"
            ) from None
    return found
