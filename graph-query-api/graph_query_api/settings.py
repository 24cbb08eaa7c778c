"""What the environment decides, read once at start-up."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import ByteSize, Field, PositiveInt, SecretStr, field_validator

from fabric_client.settings import FabricSettings
from service_kit.serving import ServiceSettings, is_loopback

_NAME = r"^[^/\\?#]+$"
"""Of a database or a graph"""

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


class Settings(FabricSettings, ServiceSettings):
    """Each field is an environment variable of the same name in capitals.

    Sizes are bytes, or text with a unit such as ``5GiB``; times are seconds.
    """

    port: int = Field(8100, validation_alias="GRAPH_QUERY_API_PORT", ge=0, le=65535)
    data_dir: Path = Path(".data")

    max_upload_bytes: ByteSize = Field(ByteSize(5 * GIB), gt=0)
    max_archive_members: PositiveInt = 100_000
    max_unpacked_bytes: ByteSize = Field(ByteSize(50 * GIB), gt=0)
    max_compression_ratio: PositiveInt = 200

    cosmos_nosql_endpoint: str = Field("", description="documents and telemetry go there")
    cosmos_nosql_key: SecretStr | None = Field(None, description="none: Entra ID")
    cosmos_gremlin_endpoint: str = Field("", description="graphs go there")
    cosmos_gremlin_key: SecretStr | None = Field(None, description="none: Entra ID")
    cosmos_gremlin_database: str = Field("scenarios", pattern=_NAME)
    cosmos_gremlin_graph: str = Field("graphs", pattern=_NAME)
    cosmos_gremlin_partition_key: str = Field(
        "pk", pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="of the graph, without its slash"
    )
    cosmos_gremlin_dialect: Literal["cosmos", "tinkerpop"] = "cosmos"

    cosmos_load_ru: int | None = Field(
        None, ge=400, description="RU/s that the graph gets while it is loaded"
    )

    load_renew_seconds: float = Field(
        10.0,
        gt=0,
        description="how often a load says that it lives; after six times as long it is dead",
    )

    query_timeout: float = Field(30.0, gt=0)
    query_max_rows: PositiveInt = 10_000
    query_memory: ByteSize = Field(ByteSize(512 * MIB), gt=0)
    query_workers: PositiveInt = 2

    @field_validator("cosmos_nosql_key", "cosmos_gremlin_key")
    @classmethod
    def _none_if_empty(cls, key: SecretStr | None) -> SecretStr | None:
        return key if key and key.get_secret_value() else None

    @field_validator("cosmos_nosql_endpoint")
    @classmethod
    def _http(cls, endpoint: str) -> str:
        return _checked(endpoint, "https://", "http://")

    @field_validator("cosmos_gremlin_endpoint")
    @classmethod
    def _websocket(cls, endpoint: str) -> str:
        if endpoint.startswith("ws://") and not is_loopback(urlsplit(endpoint).hostname or ""):
            raise ValueError("must begin with wss:// beyond this machine: the key is sent there")
        return _checked(endpoint, "wss://", "ws://")

    @field_validator("cosmos_gremlin_partition_key")
    @classmethod
    def _allowed(cls, name: str) -> str:
        if name in {"id", "label"}:
            raise ValueError("Cosmos DB for Gremlin takes neither id nor label for it")
        return name


def _checked(endpoint: str, *schemes: str) -> str:
    if endpoint and not endpoint.startswith(schemes):
        raise ValueError(f"must begin with {' or '.join(schemes)}")
    return endpoint
