"""The GraphQL types of the differences between versions of a plan, and the field that leads to them."""

from typing import Annotated, Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import edge, extends, field
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import ExerciseKey, effective
from kinegraph.plan import rules, rules_diff, store_versions
from kinegraph.plan.graph import PlanVersion, TreatmentPlan

MAX_CHANGES = 1_000

described_enum(
    rules_diff.PlanChangeKind,
    "What differs between two states of a treatment plan.",
    TITLE="The plan's title.",
    DESCRIPTION="The plan's description.",
    WEEKS="The number of weeks.",
    SESSION_ADDED="A session that only the newer state has; its exercises are listed too.",
    SESSION_REMOVED="A session that only the older state has; its exercises are listed too.",
    SESSION_MOVED="A session on another day, or at another place of its day.",
    SESSION_RENAMED="A session with another title.",
    EXERCISE_ADDED="An exercise that only the newer state has.",
    EXERCISE_REMOVED="An exercise that only the older state has.",
    EXERCISE_MOVED="An exercise in another session, or at another place of its session.",
    EXERCISE_REPLACED="Another exercise in the place of one.",
    EXERCISE_CHANGED="Another amount, hold or rest, other sides or notes.",
)


def _exercise_key(root: rules_diff.Change) -> ExerciseKey | None:
    """The organization and the exercise of a change; None for one of the plan or of a session."""
    return (root.organization_id, root.exercise_id) if root.organization_id and root.exercise_id else None


@strawberry.type(description="One difference between two states of a treatment plan.")
class PlanChange:
    kind: rules_diff.PlanChangeKind = strawberry.field(description="What is different there.")
    sentence: str = strawberry.field(
        description='The difference in words: "Week 2, day 3: Wall Slide from 3 × 10 to 3 × 12." and the like.'
    )
    week: int | None = strawberry.field(
        description="The week in the newer state, of what was removed in the older one; null for the plan itself."
    )
    day: int | None = strawberry.field(description="The day of the week, 1 to 7; null for the plan itself.")
    source_id: strawberry.ID | None = strawberry.field(
        description="The `sourceId` of the session or exercise; null for the plan itself."
    )
    exercise: EffectiveExercise | None = edge(
        effective, _exercise_key, "The exercise, as the organization sees it now; null for plan and session."
    )


@strawberry.type(description="The differences between two versions of a treatment plan, or to its working copy.")
class PlanDiff:
    from_version: PlanVersion = strawberry.field(description="The older one of the two states.")
    to_version: PlanVersion | None = strawberry.field(description="The newer state; null for the working copy.")
    change_count: int = strawberry.field(description="The number of differences, 0 where both are equal.")
    changes: list[PlanChange] = strawberry.field(
        description=f"The differences, in the order of the calendar: at most {MAX_CHANGES:,}.",
        metadata={"assumed_size": 20},
    )


@extends(TreatmentPlan)
class PlanDifferences:
    @field(
        "What was changed from one version to another, in words. The exercises' own content is not compared: see "
        "PlanExercise.contentChanged.",
        "id",
        "organization_id",
    )
    async def diff(
        root: strawberry.Parent[rules.PlanRow],
        info: Info,
        older: Annotated[int, strawberry.argument(name="from", description="The number of the older version.")],
        newer: Annotated[
            int | None,
            strawberry.argument(name="to", description="The number of the newer version; null: the working copy."),
        ] = None,
    ) -> PlanDiff:
        checks = Checks()
        for name, number in (("from", older), ("to", newer)):
            if number is not None:
                checks.whole(number, (name,), 1, rules.MAX_VERSIONS)
        checks.done()
        found = await info.context.load(store_versions.comparisons, (root.id, root.organization_id, older, newer))
        if found.old is None:
            raise NotFound(f"The plan has no version {older}.", "from")
        if found.new is None:
            what = "working copy; send the number of a version" if newer is None else f"version {newer}"
            raise NotFound(f"The plan has no {what}.", "to")
        shown: Any = {
            "from_version": found.old,
            "to_version": None if newer is None else found.new,
            "change_count": len(found.changes),
            "changes": found.changes[:MAX_CHANGES],
        }
        diff: PlanDiff = shown
        return diff
