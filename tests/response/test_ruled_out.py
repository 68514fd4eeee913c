"""The worklist names the exercises that conditions rule out."""

from typing import Any  # answers are JSON
from uuid import UUID

from tests.conftest import Api, World
from tests.enrollment.documents import OVERRIDE
from tests.identity.rows import Pool
from tests.response.clinic import Treated, today, treated
from tests.response.test_safety import BLOCK, forbid, has

WORKLIST = """query ($id: ID!) { organization(id: $id) { worklist { nodes {
  reasons exercises { reasons exercise { exerciseId } substitute { exerciseId } }
} } } }"""


async def entry(clinic: Treated) -> tuple[list[str], list[tuple[str, str | None, list[str]]]]:
    """The reasons of the only entry, and its exercises with what is done in their place and theirs."""
    data: Any = await clinic.api.run(WORKLIST, clinic.coach, id=str(clinic.gym.id))
    (node,) = data["organization"]["worklist"]["nodes"]
    return node["reasons"], [
        (each["exercise"]["exerciseId"], each["substitute"] and each["substitute"]["exerciseId"], each["reasons"])
        for each in node["exercises"]
    ]


async def test_a_plans_exercise_that_is_ruled_out_is_named(api: Api, world: World, owner: Pool) -> None:
    """With RULED_OUT alone too, and no more once somebody has overridden it."""
    clinic = await treated(api, world, owner)
    calf = clinic.exercises[1]
    await forbid(owner, clinic, calf, "absolute")
    await has(owner, clinic, BLOCK)
    reasons, exercises = await entry(clinic)
    assert reasons[0] == "RULED_OUT"
    assert exercises[0][:2] == (calf, None) and exercises[0][2][0] == "RULED_OUT"
    assert [id for id, _, each in exercises if "RULED_OUT" in each] == [calf]
    sent = {"exerciseId": calf, "condition": BLOCK, "reason": "SUPERVISED", "expiresOn": str(today())}
    given = {"id": str(clinic.id), "overrides": [sent]}
    assert (await api.payload(OVERRIDE, clinic.coach, input=given))["userErrors"] == []
    reasons, exercises = await entry(clinic)
    assert "RULED_OUT" not in [*reasons, *(reason for _, _, each in exercises for reason in each)]


async def test_a_substitute_that_is_ruled_out_is_named_beside_the_plans_exercise(
    api: Api, world: World, owner: Pool
) -> None:
    """Also before its first day, when nothing is done in place of the exercise yet."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await clinic.accept(await clinic.hurt(), box)
    await forbid(owner, clinic, box, "absolute")
    await has(owner, clinic, BLOCK)
    expected = (clinic.exercises[0], box, "RULED_OUT")
    for _ in range(2):
        _, exercises = await entry(clinic)
        (found,) = [each for each in exercises if "RULED_OUT" in each[2]]
        assert (found[0], found[1], found[2][0]) == expected
        await owner.execute(
            "UPDATE exercise_substitutions SET from_day = from_day - 2 WHERE enrollment_id = $1", UUID(str(clinic.id))
        )


async def test_an_exercise_that_is_ruled_out_is_not_ready_to_progress(api: Api, world: World, owner: Pool) -> None:
    """Its good scores count again while an override of what rules it out holds."""
    clinic = await treated(api, world, owner)
    calf = clinic.exercises[1]
    await clinic.send(*({**clinic.log(0, ago, index=1), "exertion": 3} for ago in range(14)))

    async def shown() -> tuple[list[str], list[str]]:
        reasons, exercises = await entry(clinic)
        return reasons, next((each for id, _, each in exercises if id == calf), [])

    assert (await shown())[1] == ["READY_TO_PROGRESS"]
    await forbid(owner, clinic, calf, "absolute")
    await has(owner, clinic, BLOCK)
    reasons, of_calf = await shown()
    assert of_calf == ["RULED_OUT"] and "READY_TO_PROGRESS" not in reasons
    sent = {"exerciseId": calf, "condition": BLOCK, "reason": "SUPERVISED", "expiresOn": str(today())}
    await api.run(OVERRIDE, clinic.coach, input={"id": str(clinic.id), "overrides": [sent]})
    assert (await shown())[1] == ["READY_TO_PROGRESS"]
    columns = "enrollment_id, organization_id, patient_id, exercise_id, condition, reason, created_by_user_id"
    await owner.execute(
        f"INSERT INTO enrollment_overrides ({columns}, expires_on) SELECT {columns}, expires_on - 2 "
        "FROM enrollment_overrides WHERE enrollment_id = $1",
        UUID(str(clinic.id)),
    )
    reasons, of_calf = await shown()
    assert (reasons[0], of_calf) == ("OVERRIDE_EXPIRED", [])
    assert "READY_TO_PROGRESS" not in reasons
