"""Correcting and deleting logs: the values before stay, versions are compared, coaches give a reason."""

import asyncio

from tests.conftest import Api, Person, World
from tests.identity.rows import Pool
from tests.logbook.documents import (
    CORRECT,
    DELETE,
    NODE,
    SEND,
    Enrolled,
    Json,
    enrolled,
    live_in,
    logged,
    pause,
    read,
)

NONE = dict.fromkeys(("setsCompleted", "repsCompleted", "durationSeconds", "painScore", "exertion", "notes"))


async def corrected(api: Api, person: object, id: str, **values: object) -> Json:
    """The log after a correction."""
    data = await api.run(CORRECT, person, input={"id": id, **values})  # type: ignore[arg-type]  # a Person
    found: Json = data["correctLog"]["log"]
    return found


async def test_a_correction_changes_what_was_sent_and_retains_the_values_before(
    api: Api, world: World, owner: Pool
) -> None:
    """Absent values stay, null clears one, and each correction adds a revision with who made it and why."""
    plan = await enrolled(owner, world)
    patient, coach = str(plan.patient.id), str(plan.gym.coach.id)
    (made,) = await logged(api, plan.patient, plan.log(2, painScore=7, exertion=5, notes="Hurt"))
    first = await corrected(api, plan.patient, made["id"], painScore=4, notes=None)
    assert (first["painScore"], first["exertion"], first["notes"]) == (4, 5, None)
    assert first["updatedAt"] > made["updatedAt"]
    second = await corrected(
        api, plan.gym.coach, made["id"], performedOn=plan.day(3), setsCompleted=2, reason=" Said by phone "
    )
    assert (second["performedOn"], second["setsCompleted"], second["painScore"]) == (plan.day(3), 2, 4)
    assert (second["recordedBy"]["id"], second["isOnBehalf"]) == (patient, False)
    before = {**NONE, "performedOn": plan.day(2), "exertion": 5}
    assert second["revisions"] == {
        "totalCount": 2,
        "nodes": [
            {**before, "painScore": 7, "notes": "Hurt", "reason": None, "recordedBy": {"id": patient}},
            {**before, "painScore": 4, "reason": "Said by phone", "recordedBy": {"id": coach}},
        ],
    }


async def test_a_correction_that_changes_nothing_is_none(api: Api, world: World, owner: Pool) -> None:
    """The stored values sent again, and no values, leave the version and add no revision."""
    plan = await enrolled(owner, world)
    (made,) = await logged(api, plan.patient, plan.log(painScore=7))
    for values in ({}, {"painScore": 7, "performedOn": plan.day(1)}, {"notes": " "}):
        assert await corrected(api, plan.patient, made["id"], **values) == made


async def test_a_late_copy_does_not_undo_a_correction(api: Api, world: World, owner: Pool) -> None:
    """The log as it was sent first is answered as corrected; the corrected content is other content."""
    plan = await enrolled(owner, world)
    sent = plan.log(painScore=7)
    (made,) = await logged(api, plan.patient, sent)
    changed = await corrected(api, plan.patient, made["id"], painScore=1)
    assert await logged(api, plan.patient, sent) == [changed]
    other = [{**sent, "painScore": 1}]
    assert await api.refusals(SEND, plan.patient, logs=other) == [("CONFLICT", ["input", "logs", "0", "clientId"])]


async def with_deleted(api: Api, person: Person, plan: Enrolled) -> tuple[list[str], int]:
    """The ids and the number of an enrollment's logs, deleted ones too."""
    document = "query ($id: ID!) { enrollment(id: $id) { logs(includeDeleted: true) { totalCount nodes { id } } } }"
    logs = (await api.run(document, person, id=str(plan.id)))["enrollment"]["logs"]
    return [each["id"] for each in logs["nodes"]], logs["totalCount"]


