"""The GraphQL types of workouts, sections, movements, comments and programs, and the fields that lead to them."""

from datetime import datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.exercise.graph import ExerciseId
from kinegraph.exercise.rules import stored_id
from kinegraph.identity.graph import After, First, Organization, OrganizationId, User, organization_edge
from kinegraph.identity.graph_versions import EditConflict, conflict_field
from kinegraph.identity.rules import User as Person
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_member
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.graph import Caching, Node, edge, embedded, extends, field, given, node
from kinegraph.kit.user_errors import payload
from kinegraph.library.graph import LAYERS, EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.media.graph import Attachment
from kinegraph.workout import rules, rules_cache, store, store_comments, store_lists
from kinegraph.workout.graph_details import Prescription, SectionConfig, remembered
from kinegraph.workout.rules_rows import AuthoredRow, ProgramRow, WorkoutRow

node(store_comments.attachments, "attachments")(Attachment)

WorkoutId = Annotated[strawberry.ID, strawberry.argument(description="The workout's id.")]
FORKING = (
    "With assignmentId the change goes to that assignment's snapshot, which the first such edit copies from the "
    "library workout."
)
AssignmentId = Annotated[
    strawberry.ID | None, strawberry.argument(description="The assignment whose own copy is to be changed.")
]
MAX_SIMILAR = 20


def author_of(root: strawberry.Parent[AuthoredRow]) -> Any:
    """Resolver: the author, from the columns `author_…` of the row."""
    return Person(root.author_id, root.author_name, root.author_email, root.organization_id)


def program_of(root: strawberry.Parent[WorkoutRow]) -> Any:
    """Resolver: the program, from the columns `program_…` of the row; None where it has none, or a deleted one."""
    if root.program_id is None or root.program_name is None:
        return None
    return rules.Program(root.program_id, root.program_name, root.organization_id)


async def parent_of(root: strawberry.Parent[rules.Comment], info: Info) -> Any:
    """Resolver: the parent comment. It is loaded where the comment was not read together with its thread."""
    if root.parent is not None or root.row.parent_comment_id is None:
        return root.parent
    return await info.context.load(store_comments.comments, root.row.parent_comment_id)


@node(store.by_ids, "workouts")
@strawberry.type(description="A workout: a tree of sections and movements, or a text.")
class Workout(Node):
    id: strawberry.ID = strawberry.field(description="The workout's id.")
    organization: Organization = organization_edge("Whose workout it is.")
    program: "Program | None" = strawberry.field(
        resolver=program_of,
        description="The program it belongs to, if any.",
        metadata={"required_columns": frozenset(("program_id", "program_name", "organization_id"))},
    )
    author: User = embedded("author_", author_of, "Who created it, and for a snapshot the library workout.")
    title: str | None = strawberry.field(description="Its title, at most 255 characters; null without one.")
    description: str | None = strawberry.field(description="What it is about; a freeform workout's whole text.")
    scoring: rules.WorkoutScoring = strawberry.field(description="What decides its result.")
    mode: rules.WorkoutMode = strawberry.field(description="Whether it is a tree or a text.")
    time_cap: int | None = strawberry.field(description="Time limit in minutes.")
    is_snapshot: bool = strawberry.field(description="Whether it is the frozen copy of one assignment.")
    forked_from: "Workout | None" = edge(
        store.by_ids, "forked_from_id", "The library workout that a snapshot was copied from, where the caller sees it."
    )
    sections: list["Section"] = edge(
        store.sections_of,
        ("id", "organization_id", "tree_version"),
        "Its sections, in their order.",
        joined={store.movements_of: store.sections_and_movements_of},
        cached=Caching(rules_cache.cached_trees, covers=LAYERS | {store.movements_of, effective}),
        assumed_size=5,
    )

    @field(
        "The library workouts of its organization that are most like it, by embedding; none without embeddings.",
        "id",
        assumed_size=5,
    )
    async def similar(
        root: strawberry.Parent[WorkoutRow],
        info: Info,
        limit: Annotated[
            int | None, strawberry.argument(description=f"Workouts, 1 to {MAX_SIMILAR}; null is the default.")
        ] = 5,
    ) -> list["Workout"]:
        checks = Checks()
        count = checks.whole(5 if limit is None else limit, ("limit",), 1, MAX_SIMILAR)
        checks.done()
        columns = info.context.requested_columns(info)
        found: list[Workout] = await info.context.load(store_lists.similar, root.id, limit=count, names=columns)
        return found

    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(
        description="When it, its sections or its movements were last changed. Comments leave it."
    )


