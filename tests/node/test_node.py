"""Relay's Node: `node` and `nodes` find every object that has an id."""

from typing import Any  # JSON of the API

import asyncpg
import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from kinegraph.api.executor import PLANS
from kinegraph.api.schema import schema
from kinegraph.kit.batches import NODES
from kinegraph.kit.rows import Row, new_key
from tests.conftest import Api, Counter, World
from tests.node.conftest import Gym
from tests.rooms import WHERE, listed

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
MANY = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


def test_every_type_that_has_an_id_implements_node() -> None:
    types = schema._schema.type_map
    interface = types["Node"]
    assert isinstance(interface, GraphQLInterfaceType)
    have_ids = {name for name, t in types.items() if isinstance(t, GraphQLObjectType) and "id" in t.fields}
    implement = {t.name for t in schema._schema.get_possible_types(interface)}
    assert have_ids == implement == set(NODES)
    assert {"Viewer", "Membership", "FieldOverride", "Taxonomy"} <= implement


async def test_every_id_that_was_given_out_leads_back_to_its_object(api: Api, filled: Gym) -> None:
    how = f"`grow` stores one, or the room has a test of its own and lists the type in `own_nodes`: {WHERE}"
    assert set(filled.ids) == set(NODES) - {*listed("own_nodes")}, how
    for type_name, ids in filled.ids.items():
        for start in range(0, len(ids), 100):
            some = ids[start : start + 100]
            data = await api.run(MANY, filled.size.coach, ids=some)
            assert data["nodes"] == [{"__typename": type_name, "id": id} for id in some], type_name
        assert (await api.run(NODE, filled.size.coach, id=ids[0]))["node"] == {"__typename": type_name, "id": ids[0]}


async def test_ids_are_stable_and_unique_over_all_types(api: Api, filled: Gym) -> None:
    everything = [id for ids in filled.ids.values() for id in ids]
    assert len(everything) == len(set(everything))


async def test_an_id_of_nothing_is_null_and_the_others_are_in_their_order(api: Api, filled: Gym) -> None:
    workout, viewer = filled.ids["Workout"][0], filled.ids["Viewer"][0]
    other = str(new_key())
    nothing = ["", "x", ":", other, f"viewer:{other}", "viewer:", f"membership:{other}:{other}", f"{other}:{other}",
               f"taxonomy:{other}", "taxonomy:", "taxonomy::", f"override:{other}:{other}:name", "\u0000", "💪" * 3_000,
               f"override:{filled.ids['EffectiveExercise'][0]}:", f"Workout:{workout}", workout + " "]  # fmt: skip
    ids = [workout, *nothing, viewer, workout, workout.upper()]
    found = (await api.run(MANY, filled.size.coach, ids=ids))["nodes"]
    shown = {"__typename": "Workout", "id": workout}
    assert found == [shown, *[None] * len(nothing), {"__typename": "Viewer", "id": viewer}, shown, shown]


