"""GraphQL documents about generated workouts, and the input of createWorkout that follows from one."""

from typing import Any, TypeAlias  # inputs and answers are JSON

Json: TypeAlias = dict[str, Any]

GENERATE = """query ($input: GenerateWorkoutInput!) {
  generateWorkout(input: $input) {
    title goal seed estimatedMinutes
    sections {
      type title
      movements {
        notes seconds
        exercise { exerciseId name difficulty equipment primaryMuscles }
        prescription {
          sets repsMin repsMax amrap durationSeconds distanceMeters calories
          load { value unit } restSeconds tempo perSide notes
        }
        warnings { condition level modification }
      }
    }
    excluded(limit: 500) { reason detail exercise { exerciseId name } }
    excludedCounts { reason count }
    unmetDemands { demand subject detail suggestion }
  }
}"""


def request(organization_id: object, **changes: Any) -> Json:
    """An input of generateWorkout: an hour for the whole body with everything, unless `changes` say otherwise."""
    values = {
        "organizationId": str(organization_id), "goal": "HYPERTROPHY", "targetMuscles": [], "availableEquipment": [],
        "sessionMinutes": 60, "hasAllEquipment": True,
    }  # fmt: skip
    return {**values, **changes}


def as_create_input(organization_id: object, workout: Json) -> Json:
    """The input of createWorkout for a generated workout, as a client copies it: the same values by the same names."""
    return {
        "organizationId": str(organization_id),
        "title": workout["title"],
        "sections": [
            {
                "type": section["type"],
                "title": section["title"],
                "movements": [
                    {
                        "exerciseId": each["exercise"]["exerciseId"],
                        "prescription": each["prescription"],
                        "notes": each["notes"],
                    }
                    for each in section["movements"]
                ],
            }
            for section in workout["sections"]
        ],
    }


def names(workout: Json) -> list[str]:
    """The names of the exercises of a generated workout, in their order."""
    return [each["exercise"]["name"] for section in workout["sections"] for each in section["movements"]]