@node(store.sections, "workout_sections")
@strawberry.type(description="A part of a workout.")
class Section(Node):
    id: strawberry.ID = strawberry.field(description="The section's id.")
    type: rules.SectionType = strawberry.field(description="What it is for.")
    title: str | None = strawberry.field(description="Its title, at most 255 characters; null without one.")
    description: str | None = strawberry.field(description="What it is about.")
    sort_order: int = strawberry.field(description="Its place in the workout, from 0.")
    shape: rules.SectionShape | None = strawberry.field(
        description="How its movements are run through; null is linear."
    )
    config: SectionConfig | None = strawberry.field(description="What the shape needs to know.")
    movements: list["Movement"] = edge(store.movements_of, "id", "Its movements, in their order.", assumed_size=5)
    workout: Workout = edge(store.referred, "workout_id", "The workout that it is a part of.")


@node(store.movements, "workout_movements")
@strawberry.type(description="One exercise in a section, with how much of it is to be done.")
class Movement(Node):
    id: strawberry.ID = strawberry.field(description="The movement's id.")
    section: Section = edge(store.sections_of_movements, "section_id", "The section that it is done in.")
    sort_order: int = strawberry.field(description="Its place in the section, from 0.")
    exercise: EffectiveExercise = edge(
        effective,
        ("organization_id", "exercise_id"),
        "The exercise as the workout's organization sees it, discontinued ones too.",
    )
    prescription: Prescription | None = remembered("prescription", "How much is to be done.")
    notes: str | None = strawberry.field(description="The coach's notes beside it.")
    label: str | None = strawberry.field(description="Its place in a superset, such as A1.")
    superset_group: str | None = strawberry.field(description="Movements of one group, such as A, are done in turn.")
    comments: list["Comment"] = edge(
        store_comments.comments_of,
        "id",
        "Top-level comments, oldest first; their replies hang below them.",
        assumed_size=2,
    )
    updated_at: datetime = strawberry.field(description="When it was last changed; comments do not count.")


@node(store_comments.shown, "exercise_comments")
@strawberry.type(description="A comment on a movement, or a reply to one.")
class Comment(Node):
    id: strawberry.ID = strawberry.field(description="The comment's id.")
    movement: Movement = edge(store.movements_of_comments, "workout_movement_id", "The movement that it is about.")
    author: User = embedded("author_", author_of, "Who wrote it; members see the e-mail address of nobody else.")
    body: str = strawberry.field(description="Its text, 1 to 5,000 characters, line breaks included.")
    parent: "Comment | None" = strawberry.field(
        resolver=parent_of, description="The comment that it replies to; null at top level."
    )
    replies: list["Comment"] = strawberry.field(
        description="Replies, oldest first; one level deep.", metadata={"assumed_size": 1}
    )
    attachments: list[Attachment] = edge(
        store_comments.attachments_of_threads,
        lambda comment: comment.parent_comment_id or comment.id,  # a comment and its replies share a key
        "The files that belong to it, in their order.",
        lambda comment, by_comment: by_comment.get(comment.id, []),
        required_columns=("id", "parent_comment_id"),
        assumed_size=1,
    )
    created_at: datetime = strawberry.field(description="When it was written.")
    updated_at: datetime = strawberry.field(description="When it was last edited.")


@strawberry.input(
    description="What a list of workouts is narrowed to. All conditions hold together; null is no condition."
)
class WorkoutFilter:
    title: str | None = strawberry.field(
        default=UNSET, description="Part of the title, at most 255 characters; case and accents do not count."
    )
    author_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Made by this user.")
    program_id: strawberry.ID | None = strawberry.field(default=UNSET, description="In this program.")
    uses_exercise_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="With a movement of this exercise: its id, or an EffectiveExercise's."
    )


