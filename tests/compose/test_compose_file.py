"""docker-compose.yml and the Dockerfile as they are written; nothing is built."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings as ApiSettings
from graph_query_api.settings import Settings as GraphQuerySettings
from local import nginx
from service_kit.serving import ServiceSettings
from support.build_context import context
from support.compose_file import COMPOSE, ROOT, compose
from support.dockerfile import stages

STAGES = stages((ROOT / "Dockerfile").read_text())
SERVICES: dict[str, type[ServiceSettings]] = {
    "graph-query-api": GraphQuerySettings,
    "api": ApiSettings,
}
KEY = {"SERVICE_KEY": "only-for-this-test"}
# of the container itself, and so of the image
FIXED = {"HOST", "PORT", "DATA_DIR", "API_PORT", "GRAPH_QUERY_API_PORT"}
# read by azure-identity, to which an empty one is a wrong one
IDENTITY = dict.fromkeys(("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"), "set")


def services(**values: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose(KEY | values)["services"]
    return found


def environment(image: str) -> dict[str, str]:
    steps = (step for step in STAGES[image].steps if step.instruction == "ENV")
    return dict(each.split("=", 1) for step in steps for each in step.words)


def settings_of(kind: type[ServiceSettings]) -> set[str]:
    return {str(each.validation_alias or name).upper() for name, each in kind.model_fields.items()}


def test_it_follows_the_schema_of_the_compose_specification(tmp_path: Path) -> None:
    file = tmp_path / "docker-compose.yml"
    file.write_text(yaml.safe_dump(compose(KEY)))
    schema = ["--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", ["graph-query-api", "api", "nginx"])
def test_a_container_gets_as_little_as_it_can(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert all(re.search(r":size=\d+m", each) for each in service["tmpfs"])


@pytest.mark.parametrize("name", ["graph-query-api", "api", "nginx"])
def test_a_container_is_kept_running(name: str) -> None:
    service = services()[name]
    assert service["restart"] == "unless-stopped"
    assert service["stop_grace_period"]
    assert service["healthcheck"].keys() >= {"test", "interval", "timeout", "retries"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_each_container_is_a_stage_with_a_user_of_its_own() -> None:
    for service in services().values():
        stage = STAGES[service["build"]["target"]]
        chain = [stage, *([STAGES[stage.base]] if stage.base in STAGES else [])]
        users = [step.rest for each in chain for step in each.steps if step.instruction == "USER"]
        assert users == ["10001:10001"]


def test_only_nginx_is_published_and_only_on_this_machine() -> None:
    ports = {name: service.get("ports", []) for name, service in services().items()}
    assert ports == {"graph-query-api": [], "api": [], "nginx": ["127.0.0.1:8080:8080"]}
    assert services(HOST="192.0.2.1", PORT="80")["nginx"]["ports"] == ["192.0.2.1:80:8080"]
    assert all("network_mode" not in service for service in services().values())


def test_what_is_kept_is_in_named_volumes_where_the_service_keeps_it() -> None:
    volumes = {name: service.get("volumes", []) for name, service in services().items()}
    assert volumes == {"graph-query-api": ["data:/data"], "api": ["staging:/data"], "nginx": []}
    assert set(compose(KEY)["volumes"]) == {"data", "staging"}
    assert environment("python-run")["DATA_DIR"] == "/data"


def test_it_does_not_start_without_a_key_and_names_none() -> None:
    with pytest.raises(KeyError, match="SERVICE_KEY"):
        compose({})
    keys = {name: services()[name]["environment"]["SERVICE_KEY"] for name in SERVICES}
    assert set(keys.values()) == set(KEY.values())
    written = re.findall(r"(?:KEY|SECRET|TOKEN|PASSWORD)\w*[:=] *(\S*)", COMPOSE.read_text())
    assert all(each.startswith("${") for each in written if each)


@pytest.mark.parametrize("name", ["graph-query-api", "api"])
def test_every_setting_can_be_set(name: str) -> None:
    """Those that say how long tests wait apart."""
    given = set(services()[name]["environment"])
    assert set(services(**IDENTITY)[name]["environment"]) == given | set(IDENTITY)
    known = settings_of(SERVICES[name])
    assert given <= known
    assert known - given - FIXED <= {"POLL_SECONDS"}


@pytest.mark.parametrize("name", ["graph-query-api", "api"])
def test_the_service_takes_what_it_is_given(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"ALLOWED_HOSTS": "loader.example", "MAX_UPLOAD_BYTES": "1GiB"}
    given = environment("python-run") | services(**chosen)[name]["environment"]
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings: Any = SERVICES[name](_env_file=None)
    assert {"127.0.0.1", "graph-query-api", "loader.example"} <= set(settings.allowed_hosts)
    assert settings.max_upload_bytes == 1 << 30
    assert settings.max_archive_members == 100_000


def test_nginx_gets_all_that_its_configuration_names() -> None:
    names = set(re.findall(r"\$\{([A-Z_]+)\}", nginx.TEMPLATE.read_text()))
    assert set(environment("nginx")) == names - {"RESOLVER"}, "which start.sh finds out"


def test_images_are_official_and_have_a_version() -> None:
    bases = {stage.base for stage in STAGES.values()} - set(STAGES)
    assert all(re.fullmatch(r"(python|node|nginx):\d[\w.-]*|scratch", base) for base in bases)


def test_nothing_is_fetched_from_an_address() -> None:
    text = (ROOT / "Dockerfile").read_text() + COMPOSE.read_text()
    hosts = set(re.findall(r"https?://([\w.-]+)", text))
    assert hosts == {"127.0.0.1", "graph-query-api"}
    assert "ADD " not in text


def test_the_context_is_small(tmp_path: Path) -> None:
    taken = [path for path in context(ROOT, tmp_path).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in taken) < 5 << 20
    names = {str(path.relative_to(tmp_path)) for path in taken}
    assert {"constraints.txt", "frontend/.npmrc", "nginx/nginx.conf.template"} <= names
    assert not [name for name in names if re.search(r"node_modules|__pycache__|\.env|dist/", name)]
