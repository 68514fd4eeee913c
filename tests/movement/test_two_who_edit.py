"""Two who edit at once lose nothing silently: `ifUpdatedAt`, its conflicts, and races."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.assignment.snapshots import assigned, edited, snapshots_of, stored
from tests.conftest import Api, Organization, Person, World
from tests.movement.documents import ADD, ERRORS, MOVE, REMOVE
from tests.workout.documents import (
    WORKOUT,
    Json,
    Pool,
    comment,
    create,
    movement,
    read,
    replace,
    section,
    sent_back,
)

UPDATE = f"""{WORKOUT} mutation ($id: ID!, $for: ID, $if: DateTime, $input: UpdateWorkoutInput!) {{
  updateWorkout(id: $id, assignmentId: $for, ifUpdatedAt: $if, input: $input) {{ workout {{ ...Whole }} {ERRORS} }}
}}"""
SET = f"""{WORKOUT} mutation ($id: ID!, $for: ID, $if: DateTime, $sections: [SectionInput!]!) {{
  setWorkoutSections(workoutId: $id, assignmentId: $for, ifUpdatedAt: $if, sections: $sections) {{
    workout {{ ...Whole }} {ERRORS}
  }}
}}"""
EDIT = f"""{WORKOUT} mutation ($id: ID!, $for: ID, $if: DateTime, $input: UpdateMovementInput!) {{
  updateMovement(id: $id, assignmentId: $for, ifUpdatedAt: $if, input: $input) {{
    movement {{ id notes updatedAt }} workout {{ ...Whole }} {ERRORS}
  }}
}}"""
COMMENT = f"""mutation ($id: ID!, $body: String!, $if: DateTime) {{
  updateComment(id: $id, body: $body, ifUpdatedAt: $if) {{ comment {{ id body updatedAt }} {ERRORS} }}
}}"""
MOVEMENTS = "query ($id: ID!) { workout(id: $id) { updatedAt sections { movements { id updatedAt } } } }"


def is_refused(payload: Json, who: Person, at: list[str], version: str) -> bool:
    """True if a payload has a conflict with this editor, path and version, and nothing else is wrong."""
    (error,) = payload["userErrors"]
    conflict = payload["conflict"]
    assert (error["code"], error["field"]) == ("CONFLICT", at)
    assert "Person changed it on " in error["message"] or "You changed it on " in error["message"]
    return bool(conflict == {"updatedAt": version, "updatedBy": {"id": str(who.id), "name": "Person"}})


async def plan(api: Api, world: World) -> tuple[Organization, Person, Json]:
    """An organization with a second coach, and a workout of two movements."""
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(api, organization, section(movement(squat, label="A"), movement(squat, label="B")), title="T")
    return organization, await world.join(organization.id, "coach"), made


def editings(made: Json, squat: str) -> list[tuple[str, Json, list[str]]]:
    """Each mutation that edits a workout, with variables but the version, and the path of a refusal."""
    first = made["sections"][0]["movements"][0]["id"]
    within = ["input", "ifUpdatedAt"]
    return [
        (UPDATE, {"id": made["id"], "input": {"title": "Late"}}, ["ifUpdatedAt"]),
        (SET, {"id": made["id"], "sections": []}, ["ifUpdatedAt"]),
        (EDIT, {"id": first, "input": {"notes": "Late"}}, ["ifUpdatedAt"]),
        (ADD, {"input": {"sectionId": made["sections"][0]["id"], "exerciseId": squat}}, within),
        (MOVE, {"input": {"movementId": first, "position": 1}}, within),
        (REMOVE, {"input": {"movementId": first}}, within),
    ]


def with_version(variables: Json, version: str, path: list[str]) -> Json:
    """The variables with the version at its place."""
    if path == ["ifUpdatedAt"]:
        return {**variables, "if": version}
    return {"input": {**variables["input"], "ifUpdatedAt": version}}


async def test_an_edit_of_what_another_changed_is_refused_with_who_when_and_the_current_state(
    api: Api, world: World, owner: Pool, squat: str
) -> None:
    organization, second, made = await plan(api, world)
    first = made["sections"][0]["movements"][0]["id"]
    changed = await api.payload(EDIT, second, id=first, input={"notes": "Mine"}, **{"if": made["updatedAt"]})
    assert (changed["userErrors"], changed["conflict"]) == ([], None)
    before = await stored(owner, made["id"])
    for text, variables, path in editings(made, squat):
        refused = await api.payload(text, organization.coach, **with_version(variables, made["updatedAt"], path))
        assert refused["workout"] == changed["workout"]
        version = refused["conflict"]["updatedAt"]
        assert is_refused(refused, second, path, version)
        assert version in (changed["workout"]["updatedAt"], changed["movement"]["updatedAt"])
        if "movement" in refused and text == EDIT:
            assert refused["movement"] == changed["movement"]
    assert await stored(owner, made["id"]) == before


async def test_the_current_version_is_accepted_and_every_edit_makes_another(api: Api, world: World, squat: str) -> None:
    organization, _, made = await plan(api, world)
    seen = [made["updatedAt"]]
    for text, variables, path in sorted(editings(made, squat), key=lambda each: each[0] == SET):
        payload = await api.payload(text, organization.coach, **with_version(variables, seen[-1], path))
        assert payload["userErrors"] == [], text
        seen.append(payload["workout"]["updatedAt"])
        assert seen[-1] == ((await read(api, organization.coach, made["id"])) or {})["updatedAt"]
    assert seen == sorted(set(seen))


async def test_comments_do_not_change_a_workouts_version(api: Api, world: World) -> None:
    organization, _, made = await plan(api, world)
    await comment(api, organization.coach, made["sections"][0]["movements"][0]["id"], "Hm")
    assert ((await read(api, organization.coach, made["id"])) or {})["updatedAt"] == made["updatedAt"]


@pytest.mark.parametrize("shift", [-1, 1, 10**12])
async def test_only_the_very_version_is_accepted(api: Api, world: World, shift: int) -> None:
    organization, _, made = await plan(api, world)
    other = datetime.fromisoformat(made["updatedAt"]) + timedelta(microseconds=shift)
    refused = await api.payload(UPDATE, organization.coach, id=made["id"], input={"title": "L"}, **{"if": str(other)})
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [("CONFLICT", ["ifUpdatedAt"])]
    assert refused["conflict"] == {"updatedAt": made["updatedAt"], "updatedBy": None}
    same = datetime.fromisoformat(made["updatedAt"]).astimezone().isoformat()
    assert "userErrors" in await api.payload(
        UPDATE, organization.coach, id=made["id"], input={"title": "L"}, **{"if": same}
    )
    naive = datetime.fromisoformat(made["updatedAt"]).astimezone(UTC).replace(tzinfo=None).isoformat()
    refused = await api.payload(UPDATE, organization.coach, id=made["id"], input={}, **{"if": naive})
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [("INVALID_INPUT", ["ifUpdatedAt"])]


async def test_two_edits_in_one_request_have_two_versions(api: Api, world: World) -> None:
    organization, _, made = await plan(api, world)
    text = """mutation ($id: ID!, $if: DateTime) {
      a: updateWorkout(id: $id, ifUpdatedAt: $if, input: {title: "A"}) { workout { updatedAt } userErrors { code } }
      b: updateWorkout(id: $id, ifUpdatedAt: $if, input: {title: "B"}) { workout { title } userErrors { code } }
      c: updateWorkout(id: $id, input: {title: "C"}) { workout { updatedAt } userErrors { code } }
    }"""
    data = (await api.post(text, organization.coach, id=made["id"], **{"if": made["updatedAt"]})).json()["data"]
    assert data["b"] == {"workout": {"title": "A"}, "userErrors": [{"code": "CONFLICT"}]}
    assert made["updatedAt"] < data["a"]["workout"]["updatedAt"] < data["c"]["workout"]["updatedAt"]


async def test_of_racing_edits_of_one_version_one_is_stored_and_the_others_learn_of_it(
    api: Api, world: World, squat: str
) -> None:
    organization, second, made = await plan(api, world)
    people = [organization.coach, second, organization.owner]
    first = made["sections"][0]["movements"][0]["id"]
    for text, name in ((UPDATE, "title"), (EDIT, "notes"), (SET, "")):
        version = ((await read(api, second, made["id"])) or {})["updatedAt"]
        tree = sent_back(made["sections"])
        attempts: list[Json] = [
            {"sections": [{**tree[0], "title": f"{turn}"}]} if text == SET else {"input": {name: f"{turn}"}}
            for turn in range(6)
        ]
        id = first if text == EDIT else made["id"]
        payloads = await asyncio.gather(
            *(
                api.payload(text, people[turn % 3], id=id, **{"if": version}, **values)
                for turn, values in enumerate(attempts)
            )
        )
        (winner,) = [turn for turn, payload in enumerate(payloads) if not payload["userErrors"]]
        for turn, payload in enumerate(payloads):
            assert payload["workout"] == payloads[winner]["workout"]
            assert turn == winner or payload["conflict"]["updatedBy"]["id"] == str(people[winner % 3].id)


async def test_a_racing_blind_edit_and_one_of_a_version_lose_nothing(api: Api, world: World) -> None:
    organization, second, made = await plan(api, world)
    for turn in range(4):
        version = ((await read(api, second, made["id"])) or {})["updatedAt"]
        blind, checked = await asyncio.gather(
            api.payload(UPDATE, second, id=made["id"], input={"description": f"{turn}"}),
            api.payload(UPDATE, organization.coach, id=made["id"], input={"title": f"{turn}"}, **{"if": version}),
        )
        shown = (await read(api, second, made["id"])) or {}
        assert blind["userErrors"] == [] and shown["description"] == f"{turn}"
        assert (shown["title"] == f"{turn}") == (checked["userErrors"] == [])


async def test_a_movements_own_version_is_not_changed_by_its_neighbours(api: Api, world: World, squat: str) -> None:
    organization, second, made = await plan(api, world)
    coach = organization.coach
    shown = (await api.run(MOVEMENTS, coach, id=made["id"]))["workout"]["sections"][0]["movements"]
    await api.payload(EDIT, second, id=shown[0]["id"], input={"notes": "Theirs"})
    await api.payload(ADD, second, input={"beforeMovementId": shown[0]["id"], "exerciseId": squat})
    version = {"if": shown[1]["updatedAt"]}
    assert (await api.payload(EDIT, coach, id=shown[1]["id"], input={"notes": "Mine"}, **version))["userErrors"] == []
    refused = await api.payload(EDIT, second, id=shown[1]["id"], input={"notes": "Late"}, **version)
    assert is_refused(refused, coach, ["ifUpdatedAt"], refused["movement"]["updatedAt"])
    assert refused["movement"]["notes"] == "Mine"


async def test_with_an_assignment_the_version_is_that_of_the_workout_it_shows(
    api: Api, world: World, owner: Pool
) -> None:
    organization, second, made = await plan(api, world)
    coach, version = organization.coach, {"if": made["updatedAt"]}
    (id,) = await assigned(api, coach, made["id"], organization.member)
    stale = {"if": "2026-01-01T00:00:00Z"}
    first = made["sections"][0]["movements"][0]["id"]
    for text, edited_id, values in (
        (UPDATE, made["id"], {"input": {"title": "Late"}}),
        (EDIT, first, {"input": {"notes": "Late"}}),
        (SET, made["id"], {"sections": []}),
    ):
        refused = await api.payload(text, second, id=edited_id, **{"for": id}, **stale, **values)
        assert refused["workout"] == made and refused["conflict"]["updatedAt"] == made["updatedAt"]
    assert await snapshots_of(owner, made["id"]) == []
    forked, late = await asyncio.gather(
        *(
            api.payload(UPDATE, who, id=made["id"], **{"for": id}, **version, input={"title": "For one"})
            for who in (coach, second)
        )
    )
    if forked["userErrors"]:
        forked, late, second = late, forked, coach
    assert (forked["userErrors"], forked["workout"]["isSnapshot"]) == ([], True)
    assert late["workout"] == forked["workout"] and late["conflict"]["updatedAt"] == forked["workout"]["updatedAt"]
    assert await read(api, coach, made["id"]) == made
    assert (await edited(api, coach, made["id"], id, title="Blind"))["title"] == "Blind"


async def test_a_completed_assignments_copy_has_the_version_that_was_read(api: Api, world: World) -> None:
    organization, _, made = await plan(api, world)
    (id,) = await assigned(api, organization.coach, made["id"], organization.member)
    text = "mutation ($id: ID!) { setAssignmentStatus(id: $id, status: COMPLETED) { userErrors { code } } }"
    await api.run(text, organization.member, id=id)
    version = {"if": made["updatedAt"]}
    payload = await api.payload(
        UPDATE, organization.coach, id=made["id"], **{"for": id}, **version, input={"title": "Corrected"}
    )
    assert (payload["userErrors"], payload["workout"]["title"]) == ([], "Corrected")


async def test_who_may_not_edit_learns_nothing_of_who_did(api: Api, world: World) -> None:
    organization, second, made = await plan(api, world)
    await assigned(api, organization.coach, made["id"], organization.member)
    await api.payload(UPDATE, second, id=made["id"], input={"title": "New"})
    for person in (organization.member, await world.person()):
        refused = await api.payload(UPDATE, person, id=made["id"], input={}, **{"if": made["updatedAt"]})
        assert refused["conflict"] is None and refused["workout"] is None
        assert refused["userErrors"][0]["code"] in ("FORBIDDEN", "NOT_FOUND")


async def test_a_tree_that_is_sent_back_unchanged_has_the_same_version(api: Api, world: World) -> None:
    organization, _, made = await plan(api, world)
    assert await replace(api, organization.coach, made["id"], sent_back(made["sections"])) == made
