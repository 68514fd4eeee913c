"""checkWorkout: each movement that something speaks against, why, and a substitute, in one call."""

from typing import Any  # inputs are JSON

from kinegraph.services import Services
from kinegraph.taxonomy.rules_conditions import vocabulary
from tests.checking.documents import check, codes
from tests.conftest import Api, Organization, World, counted
from tests.layers.documents import cloned
from tests.training.test_restrictions import add as add_restriction
from tests.workout.documents import Pool, assign, create


def sections(*exercise_ids: str) -> list[dict[str, Any]]:
    """One section with a movement of each exercise."""
    return [{"title": "All", "movements": [{"exerciseId": id} for id in exercise_ids]}]


async def test_what_rules_out_blocks_what_warns_warns_and_the_rest_is_not_listed(
    api: Api, world: World, gym: Organization
) -> None:
    ids = [await world.exercise_id(slug) for slug in ("depth-jump", "bench-press", "reverse-pec-deck")]
    found = await check(api, gym.coach, gym.id, "achilles_rupture", "wrist_pain", sections=sections(*ids))
    assert [(each["exercise"]["exerciseId"], each["level"]) for each in found["movements"]] == [
        (ids[0], "BLOCK"),
        (ids[1], "WARN"),
    ]
    assert (found["movementCount"], found["blockedCount"], found["warnedCount"]) == (3, 1, 1)
    assert found["isSafe"] is False
    jump = found["movements"][0]
    assert jump["reason"] == "It is ruled out by achilles rupture."
    assert jump["riskScore"] == 100
    assert jump["substitute"] is None or (
        jump["substitute"]["safety"]["isSafe"] and jump["substitute"]["safety"]["riskScore"] < 60
    )


