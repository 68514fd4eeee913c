"""What is due on which day: the rules, the statement and the API agree with an independent computation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.enrollment.rules_calendar import Calendar, HeldVersion, Position, due_days
from kinegraph.enrollment.store import due as stored_due
from kinegraph.patient.store import TODAY
from tests.conftest import Api, Organization, World
from tests.enrollment.documents import DUE_BETWEEN, due, due_between, enrolled, today_of
from tests.treatment import StoredVersion, store_enrollment, store_version
from tests.workout.documents import Pool

START = date(2026, 3, 2)
SHAPES: Sequence[tuple[int, Sequence[tuple[int, int]]]] = (
    (1, [(1, 1), (1, 4)]),
    (3, [(1, 1), (1, 4), (2, 2), (3, 7)]),
    (5, [(week, day) for week in range(1, 6) for day in (1, 3, 5)]),
)
"""Weeks, and the weeks and days with sessions, of the versions of one plan."""


@dataclass(frozen=True)
class History:
    """A random history: moves as (day, version), pauses as (first, last), the end; days from the start."""

    moves: Sequence[tuple[int, int]]
    pauses: Sequence[tuple[int, int | None]]
    ended: int | None


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A history as the mutations make it: versions on rising days, pauses that share no day."""
    days = draw(st.lists(st.integers(1, 40), unique=True, max_size=3).map(sorted))
    versions = draw(st.lists(st.integers(0, 2), min_size=len(days) + 1, max_size=len(days) + 1))
    moves = list(zip((0, *days), versions, strict=True))
    cuts = draw(st.lists(st.integers(0, 45), unique=True, max_size=6).map(sorted))
    pauses: list[tuple[int, int | None]] = list(zip(cuts[::2], cuts[1::2], strict=False))
    if len(cuts) % 2:
        pauses.append((cuts[-1], None))
    return History(moves, pauses, draw(st.none() | st.integers(-3, 45)))


def oracle(history: History) -> set[tuple[int, int, int, int]]:
    """The due days of a history: day from the start, version, week, day. It walks day by day, and divides nothing."""
    found = set()
    week, weekday = 1, 1
    for day in range(60):
        held = [version for since, version in history.moves if since <= day][-1]
        weeks, sessions = SHAPES[held]
        paused = any(first <= day and (last is None or day <= last) for first, last in history.pauses)
        over = week > weeks or (history.ended is not None and day >= history.ended)
        if (week, weekday) in sessions and not paused and not over:
            found.add((day, held, week, weekday))
        weekday += 1
        if weekday == 8:
            week, weekday = week + 1, 1
    return found


def on(day: int) -> date:
    """The date of a day from the start."""
    return START + timedelta(days=day)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_the_rule_equals_an_independent_computation(history: History) -> None:
    """`due_days` finds the days, versions and positions that a walk from day to day finds."""
    ids = [UUID(int=number + 1) for number in range(3)]
    calendar = Calendar(
        START,
        [HeldVersion(on(day), ids[version], SHAPES[version][0]) for day, version in history.moves],
        [(on(first), None if last is None else on(last)) for first, last in history.pauses],
        None if history.ended is None else on(history.ended),
    )
    sessions = {id: {Position(*each) for each in shape[1]} for id, shape in zip(ids, SHAPES, strict=True)}
    found = due_days(calendar, sessions, START - timedelta(days=10), on(59))
    assert {
        ((day - START).days, ids.index(version), position.week, position.day) for day, version, position in found
    } == oracle(history)


async def store_history(
    owner: Pool, gym: Organization, versions: Sequence[StoredVersion], history: History, world: World
) -> UUID:
    """Store the enrollment of a new member with this history; its id."""
    person = await world.join(gym.id, "member")
    id = await store_enrollment(owner, gym, versions[history.moves[0][1]], person, START)
    of = (id, gym.id, person.id)
    for day, version in history.moves[1:]:
        await owner.execute(
            "INSERT INTO enrollment_versions (enrollment_id, organization_id, patient_id, plan_id, version_id,"
            " from_day) VALUES ($1, $2, $3, $4, $5, $6)",
            *of,
            versions[0].plan_id,
            versions[version].id,
            on(day),
        )
    for first, last in history.pauses:
        await owner.execute(
            "INSERT INTO enrollment_pauses (enrollment_id, organization_id, patient_id, from_day, to_day)"
            " VALUES ($1, $2, $3, $4, $5)",
            *of,
            on(first),
            None if last is None else on(last),
        )
    if history.ended is not None:
        await owner.execute(
            "UPDATE enrollments SET status = 'cancelled', ended_on = $2 WHERE id = $1", id, on(history.ended)
        )
    return id


