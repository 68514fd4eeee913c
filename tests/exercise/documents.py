"""GraphQL documents about exercises, and functions that send them."""

from typing import Any  # inputs and answers are JSON

from tests.conftest import Api, Organization, Person

FIELDS = """
  id name description athleteNotes category kind movementPattern primaryMuscles secondaryMuscles equipment aliases
  difficulty discipline cues commonFaults scalingOptions videoUrl thumbnailUrl slug status planeOfMotion mechanics
  forceVector isUnilateral optionalEquipment source sourceUrl licenseAttribution isCanonical createdAt updatedAt
  deletedAt organization { id } forkedFrom { id } video { url thumbnailUrl provider durationSeconds status }
"""
ERRORS = "userErrors { code message field }"
CREATE = (
    "mutation ($input: CreateExerciseInput!) "
    f"{{ createExercise(input: $input) {{ exercise {{ {FIELDS} }} {ERRORS} }} }}"
)
UPDATE = (
    "mutation ($id: ID!, $input: UpdateExerciseInput!) "
    f"{{ updateExercise(id: $id, input: $input) {{ exercise {{ {FIELDS} }} {ERRORS} }} }}"
)
DELETE = f"mutation ($id: ID!) {{ deleteExercise(id: $id) {{ deletedId {ERRORS} }} }}"
READ = f"query ($id: ID!) {{ exercise(id: $id) {{ {FIELDS} }} }}"

FULL: dict[str, Any] = {
    "name": "Bottoms-up Kettlebell Carry",
    "description": "A carry that trains the grip.",
    "athleteNotes": "הליכה זקופה",
    "category": "CARDIO",
    "kind": "CONDITIONING",
    "movementPattern": "CARRY",
    "primaryMuscles": ["forearms"],
    "secondaryMuscles": ["deltoids", "core"],
    "equipment": ["kettlebell", "chalk"],
    "optionalEquipment": ["timer", "cones"],
    "aliases": ["Bottoms-up walk", "Прогулка"],
    "difficulty": 3,
    "discipline": ["kettlebell_sport"],
    "cues": ["Crush the handle"],
    "commonFaults": ["Wrist bends"],
    "scalingOptions": ["Rack carry"],
    "videoUrl": "https://videos.example/carry",
    "thumbnailUrl": "https://videos.example/carry.jpg",
    "status": "DRAFT",
    "planeOfMotion": "SAGITTAL",
    "mechanics": "free_weight",
    "forceVector": "vertical",
    "isUnilateral": True,
    "slug": "bottoms-up-carry",
}
"""Values of most fields of CreateExerciseInput; `samples` has one for every column of the registry."""

SORTS = ["NAME_ASC", "NAME_DESC", "CREATED_AT_ASC", "CREATED_AT_DESC", "UPDATED_AT_DESC", "DIFFICULTY_ASC",
         "DIFFICULTY_DESC"]  # fmt: skip

TEXTS = {"name": 255, "description": 10_000, "athleteNotes": 10_000, "mechanics": 50, "forceVector": 50}
LISTS = {
    "primaryMuscles": 60,
    "secondaryMuscles": 60,
    "equipment": 60,
    "optionalEquipment": 60,
    "aliases": 255,
    "discipline": 60,
    "cues": 1_000,
    "commonFaults": 1_000,
    "scalingOptions": 1_000,
}


async def create(api: Api, person: Person, organization: Organization | None = None, **values: Any) -> dict[str, Any]:
    """A new exercise, an organization's own where one is named."""
    owner = {"organizationId": str(organization.id)} if organization else {}
    made = await api.run(CREATE, person, input={"name": "Zercher Squat", **owner, **values})
    exercise: dict[str, Any] = made["createExercise"]["exercise"]
    return exercise


async def update(api: Api, person: Person, id: str, **values: Any) -> dict[str, Any]:
    """The exercise after the change."""
    changed = await api.run(UPDATE, person, id=id, input=values)
    exercise: dict[str, Any] = changed["updateExercise"]["exercise"]
    return exercise


async def read(api: Api, person: Person, id: str) -> dict[str, Any] | None:
    """The exercise as the person sees it, or None."""
    exercise: dict[str, Any] | None = (await api.run(READ, person, id=id))["exercise"]
    return exercise


async def refusals(api: Api, text: str, person: Person, **variables: Any) -> list[tuple[str, list[str], str]]:
    """Code, path and message of each userErrors entry of a document with one mutation."""
    errors = await api.user_errors(text, person, **variables)
    return [(error["code"], error["field"], error["message"]) for error in errors]
