"""The schema has the shapes by which relay-compiler makes refetch and pagination queries, and these are answered."""

from typing import Any, cast  # Any: JSON of the API

from graphql import GraphQLObjectType, get_named_type

from kinegraph.api.schema import schema
from tests.conftest import Api
from tests.node.conftest import Gym

TYPES = schema._schema.type_map


def test_node_has_the_form_of_relays_specification() -> None:
    query = schema._schema.query_type
    assert query is not None
    assert {name: str(a.type) for name, a in query.fields["node"].args.items()} == {"id": "ID!"}
    assert str(query.fields["node"].type) == "Node" and str(query.fields["nodes"].type) == "[Node]!"
    assert {name: str(f.type) for name, f in cast(Any, TYPES["Node"]).fields.items()} == {"id": "ID!"}


def test_every_connection_can_be_refetched_and_paged_from_both_ends() -> None:
    parents = set()
    for parent in TYPES.values():
        for name, field in parent.fields.items() if isinstance(parent, GraphQLObjectType) else ():
            connection: Any = get_named_type(field.type)
            if not connection.name.endswith("Connection"):
                continue
            parents.add(parent.name)
            arguments = {key: str(a.type) for key, a in field.args.items()}
            window = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
            assert window.items() <= arguments.items(), (parent.name, name)
            fields = {key: str(f.type) for key, f in connection.fields.items()}
            assert fields["pageInfo"] == "PageInfo!"
            edge: Any = get_named_type(connection.fields["edges"].type)
            assert edge.name.endswith("Edge") and str(edge.fields["cursor"].type) == "String!"
            assert isinstance(get_named_type(edge.fields["node"].type), GraphQLObjectType)
    refetchable = {t.name for t in schema._schema.get_possible_types(cast(Any, TYPES["Node"]))} | {"Query"}
    assert parents and parents <= refetchable


REFETCH = """query MembersQuery($after: String, $before: String, $first: Int, $last: Int, $id: ID!) {
  node(id: $id) { __typename ...Members id }
}
fragment Members on Organization {
  members(first: $first, after: $after, last: $last, before: $before) {
    edges { node { id user { id } __typename } cursor }
    pageInfo { endCursor hasNextPage hasPreviousPage startCursor }
  }
  id
}"""
"""The query that relay-compiler makes of a fragment with @refetchable and a @connection of both directions."""


async def test_relays_refetch_query_walks_a_connection_both_ways(api: Api, filled: Gym) -> None:
    id = str(filled.size.organizations[0].id)

    async def page(**window: Any) -> Any:
        everything = {"first": None, "after": None, "last": None, "before": None, **window}
        return (await api.run(REFETCH, filled.size.coach, id=id, **everything))["node"]["members"]

    whole = await page(first=100)
    forward = await page(first=2)
    rest = await page(first=100, after=forward["pageInfo"]["endCursor"])
    assert forward["edges"] + rest["edges"] == whole["edges"]
    assert (await page(last=2))["edges"] == whole["edges"][-2:]
    assert (await page(last=2, before=rest["pageInfo"]["startCursor"]))["edges"] == forward["edges"]
