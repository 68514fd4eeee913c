"""createExercise, updateExercise and deleteExercise: every field, its default, null against absent, status moves."""

import asyncio

import asyncpg
import pytest

from tests.conftest import Api, Organization, Person
from tests.exercise.documents import CREATE, DELETE, FULL, LISTS, UPDATE, create, read, refusals, update
from tests.workout.documents import Pool

OPTIONAL = ("description", "athleteNotes", "movementPattern", "difficulty", "videoUrl", "thumbnailUrl",
            "planeOfMotion", "mechanics", "forceVector")  # fmt: skip


async def test_every_field_of_a_new_exercise_is_stored_as_it_was_sent(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym, **FULL)
    assert {name: made[name] for name in FULL} == FULL
    assert made["organization"] == {"id": str(gym.id)}
    assert (made["isCanonical"], made["deletedAt"], made["forkedFrom"]) == (False, None, None)
    assert (made["source"], made["sourceUrl"], made["licenseAttribution"]) == (None, None, None)
    assert made["createdAt"] == made["updatedAt"]
    assert await read(api, gym.coach, made["id"]) == made


async def test_an_exercise_with_only_a_name_has_the_defaults(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym, name="  Plain  ")
    assert made["name"] == "Plain"
    assert (made["status"], made["category"], made["kind"]) == ("PUBLISHED", "OTHER", "STRENGTH_COMPOUND")
    assert made["isUnilateral"] is False
    assert [made[name] for name in LISTS] == [[]] * len(LISTS)
    assert [made[name] for name in (*OPTIONAL, "slug", "video")] == [None] * (len(OPTIONAL) + 2)


async def test_null_for_every_optional_field_of_a_new_exercise_is_the_same_as_leaving_it_out(
    api: Api, gym: Organization
) -> None:
    nothing = {name: None for name in FULL if name != "name"}
    with_nulls = await create(api, gym.coach, gym, name="Plain", **nothing)
    without = await create(api, gym.coach, gym, name="Plain")
    differing = {"id", "createdAt", "updatedAt"}
    assert {k: v for k, v in with_nulls.items() if k not in differing} == {
        k: v for k, v in without.items() if k not in differing
    }


async def test_a_video_address_makes_a_video_of_an_external_provider(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym, videoUrl="https://v.example/1", thumbnailUrl="https://v.example/1.jpg")
    assert made["video"] == {
        "url": "https://v.example/1",
        "thumbnailUrl": "https://v.example/1.jpg",
        "provider": "EXTERNAL",
        "durationSeconds": None,
        "status": "MANUAL",
    }


@pytest.mark.parametrize("name", sorted(FULL.keys() - {"slug"}))
async def test_each_field_can_be_changed_alone_and_changes_no_other(api: Api, gym: Organization, name: str) -> None:
    before = await create(api, gym.coach, gym, status="DRAFT")
    new = "PUBLISHED" if name == "status" else FULL[name]
    after = await update(api, gym.coach, before["id"], **{name: new})
    assert after[name] == new
    untouched = before.keys() - {name, "updatedAt", "video"}
    assert {k: after[k] for k in untouched} == {k: before[k] for k in untouched}
    assert after["updatedAt"] > before["updatedAt"]


async def test_an_update_without_changes_leaves_the_row_and_its_updated_at(api: Api, gym: Organization) -> None:
    before = await create(api, gym.coach, gym, **FULL)
    assert await update(api, gym.coach, before["id"]) == before
    same = {name: value for name, value in FULL.items() if name != "slug"}
    assert await update(api, gym.coach, before["id"], **same) == before


async def test_null_clears_every_field_that_may_be_empty(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym, **FULL)
    cleared = await update(api, gym.coach, made["id"], **dict.fromkeys((*OPTIONAL, *LISTS)))
    assert [cleared[name] for name in OPTIONAL] == [None] * len(OPTIONAL)
    assert [cleared[name] for name in LISTS] == [[]] * len(LISTS)
    assert cleared["video"] is None
    retained = ("name", "status", "category", "kind", "isUnilateral", "slug")
    assert [cleared[name] for name in retained] == [FULL[name] for name in retained]


