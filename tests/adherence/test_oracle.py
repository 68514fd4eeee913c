"""The figures are those of an independent computation in plain Python, exactly, whatever happened in which order."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adherence import oracle
from tests.adherence.clinic import Clinic
from tests.adherence.oracle import History, Log
from tests.conftest import Person

START = date(2026, 3, 2)
LAW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Asia/Jerusalem", "Australia/Lord_Howe")
offsets = st.integers(-3, 33)
scores = st.none() | st.integers(0, 10)
amounts = st.tuples(*[st.sampled_from((None, None, 0, 2))] * 3)


@st.composite
def histories(draw: st.DrawFn, clinic: Clinic, start: date = START) -> History:
    """A history with up to two moves and two pauses, perhaps ended, with logs of any prescription on any day."""
    moves = draw(st.lists(st.integers(1, 25), max_size=2, unique=True))
    numbers = draw(st.lists(st.integers(0, 2), min_size=len(moves) + 1, max_size=len(moves) + 1))
    days = [0, *sorted(moves)]
    versions = [(start + timedelta(day), clinic.versions[number]) for day, number in zip(days, numbers, strict=True)]
    history = History(start, versions)
    for first in draw(st.lists(offsets, max_size=2, unique=True)):
        length = draw(st.integers(0, 9))
        history.pauses.append((start + timedelta(first), start + timedelta(first + length)))
    if draw(st.booleans()):
        history.ended_on = start + timedelta(draw(offsets.filter(lambda day: day >= 0)))
    due = [(day, source, exercise) for day, source, exercise in history.due(start + timedelta(40))]
    for index in draw(st.lists(st.integers(0, max(0, len(due) - 1)), max_size=30 if due else 0)):
        history.logs.append(Log(*due[index], draw(scores), draw(scores), draw(amounts)))
    places = sorted(set(clinic.places.values()))
    for source, exercise in draw(st.lists(st.sampled_from(places), max_size=6)):
        felt = draw(scores), draw(scores), draw(amounts)
        history.logs.append(Log(start + timedelta(draw(offsets)), str(source), exercise, *felt))
    return history


async def stored(clinic: Clinic, history: History, patient: Person, data: st.DataObject, zone: str) -> UUID:
    """Store a history step by step, in an order that is drawn, with detours: corrections, removals, repeated sends."""
    id = await clinic.enroll(history, patient, zone=zone)
    written: list[tuple[Log, UUID]] = []
    for log in list(history.logs):
        written += zip([log], await clinic.log(id, patient, log), strict=True)
    for first, last in history.pauses:
        await clinic.pause(id, patient, first, last)
    if history.ended_on:
        await clinic.end(id, history.ended_on)
    for log, key in written:
        match data.draw(st.sampled_from(("", "", "", "delete", "remove", "correct", "amounts"))):
            case "delete":
                await clinic.owner.execute("UPDATE exercise_logs SET deleted_at = now() WHERE id = $1", key)
                history.logs.remove(log)
            case "remove":
                await clinic.owner.execute("DELETE FROM exercise_logs WHERE id = $1", key)
                history.logs.remove(log)
            case "correct":
                log.day, log.pain = log.day + timedelta(data.draw(st.integers(-2, 2))), data.draw(scores)
                statement = "UPDATE exercise_logs SET performed_on = $2, pain_score = $3 WHERE id = $1"
                await clinic.owner.execute(statement, key, log.day, log.pain)
            case "amounts":
                log.amounts = data.draw(amounts)
                statement = (
                    "UPDATE exercise_logs SET sets_completed = $2, reps_completed = $3, duration_seconds = $4 "
                    "WHERE id = $1"
                )
                await clinic.owner.execute(statement, key, *log.amounts)
    return id


@LAW
@given(data=st.data(), as_of=offsets, zone=st.sampled_from(ZONES))
async def test_adherence_is_what_plain_python_computes_from_any_history(
    clinic: Clinic, data: st.DataObject, as_of: int, zone: str
) -> None:
    patient, day = clinic.gym.member, START + timedelta(as_of)
    history = data.draw(histories(clinic))
    await clinic.empty()
    id = await stored(clinic, history, patient, data, zone)
    for person in (patient, clinic.gym.coach):
        assert await clinic.adherence(person, id, day) == oracle.adherence(history, day)
    await clinic.owner.execute("DELETE FROM enrollment_pauses WHERE enrollment_id = $1", id)
    await clinic.end(id, None)
    history.pauses, history.ended_on = [], None
    assert await clinic.adherence(patient, id, day) == oracle.adherence(history, day)
    await clinic.empty()
    assert await clinic.owner.fetchval("SELECT count(*) FROM adherence_totals WHERE enrollment_id = $1", id) == 0


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), zone=st.sampled_from(ZONES))
async def test_adherence_ends_today_by_the_patients_time_zone_unless_a_day_is_named(
    clinic: Clinic, data: st.DataObject, zone: str
) -> None:
    await clinic.empty()
    history = data.draw(histories(clinic, datetime.now(UTC).date() - timedelta(10)))
    id = await stored(clinic, history, clinic.gym.member, data, zone)
    before = datetime.now(ZoneInfo(zone)).date()
    found = await clinic.adherence(clinic.gym.member, id, None)
    after = datetime.now(ZoneInfo(zone)).date()
    assert found in [oracle.adherence(history, day, day) for day in {before, after}]


@pytest.fixture(scope="module")
async def patients(clinic: Clinic) -> list[Person]:
    """Eight patients of the clinic."""
    return [await clinic.world.join(clinic.gym.id, "member") for _ in range(8)]


WINDOWS = st.tuples(st.none() | offsets, offsets).filter(lambda pair: pair[0] is None or pair[0] <= pair[1])


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), windows=st.lists(WINDOWS, min_size=3, max_size=3))
async def test_analytics_are_what_plain_python_computes_over_all_enrollments_of_any_patients(
    clinic: Clinic, patients: list[Person], data: st.DataObject, windows: list[tuple[int | None, int]]
) -> None:
    await clinic.empty()
    by_patient: dict[str, list[History]] = {}
    for patient in patients[: data.draw(st.integers(4, 8))]:
        first, second = data.draw(histories(clinic)), data.draw(st.none() | histories(clinic))
        first.ended_on = first.ended_on or START + timedelta(40)
        by_patient[str(patient.id)] = [first, *([second] if second else [])]
        for history in by_patient[str(patient.id)]:
            await stored(clinic, history, patient, data, "UTC")
    for start, end in windows:
        window = None if start is None else START + timedelta(start), START + timedelta(end)
        wanted = oracle.analytics(by_patient, *window)
        assert await clinic.analytics(clinic.gym.coach, *window) == wanted
        named = clinic.exercises[:2]
        found = await clinic.analytics(clinic.gym.owner, *window, *named)
        assert found == {id: values for id, values in wanted.items() if id in named}


async def test_pain_and_exertion_of_fewer_than_five_patients_who_scored_are_not_shown(
    clinic: Clinic, patients: list[Person]
) -> None:
    """Of six patients four score pain and five exertion: average and number of pain are null, not the others."""
    await clinic.empty()
    history = History(START, [(START, clinic.versions[0])])
    due = next(iter(history.due(START)))
    for number, patient in enumerate(patients[:6]):
        id = await clinic.enroll(history, patient)
        await clinic.log(id, patient, Log(*due, 9 if number < 4 else None, 5 if number < 5 else None))
    found = (await clinic.analytics(clinic.gym.coach, START, START))[due[2]]
    names = ("patients", "completed", "averagePain", "painCount", "averageExertion", "exertionCount")
    assert [found[name] for name in names] == [6, 6, None, None, 5.0, 5]
