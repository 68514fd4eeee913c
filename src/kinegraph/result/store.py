"""Reading results, their sets and their submissions."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.result.rules import ResultRow, SetRow, SubmissionRow

COLUMNS = f"""r.id, r.organization_id, r.assignment_id, r.athlete_id, r.updated_by_user_id AS recorded_by_id,
               r.scoring, r.performed_on, r.time_seconds::float8 AS time_seconds, r.reps, r.rounds,
               r.weight::float8 AS weight, r.weight_unit, r.distance_meters::float8 AS distance_meters, r.calories,
               r.points::float8 AS points, r.is_scaled, r.exertion::float8 AS exertion, r.notes,
               r.created_at, r.updated_at, {name_column("athlete")}, {email_column("athlete")},
               {name_column("recorded_by")}, {email_column("recorded_by")}"""

JOINS = f"""{user_join("athlete", "r.athlete_id")}
        {member_join("athlete", "r.athlete_id", "r.organization_id")}
        {user_join("recorded_by", "r.updated_by_user_id")}
        {member_join("recorded_by", "r.updated_by_user_id", "r.organization_id")}"""

SET_COLUMNS = """d.id, d.organization_id, d.result_id, d.athlete_id, d.movement_id, d.exercise_id, d.number,
               d.target_reps_min, d.target_reps_max, d.target_load, d.target_load_unit, d.target_duration_seconds,
               d.target_distance_meters, d.target_calories, d.reps, d.load::float8 AS load, d.load_unit,
               d.rpe::float8 AS rpe, d.rir, d.seconds::float8 AS seconds,
               d.distance_meters::float8 AS distance_meters, d.calories, d.notes"""

LIVE_RESULT = """JOIN assignment_results r ON r.id = d.result_id AND r.deleted_at IS NULL
        JOIN workout_assignments a ON a.id = r.assignment_id AND a.deleted_at IS NULL"""
"""SQL joins of a set d: its result r and the assignment a, both not deleted."""


def readable(alias: str, coached: str, viewer: str) -> str:
    """SQL condition: the viewer may read the row of a result, as a coach or as its athlete."""
    return f"({alias}.organization_id = ANY ({coached}) OR {alias}.athlete_id = {viewer})"


async def by_ids(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[ResultRow | None]:
    """Results that the viewer may read, in key order."""
    rows: list[ResultRow] = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM assignment_results r
        JOIN workout_assignments a ON a.id = r.assignment_id AND a.deleted_at IS NULL
        {JOINS}
        WHERE r.id = ANY ($1) AND r.deleted_at IS NULL AND {readable("r", "$2", "$3")}
        """,
        ids,
        session.viewer.coached(),
        session.viewer.user.id,
    )
    seen(session, "AssignmentResult", rows, "athlete_id")
    return in_key_order(rows, ids)


async def of_assignments(session: ReadSession[Viewer], assignment_ids: Sequence[UUID]) -> list[ResultRow | None]:
    """The result of each assignment; None where there is none that the viewer may read."""
    rows: list[ResultRow] = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM assignment_results r
        {JOINS}
        WHERE r.assignment_id = ANY ($1) AND r.deleted_at IS NULL AND {readable("r", "$2", "$3")}
        """,
        assignment_ids,
        session.viewer.coached(),
        session.viewer.user.id,
    )
    seen(session, "AssignmentResult", rows, "athlete_id")
    return in_key_order(rows, assignment_ids, "assignment_id")


async def sets_of(session: ReadSession, result_ids: Sequence[UUID]) -> list[list[SetRow]]:
    """The sets of visible results, in their order."""
    rows: list[SetRow] = await session.fetch_list(
        f"""
        SELECT {SET_COLUMNS}
        FROM result_sets d
        WHERE d.result_id = ANY ($1)
        ORDER BY d.result_id, d.sort_order, d.number, d.id
        """,
        result_ids,
    )
    return grouped(rows, result_ids, "result_id")


async def sets(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[SetRow | None]:
    """Sets of results that the viewer may read, in key order."""
    rows: list[SetRow] = await session.fetch(
        f"""
        SELECT {SET_COLUMNS}
        FROM result_sets d
        {LIVE_RESULT}
        WHERE d.id = ANY ($1) AND {readable("d", "$2", "$3")}
        """,
        ids,
        session.viewer.coached(),
        session.viewer.user.id,
    )
    seen(session, "AssignmentResult", rows, "athlete_id")
    return in_key_order(rows, ids)


async def submissions_of(session: ReadSession, result_ids: Sequence[UUID]) -> list[list[SubmissionRow]]:
    """The submissions of visible results, oldest first."""
    rows: list[SubmissionRow] = await session.fetch_list(
        f"""
        SELECT t.id, t.result_id, t.organization_id, t.client_id, t.created_at,
               t.recorded_by_user_id AS recorded_by_id, {name_column("recorded_by")}, {email_column("recorded_by")}
        FROM result_submissions t
        {user_join("recorded_by", "t.recorded_by_user_id")}
        {member_join("recorded_by", "t.recorded_by_user_id", "t.organization_id")}
        WHERE t.result_id = ANY ($1)
        ORDER BY t.result_id, t.created_at, t.id
        """,
        result_ids,
    )
    return grouped(rows, result_ids, "result_id")
