"""Logging exercises in batches: all or none, once for each client's id, late and out of order, by the right person."""

import asyncio
from datetime import timedelta

from tests.conftest import Api, Counter, World
from tests.identity.rows import Pool
from tests.logbook.documents import (
    CORRECT,
    SEND,
    SEND_BRIEFLY,
    Json,
    client_id,
    end,
    enrolled,
    live_in,
    logged,
    move,
    pause,
    read,
    stored_clients,
)
from tests.treatment import store_enrollment, store_version

VALUES: Json = {
    "setsCompleted": 3, "repsCompleted": 10, "durationSeconds": 240, "painScore": 2, "exertion": 6, "notes": " Fine\n ",
}  # fmt: skip


async def test_a_log_has_everything_that_was_sent_and_is_read_from_its_enrollment(
    api: Api, world: World, owner: Pool, squat: str
) -> None:
    """A log is stored with its values, its notes trimmed, and shows its enrollment, exercise and recorder."""
    plan = await enrolled(owner, world)
    sent = plan.log(**VALUES)
    (made,) = await logged(api, plan.patient, sent)
    expected = {
        **VALUES, "notes": "Fine", "clientId": sent["clientId"], "performedOn": plan.day(1), "deletedAt": None,
        "recordedBy": {"id": str(plan.patient.id)}, "isOnBehalf": False, "enrollment": {"id": str(plan.id)},
        "planExercise": {"id": plan.exercise()}, "exercise": {"exercise": {"id": squat}},
        "revisions": {"totalCount": 0, "nodes": []},
    }  # fmt: skip
    assert {name: made[name] for name in expected} == expected
    page = await read(api, plan.patient, plan)
    assert page and (page["totalCount"], page["nodes"]) == (1, [made])
    assert await read(api, plan.gym.coach, plan) == page


async def test_a_log_without_values_says_that_the_exercise_was_done(api: Api, world: World, owner: Pool) -> None:
    """A client's id, an exercise and a day are enough; zeros are values."""
    plan = await enrolled(owner, world)
    bare, zeros = await logged(api, plan.patient, plan.log(), plan.log(setsCompleted=0, painScore=0, notes="  "))
    assert [bare[name] for name in VALUES] == [None] * 6
    assert [zeros[name] for name in VALUES] == [0, None, None, 0, None, None]


async def test_a_batch_is_answered_in_its_order_and_read_by_day(api: Api, world: World, owner: Pool) -> None:
    """Logs may be late and out of order: the answer has their order, the enrollment's page that of the days."""
    plan = await enrolled(owner, world)
    numbers = (15, 1, 8, 3)
    sent = [plan.log(number) for number in numbers]
    made = await logged(api, plan.patient, *sent)
    assert [each["clientId"] for each in made] == [each["clientId"] for each in sent]
    late = await logged(api, plan.patient, plan.log(2))
    page = await read(api, plan.patient, plan)
    assert page and [each["performedOn"] for each in page["nodes"]] == [plan.day(n) for n in (1, 2, 3, 8, 15)]
    assert page["nodes"][1] == late[0]


async def test_a_log_that_is_sent_again_is_stored_once(api: Api, world: World, owner: Pool) -> None:
    """The same content with the same client's id is the stored log, in one batch and in a later one, with others."""
    plan = await enrolled(owner, world)
    sent = plan.log(**VALUES)
    first, second = await logged(api, plan.patient, sent, {**sent, "notes": "Fine"})
    again, other = await logged(api, plan.patient, {**sent, "enrollmentId": str(plan.id)}, plan.log(2))
    assert first == second == again
    assert other["id"] != first["id"]
    assert await stored_clients(owner, plan.patient) == sorted((first["clientId"], other["clientId"]))


