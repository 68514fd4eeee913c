"""The mutations that record, correct and delete results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any  # values of an input and of a payload, by name
from uuid import UUID

import strawberry

from kinegraph.assignment import store as store_assignments
from kinegraph.assignment import store_writing as store_assigning
from kinegraph.assignment.store_snapshots import pin
from kinegraph.exercise.rules import reference_fault
from kinegraph.exercise.store import by_ids as exercises_by_ids
from kinegraph.identity.graph_versions import check_offset, is_stale, stale_edit
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, InvalidInput, NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.rows import new_key
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import stored_row
from kinegraph.result import rules, rules_sets, store, store_writing
from kinegraph.result.graph_inputs import (
    AssignmentResultPayload,
    DeleteAssignmentResultInput,
    DeleteAssignmentResultPayload,
    RecordAssignmentResultInput,
    RecordSetsInput,
)
from kinegraph.workout import store_tree
from kinegraph.workout.rules import AssignmentStatus, WorkoutScoring
from kinegraph.workout.rules_rows import ForkedAssignmentRow, MovementRow
from kinegraph.workout.store import movements as visible_movements
from kinegraph.workout.store import referred

AT, STALE = ("input",), ("input", "ifUpdatedAt")
NO_ASSIGNMENT = "There is no such assignment, or it is not yours to record."
NO_RESULT = "There is no such result."


@dataclass
class Submission:
    """A submission as it was sent, and what it is for, once that is locked."""

    kind: str
    values: dict[str, Any]
    client_id: str
    if_updated_at: datetime | None
    assignment: ForkedAssignmentRow | None = None
    stored: rules.ResultRow | None = None

    @property
    def content_hash(self) -> str:
        """The hash of everything that it stores."""
        return rules.hash_of(self.kind, self.values)


@strawberry.type
class Mutation:
    @mutation(
        "Record the result of an assignment: its athlete, or a coach for them. The assignment is COMPLETED by it, and "
        "gets its snapshot."
    )
    async def record_assignment_result(
        self,
        info: Info,
        input: Annotated[RecordAssignmentResultInput, strawberry.argument(description="The result, by its scoring.")],
    ) -> AssignmentResultPayload:
        checks, values = Checks(), given(input)
        columns = rules.checked_score(values.get("score") or {}, (*AT, "score"), checks)
        columns["is_scaled"] = values.get("is_scaled") or False
        columns["exertion"] = rules.checked_half(values.get("exertion"), (*AT, "exertion"), checks)
        columns["notes"] = rules.notes_of(values, AT, checks)
        sets = values.get("sets")
        return await _record(info, "result", values, columns, sets, checks, replaces=True)

    @mutation(
        "Record sets of an assignment, all or none: its athlete, or a coach for them, also before the result is known. "
        "The assignment gets its snapshot by it; its status stays."
    )
    async def record_sets(
        self,
        info: Info,
        input: Annotated[RecordSetsInput, strawberry.argument(description="The sets, as they were done.")],
    ) -> AssignmentResultPayload:
        checks, values = Checks(), given(input)
        if not values["sets"]:
            checks.refuse("Must have at least one set.", *rules_sets.AT)
        return await _record(info, "sets", values, {}, values["sets"], checks, replaces=bool(values.get("replace")))

    @mutation("Delete a result with its sets: its athlete, or a coach. The assignment may be recorded anew.")
    async def delete_assignment_result(
        self,
        info: Info,
        input: Annotated[DeleteAssignmentResultInput, strawberry.argument(description="The result to delete.")],
    ) -> DeleteAssignmentResultPayload:
        checks, values = Checks(), given(input)
        key, if_updated_at = checks.key(values["id"], (*AT, "id")), values.get("if_updated_at")
        check_offset(if_updated_at, checks, *STALE)
        session = await info.context.write_session()
        stored: rules.ResultRow | None = None
        with checks.layer():
            visible = await stored_row(session, store.by_ids, key)
            if visible is not None and await store_tree.lock_assignment(session, visible.assignment_id):
                stored = await stored_row(session, store.by_ids, key)
            if stored is None:
                raise NotFound(NO_RESULT, *AT, "id")
            await _require_current(session, stored, if_updated_at)
        checks.done()
        assert stored is not None
        await store_writing.delete(session, stored.id)
        assignment = await stored_row(session, store_assignments.by_ids, stored.assignment_id)
        return DeleteAssignmentResultPayload(deleted_id=strawberry.ID(str(stored.id)), assignment=assignment)


async def _record(
    info: Info,
    kind: str,
    values: dict[str, Any],
    columns: dict[str, Any],
    sets: Sequence[Mapping[str, Any]] | None,
    checks: Checks,
    *,
    replaces: bool,
) -> AssignmentResultPayload:
    """Store a submission: `columns` of the result (none of a submission of sets alone), and sets (None: as stored)."""
    key = checks.key(values["assignment_id"], (*AT, "assignmentId"))
    client_id = rules.checked_client_id(values.pop("client_id"), checks)
    submission = Submission(kind, values, client_id, values.pop("if_updated_at", None))
    check_offset(submission.if_updated_at, checks, *STALE)
    rows = None if sets is None else rules_sets.checked_sets(sets, checks)
    session = await info.context.write_session()
    repeated: rules.ResultRow | None = None
    with checks.layer():
        repeated = await _lock(session, key, submission)
    if repeated is None:
        if submission.assignment is not None:
            with checks.layer():
                await _check_result(session, submission, columns, checks)
        if rows is not None:
            rows = await _with_targets(session, submission.assignment, rows, sets or (), checks)
    checks.done()
    if repeated is None:
        await _write(session, submission, columns, rows, replaces=replaces)
    result = repeated or await stored_row(session, store.of_assignments, key)
    assigned = await stored_row(session, store_assignments.by_ids, key)
    return AssignmentResultPayload(result=result, assignment=assigned)  # type: ignore[arg-type]  # read by field name


async def _lock(session: WriteSession[Viewer], key: UUID, submission: Submission) -> rules.ResultRow | None:
    """Lock the assignment, and find its result. Returns the result where the submission was stored before.

    Raises NotFound, InvalidInput, TooManySubmissions, Conflict and StaleEdit.
    """
    visible = await stored_row(session, store_assignments.by_ids, key)
    assignment = None if visible is None else await store_tree.lock_assignment(session, key)
    if assignment is None:
        raise NotFound(NO_ASSIGNMENT, *AT, "assignmentId")
    submission.assignment = assignment
    submission.stored = stored = await stored_row(session, store.of_assignments, key)
    before = await store_writing.submission(session, assignment, submission.client_id)
    if before is not None:
        if before.content_hash != submission.content_hash:
            message = "This clientId was sent with other content; give each submission an id of its own."
            raise Conflict(message, *AT, "clientId")
        if before.is_deleted or stored is None:
            message = "This was recorded, and the result deleted since; to record it anew, send a new clientId."
            raise Conflict(message, *AT, "clientId")
        repeated: rules.ResultRow = stored
        return repeated
    if stored is None and submission.if_updated_at is not None:
        await _require_deleted(session, key)
    if stored is not None:
        await _require_current(session, stored, submission.if_updated_at)
        if await store_writing.count_submissions(session, stored.id) >= rules.MAX_SUBMISSIONS:
            raise rules.TooManySubmissions("The result was corrected 500 times; delete it, and record it anew.", *AT)
    return None


async def _require_current(
    session: WriteSession[Viewer], stored: rules.ResultRow, if_updated_at: datetime | None
) -> None:
    """Raise StaleEdit where a version was sent that is not the stored one."""
    if is_stale(if_updated_at, [stored.updated_at]):
        editor = await last_editor(session, "assignment_results", id=stored.id)
        raise stale_edit(session.viewer, editor, stored.updated_at, *STALE, result=stored)


async def _require_deleted(session: WriteSession[Viewer], assignment_id: UUID) -> None:
    """Raise StaleEdit for a version of a result that was deleted, and InvalidInput where there never was one."""
    deleted = await store_writing.last_deleted(session, assignment_id)
    if deleted is None:
        raise InvalidInput("There is no result yet that it could be the version of; leave it out.", *STALE)
    editor = await last_editor(session, "assignment_results", id=deleted.id)
    raise stale_edit(session.viewer, editor, deleted.updated_at, *STALE, is_deleted=True)


async def _check_result(
    session: WriteSession[Viewer], submission: Submission, columns: dict[str, Any], checks: Checks
) -> None:
    """Give the assignment its snapshot, and check what depends on it; the scoring and the day go to `columns`."""
    assert submission.assignment is not None
    if submission.assignment.snapshot_workout_id is None:
        await pin(session, submission.assignment)
        submission.assignment = await store_tree.lock_assignment(session, submission.assignment.id)
    assert submission.assignment is not None and submission.assignment.snapshot_workout_id is not None
    (workout,) = await referred(session, [submission.assignment.snapshot_workout_id], frozenset(("id", "scoring")))
    assert workout is not None
    scoring, values = WorkoutScoring(workout.scoring), submission.values
    if submission.kind == "result":
        is_given = values.get("score") is not None
        rules.check_scoring(scoring, columns, (*AT, "score"), checks, is_given=is_given)
    day = values.get("performed_on")
    if day is not None or submission.stored is None:
        days = await store_writing.days(session, submission.assignment.id)
        columns["performed_on"] = rules.checked_day(day, *days, (*AT, "performedOn"), checks)
    columns["scoring"] = scoring.value


async def _with_targets(
    session: WriteSession[Viewer],
    assignment: ForkedAssignmentRow | None,
    rows: list[dict[str, Any]],
    sent: Sequence[Mapping[str, Any]],
    checks: Checks,
) -> list[dict[str, Any]]:
    """The rows with their movements in the snapshot, their exercises and their targets. Faults are in `checks`.

    Where the assignment was refused (None), movements may be any that the viewer sees, and exercises any of the
    organizations that they coach.
    """
    copied: Mapping[UUID, UUID] = {}
    if assignment is None or assignment.snapshot_workout_id is None:
        ids = [row["movement_id"] for row in rows if row["movement_id"] is not None]
        planned: list[MovementRow] = [each for each in await visible_movements(session, ids) if each is not None]
        owners = session.viewer.coached()
    else:
        snapshot, owners = assignment.snapshot_workout_id, [assignment.organization_id]
        _, planned = await store_tree.current_rows(session, snapshot, assignment.organization_id)
        copied = await store_tree.copied_ids(session, snapshot)
    rows_with_targets = rules_sets.with_movements(rows, planned, copied, sent, checks)
    ids = list({row["exercise_id"] for row in rows} - {movement.exercise_id for movement in planned} - {None})
    exercises = dict(zip(ids, await exercises_by_ids(session, ids), strict=True)) if ids else {}
    for index, row in enumerate(rows):
        with checks.layer():
            if row["exercise_id"] in exercises:
                path = (*rules_sets.AT, index, "exerciseId")
                if fault := reference_fault(exercises[row["exercise_id"]], owners, *path):
                    raise fault
    return rows_with_targets


async def _write(
    session: WriteSession[Viewer],
    submission: Submission,
    columns: Mapping[str, Any],
    rows: list[dict[str, Any]] | None,
    *,
    replaces: bool,
) -> None:
    """Write the result, its sets and the submission; a result completes its assignment."""
    assignment = submission.assignment
    assert assignment is not None
    if submission.stored is None:
        id = await store_writing.insert(session, assignment, columns)
    else:
        id = submission.stored.id
        await store_writing.update(session, id, columns)
    if rows is not None:
        stored = await store_writing.current_sets(session, id)
        written, removed = rules_sets.merged(rows, stored, replaces=replaces, new_key=new_key)
        if await store_writing.write_sets(session, id, assignment, written, removed):
            await store_writing.touch(session, id)
    await store_writing.record_submission(
        session, assignment, id, submission.client_id, submission.values, submission.content_hash
    )
    if submission.kind == "result" and assignment.status != AssignmentStatus.COMPLETED:
        await store_assigning.set_status(session, assignment.id, AssignmentStatus.COMPLETED.value)
