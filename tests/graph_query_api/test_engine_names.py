from hypothesis import given
from hypothesis import strategies as st

from graph_query_api.graphs.ladybug.names import RESERVED_PROPERTIES, column_names, table_names

NAMES = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.text(alphabet="aAbB_`.2*\0", max_size=4),
        st.sampled_from(["_id", "_KEY", "_n", "id", "ID", "", "Type", "type", "type_2", "*"]),
    ),
    max_size=12,
    unique=True,
)


@given(NAMES)
def test_columns_are_legal_unique_and_changed_only_where_they_must(names: list[str]) -> None:
    mapping = column_names(dict.fromkeys(names, "text"), {})
    assert list(mapping) == names
    chosen = list(mapping.values())
    assert len({each.casefold() for each in chosen}) == len(chosen)
    for column in chosen:
        assert column
        assert column != "*"
        assert not set("`\0") & set(column)
        assert column.casefold() not in RESERVED_PROPERTIES
    folded = [name.casefold() for name in names]
    for name in names:
        is_legal = name and name != "*" and not set("`\0") & set(name)
        if is_legal and folded.count(name.casefold()) == 1 and mapping[name] != name:
            # only a reserved name, or one that another's number collides with, gives way
            others = {column.casefold() for each, column in mapping.items() if each != name}
            assert name.casefold() in RESERVED_PROPERTIES | others


@given(NAMES, NAMES)
def test_vertex_and_edge_labels_share_one_namespace(
    vertex_labels: list[str], edge_labels: list[str]
) -> None:
    vertex_tables = table_names(vertex_labels)
    edge_tables = table_names(edge_labels, vertex_tables.values())
    tables = [*vertex_tables.values(), *edge_tables.values()]
    assert len({each.casefold() for each in tables}) == len(tables)
    assert not any(set("`\0.") & set(each) for each in tables)


def test_the_nearest_name() -> None:
    assert table_names(["Type", "type"]) == {"Type": "Type", "type": "type_2"}
    assert table_names(["a`b", "a_b"]) == {"a`b": "a_b_2", "a_b": "a_b"}
    assert table_names(["core.router"]) == {"core.router": "core_router"}
    assert column_names(dict.fromkeys(["_id", "Core Router", "it's"], "text"), {}) == {
        "_id": "_id_2",
        "Core Router": "Core Router",
        "it's": "it's",
    }


def test_a_column_has_one_type_over_all_labels() -> None:
    settled: dict[str, str] = {}
    assert column_names({"size": "integer", "name": "text"}, settled) == {
        "size": "size",
        "name": "name",
    }
    assert column_names({"Size": "text", "Name": "text"}, settled) == {
        "Size": "Size_2",
        "Name": "Name",
    }
    assert column_names({"SIZE": "integer"}, settled) == {"SIZE": "SIZE"}
    assert settled == {"size": "integer", "name": "text", "size_2": "text"}
