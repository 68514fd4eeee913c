"""The worklist: who stopped logging, who hurts, who struggles, who is ready: as plain Python finds them, in order."""

from datetime import date, timedelta
from typing import Any  # answers are JSON
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.taxonomy.rules_conditions import vocabulary
from tests.adherence import oracle_worklist
from tests.adherence.clinic import Clinic, Json, noon
from tests.adherence.oracle import History, Log
from tests.adherence.test_oracle import histories, stored
from tests.conftest import Person

WORKLIST = """query ($id: ID!, $reasons: [WorklistReason!], $first: Int, $after: String, $last: Int, $before: String) {
  organization(id: $id) {
    worklist(reasons: $reasons, first: $first, after: $after, last: $last, before: $before) {
      totalCount pageInfo { endCursor startCursor hasNextPage }
      nodes {
        reasons lastLoggedOn enrollment { id status patient { id } }
        exercises {
          reasons exercise { exerciseId } substitute { exerciseId } recentDueDays recentDoneDays
          recentAveragePain recentPainCount
          recentAverageExertion recentExertionCount
        }
      }
    }
  }
}"""


@pytest.fixture(scope="module")
async def patients(clinic: Clinic) -> list[Person]:
    """Six patients of the clinic."""
    return [await clinic.world.join(clinic.gym.id, "member") for _ in range(6)]


async def worklist(clinic: Clinic, person: Person, **variables: Any) -> Json:
    """A page of the clinic's worklist."""
    data = await clinic.api.run(WORKLIST, person, id=str(clinic.gym.id), **variables)
    found: Json = data["organization"]["worklist"]
    return found


def shown(node: Json) -> Json:
    """An entry, as the oracle answers it."""
    exercises = {each["exercise"]["exerciseId"]: each["reasons"] for each in node["exercises"]}
    return {"reasons": node["reasons"], "exercises": exercises, "lastLoggedOn": node["lastLoggedOn"]}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), reasons=st.sets(st.sampled_from(oracle_worklist.REASONS)))
