"""Documents about the training layers, and functions that write rows of layers past the API."""

from typing import Any  # answers are JSON
from uuid import UUID

from tests.conftest import Api, Organization, Person

Pool = Any

CONSTRAINT = """avoidIf cautionIf indicatedFor stressors modifications { condition modification riskLevel }
  riskScores { condition score }"""
ASSESSMENT = "isSafe riskScore isClassified indicatedFor warnings { condition level modification }"
SAFETY = f"safety {{ {CONSTRAINT} }} safetyFor(conditions: $conditions) {{ {ASSESSMENT} }}"
PROFILE = """programming {
  classKey modifiers difficultyLevel forceType stabilityDemand skillDemand fatigueScore minimumRecoveryHours
  optimalFrequencyPerWeek detrainingDays defaultTempo repRange(goal: STRENGTH) { min max }
  rest: restSeconds(goal: POWER) prescription(goal: ENDURANCE) { unit min max sets restSeconds }
}"""
EFFECTIVE = f"""query ($exercise: ID!, $organization: ID!, $conditions: [String!]! = []) {{
  effectiveExercise(id: $exercise, organizationId: $organization) {{
    {PROFILE} {SAFETY} exercise {{ {PROFILE} {SAFETY} }}
  }}
}}"""
STORED = f"""query ($id: ID!, $conditions: [String!]! = []) {{
  exercise(id: $id) {{ {PROFILE} {SAFETY} progressions {{ type to {{ slug }} }} chain: progressionChain {{ slug }} }}
}}"""
CLONE = """mutation ($id: ID!, $organization: ID!) {
  cloneExercise(input: { id: $id, organizationId: $organization }) { exercise { id } userErrors { message } }
}"""


async def effective(api: Api, gym: Organization, exercise: str, *conditions: str, person: Person | None = None) -> Any:
    """An exercise as an organization sees it, with its layers."""
    variables = {"exercise": exercise, "organization": str(gym.id), "conditions": list(conditions)}
    return (await api.run(EFFECTIVE, person or gym.coach, **variables))["effectiveExercise"]


async def cloned(api: Api, gym: Organization, exercise: str) -> str:
    """The id of a copy of an exercise, which has no layers of its own."""
    data = await api.run(CLONE, gym.coach, id=exercise, organization=str(gym.id))
    return str(data["cloneExercise"]["exercise"]["id"])


async def write_constraint(owner: Pool, gym: Organization | None, exercise: str, **columns: Any) -> None:
    """Store safety constraints of an exercise."""
    names = ", ".join(columns)
    values = ", ".join(f"${number}" for number in range(3, len(columns) + 3))
    await owner.execute(
        f"INSERT INTO exercise_safety_constraints (exercise_id, organization_id, {names}) VALUES ($1, $2, {values})",
        UUID(exercise),
        gym and gym.id,
        *columns.values(),
    )


async def restrict(owner: Pool, gym: Organization, exercise: str, condition: str, severity: str) -> None:
    """Store a restriction of an organization."""
    await owner.execute(
        """
        INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity, modification)
        VALUES ($1, $2, $3, $4, 'Ask the physiotherapist')
        ON CONFLICT (organization_id, exercise_id, condition) DO UPDATE SET severity = excluded.severity
        """,
        gym.id,
        UUID(exercise),
        condition,
        severity,
    )