async def test_a_clients_id_with_other_content_is_refused_by_its_index(api: Api, world: World, owner: Pool) -> None:
    """A stored client's id, and one that the batch used before, are refused with other content; nothing is stored."""
    plan = await enrolled(owner, world)
    sent = plan.log(painScore=1)
    await logged(api, plan.patient, sent)
    fresh = plan.log(2)
    for other in ({"painScore": 2}, {"painScore": None}, {"performedOn": plan.day(2)}, {"notes": "x"}):
        batch = [fresh, {**sent, **other}]
        refused = await api.refusals(SEND, plan.patient, logs=batch)
        assert refused == [("CONFLICT", ["input", "logs", "1", "clientId"])]
    twice = [fresh, plan.log(3), {**fresh, "planExerciseId": plan.exercise(1)}]
    (error,) = await api.user_errors(SEND, plan.patient, logs=twice)
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "logs", "2", "clientId"])
    assert "logs[0]" in error["message"]
    assert await stored_clients(owner, plan.patient) == [sent["clientId"]]


async def test_clients_ids_of_two_patients_and_of_two_organizations_are_apart(
    api: Api, world: World, owner: Pool
) -> None:
    """A client's id is unique for a patient in an organization, not beyond."""
    plan = await enrolled(owner, world)
    other = await world.join(plan.gym.id, "member")
    theirs = await store_enrollment(owner, plan.gym, plan.version, other, plan.starts_on)
    elsewhere = await enrolled(owner, world)
    await world.join(elsewhere.gym.id, "member", plan.patient)
    abroad = await store_enrollment(owner, elsewhere.gym, elsewhere.version, plan.patient, plan.starts_on)
    id = client_id()
    (mine,) = await logged(api, plan.patient, plan.log(clientId=id))
    (second,) = await logged(api, other, plan.log(clientId=id, painScore=3))
    (third,) = await logged(api, plan.patient, elsewhere.log(clientId=id, painScore=4))
    assert len({mine["id"], second["id"], third["id"]}) == 3
    assert [each["enrollment"]["id"] for each in (second, third)] == [str(theirs), str(abroad)]


async def test_a_coach_logs_for_patients_by_their_enrollments(api: Api, world: World, owner: Pool) -> None:
    """A coach's batch may be for several patients; each log is its patient's, and says who recorded it."""
    plan = await enrolled(owner, world)
    other = await world.join(plan.gym.id, "member")
    theirs = await store_enrollment(owner, plan.gym, plan.version, other, plan.starts_on)
    id = client_id()
    batch = [plan.log(clientId=id, enrollmentId=str(each)) for each in (plan.id, theirs)]
    made = await logged(api, plan.gym.coach, *batch)
    assert [(each["isOnBehalf"], each["recordedBy"]["id"]) for each in made] == [(True, str(plan.gym.coach.id))] * 2
    assert [each["enrollment"]["id"] for each in made] == [str(plan.id), str(theirs)]
    assert await read(api, plan.patient, plan) == await read(api, plan.gym.owner, plan)
    assert await logged(api, plan.patient, plan.log(clientId=id)) == made[:1], "the patient's copy is the coach's"


async def test_a_coach_may_be_a_patient_too(api: Api, world: World, owner: Pool) -> None:
    """Without an enrollment a coach's log is of their own enrollment, and not on somebody's behalf."""
    plan = await enrolled(owner, world)
    own = await store_enrollment(owner, plan.gym, plan.version, plan.gym.coach, plan.starts_on)
    (made,) = await logged(api, plan.gym.coach, plan.log())
    assert (made["enrollment"]["id"], made["isOnBehalf"]) == (str(own), False)


async def test_of_two_enrollments_in_one_version_the_day_decides_and_then_the_running_one(
    api: Api, world: World, owner: Pool
) -> None:
    """Cancelled on day 8 and enrolled again on that day: earlier logs are the first one's, later the second one's."""
    plan = await enrolled(owner, world)
    await end(owner, plan, 8)
    again = await store_enrollment(owner, plan.gym, plan.version, plan.patient, plan.starts_on + timedelta(days=7))
    made = await logged(api, plan.patient, *[plan.log(number) for number in (1, 7, 8, 9)])
    assert [each["enrollment"]["id"] for each in made] == [str(plan.id)] * 2 + [str(again)] * 2
    (named,) = await logged(api, plan.patient, plan.log(8, enrollmentId=str(plan.id)))
    assert named["enrollment"]["id"] == str(plan.id), "the last day of the first one"


