"""A clinic with a plan in three versions, whose enrollments and logs are written as rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeAlias  # answers are JSON
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg

from kinegraph.kit.rows import Row
from tests.adherence.oracle import History, Log, Version
from tests.conftest import Api, Organization, Person, World
from tests.treatment import AMOUNTS, StoredVersion, store_version
from tests.workout.documents import Pool

Json: TypeAlias = dict[str, Any]

ADHERENCE = """query ($id: ID!, $asOf: Date) {
  enrollment(id: $id) { adherence(asOf: $asOf) {
    asOf prescribed completed rate currentStreakDays daysWithData
    byWeek { week prescribed completed rate }
    byExercise {
      exercise { exerciseId } prescribed completed rate averagePain painCount averageExertion exertionCount
      recentDueDays recentDoneDays isStruggling
    }
  } }
}"""
ANALYTICS = """query ($id: ID!, $ids: [ID!], $from: Date, $to: Date) {
  organization(id: $id) { exerciseAnalytics(exerciseIds: $ids, from: $from, to: $to) {
    exercise { exerciseId } patients prescribed completed rate averagePain painCount averageExertion exertionCount
    strugglingPatients
  } }
}"""
SLUGS = ("back-squat", "front-squat", "deadlift", "plank")


@dataclass(repr=False)
class Clinic:
    """The clinic, its exercises, and the versions of its plan as they are stored and as the oracle reads them."""

    api: Api
    world: World
    owner: Pool
    gym: Organization
    exercises: list[str]
    stored: list[StoredVersion]
    versions: list[Version]
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By the id of an exercise of a version: its source and its exercise."""

    async def enroll(self, history: History, patient: Person, *, zone: str | None = None) -> UUID:
        """Store an enrollment with the versions of a history, without its pauses and logs; its id."""
        numbers = [self.versions.index(version) for _, version in history.versions]
        if zone:
            await self.owner.execute(
                "INSERT INTO patients (organization_id, user_id, time_zone) VALUES ($1, $2, $3) "
                "ON CONFLICT ON CONSTRAINT patients_user_key DO UPDATE SET time_zone = $3",
                self.gym.id,
                patient.id,
                zone,
            )
        id: UUID = await self.owner.fetchval(
            "INSERT INTO enrollments (organization_id, plan_id, version_id, patient_id, enrolled_by_id, starts_on) "
            "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            self.gym.id,
            self.stored[0].plan_id,
            self.stored[numbers[-1]].id,
            patient.id,
            self.gym.coach.id,
            history.starts_on,
        )
        for number, (from_day, _) in zip(numbers, history.versions, strict=True):
            await self.owner.execute(
                "INSERT INTO enrollment_versions "
                "(enrollment_id, organization_id, patient_id, plan_id, version_id, from_day) "
                "VALUES ($1, $2, $3, $4, $5, $6)",
                *(id, self.gym.id, patient.id, self.stored[0].plan_id, self.stored[number].id, from_day),
            )
        return id

    async def empty(self) -> None:
        """Remove all enrollments."""
        await self.owner.execute("DELETE FROM enrollments WHERE organization_id = $1", self.gym.id)

    async def pause(self, id: UUID, patient: Person, first: date, last: date | None) -> None:
        """Store a pause of an enrollment."""
        await self.owner.execute(
            "INSERT INTO enrollment_pauses (enrollment_id, organization_id, patient_id, from_day, to_day) "
            "VALUES ($1, $2, $3, $4, $5)",
            *(id, self.gym.id, patient.id, first, last),
        )

    async def end(self, id: UUID, day: date | None) -> None:
        """End an enrollment on a day, or have it run again."""
        status = "completed" if day else "active"
        await self.owner.execute("UPDATE enrollments SET ended_on = $2, status = $3 WHERE id = $1", id, day, status)

    async def log(self, id: UUID, patient: Person, *logs: Log) -> list[UUID]:
        """Store logs of an enrollment by one statement; their ids, in order."""
        by_source = {place: exercise for exercise, place in self.places.items()}
        rows = [(uuid4(), by_source[log.source, log.exercise], log) for log in logs]
        await self.owner.execute(
            """
            INSERT INTO exercise_logs (id, organization_id, enrollment_id, patient_id, version_exercise_id, source_id,
                                       exercise_id, client_id, content_hash, performed_on, pain_score, exertion,
                                       sets_completed, reps_completed, duration_seconds, recorded_by_id, created_at,
                                       updated_at)
            SELECT l.id, $1, $2, $3, x.id, x.source_id, x.exercise_id, l.id::text, '', l.day, l.pain, l.exertion,
                   l.sets, l.reps, l.seconds, $3, received.at, received.at
            FROM unnest($4::uuid[], $5::uuid[], $6::date[], $7::integer[], $8::integer[], $9::integer[],
                        $10::integer[], $11::integer[], $12::integer[]) WITH ORDINALITY
                AS l (id, exercise, day, pain, exertion, sets, reps, seconds, age, number)
            CROSS JOIN LATERAL (SELECT clock_timestamp() - make_interval(days => l.age) AS at) AS received
            JOIN plan_version_exercises x ON x.id = l.exercise
            ORDER BY l.number
            """,
            *(self.gym.id, id, patient.id, [row[0] for row in rows], [row[1] for row in rows]),
            *([log.day for log in logs], [log.pain for log in logs], [log.exertion for log in logs]),
            *([log.amounts[place] for log in logs] for place in range(3)),
            [log.age for log in logs],
        )
        return [row[0] for row in rows]

    async def adherence(self, person: Person, id: UUID, as_of: date | None) -> Json:
        """The adherence of an enrollment, as the oracle answers it."""
        data = await self.api.run(ADHERENCE, person, id=str(id), asOf=as_of and str(as_of))
        found: Json = data["enrollment"]["adherence"]
        found["byExercise"] = {each["exercise"]["exerciseId"]: _others(each) for each in found["byExercise"]}
        return found

    async def analytics(self, person: Person, start: date | None, to: date | None, *ids: str) -> Json:
        """The figures of the clinic's exercises, as the oracle answers them."""
        variables = {"ids": [*ids], "from": start and str(start), "to": to and str(to)}
        data = await self.api.run(ANALYTICS, person, id=str(self.gym.id), **variables)
        return {each["exercise"]["exerciseId"]: _others(each) for each in data["organization"]["exerciseAnalytics"]}

    async def read(self, version: StoredVersion, weeks: int) -> Version:
        """A stored version as the oracle reads it, of rows as they are stored."""
        days: dict[tuple[int, int], list[tuple[str, str]]] = {}
        for row in await self.owner.fetch(
            "SELECT x.id, s.week, s.day, x.source_id, x.exercise_id FROM plan_version_sessions s "
            "JOIN plan_version_exercises x ON x.session_id = s.id WHERE s.version_id = $1 ORDER BY x.sort_order",
            version.id,
        ):
            place = str(row.source_id), str(row.exercise_id)
            days.setdefault((row.week, row.day), []).append(place)
            self.places[str(row.id)] = place
        return Version(weeks, days)