async def test_the_worklist_is_what_plain_python_finds_in_the_order_of_urgency(
    clinic: Clinic, patients: list[Person], data: st.DataObject, reasons: set[str]
) -> None:
    await clinic.empty()
    zone, today = noon()
    wanted = {}
    for patient in patients:
        history: History = data.draw(histories(clinic, today - timedelta(data.draw(st.integers(5, 20)))))
        ended = (None, None, None, history.starts_on, today - timedelta(7), today - timedelta(6), today)
        history.ended_on = data.draw(st.sampled_from(ended))
        places = sorted(place for version in clinic.versions for day in version.days.values() for place in day)
        for source, exercise in data.draw(st.lists(st.sampled_from(places), max_size=4)):
            history.logs += [Log(today - timedelta(data.draw(st.integers(0, 8))), source, exercise, 1, 2)]
        for log in history.logs:
            log.age = data.draw(st.sampled_from((0, 3, 6, 7, 20)))
        id = await stored(clinic, history, patient, data, zone)
        if entry := oracle_worklist.worklist_entry(history, today):
            wanted[str(id)] = entry
    listed = {id: each for id, each in wanted.items() if not reasons or reasons & {*each["reasons"]}}
    order = sorted(listed, key=lambda each: (listed[each]["order"], each))
    page = await worklist(clinic, clinic.gym.coach, reasons=sorted(reasons), first=100)
    assert [node["enrollment"]["id"] for node in page["nodes"]] == order
    assert [shown(node) for node in page["nodes"]] == [
        {name: value for name, value in listed[id].items() if name != "order"} for id in order
    ]
    assert page["totalCount"] == len(order)
    walked: list[str] = []
    after = None
    while len(walked) < len(order):
        page = await worklist(clinic, clinic.gym.owner, reasons=sorted(reasons), first=2, after=after)
        walked += [node["enrollment"]["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert walked == order
    last = await worklist(clinic, clinic.gym.coach, reasons=sorted(reasons), last=2)
    assert [node["enrollment"]["id"] for node in last["nodes"]] == order[-2:]


async def test_an_exercise_on_the_worklist_comes_with_the_figures_that_brought_it_there(
    clinic: Clinic, patients: list[Person]
) -> None:
    await clinic.empty()
    zone, today = noon()
    history = History(today - timedelta(11), [(today - timedelta(11), clinic.versions[0])])
    due = [each for each in history.due(today) if each[2] == clinic.exercises[0]]
    assert len(due) == 4
    history.logs = [
        Log(*each, pain, exertion) for each, pain, exertion in zip(due, (1, 2, 3, 7), (2, 3, 4, 5), strict=True)
    ]
    id = await clinic.enroll(history, patients[0], zone=zone)
    await clinic.log(id, patients[0], *history.logs)
    (node,) = (await worklist(clinic, clinic.gym.coach))["nodes"]
    assert (node["reasons"], node["lastLoggedOn"]) == (["PAIN", "STRUGGLING"], str(due[-1][0]))
    (found,) = [each for each in node["exercises"] if each["exercise"]["exerciseId"] == clinic.exercises[0]]
    assert {name: found[name] for name in found if name.startswith("recent") or name == "reasons"} == {
        "reasons": ["PAIN", "STRUGGLING"],
        "recentDueDays": 4,
        "recentDoneDays": 4,
        "recentAveragePain": 4.0,
        "recentPainCount": 3,
        "recentAverageExertion": 4.0,
        "recentExertionCount": 3,
    }


async def hurting(clinic: Clinic) -> list[tuple[str, list[str]]]:
    """The reasons of each enrollment on the worklist of pain, and its exercises with theirs, by patient."""
    nodes = (await worklist(clinic, clinic.gym.coach, reasons=["PAIN"]))["nodes"]
    return [
        (node["enrollment"]["status"], [*node["reasons"], *(str(each["reasons"]) for each in node["exercises"])])
        for node in nodes
    ]


async def test_pain_that_is_received_late_is_on_the_worklist_paused_and_ended_enrollments_too(
    clinic: Clinic, patients: list[Person]
) -> None:
    """A log performed eight days ago and received today counts for seven days, whatever the enrollment's status is."""
    await clinic.empty()
    zone, today = noon()
    history = History(today - timedelta(11), [(today - timedelta(11), clinic.versions[0])])
    due = next(each for each in history.due(today - timedelta(8)) if each[0] == today - timedelta(9))
    for age, number in ((0, 0), (6, 1), (7, 2)):
        id = await clinic.enroll(history, patients[number], zone=zone)
        await clinic.log(id, patients[number], Log(*due, 7, None, age=age))
        if number == 1:
            await clinic.pause(id, patients[number], today - timedelta(1), None)
    found = await hurting(clinic)
    assert sorted(status for status, _ in found) == ["ACTIVE", "PAUSED"]
    assert ("PAUSED", ["PAIN", "['PAIN']"]) in found
    ended = await clinic.owner.fetch("SELECT id FROM enrollments WHERE organization_id = $1", clinic.gym.id)
    for days, shown in ((6, ["COMPLETED"] * 2), (7, [])):
        for row in ended:
            await clinic.end(row.id, today - timedelta(days))
        assert [status for status, _ in await hurting(clinic)] == shown


async def test_a_pain_that_was_raised_by_a_correction_is_received_then(clinic: Clinic, patients: list[Person]) -> None:
    """A log of 20 days ago whose pain a correction raised from 2 to 6 today hurts today; other corrections do not."""
    await clinic.empty()
    zone, today = noon()
    history = History(today - timedelta(21), [(today - timedelta(21), clinic.versions[0])])
    due = next(iter(history.due(today)))
    id = await clinic.enroll(history, patients[0], zone=zone)
    log, other = await clinic.log(id, patients[0], Log(*due, 2, None, age=20), Log(*due, 6, None, age=20))
    correct = """mutation ($input: CorrectLogInput!) { correctLog(input: $input) { log { id } userErrors { code } } }"""
    await clinic.api.run(correct, patients[0], input={"id": str(other), "notes": "It was the left knee."})
    assert await hurting(clinic) == []
    await clinic.api.run(correct, patients[0], input={"id": str(log), "painScore": 6})
    assert [reasons[0] for _, reasons in await hurting(clinic)] == ["PAIN"]


async def test_an_exercise_that_is_due_for_the_first_time_today_struggles_only_tomorrow(
    clinic: Clinic, patients: list[Person]
) -> None:
    """Today counts to what was missed once it is over: with 0 of 1 done today nobody struggles, nor in analytics."""
    await clinic.empty()
    zone, today = noon()
    history = History(today, [(today, clinic.versions[0])])
    ids = [await clinic.enroll(history, patient, zone=zone) for patient in patients]
    assert (await worklist(clinic, clinic.gym.coach))["nodes"] == []
    found = (await clinic.adherence(clinic.gym.coach, ids[0], None))["byExercise"]
    assert [(each["recentDueDays"], each["isStruggling"]) for each in found.values()] == [(1, False)] * 2
    analytics = await clinic.analytics(clinic.gym.coach, None, today)
    assert {each["strugglingPatients"] for each in analytics.values()} == {0}
    for table, column in (("enrollments", "starts_on"), ("enrollment_versions", "from_day")):
        text = f"UPDATE {table} SET {column} = {column} - 1 WHERE organization_id = $1"
        await clinic.owner.execute(text, clinic.gym.id)
    found = (await clinic.adherence(clinic.gym.coach, ids[0], today - timedelta(1)))["byExercise"]
    assert {each["isStruggling"] for each in found.values()} == {True}
    assert {node["reasons"][0] for node in (await worklist(clinic, clinic.gym.coach))["nodes"]} == {"STRUGGLING"}


async def test_who_has_left_the_clinic_is_on_no_worklist(clinic: Clinic) -> None:
    await clinic.empty()
    zone, today = noon()
    leaver = await clinic.world.join(clinic.gym.id, "member")
    history = History(today - timedelta(14), [(today - timedelta(14), clinic.versions[0])])
    await clinic.enroll(history, leaver, zone=zone)
    (node,) = (await worklist(clinic, clinic.gym.coach, reasons=["STOPPED_LOGGING"]))["nodes"]
    assert node["enrollment"]["patient"]["id"] == str(leaver.id)
    assert (node["lastLoggedOn"], node["reasons"]) == (None, ["STOPPED_LOGGING", "STRUGGLING"])
    await clinic.owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", leaver.id)
    assert (await worklist(clinic, clinic.gym.coach))["nodes"] == []


async def test_an_override_that_has_expired_is_the_most_urgent_reason_until_it_is_decided_anew(
    clinic: Clinic, patients: list[Person]
) -> None:
    """Not where it still holds, was renewed, or has no finding any more: without the condition or the exercise.

    What was never overridden (RULED_OUT) does not count here.
    """
    await clinic.empty()
    zone, today = noon()
    patient, squat = patients[0], UUID(clinic.exercises[0])
    history = History(today - timedelta(2), [(today - timedelta(2), clinic.versions[0])])
    id = await clinic.enroll(history, patient, zone=zone)

    async def override(condition: str, expires_on: date, exercise: UUID = squat) -> None:
        await clinic.owner.execute(
            "INSERT INTO enrollment_overrides (enrollment_id, organization_id, patient_id, exercise_id, condition, "
            "reason, expires_on, created_by_user_id) VALUES ($1, $2, $3, $4, $5, 'supervised', $6, $7)",
            *(id, clinic.gym.id, patient.id, exercise, condition, expires_on, clinic.gym.coach.id),
        )

    async def has(*conditions: str) -> None:
        statement = "UPDATE patients SET has_conditions_consent = true, conditions = $2 WHERE user_id = $1"
        await clinic.owner.execute(statement, patient.id, list(conditions))

    async def reasons() -> list[list[str]]:
        nodes = (await worklist(clinic, clinic.gym.coach))["nodes"]
        return [[each for each in node["reasons"] if each != "RULED_OUT"] for node in nodes]

    narrow, wide = next((key, each.parent) for key, each in vocabulary().items() if each.parent)
    assert wide is not None
    await has(narrow)
    await override(wide, today)
    assert await reasons() == [["STRUGGLING"]]
    await override(wide, today - timedelta(1))
    assert await reasons() == [["OVERRIDE_EXPIRED", "STRUGGLING"]]
    page = await worklist(clinic, clinic.gym.coach, reasons=["OVERRIDE_EXPIRED"])
    assert (page["totalCount"], page["nodes"][0]["enrollment"]["id"]) == (1, str(id))
    await has()
    assert await reasons() == [["STRUGGLING"]]
    await has(narrow)
    await override(wide, today + timedelta(1))
    assert await reasons() == [["STRUGGLING"]]
    await override(wide, today - timedelta(1), UUID(await clinic.world.exercise_id("bird-dog")))
    assert await reasons() == [["STRUGGLING"]]


async def test_an_enrollment_that_ends_tomorrow_is_still_on_the_worklist(clinic: Clinic) -> None:
    """Its status is that of today."""
    await clinic.empty()
    zone, today = noon()
    history = History(today - timedelta(14), [(today - timedelta(14), clinic.versions[0])])
    id = await clinic.enroll(history, clinic.gym.member, zone=zone)
    for days, shown_today in ((1, 1), (0, 0)):
        await clinic.end(id, today + timedelta(days))
        assert (await worklist(clinic, clinic.gym.coach))["totalCount"] == shown_today
