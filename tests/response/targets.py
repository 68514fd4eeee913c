"""A proposal and a substitution for tests of all operations: what the ids of their operations may name."""

from collections.abc import Mapping
from typing import Any  # answers are JSON
from uuid import uuid4

from tests.conftest import Api, Organization
from tests.response.clinic import ACCEPT, SEND

DUE = """query ($id: ID!, $on: Date!) { enrollment(id: $id) {
  due(on: $on) { exercises { id exercise { exerciseId } } }
} }"""
OPEN = """query ($id: ID!) { enrollment(id: $id) { regressionProposals(status: OPEN) {
  nodes { id options { exercise { exerciseId } } }
} } }"""


async def add_responses(
    api: Api, organization: Organization, by_operation: Mapping[str, dict[str, str]], ids: tuple[str, str], day: str
) -> None:
    """Add the ids that mutations of proposals and substitutions take, of these two enrollments, which began on `day`.

    The first one has an open proposal, that of the second one was accepted: another exercise.
    """
    proposal, exercise = await _hurt(api, organization, ids[0], day)
    for name in ("acceptRegression", "declineRegression"):
        by_operation[f"Mutation.{name}"].update(id=proposal, exerciseId=exercise)
    proposal, exercise = await _hurt(api, organization, ids[1], day)
    given = {"id": proposal, "exerciseId": exercise}
    accepted = (await api.run(ACCEPT, organization.coach, input=given))["acceptRegression"]["proposal"]
    by_operation["Mutation.endExerciseSubstitution"]["id"] = accepted["substitution"]["id"]


async def _hurt(api: Api, organization: Organization, id: str, day: str) -> tuple[str, str]:
    """The open proposal of an enrollment that a painful log of its first day makes, and the exercise."""
    due: Any = (await api.run(DUE, organization.coach, id=id, on=day))["enrollment"]["due"][0]["exercises"][0]
    log = {"clientId": str(uuid4()), "enrollmentId": id, "planExerciseId": due["id"], "performedOn": day}
    await api.run(SEND, organization.coach, logs=[{**log, "painScore": 7}])
    found = (await api.run(OPEN, organization.coach, id=id))["enrollment"]["regressionProposals"]["nodes"]
    options = [each["exercise"]["exerciseId"] for each in found[0]["options"]]
    return found[0]["id"], next((id for id in options if id != due["exercise"]["exerciseId"]), options[0])