async def test_nodes_takes_no_ids_and_at_most_100(api: Api, filled: Gym) -> None:
    assert (await api.run(MANY, filled.size.coach, ids=[]))["nodes"] == []
    (error,) = (await api.post(MANY, filled.size.coach, ids=["x"] * 101)).json()["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["ids"]}


FIELDS = """query ($ids: [ID!]!) { nodes(ids: $ids) {
  __typename
  ... on Node { id }
  ... on Workout { title author { name } sections { title movements { exercise { name } } } }
  ... on Movement { prescription { sets } exercise { name organization { name } } comments { body } }
  ... on EffectiveExercise { customizedFields overrides { id field canonicalValue } }
  ... on ExerciseFields { name primaryMuscles }
  ... on Membership { role user { id email } organization { id name } }
  ... on User { name email }
  ... on Organization { members { totalCount nodes { id } } exerciseLibrary(source: ORG) { nodes { id name } } }
  ... on Taxonomy { categories { name children { name } } }
  ... on Viewer { memberships { id } assignments { id } }
  ... on Comment { body author { name } replies { body } parent { id } attachments { id kind } }
  ... on Instruction { body } ... on FieldOverride { overrideValue updatedBy { id } }
} }"""


async def test_any_fields_are_selected_breadth_first_as_graphql_core_answers_them(
    api: Api, core: Api, filled: Gym
) -> None:
    ids = [id for ids in filled.ids.values() for id in ids[:2]] + ["x"] + [filled.ids["Workout"][0]]
    before = PLANS.counted[""]
    found = await api.run(FIELDS, filled.size.coach, ids=ids)
    assert PLANS.counted[""] == before + 1
    assert found == await core.run(FIELDS, filled.size.coach, ids=ids)
    by_type: dict[str, Any] = {node["__typename"]: node for node in found["nodes"] if node}
    assert by_type["Workout"]["title"] == "Day"
    assert by_type["Workout"]["sections"][0]["movements"][0]["exercise"]["name"]
    assert by_type["Membership"]["role"] == "MEMBER"
    assert by_type["FieldOverride"]["overrideValue"].startswith("Ours")
    assert by_type["EffectiveExercise"]["overrides"] == []


async def test_only_selected_columns_are_read(counter: Counter, filled: Gym) -> None:
    with counter.counting() as seen:
        text = "query ($id: ID!) { node(id: $id) { ... on Workout { title } ... on Program { name } } }"
        await counter.api.run(text, filled.size.coach, id=filled.ids["Workout"][0])
    (statement,) = [each for each in seen if "w.title" in each]
    assert "w.description" not in statement and "author_name" not in statement


async def test_the_number_of_statements_depends_on_the_types_and_not_on_the_number_of_ids(
    counter: Counter, filled: Gym
) -> None:
    for type_name in ("Workout", "Movement", "Comment", "EffectiveExercise", "Membership", "TaxonomyTerm", "User"):
        costs = []
        for ids in (filled.ids[type_name][:1], filled.ids[type_name][:100]):
            with counter.counting() as seen:
                await counter.api.run(FIELDS, filled.size.coach, ids=ids)
            costs.append(len(seen))
        assert len(filled.ids[type_name]) > 1 and len(set(costs)) == 1, type_name
    with counter.counting() as seen:
        await counter.api.run(MANY, filled.size.coach, ids=[id for ids in filled.ids.values() for id in ids[:1]])
    assert len(seen) <= 4 + 2 * len(NODES)


async def test_several_fields_node_take_the_statements_of_one(counter: Counter, filled: Gym) -> None:
    costs = []
    for ids in (filled.ids["Workout"][:1], filled.ids["Workout"]):
        fields = [f'n{n}: node(id: "{id}") {{ ... on Workout {{ title }} }}' for n, id in enumerate(ids)]
        with counter.counting() as seen:
            await counter.api.run(f"{{ {' '.join(fields)} }}", filled.size.coach)
        costs.append(len(seen))
    assert costs[0] == costs[1]


PUBLIC = " UNION ALL ".join(
    f"SELECT id::text FROM {table} WHERE organization_id IS NULL"
    for type_name in ("Exercise", "Instruction", "Contraindication", "TaxonomyTerm")
    for table in NODES[type_name].tables
)
"""The ids of what belongs to no organization."""


async def test_a_stranger_finds_nothing_of_an_organization(
    api: Api, world: World, owner: "asyncpg.Pool[Row]", filled: Gym
) -> None:
    stranger, other = await world.person(), await world.organization()
    public = {"taxonomy", *(row.id for row in await owner.fetch(PUBLIC))}
    for person in (stranger, other.coach, other.member, await world.person(is_platform_admin=True)):
        for type_name, ids in filled.ids.items():
            hidden = [id for id in ids if id not in public][:100]
            assert set((await api.run(MANY, person, ids=hidden))["nodes"]) == ({None} if hidden else set()), type_name


async def test_jobs_are_found_by_platform_admins_only(
    api: Api, world: World, owner: "asyncpg.Pool[Row]", filled: Gym
) -> None:
    id = str(await owner.fetchval("SELECT id FROM jobs LIMIT 1"))
    admin = await world.person(is_platform_admin=True)
    assert (await api.run(NODE, admin, id=id))["node"] == {"__typename": "Job", "id": id}
    assert (await api.run(NODE, filled.size.coach, id=id))["node"] is None


@pytest.mark.parametrize("type_name", ["User", "Membership"])
async def test_members_find_staff_and_themselves_only(api: Api, filled: Gym, type_name: str) -> None:
    member, organization = filled.size.member, filled.size.organizations[0]
    seen = "query ($id: ID!) { organization(id: $id) { members { nodes { id user { id } } } } }"
    listed = (await api.run(seen, member, id=str(organization.id)))["organization"]["members"]["nodes"]
    shown = {each["id"] if type_name == "Membership" else each["user"]["id"] for each in listed}
    found = (await api.run(MANY, member, ids=filled.ids[type_name]))["nodes"]
    assert {node["id"] for node in found if node} == shown
    assert None in found


async def test_a_members_e_mail_address_is_shown_to_coaches_and_themselves(api: Api, filled: Gym) -> None:
    text = "query ($id: ID!) { node(id: $id) { ... on User { email } } }"
    member, coach = filled.size.member, filled.size.coach
    assert (await api.run(text, coach, id=str(member.id)))["node"] == {"email": member.email}
    assert (await api.run(text, member, id=str(member.id)))["node"] == {"email": member.email}
    assert (await api.run(text, member, id=str(coach.id)))["node"] == {"email": None}


async def test_what_is_deleted_is_not_found(api: Api, world: World, owner: "asyncpg.Pool[Row]", filled: Gym) -> None:
    organization = await world.organization()
    create = "mutation ($i: CreateWorkoutInput!) { createWorkout(input: $i) { workout { id sections { id } } } }"
    made = await api.run(
        create, organization.coach, i={"organizationId": str(organization.id), "sections": [{"movements": []}]}
    )
    workout = made["createWorkout"]["workout"]
    ids = [workout["id"], workout["sections"][0]["id"]]
    assert None not in (await api.run(MANY, organization.coach, ids=ids))["nodes"]
    await api.run("mutation ($id: ID!) { deleteWorkout(id: $id) { deletedId } }", organization.coach, id=workout["id"])
    assert (await api.run(MANY, organization.coach, ids=ids))["nodes"] == [None, None]


async def test_a_draft_is_found_by_coaches_and_not_by_members(api: Api, filled: Gym) -> None:
    organization = filled.size.organizations[0]
    create = "mutation ($i: CreateExerciseInput!) { createExercise(input: $i) { exercise { id instructions { id } } } }"
    input = {"organizationId": str(organization.id), "name": "Draft", "status": "DRAFT",
             "instructions": [{"type": "STEP", "body": "x"}]}  # fmt: skip
    made = (await api.run(create, filled.size.coach, i=input))["createExercise"]["exercise"]
    ids = [made["id"], f"{organization.id}:{made['id']}", made["instructions"][0]["id"]]
    assert None not in (await api.run(MANY, filled.size.coach, ids=ids))["nodes"]
    assert (await api.run(MANY, filled.size.member, ids=ids))["nodes"] == [None] * 3
