"""TMDL written and read, and ontologies counted when they come back in other words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peers.fabric import tmdl as of_fabric

from app.provisioning.ontology import ontology_files
from app.provisioning.ontology_counts import OntologyCounts, count_ontology
from app.provisioning.tmdl import TmdlObject, one_line, quoted, read, unquoted, write
from support.fabric_graphs import LAKEHOUSE, WORKSPACE, graphs

words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
names = st.text("aB_ '.:=#1é-", min_size=1, max_size=6).map(one_line).filter(bool)
texts = st.text("aB '.:=/1é", max_size=6).map(one_line)
fields = st.dictionaries(words, st.none() | texts.filter(bool), max_size=3)
leaves = st.builds(
    TmdlObject, words.map("x{}".format), names, texts, fields, st.just([]), texts
)  # fmt: skip
objects = st.recursive(
    leaves,
    lambda inner: st.builds(
        TmdlObject,
        words.map("x{}".format),
        names,
        texts,
        fields,
        st.lists(inner, max_size=3),
        texts,
    ),
    max_leaves=6,
)


@given(st.lists(objects, max_size=3))
def test_there_and_back(written: list[TmdlObject]) -> None:
    text = write(written)
    assert read(text) == written
    assert read(text.replace("\n", "\r\n")) == written


@given(st.lists(names, min_size=1, max_size=3))
def test_names_come_back_from_their_quotes(several: list[str]) -> None:
    assert unquoted(quoted(*several)) == several


@given(st.text())
def test_reading_takes_whatever_comes(text: str) -> None:
    read(text)
    count_ontology({"entities/x.tmdl": text})


@given(graphs())
def test_what_fabric_sends_back_counts_the_same(graph: object) -> None:
    files, _ = ontology_files(
        graph,  # type: ignore[arg-type]
        workspace_id=WORKSPACE,
        lakehouse_id=LAKEHOUSE,
        lakehouse_name="lake",
    )
    sent = count_ontology(files)
    back = {
        path: of_fabric.write(of_fabric.parse(text)).encode()
        for path, text in reversed(files.items())
    }
    back[".platform"] = b"{}"
    assert count_ontology(back) == sent


PARTS = {
    "model.tmdl": "model Ontology\r\n\r\nref table t\r\nref entity A\r\nref namespace default\r\n",
    "tables/t.tmdl": "table t\r\n\r\n\tcolumn Id\r\n\t\tdataType: string\r\n\t\tisKey\r\n\r\n"
    "\tpartition t = m\r\n\t\tmode: directQuery\r\n\t\tsource =\r\n\t\t\t\tlet\r\n"
    "\t\t\t\t    entity = 1\r\n\t\t\t\tin\r\n\t\t\t\t    entity\r\n",
    "tables/j.tmdl": "table 'the join'\r\n",
    "relationships.tmdl": "relationship 'a b'\r\n\tisActive: false\r\n\tfromColumn: j.x\r\n\r\n"
    "relationship c\r\n",
    "entities/default#A.tmdl": "/// About A\r\nentity default.'A'\r\n\tbackingTable: T\r\n"
    "\tkeyProperty: 'Id'\r\n\r\n\tproperty 'Id'\r\n\t\tdataType: string\r\n\r\n"
    "\t\tbackingConfiguration\r\n\t\t\tvalueColumn: 't'.'Id'\r\n",
    "entityRelationships.tmdl": "entityRelationship r\r\n\tfromEntity: default.'A'\r\n\r\n"
    "\tbackingConfiguration\r\n\t\ttype: table\r\n\t\ttable: 'the join'\r\n"
    "\t\tfromRelationship: 'a b'\r\n\t\ttoRelationship: C\r\n\r\n"
    "entityRelationship s\r\n\tfromEntity: A\r\n\r\n"
    "\tbackingConfiguration\r\n\t\trelationship: default.c\r\n",
}


def test_other_words_for_the_same() -> None:
    assert count_ontology(PARTS) == OntologyCounts(1, 1, 2, 2)


@pytest.mark.parametrize(
    ("path", "gone", "counts"),
    [
        ("entities/default#A.tmdl", "\tbackingTable: T\r\n", (1, 0, 2, 2)),
        ("entities/default#A.tmdl", "\tkeyProperty: 'Id'\r\n", (1, 0, 2, 2)),
        ("entities/default#A.tmdl", "\t\t\tvalueColumn: 't'.'Id'\r\n", (1, 0, 2, 2)),
        ("tables/t.tmdl", ".*", (1, 0, 2, 2)),
        ("tables/j.tmdl", ".*", (1, 1, 2, 1)),
        ("relationships.tmdl", "relationship c\r\n", (1, 1, 2, 0)),
        ("entityRelationships.tmdl", "\t\ttoRelationship: C\r\n", (1, 1, 2, 1)),
        ("entityRelationships.tmdl", "\t\trelationship: default.c\r\n", (1, 1, 2, 1)),
        ("entityRelationships.tmdl", ".*", (1, 1, 0, 0)),
        ("entities/default#A.tmdl", ".*", (0, 0, 2, 2)),
    ],
)
def test_what_was_dropped_does_not_count(
    path: str, gone: str, counts: tuple[int, int, int, int]
) -> None:
    text, times = re.subn(gone, "", PARTS[path], count=0, flags=re.DOTALL)
    assert times
    assert count_ontology({**PARTS, path: text}) == OntologyCounts(*counts)
