"""The envelope of definitions: files as parts in base64. (Fabric REST, item definitions.)"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from fabric_client.errors import FabricError


def definition_parts(files: Mapping[str, str | bytes]) -> list[dict[str, str]]:
    """Parts by path, in the order given. Raises ValueError for a path that Fabric refuses."""
    return [_part(path, content) for path, content in files.items()]


def read_parts(definition: Mapping[str, Any]) -> dict[str, bytes]:
    """Contents by path, from an answer of getDefinition or from its ``definition``."""
    inner = definition.get("definition", definition)
    parts = inner.get("parts") if isinstance(inner, Mapping) else None
    try:
        return {
            part["path"]: base64.b64decode(part["payload"], validate=True) for part in parts or []
        }
    except (KeyError, TypeError, binascii.Error) as error:
        raise FabricError(
            "A part of the definition is not base64 with a path",
            operation="Reading a definition",
            code="UnreadableDefinition",
        ) from error


def _part(path: str, content: str | bytes) -> dict[str, str]:
    if not path or path.startswith("/") or "\\" in path:
        raise ValueError(f"{path!r} cannot be the path of a definition's part")
    data = content.encode() if isinstance(content, str) else content
    return {
        "path": path,
        "payload": base64.b64encode(data).decode("ascii"),
        "payloadType": "InlineBase64",
    }
