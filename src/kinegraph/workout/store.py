"""Reading workouts, sections, movements and programs; writing a workout's own columns."""

from collections.abc import Mapping, Sequence
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.rows import grouped, grouped_by_position, in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.workout.rules import PREFIX, JoinedMovement
from kinegraph.workout.rules_cache import TreeKey
from kinegraph.workout.rules_rows import LocatedMovementRow, MovementRow, ProgramRow, SectionRow, WorkoutRow

COLUMNS = """w.id, w.organization_id, w.program_id, w.author_id, w.title, w.description, w.scoring, w.mode, w.time_cap,
            w.is_snapshot, w.forked_from_id, w.created_at, w.updated_at"""
"""The columns of a workout's own row that the API shows."""

AUTHOR_JOIN = user_join("author", "w.author_id")

JOINED_COLUMNS: Mapping[str, Sequence[str]] = {
    "author_name": (name_column("author"), AUTHOR_JOIN),
    "author_email": (email_column("author"), AUTHOR_JOIN, member_join("author", "w.author_id", "w.organization_id")),
    "program_name": (
        "program.name AS program_name",
        "LEFT JOIN programs program ON program.id = w.program_id AND program.deleted_at IS NULL",
    ),
    "tree_version": (
        """(SELECT current.version FROM versions current
             WHERE current.organization_id = w.organization_id AND current.kind = 'workouts') AS tree_version""",
    ),
}
"""The columns that come from other tables, each with the joins that it needs."""


def selected(names: frozenset[str] | None) -> str:
    """SELECT and FROM of a statement that reads workouts: with the requested columns, or all (None)."""
    joined = [column_and_joins for name, column_and_joins in JOINED_COLUMNS.items() if names is None or name in names]
    columns = [narrow(COLUMNS, names, "id organization_id created_at"), *(column for column, *_ in joined)]
    joins = "".join(f"\n            {join}" for join in dict.fromkeys(join for _, *joins in joined for join in joins))
    return f"SELECT {', '.join(columns)}\n            FROM workouts w{joins}"


ASSIGNED = """SELECT coalesce(a.snapshot_workout_id, a.workout_id)
              FROM workout_assignments a
              WHERE a.athlete_id = {athlete} AND a.deleted_at IS NULL"""
"""The ids of the workouts that an athlete sees: each assignment's snapshot, or its library workout without one."""


def visible(coached: str, athlete: str) -> str:
    """SQL condition: the viewer sees workout w in lists and by its id, as a coach or because it is assigned to them.

    A deleted one, which an assignment may still show, is not among them: see `reachable`.

    `coached` and `athlete` are the bind parameters of the organizations that the viewer coaches and of the viewer.
    """
    assigned = f"w.id IN ({ASSIGNED.format(athlete=athlete)})"
    return f"w.deleted_at IS NULL AND (w.organization_id = ANY ({coached}) OR {assigned})"


def reachable(coached: str, athlete: str) -> str:
    """SQL condition: the viewer may comment on workout w, which they see or which somebody's assignment still shows.

    A deleted workout can be commented on by coaches while an assignment shows it. Parameters as in `visible`.
    """
    shown = """EXISTS (SELECT FROM workout_assignments a
                      WHERE a.workout_id = w.id AND a.snapshot_workout_id IS NULL AND a.deleted_at IS NULL)"""
    assigned = f"w.id IN ({ASSIGNED.format(athlete=athlete)})"
    return f"(w.organization_id = ANY ({coached}) AND (w.deleted_at IS NULL OR {shown}) OR {assigned})"


@narrowed
async def by_ids(
    session: ReadSession[Viewer], ids: Sequence[UUID], names: frozenset[str] | None = None
) -> list[WorkoutRow | None]:
    """Workouts that the viewer sees, in key order."""
    viewer: Viewer = session.viewer
    rows: list[WorkoutRow] = await session.fetch(
        f"{selected(names)} WHERE w.id = ANY ($1) AND {visible('$2', '$3')}", ids, viewer.coached(), viewer.user.id
    )
    return in_key_order(rows, ids)


