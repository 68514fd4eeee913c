"""Lists of workouts: an organization's library, a program's workouts, what is assigned to an athlete."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.workout.store import ASSIGNED, selected

WorkoutsKey = tuple[UUID, UUID | None, UUID | None]
"""An organization, the program that the list is narrowed to, and the athlete whom it is narrowed to."""

USING = """w.id = ANY (ARRAY (
                    SELECT s.workout_id
                    FROM workout_movements m
                    JOIN workout_sections s ON s.id = m.section_id
                    WHERE m.exercise_id = {exercise} AND m.deleted_at IS NULL AND s.deleted_at IS NULL))"""
"""An array, as it is read once whatever the planner believes of the tables' sizes."""

LIBRARY = "w.is_snapshot = false AND wanted.athlete_id IS NULL"
THEIRS = f"w.id = ANY (ARRAY ({ASSIGNED.format(athlete='wanted.athlete_id')}))"


async def workout_pages(
    session: ReadSession,
    keys: Sequence[WorkoutsKey],
    window: Window,
    exercise_id: UUID | None,
    names: frozenset[str] | None = None,
) -> list[Page]:
    """A page of each key's workouts, newest first: an organization's library, or what is assigned to an athlete."""
    arguments = Arguments()
    wanted, narrowed = _wanted(keys, exercise_id, arguments)
    if window.after is not None:
        place = [arguments.bind(window.sort_value(0), "timestamptz"), arguments.bind(window.sort_value(1), "uuid")]
        narrowed += f" AND (w.created_at, w.id) < ({', '.join(place)})"
    found = " UNION ALL ".join(
        f"""(SELECT w.id, w.created_at
             FROM workouts w
             WHERE {whose} AND {narrowed}
             ORDER BY w.created_at DESC, w.id DESC LIMIT {window.first + 1})"""
        for whose in _asked_for(keys)
    )
    rows = await session.fetch(
        f"""
        SELECT wanted.place, page.*
        FROM {wanted}
        CROSS JOIN LATERAL ({found}) AS found
        CROSS JOIN LATERAL (
            {selected(names)}
            WHERE w.id = found.id
        ) AS page
        ORDER BY wanted.place, page.created_at DESC, page.id DESC
        """,
        *arguments.values,
    )
    return pages_of(rows, keys, window, "created_at", "id")


def _asked_for(keys: Sequence[WorkoutsKey]) -> list[str]:
    """The conditions of the lists that the keys name."""
    athletes = {athlete_id for _, _, athlete_id in keys}
    return ([LIBRARY] if None in athletes else []) + ([THEIRS] if athletes != {None} else [])


async def workout_counts(session: ReadSession, keys: Sequence[WorkoutsKey], exercise_id: UUID | None) -> list[int]:
    """How many workouts each key has."""
    arguments = Arguments()
    wanted, narrowed = _wanted(keys, exercise_id, arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*) FROM workouts w WHERE {narrowed} AND ({" OR ".join(_asked_for(keys))})) AS workouts
        FROM {wanted}
        ORDER BY wanted.place
        """,
        *arguments.values,
    )
    return [row.workouts for row in rows]


def _wanted(keys: Sequence[WorkoutsKey], exercise_id: UUID | None, arguments: Arguments) -> tuple[str, str]:
    """The keys as a table that the rest of the statement refers to, and what narrows each one's workouts."""
    columns = ", ".join(arguments.bind([key[part] for key in keys], "uuid[]") for part in range(3))
    narrowed = "w.organization_id = wanted.organization_id AND w.deleted_at IS NULL"
    if any(program_id for _, program_id, _ in keys):  # left out where it can be, since it hides the order's index
        narrowed += " AND (wanted.program_id IS NULL OR w.program_id = wanted.program_id)"
    if exercise_id is not None:
        narrowed += " AND " + USING.format(exercise=arguments.bind(exercise_id, "uuid"))
    return f"unnest({columns}) WITH ORDINALITY AS wanted (organization_id, program_id, athlete_id, place)", narrowed
