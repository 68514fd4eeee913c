"""Publishing versions of plans, and comparing them with the working copy and with the exercises as they are now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # rows of versions and of plans
from uuid import UUID

from kinegraph.exercise.store_details import instructions_of
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.library.rules import EffectiveExercise
from kinegraph.library.store import ExerciseKey, effective
from kinegraph.plan.rules import PlanRow
from kinegraph.plan.rules_content import CONTENT_COLUMNS, FORM, form_of, hash_of
from kinegraph.plan.rules_diff import Change, State, changes_between, state_of
from kinegraph.plan.store import (
    AMOUNTS,
    by_ids,
    exercises_of,
    numbered_versions,
    sessions_of,
    version_sessions_of,
)

ContentKey = tuple[UUID, UUID, str | None]
"""An organization, an exercise, and the hash of its content when a version was published; None in a working copy."""

HashKey = tuple[ExerciseKey, str]
"""An exercise as an organization sees it, and the form of a hash of its content."""


async def content_hashes(session: ReadSession, keys: Iterable[HashKey]) -> dict[HashKey, str]:
    """The hash of each exercise's content as the organization sees it now, in each form of its keys: two statements.

    Exercises that the organization does not see are left out.
    """
    wanted = dict.fromkeys(keys)
    if not wanted:
        return {}
    views_wanted = [*dict.fromkeys(key for key, _ in wanted)]
    names = frozenset(column for form in {form for _, form in wanted} for column in CONTENT_COLUMNS[form])
    views = dict(zip(views_wanted, await effective(session, views_wanted, names), strict=True))
    exercises = [*dict.fromkeys(exercise for _, exercise in views_wanted)]
    steps = dict(zip(exercises, await instructions_of(session, exercises), strict=True))
    return {(key, form): hash_of(view, steps[key[1]], form) for key, form in wanted if (view := views[key]) is not None}


async def content_changed(session: ReadSession, keys: Sequence[ContentKey]) -> list[bool]:
    """Whether each exercise's content differs from that of its hash; false without a hash."""
    hashed = [
        None if stored is None else ((organization, exercise), form_of(stored))
        for organization, exercise, stored in keys
    ]
    now = await content_hashes(session, (key for key in hashed if key is not None))
    return [key is not None and now.get(key) != stored for key, (*_, stored) in zip(hashed, keys, strict=True)]


DIFFERS = f"""(
    v.id IS NULL
    OR (v.title, v.description, v.weeks) IS DISTINCT FROM (p.title, p.description, p.weeks)
    OR EXISTS (
        SELECT
        FROM (SELECT s.id AS source_id, s.week, s.day, s.title, s.sort_order
              FROM treatment_plan_sessions s
              WHERE s.plan_id = p.id) working
        FULL JOIN (SELECT s.source_id, s.week, s.day, s.title, s.sort_order
                   FROM plan_version_sessions s
                   WHERE s.version_id = v.id) published USING (source_id)
        WHERE (working.week, working.day, working.title, working.sort_order)
              IS DISTINCT FROM (published.week, published.day, published.title, published.sort_order))
    OR EXISTS (
        SELECT
        FROM (SELECT x.id AS source_id, ROW (x.session_id, {AMOUNTS}) AS state
              FROM treatment_plan_session_exercises x
              JOIN treatment_plan_sessions s ON s.id = x.session_id
              WHERE s.plan_id = p.id) working
        FULL JOIN (SELECT x.source_id, ROW (s.source_id, {AMOUNTS}) AS state
                   FROM plan_version_exercises x
                   JOIN plan_version_sessions s ON s.id = x.session_id
                   WHERE x.version_id = v.id) published USING (source_id)
        WHERE working.state IS DISTINCT FROM published.state))"""
"""SQL condition: the working copy of plan p differs from its version v, or there is no version."""


async def unpublished_changes(session: ReadSession[Viewer], plan_ids: Sequence[UUID]) -> list[bool | None]:
    """Whether each plan's working copy differs from its last version; None where the viewer does not coach it."""
    rows = await session.fetch(
        f"""
        SELECT p.id, {DIFFERS} AS differs
        FROM treatment_plans p
        LEFT JOIN plan_versions v ON v.id = p.current_version_id
        WHERE p.id = ANY ($1) AND p.organization_id = ANY ($2)
        """,
        plan_ids,
        session.viewer.coached(),
    )
    differs = {row.id: row.differs for row in rows}
    return [differs.get(id) for id in plan_ids]


async def views_of(
    session: ReadSession, organization_id: UUID, exercise_ids: Sequence[UUID]
) -> dict[UUID, EffectiveExercise]:
    """The names and the states of exercises as an organization sees them, by id."""
    if not exercise_ids:
        return {}
    found = await effective(session, [(organization_id, id) for id in exercise_ids], frozenset({"name"}))
    return {id: view for id, view in zip(exercise_ids, found, strict=True) if view is not None}