@narrowed
async def referred(
    session: ReadSession, ids: Sequence[UUID], names: frozenset[str] | None = None
) -> list[WorkoutRow | None]:
    """Workouts that a visible row refers to, deleted ones included, in key order. The caller has checked that row."""
    rows: list[WorkoutRow] = await session.fetch(f"{selected(names)} WHERE w.id = ANY ($1)", ids)
    return in_key_order(rows, ids)


SECTION_COLUMNS = """s.id, s.organization_id, s.workout_id, s.type, s.title, s.description, s.sort_order, s.shape,
            s.config"""


@narrowed
async def sections_of(
    session: ReadSession, keys: Sequence[TreeKey], names: frozenset[str] | None = None
) -> list[list[SectionRow]]:
    """Each workout's sections in their order."""
    rows: list[SectionRow] = await session.fetch_list(
        f"""
        SELECT wanted.position, {narrow(SECTION_COLUMNS, names, "id organization_id")}
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (workout_id, position)
        JOIN workout_sections s ON s.workout_id = wanted.workout_id AND s.deleted_at IS NULL
        ORDER BY wanted.position, s.sort_order, s.id
        """,
        [key[0] for key in keys],
    )
    return grouped_by_position(rows, len(keys))


@narrowed
async def sections(
    session: ReadSession[Viewer], ids: Sequence[UUID], names: frozenset[str] | None = None
) -> list[SectionRow | None]:
    """Sections of workouts that the viewer sees, in key order."""
    viewer: Viewer = session.viewer
    rows: list[SectionRow] = await session.fetch(
        f"""
        SELECT {narrow(SECTION_COLUMNS, names, "id organization_id")}
        FROM workout_sections s
        JOIN workouts w ON w.id = s.workout_id
        WHERE s.id = ANY ($1) AND s.deleted_at IS NULL AND {visible("$2", "$3")}
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


@narrowed
async def sections_of_movements(
    session: ReadSession, ids: Sequence[UUID], names: frozenset[str] | None = None
) -> list[SectionRow | None]:
    """Sections of visible movements, in key order, deleted ones included."""
    rows: list[SectionRow] = await session.fetch(
        f"SELECT {narrow(SECTION_COLUMNS, names, 'id organization_id')} FROM workout_sections s WHERE s.id = ANY ($1)",
        ids,
    )
    return in_key_order(rows, ids)


MOVEMENT_COLUMNS = """m.id, m.organization_id, m.section_id, m.exercise_id, m.sort_order,
            m.prescription, m.notes, m.label, m.superset_group, m.updated_at"""


@narrowed
async def movements_of(
    session: ReadSession, section_ids: Sequence[UUID], names: frozenset[str] | None = None
) -> list[list[MovementRow]]:
    """Each section's movements in their order."""
    rows: list[MovementRow] = await session.fetch_list(
        f"""
        SELECT wanted.position, {narrow(MOVEMENT_COLUMNS, names, "id")}
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (section_id, position)
        JOIN workout_movements m ON m.section_id = wanted.section_id AND m.deleted_at IS NULL
        ORDER BY wanted.position, m.sort_order, m.id
        """,
        section_ids,
    )
    return grouped_by_position(rows, len(section_ids))


async def sections_and_movements_of(
    session: ReadSession,
    keys: Sequence[TreeKey],
    names: frozenset[str] | None,
    movement_names: frozenset[str] | None,
) -> tuple[list[list[SectionRow]], dict[UUID, list[JoinedMovement]]]:
    """The answers of `sections_of`, and those of `movements_of` by section id, read with one statement."""
    movement = narrow(MOVEMENT_COLUMNS, movement_names, "id").split(", ")
    rows = await session.fetch_list(
        f"""
        SELECT wanted.position, {narrow(SECTION_COLUMNS, names, "id organization_id")},
               {", ".join(f"{column} AS {PREFIX}{column[2:]}" for column in map(str.strip, movement))}
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (workout_id, position)
        JOIN workout_sections s ON s.workout_id = wanted.workout_id AND s.deleted_at IS NULL
        LEFT JOIN workout_movements m ON m.section_id = s.id AND m.deleted_at IS NULL
        ORDER BY wanted.position, s.sort_order, s.id, m.sort_order, m.id
        """,
        [key[0] for key in keys],
    )
    sections: list[SectionRow] = []
    movements: dict[UUID, list[JoinedMovement]] = {}
    section_id: UUID | None = None
    in_section: list[JoinedMovement] = []
    movement_id_column = f"{PREFIX}id"
    for row in rows:  # the rows of one section are adjacent
        if row["id"] != section_id:
            section_id, in_section = row["id"], []
            sections.append(row)
            movements[row["id"]] = in_section
        if row[movement_id_column] is not None:
            in_section.append(JoinedMovement(row))
    return grouped_by_position(sections, len(keys)), movements


async def movements(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[LocatedMovementRow | None]:
    """Movements that the viewer may comment on (`reachable`), each with its workout's id, in key order."""
    viewer: Viewer = session.viewer
    rows: list[LocatedMovementRow] = await session.fetch(
        f"""
        SELECT {MOVEMENT_COLUMNS}, s.workout_id
        FROM workout_movements m
        JOIN workout_sections s ON s.id = m.section_id
        JOIN workouts w ON w.id = s.workout_id
        WHERE m.id = ANY ($1)
          AND m.deleted_at IS NULL AND s.deleted_at IS NULL
          AND {reachable("$2", "$3")}
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


async def movements_of_comments(session: ReadSession, ids: Sequence[UUID]) -> list[MovementRow | None]:
    """Movements of visible comments, in key order, those of deleted sections and workouts included."""
    rows: list[MovementRow] = await session.fetch(
        f"SELECT {MOVEMENT_COLUMNS} FROM workout_movements m WHERE m.id = ANY ($1)", ids
    )
    return in_key_order(rows, ids)


async def programs_of(session: ReadSession, organization_ids: Sequence[UUID]) -> list[list[ProgramRow]]:
    """Each organization's programs by name."""
    rows: list[ProgramRow] = await session.fetch_list(
        """
        SELECT id, organization_id, name
        FROM programs
        WHERE organization_id = ANY ($1) AND deleted_at IS NULL
        ORDER BY organization_id, name_key, id
        """,
        organization_ids,
    )
    return grouped(rows, organization_ids, "organization_id")


async def has_program(session: ReadSession, organization_ids: Sequence[UUID], program_id: UUID) -> bool:
    """True if one of the organizations has the program, and it is not deleted."""
    found = await session.fetch(
        "SELECT FROM programs WHERE organization_id = ANY ($1) AND id = $2 AND deleted_at IS NULL",
        organization_ids,
        program_id,
    )
    return bool(found)


async def lock_tree(session: WriteSession, workout_id: UUID, *, shared: bool = False) -> None:
    """Lock a workout's tree until transaction or savepoint end; a shared lock excludes only exclusive ones."""
    verb = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    await session.fetch(f"SELECT {verb}(hashtextextended($1, 0))", f"workout {workout_id}")


async def insert(session: WriteSession, values: Mapping[str, Any]) -> UUID:
    """Store a new workout's own columns."""
    return await session.insert("workouts", values)


async def update(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> int:
    """Set columns of a workout. Returns 1 if a value changed, else 0."""
    return await session.update("workouts", id, values)


async def touch(session: WriteSession, id: UUID) -> None:
    """Set a workout's `updated_at`, after a change in its tree."""
    await session.run("UPDATE workouts SET updated_at = now() WHERE id = $1", id)


async def delete(session: WriteSession, id: UUID) -> None:
    """Delete a library workout softly. Its sections and movements stay, and are not shown without it."""
    await session.delete_softly("workouts", id)


async def update_movement(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> int:
    """Set columns of a movement. Returns 1 if a value changed, else 0."""
    return await session.update("workout_movements", id, values)


async def insert_program(session: WriteSession, organization_id: UUID, name: str) -> UUID:
    """Store a new program of an organization."""
    return await session.insert("programs", {"organization_id": organization_id, "name": name})


async def programs(session: ReadSession, ids: Sequence[UUID]) -> list[ProgramRow | None]:
    """Programs of the viewer's organizations that are not deleted, in key order."""
    rows: list[ProgramRow] = await session.fetch(
        "SELECT id, organization_id, name FROM programs WHERE id = ANY ($1) AND deleted_at IS NULL", ids
    )
    return in_key_order(rows, ids)


async def update_program(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a program."""
    await session.update("programs", id, values)
