"""Publishing: numbered, immutable versions, what a patient sees of them, and content that has changed since."""

import asyncio
import itertools
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from tests.conftest import Api, Counter, Organization, World
from tests.plan.documents import (
    PUBLISH,
    READ,
    UPDATE,
    Json,
    Pool,
    create,
    edit,
    exercise,
    mutation,
    read,
    sent_back,
    session,
)
from tests.plan.test_plans import UPDATE_EXERCISE, own_exercise
from tests.treatment import StoredVersion, store_enrollment

OVERRIDE = """mutation ($input: UpsertExerciseOverrideInput!) {
  upsertExerciseOverride(input: $input) { exercise { id } userErrors { message } }
}"""
CHANGED = """query ($id: ID!) { treatmentPlan(id: $id) {
  sessions { exercises { contentChanged } } versions { sessions { exercises { contentChanged } } }
} }"""
TREE = """query ($id: ID!, $week: Int) { treatmentPlan(id: $id) {
  status sessions(week: $week) { week }
  currentVersion { number } hasUnpublishedChanges
  versions { id number title weeks reason sessions(week: $week) { sourceId week day exercises { sourceId sets } } }
} }"""


async def publish(api: Api, gym: Organization, id: str, **input: str) -> Json:
    """The payload of a publication."""
    payload: Json = (await api.run(PUBLISH, gym.coach, input={"id": id, **input}))["publishTreatmentPlan"]
    return payload


async def test_each_publication_is_a_numbered_version_that_later_edits_leave(
    api: Api, gym: Organization, squat: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat)), session(2, 1, exercise(squat)))
    first = await publish(api, gym, plan["id"], reason=" For the first weeks. ")
    assert first["version"]["number"] == 1 and first["version"]["reason"] == "For the first weeks."
    assert first["version"]["publishedBy"] == {"id": str(gym.coach.id)}
    assert (first["plan"]["status"], first["plan"]["hasUnpublishedChanges"]) == ("PUBLISHED", False)
    assert first["plan"]["updatedAt"] > plan["updatedAt"]
    tree = sent_back(first["plan"])[:1]
    tree[0]["exercises"][0]["sets"] = 5
    changed = await edit(api, UPDATE, gym.coach, id=plan["id"], title="Hip", weeks=4, sessions=tree)
    assert changed["hasUnpublishedChanges"] is True
    assert (await publish(api, gym, plan["id"]))["version"]["number"] == 2
    found = (await api.run(TREE, gym.coach, id=plan["id"]))["treatmentPlan"]
    new, old = found["versions"]
    assert (new["number"], new["title"], new["weeks"], new["reason"]) == (2, "Hip", 4, None)
    assert (old["number"], old["title"], old["weeks"]) == (1, "Knee programme", 8)
    assert [len(each["sessions"]) for each in (new, old)] == [1, 2]
    assert [each["sessions"][0]["exercises"][0]["sets"] for each in (new, old)] == [5, 3]
    assert new["sessions"][0]["sourceId"] == old["sessions"][0]["sourceId"] == plan["sessions"][0]["id"]
    week = (await api.run(TREE, gym.coach, id=plan["id"], week=2))["treatmentPlan"]
    assert week["sessions"] == [] and [len(each["sessions"]) for each in week["versions"]] == [0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"description": "Other"},
        {"weeks": 9},
        {"sessions": []},
        {"day": 2},
        {"title of session": "Other"},
        {"notes": "Other"},
        {"sets": 4},
        {"perSide": True},
        {"order": True},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_every_change_of_the_working_copy_is_an_unpublished_change_until_it_is_taken_back(
    api: Api, gym: Organization, squat: str, clam: str, change: Json
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat), exercise(clam)))
    id = plan["id"]
    await publish(api, gym, id)
    tree = sent_back(plan)
    ((name, value),) = change.items()
    if name == "order":
        tree[0]["exercises"].reverse()
    elif name in ("day", "title of session"):
        tree[0][name.partition(" ")[0]] = value
    else:
        tree[0]["exercises"][0][name] = value
    sent = change if name in ("title", "description", "weeks", "sessions") else {"sessions": tree}
    assert (await edit(api, UPDATE, gym.coach, id=id, **sent))["hasUnpublishedChanges"] is True
    back = {"title": plan["title"], "description": None, "weeks": 8, "sessions": sent_back(plan)}
    if name == "sessions":
        back["sessions"] = []  # what was removed comes back under new ids
        back["title"] = "Other"
    taken_back = await edit(api, UPDATE, gym.coach, id=id, **back)
    assert taken_back["hasUnpublishedChanges"] is (name == "sessions")


