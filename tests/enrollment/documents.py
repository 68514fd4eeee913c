"""GraphQL documents about enrollments, and functions that send them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias  # inputs and answers are JSON
from uuid import UUID

from tests.conftest import Api, Organization, Person, World
from tests.treatment import StoredVersion, store_enrollment, store_version
from tests.workout.documents import Pool

Json: TypeAlias = dict[str, Any]

FINDINGS = """safetyFindings {
  level condition reason modification places { week day } exercise { exerciseId name }
  override { id condition reason note expiresOn createdBy { id } }
}"""
FIELDS = f"""{{
  id startsOn endsOn endedOn status updatedAt
  plan {{ id title }} version {{ id number }} versions {{ from version {{ number }} }}
  patient {{ id name email }} enrolledBy {{ id }} patientRecord {{ timeZone }}
  pauses {{ from to }} today {{ on week day isPaused }} {FINDINGS}
  moves {{ totalCount nodes {{
    id fromStatus toStatus effectiveOn reason movedBy {{ id }} fromVersion {{ number }} toVersion {{ number }}
  }} }}
}}"""
ENROLLMENT = f"query ($id: ID!) {{ enrollment(id: $id) {FIELDS} }}"
DUE = """query ($id: ID!, $on: Date) {
  enrollment(id: $id) { today { on } due(on: $on) { id week day exercises { id sets exercise { name } } } }
}"""
DUE_BETWEEN = """query ($id: ID!, $from: Date!, $to: Date!) {
  enrollment(id: $id) { dueBetween(from: $from, to: $to) { on week day sessions { id } } }
}"""
ANSWER = f"""{{
  enrollment {FIELDS} conflict {{ updatedAt updatedBy {{ id }} }} {FINDINGS} userErrors {{ code message field }}
}}"""
ENROLL = f"mutation ($input: EnrollPatientInput!) {{ enrollPatient(input: $input) {ANSWER} }}"
PAUSE = f"mutation ($input: PauseEnrollmentInput!) {{ pauseEnrollment(input: $input) {ANSWER} }}"
RESUME = f"mutation ($input: ResumeEnrollmentInput!) {{ resumeEnrollment(input: $input) {ANSWER} }}"
STATUS = f"mutation ($input: SetEnrollmentStatusInput!) {{ setEnrollmentStatus(input: $input) {ANSWER} }}"
MOVE = f"mutation ($input: MoveEnrollmentInput!) {{ moveEnrollment(input: $input) {ANSWER} }}"
OVERRIDE = (
    "mutation ($input: OverrideEnrollmentFindingsInput!) { overrideEnrollmentFindings(input: $input) " + ANSWER + " }"
)


async def enrollment(api: Api, person: Person, id: object) -> Json | None:
    """An enrollment, as a person sees it."""
    found: Json | None = (await api.run(ENROLLMENT, person, id=str(id)))["enrollment"]
    return found


async def written(api: Api, document: str, person: Person, **values: Any) -> Json:
    """The enrollment as a mutation wrote it; days are sent as text."""
    (payload,) = (await api.run(document, person, input=sent(**values))).values()
    found: Json = payload["enrollment"]
    return found


def sent(**values: Any) -> Json:
    """An input as JSON: ids and days as text; `from_` is the key `from`."""
    return {name.rstrip("_"): str(value) if isinstance(value, UUID | date) else value for name, value in values.items()}


async def today_of(api: Api, person: Person, id: object) -> date:
    """Today, as the API says by the patient's calendar."""
    return date.fromisoformat((await api.run(DUE, person, id=str(id)))["enrollment"]["today"]["on"])


async def due(api: Api, person: Person, id: object, on: date | None = None) -> list[tuple[int, int]]:
    """The weeks and days of the sessions that are due on a day."""
    found = (await api.run(DUE, person, id=str(id), on=None if on is None else str(on)))["enrollment"]["due"]
    return [(session["week"], session["day"]) for session in found]


async def due_between(api: Api, person: Person, id: object, first: date, last: date) -> dict[date, list[str]]:
    """The ids of the sessions that are due between two days, by day."""
    data = await api.run(DUE_BETWEEN, person, id=str(id), **{"from": str(first), "to": str(last)})
    return {
        date.fromisoformat(day["on"]): [session["id"] for session in day["sessions"]]
        for day in data["enrollment"]["dueBetween"]
    }


async def knee_plan(
    owner: Pool,
    world: World,
    gym: Organization,
    days: Sequence[tuple[int, int]] = ((1, 1), (1, 3), (2, 1)),
    *slugs: str,
    **values: Any,
) -> StoredVersion:
    """A published plan with a session on each (week, day), of these canonical exercises (leg extensions)."""
    ids = [await world.exercise_id(slug) for slug in slugs or ("leg-extension",)]
    by_day: Mapping[tuple[int, int], Sequence[str]] = dict.fromkeys(days, ids)
    return await store_version(owner, gym, by_day, **values)


async def enrolled(
    owner: Pool, world: World, gym: Organization, days_ago: int = 0, **values: Any
) -> tuple[UUID, StoredVersion, Person]:
    """A new member who is enrolled in a plan of their own since so many days (UTC): enrollment, version, person."""
    version = await knee_plan(owner, world, gym, **values)
    person = await world.join(gym.id, "member")
    today: date = await owner.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")
    id = await store_enrollment(owner, gym, version, person, today - timedelta(days=days_ago))
    return id, version, person
