"""Settings that could not work, or would give a key away, are refused by name."""

import pytest
from pydantic import ValidationError

from graph_query_api.settings import Settings
from service_kit.serving import setting_problems


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("COSMOS_NOSQL_ENDPOINT", "plant.documents.azure.com", "https://"),
        ("COSMOS_GREMLIN_ENDPOINT", "https://plant.gremlin.cosmos.azure.com", "wss://"),
        ("COSMOS_GREMLIN_ENDPOINT", "ws://plant.example.com:8182/", "the key is sent there"),
        ("COSMOS_GREMLIN_PARTITION_KEY", "/pk", "pattern"),
        ("COSMOS_GREMLIN_PARTITION_KEY", "id", "neither id nor label"),
        ("COSMOS_GREMLIN_GRAPH", "a/colls/b", "pattern"),
        ("COSMOS_GREMLIN_DIALECT", "gremlin", "tinkerpop"),
        ("COSMOS_LOAD_RU", "100", "400"),
    ],
)
def test_what_cannot_work(
    variable: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None)
    said = setting_problems(caught.value)
    assert said.startswith(f"{variable}:")
    assert words in said


def test_an_empty_key_is_none_and_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMOS_NOSQL_KEY", "")
    monkeypatch.setenv("COSMOS_GREMLIN_KEY", "never shown")
    settings = Settings(_env_file=None)
    assert settings.cosmos_nosql_key is None
    assert "never shown" not in repr(settings)
