"""GraphQL documents that add, move and remove single movements, and functions that send them."""

from typing import Any  # inputs and answers are JSON

from tests.conftest import Api, Person
from tests.workout.documents import WORKOUT, Json

ERRORS = "userErrors { code message field } conflict { updatedAt updatedBy { id name } }"


def _text(name: str, type_: str, selection: str) -> str:
    call = f"{name}(input: $input) {{ {selection} workout {{ ...Whole }} {ERRORS} }}"
    return f"{WORKOUT} mutation ($input: {type_}!) {{ {call} }}"


ADD = _text("addMovement", "AddMovementInput", "movement { id sortOrder updatedAt }")
MOVE = _text("moveMovement", "MoveMovementInput", "movement { id sortOrder updatedAt }")
REMOVE = _text("removeMovement", "RemoveMovementInput", "deletedId")
DUPLICATE = _text("duplicateWorkout", "DuplicateWorkoutInput", "")
RESET = _text("resetSnapshot", "ResetSnapshotInput", "assignment { id isForked status }")


async def sent(api: Api, text: str, person: Person, **input: Any) -> Json:
    """The payload of a mutation that was not refused."""
    (payload,) = (await api.run(text, person, input=input)).values()
    found: Json = payload
    return found


def labels(workout: Json) -> list[list[str]]:
    """The labels of each section's movements; their positions must be 0, 1, 2 and so on."""
    for section in workout["sections"]:
        assert [row["sortOrder"] for row in section["movements"]] == [*range(len(section["movements"]))]
    return [[row["label"] for row in section["movements"]] for section in workout["sections"]]


def by_label(workout: Json) -> dict[str, str]:
    """The ids of a workout's movements by their labels."""
    return {row["label"]: row["id"] for section in workout["sections"] for row in section["movements"]}
