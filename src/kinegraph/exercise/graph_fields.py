"""What every view of an exercise has in common."""

from typing import Any

import strawberry

from kinegraph.exercise.graph_terms import terms


@strawberry.interface(
    description="What canonical, an organization's own and merged rows have in common; one fragment serves all."
)
class ExerciseFields:
    name: str = strawberry.field(description="Display name.")
    description: str | None = strawberry.field(description="What it is and what it is for, written for coaches.")
    athlete_notes: str | None = strawberry.field(
        description="What to feel and to mind, written for athletes and patients."
    )
    category: terms.ExerciseCategory = strawberry.field(description="Broad category of training.")
    kind: terms.ExerciseKind = strawberry.field(description="What it is used for in a session.")
    movement_pattern: terms.MovementPattern | None = strawberry.field(description="Fundamental movement.")
    primary_muscles: list[str] = strawberry.field(
        description="Muscles that do the work, e.g. quadriceps, anterior_deltoid."
    )
    secondary_muscles: list[str] = strawberry.field(description="Muscles that take a real part beside them.")
    equipment: list[str] = strawberry.field(description="Required equipment, e.g. barbell, rack; empty for none.")
    aliases: list[str] = strawberry.field(description="Other names, abbreviations, and names in other languages.")
    difficulty: int | None = strawberry.field(description="1-2 beginner, 3 intermediate, 4-5 advanced.")
    discipline: list[str] = strawberry.field(
        description="Sports and fields that use it, e.g. powerlifting, physiotherapy."
    )
    cues: list[str] = strawberry.field(description="The coach's technique cues, in the order in which they are given.")
    common_faults: list[str] = strawberry.field(description="What usually goes wrong.")
    scaling_options: list[str] = strawberry.field(description="Ways to make it easier or harder, easier first.")
    video_url: str | None = strawberry.field(description="Address of the demonstration video.")
    thumbnail_url: str | None = strawberry.field(description="Address of a still picture.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Sources are plain records, and no field returns the interface: there is nothing to tell apart."""
        return True
