"""The GraphQL types of treatment plans, versions, sessions and exercises, and the fields that lead to them."""

from datetime import datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph import After, First, Organization, User, organization_edge
from kinegraph.identity.rules import User as Person
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, embedded, extends, field, given, node
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.plan import rules, store, store_lists, store_versions

described_enum(
    rules.PlanStatus,
    "Where a treatment plan stands in its life.",
    DRAFT="It has no version yet: nobody can be enrolled.",
    PUBLISHED="It has at least one version, in which patients can be enrolled.",
    ARCHIVED="Nobody is newly enrolled, and it is not edited; running enrollments go on.",
)
described_enum(
    rules.PlanSort,
    "Order of a list of treatment plans; equals are ordered by id.",
    CREATED_AT_DESC="Newest first.",
    CREATED_AT_ASC="Oldest first.",
    UPDATED_AT_DESC="Last changed first; a change of a session or an exercise counts.",
    TITLE_ASC="By title, upper and lower case alike.",
    TITLE_DESC="By title, backwards.",
)

OF_WORKING_COPY = "That of the working copy; to patients that of the version that they were assigned last."

PlanId = Annotated[strawberry.ID, strawberry.argument(description="The treatment plan's id.")]
Week = Annotated[
    int | None,
    strawberry.argument(description=f"Only this week's, 1 to {rules.MAX_WEEKS}; null: those of all weeks."),
]


def author_of(root: strawberry.Parent[rules.PlanRow]) -> Any:
    """Resolver: the author, from the columns `author_…` of the row."""
    return Person(root.author_id, root.author_name, root.author_email, root.organization_id)


def published_by_of(root: strawberry.Parent[rules.VersionRow]) -> Any:
    """Resolver: who published a version, from the columns `published_by_…` of the row."""
    return Person(root.published_by_id, root.published_by_name, root.published_by_email, root.organization_id)


def _checked_week(week: int | None) -> int | None:
    """The argument `week`. Raises Refused."""
    checks = Checks()
    if week is not None:
        checks.whole(week, ("week",), 1, rules.MAX_WEEKS)
    checks.done()
    return week


def _content_key(root: rules.ExerciseRow) -> store_versions.ContentKey:
    """The key of the comparison of an exercise's content with that of the publication."""
    return root.organization_id, root.exercise_id, root.content_hash


@node(store.exercises, "treatment_plan_session_exercises", "plan_version_exercises")
@strawberry.type(description="An exercise of a plan's session, with how much of it is to be done.")
class PlanExercise(Node):
    id: strawberry.ID = strawberry.field(
        description="Its id: in the working copy and in each version it has another one."
    )
    source_id: strawberry.ID = strawberry.field(
        description="The id that it has in the working copy: the same in all versions, so that logs survive a move."
    )
    session: "PlanSession" = edge(store.sessions, "session_id", "The session that it is done in.")
    sort_order: int = strawberry.field(description="Its place in the session, from 0.")
    exercise: EffectiveExercise = edge(
        effective,
        ("organization_id", "exercise_id"),
        "The exercise as the plan's organization sees it now, discontinued ones too.",
    )
    is_discontinued: bool = edge(
        store.discontinued,
        "exercise_id",
        "Whether the exercise was archived or deleted since it was added: it stays, but no version is published with "
        "it.",
    )
    content_changed: bool = edge(
        store_versions.content_changed,
        _content_key,
        "Whether the exercise's own content (name, texts, equipment, instructions, video, picture) has changed since "
        "the version was published. False in the working copy.",
    )
    sets: int | None = strawberry.field(description="Number of sets, 1 to 100.")
    reps: int | None = strawberry.field(description="Repetitions of each set.")
    duration_seconds: int | None = strawberry.field(description="Time of each set, in seconds; in all without sets.")
    hold_seconds: int | None = strawberry.field(description="Time that each repetition is held, in seconds.")
    rest_seconds: int | None = strawberry.field(description="Rest after each set, in seconds.")
    per_side: bool = strawberry.field(description="Whether the numbers count each side.")
    notes: str | None = strawberry.field(description="What the numbers do not say, for the patient.")


@node(store.sessions, "treatment_plan_sessions", "plan_version_sessions")
@strawberry.type(description="A session of a plan: its exercises on one day of one week.")
class PlanSession(Node):
    id: strawberry.ID = strawberry.field(
        description="Its id: in the working copy and in each version it has another one."
    )
    source_id: strawberry.ID = strawberry.field(
        description="The id that it has in the working copy: the same in all versions."
    )
    plan: "TreatmentPlan" = edge(store.by_ids, "plan_id", "The plan that it is a part of.")
    version: "PlanVersion | None" = edge(
        store.versions, "version_id", "The version that it is a part of; null in the working copy."
    )
    week: int = strawberry.field(description="The week of the plan, from 1.")
    day: int = strawberry.field(description="The day of the week, 1 to 7: day 1 is the weekday of the start.")
    title: str | None = strawberry.field(description="Its title, at most 255 characters; null without one.")
    sort_order: int = strawberry.field(description="Its place among the sessions of its day, from 0.")
    exercises: list[PlanExercise] = edge(
        store.exercises_of, "id", "Its exercises, in their order: at most 50.", assumed_size=6
    )


