"""Graph loads over the wire, against one script an element, one after the other.

That is how a load is written with gremlinpython as its documentation shows it.
"""

import asyncio
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from uuid import uuid4

from gremlin_python.driver.client import Client
from gremlin_python.driver.serializer import GraphSONSerializersV2d0
from peers.gremlin.fake.running import Running, running
from peers.gremlin.server.running import running_gremlin_server

from benchmarks.measure import Result, seconds
from graph_query_api.graphs.gremlin.client import GremlinAddress
from graph_query_api.graphs.gremlin.layout import GremlinTarget, buckets_of
from graph_query_api.graphs.gremlin.load import load_graph
from graph_query_api.graphs.gremlin.names import catalog_of
from graph_query_api.graphs.gremlin.rows import Rows
from graph_query_api.graphs.gremlin.scripts import Batch, Shapes, batches
from scenario_pack.graph_tables import PreparedGraph
from support.graph_files import prepared_graph
from support.packs import csv_bytes, yaml_bytes

AIR_ROUTES = Path(__file__).parents[1] / "tests" / "packs" / "air-routes"
SERIAL_VERTICES, SERIAL_EDGES = 3_748, 5_000
SERIAL_ON_FAKE = 400
SMALL_VERTICES, SMALL_EDGES = 6_000, 14_000
BUDGET = 10_000.0
"""Request units a second."""


def measure(folder: Path, repeats: int) -> list[Result]:
    air_routes = {
        path.relative_to(AIR_ROUTES).as_posix(): path.read_bytes()
        for path in AIR_ROUTES.rglob("*")
        if path.is_file()
    }
    with prepared_graph(folder / "air-routes", air_routes) as prepared:
        real = _on_gremlin_server(prepared)
    with prepared_graph(folder / "small", small_pack()) as prepared:
        return [real, _on_a_patient_fake(prepared), *_within_a_budget(prepared, repeats)]


def small_pack() -> Mapping[str, bytes]:
    nodes = [[f"N{number:05}", f"node {number}", str(number)] for number in range(SMALL_VERTICES)]
    links = [
        [nodes[number % SMALL_VERTICES][0], nodes[number * 7 % SMALL_VERTICES][0], str(number)]
        for number in range(SMALL_EDGES)
    ]
    vertex = {"label": "Node", "csv_file": "Node.csv", "id_column": "Id", "partition_key": "node"}
    end = {"label": "Node", "property": "Id"}
    edge = {
        "label": "links",
        "csv_file": "Link.csv",
        "source": {**end, "column": "From"},
        "target": {**end, "column": "To"},
        "properties": [{"name": "Weight", "column": "Weight"}],
    }
    schema = {
        "data_dir": "data/entities",
        "vertices": [{**vertex, "properties": ["Name", "Load"]}],
        "edges": [edge],
    }
    return {
        "scenario.yaml": yaml_bytes({"name": "bench", "version": "2.0"}),
        "graph_schema.yaml": yaml_bytes(schema),
        "data/entities/Node.csv": csv_bytes(["Id", "Name", "Load"], nodes),
        "data/entities/Link.csv": csv_bytes(["From", "To", "Weight"], links),
    }


def _on_gremlin_server(prepared: PreparedGraph) -> Result:
    with running_gremlin_server(for_measurements=True) as server:
        address = GremlinAddress(server.endpoint, server.database, server.graph, server.password)
        target = GremlinTarget(address, "tinkerpop", "pk")
        _ours(prepared, target)  # so that neither is measured while Java still compiles
        serial = _serial(prepared, target, SERIAL_VERTICES, SERIAL_EDGES)
        ours = _ours(prepared, target)
    return Result("air-routes into Gremlin Server, an element", ours, 1 / 10, serial, "ms")


