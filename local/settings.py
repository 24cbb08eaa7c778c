"""What the environment or ``.env`` says about running on one machine."""

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from local.errors import CannotRunError
from service_kit.serving import ServiceSettings, setting_problems

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - only compared with


class Settings(ServiceSettings):
    """HOST and PORT are nginx's; the services behind it always listen on 127.0.0.1."""

    port: int = Field(8080, ge=1, le=65535)
    api_port: int = Field(8000, ge=1, le=65535)
    graph_query_api_port: int = Field(8100, ge=1, le=65535)
    sample: bool = Field(True, description="load the sample scenario where it is missing")

    @model_validator(mode="after")
    def _three_ports(self) -> Self:
        if len({self.port, self.api_port, self.graph_query_api_port}) < 3:
            raise ValueError("PORT, API_PORT and GRAPH_QUERY_API_PORT must be three different ones")
        return self

    @property
    def listen(self) -> str:
        """Address and port of nginx, as it wants them."""
        return f"{in_brackets(self.host)}:{self.port}"

    @property
    def url(self) -> str:
        """Where a client on this machine finds it."""
        host = ANY_ADDRESS.get(self.host, self.host)
        return f"http://{in_brackets(host)}:{self.port}"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"


def in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def load_settings() -> Settings:
    """Raises CannotRunError with a line for each setting that can't be used."""
    try:
        return Settings()
    except ValidationError as error:
        raise CannotRunError(setting_problems(error)) from error
