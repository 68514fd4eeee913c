"""An enrolled patient with two exercises on every day, and the documents about painful logs and what follows."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias  # inputs and answers are JSON
from uuid import UUID

from tests.conftest import Api, Organization, Person, World
from tests.identity.rows import Pool
from tests.treatment import StoredVersion, store_enrollment, store_version

Json: TypeAlias = dict[str, Any]

ERRORS = "userErrors { code message field }"
CONFLICT = "conflict { updatedBy { id } updatedAt }"
SUBSTITUTION = """
fragment Substituted on ExerciseSubstitution {
  id from to exercise { exerciseId } substitute { exerciseId } hasAmounts sets reps durationSeconds holdSeconds
  restSeconds perSide notes isHalved replaces { id } endReason createdBy { id } endedBy { id } updatedAt
}
"""
PROPOSAL = (
    SUBSTITUTION
    + """
fragment Proposed on RegressionProposal {
  id status light painScore performedOn exercise { exerciseId } log { id } logs { id } reason decidedBy { id } updatedAt
  options {
    exercise { exerciseId slug } steps on sets reps durationSeconds holdSeconds restSeconds perSide differsByDay
    most { sets reps durationSeconds holdSeconds }
    safetyFindings { level condition modification exercise { slug } places { week } override { id } }
  } substitution { ...Substituted } enrollment { id }
}
"""
)
SEND = f"""mutation ($logs: [LogExerciseInput!]!) {{
  logExercises(input: {{logs: $logs}}) {{ logs {{ id painLight }} {ERRORS} }}
}}"""
CORRECT = f"mutation ($input: CorrectLogInput!) {{ correctLog(input: $input) {{ log {{ id painLight }} {ERRORS} }} }}"
DELETE = f"mutation ($input: DeleteLogInput!) {{ deleteLog(input: $input) {{ deletedId {ERRORS} }} }}"
ACCEPT = f"""{PROPOSAL}
mutation ($input: AcceptRegressionInput!) {{
  acceptRegression(input: $input) {{ proposal {{ ...Proposed }} {CONFLICT} {ERRORS} }}
}}"""
DECLINE = f"""{PROPOSAL}
mutation ($input: DeclineRegressionInput!) {{
  declineRegression(input: $input) {{ proposal {{ ...Proposed }} {CONFLICT} {ERRORS} }}
}}"""
END = f"""{SUBSTITUTION}
mutation ($input: EndExerciseSubstitutionInput!) {{
  endExerciseSubstitution(input: $input) {{
    substitution {{ ...Substituted }} safetyFindings {{ level condition exercise {{ name }} }} {CONFLICT} {ERRORS}
  }}
}}"""
PROPOSALS = f"""{PROPOSAL}
query ($id: ID!, $status: RegressionProposalStatus, $first: Int, $after: String, $last: Int, $before: String) {{
  enrollment(id: $id) {{
    regressionProposals(status: $status, first: $first, after: $after, last: $last, before: $before) {{
      totalCount nodes {{ ...Proposed }} edges {{ cursor }} pageInfo {{ hasNextPage hasPreviousPage }}
    }}
  }}
}}"""
OF_CLINIC = f"""{PROPOSAL}
query ($id: ID!, $status: RegressionProposalStatus) {{
  organization(id: $id) {{ regressionProposals(status: $status) {{ totalCount nodes {{ ...Proposed }} }} }}
}}"""
DUE = f"""{SUBSTITUTION}
query ($id: ID!, $from: Date, $to: Date) {{
  enrollment(id: $id) {{
    substitutions {{ ...Substituted }}
    dueExercises(from: $from, to: $to) {{
      on week day session {{ id }} planExercise {{ id }} exercise {{ exerciseId }} substitution {{ id }}
      sets reps durationSeconds holdSeconds restSeconds perSide notes
    }}
    due(on: $from) {{ exercises {{ exercise {{ exerciseId }} sets }} }}
  }}
}}"""

_serials = itertools.count(1)


def today() -> date:
    """Today in UTC, the time zone of patients who have none."""
    return datetime.now(UTC).date()


@dataclass
class Treated:
    """A patient who is enrolled in a plan of eight weeks, which began four weeks ago, with two exercises every day."""

    api: Api
    owner: Pool
    gym: Organization
    version: StoredVersion
    id: UUID
    exercises: Sequence[str]
    patient: Person

    @property
    def coach(self) -> Person:
        """A coach of the clinic."""
        return self.gym.coach

    def log(self, pain: int | None, days_ago: int = 0, index: int = 0) -> Json:
        """A log of an exercise, as it is due on a day, with this pain."""
        number = 28 - days_ago
        exercise = self.version.exercises[number // 7 + 1, number % 7 + 1][index]
        day = today() - timedelta(days=days_ago)
        sent = {"clientId": f"log {next(_serials)}", "planExerciseId": str(exercise), "performedOn": str(day)}
        return {**sent, "painScore": pain}

    async def send(self, *logs: Json, by: Person | None = None) -> list[str]:
        """The ids of logs that the patient, or somebody for them, has sent in one batch."""
        given = list(logs) if by is None else [{**log, "enrollmentId": str(self.id)} for log in logs]
        data = await self.api.run(SEND, by or self.patient, logs=given)
        return [log["id"] for log in data["logExercises"]["logs"]]

    async def proposals(self, status: str | None = None, by: Person | None = None, **page: Any) -> list[Json]:
        """The proposals of the enrollment, as a coach sees them, the newest first."""
        data = await self.api.run(PROPOSALS, by or self.coach, id=str(self.id), status=status, **page)
        found: list[Json] = data["enrollment"]["regressionProposals"]["nodes"]
        return found

    async def open(self) -> Json:
        """The only open proposal."""
        (found,) = await self.proposals("OPEN")
        return found

    async def hurt(self, pain: int = 7) -> Json:
        """The proposal that a painful log of today makes."""
        await self.send(self.log(pain))
        return await self.open()

    async def accept(self, proposal: Json, exercise: str, **values: Any) -> Json:
        """The accepted proposal."""
        given = {"id": proposal["id"], "exerciseId": exercise, **values}
        data = await self.api.run(ACCEPT, self.coach, input=given)
        found: Json = data["acceptRegression"]["proposal"]
        return found

    async def shown(self, days_ahead: int = 0, by: Person | None = None) -> Json:
        """The enrollment's substitutions, and what is due on a day."""
        day = str(today() + timedelta(days=days_ahead))
        found: Json = (await self.api.run(DUE, by or self.patient, **{"id": str(self.id), "from": day}))["enrollment"]
        return found

    async def due(self, days_ahead: int, by: Person | None = None) -> list[str]:
        """The exercises to do on a day, by their ids."""
        shown = await self.shown(days_ahead, by)
        return [each["exercise"]["exerciseId"] for each in shown["dueExercises"]]


async def treated(
    api: Api, world: World, owner: Pool, slugs: Sequence[str] = ("back-squat", "clamshell"), **places: Any
) -> Treated:
    """A patient of a new clinic; `gym` and `exercises` (ids) in place of what is made."""
    gym = places.get("gym") or await world.organization()
    ids = places.get("exercises") or [await world.exercise_id(slug) for slug in slugs]
    days = {(week, day): ids for week in range(1, 9) for day in range(1, 8)}
    version = await store_version(owner, gym, days)
    id = await store_enrollment(owner, gym, version, gym.member, today() - timedelta(days=28))
    return Treated(api, owner, gym, version, id, ids, gym.member)