async def test_a_stored_workout_is_checked_with_the_ids_of_its_movements_by_coach_and_athlete(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    press = await world.exercise_id("bench-press")
    workout = await create(api, gym, sections=sections(press, press))
    assignment = await assign(owner, gym, workout["id"], gym.member)
    movements = [movement["id"] for movement in workout["sections"][0]["movements"]]
    for person in (gym.coach, gym.member):
        found = await check(api, person, gym.id, "wrist pain", workout=workout["id"])
        assert [each["movementId"] for each in found["movements"]] == movements
        assert found["movements"][0]["warnings"][0]["condition"] == "wrist_pain"
        by_assignment = await check(api, person, gym.id, "wrist pain", assignment=str(assignment))
        assert by_assignment["movements"] == found["movements"]


async def test_substitutes_use_the_workouts_own_equipment_unless_other_is_said(
    api: Api, world: World, gym: Organization
) -> None:
    ids = [await world.exercise_id(slug) for slug in ("bench-press", "dumbbell-curl")]
    found = await check(api, gym.coach, gym.id, "shoulder_impingement", sections=sections(*ids))
    press = found["movements"][0]
    assert press["exercise"]["name"] == "Bench Press"
    assert set(press["substitute"]["exercise"]["equipment"]) <= {"barbell", "weight_plate", "bench", "rack", "dumbbell"}
    bare = await check(api, gym.coach, gym.id, "shoulder_impingement", sections=sections(*ids), equipment=[])
    assert bare["movements"][0]["substitute"]["exercise"]["equipment"] == []


async def test_without_conditions_every_classified_exercise_passes(api: Api, world: World, gym: Organization) -> None:
    ids = [await world.exercise_id(slug) for slug in ("snatch", "depth-jump")]
    found = await check(api, gym.coach, gym.id, sections=sections(*ids))
    assert (found["isSafe"], found["movements"]) == (True, [])


async def test_an_exercise_that_nobody_has_classified_is_a_warning_for_a_person_with_conditions(
    api: Api, gym: Organization
) -> None:
    make = "mutation ($input: CreateExerciseInput!) { createExercise(input: $input) { exercise { id } } }"
    own = (await api.run(make, gym.coach, input={"organizationId": str(gym.id), "name": "Log roll"}))["createExercise"]
    found = await check(api, gym.coach, gym.id, "wrist_pain", sections=sections(own["exercise"]["id"]))
    assert [each["level"] for each in found["movements"]] == ["WARN"]
    assert "Nobody has classified it" in found["movements"][0]["reason"]
    assert found["isSafe"] is False


async def test_a_copy_of_an_exercise_that_the_organization_rules_out_blocks_too(api: Api, world: World) -> None:
    gym, plank = await world.organization(), await world.exercise_id("plank")
    copy = await cloned(api, gym, plank)
    before = await check(api, gym.coach, gym.id, "asthma", sections=sections(plank, copy))
    assert before["blockedCount"] == 0
    await add_restriction(api, gym, plank, "asthma", "ABSOLUTE", modification="Ask the physiotherapist")
    found = await check(api, gym.coach, gym.id, "asthma", sections=sections(plank, copy))
    assert [(each["level"], each["riskScore"], each["warnings"]) for each in found["movements"]] == [
        ("BLOCK", 100, [{"condition": "asthma", "level": "AVOID", "modification": "Ask the physiotherapist",
                         "override": None}])
    ] * 2  # fmt: skip


async def test_strangers_and_bad_input_are_refused(api: Api, world: World, gym: Organization) -> None:
    press, other = await world.exercise_id("bench-press"), await world.organization()
    workout = await create(api, gym, sections=sections(press))
    assert await codes(api, other.coach, gym.id, "wrist_pain", workout=workout["id"]) == ["NOT_FOUND"]
    assert await codes(api, other.coach, other.id, "wrist_pain", workout=workout["id"]) == ["NOT_FOUND"]
    assert await codes(api, gym.member, gym.id, "wrist_pain", workout=workout["id"]) == ["NOT_FOUND"]  # not assigned
    assert await codes(api, gym.coach, gym.id, "wrist_pain") == ["INVALID_INPUT"]
    assert await codes(api, gym.coach, gym.id, "wrist_payn", workout=workout["id"]) == ["INVALID_INPUT"]
    assert await codes(api, gym.coach, gym.id, workout=workout["id"], equipment=["barbel"]) == ["INVALID_INPUT"]
    too_many = sections(*[press] * 501)
    assert await codes(api, gym.coach, gym.id, "wrist_pain", sections=too_many) == ["INVALID_INPUT"]


async def test_the_statements_do_not_depend_on_movements_or_conditions(
    services: Services, world: World, gym: Organization
) -> None:
    async with world.database.read() as session:
        rows = await session.fetch("SELECT id FROM exercises WHERE organization_id IS NULL ORDER BY id LIMIT 400")
    ids = [str(row.id) for row in rows]
    async with counted(services, 0) as counter:
        counts = []
        for number, conditions in ((1, ["wrist_pain"]), (len(ids), list(vocabulary())[:60])):
            with counter.counting() as statements:
                found = await check(counter.api, gym.coach, gym.id, *conditions, sections=sections(*ids[:number]))
            counts.append(len(statements))
            assert found["movementCount"] == number
        assert len(found["movements"]) > 300
        assert counts[1] <= counts[0] + 2  # a first answer may have nothing to show below a movement


async def test_what_sessions_leave_out_for_a_condition_is_warned_of(api: Api, world: World, gym: Organization) -> None:
    """Bodies held up over the floor are a warning with osteoporosis, though the severity matrix has no rule."""
    slugs = ("mountain-climbers", "bear-crawl", "ab-wheel-rollout", "single-leg-hip-thrust")
    ids = [await world.exercise_id(slug) for slug in slugs]
    found = await check(api, gym.coach, gym.id, "osteoporosis", sections=sections(*ids))
    assert (found["isSafe"], found["warnedCount"]) == (True, 4)
    assert all(each["riskScore"] >= 25 and each["warnings"][0]["modification"] for each in found["movements"])


async def test_the_overrides_of_somebody_elses_athlete_are_no_answer(api: Api, world: World, gym: Organization) -> None:
    """An athlete who does not belong to the organization is refused, as overrideSafetyWarning refuses them."""
    stranger, press = (await world.organization()).member, await world.exercise_id("bench-press")
    sent = {"sections": sections(press), "athlete": str(stranger.id)}
    assert await codes(api, gym.coach, gym.id, "wrist_pain", **sent) == ["NOT_FOUND"]
