"""Programs: who creates and renames them; and the facts that writes of library workouts record in the outbox."""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from tests.assignment.snapshots import STATUS, assigned, edited, facts
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import (
    CREATE,
    DELETE,
    MOVE,
    NO_ID,
    SET,
    UPDATE,
    Json,
    Pool,
    comment,
    create,
    movement,
    replace,
    section,
    sent_back,
)

PROGRAM = """mutation ($input: CreateProgramInput!) {
  createProgram(input: $input) { program { id name organization { id } } userErrors { code message field } }
}"""
RENAME = """mutation ($id: ID!, $input: UpdateProgramInput!) {
  updateProgram(id: $id, input: $input) { program { id name } userErrors { code message field } }
}"""
LIST = "query ($id: ID!) { organization(id: $id) { programs { id name workouts { nodes { id } } } } }"
NAME = ["input", "name"]


async def program(api: Api, person: Person, organization: Organization, name: str) -> Json:
    """A new program, as it was answered."""
    input = {"organizationId": str(organization.id), "name": name}
    made: Json = (await api.run(PROGRAM, person, input=input))["createProgram"]["program"]
    return made


async def listed(api: Api, person: Person, organization: Organization) -> list[tuple[str, list[str]]]:
    """The programs that the person sees, by name, with the workouts that they see in each."""
    found = (await api.run(LIST, person, id=str(organization.id)))["organization"]["programs"]
    return [(row["name"], [node["id"] for node in row["workouts"]["nodes"]]) for row in found]


async def test_coaches_create_and_rename_programs_which_everybody_in_the_organization_sees_sorted_by_name(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    rowing = await program(api, organization.coach, organization, "  Rowing ")
    assert rowing == {"id": rowing["id"], "name": "Rowing", "organization": {"id": str(organization.id)}}
    await program(api, organization.owner, organization, "Barbell")
    await program(api, await world.join(organization.id, "admin"), organization, "Barbell")
    workout = (await create(api, organization, programId=rowing["id"]))["id"]
    (id,) = await assigned(api, organization.coach, workout, organization.member)
    for person in (organization.coach, organization.member):
        assert await listed(api, person, organization) == [("Barbell", []), ("Barbell", []), ("Rowing", [workout])]
    data = await api.run(RENAME, organization.owner, id=rowing["id"], input={"name": "Aerobic"})
    assert data["updateProgram"]["program"] == {"id": rowing["id"], "name": "Aerobic"}
    copy = (await edited(api, organization.coach, workout, id))["id"]
    assert (await listed(api, organization.coach, organization))[0] == ("Aerobic", [workout])
    assert (await listed(api, organization.member, organization))[0] == ("Aerobic", [copy])
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", organization.coach.id)
    assert await api.refusals(RENAME, organization.coach, id=rowing["id"], input={}) == [("NOT_FOUND", ["id"])]


async def test_members_may_not_write_programs_and_outsiders_see_none(api: Api, world: World) -> None:
    organization, other = await world.organization(), await world.organization()
    id = (await program(api, organization.coach, organization, "Mine"))["id"]
    callers = [(organization.member, "FORBIDDEN")]
    callers += [(who, "NOT_FOUND") for who in (other.coach, other.member, await world.person(is_platform_admin=True))]
    for person, code in callers:
        input = {"organizationId": str(organization.id), "name": "Theirs"}
        assert await api.refusals(PROGRAM, person, input=input) == [(code, ["input", "organizationId"])]
        assert await api.refusals(RENAME, person, id=id, input={"name": "Theirs"}) == [(code, ["id"])]
    assert await listed(api, organization.coach, organization) == [("Mine", [])]
    assert await api.refusals(RENAME, other.coach, id=NO_ID, input={}) == [("NOT_FOUND", ["id"])]
    assert await api.refusals(RENAME, other.coach, id="none", input={}) == [("INVALID_INPUT", ["id"])]


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 256, "a\nb", "a\u2028b", "a\u0000b", "a\u0007b"])
async def test_a_blank_or_too_long_or_two_line_name_is_refused(api: Api, world: World, name: str) -> None:
    organization = await world.organization()
    input = {"organizationId": str(organization.id), "name": name}
    assert await api.refusals(PROGRAM, organization.coach, input=input) == [("INVALID_INPUT", NAME)]
    id = (await program(api, organization.coach, organization, "x" * 255))["id"]
    for new in (name, None):
        assert await api.refusals(RENAME, organization.coach, id=id, input={"name": new}) == [("INVALID_INPUT", NAME)]
    assert await listed(api, organization.coach, organization) == [("x" * 255, [])]


