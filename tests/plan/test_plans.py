"""Creating, changing, copying, archiving and deleting plans, and refusals of bad input."""

from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization, World
from tests.plan.documents import (
    ARCHIVE,
    CREATE,
    DELETE,
    DUPLICATE,
    NO_ID,
    PUBLISH,
    RESTORE,
    UPDATE,
    Json,
    create,
    edit,
    exercise,
    read,
    sent_back,
    session,
)


async def test_a_plan_is_created_with_its_sessions_and_read_as_it_was_sent(
    api: Api, gym: Organization, squat: str, clam: str
) -> None:
    plan = await create(
        api,
        gym,
        session(2, 3, exercise(clam, durationSeconds=30, perSide=True, notes=" Slowly. "), title=" Evening "),
        session(1, 1, exercise(squat, sets=3, reps=10, holdSeconds=5, restSeconds=0), exercise(clam)),
        session(2, 3, title=""),
        description="After surgery",
    )
    assert (plan["title"], plan["description"], plan["status"]) == ("Knee programme", "After surgery", "DRAFT")
    assert (plan["weeks"], plan["versions"], plan["currentVersion"]) == (8, [], None)
    assert plan["hasUnpublishedChanges"] is True
    places = [(one["week"], one["day"], one["sortOrder"], one["title"]) for one in plan["sessions"]]
    assert places == [(1, 1, 0, None), (2, 3, 0, "Evening"), (2, 3, 1, None)]
    first, second = plan["sessions"][0]["exercises"]
    assert (first["sets"], first["reps"], first["holdSeconds"], first["restSeconds"]) == (3, 10, 5, 0)
    assert (first["perSide"], first["exercise"]["exerciseId"], second["sortOrder"]) == (False, squat, 1)
    (timed,) = plan["sessions"][1]["exercises"]
    assert (timed["sets"], timed["durationSeconds"], timed["perSide"], timed["notes"]) == (None, 30, True, "Slowly.")
    assert await read(api, gym.coach, plan["id"]) == plan


async def test_the_tree_is_replaced_and_what_is_sent_with_its_id_keeps_it(
    api: Api, gym: Organization, squat: str, clam: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat), exercise(clam)), session(1, 3, exercise(clam)))
    first, second = sent_back(plan)
    moved = {**first["exercises"][1], "sets": 5}
    new = [{**second, "day": 5, "exercises": [exercise(squat), moved]}]
    changed = await edit(api, UPDATE, gym.coach, id=plan["id"], sessions=new)
    assert [(one["id"], one["day"]) for one in changed["sessions"]] == [(second["id"], 5)]
    added, stays = changed["sessions"][0]["exercises"]
    assert (stays["id"], stays["sets"], stays["sortOrder"]) == (moved["id"], 5, 1)
    assert added["id"] not in {one["id"] for each in plan["sessions"] for one in each["exercises"]}
    assert changed["updatedAt"] > plan["updatedAt"]


async def test_what_is_sent_back_as_it_was_read_changes_nothing(
    api: Api, gym: Organization, squat: str, clam: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat), exercise(clam)), session(1, 1, exercise(clam)))
    same = {"title": plan["title"], "weeks": 8, "sessions": sent_back(plan), "ifUpdatedAt": plan["updatedAt"]}
    assert await edit(api, UPDATE, gym.coach, id=plan["id"], **same) == plan


def at(*path: str) -> list[str]:
    """A path into the sessions of an input."""
    return ["input", "sessions", *path]


