"""Reading what a handout has: the version, its sessions and exercises, their live content."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.enrollment.rules_calendar import Calendar, HeldVersion, day_of
from kinegraph.enrollment.store import by_ids as enrollments
from kinegraph.enrollment.store import pauses_of, versions_of
from kinegraph.exercise.store_details import instructions_of
from kinegraph.handout.rules import MAX_TEXT, HandoutRequest, Size, TooLong
from kinegraph.handout.rules_content import Source
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession
from kinegraph.kit.text import identity_of
from kinegraph.library.store import effective
from kinegraph.plan.rules import Prescription, SessionRow
from kinegraph.plan.store import exercises_of, version_sessions_of, versions
from kinegraph.response.rules_due import by_exercise, prescribed
from kinegraph.response.store_substitutions import of_enrollments

COLUMNS = frozenset({"name", "aliases", "slug", "video_url", "thumbnail_url"})
"""The columns of an exercise that a handout shows."""


async def sizes(session: ReadSession, version_ids: Sequence[UUID], week: int | None = None) -> list[Size]:
    """The size of each version, or of one week of it. Weeks that are equal count once."""
    rows = await session.fetch(
        """
        WITH weeks AS (
            SELECT s.version_id, s.week, count(*) AS lines,
                   md5(string_agg(
                       ROW (s.day, s.sort_order, s.title, x.exercise_id, x.sets, x.reps, x.duration_seconds,
                            x.hold_seconds, x.rest_seconds, x.per_side, x.notes)::text,
                       E'\n' ORDER BY s.day, s.sort_order, s.id, x.sort_order, x.id)) AS content
            FROM plan_version_sessions s
            JOIN plan_version_exercises x ON x.session_id = s.id
            WHERE s.version_id = ANY ($1) AND ($2::integer IS NULL OR s.week = $2)
            GROUP BY s.version_id, s.week
        )
        SELECT wanted.position,
               (SELECT coalesce(sum(each.lines), 0)
                FROM (SELECT DISTINCT ON (w.content) w.lines FROM weeks w
                      WHERE w.version_id = wanted.id ORDER BY w.content) AS each) AS lines,
               (SELECT count(DISTINCT x.exercise_id)
                FROM plan_version_sessions s
                JOIN plan_version_exercises x ON x.session_id = s.id
                WHERE s.version_id = wanted.id AND ($2::integer IS NULL OR s.week = $2)) AS exercises
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, position)
        ORDER BY wanted.position
        """,
        version_ids,
        week,
    )
    return [Size(int(row.lines), row.exercises) for row in rows]


async def source_of(session: ReadSession[Viewer], wanted: HandoutRequest) -> Source | None:
    """The rows of a handout; None where the viewer may not read them. Raises TooLong."""
    viewer: Viewer = session.viewer
    (version,) = await versions(session, [wanted.version_id])
    clinic = viewer.organization(version.organization_id) if version else None
    if version is None or clinic is None:
        return None
    enrollment, calendar, today = None, None, datetime.now(UTC).date()
    if wanted.enrollment_id is not None:
        (enrollment,) = await enrollments(session, [wanted.enrollment_id])
        (held,) = await versions_of(session, [wanted.enrollment_id])
        if enrollment is None or version.id not in {each.version_id for each in held}:
            return None
        seen(session, "Handout", [enrollment])
        (pauses,) = await pauses_of(session, [wanted.enrollment_id])
        calendar = Calendar(
            enrollment.starts_on,
            [HeldVersion(each.from_day, each.version_id, version.weeks) for each in held],
            [(pause.from_day, pause.to_day) for pause in pauses],
            enrollment.ended_on,
        )
        today = enrollment.today
    (planned,) = await version_sessions_of(session, [version.id], wanted.week)
    rows = await _prescriptions(session, planned, wanted, calendar)
    ids = list(dict.fromkeys(row.exercise_id for group in rows for row in group))
    views = await effective(session, [(version.organization_id, id) for id in ids], COLUMNS) if ids else []
    shown = {id: view for id, view in zip(ids, views, strict=True) if view is not None}
    instructions = dict(zip(shown, await instructions_of(session, [*shown]), strict=True)) if shown else {}
    if sum(len(each.body) for group in instructions.values() for each in group) > MAX_TEXT:
        raise TooLong("The exercises of this handout have too many instructions; ask for one week.")
    return Source(
        version,
        clinic.name,
        list(zip(planned, rows, strict=True)),
        shown,
        instructions,
        today,
        wanted.week,
        enrollment.patient_name if enrollment and wanted.shows_name else None,
        calendar,
        await _unreviewed(session, ids),
    )


async def _prescriptions(
    session: ReadSession[Viewer], planned: Sequence[SessionRow], wanted: HandoutRequest, calendar: Calendar | None
) -> list[Sequence[Prescription]]:
    """The prescriptions of each session; those of an enrollment with the substitutions of their days."""
    rows = await exercises_of(session, [each.id for each in planned]) if planned else []
    if wanted.enrollment_id is None or calendar is None:
        return [*rows]
    (substitutions,) = await of_enrollments(session, [wanted.enrollment_id])
    held = by_exercise(substitutions)
    return [
        prescribed(group, held, day_of(calendar.starts_on, each.week, each.day))
        for each, group in zip(planned, rows, strict=True)
    ]


async def _unreviewed(session: ReadSession, exercise_ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    """By exercise, the aliases that a language model proposed and nobody has reviewed, by `identity_of`."""
    rows = await session.fetch(
        """
        SELECT p.exercise_id, array_agg(p.text) AS aliases
        FROM alias_proposals p
        WHERE p.exercise_id = ANY ($1) AND p.state = 'proposed' AND p.applied_at IS NOT NULL
        GROUP BY p.exercise_id
        """,
        exercise_ids,
    )
    return {row.exercise_id: frozenset(map(identity_of, row.aliases)) for row in rows}
