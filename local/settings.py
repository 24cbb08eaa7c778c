"""What the environment or ``.env`` says about running on one machine."""

import os
from pathlib import Path
from typing import Literal, Self

from dotenv import dotenv_values
from pydantic import Field, ValidationError, model_validator

from local.errors import CannotRunError
from service_kit.serving import ServiceSettings, setting_problems

LOOPBACK = "127.0.0.1"
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - only compared with


class Settings(ServiceSettings):
    """HOST and PORT are nginx's; the services behind it always listen on 127.0.0.1."""

    port: int = Field(8080, ge=1, le=65535)
    api_port: int = Field(8000, ge=1, le=65535)
    graph_query_api_port: int = Field(8100, ge=1, le=65535)
    fabric: Literal["off", "on", "stand-in"] = "off"
    fabric_stand_in_port: int = Field(9443, ge=1, le=65533, description="and the two after it")
    cosmos_gremlin_endpoint: str = Field("", description="set: graphs go to Cosmos DB")
    sample: bool = Field(True, description="load the sample scenario where it is missing")

    @model_validator(mode="after")
    def _different_ports(self) -> Self:
        if len({port for _, _, port in self.ports}) < len(self.ports):
            *names, last = dict.fromkeys(name for name, _, _ in self.ports)
            raise ValueError(f"{', '.join(names)} and {last} must be different ones")
        return self

    @property
    def ports(self) -> list[tuple[str, str, int]]:
        """Variable, host and port of all that listens."""
        ports = [
            ("PORT", self.host, self.port),
            ("API_PORT", LOOPBACK, self.api_port),
            ("GRAPH_QUERY_API_PORT", LOOPBACK, self.graph_query_api_port),
        ]
        if self.fabric == "stand-in":
            first = self.fabric_stand_in_port
            ports += [("FABRIC_STAND_IN_PORT", LOOPBACK, first + more) for more in range(3)]
        return ports

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


def identity() -> dict[str, str]:
    """The AZURE_* variables of ``.env``: azure-identity looks for them in the environment only."""
    kept = {name: value for name, value in dotenv_values(".env").items() if value}
    return {
        name: value
        for name, value in kept.items()
        if name.startswith("AZURE_") and name not in os.environ
    }


def load_settings() -> Settings:
    """Raises CannotRunError with a line for each setting that can't be used."""
    try:
        return Settings()
    except ValidationError as error:
        raise CannotRunError(setting_problems(error)) from error
