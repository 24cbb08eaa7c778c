"""Packs as the product brings them into Fabric: prepared, uploaded, loaded, defined."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from app.provisioning.graph_model import graph_model_files
from app.provisioning.model import FabricGraph
from app.provisioning.ontology import ontology_files
from app.provisioning.preparing import run
from app.provisioning.request import Preparation, PrepareRequest
from fabric_client import FabricClient, OneLake
from scenario_pack.archive import Limits
from support.packs import of_slot, tarball

METRO = Path(__file__).parents[2] / "samples/metro-fibre"
Texts = dict[str, str]


@dataclass(frozen=True)
class InLakehouse:
    """A pack's tables in a lakehouse, and what the product says of them."""

    graph: FabricGraph
    preparation: Preparation
    workspace: str
    lakehouse: str
    name: str

    def graph_model(self) -> Texts:
        return graph_model_files(
            self.graph, workspace_id=self.workspace, lakehouse_id=self.lakehouse
        )

    def ontology(self) -> Texts:
        return ontology_files(
            self.graph,
            workspace_id=self.workspace,
            lakehouse_id=self.lakehouse,
            lakehouse_name=self.name,
        )[0]


def metro_part(*labels: str) -> dict[str, bytes]:
    """The sample's graph, with these labels and the edges between them."""
    files = {
        path.relative_to(METRO).as_posix(): path.read_bytes()
        for path in METRO.rglob("*")
        if path.is_file()
    }
    schema = yaml.safe_load(files["graph_schema.yaml"])
    schema["vertices"] = [each for each in schema["vertices"] if each["label"] in labels]
    schema["edges"] = [
        each
        for each in schema["edges"]
        if {each["source"]["label"], each["target"]["label"]} <= set(labels)
    ]
    return of_slot(files, "graph") | {"graph_schema.yaml": yaml.safe_dump(schema).encode()}


def prepare(files: Mapping[str, bytes], scenario: str, folder: Path) -> Preparation:
    """Its files lie below ``folder / "work"``."""
    archive = tarball(folder / "pack.tar.gz", dict(files))
    (folder / "work").mkdir()
    request = PrepareRequest(str(archive), str(folder / "work"), scenario, False, Limits())
    asked = json.loads(json.dumps(request.as_dict()))
    return Preparation.from_dict(json.loads(json.dumps(run(asked, lambda *_: None))))


async def put_into_lakehouse(
    clients: tuple[FabricClient, OneLake],
    workspace: str,
    name: str,
    preparation: Preparation,
    work: Path,
) -> InLakehouse:
    client, onelake = clients
    lakehouse = (await client.create_lakehouse(workspace, name))["id"]

    async def load(table: str, file: str) -> None:
        path = f"Files/{file}"
        await onelake.upload(workspace, lakehouse, path, work / file)
        await client.load_table(workspace, lakehouse, table, path)

    await asyncio.gather(
        *(
            onelake.upload(workspace, lakehouse, path, work / path)
            for path in preparation.graph.files.values()
        ),
        *(load(table, file) for table, file in preparation.parquet.items()),
    )
    return InLakehouse(preparation.graph, preparation, workspace, lakehouse, name)
