"""The client before the stand-in when Fabric takes its time: the wait is right, the polls are few.

Client and stand-in have one clock, which moves when the client sleeps: an hour passes in a moment.
The stand-in's moves by itself too, by seconds where the machine is busy.
"""

from typing import Any

import pytest
from peers.fabric.running import Running

from fabric_client import FabricAddresses, FabricClient, FabricUnavailable, default_credential
from fabric_client.clock import Clock
from support.fabric_rest import FabricRest

CREATE, STATE, RESULT = "/lakehouses$", "/operations/[^/]+$", "/operations/.+/result"


class Patient:
    """Makes a lakehouse, which takes the stand-in no time of its own."""

    def __init__(self, stand_in: Running) -> None:
        self._stand_in = stand_in
        self.now = 0.0
        self.said: list[str] = []

    async def create(self) -> Any:
        stand_in = self._stand_in
        addresses = FabricAddresses(stand_in.api, stand_in.onelake, stand_in.ca_bundle)
        clock = Clock(monotonic=lambda: self.now, sleep=self._sleep)
        async with (
            default_credential(addresses) as credential,
            FabricClient(credential, addresses, calls_per_minute=10_000, clock=clock) as client,
        ):
            return await client.create_lakehouse(
                stand_in.workspace, "lake", on_wait=self.said.append
            )

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self._stand_in.advance(seconds)


@pytest.fixture
def patient(stand_in: Running, monkeypatch: pytest.MonkeyPatch) -> Patient:
    for name, value in stand_in.env.items():
        monkeypatch.setenv(name, value)
    return Patient(stand_in)


def polls(stand_in: Running) -> int:
    return len(stand_in.requests(STATE))


async def test_forty_minutes_with_nothing_to_go_by(
    stand_in: Running, patient: Patient, rest: FabricRest
) -> None:
    """202 with x-ms-operation-id only, no Retry-After, no percentage, a result that is late."""
    stand_in.fault("operation-takes", CREATE, seconds=2400)
    stand_in.fault("no-location", CREATE)
    stand_in.fault("percent-null", STATE, times=None)
    late = stand_in.fault("result-late", RESULT, times=3)
    made = await patient.create()
    assert 2380 <= patient.now <= 2425
    assert 240 <= polls(stand_in) <= 250
    assert len(set(patient.said)) > 35
    assert "running for 39 min" in patient.said
    assert stand_in.hits(late) == 3
    assert [each["id"] for each in rest.pages("lakehouses")] == [made["id"]]


@pytest.mark.parametrize(
    ("value", "seconds", "fewest", "most"),
    [
        ("0", 0, 60, 68),
        (None, 0, 60, 68),
        ("20", 0, 27, 31),
        ("date", 40, 13, 17),
        ("3600", 0, 2, 3),
    ],
)
async def test_ten_minutes_with_any_retry_after(
    stand_in: Running,
    patient: Patient,
    value: str | None,
    seconds: int,
    fewest: int,
    most: int,
) -> None:
    """Once in five minutes at the least, and the person hears something all along."""
    stand_in.fault("operation-takes", CREATE, seconds=598)
    stand_in.fault("retry-after", f"{CREATE}|{STATE}", times=None, value=value, seconds=seconds)
    await patient.create()
    assert 580 <= patient.now <= 920
    assert fewest <= polls(stand_in) <= most
    assert len(patient.said) >= 60


@pytest.mark.parametrize("path", [CREATE, STATE])
@pytest.mark.parametrize(
    ("value", "least", "most"), [("0", 0.5, 4), ("2", 2, 8), ("date", 25, 50), (None, 60, 90)]
)
async def test_a_429_costs_what_it_asks_for(
    stand_in: Running, patient: Patient, path: str, value: str | None, least: float, most: float
) -> None:
    fault = stand_in.fault("throttled", path, retry_after=value, seconds=30)
    await patient.create()
    assert stand_in.hits(fault) == 1
    assert least <= patient.now <= most
    assert len(stand_in.requests(CREATE)) == (2 if path == CREATE else 1)


async def test_a_429_for_an_hour_is_reported_and_passes(
    stand_in: Running, patient: Patient
) -> None:
    """Of the request: whoever asked may try again. Of a poll: the operation goes on."""
    stand_in.fault("throttled", CREATE, retry_after="3600")
    with pytest.raises(FabricUnavailable, match="60 min") as refused:
        await patient.create()
    assert (refused.value.status, refused.value.retry_after) == (429, 3600)
    assert (patient.now, len(stand_in.requests(CREATE))) == (0, 1)
    stand_in.fault("operation-takes", CREATE, seconds=30)
    stand_in.fault("throttled", STATE, retry_after="3600")
    await patient.create()
    assert 30 <= patient.now <= 310
    assert polls(stand_in) <= 3
