"""Reading treatment plans, their versions, sessions and exercises."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.rows import grouped, grouped_by_position, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.plan.rules import ExerciseRow, PlanRow, SessionRow, VersionRow

PLAN_COLUMNS = """p.id, p.organization_id, p.author_id, p.status, p.current_version_id, p.copied_from_id,
            p.created_at, p.updated_at"""
OF_VERSIONS = ("title", "description", "weeks")
"""The columns that a plan has in its working copy and in each version."""

AUTHOR_JOIN = user_join("author", "p.author_id")
AUTHOR_COLUMNS: Mapping[str, Sequence[str]] = {
    "author_name": (name_column("author"), AUTHOR_JOIN),
    "author_email": (email_column("author"), AUTHOR_JOIN, member_join("author", "p.author_id", "p.organization_id")),
}
"""The columns of the author, each with the joins that it needs."""


def shown(column: str, coached: str, patient: str) -> str:
    """SQL expression: one of OF_VERSIONS of plan p, as the viewer sees it. Parameters as in `visible`.

    Coaches see the working copy, patients the version that they were assigned last.
    """
    assigned = f"""
                SELECT e.version_id FROM enrollments e WHERE e.plan_id = p.id AND e.patient_id = {patient}
                ORDER BY e.created_at DESC, e.id DESC LIMIT 1"""
    return f"""CASE WHEN p.organization_id = ANY ({coached}) THEN p.{column}
                ELSE (SELECT v.{column} FROM plan_versions v WHERE v.id = ({assigned})) END"""


def selected(names: frozenset[str] | None, coached: str, patient: str) -> str:
    """SELECT and FROM of a statement that reads plans: with the requested columns, or all (None).

    Parameters as in `visible`.
    """
    of_versions = [each for each in OF_VERSIONS if names is None or each in names]
    joined = [column_and_joins for name, column_and_joins in AUTHOR_COLUMNS.items() if names is None or name in names]
    columns = [narrow(PLAN_COLUMNS, names, "id organization_id created_at"), *(column for column, *_ in joined)]
    columns += [f"{shown(each, coached, patient)} AS {each}" for each in of_versions]
    joins = "".join(f"\n            {join}" for join in dict.fromkeys(join for _, *joins in joined for join in joins))
    return f"SELECT {', '.join(columns)}\n            FROM treatment_plans p{joins}"


def visible(coached: str, patient: str) -> str:
    """SQL condition: the viewer sees plan p, as a coach or because they are or were enrolled in it.

    `coached` and `patient` are the bind parameters of the organizations that the viewer coaches and of the viewer.
    """
    enrolled = f"p.id IN (SELECT e.plan_id FROM enrollments e WHERE e.patient_id = {patient})"
    return f"p.deleted_at IS NULL AND (p.organization_id = ANY ({coached}) OR {enrolled})"


def visible_version(coached: str, patient: str) -> str:
    """SQL condition: the viewer sees version v, as a coach or as one of its patients. Parameters as in `visible`.

    A patient who has logged an exercise of a version sees it, too, where the move to it was taken back before its first
    day; row-level security shows them of such a version only the exercises that they logged.
    """
    enrolled = f"v.id IN (SELECT e.version_id FROM enrollment_versions e WHERE e.patient_id = {patient})"
    logged = f"""v.id IN (SELECT done.version_id FROM exercise_logs l
                             JOIN plan_version_exercises done ON done.id = l.version_exercise_id
                             WHERE l.patient_id = {patient})"""
    return f"(v.organization_id = ANY ({coached}) OR {enrolled} OR {logged})"


@narrowed
async def by_ids(
    session: ReadSession[Viewer], ids: Sequence[UUID], names: frozenset[str] | None = None
) -> list[PlanRow | None]:
    """Plans that the viewer sees, in key order."""
    viewer: Viewer = session.viewer
    rows: list[PlanRow] = await session.fetch(
        f"{selected(names, '$2', '$3')} WHERE p.id = ANY ($1) AND {visible('$2', '$3')}",
        ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


VERSIONS = f"""SELECT v.id, v.organization_id, v.plan_id, v.number, v.title, v.description, v.weeks, v.reason,
                v.published_by_id, v.published_at, {name_column("published_by")}, {email_column("published_by")}
            FROM plan_versions v
            {user_join("published_by", "v.published_by_id")}
            {member_join("published_by", "v.published_by_id", "v.organization_id")}"""


async def versions(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[VersionRow | None]:
    """Versions that the viewer sees, in key order."""
    viewer: Viewer = session.viewer
    rows: list[VersionRow] = await session.fetch(
        f"{VERSIONS} WHERE v.id = ANY ($1) AND {visible_version('$2', '$3')}", ids, viewer.coached(), viewer.user.id
    )
    return in_key_order(rows, ids)


async def versions_of(session: ReadSession[Viewer], plan_ids: Sequence[UUID]) -> list[list[VersionRow]]:
    """Each plan's versions that the viewer sees, the newest first."""
    viewer: Viewer = session.viewer
    rows: list[VersionRow] = await session.fetch_list(
        f"""
        {VERSIONS}
        WHERE v.plan_id = ANY ($1) AND {visible_version("$2", "$3")}
        ORDER BY v.plan_id, v.number DESC
        """,
        plan_ids,
        viewer.coached(),
        viewer.user.id,
    )
    return grouped(rows, plan_ids, "plan_id")