@node(store.versions, "plan_versions")
@strawberry.type(
    description="A published, immutable structure: it fixes which exercises are done and how much; the exercises' own "
    "content stays live."
)
class PlanVersion(Node):
    id: strawberry.ID = strawberry.field(description="The version's id.")
    plan: "TreatmentPlan" = edge(store.by_ids, "plan_id", "The plan that it is a version of.")
    number: int = strawberry.field(description="Its number in the plan, from 1.")
    title: str = strawberry.field(description="The plan's title when it was published.")
    description: str | None = strawberry.field(description="The plan's description when it was published.")
    weeks: int = strawberry.field(description="The number of weeks that it lasts, 1 to 104.")
    reason: str | None = strawberry.field(description="Why it was published, in the clinician's words.")
    published_at: datetime = strawberry.field(description="When it was published.")
    published_by: User = embedded("published_by_", published_by_of, "The clinician who published it.")

    @field("Its sessions, in the order of the calendar: at most 500.", "id", assumed_size=24)
    async def sessions(root: strawberry.Parent[rules.VersionRow], info: Info, week: Week = None) -> list[PlanSession]:
        found: list[PlanSession] = await info.context.load(store.version_sessions_of, root.id, week=_checked_week(week))
        return found


@node(store.by_ids, "treatment_plans")
@strawberry.type(
    description="A treatment plan: a working copy that clinicians edit, and the versions that they published of it, in "
    "which patients are enrolled."
)
class TreatmentPlan(Node):
    id: strawberry.ID = strawberry.field(description="The plan's id.")
    organization: Organization = organization_edge("Whose plan it is.")
    author: User = embedded("author_", author_of, "The clinician who created it.")
    title: str = strawberry.field(description=f"Its title, 1 to 255 characters; not unique. {OF_WORKING_COPY}")
    description: str | None = strawberry.field(
        description=f"What it is for, at most 10,000 characters. {OF_WORKING_COPY}"
    )
    status: rules.PlanStatus = strawberry.field(description="Where it stands in its life.")
    weeks: int = strawberry.field(description=f"The number of weeks, 1 to 104. {OF_WORKING_COPY}")
    copied_from: "TreatmentPlan | None" = edge(
        store.by_ids, "copied_from_id", "The plan that it was copied from, where the caller sees it."
    )

    @field(
        "The sessions of the working copy, in the order of the calendar: at most 500. Patients see none.",
        "id",
        "organization_id",
        assumed_size=24,
    )
    async def sessions(root: strawberry.Parent[rules.PlanRow], info: Info, week: Week = None) -> list[PlanSession]:
        week = _checked_week(week)
        viewer: Viewer = await info.context.viewer()
        if not viewer.coaches(root.organization_id):
            return []
        found: list[PlanSession] = await info.context.load(store.sessions_of, root.id, week=week)
        return found

    current_version: PlanVersion | None = edge(
        store.versions,
        "current_version_id",
        "The version that was published last, in which patients are enrolled. To patients null where it is not theirs.",
    )
    versions: list[PlanVersion] = edge(
        store.versions_of,
        "id",
        "Its versions, the newest first: at most 500. To patients those that they are or were enrolled in.",
        assumed_size=3,
    )
    has_unpublished_changes: bool | None = edge(
        store_versions.unpublished_changes,
        "id",
        "Whether the working copy differs from the last version; true without one. Null to patients.",
    )
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(
        description="When it, a session or an exercise of its working copy was last changed, or it was published: its "
        "version for ifUpdatedAt."
    )


@strawberry.input(
    description="What a list of treatment plans is narrowed to. All conditions hold together; null is no condition."
)
class TreatmentPlanFilter:
    title: str | None = strawberry.field(
        default=UNSET, description="Part of the title, at most 255 characters; case and accents do not count."
    )
    author_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Created by this user.")


@extends(Organization)
class OrganizationPlans:
    @field("Its treatment plans, newest first; to members those that they are or were enrolled in.")
    async def treatment_plans(
        root: strawberry.Parent[Any],
        info: Info,
        status: Annotated[
            rules.PlanStatus | None, strawberry.argument(description="Only plans of this status.")
        ] = None,
        filter: Annotated[
            TreatmentPlanFilter | None, strawberry.argument(description="What the list is narrowed to.")
        ] = None,
        sort: Annotated[
            rules.PlanSort | None, strawberry.argument(description="Order of the list; null: newest first.")
        ] = rules.PlanSort.CREATED_AT_DESC,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[TreatmentPlan]:
        wanted, sort = rules.checked_filter(status, given(filter) if filter else {}), sort or NEWEST
        order = "plans" if sort is NEWEST else f"plans {sort}"
        page = page_window(info, order, 20, (store_lists.ORDERS[sort][1], UUID), first, after, last, before)
        lists = store_lists.plan_pages, store_lists.plan_counts
        names = info.context.requested_columns(info)
        found: Connection[TreatmentPlan] = await info.context.page(
            *lists, root.id, page, names, conditions=wanted, sort=sort
        )
        return found


NEWEST = rules.PlanSort.CREATED_AT_DESC


@strawberry.type
class Query:
    @field("A treatment plan: to coaches any of their organization's, to patients those that they are enrolled in.")
    async def treatment_plan(self, info: Info, id: PlanId) -> TreatmentPlan | None:
        plan: TreatmentPlan | None = await info.context.load_columns(info, store.by_ids, require_key(id, "id"))
        return plan
