"""GraphQL documents about exercises with their instructions, contraindications and tags, and a client for them."""

from dataclasses import dataclass
from typing import Any  # inputs and answers are JSON

from tests.conftest import Api, Organization, Person
from tests.exercise.documents import FIELDS as STORED
from tests.media.files import REQUEST
from tests.taxonomy.terms import TAGS

Json = dict[str, Any]
INSTRUCTION = "id type body sortOrder imageKey imageUrl"
DETAIL_FIELDS = f"instructions {{ {INSTRUCTION} }} contraindications {{ id condition severity description }}"
FIELDS = f"{STORED} {DETAIL_FIELDS} {TAGS}"
ERRORS = "userErrors { code message field }"
CREATE = (
    "mutation ($input: CreateExerciseInput!) "
    f"{{ createExercise(input: $input) {{ exercise {{ {FIELDS} }} {ERRORS} }} }}"
)
UPDATE = (
    "mutation ($id: ID!, $input: UpdateExerciseInput!) "
    f"{{ updateExercise(id: $id, input: $input) {{ exercise {{ {FIELDS} }} {ERRORS} }} }}"
)
READ = f"query ($id: ID!) {{ exercise(id: $id) {{ {FIELDS} }} }}"
CLONE = (
    "mutation ($id: ID!, $organizationId: ID!, $name: String) "
    f"{{ cloneExercise(id: $id, organizationId: $organizationId, name: $name) {{ exercise {{ {FIELDS} }} {ERRORS} }} }}"
)


def instruction(body: str = "Stand up", type: str = "STEP", **values: Any) -> Json:
    """The input of an instruction."""
    return {"type": type, "body": body, **values}


def contraindication(condition: str, severity: str = "WARNING", **values: Any) -> Json:
    """The input of a contraindication."""
    return {"condition": condition, "severity": severity, **values}


def values_of(entries: list[Json]) -> list[Json]:
    """The entries without their ids and addresses."""
    return [{name: value for name, value in entry.items() if name not in ("id", "imageUrl")} for entry in entries]


def stable(exercise: Json) -> Json:
    """An exercise without the addresses of pictures, whose signatures differ from one answer to the next."""
    return {**exercise, "instructions": [{**each, "imageUrl": None} for each in exercise["instructions"]]}


@dataclass
class ExerciseClient:
    """Sends mutations and queries of exercises, by the coach of an organization unless another person is given."""

    api: Api
    organization: Organization

    @property
    def coach(self) -> Person:
        """The person who sends requests by default."""
        return self.organization.coach

    async def create(self, person: Person | None = None, /, **values: Any) -> Json:
        """A new exercise of the organization's; a canonical one with organizationId None."""
        input = {"name": "Zercher Squat", "organizationId": str(self.organization.id), **values}
        made: Json = (await self.api.run(CREATE, person or self.coach, input=input))["createExercise"]["exercise"]
        return made

    async def update(self, id: str, person: Person | None = None, /, **values: Any) -> Json:
        """The exercise after the change."""
        changed = await self.api.run(UPDATE, person or self.coach, id=id, input=values)
        exercise: Json = changed["updateExercise"]["exercise"]
        return exercise

    async def read(self, id: str, person: Person | None = None) -> Json:
        """The exercise as it is stored now."""
        exercise: Json = (await self.api.run(READ, person or self.coach, id=id))["exercise"]
        return exercise

    async def refused(self, id: str, person: Person | None = None, /, **values: Any) -> list[tuple[str, list[str]]]:
        """The refusals of a change, in the order of their paths."""
        return sorted(await self.api.refusals(UPDATE, person or self.coach, id=id, input=values), key=lambda r: r[1])

    async def uploaded(self, exercise_id: str, content: bytes, person: Person | None = None, **values: Any) -> str:
        """The id of an upload for an instruction of the exercise, whose file has arrived."""
        input = {"organizationId": str(self.organization.id), "purpose": "INSTRUCTION_IMAGE", "exerciseId": exercise_id,
                 "filename": "squat.png", "mime": "image/png", "sizeBytes": len(content), **values}  # fmt: skip
        upload = (await self.api.run(REQUEST, person or self.coach, input=input))["requestUpload"]["upload"]
        headers = {header["name"]: header["value"] for header in upload["headers"]}
        sent = await self.api.client.request(upload["method"], upload["url"], content=content, headers=headers)
        assert sent.status_code in (200, 204), sent.text
        return str(upload["id"])

    async def clone(
        self, id: str, organization: Organization | None = None, person: Person | None = None, **values: Any
    ) -> Json:
        """A clone in the organization."""
        whose = organization or self.organization
        made = await self.api.run(CLONE, person or whose.coach, id=id, organizationId=str(whose.id), **values)
        exercise: Json = made["cloneExercise"]["exercise"]
        return exercise

    async def served(self, instruction: Json) -> bytes:
        """The picture that an instruction's address serves."""
        response = await self.api.client.get(instruction["imageUrl"])
        assert response.status_code == 200, response.text
        return response.content
