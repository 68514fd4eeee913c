"""Payloads hold all that changed, and links go both ways, so that a client's cache is right without a refetch."""

import pytest

from tests.assignment.snapshots import assigned, assignment, edited, planned
from tests.conftest import Api, Counter, Organization, Person, World
from tests.workout.documents import Json, comment, create

ASSIGNED = "assignment { id isForked status workout { id title isSnapshot } libraryWorkout { id title } }"
ERRORS = "userErrors { code message field }"
TITLE = f"""mutation ($id: ID!, $for: ID) {{
  updateWorkout(id: $id, assignmentId: $for, input: {{title: "For one"}}) {{ workout {{ id }} {ASSIGNED} {ERRORS} }}
}}"""
EMPTY = f"""mutation ($id: ID!, $for: ID) {{
  setWorkoutSections(workoutId: $id, assignmentId: $for, sections: []) {{ workout {{ id }} {ASSIGNED} {ERRORS} }}
}}"""
NOTES = f"""mutation ($id: ID!, $for: ID) {{
  updateMovement(id: $id, assignmentId: $for, input: {{notes: "For one"}}) {{ workout {{ id }} {ASSIGNED} {ERRORS} }}
}}"""
ASSIGN = f"""mutation ($input: AssignWorkoutInput!) {{
  assignWorkout(input: $input) {{
    assignments {{ id }} assignmentEdges {{ cursor node {{ id }} }}
    workout {{ id assignments {{ totalCount nodes {{ id }} }} }}
    organization {{ id assignments {{ totalCount edges {{ cursor node {{ id }} }} }} }} {ERRORS}
  }}
}}"""
BACK = """query ($id: ID!, $filter: AssignmentFilter) {
  workout(id: $id) { assignment { id } assignments(filter: $filter) { totalCount nodes { id } } }
}"""
UP = """query ($id: ID!) {
  workout(id: $id) { id sections { id workout { id } movements {
    id section { id workout { id title } }
    comments { movement { id section { workout { id } } } replies { movement { id } } }
  } } }
}"""


@pytest.mark.parametrize("edit", [TITLE, EMPTY, NOTES])
async def test_an_edit_with_an_assignment_id_returns_the_assignment_forked_with_its_own_workout(
    api: Api, world: World, edit: str
) -> None:
    organization, made, id = await planned(api, world)
    target = made["sections"][0]["movements"][0]["id"] if edit == NOTES else made["id"]
    (payload,) = (await api.run(edit, organization.coach, id=target, **{"for": id})).values()
    title = "For one" if edit == TITLE else "Library"
    copy = payload["workout"]["id"]
    assert payload["assignment"] == {
        "id": id,
        "isForked": True,
        "status": "SCHEDULED",
        "workout": {"id": copy, "title": title, "isSnapshot": True},
        "libraryWorkout": {"id": made["id"], "title": "Library"},
    }
    (without,) = (await api.run(edit, organization.coach, id=target)).values()
    assert (without["workout"]["id"], without["assignment"]) == (made["id"], None)


async def test_a_refused_edit_returns_no_assignment(api: Api, world: World) -> None:
    organization, made, _ = await planned(api, world)
    errors = await api.refusals(TITLE, organization.coach, id=made["id"], **{"for": made["id"]})
    assert errors == [("NOT_FOUND", ["assignmentId"])]


async def test_assigning_a_workout_returns_the_edges_and_the_lists_that_it_is_in_now(api: Api, world: World) -> None:
    organization, made, first = await planned(api, world)
    input = assignment(made["id"], organization.owner, organization.coach, day="2026-03-02")
    payload = (await api.run(ASSIGN, organization.coach, input=input))["assignWorkout"]
    new = [each["id"] for each in payload["assignments"]]
    assert [edge["node"]["id"] for edge in payload["assignmentEdges"]] == new
    assert payload["workout"] == {
        "id": made["id"],
        "assignments": {"totalCount": 3, "nodes": [{"id": id} for id in [first, *sorted(new)]]},
    }
    calendar = payload["organization"]["assignments"]["edges"]
    assert payload["organization"]["id"] == str(organization.id)
    assert [edge for edge in calendar if edge["node"]["id"] in new] == sorted(
        payload["assignmentEdges"], key=lambda edge: edge["node"]["id"]
    )
    refused = assignment(made["id"], day="2026-03-02")
    body = (await api.post(ASSIGN, organization.coach, input=refused)).json()["data"]["assignWorkout"]
    assert (body["assignmentEdges"], body["workout"], body["organization"]) == ([], None, None)


