import pytest

from support.scripted_fabric import FakeTime, ScriptedFabric


@pytest.fixture
def fabric() -> ScriptedFabric:
    return ScriptedFabric()


@pytest.fixture
def time(fabric: ScriptedFabric) -> FakeTime:
    return fabric.time
