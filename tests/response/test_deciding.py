"""Clinicians accept and decline proposals: what is due changes from the next day on, and can be taken back."""

import asyncio
from datetime import timedelta
from uuid import UUID

from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.record.test_history import opened
from tests.response.clinic import ACCEPT, DECLINE, END, Treated, today, treated

ADHERENCE = """query ($id: ID!) { enrollment(id: $id) { adherence {
  byExercise { exercise { exerciseId } prescribed completed }
} } }"""


async def test_an_accepted_proposal_holds_from_the_next_day_on(api: Api, world: World, owner: Pool) -> None:
    """Today stays as the plan has it; from tomorrow on the easier exercise is due, as much of it as the plan says."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    done = await clinic.accept(await clinic.hurt(), box, reason="Depth hurts")
    made = done["substitution"]
    assert (done["status"], done["reason"], done["options"]) == ("ACCEPTED", "Depth hurts", [])
    assert done["decidedBy"] == made["createdBy"] == {"id": str(clinic.coach.id)}
    assert (made["from"], made["to"], made["sets"]) == (str(today() + timedelta(days=1)), None, 3)
    assert await clinic.due(0) == clinic.exercises
    shown = await clinic.shown(1)
    first, second = shown["dueExercises"]
    assert (first["exercise"]["exerciseId"], first["sets"], first["reps"], first["substitution"]) == (
        box,
        3,
        10,
        {"id": made["id"]},
    )
    assert (second["exercise"]["exerciseId"], second["substitution"]) == (clinic.exercises[1], None)
    assert shown["substitutions"] == [made]
    assert [each["exercise"]["exerciseId"] for each in shown["due"][0]["exercises"]] == clinic.exercises


async def test_amounts_may_be_sent_and_less_of_the_same_exercise_is_an_option(
    api: Api, world: World, owner: Pool
) -> None:
    """Sent amounts of another exercise are at most done, at the plan's rest; the same one without amounts is halved."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await clinic.send(clinic.log(7), clinic.log(5, index=1))
    proposals = {each["exercise"]["exerciseId"]: each for each in await clinic.proposals("OPEN")}
    amounts = {"sets": 2, "reps": 6, "notes": "Slowly"}
    await clinic.accept(proposals[clinic.exercises[0]], box, **amounts)
    await clinic.accept(proposals[clinic.exercises[1]], clinic.exercises[1])
    first, second = (await clinic.shown(1))["dueExercises"]
    assert {name: first[name] for name in amounts} == amounts
    assert (first["restSeconds"], first["perSide"]) == (60, False)
    assert (second["exercise"]["exerciseId"], second["sets"], second["reps"], second["restSeconds"]) == (
        clinic.exercises[1],
        2,
        10,
        60,
    )


async def test_logs_and_adherence_count_for_the_exercise_of_the_plan(api: Api, world: World, owner: Pool) -> None:
    """A log of a substituted day completes the plan's prescription, and names the substitution."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    made = (await clinic.accept(await clinic.hurt(), box))["substitution"]
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 3 WHERE enrollment_id = $1", clinic.id)
    (log,) = await clinic.send(clinic.log(0, 1))
    text = "query ($id: ID!) { node(id: $id) { ... on ExerciseLog { exercise { exerciseId } substitution { id } } } }"
    assert (await api.run(text, clinic.patient, id=log))["node"] == {
        "exercise": {"exerciseId": clinic.exercises[0]},
        "substitution": {"id": made["id"]},
    }
    found = (await api.run(ADHERENCE, clinic.patient, id=str(clinic.id)))["enrollment"]["adherence"]["byExercise"]
    counted = {each["exercise"]["exerciseId"]: (each["prescribed"], each["completed"]) for each in found}
    assert counted == {clinic.exercises[0]: (29, 2), clinic.exercises[1]: (29, 0)}


async def test_pain_of_a_substitute_proposes_what_is_easier_than_it(api: Api, world: World, owner: Pool) -> None:
    """Before it, logs with no more pain propose nothing; a painful log of it does, from its own regressions."""
    clinic = await treated(api, world, owner)
    tempo, box = [await world.exercise_id(slug) for slug in ("tempo-squat", "box-squat")]
    first = (await clinic.accept(await clinic.hurt(), tempo))["substitution"]
    await clinic.send(clinic.log(7, 1), clinic.log(6))
    assert await clinic.proposals("OPEN") == []
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 3 WHERE enrollment_id = $1", clinic.id)
    await clinic.send(clinic.log(6))
    again = await clinic.open()
    assert again["exercise"]["exerciseId"] == clinic.exercises[0]
    options = [option["exercise"]["exerciseId"] for option in again["options"]]
    assert (options[-1], clinic.exercises[0] in options) == (tempo, False)
    chosen = box if box in options else tempo
    await clinic.accept(again, chosen, sets=1)
    before, after = (await clinic.shown(1))["substitutions"]
    assert (before["id"], before["to"], before["endedBy"]) == (first["id"], str(today()), {"id": str(clinic.coach.id)})
    assert (after["from"], after["substitute"]["exerciseId"]) == (str(today() + timedelta(days=1)), chosen)


async def test_a_substitution_is_ended_from_the_next_day_on(api: Api, world: World, owner: Pool) -> None:
    """One that holds today holds today still; one that is to begin never holds; neither is ended twice."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    made = (await clinic.accept(await clinic.hurt(), box))["substitution"]
    given = {"id": made["id"], "reason": "Free of pain", "ifUpdatedAt": made["updatedAt"]}
    ended = (await api.run(END, clinic.coach, input=given))["endExerciseSubstitution"]["substitution"]
    assert (ended["to"], ended["endReason"], ended["endedBy"]) == (
        str(today()),
        "Free of pain",
        {"id": str(clinic.coach.id)},
    )
    assert await clinic.due(1) == clinic.exercises
    assert await api.refusals(END, clinic.coach, input={"id": made["id"]}) == [("CONFLICT", ["input", "id"])]
    made = (await clinic.accept(await clinic.hurt(), box))["substitution"]
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 3 WHERE to_day IS NULL")
    await api.run(END, clinic.coach, input={"id": made["id"]})
    assert (await clinic.due(0), await clinic.due(1)) == ([box, clinic.exercises[1]], clinic.exercises)


