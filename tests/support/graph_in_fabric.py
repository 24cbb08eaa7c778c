"""A graph put into Fabric by hand: Parquet, Delta tables and a graph model, without the product."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fabric_client import FabricClient, OneLake, definition_parts
from graph_query_api.fabric_models import (
    FabricCatalog,
    FabricEdgeType,
    FabricNodeType,
    FabricProperty,
)
from support.gql_by_form import GqlByForm, Row

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/graphIndex/definition"
ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", "UTC"),
}
WORDS = {
    "text": "STRING",
    "integer": "INT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "DATETIME",
}


@dataclass(frozen=True)
class InFabric:
    workspace: str
    lakehouse: str
    graph_model: str


async def put_into_fabric(
    client: FabricClient,
    onelake: OneLake,
    workspace: str,
    name: str,
    catalog: FabricCatalog,
    data: GqlByForm,
    work: Path,
) -> InFabric:
    lakehouse = (await client.create_lakehouse(workspace, name))["id"]

    async def load(table: str, columns: Mapping[str, pa.DataType], rows: Sequence[Row]) -> None:
        file = work / f"{table}.parquet"
        schema = pa.schema(list(columns.items()))
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema), file)
        await onelake.upload(workspace, lakehouse, f"Files/{name}/{file.name}", file)
        await client.load_table(workspace, lakehouse, table, f"Files/{name}/{file.name}")

    tables = [
        *(
            load(each.node_type, _columns(each), data.nodes[each.node_type])
            for each in catalog.node_types
        ),
        *(
            load(each.edge_type, _columns(each), [*map(_edge, data.edges[each.edge_type])])
            for each in catalog.edge_types
        ),
    ]
    await asyncio.gather(*tables)
    definition = _definition(
        catalog, f"abfss://{workspace}@onelake.dfs.fabric.microsoft.com", lakehouse
    )
    parts = definition_parts({path: json.dumps(part) for path, part in definition.items()})
    model = (await client.create_graph_model(workspace, name, parts))["id"]
    job = (await client.job_instances(workspace, model))[0]
    await client.wait_for_job(workspace, model, job.id)
    return InFabric(workspace, lakehouse, model)


def _edge(edge: tuple[str, str, Row]) -> Row:
    return {"source_key": edge[0], "target_key": edge[1], **edge[2]}


def _columns(kind: FabricNodeType | FabricEdgeType) -> dict[str, pa.DataType]:
    keys = [kind.key] if isinstance(kind, FabricNodeType) else ["source_key", "target_key"]
    own = {each.property: ARROW[each.type] for each in kind.properties}
    return {**dict.fromkeys(keys, pa.string()), **own}


def _definition(catalog: FabricCatalog, host: str, lakehouse: str) -> dict[str, Any]:
    of = catalog.by_label
    names = [each.node_type for each in catalog.node_types]
    names += [each.edge_type for each in catalog.edge_types]
    return {
        "graphType.json": {
            "$schema": f"{SCHEMAS}/graphType/1.0.0/schema.json",
            "nodeTypes": [
                {
                    "alias": each.node_type,
                    "labels": [each.node_type],
                    "primaryKeyProperties": [each.key],
                    "properties": [{"name": each.key, "type": "STRING"}, *_types(each.properties)],
                }
                for each in catalog.node_types
            ],
            "edgeTypes": [
                {
                    "alias": each.edge_type,
                    "labels": [each.edge_type],
                    "sourceNodeType": {"alias": of[each.source].node_type},
                    "destinationNodeType": {"alias": of[each.target].node_type},
                    "properties": _types(each.properties),
                }
                for each in catalog.edge_types
            ],
        },
        "graphDefinition.json": {
            "$schema": f"{SCHEMAS}/graphDefinition/1.0.0/schema.json",
            "nodeTables": [
                {
                    "id": f"t_{each.node_type}",
                    "nodeTypeAlias": each.node_type,
                    "dataSourceName": each.node_type,
                    "propertyMappings": _mapped([each.key, *_own(each)]),
                }
                for each in catalog.node_types
            ],
            "edgeTables": [
                {
                    "id": f"t_{each.edge_type}",
                    "edgeTypeAlias": each.edge_type,
                    "dataSourceName": each.edge_type,
                    "sourceNodeKeyColumns": ["source_key"],
                    "destinationNodeKeyColumns": ["target_key"],
                    "propertyMappings": _mapped(_own(each)),
                }
                for each in catalog.edge_types
            ],
        },
        "dataSources.json": {
            "$schema": f"{SCHEMAS}/dataSources/1.1.0/schema.json",
            "dataSources": [
                {
                    "name": each,
                    "type": "DeltaTable",
                    "properties": {"path": f"{host}/{lakehouse}/Tables/{each}"},
                }
                for each in names
            ],
        },
        "stylingConfiguration.json": {
            "$schema": f"{SCHEMAS}/stylingConfiguration/1.0.0/schema.json",
            "modelLayout": {"positions": {}, "styles": {}, "pan": {"x": 0, "y": 0}, "zoomLevel": 1},
        },
    }


def _types(properties: Sequence[FabricProperty]) -> list[dict[str, str]]:
    return [{"name": each.property, "type": WORDS[each.type]} for each in properties]


def _own(kind: FabricNodeType | FabricEdgeType) -> list[str]:
    return [each.property for each in kind.properties]


def _mapped(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"propertyName": name, "sourceColumn": name} for name in names]
