"""GraphQL documents about logs, and functions that enroll patients and log what they did."""

import itertools
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias, cast  # inputs and answers are JSON
from uuid import UUID

from kinegraph.kit.sessions import WriteSession
from tests.conftest import Api, Organization, Person, World
from tests.identity.rows import Pool
from tests.treatment import StoredVersion, store_enrollment, store_log, store_version

Json: TypeAlias = dict[str, Any]

LOG = """
fragment Logged on ExerciseLog {
  id clientId performedOn setsCompleted repsCompleted durationSeconds painScore exertion notes isOnBehalf updatedAt
  deletedAt recordedBy { id } enrollment { id } planExercise { id } exercise { exercise { id } }
  revisions { totalCount nodes {
    performedOn setsCompleted repsCompleted durationSeconds painScore exertion notes reason recordedBy { id }
  } }
}
"""
ERRORS = "conflict { updatedBy { id } updatedAt } userErrors { code message field }"
SEND = (
    LOG
    + """mutation ($logs: [LogExerciseInput!]!) {
  logExercises(input: {logs: $logs}) { logs { ...Logged } userErrors { code message field } }
}"""
)
SEND_BRIEFLY = """mutation ($logs: [LogExerciseInput!]!) {
  logExercises(input: {logs: $logs}) { logs { id clientId } userErrors { code message field } }
}"""
CORRECT = (
    LOG + f"mutation ($input: CorrectLogInput!) {{ correctLog(input: $input) {{ log {{ ...Logged }} {ERRORS} }} }}"
)
DELETE = (
    LOG
    + f"mutation ($input: DeleteLogInput!) {{ deleteLog(input: $input) {{ deletedId log {{ ...Logged }} {ERRORS} }} }}"
)
READ = (
    LOG
    + """query (
  $id: ID!, $from: Date, $to: Date, $exercise: ID, $first: Int, $after: String, $last: Int, $before: String
) {
  enrollment(id: $id) {
    logs(from: $from, to: $to, planExerciseId: $exercise, first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { ...Logged } edges { cursor } pageInfo { hasNextPage hasPreviousPage }
    }
  }
}"""
)
NODE = LOG + "query ($id: ID!) { node(id: $id) { id ...Logged } }"

DAYS = ((1, 1), (1, 3), (1, 5), (2, 1), (6, 1))
"""The days of the sessions of `enrolled`."""

_serials = itertools.count(1)


def today() -> date:
    """Today in UTC, the time zone of patients who have none."""
    return datetime.now(UTC).date()


@dataclass
class Enrolled:
    """An organization whose member is enrolled in a plan of eight weeks, which began three weeks ago."""

    gym: Organization
    version: StoredVersion
    id: UUID
    starts_on: date
    patient: Person

    def exercise(self, index: int = 0, day: tuple[int, int] = (1, 1)) -> str:
        """The id of an exercise of a session of the version."""
        return str(self.version.exercises[day][index])

    def day(self, number: int) -> str:
        """The date of a day of the plan, from 1."""
        return str(self.starts_on + timedelta(days=number - 1))

    def log(self, number: int = 1, index: int = 0, **values: Any) -> Json:
        """A log of an exercise on a day of the plan, with a client's id of its own unless one is given."""
        exercise = {"planExerciseId": self.exercise(index), "performedOn": self.day(number)}
        return {"clientId": client_id(), **exercise, **values}


def client_id() -> str:
    """A new id of a client's."""
    return f"log {next(_serials)}"


async def enrolled(
    owner: Pool, world: World, *, weeks: int = 8, days_ago: int = 21, gym: Organization | None = None
) -> Enrolled:
    """Enroll the member of an organization, a new one unless one is given, in a plan of its own."""
    gym = gym or await world.organization()
    ids = [await world.exercise_id(slug) for slug in ("back-squat", "clamshell")]
    version = await store_version(owner, gym, dict.fromkeys(DAYS, ids), weeks=weeks)
    starts_on = today() - timedelta(days=days_ago)
    id = await store_enrollment(owner, gym, version, gym.member, starts_on)
    return Enrolled(gym, version, id, starts_on, gym.member)


