"""Reading workouts, sections, movements and programs; writing a workout's own columns."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.database import ReadSession, Row, WriteSession, grouped, in_key_order
from kinegraph.kit.pages import Page, Window

WorkoutsKey = tuple[UUID, UUID | None, UUID | None]
"""An organization, the program that the list is narrowed to, and the athlete whom it is narrowed to."""

COLUMNS = """w.id, w.organization_id, w.program_id, w.author_id, w.title, w.description, w.scoring, w.mode, w.time_cap,
            w.is_snapshot, w.forked_from_id, w.created_at, w.updated_at,
            author.name AS author_name, author.email AS author_email, program.name AS program_name"""
"""What the API shows of a workout, its author and its program."""

JOINS = """LEFT JOIN users author ON author.id = w.author_id
            LEFT JOIN programs program ON program.id = w.program_id AND program.deleted_at IS NULL"""

ASSIGNED = """SELECT coalesce(a.snapshot_workout_id, a.workout_id)
              FROM workout_assignments a
              WHERE a.athlete_id = {athlete} AND a.deleted_at IS NULL"""
"""The workouts that an athlete sees: each assignment's snapshot, or its library workout until there is one."""


def visible(coached: str, athlete: str) -> str:
    """The condition that the viewer sees workout w: by coach access, or because it is assigned to them."""
    return f"(w.organization_id = ANY ({coached}) OR w.id IN ({ASSIGNED.format(athlete=athlete)}))"


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[Row | None]:
    """Workouts that the viewer sees, in key order."""
    viewer: Viewer = session.viewer
    rows = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM workouts w
            {JOINS}
        WHERE w.id = ANY ($1) AND w.deleted_at IS NULL AND {visible("$2", "$3")}
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


async def sections_of(session: ReadSession, workout_ids: Sequence[UUID]) -> list[list[Row]]:
    """Each workout's sections in their order."""
    rows = await session.fetch(
        """
        SELECT id, organization_id, workout_id, type, title, description, sort_order, shape, config
        FROM workout_sections
        WHERE workout_id = ANY ($1) AND deleted_at IS NULL
        ORDER BY workout_id, sort_order, id
        """,
        workout_ids,
    )
    return grouped(rows, workout_ids, "workout_id")


MOVEMENT = """m.id, m.organization_id, m.section_id, m.exercise_id, m.sort_order,
            m.prescription, m.notes, m.label, m.superset_group"""


async def movements_of(session: ReadSession, section_ids: Sequence[UUID]) -> list[list[Row]]:
    """Each section's movements in their order."""
    rows = await session.fetch(
        f"""
        SELECT {MOVEMENT}
        FROM workout_movements m
        WHERE m.section_id = ANY ($1) AND m.deleted_at IS NULL
        ORDER BY m.section_id, m.sort_order, m.id
        """,
        section_ids,
    )
    return grouped(rows, section_ids, "section_id")


async def movements(session: ReadSession, ids: Sequence[UUID]) -> list[Row | None]:
    """Movements of workouts that the viewer sees, each with its workout's id, in key order."""
    viewer: Viewer = session.viewer
    rows = await session.fetch(
        f"""
        SELECT {MOVEMENT}, s.workout_id
        FROM workout_movements m
        JOIN workout_sections s ON s.id = m.section_id
        JOIN workouts w ON w.id = s.workout_id
        WHERE m.id = ANY ($1)
          AND m.deleted_at IS NULL AND s.deleted_at IS NULL AND w.deleted_at IS NULL
          AND {visible("$2", "$3")}
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


async def workout_pages(session: ReadSession, keys: Sequence[WorkoutsKey], window: Window) -> list[Page]:
    """A page of each key's workouts, newest first: an organization's library, or what is assigned to an athlete."""
    behind = "($4::timestamptz IS NULL OR (w.created_at, w.id) < ($4, $5::uuid))"
    rows = await session.fetch(
        f"""
        SELECT wanted.place, page.*
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
             WITH ORDINALITY AS wanted (organization_id, program_id, athlete_id, place)
        CROSS JOIN LATERAL (
            (SELECT w.id, w.created_at
             FROM workouts w
             WHERE wanted.athlete_id IS NULL
               AND w.organization_id = wanted.organization_id AND w.is_snapshot = false AND w.deleted_at IS NULL
               AND (wanted.program_id IS NULL OR w.program_id = wanted.program_id)
               AND {behind}
             ORDER BY w.created_at DESC, w.id DESC
             LIMIT $6)
            UNION ALL
            (SELECT w.id, w.created_at
             FROM workouts w
             WHERE w.id IN ({ASSIGNED.format(athlete="wanted.athlete_id")})
               AND w.organization_id = wanted.organization_id AND w.deleted_at IS NULL
               AND (wanted.program_id IS NULL OR w.program_id = wanted.program_id)
               AND {behind}
             ORDER BY w.created_at DESC, w.id DESC
             LIMIT $6)
        ) AS found
        CROSS JOIN LATERAL (
            SELECT {COLUMNS}
            FROM workouts w
            {JOINS}
            WHERE w.id = found.id
        ) AS page
        ORDER BY wanted.place, page.created_at DESC, page.id DESC
        """,
        *_columns(keys),
        window.place(0),
        window.place(1),
        window.first + 1,
    )
    groups = grouped(rows, range(1, len(keys) + 1), "place")
    return [Page.of(group, window, "created_at", "id") for group in groups]


async def workout_counts(session: ReadSession, keys: Sequence[WorkoutsKey]) -> list[int]:
    """How many workouts each key has."""
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*)
                FROM workouts w
                WHERE w.organization_id = wanted.organization_id AND w.deleted_at IS NULL
                  AND (wanted.program_id IS NULL OR w.program_id = wanted.program_id)
                  AND CASE WHEN wanted.athlete_id IS NULL THEN NOT w.is_snapshot
                      ELSE w.id IN ({ASSIGNED.format(athlete="wanted.athlete_id")}) END) AS workouts
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
             WITH ORDINALITY AS wanted (organization_id, program_id, athlete_id, place)
        ORDER BY wanted.place
        """,
        *_columns(keys),
    )
    return [row.workouts for row in rows]


