"""Writing proposals in the transaction of the logs that make or change them, also where a patient sends these.

The caller holds the lock of the patient's logs. By row-level security a patient's transaction reads and writes
proposals within `_acting` alone.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Protocol
from uuid import UUID

from kinegraph.enrollment.store_blocks import DECIDED_LOGS, held_then
from kinegraph.kit.sessions import WriteSession
from kinegraph.response import rules
from kinegraph.response.rules import Answer, NewLog, Place, PlaceDay, Thresholds

SETTING = "SELECT set_config('kinegraph.response', $1, true)"


@asynccontextmanager
async def _acting(session: WriteSession) -> AsyncIterator[None]:
    """A block that may write proposals. Where it raises, the rollback of its savepoint ends the setting too."""
    await session.fetch(SETTING, "on")
    yield
    await session.fetch(SETTING, "")


async def propose(session: WriteSession, logs: Sequence[NewLog]) -> None:
    """Open or change the proposals of painful logs; no statement where there is none, and else at most four."""
    painful = [log for log in logs if log.is_painful]
    if not painful:
        return
    async with _acting(session):
        groups = rules.proposing(painful, await _answers(session, [log.place_day for log in painful]))
        if groups:
            await _upsert(session, groups)


async def _answers(session: WriteSession, days: Sequence[PlaceDay]) -> dict[PlaceDay, Answer | None]:
    """The substitutions that last, of enrollments whose end is still not known, with the pain that they answer.

    The caller may have read the enrollments before it had the lock. Logs that were deleted since count no more.
    """
    rows = await session.fetch(ANSWERS, *(list(each) for each in zip(*days, strict=True)))
    return {
        (row.enrollment_id, row.exercise_id, row.performed_on): row.from_day and Answer(row.from_day, row.score)
        for row in rows
    }


ANSWERS = f"""
        SELECT day.enrollment_id, day.exercise_id, day.performed_on, made.from_day, coalesce(answered.score, 0) AS score
        FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS day (enrollment_id, exercise_id, performed_on)
        JOIN enrollments e ON e.id = day.enrollment_id AND e.ended_on IS NULL
        LEFT JOIN exercise_substitutions made
            ON made.enrollment_id = day.enrollment_id AND made.exercise_id = day.exercise_id AND made.to_day IS NULL
        LEFT JOIN {held_then("day_done", "day")}
        LEFT JOIN LATERAL (
            WITH RECURSIVE chain AS (
                SELECT made.proposal_id, made.replaces_id
                UNION
                SELECT earlier.proposal_id, earlier.replaces_id
                FROM chain
                JOIN exercise_substitutions earlier ON earlier.id = chain.replaces_id
            )
            SELECT max(decided.pain_score) AS score
            FROM chain
            JOIN regression_proposals p ON p.id = chain.proposal_id
            CROSS JOIN {DECIDED_LOGS}
            LEFT JOIN {held_then("decided_done", "decided")}
            WHERE coalesce(decided_done.substitute_id, decided.exercise_id)
                  = coalesce(day_done.substitute_id, day.exercise_id)
        ) AS answered ON true
"""
"""SQL statement: for each enrollment ($1), exercise of its plan ($2) and day ($3), the substitution that lasts, and the
worst pain in its proposals of the exercise that was done on that day."""


async def _upsert(session: WriteSession, groups: Sequence[Sequence[NewLog]]) -> None:
    """Open a proposal for each group of logs of an exercise, or add them to the open one; the worst log leads."""
    await session.run(
        f"""
        INSERT INTO regression_proposals AS stored (organization_id, enrollment_id, patient_id, exercise_id, log_id,
                                                    log_ids, light, pain_score, performed_on)
        SELECT sent.organization_id, sent.enrollment_id, sent.patient_id, sent.exercise_id, sent.log_id,
               sent.log_ids, sent.light, sent.pain_score, sent.performed_on
        FROM jsonb_to_recordset($1) AS sent (organization_id uuid, enrollment_id uuid, patient_id uuid,
                                             exercise_id uuid, log_id uuid, log_ids uuid[], light text,
                                             pain_score integer, performed_on date)
        ORDER BY sent.enrollment_id, sent.exercise_id
        ON CONFLICT (enrollment_id, exercise_id) WHERE status = 'open' DO UPDATE
        SET (log_id, light, pain_score, performed_on) = (
                SELECT each.log_id, each.light, each.pain_score, each.performed_on
                FROM (VALUES (stored.log_id, stored.light, stored.pain_score, stored.performed_on),
                             (excluded.log_id, excluded.light, excluded.pain_score, excluded.performed_on)
                     ) AS each (log_id, light, pain_score, performed_on)
                ORDER BY each.pain_score DESC, each.performed_on DESC, each.log_id DESC
                LIMIT 1),
            log_ids = ARRAY(SELECT DISTINCT id FROM unnest(stored.log_ids || excluded.log_ids) AS id
                            ORDER BY id DESC LIMIT {rules.MAX_LOGS}),
            updated_at = now()
        """,
        [
            {
                "organization_id": str(log.organization_id),
                "enrollment_id": str(log.enrollment_id),
                "patient_id": str(log.patient_id),
                "exercise_id": str(log.exercise_id),
                "log_id": str(log.id),
                "log_ids": sorted((str(each.id) for each in group), reverse=True)[: rules.MAX_LOGS],
                "light": rules.light_of(log.pain_score, log.thresholds),
                "pain_score": log.pain_score,
                "performed_on": str(log.performed_on),
            }
            for group in groups
            for log in group[:1]
        ],
    )


class ReviewedLog(Protocol):
    """A log of a proposal: None where it was deleted."""

    proposal_id: UUID
    id: UUID | None
    pain_score: int | None
    performed_on: date


async def review(session: WriteSession, log_id: UUID, place: Place, thresholds: Thresholds) -> None:
    """Let the open proposal that names a log be as its logs are now: after one was corrected or deleted.

    Where none of them is painful any more, it is withdrawn.
    """
    async with _acting(session):
        rows: list[ReviewedLog] = await session.fetch(
            """
            SELECT p.id AS proposal_id, l.id, l.pain_score, l.performed_on
            FROM regression_proposals p
            LEFT JOIN exercise_logs l ON l.id = ANY (p.log_ids) AND l.deleted_at IS NULL
            WHERE p.enrollment_id = $1 AND p.exercise_id = $2 AND p.status = 'open' AND $3 = ANY (p.log_ids)
            FOR UPDATE OF p
            """,
            *place,
            log_id,
        )
        if rows:
            logs: list[rules.ScoredLog] = [row for row in rows if row.id is not None]  # type: ignore[misc]  # none is None
            await _renew(session, rows[0].proposal_id, rules.worst(logs, thresholds), thresholds)


async def _renew(session: WriteSession, id: UUID, worst: rules.ScoredLog | None, thresholds: Thresholds) -> None:
    """Let a proposal be of this log; without one it is withdrawn."""
    if worst is None:
        await session.update("regression_proposals", id, {"status": rules.RegressionProposalStatus.WITHDRAWN.value})
        return
    values = {
        "log_id": worst.id,
        "light": rules.light_of(worst.pain_score, thresholds),
        "pain_score": worst.pain_score,
        "performed_on": worst.performed_on,
    }
    await session.update("regression_proposals", id, values)