def _on_a_patient_fake(prepared: PreparedGraph) -> Result:
    with running(request_seconds=0.008, element_seconds=0.002) as fake:
        serial = _serial(prepared, _before(fake), SERIAL_ON_FAKE // 2, SERIAL_ON_FAKE // 2)
        fake.reset()
        ours = _ours(prepared, _before(fake))
        _check(prepared, fake)
    return Result("graph where an answer takes 8 + 2 ms, an element", ours, 1 / 50, serial, "ms")


def _within_a_budget(prepared: PreparedGraph, repeats: int) -> Iterator[Result]:
    """``repeats`` is not used: a budget does not drift with the machine."""
    del repeats
    with running(request_seconds=0.008, element_seconds=0.002) as fake:
        fake.set(charge_per_second=BUDGET)
        took = seconds(lambda: load_graph(prepared, _before(fake), "load", _nobody))
        _check(prepared, fake)
        charge = fake.facts()["charge"]
    allowed = (charge - BUDGET) / BUDGET  # a second's worth is there at the start
    yield Result("graph within 10,000 RU/s / what the budget allows", took, 1 / 0.8, allowed)


def _before(fake: Running) -> GremlinTarget:
    return GremlinTarget(
        GremlinAddress(fake.endpoint, "scenarios", "graphs", fake.key), "cosmos", "pk"
    )


def _ours(prepared: PreparedGraph, target: GremlinTarget) -> float:
    """Milliseconds an element."""
    rows = sum(_counts(prepared))
    return 1000 * seconds(lambda: load_graph(prepared, target, uuid4().hex, _nobody)) / rows


def _serial(prepared: PreparedGraph, target: GremlinTarget, vertices: int, edges: int) -> float:
    """Milliseconds an element. The vertices that are not measured are there for the edges."""
    every, links = asyncio.run(_batches(prepared, target))
    singles = list(_split(every))
    measured = [singles[:vertices], list(islice(_split(links), edges))]
    rest = list(_together(singles[vertices:]))
    with _gremlinpython(target) as client:
        taken = 0.0
        for several, counts in ((measured[0], True), (rest, False), (measured[1], True)):
            taken += counts * seconds(partial(_submit_all, client, several))
    return 1000 * taken / sum(map(len, measured))


def _submit_all(client: Client, several: Iterable[Batch]) -> None:
    for each in several:
        client.submit(each.script, each.bindings).all().result()


async def _batches(
    prepared: PreparedGraph, target: GremlinTarget
) -> tuple[list[Batch], list[Batch]]:
    """Of the vertices, and of the edges."""
    catalog = catalog_of(prepared, target.partition_key)
    buckets = buckets_of(sum(each.rows for each in catalog.vertices))
    rows = Rows(prepared, catalog, Shapes(target, uuid4().hex), buckets)
    return [each async for each in rows.vertices()], [each async for each in rows.edges()]


def _split(several: Iterable[Batch]) -> Iterator[Batch]:
    for batch in several:
        yield from batches(batch.shape, batch.elements, 1)


def _together(singles: Iterable[Batch]) -> Iterator[Batch]:
    for shape, several in groupby(singles, lambda each: each.shape):
        yield from batches(shape, [one for each in several for one in each.elements])


@contextmanager
def _gremlinpython(target: GremlinTarget) -> Iterator[Client]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client = Client(
            target.address.endpoint,
            "g",
            pool_size=1,
            username=target.address.user,
            password=target.address.key,
            message_serializer=GraphSONSerializersV2d0(),
        )
        try:
            yield client
        finally:
            client.close()


def _counts(prepared: PreparedGraph) -> list[int]:
    return [
        sum(each.rows for each in prepared.vertices),
        sum(each.rows for each in prepared.edges),
    ]


def _check(prepared: PreparedGraph, fake: Running) -> None:
    """No element is lost."""
    there = fake.elements()
    wanted = _counts(prepared)
    found = [len(there["vertices"]), len(there["edges"])]
    if found != wanted:
        raise AssertionError(f"{wanted} were loaded, {found} are there")


def _nobody(*_: object) -> None:
    """Nobody looks at the progress."""