async def test_publishing_what_is_published_already_is_a_conflict_with_that_version(
    api: Api, gym: Organization, squat: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat)))
    first = await publish(api, gym, plan["id"])
    payload = await api.payload(PUBLISH, gym.coach, input={"id": plan["id"], "reason": "Again"})
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "id"])
    assert error["message"].startswith("Nothing has changed since version 1, published on ")
    assert payload["version"] == first["version"] and payload["plan"] == first["plan"]
    assert payload["conflict"] is None


async def test_a_plan_without_exercises_is_not_published(api: Api, gym: Organization) -> None:
    for tree in ([], [session(1, 1)]):
        plan = await create(api, gym, *tree)
        long = {"id": plan["id"], "reason": "x" * 2_001}
        assert {path[1] for _, path in await api.refusals(PUBLISH, gym.coach, input=long)} == {"id", "reason"}
        (error,) = await api.user_errors(PUBLISH, gym.coach, input={"id": plan["id"]})
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "id"])
        assert error["message"] == "The plan has no exercises: add some first."


async def test_exercises_that_were_discontinued_meanwhile_are_named_by_their_place(
    api: Api, gym: Organization, squat: str
) -> None:
    own = await own_exercise(api, gym, name="Wall Slide")
    plan = await create(api, gym, *(session(2, day, exercise(squat), exercise(own)) for day in (1, 3)))
    many = await create(api, gym, session(1, 1, *[exercise(own)] * 25))
    await api.run(UPDATE_EXERCISE, gym.coach, input={"id": own, "status": "ARCHIVED"})
    errors = await api.user_errors(PUBLISH, gym.coach, input={"id": plan["id"]})
    assert [(each["code"], each["field"], each["message"]) for each in errors] == [
        (
            "EXERCISE_NOT_AVAILABLE",
            ["input", "id"],
            f"Week 2, day {day}: Wall Slide is discontinued; replace or remove it.",
        )
        for day in (1, 3)
    ]
    errors = await api.user_errors(PUBLISH, gym.coach, input={"id": many["id"]})
    assert len(errors) == 21 and errors[-1]["message"] == "So are 5 further exercises of the plan."
    assert (await read(api, gym.coach, plan["id"])) == plan


async def test_of_publications_at_once_one_makes_the_version_and_the_others_are_conflicts(
    api: Api, owner: Pool, gym: Organization, squat: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat)))
    sent = [api.payload(PUBLISH, gym.coach, input={"id": plan["id"], "reason": str(n)}) for n in range(6)]
    payloads = await asyncio.gather(*sent)
    codes = sorted(each["code"] for payload in payloads for each in payload["userErrors"])
    assert codes == ["CONFLICT"] * 5
    assert {payload["version"]["number"] for payload in payloads} == {1}
    assert await owner.fetchval("SELECT count(*) FROM plan_versions WHERE plan_id = $1", plan["id"]) == 1


async def test_edits_and_publications_at_once_number_their_versions_without_a_gap(
    api: Api, owner: Pool, gym: Organization, squat: str
) -> None:
    id = (await create(api, gym, session(1, 1, exercise(squat))))["id"]

    async def edit_and_publish(number: int) -> None:
        await edit(api, UPDATE, gym.coach, id=id, title=f"Title {number}")
        await api.payload(PUBLISH, gym.coach, input={"id": id})

    await asyncio.gather(*(edit_and_publish(number) for number in range(8)))
    rows = await owner.fetch("SELECT number, title FROM plan_versions WHERE plan_id = $1 ORDER BY number", id)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1)) and 1 <= len(rows) <= 8
    assert all(one.title != other.title for one, other in itertools.pairwise(rows))
    last = await read(api, gym.coach, id)
    assert last and last["currentVersion"] == {"number": len(rows)} and last["hasUnpublishedChanges"] is False


async def changed(api: Api, gym: Organization, id: str) -> list[list[bool]]:
    """Whether the content of the exercises of the plan's versions has changed, the newest first."""
    plan = (await api.run(CHANGED, gym.coach, id=id))["treatmentPlan"]
    working = [one["contentChanged"] for each in plan["sessions"] for one in each["exercises"]]
    assert working == [False] * len(working)
    return [
        [one["contentChanged"] for each in version["sessions"] for one in each["exercises"]]
        for version in plan["versions"]
    ]