BAD: dict[str, tuple[Json, str, list[str], str]] = {
    "week 9 of 8": ({"week": 9}, "week", at("0", "week"), "The plan has 8 weeks; this is week 9"),
    "week 0": ({"week": 0}, "week", at("0", "week"), "Must be from 1 to 8; this is 0."),
    "day 8": ({"day": 8}, "day", at("0", "day"), "Must be from 1 to 7; this is 8."),
    "a title of two lines": ({"title": "a\nb"}, "title", at("0", "title"), "Must be on one line."),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_session_is_refused_at_its_path(api: Api, gym: Organization, squat: str, name: str) -> None:
    values, _, path, message = BAD[name]
    input = {"organizationId": str(gym.id), "title": "T", "weeks": 8}
    sent = {**session(1, 1, exercise(squat)), **values}
    (error,) = await api.user_errors(CREATE, gym.coach, input={**input, "sessions": [sent]})
    assert (error["code"], error["field"]) == ("INVALID_INPUT", path)
    assert error["message"].startswith(message)


AMOUNTS: dict[str, tuple[Json, str]] = {
    "no sets and no duration": ({"sets": None, "reps": 10}, "sets"),
    "zero sets": ({"sets": 0}, "sets"),
    "negative repetitions": ({"sets": 3, "reps": -1}, "reps"),
    "a negative duration": ({"durationSeconds": -30}, "durationSeconds"),
    "a day and a second": ({"durationSeconds": 86_401}, "durationSeconds"),
    "a negative hold": ({"sets": 3, "holdSeconds": -5}, "holdSeconds"),
    "a negative rest": ({"sets": 3, "restSeconds": -1}, "restSeconds"),
    "notes that are too long": ({"sets": 3, "notes": "x" * 2_001}, "notes"),
}


@pytest.mark.parametrize("name", AMOUNTS)
async def test_a_bad_amount_is_refused_at_its_path_also_when_a_plan_is_changed(
    api: Api, gym: Organization, squat: str, name: str
) -> None:
    values, field = AMOUNTS[name]
    tree = [session(1, 1), session(1, 2, exercise(squat), exercise(squat, **values))]
    path = at("1", "exercises", "1", field)
    new = {"organizationId": str(gym.id), "title": "T", "weeks": 8, "sessions": tree}
    assert await api.refusals(CREATE, gym.coach, input=new) == [("INVALID_INPUT", path)]
    plan = await create(api, gym)
    changed = {"id": plan["id"], "sessions": tree}
    assert await api.refusals(UPDATE, gym.coach, input=changed) == [("INVALID_INPUT", path)]
    assert await read(api, gym.coach, plan["id"]) == plan


CREATE_EXERCISE = "mutation ($input: CreateExerciseInput!) { createExercise(input: $input) { exercise { id } } }"
UPDATE_EXERCISE = """mutation ($input: UpdateExerciseInput!) {
  updateExercise(input: $input) { exercise { id } userErrors { message } }
}"""


async def own_exercise(api: Api, gym: Organization, **values: Any) -> str:
    """The id of a new exercise of the organization."""
    input = {"organizationId": str(gym.id), "name": "Own", "status": "PUBLISHED", **values}
    return str((await api.run(CREATE_EXERCISE, gym.coach, input=input))["createExercise"]["exercise"]["id"])


async def test_only_published_exercises_of_the_organization_and_canonical_ones_are_added(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    foreign = await own_exercise(api, await world.organization())
    archived, draft = await own_exercise(api, gym), await own_exercise(api, gym, status="DRAFT")
    await api.run(UPDATE_EXERCISE, gym.coach, input={"id": archived, "status": "ARCHIVED"})
    found = [foreign, archived, draft, NO_ID, "none", squat, await own_exercise(api, gym)]
    tree = [session(1, 1, *(exercise(id) for id in found))]
    input = {"organizationId": str(gym.id), "title": "T", "weeks": 1, "sessions": tree}
    codes = ["EXERCISE_NOT_VISIBLE", "EXERCISE_NOT_AVAILABLE", "EXERCISE_NOT_AVAILABLE", "EXERCISE_NOT_VISIBLE"]
    refused = {(path[4], code) for code, path in await api.refusals(CREATE, gym.coach, input=input)}
    assert refused == {*((str(index), code) for index, code in enumerate(codes)), ("4", "INVALID_INPUT")}
    messages = {error["message"] for error in await api.user_errors(CREATE, gym.coach, input=input)}
    assert "The exercise is a draft; publish it first, or choose a published one." in messages


async def test_an_exercise_that_was_archived_later_stays_and_is_marked(api: Api, gym: Organization) -> None:
    own = await own_exercise(api, gym)
    plan = await create(api, gym, session(1, 1, exercise(own)))
    await api.run(UPDATE_EXERCISE, gym.coach, input={"id": own, "status": "ARCHIVED"})
    tree = sent_back(plan)
    tree[0]["exercises"][0]["sets"] = 4
    changed = await edit(api, UPDATE, gym.coach, id=plan["id"], sessions=tree)
    assert changed["sessions"][0]["exercises"][0]["sets"] == 4
    tree[0]["exercises"].append(exercise(own))
    path = at("0", "exercises", "1", "exerciseId")
    sent = {"id": plan["id"], "sessions": tree}
    assert await api.refusals(UPDATE, gym.coach, input=sent) == [("EXERCISE_NOT_AVAILABLE", path)]
    text = "query ($id: ID!) { treatmentPlan(id: $id) { sessions { exercises { isDiscontinued } } } }"
    assert (await api.run(text, gym.coach, id=plan["id"]))["treatmentPlan"]["sessions"] == [
        {"exercises": [{"isDiscontinued": True}]}
    ]


async def test_sizes_are_bounded(api: Api, gym: Organization, squat: str) -> None:
    input = {"organizationId": str(gym.id), "title": "T", "weeks": 104}
    many = [session(week, day) for week in range(1, 73) for day in range(1, 8)]
    full = session(1, 1, *[exercise(squat)] * 51)
    crowded = [session(week, 1, *[exercise(squat)] * 49) for week in range(1, 43)]
    for tree, path, message in (
        (many, at(), "Must be at most 500 sessions; these are 504."),
        ([full], at("0", "exercises"), "Must be at most 50 exercises in a session; these are 51."),
        (crowded, at(), "Must have at most 2,000 exercises in all; these are 2,058."),
    ):
        (error,) = await api.user_errors(CREATE, gym.coach, input={**input, "sessions": tree})
        assert (error["code"], error["field"], error["message"]) == ("INVALID_INPUT", path, message)
    long = {**input, "weeks": 105, "title": "", "description": "x" * 10_001}
    paths = [["input", "title"], ["input", "description"], ["input", "weeks"]]
    assert await api.refusals(CREATE, gym.coach, input=long) == [("INVALID_INPUT", path) for path in paths]


async def test_a_plan_is_not_made_shorter_than_its_sessions(api: Api, gym: Organization, squat: str) -> None:
    plan = await create(api, gym, *(session(week, 1, exercise(squat)) for week in (1, 7, 8)))
    (error,) = await api.user_errors(UPDATE, gym.coach, input={"id": plan["id"], "weeks": 6})
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "weeks"])
    assert error["message"] == "The plan has 2 sessions after week 6, the last in week 8: move or remove them first."
    first = sent_back(plan)[:1]
    assert (await edit(api, UPDATE, gym.coach, id=plan["id"], weeks=6, sessions=first))["weeks"] == 6
    later = [*first, session(7, 1)]
    sent = {"id": plan["id"], "sessions": later}
    assert await api.refusals(UPDATE, gym.coach, input=sent) == [("INVALID_INPUT", at("1", "week"))]
    assert len((await edit(api, UPDATE, gym.coach, weeks=7, **sent))["sessions"]) == 2