NEXT_VERSION = """
        INSERT INTO plan_versions
            (organization_id, plan_id, number, title, description, weeks, reason, published_by_id)
        SELECT p.organization_id, p.id,
               1 + coalesce((SELECT max(v.number) FROM plan_versions v WHERE v.plan_id = p.id), 0),
               p.title, p.description, p.weeks, $2, $3
        FROM treatment_plans p
        WHERE p.id = $1
        RETURNING id"""


async def publish(
    session: WriteSession[Viewer], plan: PlanRow, exercise_ids: Sequence[UUID], reason: str | None
) -> UUID:
    """Copy a plan's working copy to its next version, and return its id. The caller has locked the plan.

    `exercise_ids` are the exercises of the working copy, each once.
    """
    keys = [((plan.organization_id, id), FORM) for id in exercise_ids]
    hashes = await content_hashes(session, keys)
    id: UUID = await session.fetch_value(NEXT_VERSION, plan.id, reason, session.viewer.user.id)
    await session.run(
        f"""
        WITH sessions AS MATERIALIZED (
            SELECT s.id AS source_id, uuidv7() AS id, s.organization_id, s.week, s.day, s.title, s.sort_order
            FROM treatment_plan_sessions s
            WHERE s.plan_id = $1
        ),
        published AS (
            INSERT INTO plan_version_sessions
                (id, organization_id, version_id, source_id, week, day, title, sort_order)
            SELECT s.id, s.organization_id, $2, s.source_id, s.week, s.day, s.title, s.sort_order
            FROM sessions s
        )
        INSERT INTO plan_version_exercises
            (organization_id, version_id, session_id, source_id, content_hash, {AMOUNTS.replace("x.", "")})
        SELECT x.organization_id, $2, s.id, x.id, hashed.content_hash, {AMOUNTS}
        FROM sessions s
        JOIN treatment_plan_session_exercises x ON x.session_id = s.source_id
        JOIN unnest($3::uuid[], $4::text[]) AS hashed (exercise_id, content_hash) ON hashed.exercise_id = x.exercise_id
        """,
        plan.id,
        id,
        exercise_ids,
        [hashes[key] for key in keys],
    )
    await session.update("treatment_plans", plan.id, {"current_version_id": id, "status": "published"})
    return id


ComparedVersions = tuple[UUID, UUID, int, int | None]
"""A plan, its organization, and the numbers of two versions; None for the working copy."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows of two states of a plan, None where the viewer sees no such version, and the differences."""

    old: Any
    new: Any
    changes: Sequence[Change] = ()


async def comparisons(session: ReadSession[Viewer], keys: Sequence[ComparedVersions]) -> list[Comparison]:
    """The differences between two states of each plan. The number of statements does not depend on the keys."""
    rows = await _compared_rows(session, keys)
    states = await _states(session, rows)
    wanted = {
        (organization_id, exercise["exercise_id"])
        for plan_id, organization_id, *numbers in keys
        for number in numbers
        if (plan_id, number) in states
        for exercise in states[plan_id, number].tree.exercises
    }
    views = await effective(session, [*wanted], frozenset({"name"})) if wanted else []
    by_organization: dict[UUID, dict[UUID, EffectiveExercise]] = {}
    for (organization_id, exercise_id), view in zip(wanted, views, strict=True):
        if view is not None:
            by_organization.setdefault(organization_id, {})[exercise_id] = view
    found = []
    for plan_id, organization_id, *numbers in keys:
        old, new = (states.get((plan_id, number)) for number in numbers)
        changes = changes_between(old, new, by_organization.get(organization_id, {})) if old and new else ()
        older, newer = (rows.get((plan_id, number)) for number in numbers)
        found.append(Comparison(older, newer, changes))
    return found


StateKey = tuple[UUID, int | None]
"""A plan and the number of a version; None for the working copy."""


async def _compared_rows(session: ReadSession[Viewer], keys: Sequence[ComparedVersions]) -> dict[StateKey, Any]:
    """The versions of the keys, and the plans whose working copy is compared, which the viewer sees."""
    numbers = [*{(key[0], number) for key in keys for number in key[2:] if number is not None}]
    working = [*{key[0] for key in keys if key[3] is None and session.viewer.coaches(key[1])}]
    found: dict[StateKey, Any] = dict(zip(numbers, await numbered_versions(session, numbers), strict=True))
    if working:
        found |= {(id, None): row for id, row in zip(working, await by_ids(session, working), strict=True)}
    return {key: row for key, row in found.items() if row is not None}


async def _states(session: ReadSession, rows: Mapping[StateKey, Any]) -> dict[StateKey, State]:
    """The sessions and exercises of versions and working copies."""
    versions = [key for key in rows if key[1] is not None]
    working = [key for key in rows if key[1] is None]
    sessions = dict(zip(versions, await version_sessions_of(session, [rows[key].id for key in versions]), strict=True))
    if working:
        sessions |= zip(working, await sessions_of(session, [rows[key].id for key in working]), strict=True)
    ids = [each.id for group in sessions.values() for each in group]
    exercises = dict(zip(ids, await exercises_of(session, ids), strict=True))
    return {
        key: state_of(rows[key], group, [exercise for each in group for exercise in exercises[each.id]])
        for key, group in sessions.items()
    }