def _columns(keys: Sequence[WorkoutsKey]) -> list[list[UUID | None]]:
    """The keys as one array for each of their parts."""
    return [[key[part] for key in keys] for part in range(3)]


async def programs_of(session: ReadSession, organization_ids: Sequence[UUID]) -> list[list[Row]]:
    """Each organization's programs by name."""
    rows = await session.fetch(
        """
        SELECT id, organization_id, name
        FROM programs
        WHERE organization_id = ANY ($1) AND deleted_at IS NULL
        ORDER BY organization_id, name, id
        """,
        organization_ids,
    )
    return grouped(rows, organization_ids, "organization_id")


async def has_program(session: ReadSession, organization_id: UUID, program_id: UUID) -> bool:
    """Whether the organization has the program."""
    found = await session.fetch(
        "SELECT FROM programs WHERE (organization_id, id) = ($1, $2) AND deleted_at IS NULL",
        organization_id,
        program_id,
    )
    return bool(found)


async def take_turn(session: WriteSession, workout_id: UUID, *, shared: bool = False) -> None:
    """Wait until nobody else writes the workout's tree; shared, until nobody replaces it."""
    verb = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    await session.fetch(f"SELECT {verb}(hashtextextended($1, 0))", f"workout {workout_id}")


async def insert(session: WriteSession, values: Mapping[str, Any]) -> UUID:
    """Store a new workout's own columns."""
    names = ", ".join(values)
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    id: UUID = await session.fetch_value(
        f"INSERT INTO workouts ({names}) VALUES ({places}) RETURNING id", *values.values()
    )
    return id


async def update(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a workout; its time of change moves only if a value does."""
    if not values:
        return
    names = ", ".join(values)
    places = ", ".join(f"${place}" for place in range(2, len(values) + 2))
    await session.run(
        f"""
        UPDATE workouts SET ({names}, updated_at) = ROW ({places}, now())
        WHERE id = $1 AND ({names}) IS DISTINCT FROM ({places})
        """,
        id,
        *values.values(),
    )


async def touch(session: WriteSession, id: UUID) -> None:
    """Say that something in the workout's tree changed."""
    await session.run("UPDATE workouts SET updated_at = now() WHERE id = $1", id)


async def delete(session: WriteSession, id: UUID) -> None:
    """Delete a library workout softly; its tree goes with it at read."""
    await session.run("UPDATE workouts SET deleted_at = now(), updated_at = now() WHERE id = $1", id)


async def update_movement(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> int:
    """Set columns of a movement. Returns 1 if a value changed, else 0."""
    if not values:
        return 0
    names = ", ".join(values)
    places = ", ".join(f"${place}" for place in range(2, len(values) + 2))
    return await session.run(
        f"""
        UPDATE workout_movements SET ({names}, updated_at) = ROW ({places}, now())
        WHERE id = $1 AND ({names}) IS DISTINCT FROM ({places})
        """,
        id,
        *values.values(),
    )


async def insert_program(session: WriteSession, organization_id: UUID, name: str) -> UUID:
    """Store a new program of an organization."""
    id: UUID = await session.fetch_value(
        "INSERT INTO programs (organization_id, name) VALUES ($1, $2) RETURNING id", organization_id, name
    )
    return id


async def insert_assignment(session: WriteSession, workout_id: UUID, athlete_id: UUID) -> None:
    """Assign a library workout to an athlete, by the viewer, for today."""
    await session.run(
        """
        INSERT INTO workout_assignments (organization_id, workout_id, athlete_id, assigned_by_id, scheduled_for)
        SELECT w.organization_id, w.id, $2, $3, current_date
        FROM workouts w
        WHERE w.id = $1
        """,
        workout_id,
        athlete_id,
        session.viewer.user.id,
    )
