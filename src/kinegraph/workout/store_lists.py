"""Pages of workouts: of an organization's library, of a program, of those assigned to an athlete."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.workout.store import ASSIGNED, selected

WorkoutsKey = tuple[UUID, UUID | None, UUID | None]
"""An organization, and the program and the athlete that the list is restricted to (None: all)."""

USES_EXERCISE = """w.id = ANY (ARRAY (
                    SELECT s.workout_id
                    FROM workout_movements m
                    JOIN workout_sections s ON s.id = m.section_id
                    WHERE m.exercise_id = {exercise} AND m.deleted_at IS NULL AND s.deleted_at IS NULL))"""
"""SQL condition: workout w has a movement with the exercise. (ARRAY makes the planner read the subquery once.)"""

IN_LIBRARY = "w.is_snapshot = false AND wanted.athlete_id IS NULL"
ASSIGNED_TO_ATHLETE = f"w.id = ANY (ARRAY ({ASSIGNED.format(athlete='wanted.athlete_id')}))"


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
    between = window.between("w.created_at, w.id", ("timestamptz", "uuid"), arguments, descending=True)
    narrowed, direction = " AND ".join([narrowed, *between]), window.direction(descending=True)
    found = " UNION ALL ".join(
        f"""(SELECT w.id, w.created_at
             FROM workouts w
             WHERE {source} AND {narrowed}
             ORDER BY w.created_at {direction}, w.id {direction} LIMIT {window.limit})"""
        for source in _sources(keys)
    )
    rows = await session.fetch(
        f"""
        SELECT wanted.position, page.*
        FROM {wanted}
        CROSS JOIN LATERAL ({found}) AS found
        CROSS JOIN LATERAL (
            {selected(names)}
            WHERE w.id = found.id
        ) AS page
        ORDER BY wanted.position, page.created_at {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    return pages_of(rows, keys, window, "created_at", "id")


def _sources(keys: Sequence[WorkoutsKey]) -> list[str]:
    """The conditions of the lists that the keys name: of libraries, of assigned workouts, or both."""
    athletes = {athlete_id for _, _, athlete_id in keys}
    return ([IN_LIBRARY] if None in athletes else []) + ([ASSIGNED_TO_ATHLETE] if athletes != {None} else [])


async def workout_counts(session: ReadSession, keys: Sequence[WorkoutsKey], exercise_id: UUID | None) -> list[int]:
    """The number of workouts of each key."""
    arguments = Arguments()
    wanted, narrowed = _wanted(keys, exercise_id, arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*) FROM workouts w WHERE {narrowed} AND ({" OR ".join(_sources(keys))})) AS workouts
        FROM {wanted}
        ORDER BY wanted.position
        """,
        *arguments.values,
    )
    return [row.workouts for row in rows]


def _wanted(keys: Sequence[WorkoutsKey], exercise_id: UUID | None, arguments: Arguments) -> tuple[str, str]:
    """FROM item `wanted` with one row for each key, and the condition of its workouts."""
    columns = ", ".join(arguments.bind([key[column] for key in keys], "uuid[]") for column in range(3))
    narrowed = "w.organization_id = wanted.organization_id AND w.deleted_at IS NULL"
    if any(program_id for _, program_id, _ in keys):  # otherwise it hides the index of the order
        narrowed += " AND (wanted.program_id IS NULL OR w.program_id = wanted.program_id)"
    if exercise_id is not None:
        narrowed += " AND " + USES_EXERCISE.format(exercise=arguments.bind(exercise_id, "uuid"))
    return f"unnest({columns}) WITH ORDINALITY AS wanted (organization_id, program_id, athlete_id, position)", narrowed
