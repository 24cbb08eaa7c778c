"""Each rule refuses a definition of the product that breaks it, and takes it again once mended."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from peers.fabric.running import Running

from fabric_client import (
    FabricAddresses,
    FabricClient,
    OneLake,
    default_credential,
    definition_parts,
)
from support.fabric_breakages import ENVELOPE, GRAPH, Parts
from support.fabric_delta_breakages import IN_DELTA
from support.fabric_ontology_breakages import ONTOLOGY
from support.fabric_packs import InLakehouse, metro_part, prepare, put_into_lakehouse
from support.fabric_rest import FabricRest, OperationFailed

BY_SQL = "6.3.1-sql-endpoint"
BREAKS_MORE = {
    "6.5.5-decimal": {"6.4.0-property-type"},
    "6.3.9-junction": {"6.3.t9-entity-relationship-tables"},
}
"""What cannot be broken alone, and what is broken with it."""


@dataclass(frozen=True)
class Provisioned:
    """A part of the sample in the stand-in, with graph model and ontology as the product makes
    them.
    """

    rest: FabricRest
    pack: InLakehouse
    tables: Path
    items: dict[str, str]
    stages: dict[str, str]

    def right(self, collection: str) -> Parts:
        is_graph = collection == "graphModels"
        return self.pack.graph_model() if is_graph else self.pack.ontology()

    def take(self, collection: str, parts: Parts) -> None:
        """Raises OperationFailed, also where the graph's load fails."""
        self.send(collection, definition(collection, parts))

    def send(self, collection: str, sent: dict[str, Any]) -> None:
        rest, item = self.rest, self.items[collection]
        path = f"{collection}/{item}/updateDefinition"
        rest.done(rest.send("POST", path, {"definition": sent}))
        if collection == "graphModels":
            job = rest.loaded(item)
            if job["status"] != "Completed":
                raise OperationFailed(job["failureReason"])


def definition(collection: str, parts: Parts) -> dict[str, Any]:
    format_ = {"format": "json"} if collection == "graphModels" else {}
    return {**format_, "parts": definition_parts(parts)}


@pytest.fixture(scope="module")
def provisioned(
    process: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Provisioned]:
    process.set(table_lists=0, page_size=100)
    folder = tmp_path_factory.mktemp("pack")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in process.env.items():
            environment.setenv(name, value)
        pack = asyncio.run(_provision(process, folder))
    tables = Path(process.ca_bundle).parent / "onelake" / pack.workspace / pack.lakehouse / "Tables"
    rest = FabricRest(process)
    items = {
        collection: rest.create(collection, "metro", definition=definition(collection, parts))["id"]
        for collection, parts in (
            ("graphModels", pack.graph_model()),
            ("ontologies", pack.ontology()),
        )
    }
    stages = {each["id"]: each["stage"] for each in process.rules()}
    yield Provisioned(rest, pack, tables, items, stages)
    rest.http.close()


async def _provision(process: Running, folder: Path) -> InLakehouse:
    files = metro_part("Site", "FibreSpan", "Duct", "District")
    preparation = prepare(files, "metro", folder)
    addresses = FabricAddresses(process.api, process.onelake, process.ca_bundle)
    async with (
        default_credential(addresses) as credential,
        FabricClient(credential, addresses, calls_per_minute=10_000) as client,
        OneLake(credential, addresses) as onelake,
    ):
        return await put_into_lakehouse(
            (client, onelake), process.workspace, "lake", preparation, folder / "work"
        )


def _refused(provisioned: Provisioned, collection: str, parts: Parts) -> list[str]:
    with pytest.raises(OperationFailed) as refused:
        provisioned.take(collection, parts)
    return refused.value.rules


@pytest.mark.parametrize(
    ("rule", "collection"),
    [*((rule, "graphModels") for rule in GRAPH), *((rule, "ontologies") for rule in ONTOLOGY)],
)
def test_rule_of_a_definition(provisioned: Provisioned, rule: str, collection: str) -> None:
    right = provisioned.right(collection)
    breakage = (GRAPH if collection == "graphModels" else ONTOLOGY)[rule]
    found = _refused(provisioned, collection, breakage(dict(right)))
    assert set(found) == {rule} | BREAKS_MORE.get(rule, set())
    provisioned.take(collection, right)


@pytest.mark.parametrize("collection", ["graphModels", "ontologies"])
@pytest.mark.parametrize("rule", ENVELOPE)
def test_rule_of_the_envelope(provisioned: Provisioned, rule: str, collection: str) -> None:
    right = definition(collection, provisioned.right(collection))
    with pytest.raises(OperationFailed) as refused:
        provisioned.send(collection, ENVELOPE[rule](right))
    assert refused.value.rules == [rule]
    provisioned.send(collection, right)


@pytest.mark.parametrize("rule", IN_DELTA)
def test_rule_of_the_delta_tables(provisioned: Provisioned, rule: str, tmp_path: Path) -> None:
    """The definition stays, what it names breaks the rule."""
    collection, change = IN_DELTA[rule]
    right, table = provisioned.right(collection), provisioned.tables / "metro__Duct"
    shutil.copytree(table, tmp_path / "kept")
    change(table)
    try:
        assert _refused(provisioned, collection, right) == [rule]
    finally:
        shutil.rmtree(table)
        shutil.copytree(tmp_path / "kept", table)
    provisioned.take(collection, right)


def test_rule_of_the_sql_endpoint(provisioned: Provisioned, process: Running) -> None:
    """The product does not go by it: its definition with the other kind of expression."""
    rest, right = provisioned.rest, provisioned.right("ontologies")
    endpoint = next(
        each["id"]
        for each in rest.pages("items", type="SQLEndpoint")
        if each["displayName"] == "lake"
    )
    source = f'Sql.Database("host", "{endpoint}")'
    by_sql = {
        path: re.sub(r"AzureStorage.*", source, text).replace(
            "\t\t\texpressionSource", "\t\t\tschemaName: dbo\n\t\t\texpressionSource"
        )
        for path, text in right.items()
    }
    process.advance(-600)
    try:
        assert set(_refused(provisioned, "ontologies", by_sql)) == {BY_SQL}
    finally:
        process.advance(600)
    provisioned.take("ontologies", by_sql)


def test_what_is_passed_over_silently_can_be_taken(
    provisioned: Provisioned, process: Running
) -> None:
    process.set(silent_rules="accept")
    try:
        for rule in [each["id"] for each in process.rules() if each["silent"]]:
            of_graph = rule in GRAPH
            collection = "graphModels" if of_graph else "ontologies"
            breakage = (GRAPH if of_graph else ONTOLOGY)[rule]
            if rule not in BREAKS_MORE:
                provisioned.take(collection, breakage(provisioned.right(collection)))
    finally:
        process.set(silent_rules="refuse")


def test_no_rule_is_left_out(process: Running) -> None:
    """Each names a section and a bullet, or a row of its tables (t), or its text (0)."""
    rules = {each["id"]: each["about"] for each in process.rules()}
    assert all(re.fullmatch(r"\d\.\d\.t?\d+-[a-z][a-z-]*", rule) for rule in rules)
    of_definitions = {
        rule for rule, about in rules.items() if about in ("graph", "ontology", "all")
    }
    assert of_definitions == {*GRAPH, *ONTOLOGY, *ENVELOPE, *IN_DELTA, BY_SQL}