async def test_nulls_for_fields_that_are_never_empty_are_refused_together(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym)
    never = ["name", "category", "kind", "status", "isUnilateral"]
    found = await refusals(api, UPDATE, gym.coach, id=made["id"], input=dict.fromkeys(never))
    assert sorted(found) == sorted(
        ("INVALID_INPUT", ["input", name], "Must not be null; leave it out to keep it as it is.") for name in never
    )
    assert await read(api, gym.coach, made["id"]) == made


async def test_slug_collision_among_canonical_exercises_is_a_conflict(api: Api, admin: Person) -> None:
    found = await api.refusals(CREATE, admin, input={"name": "Another", "slug": "back-squat"})
    assert found == [("CONFLICT", ["input", "slug"])]


async def test_slug_collision_on_canonical_seed_is_rejected_by_the_partial_unique_index(owner: Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="exercises_slug_unique_idx"):
        await owner.execute("INSERT INTO exercises (name, slug) VALUES ('Another', 'back-squat')")


async def test_an_organization_may_use_a_canonical_slug_for_several_exercises(api: Api, gym: Organization) -> None:
    first = await create(api, gym.coach, gym, slug="back-squat")
    second = await create(api, gym.coach, gym, slug="back-squat")
    assert (first["slug"], second["slug"]) == ("back-squat", "back-squat")


async def test_of_concurrently_created_canonical_exercises_with_one_slug_one_is_stored(api: Api, admin: Person) -> None:
    answers = await asyncio.gather(
        *(api.refusals(CREATE, admin, input={"name": f"Race {n}", "slug": "the-race"}) for n in range(4))
    )
    assert sorted(map(len, answers)) == [0, 1, 1, 1]
    assert {refusal for found in answers for refusal in [(c, tuple(p)) for c, p in found]} == {
        ("CONFLICT", ("input", "slug"))
    }


MOVES = [
    (old, new, old == new or (old, new) in {("DRAFT", "PUBLISHED"), ("DRAFT", "ARCHIVED"),
                                            ("PUBLISHED", "ARCHIVED"), ("ARCHIVED", "PUBLISHED")})
    for old in ("DRAFT", "PUBLISHED", "ARCHIVED")
    for new in ("DRAFT", "PUBLISHED", "ARCHIVED")
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "allowed"), MOVES)
async def test_a_status_moves_only_forward_or_back_from_the_archive(
    api: Api, gym: Organization, old: str, new: str, allowed: bool
) -> None:
    made = await create(api, gym.coach, gym, status=old)
    found = await api.refusals(UPDATE, gym.coach, id=made["id"], input={"status": new, "cues": ["new"]})
    assert found == ([] if allowed else [("INVALID_INPUT", ["input", "status"])])
    after = await read(api, gym.coach, made["id"])
    assert after is not None
    assert (after["status"], after["cues"]) == ((new, ["new"]) if allowed else (old, []))


async def test_a_deleted_exercise_is_not_found_by_its_owner_and_stays_in_the_table(
    api: Api, gym: Organization, owner: Pool
) -> None:
    made = await create(api, gym.coach, gym)
    deleted = await api.run(DELETE, gym.coach, id=made["id"])
    assert deleted["deleteExercise"]["deletedId"] == made["id"]
    assert await read(api, gym.coach, made["id"]) is None
    assert await owner.fetchval("SELECT deleted_at IS NOT NULL FROM exercises WHERE id = $1", made["id"]) is True


async def test_a_deleted_exercise_can_be_neither_changed_nor_deleted_again(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym)
    await api.run(DELETE, gym.coach, id=made["id"])
    assert await api.refusals(DELETE, gym.coach, id=made["id"]) == [("NOT_FOUND", ["id"])]
    assert await api.refusals(UPDATE, gym.coach, id=made["id"], input={"name": "x"}) == [("NOT_FOUND", ["id"])]


async def test_of_concurrent_deletions_one_succeeds(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym)
    answers = await asyncio.gather(*(api.refusals(DELETE, gym.coach, id=made["id"]) for _ in range(3)))
    assert sorted(answers) == [[], [("NOT_FOUND", ["id"])], [("NOT_FOUND", ["id"])]]


async def test_concurrent_changes_of_different_fields_are_all_stored(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym)
    fields = ("description", "athleteNotes", "cues", "aliases", "difficulty", "videoUrl")
    await asyncio.gather(*(update(api, gym.coach, made["id"], **{name: FULL[name]}) for name in fields))
    after = await read(api, gym.coach, made["id"])
    assert after is not None and {name: after[name] for name in fields} == {name: FULL[name] for name in fields}