async def test_a_deleted_log_is_gone_and_a_late_copy_of_it_stays_deleted(api: Api, world: World, owner: Pool) -> None:
    """It is in no list but where deleted logs are asked for; sent again, it is answered with `deletedAt`."""
    plan = await enrolled(owner, world)
    sent = plan.log(painScore=7)
    (made,) = await logged(api, plan.patient, sent)
    gone = await api.run(DELETE, plan.patient, input={"id": made["id"], "reason": "Not me"})
    assert gone["deleteLog"]["deletedId"] == made["id"]
    page = await read(api, plan.patient, plan)
    assert page and (page["totalCount"], page["nodes"]) == (0, [])
    for person in (plan.patient, plan.gym.coach):
        node = (await api.run(NODE, person, id=made["id"]))["node"]
        assert (node["painScore"], node["deletedAt"] is not None) == (7, True)
        assert node["revisions"]["nodes"][0]["reason"] == "Not me"
        assert await with_deleted(api, person, plan) == ([made["id"]], 1)
    assert (await api.run(NODE, await world.join(plan.gym.id, "member"), id=made["id"]))["node"] is None
    for text, input in ((CORRECT, {"id": made["id"], "painScore": 1}), (DELETE, {"id": made["id"]})):
        assert await api.refusals(text, plan.patient, input=input) == [("NOT_FOUND", ["input", "id"])]
    again, new = await logged(api, plan.patient, sent, plan.log(2))
    assert (again["id"], new["deletedAt"]) == (made["id"], None)
    assert again["deletedAt"] is not None
    (revision,) = again["revisions"]["nodes"]
    assert (revision["painScore"], revision["reason"]) == (7, "Not me")
    page = await read(api, plan.patient, plan)
    assert page and page["nodes"] == [new]
    assert await with_deleted(api, plan.gym.coach, plan) == ([made["id"], new["id"]], 2)
    adherence = "query ($id: ID!) { enrollment(id: $id) { adherence { completed daysWithData } } }"
    counted = (await api.run(adherence, plan.gym.coach, id=str(plan.id)))["enrollment"]["adherence"]
    assert counted["daysWithData"] == 1


async def test_a_coach_gives_a_reason_and_a_patient_need_not(api: Api, world: World, owner: Pool) -> None:
    """Without one, a coach's correction and deletion are refused at `reason`, also of logs that they recorded."""
    plan = await enrolled(owner, world)
    (made,) = await logged(api, plan.gym.coach, plan.log(enrollmentId=str(plan.id)))
    for text in (CORRECT, DELETE):
        for reason in ({}, {"reason": None}, {"reason": " "}):
            refused = await api.user_errors(text, plan.gym.coach, input={"id": made["id"], **reason})
            assert [(each["code"], each["field"]) for each in refused] == [("INVALID_INPUT", ["input", "reason"])]
            assert refused[0]["message"] == "Must be given: a coach says why a patient's log is changed."
    long = {"id": made["id"], "reason": "x" * 501}
    assert await api.refusals(DELETE, plan.patient, input=long) == [("INVALID_INPUT", ["input", "reason"])]
    await corrected(api, plan.patient, made["id"], painScore=2)
    await api.run(DELETE, plan.gym.owner, input={"id": made["id"], "reason": "Recorded for somebody else"})


async def test_the_bounds_of_a_correction_are_those_of_a_log(api: Api, world: World, owner: Pool) -> None:
    """All faults are named at once; days are checked by the enrollment's calendar, unless the day stays."""
    plan = await enrolled(owner, world)
    (made,) = await logged(api, plan.patient, plan.log(5))
    bad = {
        "painScore": 11, "exertion": -1, "setsCompleted": 101, "repsCompleted": 10_001, "durationSeconds": 86_401,
        "notes": "x" * 2_001, "performedOn": plan.day(0), "ifUpdatedAt": "2026-03-01T00:00:00",
    }  # fmt: skip
    found = await api.refusals(CORRECT, plan.patient, input={"id": made["id"], **bad})
    assert sorted(found) == sorted(("INVALID_INPUT", ["input", name]) for name in bad)
    null = {"id": made["id"], "performedOn": None}
    assert await api.refusals(CORRECT, plan.patient, input=null) == [("INVALID_INPUT", ["input", "performedOn"])]
    await pause(owner, plan, 4, 6)
    await live_in(owner, plan.gym, plan.patient, "Asia/Jerusalem")
    to_pause = {"id": made["id"], "performedOn": plan.day(6)}
    assert await api.refusals(CORRECT, plan.patient, input=to_pause) == [("INVALID_INPUT", ["input", "performedOn"])]
    same = await corrected(api, plan.patient, made["id"], performedOn=plan.day(5), painScore=3)
    assert (same["performedOn"], same["painScore"]) == (plan.day(5), 3)


