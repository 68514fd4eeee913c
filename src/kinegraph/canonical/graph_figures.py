"""The address of the figure that ships with a canonical exercise, as a field of `Exercise`."""

import strawberry

from kinegraph.canonical.rules_figures import figure_url
from kinegraph.exercise.graph import Exercise
from kinegraph.exercise.rules import ExerciseRow
from kinegraph.kit.context import Info
from kinegraph.kit.graph import extends, field


@extends(Exercise)
class ExerciseFigure:
    @field(
        "Address of a drawn animation (WebP) of a canonical exercise, which ships with Kinegraph and needs no token; "
        "null where there is none.",
        "slug",
        "organization_id",
    )
    def figure_url(root: strawberry.Parent[ExerciseRow], info: Info) -> str | None:
        return figure_url(root, info.context.address)
