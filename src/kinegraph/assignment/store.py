"""Reading and writing assignments."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kinegraph.assignment.rules import AssignmentRow
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import Arguments, ReadSession, WriteSession
from kinegraph.workout.rules_rows import WorkoutRow

CalendarKey = tuple[UUID, UUID | None]
"""An organization, and the athlete that the list is restricted to (None: all)."""

COLUMNS = f"""a.id, a.organization_id, a.workout_id, a.snapshot_workout_id, a.athlete_id, a.assigned_by_id,
               a.scheduled_for, a.status, coalesce(a.snapshot_workout_id, a.workout_id) AS current_workout_id,
               {name_column("athlete")}, {email_column("athlete")},
               {name_column("assigned_by")}, {email_column("assigned_by")}"""

JOINS = f"""{user_join("athlete", "a.athlete_id")}
        {member_join("athlete", "a.athlete_id", "a.organization_id")}
        {user_join("assigned_by", "a.assigned_by_id")}
        {member_join("assigned_by", "a.assigned_by_id", "a.organization_id")}"""


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


async def of_athletes(
    session: ReadSession, athlete_ids: Sequence[UUID], start: date | None, end: date | None
) -> list[list[AssignmentRow]]:
    """Each athlete's assignments in every organization that the viewer shares with them, by date."""
    rows: list[AssignmentRow] = await session.fetch_list(
        f"""
        SELECT {COLUMNS}
        FROM workout_assignments a
        {JOINS}
        WHERE a.athlete_id = ANY ($1) AND a.deleted_at IS NULL
          AND ($2::date IS NULL OR a.scheduled_for >= $2) AND ($3::date IS NULL OR a.scheduled_for <= $3)
        ORDER BY a.scheduled_for, a.id
        """,
        athlete_ids,
        start,
        end,
    )
    return grouped(rows, athlete_ids, "athlete_id")


async def calendar_pages(
    session: ReadSession, keys: Sequence[CalendarKey], window: Window, start: date | None, end: date | None
) -> list[Page]:
    """A page of each key's assignments, by date."""
    arguments, direction = Arguments(), window.direction()
    arguments.values += [[organization for organization, _ in keys], [athlete for _, athlete in keys], start, end]
    between = window.between("a.scheduled_for, a.id", ("date", "uuid"), arguments)
    rows = await session.fetch(
        f"""
        SELECT wanted.position, page.*
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, athlete_id, position)
        CROSS JOIN LATERAL (
            SELECT {COLUMNS}
            FROM workout_assignments a
            {JOINS}
            WHERE a.organization_id = wanted.organization_id AND a.deleted_at IS NULL
              AND (wanted.athlete_id IS NULL OR a.athlete_id = wanted.athlete_id)
              AND ($3::date IS NULL OR a.scheduled_for >= $3) AND ($4::date IS NULL OR a.scheduled_for <= $4)
              {"".join(f"AND {condition}" for condition in between)}
            ORDER BY a.scheduled_for {direction}, a.id {direction}
            LIMIT {window.limit}
        ) AS page
        ORDER BY wanted.position, page.scheduled_for {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    return pages_of(rows, keys, window, "scheduled_for", "id")


async def calendar_counts(
    session: ReadSession, keys: Sequence[CalendarKey], start: date | None, end: date | None
) -> list[int]:
    """The number of assignments of each key."""
    rows = await session.fetch(
        """
        SELECT (SELECT count(*)
                FROM workout_assignments a
                WHERE a.organization_id = wanted.organization_id AND a.deleted_at IS NULL
                  AND (wanted.athlete_id IS NULL OR a.athlete_id = wanted.athlete_id)
                  AND ($3::date IS NULL OR a.scheduled_for >= $3)
                  AND ($4::date IS NULL OR a.scheduled_for <= $4)) AS assignments
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, athlete_id, position)
        ORDER BY wanted.position
        """,
        [organization for organization, _ in keys],
        [athlete for _, athlete in keys],
        start,
        end,
    )
    return [row.assignments for row in rows]


async def insert(
    session: WriteSession[Viewer], workout: WorkoutRow, athlete_ids: Sequence[UUID], scheduled_for: date
) -> list[UUID]:
    """Assign a library workout to athletes, by the viewer. Returns the assignments' ids in the athletes' order."""
    rows = await session.fetch(
        """
        INSERT INTO workout_assignments (organization_id, workout_id, athlete_id, assigned_by_id, scheduled_for)
        SELECT $1, $2, athlete.id, $3, $4
        FROM unnest($5::uuid[]) WITH ORDINALITY AS athlete (id, position)
        ORDER BY athlete.position
        RETURNING id, athlete_id
        """,
        workout.organization_id,
        workout.id,
        session.viewer.user.id,
        scheduled_for,
        athlete_ids,
    )
    return [row.id for row in in_key_order(rows, athlete_ids, "athlete_id") if row is not None]


async def set_status(session: WriteSession, id: UUID, status: str) -> None:
    """Set the status of an assignment."""
    await session.update("workout_assignments", id, {"status": status})


async def lock_day(session: WriteSession, workout_id: UUID, day: date) -> None:
    """Keep others, until the transaction ends, from planning the same workout for the same day."""
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"assign {workout_id} {day}")


async def athletes_on(session: ReadSession, workout_id: UUID, day: date, athlete_ids: Sequence[UUID]) -> set[UUID]:
    """The athletes, of these, who have an assignment of the library workout on that day."""
    rows = await session.fetch(
        """
        SELECT a.athlete_id
        FROM workout_assignments a
        WHERE a.athlete_id = ANY ($3) AND a.scheduled_for = $2 AND a.workout_id = $1 AND a.deleted_at IS NULL
        """,
        workout_id,
        day,
        athlete_ids,
    )
    return {row.athlete_id for row in rows}


async def day_of(session: ReadSession, id: UUID) -> date:
    """The day that an assignment is planned for."""
    day: date = await session.fetch_value("SELECT scheduled_for FROM workout_assignments WHERE id = $1", id)
    return day


async def move(session: WriteSession, id: UUID, day: date) -> None:
    """Plan an assignment for another day."""
    await session.update("workout_assignments", id, {"scheduled_for": day})


async def delete(session: WriteSession, id: UUID) -> None:
    """Take an assignment back, softly; its snapshot stays stored, and nobody is shown it."""
    await session.delete_softly("workout_assignments", id)
