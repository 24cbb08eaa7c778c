"""What every service needs to be configured, composed and run."""

import logging
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from starlette.responses import Response

from service_kit.guard import HostOriginGuard
from service_kit.observe import Metrics, RequestLog, configure_logging
from service_kit.problems import ErrorTable, install_problems

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
SHUTDOWN_SECONDS = 5

S = TypeVar("S", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """Settings that both services share, from the environment (or ``.env``)."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = Field("127.0.0.1", description="address to bind to")
    port: int = Field(ge=0, le=65535)
    data_dir: Path = Field(Path(".data"), description="where everything is kept")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = LOOPBACK_NAMES
    allow_anonymous: bool = Field(False, description="accept an address beyond loopback")
    service_key: SecretStr | None = Field(None, description="shared by the services")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(filter(None, (v.strip() for v in value.split(","))))
            if isinstance(value, str)
            else value
        )

    @model_validator(mode="after")
    def _loopback_unless_allowed(self) -> Self:
        if self.allow_anonymous:
            if self.service_key is None and not is_loopback(self.host):
                raise ValueError("set SERVICE_KEY: HOST is beyond loopback")
        elif not is_loopback(self.host):
            raise ValueError(
                f"HOST={self.host} is beyond loopback, and there is no sign-in yet: "
                "bind to 127.0.0.1, or set ALLOW_ANONYMOUS=1 and SERVICE_KEY"
            )
        return self


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def new_app(
    title: str,
    prefix: str,
    settings: ServiceSettings,
    *,
    errors: ErrorTable,
    routers: Sequence[APIRouter],
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """A service with everything that stands around its routes: problem documents, the Host and
    Origin check, request ids, the access log, ``/metrics``, and its OpenAPI document and page
    below ``prefix``, which needs nothing from elsewhere."""
    app = FastAPIOffline(
        docs_url=f"{prefix}/openapi",
        redoc_url=None,
        static_url=f"{prefix}/openapi-assets",
        openapi_url=f"{prefix}/openapi.json",
        swagger_ui_oauth2_redirect_url=f"{prefix}/openapi/oauth2-redirect",
        title=title,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    metrics = Metrics()
    install_problems(app, errors)
    app.add_middleware(HostOriginGuard, allowed_hosts=settings.allowed_hosts)
    app.add_middleware(RequestLog, metrics=metrics)
    for router in routers:
        app.include_router(router)

    @app.get("/metrics", include_in_schema=False)
    def prometheus() -> Response:
        return metrics.response()

    return app


def serve(settings_class: type[S], create_app: Callable[[S], FastAPI]) -> None:
    """Runs a service until SIGTERM or Ctrl-C. What keeps it from starting is one plain line."""
    try:
        settings = settings_class()
    except ValidationError as error:
        sys.exit(setting_problems(error))
    configure_logging(settings.log_level)
    listener = _listen(settings.host, settings.port)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )
    logging.getLogger(__name__).info("listening on %s:%s", *listener.getsockname()[:2])
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(1)


def setting_problems(error: ValidationError) -> str:
    """A line for each setting that can't be used, under the name of its variable."""
    return "\n".join(map(_setting_problem, error.errors()))


def _setting_problem(error: Any) -> str:
    name = "_".join(str(part) for part in error["loc"]).upper()
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        sys.exit(f"Can't listen on {host}:{port}: {error.strerror}. Is it in use already?")
    return listener