async def test_ids_of_other_plans_and_ids_that_are_sent_twice_are_refused(
    api: Api, gym: Organization, squat: str
) -> None:
    plan, other = [await create(api, gym, session(1, 1, exercise(squat))) for _ in range(2)]
    (row,), (foreign,) = sent_back(plan), sent_back(other)
    for tree, path in (
        ([{**row, "id": foreign["id"], "exercises": []}], at("0", "id")),
        ([{**row, "exercises": foreign["exercises"]}], at("0", "exercises", "0", "id")),
        ([row, {**row, "exercises": []}], at("1", "id")),
    ):
        sent = {"id": plan["id"], "sessions": tree}
        assert await api.refusals(UPDATE, gym.coach, input=sent) == [("INVALID_INPUT", path)]
    new = {"organizationId": str(gym.id), "title": "T", "weeks": 1, "sessions": [row]}
    paths = [at("0", "id"), at("0", "exercises", "0", "id")]
    assert await api.refusals(CREATE, gym.coach, input=new) == [("INVALID_INPUT", path) for path in paths]


async def test_a_copy_is_a_draft_that_stands_for_itself(api: Api, gym: Organization, squat: str, clam: str) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat, sets=2, notes="Go"), exercise(clam)), title="x" * 255)
    await api.run(PUBLISH, gym.coach, input={"id": plan["id"]})
    copy = await edit(api, DUPLICATE, gym.coach, planId=plan["id"])
    assert (copy["title"], copy["status"], copy["versions"]) == ("x" * 248 + " (copy)", "DRAFT", [])
    ids = {one["id"] for one in plan["sessions"]}
    assert not ids & {one["id"] for one in copy["sessions"]}

    def values(tree: list[Json]) -> list[Json]:
        return [{**one, "id": None, "exercises": [{**each, "id": None} for each in one["exercises"]]} for one in tree]

    assert values(sent_back(copy)) == values(sent_back(plan))
    named = await edit(api, DUPLICATE, gym.coach, planId=plan["id"], title="Hip")
    assert named["title"] == "Hip"
    text = "query ($id: ID!) { treatmentPlan(id: $id) { copiedFrom { id } } }"
    assert (await api.run(text, gym.coach, id=named["id"]))["treatmentPlan"] == {"copiedFrom": {"id": plan["id"]}}