async def back(api: Api, person: Person, workout: str, **filter: object) -> tuple[str | None, list[str]]:
    """The assignment of a snapshot, and the assignments of a library workout, that the person sees."""
    found = (await api.run(BACK, person, id=workout, filter=filter))["workout"]
    nodes = found["assignments"]["nodes"]
    assert found["assignments"]["totalCount"] == len(nodes)
    return found["assignment"] and found["assignment"]["id"], [node["id"] for node in nodes]


async def test_a_snapshot_leads_back_to_its_assignment_and_a_library_workout_to_all_of_its_own(
    api: Api, world: World
) -> None:
    organization, made, id = await planned(api, world)
    coach, member, second = organization.coach, organization.member, await world.join(organization.id, "member")
    (other,) = await assigned(api, coach, made["id"], second, day="2026-03-05")
    unrelated = await create(api, organization)
    await assigned(api, coach, unrelated["id"], second)
    copy = await edited(api, coach, made["id"], id)
    assert await back(api, coach, copy["id"]) == (id, [])
    assert await back(api, member, copy["id"]) == (id, [])
    assert await back(api, coach, made["id"]) == (None, [id, other])
    assert await back(api, second, made["id"]) == (None, [other])
    assert await back(api, coach, made["id"], athleteId=str(second.id)) == (None, [other])
    assert await back(api, second, made["id"], athleteId=str(member.id)) == (None, [])
    assert await back(api, coach, made["id"], **{"from": "2026-03-02"}) == (None, [other])


async def test_movements_sections_and_comments_lead_up_to_what_they_stand_in(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world, 1)
    row = made["sections"][0]["movements"][0]["id"]
    await comment(api, organization.member, row, "Reply", await comment(api, organization.coach, row, "Top"))
    copy = await edited(api, organization.coach, made["id"], id)
    for person, workout, title in (
        (organization.coach, made["id"], "Library"),
        (organization.coach, copy["id"], "Library"),
        (organization.member, copy["id"], "Library"),
    ):
        for _ in range(3):  # the tree is cached meanwhile
            shown = (await api.run(UP, person, id=workout))["workout"]
            (section,) = shown["sections"]
            (movement,) = section["movements"]
            (thread,) = movement["comments"]
            assert section["workout"] == {"id": workout} == thread["movement"]["section"]["workout"]
            assert movement["section"] == {"id": section["id"], "workout": {"id": workout, "title": title}}
            assert thread["movement"]["id"] == thread["replies"][0]["movement"]["id"] == movement["id"]


async def test_a_cached_tree_shows_the_workouts_new_title_from_below(api: Api, world: World) -> None:
    organization, made, _ = await planned(api, world, 1)
    for _ in range(3):
        await api.run(UP, organization.coach, id=made["id"])
    await api.run(TITLE, organization.coach, id=made["id"])
    (section,) = (await api.run(UP, organization.coach, id=made["id"]))["workout"]["sections"]
    assert section["movements"][0]["section"]["workout"]["title"] == "For one"


SNAPSHOTS = """query ($id: ID!) {
  organization(id: $id) { assignments { nodes { workout { assignment { id athlete { name } } } } } }
}"""


async def test_assignments_of_many_snapshots_take_one_statement(counter: Counter, world: World) -> None:
    costs = []
    for athletes in (1, 4):
        organization: Organization = await world.organization()
        made: Json = await create(counter.api, organization)
        people = [await world.join(organization.id, "member") for _ in range(athletes)]
        for id in await assigned(counter.api, organization.coach, made["id"], *people):
            await edited(counter.api, organization.coach, made["id"], id)
        with counter.counting() as statements:
            data = await counter.api.run(SNAPSHOTS, organization.coach, id=str(organization.id))
        nodes = data["organization"]["assignments"]["nodes"]
        assert len({node["workout"]["assignment"]["id"] for node in nodes}) == athletes
        costs.append(len(statements))
    assert costs[0] == costs[1]
