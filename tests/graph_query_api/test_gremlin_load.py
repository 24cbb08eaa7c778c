"""Loads into a server that throttles, gives no answer and does things by half: exact in the end."""

import socket
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from peers.gremlin.fake.running import Running, running

from graph_query_api.errors import (
    GraphQueryError,
    PartNotFound,
    QueryTooLarge,
    QueryTooSlow,
    StoreUnavailable,
)
from graph_query_api.graphs.catalog import LoadNotVerified
from graph_query_api.graphs.gremlin import check as gremlin_check
from graph_query_api.graphs.gremlin import patience as gremlin_patience
from graph_query_api.graphs.gremlin import store as gremlin
from graph_query_api.graphs.gremlin.layout import GremlinTarget, LoadedGraph
from graph_query_api.graphs.gremlin.scripts import Batch
from graph_query_api.graphs.gremlin.writer import Writer
from graph_query_api.graphs.ids import vertex_id
from scenario_pack.problems import PackError
from scenario_pack.progress import without_remark
from support.graph_files import vertices
from support.graph_suite import by_hand
from support.gremlin_graphs import gremlin_graph, gremlin_graphs, target_of
from support.packs import Files

# status → how likely; a budget on top of it
TROUBLES = {
    "429": 0.04,
    "1007": 0.03,
    "1008": 0.03,
    "412": 0.03,
    "449": 0.03,
    "503": 0.03,
    "1009": 0.03,
    "cut": 0.03,
    "cut-after": 0.06,
    "half": 0.08,
    "garbage": 0.02,
}
ROWS = 300
MANY = "id,a,b,c\n" + "".join(
    f"{n},{'x' * (n % 2)},{n if n % 3 else ''},{n / 2 if n % 5 else ''}\n" for n in range(ROWS)
)
RING = "s,t,w\n" + "".join(f"{n},{(n * 7 + 1) % ROWS},{n if n % 2 else ''}\n" for n in range(ROWS))


@pytest.fixture(scope="module")
def one_fake() -> Iterator[Running]:
    with running() as fake:
        yield fake


