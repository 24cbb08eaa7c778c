"""Where Fabric is, and which token each address takes."""

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

FABRIC_SCOPE = "https://api.fabric.microsoft.com/.default"
STORAGE_SCOPE = "https://storage.azure.com/.default"
"""OneLake takes tokens for Azure Storage only (OneLake access and APIs)."""


@dataclass(frozen=True, slots=True)
class FabricAddresses:
    """Raises ValueError for an address without TLS: a token must not travel in clear."""

    api: str = "https://api.fabric.microsoft.com/v1"
    onelake: str = "https://onelake.dfs.fabric.microsoft.com"
    ca_bundle: str | None = None
    """A file with every certificate authority to trust; without it the public ones."""

    def __post_init__(self) -> None:
        for name in ("api", "onelake"):
            address = getattr(self, name).rstrip("/")
            parts = urlsplit(address)
            if parts.scheme != "https" or not parts.hostname or parts.query or parts.username:
                raise ValueError(
                    f"The address {address!r} for Fabric must be like https://host/path"
                )
            object.__setattr__(self, name, address)

    def tls(self) -> ssl.SSLContext:
        if self.ca_bundle:
            return ssl.create_default_context(cafile=self.ca_bundle)
        return httpx.create_ssl_context()
