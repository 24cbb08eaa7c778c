"""The stand-in judged by Microsoft's own clients, which are used as they are.

OPERATIONS lists every call that the product makes of Fabric and OneLake, with the request it must
lead to. Each is made here through ``microsoft-fabric-api`` or ``azure-storage-file-datalake``.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.storage.filedatalake import DataLakeServiceClient
from microsoft_fabric_api import FabricClient  # type: ignore[import-untyped]
from peers.fabric.definitions import as_dict
from peers.fabric.running import Running, running

from support.fabric_definitions import AIRPORTS, COUNTRIES, ROUTES, graph_parts, ontology_parts

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass
class Clients:
    fabric: Any
    onelake: DataLakeServiceClient
    ws: str
    ids: dict[str, str]
    """Of what earlier operations made."""

    def file(self, path: str) -> Any:
        system = self.onelake.get_file_system_client(self.ws)
        return system.get_file_client(f"{self.ids['lakehouse']}/{path}")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("fabric")
    with running(folder, load_seconds=0, refresh_seconds=0, continuations=0, table_lists=0) as here:
        yield here


@pytest.fixture(scope="module")
def clients(process: Running) -> Iterator[Clients]:
    env, trust = process.env, {"connection_verify": process.ca_bundle}
    credential = ClientSecretCredential(
        env["AZURE_TENANT_ID"],
        env["AZURE_CLIENT_ID"],
        env["AZURE_CLIENT_SECRET"],
        authority=env["AZURE_AUTHORITY_HOST"],
        disable_instance_discovery=True,
        **trust,
    )
    fabric = FabricClient(credential, base_url=process.api.removesuffix("v1"), **trust)
    onelake = DataLakeServiceClient(process.onelake, credential=credential, **trust)
    with credential, onelake:
        yield Clients(fabric, onelake, process.workspace, {})


def _made(extractor: Any) -> Any:
    ends = time.monotonic() + 30
    while extractor.result is None and time.monotonic() < ends:
        time.sleep(0.02)
    assert extractor.result is not None
    return extractor.result


def _list_workspaces(c: Clients) -> None:
    names = [each.display_name for each in c.fabric.core.workspaces.list_workspaces()]
    assert names == ["Practice", "Practice without capacity", "Practice, viewers only"]


def _get_workspace(c: Clients) -> None:
    found = c.fabric.core.workspaces.get_workspace(c.ws)
    assert (found.display_name, found.capacity_assignment_progress) == ("Practice", "Completed")


def _list_capacities(c: Clients) -> None:
    assert [each.state for each in c.fabric.core.capacities.list_capacities()] == ["Active"]


def _create_lakehouse(c: Clients) -> None:
    made = _made(c.fabric.lakehouse.items.begin_create_lakehouse(c.ws, {"displayName": "lake"}))
    c.ids["lakehouse"] = made.id


def _get_lakehouse(c: Clients) -> None:
    found = c.fabric.lakehouse.items.get_lakehouse(c.ws, c.ids["lakehouse"])
    assert found.properties.one_lake_files_path.endswith(f"{c.ids['lakehouse']}/Files")


def _list_lakehouses(c: Clients) -> None:
    assert "lake" in [each.display_name for each in c.fabric.lakehouse.items.list_lakehouses(c.ws)]


def _upload(c: Clients) -> None:
    for name, text in (("airport", AIRPORTS), ("country", COUNTRIES), ("route", ROUTES)):
        c.file(f"Files/{name}.csv").upload_data(text.encode(), overwrite=True, chunk_size=40)
    assert c.file("Files/airport.csv").download_file().readall() == AIRPORTS.encode()


def _create_empty_file(c: Clients) -> None:
    c.file("Files/empty.csv").create_file()


def _properties(c: Clients) -> None:
    found = c.file("Files/airport.csv").get_file_properties()
    assert found.size == len(AIRPORTS)
    assert found.etag


def _list_paths(c: Clients) -> None:
    system = c.onelake.get_file_system_client(c.ws)
    paths = list(system.get_paths(f"{c.ids['lakehouse']}/Files", recursive=True))
    names = ["airport.csv", "country.csv", "empty.csv", "route.csv"]
    assert [each.name.rpartition("/")[2] for each in paths] == names
    assert paths[0].content_length == len(AIRPORTS)


def _rename(c: Clients) -> None:
    c.file("Files/empty.csv").rename_file(f"{c.ws}/{c.ids['lakehouse']}/Files/other.csv")
    with pytest.raises(ResourceNotFoundError):
        c.file("Files/empty.csv").get_file_properties()


def _delete(c: Clients) -> None:
    c.file("Files/other.csv").delete_file()
    assert not c.file("Files/other.csv").exists()


def _load_table(c: Clients) -> None:
    for name in ("airport", "country", "route"):
        c.fabric.lakehouse.tables.begin_load_table(
            c.ws, c.ids["lakehouse"], name, _load_request(name)
        ).result()


def _load_schema_table(c: Clients) -> None:
    request = {"displayName": "schemas", "creationPayload": {"enableSchemas": True}}
    made = _made(c.fabric.lakehouse.items.begin_create_lakehouse(c.ws, request))
    system = c.onelake.get_file_system_client(c.ws)
    system.get_file_client(f"{made.id}/Files/route.csv").upload_data(
        ROUTES.encode(), overwrite=True
    )
    c.fabric.lakehouse.tables.begin_load_schema_table_beta(
        c.ws, made.id, "dbo", "route", _load_request("route"), beta=True
    ).result()
    with pytest.raises(HttpResponseError, match="schemas enabled"):
        list(c.fabric.lakehouse.tables.list_tables(c.ws, made.id))


def _load_request(name: str) -> dict[str, Any]:
    return {
        "relativePath": f"Files/{name}.csv",
        "pathType": "File",
        "mode": "Overwrite",
        "formatOptions": {"format": "Csv", "header": True, "delimiter": ","},
    }


def _list_tables(c: Clients) -> None:
    tables = list(c.fabric.lakehouse.tables.list_tables(c.ws, c.ids["lakehouse"]))
    assert [each.name for each in tables] == ["airport", "country", "route"]


def _create_graph(c: Clients) -> None:
    definition = as_dict(graph_parts(c.ws, c.ids["lakehouse"]), "json")
    request = {"displayName": "airports", **definition}
    made = _made(c.fabric.graphmodel.items.begin_create_graph_model(c.ws, request))
    c.ids["graph"] = made.id


def _update_graph(c: Clients) -> None:
    definition = as_dict(graph_parts(c.ws, c.ids["lakehouse"]), "json")
    c.fabric.graphmodel.items.begin_update_graph_model_definition(
        c.ws, c.ids["graph"], definition
    ).result()


def _get_graph_definition(c: Clients) -> None:
    found = _made(c.fabric.graphmodel.items.begin_get_graph_model_definition(c.ws, c.ids["graph"]))
    assert {each.path for each in found.definition.parts} > {"graphType.json", ".platform"}


def _get_graph(c: Clients) -> None:
    assert c.fabric.graphmodel.items.get_graph_model(c.ws, c.ids["graph"]).type == "GraphModel"


def _list_graphs(c: Clients) -> None:
    assert list(c.fabric.graphmodel.items.list_graph_models(c.ws))


def _refresh(c: Clients) -> None:
    c.fabric.graphmodel.background_jobs.run_on_demand_refresh_graph(c.ws, c.ids["graph"])


def _list_jobs(c: Clients) -> None:
    scheduler = c.fabric.core.job_scheduler
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        jobs = list(scheduler.list_item_job_instances(c.ws, c.ids["graph"]))
        if all(job.status == "Completed" for job in jobs):
            break
    assert len(jobs) >= 2
    c.ids["job"] = jobs[0].id


def _get_job(c: Clients) -> None:
    found = c.fabric.core.job_scheduler.get_item_job_instance(c.ws, c.ids["graph"], c.ids["job"])
    assert (found.job_type, found.status) == ("Refresh", "Completed")


def _queryable_type(c: Clients) -> None:
    found = c.fabric.graphmodel.items.get_queryable_graph_type_beta(c.ws, c.ids["graph"], beta=True)
    assert [each.labels for each in found.node_types] == [["airport"], ["country"]]


def _execute_query(c: Clients) -> None:
    query = (
        "MATCH (a:airport)-[:within]->(c) RETURN c.code AS c, count(*) AS n GROUP BY c ORDER BY c"
    )
    found = c.fabric.graphmodel.items.execute_query_beta(
        c.ws, c.ids["graph"], {"query": query}, beta=True
    )
    rows = json.loads(b"".join(found))["result"]["data"]
    assert rows == [{"c": "UK", "n": 1}, {"c": "US", "n": 2}]


def _create_ontology(c: Clients) -> None:
    parts = ontology_parts(c.ws, c.ids["lakehouse"], "lake")
    request = {"displayName": "Airports", **as_dict(parts)}
    made = _made(c.fabric.ontology.items.begin_create_ontology(c.ws, request))
    c.ids["ontology"] = made.id


def _get_ontology(c: Clients) -> None:
    found = c.fabric.ontology.items.get_ontology(c.ws, c.ids["ontology"])
    assert found.properties.generation == 2


def _list_ontologies(c: Clients) -> None:
    assert [each.id for each in c.fabric.ontology.items.list_ontologies(c.ws)] == [
        c.ids["ontology"]
    ]


def _update_ontology(c: Clients) -> None:
    parts = ontology_parts(c.ws, c.ids["lakehouse"], "lake")
    c.fabric.ontology.items.begin_update_ontology_definition(
        c.ws, c.ids["ontology"], as_dict(parts)
    ).result()


def _get_ontology_definition(c: Clients) -> None:
    found = _made(c.fabric.ontology.items.begin_get_ontology_definition(c.ws, c.ids["ontology"]))
    assert "entities/Airport.tmdl" in {each.path for each in found.definition.parts}


def _downstream(c: Clients) -> None:
    found = c.fabric.core.items.get_downstream_relations_beta(c.ws, c.ids["ontology"], beta=True)
    assert {each.type for each in found.items} == {"Ontology", "GraphModel", "Eventhouse"}


def _list_items(c: Clients) -> None:
    found = list(c.fabric.core.items.list_items(c.ws))
    assert {"Lakehouse", "SQLEndpoint", "GraphModel"} <= {each.type for each in found}
    graphs = list(c.fabric.core.items.list_items(c.ws, type="GraphModel"))
    assert {each.type for each in graphs} == {"GraphModel"}


def _list_eventhouses(c: Clients) -> None:
    (house,) = c.fabric.eventhouse.items.list_eventhouses(c.ws)
    assert len(house.properties.databases_item_ids) == 1


def _list_databases(c: Clients) -> None:
    (database,) = c.fabric.kqldatabase.items.list_kql_databases(c.ws)
    assert database.properties.database_type == "ReadWrite"


class Operation(NamedTuple):
    name: str
    method: str
    path: str
    """Of the request that it must lead to, as a regular expression."""
    use: Callable[[Clients], None]


_WS = "/v1/workspaces/[^/]+"
OPERATIONS = [
    Operation("list workspaces", "GET", "/v1/workspaces$", _list_workspaces),
    Operation("get a workspace", "GET", f"{_WS}$", _get_workspace),
    Operation("list capacities", "GET", "/v1/capacities$", _list_capacities),
    Operation("create a lakehouse", "POST", f"{_WS}/lakehouses$", _create_lakehouse),
    Operation("get a lakehouse", "GET", f"{_WS}/lakehouses/[^/]+$", _get_lakehouse),
    Operation("list lakehouses", "GET", f"{_WS}/lakehouses$", _list_lakehouses),
    Operation("upload a file", "PATCH", "/Files/airport.csv$", _upload),
    Operation("create an empty file", "PUT", "/Files/empty.csv$", _create_empty_file),
    Operation("look at a file", "HEAD", "/Files/airport.csv$", _properties),
    Operation("list files", "GET", "^/[^/]+$", _list_paths),
    Operation("rename a file", "PUT", "/Files/other.csv$", _rename),
    Operation("delete a file", "DELETE", "/Files/other.csv$", _delete),
    Operation("load a table", "POST", f"{_WS}/lakehouses/[^/]+/tables/route/load$", _load_table),
    Operation(
        "load a table of a schema", "POST", "/schemas/dbo/tables/route/load$", _load_schema_table
    ),
    Operation("list tables", "GET", f"{_WS}/lakehouses/[^/]+/tables$", _list_tables),
    Operation("create a graph model", "POST", f"{_WS}/graphModels$", _create_graph),
    Operation(
        "define a graph model", "POST", "/graphModels/[^/]+/updateDefinition$", _update_graph
    ),
    Operation(
        "read its definition", "POST", "/graphModels/[^/]+/getDefinition$", _get_graph_definition
    ),
    Operation("get a graph model", "GET", f"{_WS}/graphModels/[^/]+$", _get_graph),
    Operation("list graph models", "GET", f"{_WS}/graphModels$", _list_graphs),
    Operation("refresh a graph", "POST", "/jobs/refreshGraph/instances$", _refresh),
    Operation("list job instances", "GET", f"{_WS}/items/[^/]+/jobs/instances$", _list_jobs),
    Operation("get a job instance", "GET", f"{_WS}/items/[^/]+/jobs/instances/[^/]+$", _get_job),
    Operation("get the queryable type", "GET", "/getQueryableGraphType$", _queryable_type),
    Operation("execute a query", "POST", "/executeQuery$", _execute_query),
    Operation("create an ontology", "POST", f"{_WS}/ontologies$", _create_ontology),
    Operation("get an ontology", "GET", f"{_WS}/ontologies/[^/]+$", _get_ontology),
    Operation("list ontologies", "GET", f"{_WS}/ontologies$", _list_ontologies),
    Operation(
        "define an ontology", "POST", "/ontologies/[^/]+/updateDefinition$", _update_ontology
    ),
    Operation(
        "read that definition", "POST", "/ontologies/[^/]+/getDefinition$", _get_ontology_definition
    ),
    Operation("list downstream relations", "GET", "/relations/downstream$", _downstream),
    Operation("list items", "GET", f"{_WS}/items$", _list_items),
    Operation("list eventhouses", "GET", f"{_WS}/eventhouses$", _list_eventhouses),
    Operation("list KQL databases", "GET", f"{_WS}/kqlDatabases$", _list_databases),
]


def test_official_clients_get_what_they_expect(clients: Clients, process: Running) -> None:
    """In the order of the table, and in one test: later ones use what earlier ones made."""
    wrong: dict[str, str] = {}
    for operation in OPERATIONS:
        before = process.last_request()
        try:
            operation.use(clients)
        except Exception as error:  # noqa: BLE001 - whichever client it is, the others go on
            wrong[operation.name] = repr(error)
            continue
        made = process.requests(operation.path, since=before)
        if operation.method not in {each["method"] for each in made}:
            wrong[operation.name] = f"made {made}"
        polled = {each["status"] for each in process.requests("/operations/", since=before)}
        if not polled <= {200, 400}:
            wrong[operation.name] = f"polls answered {polled}"
    assert wrong == {}
    assert process.requests("^/v1/operations/[^/]+$")
    assert process.requests("^/v1/operations/[^/]+/result$")