async def test_of_two_corrections_of_one_version_one_is_stored_and_the_other_refused(
    api: Api, world: World, owner: Pool
) -> None:
    """Sent at once with one `ifUpdatedAt`, one wins; the other gets a CONFLICT with what is stored and who did it."""
    plan = await enrolled(owner, world)
    (made,) = await logged(api, plan.patient, plan.log(painScore=7))
    version = {"id": made["id"], "ifUpdatedAt": made["updatedAt"], "reason": "Talked"}
    people = (plan.patient, plan.gym.coach)
    sends = [api.payload(CORRECT, person, input={**version, "painScore": n}) for n, person in enumerate(people)]
    payloads = await asyncio.gather(*sends)
    (lost,) = [index for index, each in enumerate(payloads) if each["userErrors"]]
    (error,) = payloads[lost]["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "ifUpdatedAt"])
    stored = payloads[1 - lost]["log"]
    assert payloads[lost]["log"] == stored
    assert (stored["painScore"], stored["revisions"]["totalCount"]) == (1 - lost, 1)
    conflict = {"updatedBy": {"id": str(people[1 - lost].id)}, "updatedAt": stored["updatedAt"]}
    assert payloads[lost]["conflict"] == conflict
    assert (await api.payload(DELETE, plan.patient, input=version))["log"] == stored


async def test_a_deletion_is_a_change_of_the_version(api: Api, world: World, owner: Pool) -> None:
    """An edit of a version that was deleted since is refused by a CONFLICT that names who deleted it."""
    plan = await enrolled(owner, world)
    (made,) = await logged(api, plan.patient, plan.log(painScore=7))
    await api.run(DELETE, plan.gym.coach, input={"id": made["id"], "reason": "Recorded twice"})
    for text in (CORRECT, DELETE):
        payload = await api.payload(text, plan.patient, input={"id": made["id"], "ifUpdatedAt": made["updatedAt"]})
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"]) == ("CONFLICT", ["input", "ifUpdatedAt"])
        assert payload["conflict"]["updatedBy"] == {"id": str(plan.gym.coach.id)}
        assert payload["log"] is None


async def test_strangers_neither_read_nor_change_a_log(api: Api, world: World, owner: Pool) -> None:
    """Other members, coaches of other organizations and people without one get nothing, and learn nothing."""
    plan = await enrolled(owner, world)
    (made,) = await logged(api, plan.patient, plan.log(painScore=7))
    others = [await world.join(plan.gym.id, "member"), (await world.organization()).coach, await world.person()]
    for other in others:
        assert await read(api, other, plan) is None
        assert (await api.run(NODE, other, id=made["id"]))["node"] is None
        for text in (CORRECT, DELETE):
            input = {"id": made["id"], "reason": "x", "ifUpdatedAt": "2026-03-01T00:00:00Z"}
            assert await api.refusals(text, other, input=input) == [("NOT_FOUND", ["input", "id"])]
    page = await read(api, plan.patient, plan)
    assert page and page["nodes"] == [made]


async def test_by_row_level_security_alone_others_have_no_logs(api: Api, world: World, owner: Pool) -> None:
    """Without any check of the application a patient has their own logs and revisions alone, and coaches all."""
    plan = await enrolled(owner, world)
    (made,) = await logged(api, plan.patient, plan.log(painScore=7))
    await corrected(api, plan.patient, made["id"], painScore=1)
    other = await world.join(plan.gym.id, "member")
    abroad = (await world.organization()).owner
    tables = ("exercise_logs", "exercise_log_revisions")
    for person, count in ((plan.patient, 1), (plan.gym.coach, 1), (other, 0), (abroad, 0)):
        async with world.writing_as(person) as session:
            seen = [await session.fetch_value(f"SELECT count(*) FROM {table}") for table in tables]
            assert seen == [count] * 2
            assert await session.run("UPDATE exercise_logs SET pain_score = pain_score") == count