async def live_in(owner: Pool, gym: Organization, patient: Person, time_zone: str) -> None:
    """Give a patient a time zone."""
    await owner.execute(
        "INSERT INTO patients (organization_id, user_id, time_zone) VALUES ($1, $2, $3) "
        "ON CONFLICT (organization_id, user_id) DO UPDATE SET time_zone = $3",
        gym.id,
        patient.id,
        time_zone,
    )


async def pause(owner: Pool, plan: Enrolled, first: int, last: int | None) -> None:
    """Pause an enrollment from one day of the plan to another, or without an end."""
    await owner.execute(
        "INSERT INTO enrollment_pauses (enrollment_id, organization_id, patient_id, from_day, to_day) "
        "VALUES ($1, $2, $3, $4, $5)",
        plan.id,
        plan.gym.id,
        plan.patient.id,
        date.fromisoformat(plan.day(first)),
        None if last is None else date.fromisoformat(plan.day(last)),
    )


async def end(owner: Pool, plan: Enrolled, number: int, status: str = "cancelled") -> None:
    """End an enrollment on a day of the plan."""
    await owner.execute(
        "UPDATE enrollments SET status = $2, ended_on = $3 WHERE id = $1",
        plan.id,
        status,
        date.fromisoformat(plan.day(number)),
    )


async def move(owner: Pool, plan: Enrolled, version: StoredVersion, number: int) -> None:
    """Move an enrollment to another version from a day of the plan on."""
    await owner.execute(
        """
        WITH moved AS (UPDATE enrollments SET version_id = $2 WHERE id = $1)
        INSERT INTO enrollment_versions (enrollment_id, organization_id, patient_id, plan_id, version_id, from_day)
        VALUES ($1, $3, $4, $5, $2, $6)
        """,
        plan.id,
        version.id,
        plan.gym.id,
        plan.patient.id,
        version.plan_id,
        date.fromisoformat(plan.day(number)),
    )


async def logged(api: Api, person: Person, *logs: Json) -> list[Json]:
    """The logs of a batch, once they are stored."""
    found: list[Json] = (await api.run(SEND, person, logs=list(logs)))["logExercises"]["logs"]
    return found


async def read(api: Api, person: Person, plan: Enrolled, **arguments: Any) -> Json | None:
    """The page of an enrollment's logs; None where the person does not see the enrollment."""
    found = (await api.run(READ, person, id=str(plan.id), **arguments))["enrollment"]
    page: Json | None = found and found["logs"]
    return page


async def stored_clients(owner: Pool, patient: Person) -> list[str]:
    """The clients' ids of a patient's logs, in their order."""
    rows = await owner.fetch("SELECT client_id FROM exercise_logs WHERE patient_id = $1 ORDER BY client_id", patient.id)
    return [row.client_id for row in rows]


class _Owner:
    """A session with the methods of a pool that `tests.treatment` calls; all of them in its one transaction."""

    def __init__(self, session: WriteSession[Any]) -> None:
        self.fetchval, self.fetchrow, self.execute = session.fetch_value, session.fetch_row, session.run
        self.acquire, self.transaction = partial(nullcontext, self), nullcontext


async def add_logs(
    world: World, organization: Organization, by_operation: Mapping[str, dict[str, str]], exercise_id: str
) -> None:
    """Add the ids that fields and mutations of logs take: of the coach's own enrollment, its exercise and a log."""
    coach, day = organization.coach, date(2026, 3, 1)
    async with world.writing_as(coach) as session:
        owner = cast(Pool, _Owner(session))
        version = await store_version(owner, organization, {(1, 1): [exercise_id]})
        enrollment = await store_enrollment(owner, organization, version, coach, day)
        (exercise,) = version.exercises[1, 1]
        log = await store_log(owner, organization, enrollment, coach, exercise, day)
    sent = {"planExerciseId": str(exercise), "enrollmentId": str(enrollment)}
    by_operation["Mutation.logExercises"].update(sent)
    by_operation["Enrollment.logs"].update(sent)
    by_operation["Mutation.correctLog"]["id"] = by_operation["Mutation.deleteLog"]["id"] = str(log)
