"""For the api service: parts of scenarios that were loaded elsewhere."""

from fastapi import APIRouter, Depends

from graph_query_api.dependencies import ProvisionedGraphsDep, ScenarioName, require_service_key
from graph_query_api.fabric_models import FabricGraphPart
from graph_query_api.models import PartRecord
from scenario_pack.names import check_scenario_name
from service_kit.problems import PROBLEM_RESPONSES

router = APIRouter(
    prefix="/query/scenarios/{name}/parts",
    tags=["scenarios"],
    dependencies=[Depends(require_service_key)],
)


@router.put(
    "/graph",
    summary="Make a graph in Fabric the scenario's graph",
    responses=PROBLEM_RESPONSES(400, 401, 404, 409, 422, 503, 507),
)
async def put_graph(
    name: ScenarioName, part: FabricGraphPart, graphs: ProvisionedGraphsDep
) -> PartRecord:
    """The scenario is made if it is missing. 409 if `job_id` is given and the job is no longer
    running in the hands of `owner`: then nothing has changed. 404 where Fabric is off."""
    check_scenario_name(name)
    return await graphs.switch(name, part)