async def test_ending_a_replacement_before_it_began_brings_back_what_it_replaced(
    api: Api, world: World, owner: Pool
) -> None:
    """The tempo squat, which held, holds on, and not one set of it; ended after that, the plan's exercise is due."""
    clinic, tempo = await treated(api, world, owner), await world.exercise_id("tempo-squat")
    first = (await clinic.accept(await clinic.hurt(), tempo))["substitution"]
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 3 WHERE enrollment_id = $1", clinic.id)
    second = (await clinic.accept(await clinic.hurt(), tempo, sets=1))["substitution"]
    assert [(await clinic.shown(day))["dueExercises"][0]["sets"] for day in (0, 1)] == [3, 1]
    await api.run(END, clinic.coach, input={"id": second["id"]})
    held, never = (await clinic.shown(1))["substitutions"]
    assert (held["id"], held["to"], held["endedBy"]) == (first["id"], None, None)
    assert (never["id"], never["to"]) == (second["id"], str(today()))
    assert [(await clinic.due(day))[0] for day in (0, 1)] == [tempo, tempo]
    assert [(await clinic.shown(day))["dueExercises"][0]["sets"] for day in (0, 1)] == [3, 3]
    await api.run(END, clinic.coach, input={"id": first["id"]})
    assert [(await clinic.due(day))[0] for day in (0, 1)] == [tempo, clinic.exercises[0]]


async def test_ending_a_substitution_brings_back_none_that_was_ended_itself(
    api: Api, world: World, owner: Pool
) -> None:
    """A substitution that replaced none, after one that a coach ended on the same day, leaves the plan's exercise."""
    clinic = await treated(api, world, owner)
    box, tempo = [await world.exercise_id(slug) for slug in ("box-squat", "tempo-squat")]
    for days, easier in ((3, box), (0, tempo)):
        made = (await clinic.accept(await clinic.hurt(), easier))["substitution"]
        await owner.execute(
            "UPDATE exercise_substitutions SET from_day = from_day - $2::integer WHERE id = $1", UUID(made["id"]), days
        )
        await api.run(END, clinic.coach, input={"id": made["id"]})
    assert [(await clinic.due(day))[0] for day in (0, 1)] == [box, clinic.exercises[0]]
    assert [each["to"] for each in (await clinic.shown(1))["substitutions"]] == [str(today())] * 2


async def test_a_declined_proposal_changes_nothing(api: Api, world: World, owner: Pool) -> None:
    """It has the reason and who declined; a new painful log makes another proposal, an old one none."""
    clinic = await treated(api, world, owner)
    (id,) = await clinic.send(clinic.log(7))
    found = await clinic.open()
    given = {"id": found["id"], "reason": " Expected soreness "}
    done = (await api.run(DECLINE, clinic.coach, input=given))["declineRegression"]["proposal"]
    assert (done["status"], done["reason"], done["substitution"]) == ("DECLINED", "Expected soreness", None)
    assert await clinic.due(1) == clinic.exercises
    assert [log["id"] for log in done["logs"]] == [id]
    await clinic.send(clinic.log(4))
    assert [each["status"] for each in await clinic.proposals()] == ["OPEN", "DECLINED"]


