"""Everything that can be set, from the environment or ``.env``."""

from typing import Literal, Self

from pydantic import ByteSize, Field, model_validator

from fabric_client.settings import FabricSettings
from service_kit.serving import ServiceSettings

DAY = 24 * 3600


class Settings(FabricSettings, ServiceSettings):
    port: int = Field(8000, ge=0, le=65535, validation_alias="API_PORT")
    graph_query_api: str = Field("", description="address; default by GRAPH_QUERY_API_PORT")
    graph_query_api_port: int = Field(8100, ge=1, le=65535)

    max_upload_bytes: ByteSize = Field(ByteSize(5 << 30), gt=0, description="a file")
    max_archive_members: int = Field(100_000, gt=0)
    max_unpacked_bytes: ByteSize = Field(ByteSize(50 << 30), gt=0)
    max_compression_ratio: int = Field(200, gt=0)

    cosmos_gremlin_endpoint: str = Field("", description="set: graph-query-api loads there")

    fabric_ontology: Literal["auto", "off"] = Field(
        "auto", description="whether scenarios in Fabric get an ontology beside the graph"
    )
    fabric_operation_seconds: float = Field(
        7200, gt=0, description="the longest wait for one operation of Fabric"
    )
    fabric_patience_seconds: float = Field(
        600, gt=0, description="the longest wait for Fabric to take one call at last"
    )

    upload_jobs_on_restart: Literal["error", "resume"] = "error"
    max_running_jobs: int = Field(2, gt=0, description="a replica")
    staging_retention: int = Field(7 * DAY, gt=0, description="seconds after a job's end")
    lease_seconds: float = Field(30, gt=0)
    lease_renew_seconds: float = Field(10, gt=0)
    poll_seconds: float = Field(0.5, gt=0, description="how often other replicas are looked at")

    @model_validator(mode="after")
    def _renewed_in_time(self) -> Self:
        if self.lease_renew_seconds * 2 > self.lease_seconds:
            raise ValueError("LEASE_RENEW_SECONDS must be at most half of LEASE_SECONDS")
        return self

    @property
    def graph_query_api_url(self) -> str:
        return self.graph_query_api or f"http://127.0.0.1:{self.graph_query_api_port}"
