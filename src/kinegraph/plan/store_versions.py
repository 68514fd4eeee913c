"""Publishing versions of plans, and comparing them with the working copy and with the exercises as they are now."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from kinegraph.exercise.store_details import instructions_of
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.store import ExerciseKey, effective
from kinegraph.plan.store import AMOUNTS
from kinegraph.plan.rules_content import CONTENT_COLUMNS, FORM, form_of, hash_of

ContentKey = tuple[UUID, UUID, str | None]
"""An organization, an exercise, and the hash of its content when a version was published; None in a working copy."""


async def content_hashes(session: ReadSession, keys: Iterable[ExerciseKey], form: str = FORM) -> dict[ExerciseKey, str]:
    """The hash of each exercise's content as the organization sees it now: two statements."""
    unique = [*dict.fromkeys(keys)]
    if not unique:
        return {}
    names = frozenset(CONTENT_COLUMNS[form])
    found = await effective(session, unique, names)
    instructions = await instructions_of(session, [*dict.fromkeys(exercise for _, exercise in unique)])
    by_exercise = dict(zip(dict.fromkeys(exercise for _, exercise in unique), instructions, strict=True))
    views = zip(unique, found, strict=True)
    return {key: hash_of(view, by_exercise[key[1]], form) for key, view in views if view is not None}


async def content_changed(session: ReadSession, keys: Sequence[ContentKey]) -> list[bool]:
    """Whether each exercise's content differs from that of its hash; false without a hash."""
    by_form: dict[str, list[ExerciseKey]] = {}
    for organization, exercise, stored in keys:
        if stored is not None:
            by_form.setdefault(form_of(stored), []).append((organization, exercise))
    now = {form: await content_hashes(session, wanted, form) for form, wanted in by_form.items()}
    return [
        stored is not None and now[form_of(stored)].get((organization, exercise)) != stored
        for organization, exercise, stored in keys
    ]


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
