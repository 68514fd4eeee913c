"""The options of a proposal follow the library and the patient's conditions as they are when it is read."""

from uuid import UUID

import pytest

from tests.conftest import Api, Counter, World
from tests.identity.rows import Pool
from tests.response.clinic import OF_CLINIC, PROPOSALS, Json, treated

pytestmark = pytest.mark.own_database  # canonical exercises are edited


def slugs(proposal: Json) -> list[str]:
    """The options that are other exercises, one regression away."""
    return [option["exercise"]["slug"] for option in proposal["options"] if option["steps"] == 1]


def steps_by_slug(proposal: Json) -> dict[str, int]:
    """All options, each with its number of regressions."""
    return {option["exercise"]["slug"]: option["steps"] for option in proposal["options"]}


async def archive(owner: Pool, slug: str, status: str = "archived") -> None:
    """Archive a canonical exercise, or take that back."""
    await owner.execute("UPDATE exercises SET status = $2 WHERE slug = $1 AND organization_id IS NULL", slug, status)


async def test_an_archived_regression_is_no_option(api: Api, world: World, owner: Pool) -> None:
    """It is left out, and is an option again once it is published."""
    clinic = await treated(api, world, owner)
    await clinic.hurt()
    await archive(owner, "box-squat")
    assert slugs(await clinic.open()) == ["tempo-squat", "hack-squat"]
    await archive(owner, "box-squat", "published")
    assert slugs(await clinic.open()) == ["box-squat", "tempo-squat", "hack-squat"]


@pytest.mark.parametrize("change", ["status = 'archived'", "deleted_at = now()"])
async def test_what_is_easier_than_an_archived_or_deleted_regression_stays_an_option(
    api: Api, world: World, owner: Pool, change: str
) -> None:
    """The steps behind it are reached through it: only the exercise itself is none."""
    clinic, box = await treated(api, world, owner), UUID(await world.exercise_id("box-squat"))
    await clinic.hurt()
    before = steps_by_slug(await clinic.open())
    assert before.pop("box-squat") == 1 and before["goblet-squat"] == 2
    await owner.execute(f"UPDATE exercises SET {change} WHERE id = $1", box)
    after = steps_by_slug(await clinic.open())
    await owner.execute("UPDATE exercises SET status = 'published', deleted_at = NULL WHERE id = $1", box)
    assert after == before


async def test_less_of_a_substitute_that_was_archived_is_an_option_with_a_warning(
    api: Api, world: World, owner: Pool
) -> None:
    """It may be done less, and the option says what the enrollment's findings say of it then."""
    clinic = await treated(api, world, owner)
    box = await world.exercise_id("box-squat")
    await clinic.accept(await clinic.hurt(), box)
    await clinic.hurt(9)
    await archive(owner, "box-squat")
    option = next(each for each in (await clinic.open())["options"] if each["exercise"]["exerciseId"] == box)
    await archive(owner, "box-squat", "published")
    assert (option["steps"], option["sets"]) == (0, 2)
    assert [(each["level"], each["condition"]) for each in option["safetyFindings"]] == [("WARN", None)]


async def test_a_regression_that_conditions_rule_out_is_no_option(api: Api, world: World, owner: Pool) -> None:
    """The organization forbids the box squat for a condition of the patient: the others stay options."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await clinic.hurt()
    await owner.execute(
        "INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity, modification) "
        "VALUES ($1, $2, 'knee_pain', 'absolute', 'Not on a box')",
        clinic.gym.id,
        UUID(box),
    )
    assert "box-squat" in slugs(await clinic.open())
    await owner.execute(
        "INSERT INTO patients (organization_id, user_id, has_conditions_consent, conditions) "
        "VALUES ($1, $2, true, '{knee_pain}')",
        clinic.gym.id,
        clinic.patient.id,
    )
    assert "box-squat" not in slugs(await clinic.open())


async def test_an_exercise_without_regressions_can_be_done_less(api: Api, world: World, owner: Pool) -> None:
    """An exercise of the organization that is in no graph has one option: half of its sets."""
    gym = await world.organization()
    own = await owner.fetchval(
        "INSERT INTO exercises (organization_id, name, status, kind, category) "
        "VALUES ($1, 'Own walk', 'published', 'conditioning', 'cardio') RETURNING id",
        gym.id,
    )
    clinic = await treated(api, world, owner, gym=gym, exercises=[str(own)])
    (option,) = (await clinic.hurt())["options"]
    assert (option["exercise"]["exerciseId"], option["steps"], option["sets"]) == (str(own), 0, 2)


async def test_options_are_of_at_most_three_regressions_nearest_first(api: Api, world: World, owner: Pool) -> None:
    """Each exercise is one option, by the fewest regressions to it; the same exercise comes last."""
    clinic = await treated(api, world, owner)
    options = (await clinic.hurt())["options"]
    steps = [option["steps"] for option in options]
    assert steps[:-1] == sorted(steps[:-1]) and steps[-1] == 0 and 2 in steps
    assert len({option["exercise"]["exerciseId"] for option in options}) == len(options) <= 10


async def test_a_page_of_proposals_takes_the_same_statements_for_one_and_for_many(
    counter: Counter, world: World, owner: Pool
) -> None:
    """With options, logs and substitutions, for the list of an enrollment and that of the organization."""
    clinic = await treated(counter.api, world, owner, ("back-squat", "clamshell", "deadlift", "plank"))

    async def statements() -> list[int]:
        found = []
        for text, id in ((PROPOSALS, clinic.id), (OF_CLINIC, clinic.gym.id)):
            with counter.counting() as seen:
                await counter.api.run(text, clinic.coach, id=str(id))
            found.append(len(seen))
        return found

    await clinic.hurt()
    before = await statements()
    await clinic.send(*[clinic.log(8, day, index) for day in range(5) for index in range(4)])
    assert len(await clinic.proposals()) == 4
    assert await statements() == before