@pytest.fixture
def fake(one_fake: Running) -> Iterator[Running]:
    yield one_fake
    one_fake.set(troubles=[], chances={}, charge_per_second=0.0, request_seconds=0.0)
    one_fake.reset()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that fails shall fail soon."""
    monkeypatch.setattr(gremlin_patience, "PATIENCE", 20.0)
    monkeypatch.setattr(gremlin_patience, "FIRST_PATIENCE", 5.0)


@pytest.fixture
def target(fake: Running) -> GremlinTarget:
    return target_of(fake.endpoint, fake.key, "cosmos")


def many() -> Files:
    return vertices({"Many": MANY, "Other": "id\n1\n2\n"}, {"Many next Many": RING, "Other is Many":
                                                            "s,t\n1,5\n1,5\n2,299\n"})  # fmt: skip


def held(fake: Running, generation: str) -> tuple[list[str], list[tuple[str, str, int, str]]]:
    """Keys of vertices, and label, ends and number of edges; nothing of it twice."""
    found = fake.elements()
    keys = {v["id"]: vertex_id(v["label"], _one(v, "sl_key")) for v in found["vertices"]}
    assert len(keys) == len(found["vertices"])
    assert {_one(v, "sl_load") for v in found["vertices"]} == {generation}
    edges = [
        (keys[e["outV"]], keys[e["inV"]], e["properties"]["sl_n"], e["label"])
        for e in found["edges"]
    ]
    return sorted(keys.values()), sorted(edges)


def _one(vertex: dict[str, Any], name: str) -> Any:
    (found,) = vertex["properties"][name]
    return found["value"]


def check_all_is_there(fake: Running, folder: Path) -> None:
    nodes, edges = by_hand(many(), folder)
    keys, found = held(fake, "g1")
    assert keys == sorted(each["id"] for each in nodes)
    assert found == sorted(
        (e["source"], e["target"], int(e["id"].partition("#")[2] or 0), e["label"]) for e in edges
    )


def test_every_element_is_there_once_whatever_goes_wrong(
    fake: Running, target: GremlinTarget, tmp_path: Path
) -> None:
    fake.set(chances=TROUBLES, seed=0, charge_per_second=10_000.0)
    told: list[tuple[str, int, int | None]] = []
    loaded = gremlin_graph(tmp_path, many(), target, "g1", lambda *each: told.append(each))
    fake.set(chances={})
    check_all_is_there(fake, tmp_path)
    assert told[-1][1] == told[-1][2]
    assert {without_remark(what)[0]: done for what, done, total in told if done == total} == {
        "Loading Many": ROWS,
        "Loading Other": 2,
        "Loading next": ROWS,
        "Loading is": 3,
    }
    assert loaded.charge > 20 * ROWS
    assert LoadedGraph.from_dict(loaded.as_dict()) == loaded


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "cut-after", "times": 3},
        {"kind": "half", "times": 2, "status": 429},
        {"kind": "half", "times": 30, "status": 1009},
    ],
    ids=lambda trouble: "-".join(map(str, trouble.values())),
)
def test_what_was_half_done_is_finished(
    fake: Running, target: GremlinTarget, tmp_path: Path, trouble: dict[str, Any]
) -> None:
    fake.set(troubles=[trouble])
    gremlin_graph(tmp_path, many(), target, "g1")
    check_all_is_there(fake, tmp_path)
    # a second time it meets all that is there, and adds nothing
    gremlin_graph(tmp_path, many(), target, "g1")
    check_all_is_there(fake, tmp_path)


def test_there_are_few_texts_and_many_elements_in_each(
    fake: Running, target: GremlinTarget, tmp_path: Path
) -> None:
    before = fake.facts()
    gremlin_graph(tmp_path, many(), target, "g1")
    facts = fake.facts()
    assert facts["requests"] - before["requests"] < 2 * ROWS / 8
    assert facts["scripts"] < 45


def test_progress_says_when_throughput_decides(
    fake: Running, target: GremlinTarget, tmp_path: Path
) -> None:
    fake.set(charge_per_second=5_000.0)
    told: list[str] = []
    gremlin_graph(tmp_path, many(), target, "g1", lambda what, *_: told.append(what))
    assert any(without_remark(each)[1].startswith("throttled ") for each in told)
    assert {without_remark(each)[0] for each in told} >= {"Loading Many", "Loading next"}


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"key": "another"}, "COSMOS_GREMLIN_KEY"),
    ({"database": "d2"}, "az cosmosdb gremlin graph create .* --partition-key-path /pk"),
    ({"endpoint": "closed"}, "COSMOS_GREMLIN_ENDPOINT"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_what_is_set_wrong_is_said_with_its_cure(
    target: GremlinTarget,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wrong: dict[str, Any],
    words: str,
) -> None:
    monkeypatch.setattr(gremlin_patience, "FIRST_PATIENCE", 0.2)
    if "endpoint" in wrong:
        wrong = {"endpoint": f"ws://127.0.0.1:{closed_port()}/"}
    there = replace(target, address=replace(target.address, **wrong))
    with pytest.raises(StoreUnavailable, match=words) as failure:
        gremlin_graph(tmp_path, many(), there, "g1")
    assert there.address.key not in str(failure.value)
    with gremlin_graphs(there, tmp_path) as graphs:
        assert isinstance(graphs.store, gremlin.GremlinGraphs)
        with pytest.raises(StoreUnavailable, match=words):
            graphs.runner.run(graphs.store.ping())


def test_a_target_travels_as_json(target: GremlinTarget) -> None:
    assert GremlinTarget.from_dict(asdict(target)) == target
    assert target.address.key not in repr(target)


def test_a_server_that_does_nothing_any_more_is_given_up(
    fake: Running, target: GremlinTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gremlin_patience, "PATIENCE", 0.5)
    fake.set(troubles=[{"kind": 429, "nth": 5, "times": 100_000, "seconds": 0.01}])
    with pytest.raises(StoreUnavailable, match=r"nothing for 0.5 s.*throughput"):
        gremlin_graph(tmp_path, many(), target, "g1")


def test_a_text_that_no_script_can_hold(
    fake: Running, target: GremlinTarget, tmp_path: Path
) -> None:
    rows = "".join(f"{n},{'x' * 20_000}\n" for n in range(5))
    gremlin_graph(tmp_path, vertices({"Long": f"id,text\n{rows}"}), target, "g1")
    assert len(held(fake, "g1")[0]) == 5
    (tmp_path / "other").mkdir()
    with pytest.raises(PackError, match=r"Long: one of them is larger .*64 KB"):
        gremlin_graph(
            tmp_path / "other", vertices({"Long": f"id,text\n1,{'x' * 70_000}\n"}), target, "g2"
        )
    columns = [f"c{n}" for n in range(400)]
    wide = f"id,{','.join(columns)}\n1{',x' * 400}\n"
    (tmp_path / "wide").mkdir()
    with pytest.raises(PackError, match="Wide has more properties"):
        gremlin_graph(tmp_path / "wide", vertices({"Wide": wide}), target, "g3")


def test_a_load_that_lost_rows_is_no_load(
    fake: Running, target: GremlinTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Writer._submitted

    async def forgetful(writer: Writer, batch: Batch) -> bool:
        return batch.shape.label == "next" or await whole(writer, batch)

    monkeypatch.setattr(Writer, "_submitted", forgetful)
    monkeypatch.setattr(gremlin_check, "LOOKS", 1)
    with pytest.raises(LoadNotVerified, match=r"next: 300 rows .*, but the graph holds 0"):
        gremlin_graph(tmp_path, many(), target, "g1")


def test_a_load_is_removed_from_a_server_in_trouble(
    fake: Running, target: GremlinTarget, tmp_path: Path
) -> None:
    with gremlin_graphs(target, tmp_path) as graphs:
        old, new = graphs.load(many()), graphs.load(many())
        fake.set(chances=TROUBLES, seed=1, charge_per_second=10_000.0)
        assert graphs.drop(old)
        with pytest.raises(PartNotFound):
            graphs.topology(old)
        # half of what is read in trouble is read again
        whole = {"vertices": ROWS + 2, "edges": ROWS + 3}
        assert graphs.topology(new)["meta"]["returned"] == whole
    fake.set(chances={})
    assert len(held(fake, new)[1]) == ROWS + 3


def test_answers_are_bounded_in_time_and_size(
    fake: Running, target: GremlinTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gremlin_graphs(target, tmp_path) as graphs:
        generation = graphs.load(many())
        assert isinstance(graphs.store, gremlin.GremlinGraphs)
        monkeypatch.setattr(gremlin, "ANSWER_BYTES", 1_000)
        with pytest.raises(QueryTooLarge):
            graphs.query(generation, "g.V()")
        assert graphs.query(generation, "g.V().count()")["data"] == [{"result": ROWS + 2}]
        monkeypatch.setattr(graphs.store, "_timeout", 0.2)
        fake.set(request_seconds=3.0)
        for ask in (graphs.topology, lambda each: graphs.query(each, "g.V().count()")):
            with pytest.raises(QueryTooSlow):
                ask(generation)


def test_a_graph_that_lacks_elements_is_not_shown_as_if_it_were_whole(
    fake: Running, target: GremlinTarget, tmp_path: Path
) -> None:
    with gremlin_graphs(target, tmp_path) as graphs:
        generation = graphs.load(many())
        fake.reset()
        with pytest.raises(GraphQueryError, match="missing"):
            graphs.topology(generation)
