"""The mutations of the training layers."""

from typing import Any  # inputs and answers are JSON

from tests.conftest import Api, Organization, Person
from tests.layers.documents import CONSTRAINT, PROFILE

ERRORS = "userErrors { code message field } conflict { updatedAt updatedBy { id } }"
LAYERS = f"exercise {{ id updatedAt difficulty {PROFILE} safety {{ {CONSTRAINT} }} contraindications {{ condition }} }}"


def document(name: str, type: str) -> str:
    """A mutation that answers an exercise with its layers."""
    return f"mutation ($input: {type}!) {{ {name}(input: $input) {{ {LAYERS} {ERRORS} }} }}"


CLASSIFY = document("classifyExercise", "ClassifyExerciseInput")
PROFILES = document("updateProgrammingProfile", "UpdateProgrammingProfileInput")
CONSTRAINTS = document("updateSafetyConstraint", "UpdateSafetyConstraintInput")
ADD = """mutation ($input: AddSafetyRestrictionInput!) { addSafetyRestriction(input: $input) {
  restriction { id condition severity modification exercise { exerciseId safetyRestrictions { id } } }
  userErrors { code message field } } }"""
REMOVE = """mutation ($input: RemoveSafetyRestrictionInput!) {
  removeSafetyRestriction(input: $input) { deletedId userErrors { code message field } } }"""
CREATE = "mutation ($input: CreateExerciseInput!) { createExercise(input: $input) { exercise { id updatedAt } } }"


async def own(api: Api, gym: Organization, **values: Any) -> str:
    """The id of a new exercise of the organization's own."""
    input = {"organizationId": str(gym.id), "name": "Ours", "kind": "STRENGTH_COMPOUND", "difficulty": 3, **values}
    data = await api.run(CREATE, gym.coach, input=input)
    return str(data["createExercise"]["exercise"]["id"])


async def classified(api: Api, person: Person, exercise: str, **values: Any) -> Any:
    """An exercise with the layers that follow from its class."""
    input = {"exerciseId": exercise, "classKey": "barbell_squat", "stressors": [], **values}
    return (await api.run(CLASSIFY, person, input=input))["classifyExercise"]["exercise"]