async def test_an_exercise_of_an_earlier_version_is_logged_after_the_move(
    api: Api, world: World, owner: Pool, squat: str
) -> None:
    """Logs of every version that the patient was in are accepted late, and found by either version's exercise."""
    plan = await enrolled(owner, world)
    second = await store_version(owner, plan.gym, {(1, 1): [squat]}, plan_id=plan.version.plan_id)
    third = await store_version(owner, plan.gym, {(1, 1): [squat]}, plan_id=plan.version.plan_id)
    await move(owner, plan, second, 8)
    new, unseen = str(second.exercises[1, 1][0]), str(third.exercises[1, 1][0])
    made = await logged(api, plan.patient, plan.log(9), plan.log(10, planExerciseId=new), plan.log(9, index=1))
    for exercise in (plan.exercise(), new):
        page = await read(api, plan.patient, plan, exercise=exercise)
        assert page and page["nodes"] == made[:2]
    refused = await api.refusals(SEND, plan.patient, logs=[plan.log(9, planExerciseId=unseen)])
    assert refused == [("NOT_FOUND", ["input", "logs", "0", "planExerciseId"])]


async def test_what_is_stored_stays_when_the_calendar_changes(api: Api, world: World, owner: Pool) -> None:
    """A log that is sent again is not checked for its day anew: it was accepted before the pause and the end."""
    plan = await enrolled(owner, world)
    sent = plan.log(9)
    made = await logged(api, plan.patient, sent)
    await pause(owner, plan, 5, None)
    assert await logged(api, plan.patient, sent) == made
    await end(owner, plan, 4)
    assert await logged(api, plan.patient, sent) == made
    refused = await api.refusals(SEND, plan.patient, logs=[sent, plan.log(9)])
    assert refused == [("INVALID_INPUT", ["input", "logs", "1", "performedOn"])]


async def test_five_copies_of_a_batch_at_once_are_stored_once(api: Api, world: World, owner: Pool) -> None:
    """Five parallel sends of one batch, each in another order, answer the same logs."""
    plan = await enrolled(owner, world)
    batch = [plan.log(1 + number % 15, number % 2, painScore=number % 11) for number in range(60)]
    orders = [batch[turn * 12 :] + batch[: turn * 12] for turn in range(5)]
    answers = await asyncio.gather(*(api.run(SEND_BRIEFLY, plan.patient, logs=order) for order in orders))
    found = [{each["clientId"]: each["id"] for each in answer["logExercises"]["logs"]} for answer in answers]
    assert found == [found[0]] * 5
    assert await stored_clients(owner, plan.patient) == sorted(each["clientId"] for each in batch)


async def test_batches_for_several_patients_at_once_wait_for_each_other_in_one_order(
    api: Api, world: World, owner: Pool
) -> None:
    """Coaches' batches for the same patients in opposite orders, and the patients' own copies, store each log once."""
    plan = await enrolled(owner, world)
    people = [plan.patient, *[await world.join(plan.gym.id, "member") for _ in range(3)]]
    ids = [plan.id, *[await store_enrollment(owner, plan.gym, plan.version, p, plan.starts_on) for p in people[1:]]]
    batch = [plan.log(day, enrollmentId=str(id)) for id in ids for day in range(1, 6)]
    coaches = [plan.gym.coach, plan.gym.owner, plan.gym.coach, plan.gym.owner]
    orders = [batch, batch[::-1], batch[10:] + batch[:10], batch[::-1]]
    own = [[each for each in batch if each["enrollmentId"] == str(id)] for id in ids]
    sends = [(coach, order) for coach, order in zip(coaches, orders, strict=True)]
    sends += [*zip(people, own, strict=True)]
    answers = await asyncio.gather(*(api.run(SEND_BRIEFLY, person, logs=logs) for person, logs in sends))
    pairs = {(log["clientId"], log["id"]) for answer in answers for log in answer["logExercises"]["logs"]}
    assert len(pairs) == len(batch) == 20


