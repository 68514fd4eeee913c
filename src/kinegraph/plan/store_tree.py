"""Writing plans and their working copies; the number of statements does not depend on the size of a plan."""

from collections.abc import Collection, Mapping
from typing import Any  # values of columns, by name
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.plan.rules import PlanRow
from kinegraph.plan.rules_tree import Changes, Tree
from kinegraph.plan.store import exercises_of, selected, sessions_of


async def lock_plan(session: WriteSession, id: UUID) -> None:
    """Lock a plan's row until the transaction ends, where the viewer coaches it: one edit or publication at a time.

    Rows that refer to it, such as enrollments, can be inserted meanwhile, unless they lock it FOR SHARE themselves.
    """
    await session.fetch("SELECT FROM treatment_plans WHERE id = $1 FOR NO KEY UPDATE", id)


async def deleted_plan(session: ReadSession[Viewer], id: UUID) -> PlanRow | None:
    """A deleted plan of an organization that the viewer coaches."""
    rows: list[PlanRow] = await session.fetch(
        f"{selected(None, '$2', '$3')} WHERE p.id = $1 AND p.deleted_at IS NOT NULL AND p.organization_id = ANY ($2)",
        id,
        session.viewer.coached(),
        session.viewer.user.id,
    )
    return in_key_order(rows, [id])[0]


async def current_tree(session: ReadSession, plan_id: UUID) -> Tree:
    """The stored working copy of a plan."""
    (sessions,) = await sessions_of(session, [plan_id])
    groups = await exercises_of(session, [each.id for each in sessions])
    return Tree.of(sessions, [each for group in groups for each in group])


async def coached_rows(session: ReadSession[Viewer], ids: Collection[UUID]) -> Tree:
    """The sessions and exercises of these ids, of any plan that the viewer coaches, with the columns of ids alone."""
    rows: list[Any] = await session.fetch(
        """
        SELECT s.id, NULL::uuid AS exercise_id FROM treatment_plan_sessions s
        WHERE s.id = ANY ($1) AND s.organization_id = ANY ($2)
        UNION ALL
        SELECT x.id, x.exercise_id FROM treatment_plan_session_exercises x
        WHERE x.id = ANY ($1) AND x.organization_id = ANY ($2)
        """,
        list(ids),
        session.viewer.coached(),
    )
    found: list[dict[str, Any]] = [{"id": row.id, "exercise_id": row.exercise_id} for row in rows]
    return Tree(
        [row for row in found if row["exercise_id"] is None], [row for row in found if row["exercise_id"] is not None]
    )


async def insert(session: WriteSession, values: Mapping[str, Any]) -> UUID:
    """Store a new plan's own columns."""
    return await session.insert("treatment_plans", values)


async def update(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> int:
    """Set columns of a plan. Returns 1 if a value changed, else 0."""
    return await session.update("treatment_plans", id, values)


async def touch(session: WriteSession, id: UUID) -> None:
    """Set a plan's `updated_at`, after a change of its working copy."""
    await session.run("UPDATE treatment_plans SET updated_at = now() WHERE id = $1", id)


async def delete(session: WriteSession, id: UUID) -> None:
    """Delete a plan softly."""
    await session.delete_softly("treatment_plans", id)


async def write(session: WriteSession, plan_id: UUID, organization_id: UUID, changes: Changes) -> None:
    """Store the changes of a working copy, and set the plan's `updated_at` if there are any."""
    if not changes:
        return
    await _upsert_sessions(session, plan_id, organization_id, changes)
    await _upsert_exercises(session, organization_id, changes)
    await session.run("DELETE FROM treatment_plan_session_exercises WHERE id = ANY ($1)", changes.removed_exercises)
    await session.run("DELETE FROM treatment_plan_sessions WHERE id = ANY ($1)", changes.removed_sessions)
    await touch(session, plan_id)


async def _upsert_sessions(session: WriteSession, plan_id: UUID, organization_id: UUID, changes: Changes) -> None:
    await session.run(
        """
        INSERT INTO treatment_plan_sessions (id, organization_id, plan_id, week, day, title, sort_order)
        SELECT sent.id, $2, $1, sent.week, sent.day, sent.title, sent.sort_order
        FROM jsonb_to_recordset($3) AS sent (id uuid, week integer, day integer, title text, sort_order integer)
        ON CONFLICT (id) DO UPDATE
        SET (week, day, title, sort_order, updated_at)
          = ROW (excluded.week, excluded.day, excluded.title, excluded.sort_order, now())
        """,
        plan_id,
        organization_id,
        changes.sessions,
    )


async def _upsert_exercises(session: WriteSession, organization_id: UUID, changes: Changes) -> None:
    await session.run(
        """
        INSERT INTO treatment_plan_session_exercises
            (id, organization_id, session_id, exercise_id, sort_order,
             sets, reps, duration_seconds, hold_seconds, rest_seconds, per_side, notes)
        SELECT sent.id, $1, sent.session_id, sent.exercise_id, sent.sort_order,
               sent.sets, sent.reps, sent.duration_seconds, sent.hold_seconds, sent.rest_seconds, sent.per_side,
               sent.notes
        FROM jsonb_to_recordset($2) AS sent
            (id uuid, session_id uuid, exercise_id uuid, sort_order integer,
             sets integer, reps integer, duration_seconds integer, hold_seconds integer, rest_seconds integer,
             per_side boolean, notes text)
        ON CONFLICT (id) DO UPDATE
        SET (session_id, exercise_id, sort_order,
             sets, reps, duration_seconds, hold_seconds, rest_seconds, per_side, notes, updated_at)
          = ROW (excluded.session_id, excluded.exercise_id, excluded.sort_order,
                 excluded.sets, excluded.reps, excluded.duration_seconds, excluded.hold_seconds,
                 excluded.rest_seconds, excluded.per_side, excluded.notes, now())
        """,
        organization_id,
        changes.exercises,
    )


async def duplicate(session: WriteSession[Viewer], plan: PlanRow, values: Mapping[str, Any]) -> UUID:
    """Copy a plan with its working copy to a new draft, with these columns. Returns its id. Two statements."""
    author = {"organization_id": plan.organization_id, "author_id": session.viewer.user.id, "copied_from_id": plan.id}
    copied = {"description": plan.description, "weeks": plan.weeks}
    id = await insert(session, {**author, **copied, **values})
    await session.run(
        """
        WITH sessions AS MATERIALIZED (
            SELECT s.id AS source_id, uuidv7() AS id, s.organization_id, s.week, s.day, s.title, s.sort_order
            FROM treatment_plan_sessions s
            WHERE s.plan_id = $1
        ),
        copied AS (
            INSERT INTO treatment_plan_sessions (id, organization_id, plan_id, week, day, title, sort_order)
            SELECT s.id, s.organization_id, $2, s.week, s.day, s.title, s.sort_order
            FROM sessions s
        )
        INSERT INTO treatment_plan_session_exercises
            (organization_id, session_id, exercise_id, sort_order,
             sets, reps, duration_seconds, hold_seconds, rest_seconds, per_side, notes)
        SELECT x.organization_id, s.id, x.exercise_id, x.sort_order,
               x.sets, x.reps, x.duration_seconds, x.hold_seconds, x.rest_seconds, x.per_side, x.notes
        FROM sessions s
        JOIN treatment_plan_session_exercises x ON x.session_id = s.source_id
        """,
        plan.id,
        id,
    )
    return id
