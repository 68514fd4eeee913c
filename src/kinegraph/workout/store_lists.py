"""Lists of workouts: an organization's library, a program's workouts, what is assigned to an athlete."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import ReadSession, grouped
from kinegraph.workout.store import ASSIGNED, COLUMNS, JOINS

WorkoutsKey = tuple[UUID, UUID | None, UUID | None]
"""An organization, the program that the list is narrowed to, and the athlete whom it is narrowed to."""


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
