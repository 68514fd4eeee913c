"""Pausing, resuming and ending enrollments: what is due by it, the table of statuses, and every refusal."""

import asyncio
import itertools
from datetime import date, timedelta
from typing import Any  # inputs are JSON

import pytest

from kinegraph.enrolling.rules import FOLLOWING
from kinegraph.enrollment.rules import EnrollmentStatus
from tests.conftest import Api, Organization, World
from tests.enrollment.documents import (
    MOVE,
    PAUSE,
    RESUME,
    STATUS,
    due,
    due_between,
    enrolled,
    enrollment,
    sent,
    today_of,
    written,
)
from tests.workout.documents import Pool

EVERY_DAY = [(week, day) for week in (1, 2, 3, 4) for day in range(1, 8)]


def later(day: date, days: int) -> date:
    """So many days after a day."""
    return day + timedelta(days=days)


async def test_on_paused_days_nothing_is_due_and_no_day_is_shifted(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """A pause takes its days out; the day after it is the one that it would have been anyway."""
    id, _, person = await enrolled(owner, world, gym, 2, days=EVERY_DAY)
    today = await today_of(api, person, id)
    paused = await written(api, PAUSE, gym.coach, id=id, to=later(today, 2), reason="Fever")
    assert paused["status"] == "PAUSED"
    assert paused["pauses"] == [{"from": str(today), "to": str(later(today, 2))}]
    assert paused["today"] == {"on": str(today), "week": 1, "day": 3, "isPaused": True}
    move = paused["moves"]["nodes"][0]
    assert (move["fromStatus"], move["toStatus"], move["effectiveOn"], move["reason"]) == (
        "ACTIVE",
        "PAUSED",
        str(today),
        "Fever",
    )
    assert await due(api, person, id) == []
    shown = await due_between(api, person, id, later(today, -2), later(today, 4))
    assert list(shown) == [later(today, number) for number in (-2, -1, 3, 4)]
    assert await due(api, person, id, later(today, 3)) == [(1, 6)]


async def test_an_open_pause_lasts_until_it_is_resumed_from_a_day_on(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Resuming makes its day due again; days of the pause before it stay paused."""
    id, _, person = await enrolled(owner, world, gym, 10, days=EVERY_DAY)
    today = await today_of(api, person, id)
    await written(api, STATUS, gym.coach, id=id, status="PAUSED", on=later(today, -5))
    assert await due_between(api, person, id, later(today, -5), later(today, 10)) == {}
    resumed = await written(api, RESUME, gym.coach, id=id, on=later(today, -1))
    assert resumed["status"] == "ACTIVE"
    assert resumed["pauses"] == [{"from": str(later(today, -5)), "to": str(later(today, -2))}]
    assert list(await due_between(api, person, id, later(today, -6), today)) == [
        later(today, number) for number in (-6, -1, 0)
    ]


async def test_resuming_on_the_first_paused_day_takes_a_planned_pause_back(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """A pause that is to come leaves the status ACTIVE, and is deleted by resuming on its first day."""
    id, _, person = await enrolled(owner, world, gym, days=EVERY_DAY)
    today = await today_of(api, person, id)
    planned = await written(api, PAUSE, gym.coach, id=id, from_=later(today, 3), to=later(today, 5))
    assert (planned["status"], len(planned["pauses"])) == ("ACTIVE", 1)
    taken_back = await written(api, RESUME, gym.coach, id=id, on=later(today, 3))
    assert (taken_back["status"], taken_back["pauses"]) == ("ACTIVE", [])
    assert taken_back["moves"]["totalCount"] == 2


async def test_an_ended_enrollment_is_due_up_to_the_day_before_and_its_pauses_end(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """From the day of the end on nothing is due; an open pause ends before it, a later one is gone."""
    id, _, person = await enrolled(owner, world, gym, 4, days=EVERY_DAY)
    today = await today_of(api, person, id)
    await written(api, PAUSE, gym.coach, id=id, from_=later(today, -1))
    ended = await written(api, STATUS, gym.coach, id=id, status="COMPLETED", on=later(today, 1), reason="Well again")
    assert (ended["status"], ended["endedOn"]) == ("PAUSED", str(later(today, 1)))
    assert ended["pauses"] == [{"from": str(later(today, -1)), "to": str(today)}]
    assert list(await due_between(api, person, id, later(today, -4), later(today, 4))) == [
        later(today, number) for number in (-4, -3, -2)
    ]
    second, _, other = await enrolled(owner, world, gym, 4, days=EVERY_DAY)
    await written(api, PAUSE, gym.coach, id=second, from_=later(today, 5), to=later(today, 6))
    cancelled = await written(api, STATUS, gym.coach, id=second, status="CANCELLED")
    assert (cancelled["status"], cancelled["endedOn"], cancelled["pauses"]) == ("CANCELLED", str(today), [])
    assert cancelled["today"] == {"on": str(today), "week": None, "day": None, "isPaused": False}
    assert await due(api, other, second) == []


async def test_the_status_is_that_of_today_until_an_end_that_is_to_come(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """An enrollment that ends tomorrow is ACTIVE and due today, and is changed no more; then it is COMPLETED."""
    id, _, person = await enrolled(owner, world, gym, 4, days=EVERY_DAY)
    today = await today_of(api, person, id)
    ended = await written(api, STATUS, gym.coach, id=id, status="COMPLETED", on=later(today, 1))
    assert (ended["status"], ended["endedOn"]) == ("ACTIVE", str(later(today, 1)))
    assert ended["moves"]["nodes"][0]["toStatus"] == "COMPLETED"
    assert await due(api, person, id) == [(1, 5)]
    errors = await api.user_errors(PAUSE, gym.coach, input=sent(id=id))
    assert [(each["code"], each["field"]) for each in errors] == [("ENROLLMENT_ENDED", ["input", "id"])]
    assert errors[0]["message"].startswith(f"It ends on {later(today, 1)}, and stays so")
    await owner.execute("UPDATE enrollments SET ended_on = $2 WHERE id = $1", id, today)
    assert ((await enrollment(api, person, id)) or {})["status"] == "COMPLETED"


async def test_an_enrollment_that_is_to_come_is_cancelled_at_once_on_its_first_day(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """It ends at its start, not before: it has no day, and is CANCELLED at once."""
    id, _, person = await enrolled(owner, world, gym, -5, days=EVERY_DAY)
    today = await today_of(api, person, id)
    before = sent(id=id, status="CANCELLED", on=today)
    errors = await api.user_errors(STATUS, gym.coach, input=before)
    assert [(each["code"], each["field"]) for each in errors] == [("INVALID_INPUT", ["input", "on"])]
    assert errors[0]["message"] == f"Must not be before the start, {later(today, 5)}."
    ended = await written(api, STATUS, gym.coach, id=id, status="CANCELLED")
    assert (ended["status"], ended["endedOn"]) == ("CANCELLED", str(later(today, 5)))


async def test_of_a_patient_who_has_left_an_enrollment_can_only_be_ended(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Pausing and moving are refused with what to do; ending is not."""
    id, _, person = await enrolled(owner, world, gym, 4, days=EVERY_DAY)
    leave = "UPDATE memberships SET deleted_at = now() WHERE user_id = $1 AND organization_id = $2"
    await owner.execute(leave, person.id, gym.id)
    for document, values in ((PAUSE, {}), (RESUME, {}), (MOVE, {}), (STATUS, {"status": "PAUSED"})):
        errors = await api.user_errors(document, gym.coach, input=sent(id=id, **values))
        assert [(each["code"], each["field"]) for each in errors] == [("CONFLICT", ["input", "id"])]
        assert errors[0]["message"].startswith("The patient has left the organization: end the enrollment")
    assert (await written(api, STATUS, gym.coach, id=id, status="CANCELLED"))["status"] == "CANCELLED"


@pytest.mark.parametrize(("before", "after"), [*itertools.product(EnrollmentStatus, repeat=2)])
async def test_the_table_of_statuses_is_what_the_mutation_does(
    api: Api, world: World, gym: Organization, owner: Pool, before: EnrollmentStatus, after: EnrollmentStatus
) -> None:
    """Each status is followed by those of the table; all others are refused and change nothing."""
    id, _, _ = await enrolled(owner, world, gym, 1)
    if before is not EnrollmentStatus.ACTIVE:
        await written(api, STATUS, gym.coach, id=id, status=before.name)
    shown = await enrollment(api, gym.coach, id)
    payload = await api.payload(STATUS, gym.coach, input=sent(id=id, status=after.name))
    if after in FOLLOWING[before]:
        assert (payload["userErrors"], payload["enrollment"]["status"]) == ([], after.name)
        return
    is_over = before in (EnrollmentStatus.COMPLETED, EnrollmentStatus.CANCELLED)
    expected = ("ENROLLMENT_ENDED", ["input", "id"]) if is_over else ("CONFLICT", ["input", "status"])
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [expected]
    assert await enrollment(api, gym.coach, id) == shown


async def test_the_arguments_of_before_still_work(api: Api, world: World, gym: Organization, owner: Pool) -> None:
    """`setEnrollmentStatus(id, status)`, as the contract has it, does the same as its input."""
    id, _, _ = await enrolled(owner, world, gym)
    document = """mutation ($id: ID!, $status: EnrollmentStatus!) {
      setEnrollmentStatus(id: $id, status: $status) { enrollment { status } userErrors { code field } }
    }"""
    data = await api.run(document, gym.coach, id=str(id), status="COMPLETED")
    assert data["setEnrollmentStatus"]["enrollment"]["status"] == "COMPLETED"
    assert await api.refusals(document, gym.coach, id="no", status="ACTIVE") == [("INVALID_INPUT", ["id"])]


async def test_every_bad_day_is_refused_with_its_path(api: Api, world: World, gym: Organization, owner: Pool) -> None:
    """Days out of bounds, before the start, in another pause, not paused, and pauses that end before they begin."""
    id, _, person = await enrolled(owner, world, gym, 50, days=EVERY_DAY)
    recent, _, _ = await enrolled(owner, world, gym, 3, days=EVERY_DAY)
    today = await today_of(api, person, id)
    await written(api, PAUSE, gym.coach, id=id, from_=later(today, 10), to=later(today, 12))
    cases: list[tuple[str, dict[str, Any], str, str, str]] = [
        (PAUSE, {"id": recent, "from_": later(today, -4)}, "INVALID_INPUT", "from", "Must not be before the start"),
        (PAUSE, {"id": id, "from_": later(today, -32)}, "INVALID_INPUT", "from", f"Must be from {later(today, -31)}"),
        (PAUSE, {"id": id, "from_": later(today, 367)}, "INVALID_INPUT", "from", "Must be from"),
        (PAUSE, {"id": id, "to": later(today, -1)}, "INVALID_INPUT", "to", "Must not be before `from`."),
        (PAUSE, {"id": id, "to": date(9999, 12, 31)}, "INVALID_INPUT", "to", f"Must be {later(today, 366)} or earlier"),
        (PAUSE, {"id": id, "from_": later(today, 12)}, "CONFLICT", "from", f"paused from {later(today, 10)} up to"),
        (PAUSE, {"id": id}, "CONFLICT", "from", "resume it first, or choose other days"),
        (PAUSE, {"id": id, "reason": "x" * 2001}, "INVALID_INPUT", "reason", "Must be at most 2,000 characters"),
        (RESUME, {"id": id}, "CONFLICT", "on", f"It is not paused on {today}"),
        (RESUME, {"id": id, "on": later(today, -32)}, "INVALID_INPUT", "on", "Must be from"),
        (STATUS, {"id": id, "status": "COMPLETED", "on": later(today, 2)}, "INVALID_INPUT", "on", "Must be from"),
        (STATUS, {"id": id, "status": "CANCELLED", "on": later(today, -32)}, "INVALID_INPUT", "on", "Must be from"),
        (STATUS, {"id": recent, "status": "CANCELLED", "on": later(today, -4)}, "INVALID_INPUT", "on", "Must not be"),
        (STATUS, {"id": id, "status": "PAUSED", "on": later(today, 11)}, "CONFLICT", "on", "is paused from"),
        (STATUS, {"id": "no", "status": "PAUSED"}, "INVALID_INPUT", "id", "Must be an id"),
        (STATUS, {"id": gym.id, "status": "PAUSED"}, "NOT_FOUND", "id", "There is no such enrollment."),
    ]
    for document, values, code, name, message in cases:
        errors = await api.user_errors(document, gym.coach, input=sent(**values))
        assert (code, ["input", name]) in [(each["code"], each["field"]) for each in errors], values
        assert message in " ".join(each["message"] for each in errors), values
    assert len((await enrollment(api, gym.coach, id) or {})["pauses"]) == 1


async def test_patients_change_nothing_and_to_strangers_it_does_not_exist(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Each change is FORBIDDEN to the patient, NOT_FOUND to others, and refused by row-level security alone."""
    id, _, person = await enrolled(owner, world, gym)
    stranger = (await world.organization()).coach
    for document, values in ((PAUSE, {}), (RESUME, {}), (STATUS, {"status": "COMPLETED"})):
        input = sent(id=id, **values)
        for who, code in ((person, "FORBIDDEN"), (gym.member, "NOT_FOUND"), (stranger, "NOT_FOUND")):
            assert await api.refusals(document, who, input=input) == [(code, ["input", "id"])]
    for who in (person, gym.member, stranger):
        async with world.writing_as(who) as session:
            assert await session.run("UPDATE enrollments SET ended_on = '2026-01-01', status = 'cancelled'") == 0
            assert await session.run("DELETE FROM enrollment_versions") == 0


async def test_an_edit_of_another_version_is_refused_with_what_is_stored(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Of two changes of one version the second is a CONFLICT, which shows the first one."""
    id, _, _ = await enrolled(owner, world, gym)
    version = (await enrollment(api, gym.coach, id) or {})["updatedAt"]
    await written(api, PAUSE, gym.owner, id=id, ifUpdatedAt=version)
    payload = await api.payload(STATUS, gym.coach, input=sent(id=id, status="COMPLETED", ifUpdatedAt=version))
    assert [(e["code"], e["field"]) for e in payload["userErrors"]] == [("CONFLICT", ["input", "ifUpdatedAt"])]
    assert payload["conflict"]["updatedBy"]["id"] == str(gym.owner.id)
    assert payload["enrollment"]["status"] == "PAUSED"


async def test_of_changes_at_once_none_is_lost_and_pauses_share_no_day(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """Eight pauses of the same days at the same moment make one; seven are conflicts."""
    id, _, person = await enrolled(owner, world, gym, days=EVERY_DAY)
    today = await today_of(api, person, id)
    input = sent(id=id, from_=later(today, 1), to=later(today, 3))
    payloads = await asyncio.gather(*[api.payload(PAUSE, gym.coach, input=input) for _ in range(8)])
    codes = [error["code"] for payload in payloads for error in payload["userErrors"]]
    assert codes == ["CONFLICT"] * 7
    assert len((await enrollment(api, gym.coach, id) or {})["pauses"]) == 1


async def test_an_enrollment_has_at_most_a_hundred_pauses(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """The hundred-and-first pause is refused."""
    id, _, person = await enrolled(owner, world, gym)
    today = await today_of(api, person, id)
    await owner.execute(
        """
        INSERT INTO enrollment_pauses (enrollment_id, organization_id, patient_id, from_day, to_day)
        SELECT $1, $2, $3, $4::date + n, $4::date + n FROM generate_series(1, 100) n
        """,
        id,
        gym.id,
        person.id,
        today,
    )
    errors = await api.user_errors(PAUSE, gym.coach, input=sent(id=id, to=today))
    assert [(e["code"], e["message"]) for e in errors] == [("CONFLICT", "It has 100 pauses, which is the most.")]
