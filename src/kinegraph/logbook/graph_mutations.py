"""The mutations that store, correct and delete logs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any  # values of an input, by name

import strawberry

from kinegraph.identity.graph_versions import check_offset, is_stale, stale_edit
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.rows import new_key
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import stored_row
from kinegraph.logbook import rules, rules_batch, store, store_writing
from kinegraph.logbook.graph_inputs import (
    CorrectLogInput,
    DeleteLogInput,
    DeleteLogPayload,
    ExerciseLogPayload,
    LogExerciseInput,
    LogExercisesPayload,
)
from kinegraph.logbook.rules_days import day_fault, version_fault
from kinegraph.patient.store_writing import lock_logs
from kinegraph.response import store_proposing
from kinegraph.response.rules import is_raised

AT, STALE = ("input",), ("input", "ifUpdatedAt")
NO_LOG = "There is no such log."


@strawberry.type
class Mutation:
    @mutation(
        "Log exercises of plans, all or none: the patient, or a coach for them; also late, out of order and again. Of "
        "a log whose clientId is stored already with the same content, the stored one is answered."
    )
    @takes_input("The logs of a batch.")
    async def log_exercises(
        self,
        info: Info,
        logs: Annotated[list[LogExerciseInput], strawberry.argument(description="1 to 500 logs, in any order.")],
    ) -> LogExercisesPayload:
        checks = Checks()
        rules_batch.check_size(len(logs), checks)
        sent = rules_batch.checked_logs([given(log) for log in logs], checks)
        session = await info.context.write_session()
        resolved = await _resolved(session, sent, checks)
        keys = list({log.key: None for log in resolved if log is not None})
        await lock_logs(session, {key[:2] for key in keys})
        stored = await store_writing.stored(session, keys)
        new = rules_batch.new_logs(resolved, stored, checks)
        checks.done()
        ids = {(each.organization_id, each.patient_id, each.client_id): each.id for each in stored}
        ids |= {key: new_key() for key in new}
        if new:
            await store_writing.insert(session, [{"id": ids[key], **log.columns} for key, log in new.items()])
            await store_proposing.propose(session, [log.scored(ids[key]) for key, log in new.items()])
        wanted = [ids[log.key] for log in resolved if log is not None]
        found: Any = await store.with_deleted(session, wanted)
        return LogExercisesPayload(logs=found)

    @mutation(
        "Correct a log: its patient, or a coach with a reason. The values before it stay (`revisions`), and a late "
        "copy of the log does not undo it."
    )
    async def correct_log(
        self,
        info: Info,
        input: Annotated[CorrectLogInput, strawberry.argument(description="The log, and its new values.")],
    ) -> ExerciseLogPayload:
        checks, values = Checks(), given(input)
        columns = rules.checked_values(values, AT, checks)
        reason = rules.checked_reason(values, AT, checks)
        day = values.get("performed_on")
        if "performed_on" in values and day is None:
            checks.refuse("Must not be null: leave it out, and the day stays.", *AT, "performedOn")
        session = await info.context.write_session()
        log = await _locked(session, values, reason, checks)
        if log is not None and day is not None and day != log.performed_on:
            await _check_day(session, log, day, checks)
            columns["performed_on"] = day
        checks.done()
        assert log is not None
        await store_writing.correct(session, log, columns, reason)
        await _respond(session, log, columns)
        return ExerciseLogPayload(log=await stored_row(session, store.by_ids, log.id))

    @mutation("Delete a log: its patient, or a coach with a reason. A late copy of it stays deleted.")
    async def delete_log(
        self,
        info: Info,
        input: Annotated[DeleteLogInput, strawberry.argument(description="The log to delete.")],
    ) -> DeleteLogPayload:
        checks, values = Checks(), given(input)
        reason = rules.checked_reason(values, AT, checks)
        session = await info.context.write_session()
        log = await _locked(session, values, reason, checks)
        checks.done()
        assert log is not None
        await store_writing.delete(session, log, reason)
        await store_proposing.review(session, log.id, (log.enrollment_id, log.exercise_id), log)
        return DeleteLogPayload(deleted_id=strawberry.ID(str(log.id)))


async def _resolved(
    session: WriteSession[Viewer], sent: Sequence[rules_batch.SentLog], checks: Checks
) -> list[rules_batch.ResolvedLog | None]:
    """Each log with its enrollment and exercise; None where one is refused, with its fault in `checks`."""
    exercises = await store_writing.exercises(session, list({log.version_exercise_id for log in sent}))
    named = list({log.enrollment_id for log in sent if log.enrollment_id is not None})
    enrollments = await store_writing.enrollments(session, named, list(exercises.values()))
    return rules_batch.resolved(sent, exercises, enrollments, session.viewer.user.id, checks)


async def _locked(
    session: WriteSession[Viewer], values: dict[str, Any], reason: str | None, checks: Checks
) -> rules.LogRow | None:
    """The log of an edit, with the lock of its patient's logs; None where it is refused. Faults are in `checks`."""
    key, if_updated_at = checks.key(values["id"], (*AT, "id")), values.get("if_updated_at")
    check_offset(if_updated_at, checks, *STALE)
    with checks.layer():
        visible: rules.LogRow | None = await stored_row(session, store.with_deleted, key)
        if visible is None:
            raise NotFound(NO_LOG, *AT, "id")
        await lock_logs(session, [(visible.organization_id, visible.patient_id)])
        log: rules.LogRow | None = await stored_row(session, store.with_deleted, key)
        if log is None:
            raise NotFound(NO_LOG, *AT, "id")
        await _require_current(session, log, if_updated_at)
        if fault := rules.reason_fault(log, session.viewer.user.id, reason, *AT, "reason"):
            raise fault
        return log
    return None