Filter = Annotated[WorkoutFilter | None, strawberry.argument(description="What the list is narrowed to.")]
Sort = Annotated[rules.WorkoutSort | None, strawberry.argument(description="Order of the list; null: newest first.")]
NEWEST = rules.WorkoutSort.CREATED_AT_DESC


async def _workouts(
    info: Info,
    organization_id: UUID,
    window: tuple[int | None, str | None, int | None, str | None],
    program_id: UUID | None = None,
    wanted: rules.WantedWorkouts = rules.ALL_WORKOUTS,
    sort: rules.WorkoutSort | None = NEWEST,
) -> Any:
    """A page of the workouts that the viewer sees in an organization, or in one of its programs."""
    sort = sort or NEWEST
    order = "workouts" if sort is NEWEST else f"workouts {sort}"
    page = page_window(info, order, 20, (store_lists.ORDERS[sort][1], UUID), *window)
    viewer: Viewer = await info.context.viewer()
    athlete = None if viewer.coaches(organization_id) else viewer.user.id
    key = (organization_id, program_id, athlete)
    lists = store_lists.workout_pages, store_lists.workout_counts
    names = info.context.requested_columns(info)
    return await info.context.page(*lists, key, page, names, conditions=wanted, sort=sort)


@node(store.programs, "programs")
@strawberry.type(description="A track of an organization that workouts may belong to.")
class Program(Node):
    id: strawberry.ID = strawberry.field(description="The program's id.")
    name: str = strawberry.field(description="Its name, 1 to 255 characters on one line; not unique.")
    organization: Organization = organization_edge("Whose program it is.")

    @field("Its workouts that the caller sees, newest first.")
    async def workouts(
        root: strawberry.Parent[ProgramRow],
        info: Info,
        filter: Filter = None,
        sort: Sort = NEWEST,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Workout]:
        wanted = rules.checked_filter(given(filter) if filter else {})
        page = first, after, last, before
        found: Connection[Workout] = await _workouts(info, root.organization_id, page, root.id, wanted, sort)
        return found


@extends(Organization)
class OrganizationWorkouts:
    programs: list[Program] = edge(store.programs_of, "id", "Its programs, by name.", assumed_size=5)

    @field("Its library workouts, newest first; to members, the workouts assigned to them.")
    async def workouts(
        root: strawberry.Parent[Any],
        info: Info,
        program_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only workouts of this program.")
        ] = None,
        filter: Filter = None,
        sort: Sort = NEWEST,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Workout]:
        program = None if program_id is None else require_key(program_id, "programId")
        wanted = rules.checked_filter(given(filter) if filter else {})
        page = first, after, last, before
        found: Connection[Workout] = await _workouts(info, root.id, page, program, wanted, sort)
        return found


@payload("The workout that was written.")
class WorkoutPayload:
    workout: Workout | None = strawberry.field(default=None, description="The workout as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@strawberry.type
class Query:
    @field("A workout: to coaches any of their organization's, to members what is assigned to them.")
    async def workout(self, info: Info, id: WorkoutId) -> Workout | None:
        workout: Workout | None = await info.context.load_columns(info, store.by_ids, require_key(id, "id"))
        return workout

    @field("Workouts of an organization in which an exercise is done, newest first; to members, among those assigned.")
    async def workouts_using_exercise(
        self,
        info: Info,
        organization_id: OrganizationId,
        exercise_id: ExerciseId,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Workout]:
        organization = require_key(organization_id, "organizationId")
        exercise = require_key(stored_id(exercise_id), "exerciseId")
        viewer: Viewer = await info.context.viewer()
        require_member(viewer, organization, "organizationId")
        page, used = (first, after, last, before), rules.WantedWorkouts(exercise_ids=(exercise,))
        found: Connection[Workout] = await _workouts(info, organization, page, wanted=used)
        return found
