"""The patient's conditions are compared with substitutes, as they are with the exercises of the plan."""

from datetime import timedelta
from typing import Any  # answers are JSON
from uuid import UUID

import pytest

from tests.conftest import Api, World
from tests.enrollment.documents import ENROLL, MOVE, OVERRIDE, enrollment
from tests.identity.rows import Pool
from tests.response.clinic import ACCEPT, END, Json, Treated, today, treated
from tests.response.test_options import archive
from tests.treatment import store_version

pytestmark = pytest.mark.own_database  # canonical exercises are edited
BLOCK = "wrist_pain"
INSTEAD = "Take a wider grip with straight wrists, or hold a weight at the chest, half the load"


@pytest.fixture
async def clinic(api: Api, world: World, owner: Pool) -> Treated:
    """A patient whose painful back squat may become a box squat, which the clinic forbids with pain of the wrist."""
    made = await treated(api, world, owner)
    await forbid(owner, made, await world.exercise_id("box-squat"), "absolute")
    return made


async def forbid(owner: Pool, clinic: Treated, exercise: str, severity: str) -> None:
    """Store that the clinic restricts an exercise with pain of the wrist."""
    await owner.execute(
        "INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity, modification) "
        "VALUES ($1, $2, $3, $4, 'Not this one')",
        *(clinic.gym.id, UUID(exercise), BLOCK, severity),
    )


async def has(owner: Pool, clinic: Treated, *conditions: str) -> None:
    """Store the patient's conditions."""
    await owner.execute(
        "INSERT INTO patients (organization_id, user_id, has_conditions_consent, conditions) VALUES ($1, $2, true, $3) "
        "ON CONFLICT ON CONSTRAINT patients_user_key DO UPDATE SET has_conditions_consent = true, conditions = $3",
        *(clinic.gym.id, clinic.patient.id, list(conditions)),
    )


async def held(clinic: Treated, slug: str, world: World) -> None:
    """Have the patient do this in place of back squats since yesterday."""
    await clinic.accept(await clinic.hurt(), await world.exercise_id(slug))
    await clinic.owner.execute(
        "UPDATE exercise_substitutions SET from_day = from_day - 2 WHERE enrollment_id = $1", clinic.id
    )


async def findings(clinic: Treated) -> list[Json]:
    """The findings of the enrollment, but for those of the exercise that nothing replaces."""
    found: Any = await enrollment(clinic.api, clinic.coach, clinic.id)
    return [each for each in found["safetyFindings"] if each["exercise"]["exerciseId"] != clinic.exercises[1]]


def shown(found: list[Json]) -> list[tuple[str, str, str | None]]:
    """The findings as level, exercise, condition."""
    return [(each["level"], each["exercise"]["name"], each["condition"]) for each in found]