async def test_an_update_of_a_program_without_a_change_writes_nothing(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    id = (await program(api, organization.coach, organization, "Track"))["id"]
    stored = "SELECT xmin::text || programs::text FROM programs WHERE id = $1"
    before = await owner.fetchval(stored, UUID(id))
    for input in ({}, {"name": " Track "}):
        assert (await api.run(RENAME, organization.coach, id=id, input=input))["updateProgram"]["program"] == {
            "id": id,
            "name": "Track",
        }
    assert await owner.fetchval(stored, UUID(id)) == before
    await owner.execute("UPDATE programs SET deleted_at = now() WHERE id = $1", UUID(id))
    assert await api.refusals(RENAME, organization.coach, id=id, input={}) == [("NOT_FOUND", ["id"])]


async def test_each_write_that_changes_a_library_workout_records_one_fact_and_no_other_does(
    api: Api, world: World, owner: Pool
) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    coach = organization.coach
    made = await create(api, organization, section(movement(squat)), title="T")
    id, tree = made["id"], sent_back(made["sections"])
    row, (for_,) = tree[0]["movements"][0]["id"], await assigned(api, coach, id, organization.member)
    written: list[tuple[str, Json, int]] = [
        (UPDATE, {"id": id, "input": {"title": "U"}}, 1),
        (UPDATE, {"id": id, "input": {"title": " U "}}, 0),
        (UPDATE, {"id": id, "input": {}}, 0),
        (UPDATE, {"id": id, "input": {"timeCap": 0}}, 0),
        (MOVE, {"id": row, "input": {"prescription": {"sets": 3}}}, 1),
        (MOVE, {"id": row, "input": {"prescription": {"sets": 3}}}, 0),
        (MOVE, {"id": row, "input": {"notes": "x" * 2001}}, 0),
        (SET, {"id": id, "sections": [{**tree[0], "movements": []}]}, 1),
        (SET, {"id": id, "sections": [{**tree[0], "movements": []}]}, 0),
        (SET, {"id": id, "sections": tree}, 0),
        (SET, {"id": id, "sections": []}, 1),
        (SET, {"id": id, "sections": []}, 0),
        (STATUS, {"id": for_, "status": "SKIPPED"}, 0),
        (CREATE, {"input": {"organizationId": str(organization.id), "timeCap": 0}}, 0),
    ]
    for text, variables, more in written:
        before = await facts(owner, organization)
        await api.post(text, coach, **variables)
        assert await facts(owner, organization) == before + [id] * more, variables
    for person, code in ((organization.member, "FORBIDDEN"), (await world.person(), "NOT_FOUND")):
        assert await api.refusals(UPDATE, person, id=id, input={"title": "X"}) == [(code, ["id"])]
    assert await facts(owner, organization) == [id] * 5


async def test_facts_are_recorded_with_their_change_or_not_at_all(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    document = """mutation ($a: CreateWorkoutInput!, $b: CreateWorkoutInput!) {
      a: createWorkout(input: $a) { workout { id } userErrors { code } }
      b: createWorkout(input: $b) { workout { id } userErrors { code } }
    }"""
    good: Json = {"organizationId": str(organization.id)}
    bad = {**good, "sections": [section(movement(NO_ID))]}
    data: Any = (await api.post(document, organization.coach, a=good, b=bad)).json()["data"]
    assert [error["code"] for error in data["b"]["userErrors"]] == ["EXERCISE_NOT_VISIBLE"]
    assert await facts(owner, organization) == [data["a"]["workout"]["id"]]


async def test_concurrent_writes_record_as_many_facts_as_there_were_changes(
    api: Api, world: World, owner: Pool
) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(api, organization, section(movement(squat)))
    row = made["sections"][0]["movements"][0]["id"]
    await comment(api, organization.coach, row, "No change of the workout")
    same = {"id": made["id"], "input": {"title": "Same"}}
    await asyncio.gather(
        *(api.run(UPDATE, organization.coach, **same) for _ in range(4)),
        *(api.run(MOVE, organization.coach, id=row, input={"label": "L"}) for _ in range(4)),
    )
    assert await facts(owner, organization) == [made["id"]] * 3
    await replace(api, organization.coach, made["id"], [])
    assert await facts(owner, organization) == [made["id"]] * 4
    await api.run(DELETE, organization.coach, id=made["id"])
    assert await api.refusals(UPDATE, organization.coach, **same) == [("NOT_FOUND", ["id"])]
    assert set(await facts(owner, organization)) == {made["id"]}