async def _require_current(session: WriteSession[Viewer], log: rules.LogRow, if_updated_at: datetime | None) -> None:
    """Raise StaleEdit where a version was sent that is not the stored one, and NotFound for a deleted log."""
    is_deleted = log.deleted_at is not None
    if is_stale(if_updated_at, [log.updated_at]):
        editor = await store_writing.last_editor(session, log.id)
        shown = {} if is_deleted else {"log": log}
        raise stale_edit(session.viewer, editor, log.updated_at, *STALE, is_deleted=is_deleted, **shown)
    if is_deleted:
        raise NotFound(NO_LOG, *AT, "id")


async def _check_day(session: WriteSession[Viewer], log: rules.LogRow, day: date, checks: Checks) -> None:
    """Check that a log may be of another day of its enrollment. A fault is recorded in `checks`."""
    (enrollment,) = await store_writing.enrollments(session, [log.enrollment_id])
    exercises, at = await store_writing.exercises(session, [log.version_exercise_id]), (*AT, "performedOn")
    version_id = exercises[log.version_exercise_id].version_id
    if fault := day_fault(day, enrollment, *at) or version_fault(version_id, day, enrollment, *at):
        checks.refusals.append(fault)


async def _respond(session: WriteSession[Viewer], log: rules.LogRow, columns: Mapping[str, Any]) -> None:
    """Open, change or withdraw the proposal of a log whose score of pain or day was corrected to these columns.

    With a higher score, or another day, it is treated as a new one.
    """
    pain, day = columns.get("pain_score", log.pain_score), columns.get("performed_on", log.performed_on)
    if (pain, day) == (log.pain_score, log.performed_on):
        return
    await store_proposing.review(session, log.id, (log.enrollment_id, log.exercise_id), log)
    if is_raised(pain, log.pain_score) or day != log.performed_on:
        (enrollment,) = await store_writing.enrollments(session, [log.enrollment_id])
        await store_proposing.propose(session, [rules_batch.scored(log.id, enrollment, log.exercise_id, pain, day)])
