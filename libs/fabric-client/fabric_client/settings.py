"""Where Fabric is and whether it is used, for a service's settings to inherit."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, PositiveInt, field_validator, model_validator

from fabric_client.addresses import FabricAddresses

FABRIC_API = "https://api.fabric.microsoft.com/v1"

Mode = Literal["off", "on", "stand-in"]


class FabricSettings(BaseModel):
    fabric: Mode = Field("off", description="`stand-in` is practice on this machine")
    fabric_api_url: str = FABRIC_API
    fabric_onelake_url: str = "https://onelake.dfs.fabric.microsoft.com"
    fabric_ca_bundle: Path | None = Field(None, description="authorities to trust, for a stand-in")
    fabric_calls_per_minute: PositiveInt = Field(150, description="a service; Fabric allows 200")

    @field_validator("fabric_ca_bundle")
    @classmethod
    def _there(cls, path: Path | None) -> Path | None:
        if path and not path.is_file():
            raise ValueError(f"there is no file {path}")
        return path

    @field_validator("fabric_api_url", "fabric_onelake_url")
    @classmethod
    def _secure(cls, url: str) -> str:
        if not url.startswith("https://"):
            raise ValueError("must begin with https://, since tokens are sent there")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _practice_stays_here(self) -> Self:
        if self.fabric == "stand-in" and self.fabric_api_url == FABRIC_API:
            raise ValueError("FABRIC=stand-in needs FABRIC_API_URL, the stand-in's address")
        return self

    @property
    def fabric_addresses(self) -> FabricAddresses:
        bundle = self.fabric_ca_bundle
        return FabricAddresses(
            self.fabric_api_url, self.fabric_onelake_url, str(bundle) if bundle else None
        )