async def test_of_two_decisions_at_once_one_is_stored(api: Api, world: World, owner: Pool) -> None:
    """The other is a CONFLICT, whose payload has the proposal as it was decided; there is one substitution at most."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    proposal = await clinic.hurt()
    accept = {"id": proposal["id"], "exerciseId": box}
    calls = [api.payload(ACCEPT, clinic.coach, input=accept), api.payload(ACCEPT, clinic.gym.owner, input=accept)]
    decline = {"id": proposal["id"], "reason": "No"}
    payloads = await asyncio.gather(*calls, api.payload(DECLINE, clinic.coach, input=decline))
    refused = [each for each in payloads if each["userErrors"]]
    assert [[(error["code"], error["field"]) for error in each["userErrors"]] for each in refused] == [
        [("CONFLICT", ["input", "id"])]
    ] * 2
    (status,) = {each["proposal"]["status"] for each in payloads}
    made = await owner.fetchval("SELECT count(*) FROM exercise_substitutions WHERE enrollment_id = $1", clinic.id)
    assert made == (1 if status == "ACCEPTED" else 0)


async def test_a_stale_decision_is_refused(api: Api, world: World, owner: Pool) -> None:
    """A worse log came after the proposal was read: the payload has the proposal as it is now."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    read = await clinic.hurt(4)
    await clinic.send(clinic.log(9))
    given = {"id": read["id"], "exerciseId": box, "ifUpdatedAt": read["updatedAt"]}
    payload = await api.payload(ACCEPT, clinic.coach, input=given)
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("CONFLICT", ["input", "ifUpdatedAt"])
    ]
    assert (payload["proposal"]["painScore"], payload["conflict"]["updatedAt"]) == (9, payload["proposal"]["updatedAt"])


async def test_bad_decisions_are_refused_with_their_paths(api: Api, world: World, owner: Pool) -> None:
    """All faults at once: an exercise that is no option, amounts out of bounds, no reason, no such proposal."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    proposal, deadlift = await clinic.hurt(), await world.exercise_id("deadlift")
    given = {"id": proposal["id"], "exerciseId": box}

    async def refused(text: str = ACCEPT, **values: object) -> list[tuple[str, list[str]]]:
        return await api.refusals(text, clinic.coach, input={**given, **values})

    assert await refused(exerciseId=deadlift) == [("INVALID_INPUT", ["input", "exerciseId"])]
    assert await refused(sets=0, reason="x" * 2001) == [
        ("INVALID_INPUT", ["input", "sets"]),
        ("INVALID_INPUT", ["input", "reason"]),
    ]
    assert await refused(sets=4, reps=11, restSeconds=30) == [
        ("INVALID_INPUT", ["input", name]) for name in ("sets", "reps", "restSeconds")
    ]
    assert await refused(id=str(clinic.id)) == [("NOT_FOUND", ["input", "id"])]
    decline = {"id": proposal["id"], "reason": " "}
    assert await api.refusals(DECLINE, clinic.coach, input=decline) == [("INVALID_INPUT", ["input", "reason"])]
    await owner.execute("UPDATE enrollments SET status = 'cancelled', ended_on = current_date WHERE id = $1", clinic.id)
    assert await refused() == [("ENROLLMENT_ENDED", ["input", "id"])]
    assert (await clinic.open())["id"] == proposal["id"]


async def seen_by_others(clinic: Treated) -> None:
    """A patient sees no proposal, and decides about none."""
    proposal = await clinic.hurt()
    assert await clinic.proposals(by=clinic.patient) == []
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await clinic.api.run(node, clinic.patient, id=proposal["id"]))["node"] is None
    for text, values in ((ACCEPT, {"exerciseId": clinic.exercises[0]}), (DECLINE, {"reason": "No"})):
        given = {"id": proposal["id"], **values}
        assert await clinic.api.refusals(text, clinic.patient, input=given) == [("NOT_FOUND", ["input", "id"])]


async def test_patients_see_substitutions_and_no_proposals(api: Api, world: World, owner: Pool) -> None:
    """By the API and by row-level security alone, also after they have logged pain; a strange coach sees neither."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await seen_by_others(clinic)
    made = (await clinic.accept(await clinic.open(), box))["substitution"]
    given = {"id": made["id"]}
    assert await api.refusals(END, clinic.patient, input=given) == [("FORBIDDEN", ["input", "id"])]
    other = await world.organization()
    assert await api.refusals(END, other.coach, input=given) == [("NOT_FOUND", ["input", "id"])]
    counts = []
    for person in (clinic.patient, clinic.coach, other.coach):
        async with world.writing_as(person) as session:
            tables = ("regression_proposals", "exercise_substitutions")
            count = "SELECT count(*) FROM {} WHERE enrollment_id = $1"
            counts += [await session.fetch_value(count.format(table), clinic.id) for table in tables]
    assert counts == [0, 1, 1, 1, 0, 0]


async def test_the_handout_has_the_substitute_from_its_first_day_on(api: Api, world: World, owner: Pool) -> None:
    """The page of an enrollment names both exercises in the week of the change, the substitute alone in the next."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await clinic.accept(await clinic.hurt(), box)
    document = "query ($id: ID!, $week: Int) { enrollment(id: $id) { handout(week: $week) { htmlUrl } } }"
    shown = []
    for week in (5, 6):
        found = await api.run(document, clinic.patient, id=str(clinic.id), week=week)
        page = (await opened(api, found["enrollment"]["handout"]["htmlUrl"])).text
        shown.append(("Back Squat" in page, "Box Squat" in page))
    assert shown == [(True, True), (False, True)]
