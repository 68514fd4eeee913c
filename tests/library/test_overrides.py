"""upsertExerciseOverride and resetExerciseOverride: merging, resetting and bounds (docs/domain.md, Overrides)."""

import asyncio
from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization, World
from tests.exercise.documents import create, refusals, update
from tests.exercise.samples import OVERRIDABLE, OVERRIDES
from tests.library.documents import RESET, UPSERT, effective, library, reset, target, upsert
from tests.workout.documents import Pool

HEBREW = "סקוואט אחורי"
VIDEO = "https://videos.example/back-squat"
EVERYTHING: dict[str, Any] = {
    **OVERRIDES,
    "name": HEBREW,
    "description": "Ours.",
    "athleteNotes": "Brace.",
    "category": "OTHER",
    "kind": "TEST",
    "movementPattern": "HINGE",
    "primaryMuscles": ["glutes"],
    "secondaryMuscles": [],
    "equipment": ["safety_bar"],
    "aliases": ["SSB"],
    "difficulty": 5,
    "discipline": ["rugby"],
    "cues": ["Up"],
    "commonFaults": ["Down"],
    "scalingOptions": ["Box"],
    "videoUrl": VIDEO,
    "thumbnailUrl": f"{VIDEO}.jpg",
}


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization that overrides nothing yet."""
    return await world.organization()


async def stored(owner: Pool, gym: Organization) -> list[Any]:
    """The stored diffs of an organization that are not empty."""
    query = "SELECT overrides::text FROM exercise_org_overrides WHERE organization_id = $1 AND overrides <> '{}'"
    rows = await owner.fetch(query, gym.id)
    return [row["overrides"] for row in rows]


async def test_golden_path_a_coach_overrides_back_squats_name_in_hebrew_and_its_video(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    other = await world.organization()
    before = await effective(api, gym, squat)
    theirs = await effective(api, other, squat)
    assert before is not None
    changed = await upsert(api, gym, squat, name=HEBREW, videoUrl=VIDEO)
    assert (changed["name"], changed["videoUrl"]) == (HEBREW, VIDEO)
    assert (changed["isCustomizedByOrg"], changed["customizedFields"]) == (True, ["name", "videoUrl"])
    assert (changed["exercise"], changed["isOrgCustom"]) == (before["exercise"], False)
    assert {name: changed[name] for name in set(OVERRIDABLE) - {"name", "videoUrl"}} == {
        name: before[name] for name in set(OVERRIDABLE) - {"name", "videoUrl"}
    }
    assert await effective(api, gym, squat) == changed
    assert (await library(api, gym, source="CUSTOMIZED", filter={"q": HEBREW}))["nodes"] == [changed]
    assert changed in (await library(api, gym, filter={"q": HEBREW}))["nodes"]
    assert await effective(api, other, squat) == theirs
    assert await reset(api, gym, squat) == before
    assert await effective(api, gym, squat) == before


async def test_every_field_of_the_allowlist_can_be_overridden_and_shows(
    api: Api, gym: Organization, squat: str
) -> None:
    changed = await upsert(api, gym, squat, **EVERYTHING)
    assert {name: changed[name] for name in OVERRIDABLE} == EVERYTHING
    assert changed["customizedFields"] == sorted(OVERRIDABLE)
    assert await effective(api, gym, squat) == changed
    assert (await library(api, gym, source="CUSTOMIZED"))["nodes"] == [changed]


@pytest.mark.parametrize("name", OVERRIDABLE)
async def test_null_resets_each_field_to_the_canonical_value(
    api: Api, gym: Organization, squat: str, owner: Pool, name: str
) -> None:
    before = await effective(api, gym, squat)
    assert (await upsert(api, gym, squat, **{name: EVERYTHING[name]}))["customizedFields"] == [name]
    assert await upsert(api, gym, squat, **{name: None}) == before
    assert await stored(owner, gym) == []


async def test_an_upsert_merges_with_what_was_overridden_before(api: Api, gym: Organization, squat: str) -> None:
    await upsert(api, gym, squat, name="First", cues=["First"], difficulty=1)
    changed = await upsert(api, gym, squat, name="Second", cues=None, aliases=["Second"])
    assert changed["customizedFields"] == ["aliases", "difficulty", "name"]
    assert (changed["name"], changed["difficulty"], changed["aliases"]) == ("Second", 1, ["Second"])
    assert changed["cues"] == changed["exercise"]["cues"]


async def test_a_diff_that_becomes_empty_deletes_the_row(api: Api, gym: Organization, squat: str, owner: Pool) -> None:
    await upsert(api, gym, squat, name=HEBREW, videoUrl=VIDEO)
    await upsert(api, gym, squat, name=None)
    assert len(await stored(owner, gym)) == 1
    changed = await upsert(api, gym, squat, videoUrl=None, cues=None)
    assert (changed["isCustomizedByOrg"], changed["customizedFields"]) == (False, [])
    assert await stored(owner, gym) == []


@pytest.mark.parametrize("overrides", [{}, {"name": None}, dict.fromkeys(OVERRIDABLE)])
async def test_an_override_of_nothing_stores_nothing(
    api: Api, gym: Organization, squat: str, owner: Pool, overrides: dict[str, Any]
) -> None:
    assert (await upsert(api, gym, squat, **overrides))["isCustomizedByOrg"] is False
    assert await stored(owner, gym) == []


async def test_an_empty_list_is_an_override_and_not_a_null(api: Api, gym: Organization, squat: str) -> None:
    changed = await upsert(api, gym, squat, cues=[], equipment=[])
    assert (changed["cues"], changed["equipment"]) == ([], [])
    assert changed["customizedFields"] == ["cues", "equipment"]


async def test_lists_of_an_override_are_stored_as_they_are_sent_and_its_texts_are_split(
    api: Api, gym: Organization, squat: str
) -> None:
    changed = await upsert(api, gym, squat, equipment="safety_bar; rack", aliases=["Row, Seated"])
    assert (changed["equipment"], changed["aliases"]) == (["safety_bar; rack"], ["Row, Seated"])
    changed = await upsert(api, gym, squat, equipmentText="safety_bar; rack", aliasesText=f"SSB, {HEBREW}")
    assert (changed["equipment"], changed["aliases"]) == (["safety_bar", "rack"], ["SSB", HEBREW])
    assert (await upsert(api, gym, squat, equipmentText=None))["customizedFields"] == ["aliases"]
    every = await upsert(api, gym, squat, equipment=["a, b"], equipmentText=None, aliases=None, aliasesText="c, d")
    assert (every["equipment"], every["aliases"]) == (["a, b"], ["c", "d"])
    both = {"equipment": ["rack"], "equipmentText": "rack", "difficulty": 9}
    assert await api.refusals(UPSERT, gym.coach, **target(squat, gym), overrides=both) == [
        ("INVALID_INPUT", ["overrides", "equipmentText"]),
        ("INVALID_INPUT", ["overrides", "difficulty"]),
    ]


async def test_an_override_equal_to_the_canonical_value_is_no_override(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    admin = await world.person(is_platform_admin=True)
    id = (await create(api, admin, name="Squat", cues=["Up", "Down"], difficulty=3, aliases=["e\u0301"]))["id"]
    before = await effective(api, gym, id)
    equal: dict[str, Any] = {
        "name": " Squat ",
        "cues": ["Up", "Down"],
        "difficulty": 3,
        "aliases": ["\u00e9"],
        "category": "OTHER",
    }
    assert await upsert(api, gym, id, **equal) == before
    assert await stored(owner, gym) == []
    changed = await upsert(api, gym, id, **{**equal, "name": "squat"}, secondaryMuscles=[], kind="TEST")
    assert changed["customizedFields"] == ["kind", "name"]
    back = await upsert(api, gym, id, name="Squat")
    assert (back["name"], back["customizedFields"]) == ("Squat", ["kind"])
    assert await stored(owner, gym) == ['{"kind": "test"}']


async def test_an_override_that_the_canonical_row_comes_to_equal_stays_until_it_is_sent_again(
    api: Api, world: World, gym: Organization
) -> None:
    admin = await world.person(is_platform_admin=True)
    id = (await create(api, admin, name="Squat", difficulty=3))["id"]
    await upsert(api, gym, id, difficulty=4)
    for difficulty in (4, 5):
        await update(api, admin, id, difficulty=difficulty)
        seen = await effective(api, gym, id)
        assert seen is not None and (seen["difficulty"], seen["customizedFields"]) == (4, ["difficulty"])
    await update(api, admin, id, difficulty=4)
    assert (await upsert(api, gym, id, difficulty=4))["isCustomizedByOrg"] is False


async def test_resetting_twice_or_without_an_override_gives_the_canonical_exercise(
    api: Api, gym: Organization, squat: str
) -> None:
    before = await effective(api, gym, squat)
    assert await reset(api, gym, squat) == before
    await upsert(api, gym, squat, **EVERYTHING)
    assert await reset(api, gym, squat) == before
    assert await reset(api, gym, squat) == before


async def test_an_override_has_its_creator_and_its_last_editor(
    api: Api, gym: Organization, squat: str, owner: Pool
) -> None:
    await upsert(api, gym, squat, name="First")
    await upsert(api, gym, squat, gym.owner, name="Second")
    row = await owner.fetchrow("SELECT * FROM exercise_org_overrides WHERE organization_id = $1", gym.id)
    assert (row["created_by_user_id"], row["updated_by_user_id"]) == (gym.coach.id, gym.owner.id)
    assert row["updated_at"] > row["created_at"]


async def test_a_canonical_change_shows_where_it_is_not_overridden(api: Api, world: World, gym: Organization) -> None:
    admin = await world.person(is_platform_admin=True)
    id = (await create(api, admin, name="Old", cues=["Old"]))["id"]
    await upsert(api, gym, id, name="Ours")
    await update(api, admin, id, name="New", cues=["New"])
    seen = await effective(api, gym, id)
    assert seen is not None and (seen["name"], seen["cues"]) == ("Ours", ["New"])


async def test_an_override_accepts_the_id_of_the_effective_exercise_too(
    api: Api, gym: Organization, squat: str
) -> None:
    changed = await upsert(api, gym, f"{gym.id}:{squat}", name=HEBREW)
    assert (changed["id"], changed["exerciseId"]) == (f"{gym.id}:{squat}", squat)
    assert await effective(api, gym, changed["id"]) == changed
    assert (await reset(api, gym, changed["id"]))["isCustomizedByOrg"] is False


async def test_concurrent_upserts_of_different_keys_are_all_stored(api: Api, gym: Organization, squat: str) -> None:
    await asyncio.gather(*(upsert(api, gym, squat, **{name: EVERYTHING[name]}) for name in OVERRIDABLE))
    seen = await effective(api, gym, squat)
    assert seen is not None and {name: seen[name] for name in OVERRIDABLE} == EVERYTHING
    assert seen["customizedFields"] == sorted(OVERRIDABLE)


async def test_concurrent_removals_of_every_key_leave_no_row(
    api: Api, gym: Organization, squat: str, owner: Pool
) -> None:
    await upsert(api, gym, squat, **EVERYTHING)
    await asyncio.gather(*(upsert(api, gym, squat, **{name: None}) for name in OVERRIDABLE))
    assert await stored(owner, gym) == []


async def test_a_key_that_is_set_while_the_others_are_removed_stays(api: Api, gym: Organization, squat: str) -> None:
    for _ in range(5):
        await upsert(api, gym, squat, name="Old")
        await asyncio.gather(
            upsert(api, gym, squat, name=None),
            upsert(api, gym, squat, cues=["New"]),
            upsert(api, gym, squat, kind=None),
        )
        seen = await effective(api, gym, squat)
        assert seen is not None and (seen["customizedFields"], seen["cues"]) == (["cues"], ["New"])
        await reset(api, gym, squat)


async def test_override_on_an_org_custom_row_is_refused_with_the_specified_message(api: Api, gym: Organization) -> None:
    own = await create(api, gym.coach, gym)
    found = await refusals(api, UPSERT, gym.coach, **target(own["id"], gym), overrides={"name": "x"})
    message = "Overrides can only target canonical exercises"
    assert found == [("OVERRIDE_TARGET_NOT_CANONICAL", ["exerciseId"], message)]


async def test_reset_override_on_an_org_custom_row_is_refused_with_the_specified_message(
    api: Api, gym: Organization
) -> None:
    own = await create(api, gym.coach, gym, status="DRAFT")
    found = await refusals(api, RESET, gym.coach, **target(own["id"], gym))
    message = "Cannot reset an org-custom exercise; delete it instead"
    assert found == [("RESET_TARGET_NOT_CANONICAL", ["exerciseId"], message)]


@pytest.mark.parametrize(
    "key", ["slug", "id", "embedding", "searchTsv", "videoStatus", "source", "status", "mechanics"]
)
async def test_override_payload_with_unknown_keys_stores_none_of_them(
    api: Api, gym: Organization, squat: str, owner: Pool, key: str
) -> None:
    response = await api.post(UPSERT, gym.coach, **target(squat, gym), overrides={"name": "x", key: "x"})
    assert response.status_code == 400
    assert f"'{key}'" in response.json()["errors"][0]["message"]
    assert await stored(owner, gym) == []


@pytest.mark.parametrize("value", [0, 6, -1, 2**31 - 1])
async def test_difficulty_outside_1_to_5_is_refused_in_an_override(
    api: Api, gym: Organization, squat: str, owner: Pool, value: int
) -> None:
    found = await refusals(api, UPSERT, gym.coach, **target(squat, gym), overrides={"difficulty": value, "name": "x"})
    assert [(code, path) for code, path, _ in found] == [("INVALID_INPUT", ["overrides", "difficulty"])]
    assert await stored(owner, gym) == []


@pytest.mark.parametrize(
    ("overrides", "path"),
    [({"name": ""}, ["name"]), ({"name": "a\x00"}, ["name"]), ({"name": "x" * 256}, ["name"]),
     ({"videoUrl": "x"}, ["videoUrl"]), ({"cues": [""]}, ["cues", "0"]), ({"aliases": ["x" * 256]}, ["aliases", "0"]),
     ({"description": "x" * 10_001}, ["description"]), ({"equipment": [str(n) for n in range(51)]}, ["equipment"])],
)  # fmt: skip
async def test_a_bad_override_is_refused_at_its_field_and_changes_nothing(
    api: Api, gym: Organization, squat: str, overrides: dict[str, Any], path: list[str]
) -> None:
    before = await upsert(api, gym, squat, name=HEBREW)
    found = await api.refusals(UPSERT, gym.coach, **target(squat, gym), overrides={"kind": "TEST", **overrides})
    assert found == [("INVALID_INPUT", ["overrides", *path])]
    assert await effective(api, gym, squat) == before
