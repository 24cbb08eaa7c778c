"""Graph files as a load makes them, without a service around."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from graph_query_api.graphs.catalog import GraphCatalog
from graph_query_api.graphs.ladybug.load import load_graph
from scenario_pack.folder import ScenarioFolder
from scenario_pack.graph import prepare_graph
from scenario_pack.graph_tables import PreparedGraph
from scenario_pack.manifest import parse_manifest
from scenario_pack.progress import OnProgress
from scenario_pack.schema import load_graph_schema
from support.packs import yaml_bytes


def write_pack(folder: Path, files: Mapping[str, bytes]) -> ScenarioFolder:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return ScenarioFolder.from_directory(folder)


def graph_file(
    folder: Path,
    files: Mapping[str, bytes],
    target: Path | None = None,
    on_progress: OnProgress = lambda *_: None,
) -> tuple[Path, GraphCatalog]:
    """Prepares and loads the pack's graph; gives the file and its catalog."""
    target = target or folder / "graph-1.lbug"
    target.parent.mkdir(parents=True, exist_ok=True)
    with prepared_graph(folder, files) as prepared:
        return target, load_graph(prepared, target, folder / "work", on_progress)


@contextmanager
def prepared_graph(folder: Path, files: Mapping[str, bytes]) -> Iterator[PreparedGraph]:
    """What is needed on the way goes to ``work`` in the folder."""
    pack = write_pack(folder / "pack", files)
    work = folder / "work"
    work.mkdir(exist_ok=True)
    schema = load_graph_schema(pack, parse_manifest("name: x"))
    prepared = prepare_graph(pack, schema, work, lambda *_: None)
    with prepared.con:
        yield prepared


def vertices(tables: Mapping[str, str], edges: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """A pack of CSV texts: label → vertices with their id first; ``A knows B`` → edges whose
    columns are source, target and then properties."""
    entries, files = [], {}
    for number, (label, text) in enumerate(tables.items()):
        header = text.split("\n", 1)[0].split(",")
        entries.append(
            {
                "label": label,
                "csv_file": f"V{number}.csv",
                "id_column": header[0],
                "partition_key": "p",
                "properties": header,
            }
        )
        files[f"data/V{number}.csv"] = text.encode()
    ids = {entry["label"]: entry["id_column"] for entry in entries}
    relations = []
    for number, (name, text) in enumerate((edges or {}).items()):
        source, label, target = name.split(" ")
        start, end, *others = text.split("\n", 1)[0].split(",")
        relations.append(
            {
                "label": label,
                "csv_file": f"E{number}.csv",
                "source": {"label": source, "property": ids[source], "column": start},
                "target": {"label": target, "property": ids[target], "column": end},
                "properties": [{"name": each, "column": each} for each in others],
            }
        )
        files[f"data/E{number}.csv"] = text.encode()
    schema = {"data_dir": "data", "vertices": entries, "edges": relations}
    return {**files, "graph_schema.yaml": yaml_bytes(schema)}