async def test_the_statement_equals_the_independent_computation_for_many_enrollments_at_once(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    """One statement finds what is due of forty random histories, each exercise once, and so does the API of each."""
    squat = await world.exercise_id("back-squat")
    versions: list[StoredVersion] = []
    for weeks, sessions in SHAPES:
        plan_id = versions[0].plan_id if versions else None
        exercises: Mapping[tuple[int, int], list[str]] = {each: [squat, squat] for each in sessions}
        versions.append(await store_version(owner, gym, exercises, weeks=weeks, plan_id=plan_id))
    found: list[History] = []

    @settings(max_examples=40, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(histories())
    def collect(history: History) -> None:
        found.append(history)

    collect()
    ids = [await store_history(owner, gym, versions, history, world) for history in found]
    async with world.writing_as(gym.coach) as session:
        before = session.statements
        groups = await stored_due(session, [(id, START - timedelta(days=10), on(59)) for id in ids])
        assert session.statements - before == 1
    numbers = {version.id: number for number, version in enumerate(versions)}
    for history, rows in zip(found, groups, strict=True):
        stored = [((row.on_day - START).days, numbers[row.version_id], row.week, row.day) for row in rows]
        assert set(stored) == oracle(history)
        assert len(stored) == 2 * len(set(stored))
        exercises_of = {(row.on_day, row.version_exercise_id) for row in rows}
        assert len(exercises_of) == len(rows)
    for id, history in list(zip(ids, found, strict=True))[:10]:
        shown = await due_between(api, gym.coach, id, START, on(59))
        assert {(day - START).days for day in shown} == {day for day, *_ in oracle(history)}
        for day in (0, 3, 8, 14):
            expected = [(week, weekday) for at, _, week, weekday in oracle(history) if at == day]
            assert await due(api, gym.coach, id, on(day)) == expected


async def test_today_is_by_the_patients_time_zone(api: Api, world: World, gym: Organization, owner: Pool) -> None:
    """Where it is tomorrow already, tomorrow's session is due; without a stored zone today is by UTC."""
    hours = {None: 0, "Pacific/Kiritimati": 14, "Etc/GMT+12": -12, "Etc/GMT-13": 13}
    for zone, offset in hours.items():
        id, _, person = await enrolled(owner, world, gym, 1, days=[(1, day) for day in range(1, 8)])
        if zone is not None:
            await owner.execute(
                "INSERT INTO patients (organization_id, user_id, time_zone) VALUES ($1, $2, $3)",
                gym.id,
                person.id,
                zone,
            )
        before = datetime.now(UTC) + timedelta(hours=offset)
        today = await today_of(api, person, id)
        after = datetime.now(UTC) + timedelta(hours=offset)
        assert before.date() <= today <= after.date()
        starts_on: date = await owner.fetchval("SELECT starts_on FROM enrollments WHERE id = $1", id)
        days = (today - starts_on).days + 1
        assert await due(api, person, id) == ([(1, days)] if days > 0 else [])


async def test_the_day_of_a_moment_follows_daylight_saving(owner: Pool) -> None:
    """The expression for today is right in the hours around a change of the clocks."""
    cases = [
        ("Europe/Berlin", "2026-03-28 22:59Z", date(2026, 3, 28)),
        ("Europe/Berlin", "2026-03-28 23:00Z", date(2026, 3, 29)),
        ("Europe/Berlin", "2026-03-29 21:59Z", date(2026, 3, 29)),
        ("Europe/Berlin", "2026-03-29 22:00Z", date(2026, 3, 30)),
        ("Europe/Berlin", "2026-10-25 22:59Z", date(2026, 10, 25)),
        ("Europe/Berlin", "2026-10-25 23:00Z", date(2026, 10, 26)),
        ("Asia/Jerusalem", "2026-03-26 22:00Z", date(2026, 3, 27)),
        ("Asia/Jerusalem", "2026-03-27 21:00Z", date(2026, 3, 28)),
        ("America/Sao_Paulo", "2026-01-01 02:59Z", date(2025, 12, 31)),
        ("Pacific/Apia", "2026-01-01 10:59Z", date(2026, 1, 1)),
        ("Pacific/Apia", "2026-01-01 11:00Z", date(2026, 1, 2)),
    ]
    for zone, moment, day in cases:
        today = TODAY.format(patient="p").replace("now()", f"timestamptz '{moment}'")
        assert await owner.fetchval(f"SELECT {today} FROM (SELECT $1::text AS time_zone) p", zone) == day, (
            zone,
            moment,
        )


async def test_a_list_of_due_days_is_bounded(api: Api, world: World, gym: Organization, owner: Pool) -> None:
    """More than 92 days, or a last day before the first one, are refused with the argument's path."""
    id, _, _ = await enrolled(owner, world, gym)
    for first, last, message in (
        ("2026-03-01", "2026-02-28", "Must not be before `from`."),
        ("2026-03-01", "2026-06-01", "Must be within 92 days from `from` on."),
        ("0001-01-01", "9999-12-31", "Must be within 92 days from `from` on."),
    ):
        body = (await api.post(DUE_BETWEEN, gym.coach, id=str(id), **{"from": first, "to": last})).json()
        assert [(e["message"], e["extensions"]["code"], e["extensions"]["field"]) for e in body["errors"]] == [
            (message, "INVALID_INPUT", ["to"])
        ]
    assert await due_between(api, gym.coach, id, date(2026, 3, 1), date(2026, 5, 31)) == {}