NumberedVersion = tuple[UUID, int]
"""A plan and the number of a version of it."""


async def numbered_versions(session: ReadSession[Viewer], keys: Sequence[NumberedVersion]) -> list[VersionRow | None]:
    """The versions of these plans and numbers that the viewer sees, in key order."""
    viewer: Viewer = session.viewer
    rows: list[VersionRow] = await session.fetch(
        f"""
        {VERSIONS}
        WHERE (v.plan_id, v.number) IN (SELECT * FROM unnest($1::uuid[], $2::integer[]))
          AND {visible_version("$3", "$4")}
        """,
        [plan_id for plan_id, _ in keys],
        [number for _, number in keys],
        viewer.coached(),
        viewer.user.id,
    )
    by_key = {(row.plan_id, row.number): row for row in rows}
    return [by_key.get(key) for key in keys]


WORKING_SESSIONS = """s.id, s.organization_id, s.plan_id, NULL::uuid AS version_id, s.id AS source_id,
                s.week, s.day, s.title, s.sort_order
            FROM treatment_plan_sessions s"""
VERSION_SESSIONS = """s.id, s.organization_id, v.plan_id, s.version_id, s.source_id,
                s.week, s.day, s.title, s.sort_order
            FROM plan_version_sessions s
            JOIN plan_versions v ON v.id = s.version_id"""
"""Columns and FROM of a statement that reads sessions of working copies, or of versions."""


async def sessions_of(
    session: ReadSession, plan_ids: Sequence[UUID], week: int | None = None
) -> list[list[SessionRow]]:
    """The sessions of each plan's working copy, of all weeks or of one, in the order of the calendar."""
    return await _sessions(session, WORKING_SESSIONS, "s.plan_id", plan_ids, week)


async def version_sessions_of(
    session: ReadSession, version_ids: Sequence[UUID], week: int | None = None
) -> list[list[SessionRow]]:
    """The sessions of each version, of all weeks or of one, in the order of the calendar."""
    return await _sessions(session, VERSION_SESSIONS, "s.version_id", version_ids, week)


async def _sessions(
    session: ReadSession, source: str, parent: str, ids: Sequence[UUID], week: int | None
) -> list[list[SessionRow]]:
    rows: list[SessionRow] = await session.fetch_list(
        f"""
        SELECT wanted.position, {source}
        JOIN unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, position) ON wanted.id = {parent}
        WHERE $2::integer IS NULL OR s.week = $2
        ORDER BY wanted.position, s.week, s.day, s.sort_order, s.id
        """,
        ids,
        week,
    )
    return grouped_by_position(rows, len(ids))


