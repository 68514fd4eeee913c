"""Lists of exercises in the order of their risk for a person."""

from dataclasses import replace
from typing import Annotated, Any  # Any: GraphQL reads rows by field name

import strawberry

from kinegraph.catalog.graph import Filter
from kinegraph.catalog.graph_conditions import resolved
from kinegraph.catalog.rules_checks import checked_filter
from kinegraph.catalog.rules_names import SafetyStrictness
from kinegraph.identity.graph import Organization
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.graph import extends, field, given
from kinegraph.layers.graph_safety import Conditions, SafetyAssessment
from kinegraph.layers.rules_safety import MAX_CONDITIONS
from kinegraph.library.graph import EffectiveExercise
from kinegraph.training.store_safe import safest_exercises

MAX_LISTED = 100


@strawberry.type(description="An exercise, and what it is for a person.")
class AssessedExercise:
    exercise: EffectiveExercise = strawberry.field(description="The exercise as the organization sees it.")
    assessment: SafetyAssessment = strawberry.field(description="What it is for the person.")


@extends(Organization)
class OrganizationSafety:
    @field(
        "Exercises of the library for a person with conditions, those of the lowest risk first, equal ones by name. "
        "Without `safeForStrictness` those with a risk score below 60.",
        "id",
        assumed_size=20,
    )
    async def safe_exercises(
        root: strawberry.Parent[Any],
        info: Info,
        conditions: Conditions,
        filter: Filter = None,
        first: Annotated[int, strawberry.argument(description=f"How many, 1 to {MAX_LISTED}.")] = 20,
    ) -> list[AssessedExercise]:
        wanted, checks = checked_filter(given(filter) if filter else {}), Checks()
        limit = checks.whole(first, ("first",), 1, MAX_LISTED)
        if len(conditions) > MAX_CONDITIONS:
            checks.refuse(f"Must be at most {MAX_CONDITIONS} conditions; these are {len(conditions)}.", "conditions")
        checks.done()
        viewer: Viewer = await info.context.viewer()
        if not viewer.sees_library(root.id):
            return []
        key = (root.id, viewer.coaches(root.id))
        strictness = wanted.safe_for_strictness or SafetyStrictness.RESTRICTION
        await resolved(info, wanted, *key)  # refuses unknown conditions of the filter, which count too
        every = (*conditions, *(wanted.safe_for or ()))
        wanted = replace(wanted, safe_for=every or None, safe_for_strictness=strictness)
        wanted = await resolved(info, wanted, *key, path=("conditions",))
        keys = tuple(sorted({key for _, depth, key, _ in wanted.chains if depth == 0}))
        found: list[AssessedExercise] = await info.context.load(
            safest_exercises, key, wanted=wanted, conditions=keys, limit=limit
        )
        return found
