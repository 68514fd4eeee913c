"""Pages of workouts: of an organization's library, of a program, of those assigned to an athlete; and similar ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import Arguments, ReadSession, contains
from kinegraph.workout.rules import WantedWorkouts, WorkoutSort
from kinegraph.workout.rules_rows import WorkoutRow
from kinegraph.workout.store import ASSIGNED, selected, visible

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

ORDERS: Mapping[WorkoutSort, tuple[str, type, str, bool]] = {
    WorkoutSort.CREATED_AT_DESC: ("w.created_at", datetime, "timestamptz", True),
    WorkoutSort.CREATED_AT_ASC: ("w.created_at", datetime, "timestamptz", False),
    WorkoutSort.UPDATED_AT_DESC: ("w.updated_at", datetime, "timestamptz", True),
    WorkoutSort.TITLE_ASC: ("w.title_key", str, "text", False),
    WorkoutSort.TITLE_DESC: ("w.title_key", str, "text", True),
}
"""For each order the sort key, its type in Python and in SQL, and whether it is descending; then the id."""


async def workout_pages(
    session: ReadSession,
    keys: Sequence[WorkoutsKey],
    window: Window,
    conditions: WantedWorkouts,
    sort: WorkoutSort,
    names: frozenset[str] | None = None,
) -> list[Page]:
    """A page of each key's workouts: of an organization's library, or of what is assigned to an athlete."""
    arguments, (key, _, sql_type, descending) = Arguments(), ORDERS[sort]
    wanted, narrowed = _wanted(keys, conditions, arguments)
    between = window.between(f"{key}, w.id", (sql_type, "uuid"), arguments, descending=descending)
    narrowed, direction = " AND ".join([narrowed, *between]), window.direction(descending=descending)
    found = " UNION ALL ".join(
        f"""(SELECT w.id, {key} AS sort_key
             FROM workouts w
             WHERE {source} AND {narrowed}
             ORDER BY {key} {direction}, w.id {direction} LIMIT {window.limit})"""
        for source in _sources(keys)
    )
    rows = await session.fetch(
        f"""
        SELECT wanted.position, found.sort_key, page.*
        FROM {wanted}
        CROSS JOIN LATERAL ({found}) AS found
        CROSS JOIN LATERAL (
            {selected(names)}
            WHERE w.id = found.id
        ) AS page
        ORDER BY wanted.position, found.sort_key {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    return pages_of(rows, keys, window, "sort_key", "id")


def _sources(keys: Sequence[WorkoutsKey]) -> list[str]:
    """The conditions of the lists that the keys name: of libraries, of assigned workouts, or both."""
    athletes = {athlete_id for _, _, athlete_id in keys}
    return ([IN_LIBRARY] if None in athletes else []) + ([ASSIGNED_TO_ATHLETE] if athletes != {None} else [])


async def workout_counts(
    session: ReadSession, keys: Sequence[WorkoutsKey], conditions: WantedWorkouts, sort: WorkoutSort
) -> list[int]:
    """The number of workouts of each key."""
    arguments = Arguments()
    wanted, narrowed = _wanted(keys, conditions, arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*) FROM workouts w WHERE {narrowed} AND ({" OR ".join(_sources(keys))})) AS workouts
        FROM {wanted}
        ORDER BY wanted.position
        """,
        *arguments.values,
    )
    return [row.workouts for row in rows]


def _wanted(keys: Sequence[WorkoutsKey], conditions: WantedWorkouts, arguments: Arguments) -> tuple[str, str]:
    """FROM item `wanted` with one row for each key, and the condition of its workouts."""
    columns = ", ".join(arguments.bind([key[column] for key in keys], "uuid[]") for column in range(3))
    found = ["w.organization_id = wanted.organization_id", "w.deleted_at IS NULL"]
    if any(program_id for _, program_id, _ in keys):  # otherwise it hides the index of the order
        found.append("(wanted.program_id IS NULL OR w.program_id = wanted.program_id)")
    for column, id in (("author_id", conditions.author_id), ("program_id", conditions.program_id)):
        found += [] if id is None else [f"w.{column} = {arguments.bind(id, 'uuid')}"]
    found += [USES_EXERCISE.format(exercise=arguments.bind(id, "uuid")) for id in conditions.exercise_ids]
    if conditions.title is not None:
        found.append(contains("w.title", arguments.bind(conditions.title, "text")))
    return (
        f"unnest({columns}) WITH ORDINALITY AS wanted (organization_id, program_id, athlete_id, position)",
        " AND ".join(found),
    )


async def similar(
    session: ReadSession[Viewer], ids: Sequence[UUID], limit: int, names: frozenset[str] | None = None
) -> list[list[WorkoutRow]]:
    """The library workouts that the viewer sees and that mean most nearly what each workout does, the nearest first.

    They are of its organization. All its vectors are compared: an index would have those of others too, which could be
    felt. They are read once for all workouts, and scaled to length 1, so that a product of two tells their angle.
    """
    viewer: Viewer = session.viewer
    rows = await session.fetch(
        f"""
        WITH wanted AS (
            SELECT sent.id, sent.position, w.organization_id
            FROM unnest($1::uuid[]) WITH ORDINALITY AS sent (id, position)
            JOIN workouts w ON w.id = sent.id
        ),
        library AS MATERIALIZED (
            SELECT w.id, w.organization_id, l2_normalize(w.embedding) AS direction
            FROM workouts w
            WHERE w.organization_id = ANY (ARRAY (SELECT organization_id FROM wanted))
              AND NOT w.is_snapshot AND w.embedding IS NOT NULL AND {visible("$2", "$3")}
        )
        SELECT wanted.position, near.distance, page.*
        FROM wanted
        JOIN library own ON own.id = wanted.id
        CROSS JOIN LATERAL (
            SELECT other.id, other.direction <#> own.direction AS distance
            FROM library other
            WHERE other.organization_id = wanted.organization_id AND other.id <> own.id
            ORDER BY distance, other.id LIMIT $4) AS near
        CROSS JOIN LATERAL (
            {selected(names)}
            WHERE w.id = near.id
        ) AS page
        ORDER BY wanted.position, near.distance, page.id
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
        limit,
    )
    return grouped_by_position(rows, len(ids))
