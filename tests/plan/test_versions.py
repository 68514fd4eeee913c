"""Publishing: numbered, immutable versions, what a patient sees of them, and content that has changed since."""

import asyncio
import itertools

import asyncpg
import pytest

from tests.conftest import Api, Counter, Organization
from tests.plan.documents import (
    PUBLISH,
    UPDATE,
    VERSIONS,
    Json,
    Pool,
    create,
    edit,
    exercise,
    publish,
    read,
    sent_back,
    session,
)
from tests.plan.test_plans import UPDATE_EXERCISE, own_exercise


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
    found = (await api.run(VERSIONS, gym.coach, id=plan["id"]))["treatmentPlan"]
    new, old = found["versions"]
    assert (new["number"], new["title"], new["weeks"], new["reason"]) == (2, "Hip", 4, None)
    assert (old["number"], old["title"], old["weeks"]) == (1, "Knee programme", 8)
    assert [len(each["sessions"]) for each in (new, old)] == [1, 2]
    assert [each["sessions"][0]["exercises"][0]["sets"] for each in (new, old)] == [5, 3]
    assert new["sessions"][0]["sourceId"] == old["sessions"][0]["sourceId"] == plan["sessions"][0]["id"]
    week = (await api.run(VERSIONS, gym.coach, id=plan["id"], week=2))["treatmentPlan"]
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
