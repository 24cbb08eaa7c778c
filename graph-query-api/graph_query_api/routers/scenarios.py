"""Scenarios: what they are and where their parts were loaded to."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from graph_query_api.dependencies import DeletionDep, ScenarioName, ScenariosDep
from graph_query_api.models import DeletedScenario, Scenario, ScenarioList, ScenarioMetadata
from graph_query_api.routers.preconditions import ETAG_HEADER, IfMatch, etag_of
from scenario_pack.names import check_scenario_name
from service_kit.problems import PROBLEM_RESPONSES

router = APIRouter(prefix="/query/scenarios", tags=["scenarios"], responses=PROBLEM_RESPONSES(503))


@router.get("", summary="List scenarios")
async def list_scenarios(scenarios: ScenariosDep) -> ScenarioList:
    """All scenarios by name, without their manifests."""
    return ScenarioList(scenarios=await scenarios.list())


@router.get(
    "/{name}",
    summary="Read a scenario",
    responses={200: {"headers": ETAG_HEADER}, **PROBLEM_RESPONSES(404)},
)
async def read_scenario(
    name: ScenarioName, scenarios: ScenariosDep, response: Response
) -> Scenario:
    scenario, etag = await scenarios.get(name)
    response.headers["ETag"] = f'"{etag}"'
    return scenario


@router.put(
    "/{name}",
    summary="Save what a manifest says about a scenario",
    responses={
        200: {"headers": ETAG_HEADER},
        201: {"model": Scenario, "description": "Created", "headers": ETAG_HEADER},
        **PROBLEM_RESPONSES(400, 409, 412, 507),
    },
)
async def put_scenario(
    name: ScenarioName,
    metadata: ScenarioMetadata,
    scenarios: ScenariosDep,
    response: Response,
    if_match: IfMatch = None,
) -> Scenario:
    """Loaded parts stay as they are. Members that are not known here are kept in `config`."""
    check_scenario_name(name)
    scenario, etag, created = await scenarios.put_metadata(
        name, metadata, if_match=etag_of(if_match)
    )
    response.headers["ETag"] = f'"{etag}"'
    if created:
        response.status_code = 201
    return scenario


@router.delete("/{name}", summary="Delete a scenario", responses=PROBLEM_RESPONSES(404, 409))
async def delete_scenario(
    name: ScenarioName,
    deletion: DeletionDep,
    data: Annotated[bool, Query(description="drop the loaded data too")] = False,
) -> DeletedScenario:
    """Without `data=true` the loaded parts stay, out of sight: a scenario that is saved or
    loaded under this name later has them again, and deleting once more with `data=true` drops
    them. What is in Fabric is never dropped. The answer lists what was dropped, and what stays
    and where. 409 with `job_id` while an upload job of the scenario is pending or running."""
    return await deletion.delete(name, data=data)