def _others(values: Mapping[str, Any]) -> Json:
    """The values without the exercise."""
    return {name: value for name, value in values.items() if name != "exercise"}


def noon() -> tuple[str, date]:
    """A time zone in which it is about noon, so that no test meets midnight, and the day that it is there."""
    west = datetime.now(UTC).hour - 12
    zone = f"Etc/GMT{west:+d}"
    return zone, datetime.now(ZoneInfo(zone)).date()


async def stored_clinic(api: Api, world: World, owner: Pool) -> Clinic:
    """A clinic whose plan has three versions: with other days and exercises, and with the same on other days."""
    gym = await world.organization()
    a, b, c, d = [await world.exercise_id(slug) for slug in SLUGS]
    first = {(week, day): ids for week in (1, 2, 3) for day, ids in ((1, [a, b]), (3, [b, c, b]), (5, [a]))}
    second = {(week, day): ids for week in (1, 2) for day, ids in ((1, [a, d]), (2, [b]), (6, [c, d]))}
    one = await store_version(owner, gym, first, weeks=3)
    two = await store_version(owner, gym, second, weeks=2, plan_id=one.plan_id)
    three = await _shifted(owner, gym, one)
    clinic = Clinic(api, world, owner, gym, [a, b, c, d], [one, two, three], [])
    for version, weeks in zip(clinic.stored, (3, 2, 4), strict=True):
        clinic.versions.append(await clinic.read(version, weeks))
    return clinic


async def _shifted(owner: Pool, gym: Organization, version: StoredVersion) -> StoredVersion:
    """A third version, with everything of the first one a week and a day later, under the same sources."""
    async with owner.acquire() as connection, connection.transaction():
        return await _publish_shifted(connection, gym, version)


async def _publish_shifted(
    owner: "asyncpg.Connection[Row]", gym: Organization, version: StoredVersion
) -> StoredVersion:
    """Store the third version in one transaction, as the database demands."""
    id = await owner.fetchval(
        "INSERT INTO plan_versions (organization_id, plan_id, number, title, weeks, published_by_id) "
        "VALUES ($1, $2, 3, 'Later', 4, $3) RETURNING id",
        *(gym.id, version.plan_id, gym.coach.id),
    )
    for session in await owner.fetch("SELECT * FROM plan_version_sessions WHERE version_id = $1", version.id):
        new = await owner.fetchval(
            "INSERT INTO plan_version_sessions (organization_id, version_id, source_id, week, day, sort_order) "
            "VALUES ($1, $2, $3, $4, $5, 0) RETURNING id",
            *(gym.id, id, session.source_id, session.week + 1, session.day + 1),
        )
        await owner.execute(
            f"""
            INSERT INTO plan_version_exercises (organization_id, version_id, session_id, source_id, exercise_id,
                                                sort_order, content_hash, {", ".join(AMOUNTS)})
            SELECT organization_id, $2, $3, source_id, exercise_id, sort_order, '', {", ".join(AMOUNTS)}
            FROM plan_version_exercises WHERE session_id = $1
            """,
            *(session.id, id, new),
        )
    return StoredVersion(version.plan_id, id, {})