async def test_an_archived_plan_is_not_edited_until_it_is_restored(api: Api, gym: Organization, squat: str) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat)))
    id = plan["id"]
    for _ in range(2):
        assert (await edit(api, ARCHIVE, gym.coach, id=id))["status"] == "ARCHIVED"
    for text in (UPDATE, PUBLISH):
        assert await api.refusals(text, gym.coach, input={"id": id}) == [("PLAN_ARCHIVED", ["input", "id"])]
    assert (await edit(api, RESTORE, gym.coach, id=id))["status"] == "DRAFT"
    assert (await edit(api, PUBLISH, gym.coach, id=id))["status"] == "PUBLISHED"
    await edit(api, ARCHIVE, gym.coach, id=id)
    assert (await edit(api, RESTORE, gym.coach, id=id))["status"] == "PUBLISHED"


async def test_a_plan_is_deleted_until_it_is_published(api: Api, gym: Organization, squat: str) -> None:
    draft, published = [await create(api, gym, session(1, 1, exercise(squat))) for _ in range(2)]
    await api.run(PUBLISH, gym.coach, input={"id": published["id"]})
    assert (await api.run(DELETE, gym.coach, input={"id": draft["id"]}))["deleteTreatmentPlan"]["deletedId"]
    assert await read(api, gym.coach, draft["id"]) is None
    assert await api.refusals(DELETE, gym.coach, input={"id": draft["id"]}) == [("NOT_FOUND", ["input", "id"])]
    sent = {"id": published["id"]}
    assert await api.refusals(DELETE, gym.coach, input=sent) == [("PLAN_PUBLISHED", ["input", "id"])]


async def test_an_edit_of_another_state_is_refused_with_the_stored_one(api: Api, gym: Organization, squat: str) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat)))
    changed = await edit(api, UPDATE, gym.owner, id=plan["id"], title="Hip", ifUpdatedAt=plan["updatedAt"])
    stale = {"id": plan["id"], "ifUpdatedAt": plan["updatedAt"]}
    for text, values in ((UPDATE, {"title": "Back"}), (PUBLISH, {}), (ARCHIVE, {}), (RESTORE, {})):
        payload = await api.payload(text, gym.coach, input={**stale, **values})
        assert [(each["code"], each["field"]) for each in payload["userErrors"]] == [
            ("CONFLICT", ["input", "ifUpdatedAt"])
        ]
        assert payload["conflict"] == {"updatedAt": changed["updatedAt"], "updatedBy": {"id": str(gym.owner.id)}}
        assert payload["plan"] == changed
    await api.run(DELETE, gym.owner, input={"id": plan["id"]})
    payload = await api.payload(UPDATE, gym.coach, input={**stale, "title": "Back"})
    assert payload["plan"] is None and payload["conflict"]["updatedBy"] == {"id": str(gym.owner.id)}
