"""GraphQL documents about the check of workouts, and functions that send them."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias  # inputs and answers are JSON

from tests.conftest import Api, Person

Json: TypeAlias = dict[str, Any]

FIELDS = """{
  isSafe movementCount blockedCount warnedCount
  movements {
    sectionIndex movementIndex movementId level reason riskScore isOverridden indicatedFor
    exercise { exerciseId name }
    warnings {
      condition level modification
      override { id condition reason note expiresAt createdAt withdrawnAt createdBy { name } athlete { name } }
    }
    substitute { explanation exercise { exerciseId name equipment } safety { isSafe riskScore } }
  }
}"""
CHECK = f"""query (
  $organization: ID!, $conditions: [String!]!, $workout: ID, $assignment: ID, $sections: [SectionInput!], $athlete: ID,
  $equipment: [String!]
) {{
  checkWorkout(
    organizationId: $organization, conditions: $conditions, workoutId: $workout, assignmentId: $assignment,
    sections: $sections, athleteId: $athlete, availableEquipment: $equipment
  ) {FIELDS}
}}"""
OVERRIDE = """mutation ($input: OverrideSafetyWarningInput!) {
  overrideSafetyWarning(input: $input) {
    override { id workoutId movementId exerciseId condition reason note expiresAt withdrawnAt createdBy { name } }
    userErrors { code message field }
  }
}"""
WITHDRAW = """mutation ($input: WithdrawSafetyOverrideInput!) {
  withdrawSafetyOverride(input: $input) { override { id withdrawnAt } userErrors { code message field } }
}"""


async def check(api: Api, person: Person, organization_id: object, *conditions: str, **what: Any) -> Json:
    """The answer of checkWorkout."""
    sent = {"organization": str(organization_id), "conditions": conditions, **what}
    found: Json = (await api.run(CHECK, person, **sent))["checkWorkout"]
    return found


async def codes(api: Api, person: Person, organization_id: object, *conditions: str, **what: Any) -> list[str]:
    """The codes of the errors of checkWorkout."""
    sent = {"organization": str(organization_id), "conditions": conditions, **what}
    errors = (await api.post(CHECK, person, **sent)).json()["errors"]
    return [error["extensions"]["code"] for error in errors]


def override(workout_id: str, condition: str, **changes: Any) -> Json:
    """An input of overrideSafetyWarning that ends in a month."""
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    values = {"workoutId": workout_id, "condition": condition, "reason": "CLINICIAN_CLEARED", "expiresAt": ends}
    return {**values, **changes}