def ahead(first: int) -> list[Json]:
    """The days of the plan from so many days after today on."""
    return [{"week": number // 7 + 1, "day": number % 7 + 1} for number in range(28 + first, 56)]


async def test_a_condition_that_comes_later_is_a_finding_of_the_substitute(
    clinic: Treated, world: World, owner: Pool
) -> None:
    """On the days from today on; of the plan's exercise, which the patient does no more, there is none."""
    await held(clinic, "box-squat", world)
    assert await findings(clinic) == []
    await has(owner, clinic, BLOCK)
    found = [each for each in await findings(clinic) if each["condition"] == BLOCK]
    assert shown(found) == [("BLOCK", "Box Squat", BLOCK)]
    assert (found[0]["places"], found[0]["modification"]) == (ahead(0), INSTEAD)
    names = {each["exercise"]["name"] for each in await findings(clinic)}
    assert names == {"Box Squat"}


async def test_until_a_substitution_begins_the_exercise_of_the_plan_is_checked_on_its_days(
    clinic: Treated, world: World, owner: Pool
) -> None:
    """Accepted today, it holds from tomorrow on: the back squat is checked for today, the box squat for all days after.

    Ended, the back squat is checked on the days of the plan as without any substitution.
    """
    await forbid(owner, clinic, clinic.exercises[0], "absolute")
    await clinic.accept(await clinic.hurt(), await world.exercise_id("box-squat"))
    await has(owner, clinic, BLOCK)
    found = [each for each in await findings(clinic) if each["condition"] == BLOCK]
    assert shown(found) == [("BLOCK", "Back Squat", BLOCK), ("BLOCK", "Box Squat", BLOCK)]
    assert [each["places"] for each in found] == [ahead(0)[:1], ahead(1)]
    await owner.execute("UPDATE exercise_substitutions SET to_day = from_day - 1")
    found = [each for each in await findings(clinic) if each["condition"] == BLOCK]
    assert shown(found) == [("BLOCK", "Back Squat", BLOCK)]
    assert found[0]["places"] == ahead(-28)


async def test_a_restriction_that_is_added_later_refuses_moves_because_of_the_substitute(
    clinic: Treated, world: World, owner: Pool
) -> None:
    """A move is a SAFETY_BLOCK with the substitute's finding, until it is overridden."""
    await owner.execute("DELETE FROM safety_restrictions WHERE organization_id = $1", clinic.gym.id)
    days = {(week, 1): clinic.exercises[:1] for week in range(1, 9)}
    await store_version(owner, clinic.gym, days, plan_id=clinic.version.plan_id)
    box = await world.exercise_id("box-squat")
    await has(owner, clinic, BLOCK)
    await held(clinic, "box-squat", world)
    await forbid(owner, clinic, box, "absolute")
    tomorrow = today() + timedelta(days=1)
    move = {"id": str(clinic.id), "versionNumber": 2, "from": str(tomorrow)}
    payload = await clinic.api.payload(MOVE, clinic.coach, input=move)
    assert [(error["code"], error["message"]) for error in payload["userErrors"]] == [
        (
            "SAFETY_BLOCK",
            "The patient's conditions rule out Box Squat (wrist pain): change the plan, or override each.",
        )
    ]
    assert ("BLOCK", "Box Squat", BLOCK) in shown(payload["safetyFindings"])
    sent = {"exerciseId": box, "condition": BLOCK, "reason": "SUPERVISED", "expiresOn": str(tomorrow)}
    payload = await clinic.api.payload(OVERRIDE, clinic.coach, input={"id": str(clinic.id), "overrides": [sent]})
    assert payload["userErrors"] == []
    assert (await clinic.api.payload(MOVE, clinic.coach, input=move))["userErrors"] == []


async def test_a_substitute_that_is_archived_or_deleted_is_a_finding_without_conditions_too(
    clinic: Treated, world: World, owner: Pool
) -> None:
    """It is a warning on the days on which it is due, and none once it is published again."""
    await held(clinic, "box-squat", world)
    await archive(owner, "box-squat")
    (found,) = await findings(clinic)
    assert (found["level"], found["condition"], found["places"]) == ("WARN", None, ahead(0))
    assert found["reason"] == "It was archived or deleted after it was planned or accepted."
    await archive(owner, "box-squat", "published")
    assert await findings(clinic) == []


async def test_less_of_an_exercise_that_conditions_rule_out_is_no_option(
    clinic: Treated, world: World, owner: Pool
) -> None:
    """It is not listed, and refused, with amounts too; one that is warned of is listed, with the warning."""
    back = clinic.exercises[0]
    await has(owner, clinic, BLOCK)
    await forbid(owner, clinic, back, "absolute")
    proposal = await clinic.hurt()
    assert 0 not in [option["steps"] for option in proposal["options"]]
    for amounts in ({}, {"sets": 1}, {"sets": 1, "reps": 1}):
        given = {"id": proposal["id"], "exerciseId": back, **amounts}
        assert await clinic.api.refusals(ACCEPT, clinic.coach, input=given) == [
            ("INVALID_INPUT", ["input", "exerciseId"])
        ]
    await owner.execute("UPDATE safety_restrictions SET severity = 'warning' WHERE exercise_id = $1", UUID(back))
    same = (await clinic.open())["options"][-1]
    assert (same["steps"], same["exercise"]["exerciseId"]) == (0, back)
    assert [each["level"] for each in same["safetyFindings"] if each["condition"] == BLOCK] == ["WARN"]


async def test_options_with_warnings_name_them_and_come_last(clinic: Treated, world: World, owner: Pool) -> None:
    """Those without come first, by their regressions; each finding names the option's exercise and has no places."""
    proposal = await clinic.hurt()
    before = [option["exercise"]["slug"] for option in proposal["options"]]
    assert [option["safetyFindings"] for option in proposal["options"]] == [[]] * len(before)
    await owner.execute(
        "UPDATE safety_restrictions SET severity = 'warning' WHERE organization_id = $1",
        clinic.gym.id,
    )
    await has(owner, clinic, BLOCK)
    options = (await clinic.open())["options"]
    warned = [bool(option["safetyFindings"]) for option in options]
    assert warned == sorted(warned) and True in warned
    box = next(option for option in options if option["exercise"]["slug"] == "box-squat")
    assert box["safetyFindings"] == [
        {
            "level": "WARN",
            "condition": BLOCK,
            "modification": INSTEAD,
            "exercise": {"slug": "box-squat"},
            "places": [],
            "override": None,
        }
    ]
    for group in (False, True):
        steps = [option["steps"] or 9 for option, is_warned in zip(options, warned, strict=True) if is_warned is group]
        assert steps == sorted(steps)


WORKLIST = """query ($id: ID!) { organization(id: $id) {
  worklist(reasons: [RULED_OUT]) { totalCount nodes { reasons enrollment { id } } }
} }"""


async def ruled_out(clinic: Treated) -> list[str]:
    """The enrollments on the worklist because conditions rule an exercise out."""
    found = (await clinic.api.run(WORKLIST, clinic.coach, id=str(clinic.gym.id)))["organization"]["worklist"]
    assert found["totalCount"] == len(found["nodes"])
    assert all("RULED_OUT" in node["reasons"] for node in found["nodes"])
    return [node["enrollment"]["id"] for node in found["nodes"]]


async def test_what_is_done_again_is_checked_where_a_substitution_ends(
    clinic: Treated, world: World, owner: Pool
) -> None:
    """Ruled out since, it is a SAFETY_BLOCK that changes nothing, until each finding is overridden."""
    back = clinic.exercises[0]
    made = (await clinic.accept(await clinic.hurt(), await world.exercise_id("tempo-squat")))["substitution"]
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 2 WHERE enrollment_id = $1", clinic.id)
    await forbid(owner, clinic, back, "absolute")
    await has(owner, clinic, BLOCK)
    given: Json = {"id": made["id"]}
    payload = await clinic.api.payload(END, clinic.coach, input=given)
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("SAFETY_BLOCK", ["input", "overrides"])
    ]
    assert shown(payload["safetyFindings"]) == [("BLOCK", "Back Squat", BLOCK), ("WARN", "Back Squat", None)]
    assert (await clinic.due(1))[0] != back and await ruled_out(clinic) == []
    expires = today() + timedelta(days=1)
    sent = {"exerciseId": back, "condition": BLOCK, "reason": "SUPERVISED", "expiresOn": str(expires)}
    early = {**given, "overrides": [{**sent, "expiresOn": str(today())}]}
    assert await clinic.api.refusals(END, clinic.coach, input=early) == [
        ("INVALID_INPUT", ["input", "overrides", "0", "expiresOn"])
    ]
    payload = await clinic.api.payload(END, clinic.coach, input={**given, "overrides": [sent]})
    assert (payload["userErrors"], payload["substitution"]["to"]) == ([], str(today()))
    assert (await clinic.due(1))[0] == back
    found = [each["override"] for each in await findings(clinic) if each["level"] == "BLOCK"]
    assert [each["reason"] for each in found] == ["SUPERVISED"]


async def test_the_worklist_has_what_conditions_that_came_later_rule_out(
    clinic: Treated, world: World, owner: Pool
) -> None:
    """Of the next seven days, with substitutes in place of what they replace, until somebody overrides the finding."""
    box = await world.exercise_id("box-squat")
    assert await ruled_out(clinic) == []
    await has(owner, clinic, BLOCK)
    assert await ruled_out(clinic) == []
    await owner.execute("UPDATE safety_restrictions SET severity = 'warning' WHERE exercise_id = $1", UUID(box))
    await clinic.accept(await clinic.hurt(), box)
    await owner.execute("UPDATE safety_restrictions SET severity = 'absolute' WHERE exercise_id = $1", UUID(box))
    assert await ruled_out(clinic) == [str(clinic.id)]
    sent = {"exerciseId": box, "condition": BLOCK, "reason": "SUPERVISED", "expiresOn": str(today())}
    given: Json = {"id": str(clinic.id), "overrides": [sent]}
    assert await clinic.api.refusals(OVERRIDE, clinic.coach, input=given) == [
        ("INVALID_INPUT", ["input", "overrides", "0", "expiresOn"])
    ]
    given["overrides"] = [{**sent, "expiresOn": str(today() + timedelta(days=1))}]
    assert (await clinic.api.payload(OVERRIDE, clinic.coach, input=given))["userErrors"] == []
    assert await ruled_out(clinic) == []


async def test_an_exercise_that_hurts_the_same_patient_is_no_option(api: Api, world: World, owner: Pool) -> None:
    """Neither while its own proposal is open, nor while its substitution lasts; declined, or ended, it is one again."""
    clinic = await treated(api, world, owner, ("back-squat", "box-squat"))
    box = clinic.exercises[1]

    async def options() -> list[str]:
        proposals = {each["exercise"]["exerciseId"]: each for each in await clinic.proposals("OPEN")}
        return [each["exercise"]["exerciseId"] for each in proposals[clinic.exercises[0]]["options"]]

    await clinic.hurt(8)
    assert box in await options()
    await clinic.send(clinic.log(8, index=1))
    assert box not in await options()
    proposals = {each["exercise"]["exerciseId"]: each for each in await clinic.proposals("OPEN")}
    assert await api.refusals(
        ACCEPT, clinic.coach, input={"id": proposals[clinic.exercises[0]]["id"], "exerciseId": box}
    ) == [("INVALID_INPUT", ["input", "exerciseId"])]
    made = (await clinic.accept(proposals[box], box))["substitution"]
    assert box not in await options()
    await api.run(END, clinic.coach, input={"id": made["id"]})
    assert box in await options()


async def test_an_enrollment_names_what_another_one_replaced_after_pain(api: Api, world: World, owner: Pool) -> None:
    """Enrolled anew in the same plan, or in another with the exercise, coaches are warned; patients see no proposal."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await clinic.accept(await clinic.hurt(8), box)
    days = {(week, 1): clinic.exercises[:1] for week in range(1, 3)}
    other = await store_version(owner, clinic.gym, days)
    given: Json = {"patientId": str(clinic.patient.id), "startsOn": str(today() + timedelta(days=1))}
    why = f"it was replaced by Box Squat after a pain of 8 on {today()}"
    reason = f"In another enrollment {why}; here it is to be done."
    await owner.execute("UPDATE enrollments SET status = 'cancelled', ended_on = current_date WHERE id = $1", clinic.id)
    for plan_id, places in ((other.plan_id, [1, 1]), (clinic.version.plan_id, [1, 1])):
        payload = await api.payload(ENROLL, clinic.coach, input={**given, "planId": str(plan_id)})
        assert payload["userErrors"] == []
        (found,) = payload["safetyFindings"]
        assert (found["level"], found["condition"], found["reason"]) == ("WARN", None, reason)
        assert [*found["places"][0].values()] == places
        id = UUID(payload["enrollment"]["id"])
        for person, shown_to in ((clinic.coach, [reason]), (clinic.patient, [])):
            stored: Any = await enrollment(api, person, id)
            assert [each["reason"] for each in stored["safetyFindings"]] == shown_to
    assert await findings(clinic) == []