async def test_a_day_is_one_of_the_patients_calendar(api: Api, world: World, owner: Pool) -> None:
    """Where the day begins first it is today what in the last time zone is still to come."""
    plan = await enrolled(owner, world)
    row = await owner.fetchrow("SELECT (now() AT TIME ZONE 'Pacific/Kiritimati')::date AS day")
    assert row is not None
    first = plan.log(performedOn=str(row["day"]))
    await live_in(owner, plan.gym, plan.patient, "Pacific/Pago_Pago")
    (error,) = await api.user_errors(SEND, plan.patient, logs=[first])
    assert (error["code"], error["field"]) == ("DAY_TO_COME", ["input", "logs", "0", "performedOn"])
    assert "Pacific/Pago_Pago" in error["message"]
    await live_in(owner, plan.gym, plan.patient, "Pacific/Kiritimati")
    (made,) = await logged(api, plan.patient, first)
    assert made["performedOn"] == str(row["day"])


async def test_a_batch_takes_as_many_statements_for_one_log_as_for_five_hundred(
    counter: Counter, world: World, owner: Pool
) -> None:
    """The number of statements of a batch, and of its answer with all edges, does not depend on its logs."""
    counts = []
    for size in (1, 500):
        plan = await enrolled(owner, world)
        batch = [plan.log(1 + number % 20, number % 2) for number in range(size)]
        with counter.counting() as statements:
            made = await logged(counter.api, plan.patient, *batch)
        assert len(made) == size
        counts.append(len(statements))
    assert counts[0] == counts[1], counts


async def test_a_log_of_nothing_is_stored_and_completes_no_prescription(api: Api, world: World, owner: Pool) -> None:
    """Where all amounts that are given are 0 its pain counts, but the prescription is not done by it."""
    plan = await enrolled(owner, world)
    document = """query ($id: ID!) { enrollment(id: $id) { adherence { completed byExercise { painCount } } } }"""

    async def counted() -> tuple[int, int]:
        found = (await api.run(document, plan.gym.coach, id=str(plan.id)))["enrollment"]["adherence"]
        return found["completed"], sum(each["painCount"] for each in found["byExercise"])

    (made,) = await logged(api, plan.patient, plan.log(1, setsCompleted=0, repsCompleted=0, painScore=8))
    assert (made["setsCompleted"], await counted()) == (0, (0, 1))
    await api.run(CORRECT, plan.patient, input={"id": made["id"], "setsCompleted": 1})
    assert await counted() == (1, 1)
    await api.run(CORRECT, plan.patient, input={"id": made["id"], "setsCompleted": None, "repsCompleted": None})
    assert await counted() == (1, 1)
    await api.run(CORRECT, plan.patient, input={"id": made["id"], "durationSeconds": 0})
    assert await counted() == (0, 1)


async def test_nothing_more_is_logged_for_a_patient_who_has_left(api: Api, world: World, owner: Pool) -> None:
    """A coach is told why; what is stored already can still be corrected."""
    plan = await enrolled(owner, world)
    sent = plan.log(1, enrollmentId=str(plan.id), painScore=2)
    (made,) = await logged(api, plan.gym.coach, sent)
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", plan.patient.id)
    new = plan.log(2, enrollmentId=str(plan.id))
    errors = await api.user_errors(SEND, plan.gym.coach, logs=[sent, new])
    assert [(each["code"], each["field"]) for each in errors] == [("CONFLICT", ["input", "logs", "1", "enrollmentId"])]
    assert errors[0]["message"] == "The patient has left the organization: nothing more is logged for them."
    corrected = await api.run(CORRECT, plan.gym.coach, input={"id": made["id"], "painScore": 3, "reason": "Typo"})
    assert corrected["correctLog"]["log"]["painScore"] == 3
