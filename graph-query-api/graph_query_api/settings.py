"""What the environment decides, read once at start-up."""

from pathlib import Path

from pydantic import ByteSize, Field, PositiveInt

from fabric_client.settings import FabricSettings
from service_kit.serving import ServiceSettings

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

    query_timeout: float = Field(30.0, gt=0)
    query_max_rows: PositiveInt = 10_000
    query_memory: ByteSize = Field(ByteSize(512 * MIB), gt=0)
    query_workers: PositiveInt = 2
