"""Edges of the progression graph are found again by their ids."""

from tests.conftest import Api, World

EDGES = '{ exercises(filter: {q: "Push-ups"}, first: 5) { nodes { slug progressions(type: PROGRESSION) { id } } } }'
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on Progression { type from { slug } } } }"


async def test_an_edge_is_found_by_its_id(api: Api, world: World) -> None:
    organization = await world.organization()
    listed = (await api.run(EDGES, organization.member))["exercises"]["nodes"]
    slug, id = next((each["slug"], each["progressions"][0]["id"]) for each in listed if each["progressions"])
    found = (await api.run(NODE, organization.member, id=id))["node"]
    assert found == {"__typename": "Progression", "id": id, "type": "PROGRESSION", "from": {"slug": slug}}