@pytest.mark.parametrize(
    ("values", "is_content"),
    [
        ({"name": "Other"}, True),
        ({"description": "Other"}, True),
        ({"athleteNotes": "Other"}, True),
        ({"cues": ["Other"]}, True),
        ({"equipment": ["band"]}, True),
        ({"videoUrl": "https://example.com/other"}, True),
        ({"thumbnailUrl": "https://example.com/other.jpg"}, True),
        ({"instructions": [{"type": "STEP", "body": "Other"}]}, True),
        ({"aliases": ["Other"]}, False),
        ({"difficulty": 4}, False),
        ({"primaryMuscles": ["quadriceps"]}, False),
        ({"status": "ARCHIVED"}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
async def test_a_change_of_what_patients_see_of_an_exercise_is_told_of_the_versions_before_it(
    api: Api, gym: Organization, squat: str, values: Json, is_content: bool
) -> None:
    own = await own_exercise(api, gym)
    plan = await create(api, gym, session(1, 1, exercise(own), exercise(squat)))
    await publish(api, gym, plan["id"])
    assert await changed(api, gym, plan["id"]) == [[False, False]]
    await api.run(UPDATE_EXERCISE, gym.coach, input={"id": own, **values})
    assert await changed(api, gym, plan["id"]) == [[is_content, False]]


async def test_an_override_changes_the_content_for_its_organization_alone_until_the_next_version(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    other = await world.organization()
    plans = [(each, await create(api, each, session(1, 1, exercise(squat)))) for each in (gym, other)]
    for organization, plan in plans:
        await publish(api, organization, plan["id"])
    override = {"exerciseId": squat, "organizationId": str(gym.id), "overrides": {"cues": ["Knees out"]}}
    await api.run(OVERRIDE, gym.coach, input=override)
    assert [await changed(api, each, plan["id"]) for each, plan in plans] == [[[True]], [[False]]]
    await edit(api, UPDATE, gym.coach, id=plans[0][1]["id"], title="Second")
    await publish(api, gym, plans[0][1]["id"])
    assert await changed(api, gym, plans[0][1]["id"]) == [[False], [True]]


async def test_a_patient_sees_the_versions_of_their_enrollments_and_no_working_copy(
    api: Api, world: World, owner: Pool, gym: Organization, squat: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat)))
    first = await publish(api, gym, plan["id"])
    await edit(api, UPDATE, gym.coach, id=plan["id"], title="Second")
    await publish(api, gym, plan["id"])
    patient, other = await world.join(gym.id, "member"), await world.join(gym.id, "member")
    version = StoredVersion(UUID(plan["id"]), UUID(first["version"]["id"]), {})
    await store_enrollment(owner, gym, version, patient, date(2026, 1, 5))
    found = (await api.run(TREE, patient, id=plan["id"]))["treatmentPlan"]
    assert (found["sessions"], found["currentVersion"], found["hasUnpublishedChanges"]) == ([], None, None)
    assert [each["number"] for each in found["versions"]] == [1]
    assert found["versions"][0]["sessions"][0]["exercises"][0]["sets"] == 3
    assert (await api.run(TREE, other, id=plan["id"]))["treatmentPlan"] is None
    listed = "query ($id: ID!) { organization(id: $id) { treatmentPlans { totalCount nodes { id } } } }"
    for person, count in ((patient, 1), (other, 0)):
        page = (await api.run(listed, person, id=str(gym.id)))["organization"]["treatmentPlans"]
        assert page == {"totalCount": count, "nodes": [{"id": plan["id"]}] * count}
    diff = "query ($id: ID!, $to: Int) { treatmentPlan(id: $id) { diff(from: 1, to: $to) { changeCount } } }"
    for to in (2, None):
        body = (await api.post(diff, patient, id=plan["id"], to=to)).json()
        assert [each["extensions"]["code"] for each in body["errors"]] == ["NOT_FOUND"]
    assert await api.refusals(UPDATE, patient, input={"id": plan["id"]}) == [("FORBIDDEN", ["input", "id"])]


async def test_nothing_of_a_plan_is_seen_or_written_by_another_organization(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    plan, stranger = await create(api, gym, session(1, 1, exercise(squat))), (await world.organization()).owner
    version = (await publish(api, gym, plan["id"]))["version"]["id"]
    one = plan["sessions"][0]
    ids = [plan["id"], version, one["id"], one["exercises"][0]["id"]]
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await api.run(nodes, stranger, ids=ids))["nodes"] == [None] * 4
    assert (await api.run(nodes, gym.coach, ids=ids))["nodes"] == [{"id": id} for id in ids]
    assert (await api.run(READ, stranger, id=plan["id"]))["treatmentPlan"] is None
    rows = {"planId": plan["id"], "sessionId": one["id"], "planExerciseId": one["exercises"][0]["id"]}
    for name, input in (
        ("updateTreatmentPlan", {"id": plan["id"]}),
        ("duplicateTreatmentPlan", {"planId": plan["id"]}),
        ("publishTreatmentPlan", {"id": plan["id"]}),
        ("archiveTreatmentPlan", {"id": plan["id"]}),
        ("restoreTreatmentPlan", {"id": plan["id"]}),
        ("addPlanSession", {"planId": plan["id"], "week": 1, "day": 1}),
        ("updatePlanSession", {"id": rows["sessionId"]}),
        ("movePlanSession", {"sessionId": rows["sessionId"]}),
        ("removePlanSession", {"sessionId": rows["sessionId"]}),
        ("addPlanExercise", {"sessionId": rows["sessionId"], "exerciseId": squat, "sets": 1}),
        ("updatePlanExercise", {"id": rows["planExerciseId"]}),
        ("movePlanExercise", {"planExerciseId": rows["planExerciseId"]}),
        ("removePlanExercise", {"planExerciseId": rows["planExerciseId"]}),
    ):
        refused = await api.refusals(mutation(name, "plan { id }"), stranger, input=input)
        assert refused == [("NOT_FOUND", ["input", next(iter(input))])], name


async def test_another_organization_writes_nothing_of_a_plan_by_row_level_security_alone(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    plan, stranger = await create(api, gym, session(1, 1, exercise(squat))), await world.organization()
    async with world.writing_as(stranger.owner) as writing:
        for table in ("treatment_plans", "treatment_plan_sessions", "treatment_plan_session_exercises"):
            assert await writing.run(f"UPDATE {table} SET updated_at = now()") == 0
            assert await writing.run(f"DELETE FROM {table}") == 0
    for table, values in (
        ("treatment_plans", {"author_id": stranger.owner.id, "title": "T", "weeks": 1}),
        ("treatment_plan_sessions", {"plan_id": plan["id"], "week": 1, "day": 2}),
        ("plan_versions", {"plan_id": plan["id"], "number": 9, "title": "T", "weeks": 1,
                           "published_by_id": stranger.owner.id}),
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(stranger.owner) as writing:
                await writing.insert(table, {"organization_id": gym.id, **values})
    assert await read(api, gym.coach, plan["id"]) == plan


async def test_an_exercise_in_use_is_deleted_softly_and_cannot_be_removed(
    api: Api, owner: Pool, gym: Organization
) -> None:
    own = await own_exercise(api, gym)
    plan = await create(api, gym, session(1, 1, exercise(own)))
    await publish(api, gym, plan["id"])
    text = "mutation ($id: ID!) { deleteExercise(input: {id: $id}) { deletedId userErrors { code } } }"
    assert (await api.run(text, gym.coach, id=own))["deleteExercise"]["deletedId"] == own
    shown = """query ($id: ID!) { treatmentPlan(id: $id) {
      versions { sessions { exercises { isDiscontinued exercise { name isDiscontinued } } } }
    } }"""
    found = (await api.run(shown, gym.coach, id=plan["id"]))["treatmentPlan"]["versions"][0]["sessions"][0]
    assert found["exercises"] == [{"isDiscontinued": True, "exercise": {"name": "Own", "isDiscontinued": True}}]
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("DELETE FROM exercises WHERE id = $1", own)


async def test_publishing_and_editing_take_a_constant_number_of_statements(
    counter: Counter, gym: Organization, squat: str, clam: str
) -> None:
    counts: dict[str, list[int]] = {}
    for size in (1, 24):
        tree = [session(1 + n // 3, 1 + n % 3, *[exercise(id) for id in (squat, clam) * 3]) for n in range(size)]
        plan = await create(counter.api, gym, *tree)
        edited = sent_back(plan)
        for row in edited:
            row["exercises"].reverse()
        for text, values in ((UPDATE, {"sessions": edited}), (PUBLISH, {})):
            with counter.counting() as statements:
                await counter.api.run(text, gym.coach, input={"id": plan["id"], **values})
            counts.setdefault(text, []).append(len(statements))
    assert all(small == large for small, large in counts.values()), counts
