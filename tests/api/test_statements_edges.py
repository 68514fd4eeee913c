"""Every edge of the schema is selected by one of the documents whose statements are counted."""

from collections.abc import Iterator
from typing import Any  # nodes of a document

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
    visit,
)

from tests.api.routes import SCHEMA
from tests.api.test_statements_lists import DOCUMENTS
from tests.rooms import WHERE, listed


class _Edges(Visitor):
    """Collects the fields of a document that lead to objects."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: set[str] = set()

    def enter_field(self, node: Any, *_: Any) -> None:
        parent = self.info.get_parent_type()
        self.found.add(f"{parent.name if parent else ''}.{node.name.value}")


def edges() -> Iterator[str]:
    """Every field of the schema, payloads and roots aside, that leads to objects, one or many."""
    for type in SCHEMA.type_map.values():
        if not isinstance(type, GraphQLObjectType) or type.name.startswith("__") or type.name.endswith("Payload"):
            continue
        for name, field in type.fields.items():
            target = get_named_type(field.type)
            is_edge = isinstance(target, GraphQLObjectType | GraphQLInterfaceType)
            if is_edge and (type.name not in ("Query", "Mutation") or is_list_type(get_nullable_type(field.type))):
                yield f"{type.name}.{name}"


def test_every_edge_of_the_schema_is_selected_by_one_of_the_documents() -> None:
    info = TypeInfo(SCHEMA)
    seen = _Edges(info)
    for text in DOCUMENTS.values():
        visit(parse(text.replace("%d", "1")), TypeInfoVisitor(info, seen))
    found = set(edges())
    assert len(found) > 30
    alone = {"UserError.field", "EditConflict.updatedBy", "Query.nodes", "Organization.patient"}  # the last two by ids
    streamed = {edge for edge in found if edge.split(".")[0].endswith(("Subscription", "Event"))}  # one at a time
    counted = {edge for edge in found if edge.startswith(listed("counted_edges"))}
    missing = sorted(found - seen.found - alone - streamed - counted)
    assert not missing, f"`documents` select these, on a way from `viewer` that needs no id: {missing}; {WHERE}"
