"""Reading assignments."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.assignment.rules import AssignmentRow
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import narrowed
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.workout.rules_rows import WorkoutRow
from kinegraph.workout.store import referred

COLUMNS = f"""a.id, a.organization_id, a.workout_id, a.snapshot_workout_id, a.athlete_id, a.assigned_by_id,
               a.scheduled_for, a.status, coalesce(a.snapshot_workout_id, a.workout_id) AS current_workout_id,
               {name_column("athlete")}, {email_column("athlete")},
               {name_column("assigned_by")}, {email_column("assigned_by")}"""
JOINS = f"""{user_join("athlete", "a.athlete_id")}
        {member_join("athlete", "a.athlete_id", "a.organization_id")}
        {user_join("assigned_by", "a.assigned_by_id")}
        {member_join("assigned_by", "a.assigned_by_id", "a.organization_id")}"""
AssignedWorkout = tuple[UUID, UUID, UUID]
"""The organization of an assignment, its library workout, and the workout that it shows."""


@narrowed
async def library_workouts(
    session: ReadSession[Viewer], keys: Sequence[AssignedWorkout], names: frozenset[str] | None = None
) -> list[WorkoutRow | None]:
    """The library workouts of visible assignments to coaches; to athletes the workouts that these show.

    Once an assignment has a snapshot, its athlete sees no later state of the library workout
    (docs/domain.md, Assignments and snapshots).
    """
    viewer: Viewer = session.viewer
    ids = [library if viewer.coaches(organization) else shown for organization, library, shown in keys]
    found: list[WorkoutRow | None] = await referred(session, ids, names)
    return found


async def by_ids(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[AssignmentRow | None]:
    """Assignments that the viewer sees, by coach access or as the athlete, in key order."""
    viewer: Viewer = session.viewer
    rows: list[AssignmentRow] = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM workout_assignments a
        {JOINS}
        WHERE a.id = ANY ($1) AND a.deleted_at IS NULL AND (a.organization_id = ANY ($2) OR a.athlete_id = $3)
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


async def of_snapshots(session: ReadSession[Viewer], snapshot_ids: Sequence[UUID]) -> list[AssignmentRow | None]:
    """The assignment that each snapshot was made for, in key order; None for one that the viewer does not see."""
    viewer: Viewer = session.viewer
    rows: list[AssignmentRow] = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM workout_assignments a
        {JOINS}
        WHERE a.snapshot_workout_id = ANY ($1) AND a.deleted_at IS NULL
          AND (a.organization_id = ANY ($2) OR a.athlete_id = $3)
        """,
        snapshot_ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, snapshot_ids, "snapshot_workout_id")