AMOUNTS = """x.exercise_id, x.sort_order, x.sets, x.reps, x.duration_seconds, x.hold_seconds, x.rest_seconds,
                x.per_side, x.notes"""
"""The columns that an exercise has in a working copy and in versions alike."""

WORKING_EXERCISES = f"""x.id, x.organization_id, x.session_id, NULL::uuid AS version_id, x.id AS source_id, {AMOUNTS},
                NULL AS content_hash
            FROM treatment_plan_session_exercises x"""
VERSION_EXERCISES = f"""x.id, x.organization_id, x.session_id, x.version_id, x.source_id, {AMOUNTS}, x.content_hash
            FROM plan_version_exercises x"""
"""Columns and FROM of a statement that reads exercises of working copies, or of versions."""


async def exercises_of(session: ReadSession, session_ids: Sequence[UUID]) -> list[list[ExerciseRow]]:
    """The exercises of each session, of a working copy or of a version, in their order."""
    wanted = "unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, position) ON wanted.id = x.session_id"
    rows: list[ExerciseRow] = await session.fetch_list(
        f"""
        SELECT wanted.position, {WORKING_EXERCISES}
        JOIN {wanted}
        UNION ALL
        SELECT wanted.position, {VERSION_EXERCISES}
        JOIN {wanted}
        ORDER BY position, sort_order, id
        """,
        session_ids,
    )
    return grouped_by_position(rows, len(session_ids))


async def sessions(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[SessionRow | None]:
    """Sessions that the viewer sees, of working copies and of versions, in key order."""
    viewer: Viewer = session.viewer
    rows: list[SessionRow] = await session.fetch(
        f"""
        SELECT {WORKING_SESSIONS}
        JOIN treatment_plans p ON p.id = s.plan_id AND p.deleted_at IS NULL
        WHERE s.id = ANY ($1) AND s.organization_id = ANY ($2)
        UNION ALL
        SELECT {VERSION_SESSIONS}
        WHERE s.id = ANY ($1) AND {visible_version("$2", "$3")}
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


async def exercises(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[ExerciseRow | None]:
    """Exercises of sessions that the viewer sees, of working copies and of versions, in key order."""
    viewer: Viewer = session.viewer
    rows: list[ExerciseRow] = await session.fetch(
        f"""
        SELECT {WORKING_EXERCISES}
        JOIN treatment_plan_sessions s ON s.id = x.session_id
        JOIN treatment_plans p ON p.id = s.plan_id AND p.deleted_at IS NULL
        WHERE x.id = ANY ($1) AND x.organization_id = ANY ($2)
        UNION ALL
        SELECT {VERSION_EXERCISES}
        JOIN plan_versions v ON v.id = x.version_id
        WHERE x.id = ANY ($1) AND {visible_version("$2", "$3")}
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


async def discontinued_of(session: ReadSession, version_id: UUID) -> list[ExerciseRow]:
    """The exercises of a version that were archived or deleted since, in the order of the calendar."""
    rows: list[ExerciseRow] = await session.fetch_list(
        f"""
        SELECT {VERSION_EXERCISES}
        JOIN plan_version_sessions s ON s.id = x.session_id
        JOIN exercises e ON e.id = x.exercise_id AND (e.deleted_at IS NOT NULL OR e.status = 'archived')
        WHERE x.version_id = $1
        ORDER BY s.week, s.day, s.sort_order, x.sort_order, x.id
        """,
        version_id,
    )
    return rows


async def discontinued(session: ReadSession, exercise_ids: Sequence[UUID]) -> list[bool]:
    """Whether each exercise was archived or deleted."""
    rows = await session.fetch(
        "SELECT id, deleted_at IS NOT NULL OR status = 'archived' AS gone FROM exercises WHERE id = ANY ($1)",
        exercise_ids,
    )
    gone = {row.id: row.gone for row in rows}
    return [gone.get(id, True) for id in exercise_ids]
