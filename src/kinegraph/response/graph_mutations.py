"""The mutations that decide about proposals, and that end substitutions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any  # values of an input, by name
from uuid import UUID

import strawberry

from kinegraph.enrolling.rules import require_running
from kinegraph.enrolling.store import lock as lock_enrollment
from kinegraph.enrolling.store import touch
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.enrollment.store import by_ids as enrollments
from kinegraph.exercise.rules import stored_id
from kinegraph.exercise.store import by_ids as exercises
from kinegraph.identity.graph_versions import check_offset, is_stale, stale_edit
from kinegraph.identity.rules import User as Person
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, InvalidInput, NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import stored_row
from kinegraph.plan.rules_tree import AMOUNTS, API_NAMES, BOUNDS, check_amount, checked_amounts
from kinegraph.response import rules, store, store_options, store_substitutions
from kinegraph.response.graph_inputs import (
    AcceptRegressionInput,
    DeclineRegressionInput,
    EndExerciseSubstitutionInput,
    ExerciseSubstitutionPayload,
    RegressionProposalPayload,
)
from kinegraph.response.rules import RegressionProposalStatus
from kinegraph.response.rules_due import SubstitutionRow
from kinegraph.response.rules_options import Basis, excess, has_less, less

AT = ("input",)
STALE = (*AT, "ifUpdatedAt")


@strawberry.type
class Mutation:
    @mutation(
        "Accept a proposal to regress a painful exercise (coach access): from the patient's next day on, they do one "
        "of its options. It replaces an earlier substitution of the exercise; `endExerciseSubstitution` takes it back."
    )
    async def accept_regression(
        self,
        info: Info,
        input: Annotated[AcceptRegressionInput, strawberry.argument(description="The proposal, and the exercise.")],
    ) -> RegressionProposalPayload:
        values, checks = given(input), Checks()
        sent = checked_amounts(values, AT, checks)
        exercise_id = checks.key(stored_id(values["exercise_id"]), (*AT, "exerciseId"))
        reason = _checked_reason(values, checks)
        session = await info.context.write_session()
        proposal = await _locked(session, values, checks)
        with checks.layer():
            if await stored_row(session, exercises, exercise_id) is None:
                raise NotFound("There is no such exercise.", *AT, "exerciseId")
        amounts: dict[str, Any] | None = None
        if proposal is not None:
            with checks.layer():
                enrollment: EnrollmentRow = await stored_row(session, enrollments, proposal.enrollment_id)
                require_running(enrollment, (*AT, "id"))
                await _require_planned(session, enrollment, proposal.exercise_id)
                amounts = await _checked_option(session, proposal, exercise_id, sent, checks)
                await _require_room(session, proposal.enrollment_id)
        checks.done()
        assert proposal is not None and amounts is not None
        substitution = {
            "organization_id": proposal.organization_id,
            "enrollment_id": proposal.enrollment_id,
            "patient_id": proposal.patient_id,
            "proposal_id": proposal.id,
            "exercise_id": proposal.exercise_id,
            "substitute_id": exercise_id,
            "from_day": enrollment.today + timedelta(days=1),
            **amounts,
        }
        await store_substitutions.replace(session, substitution)
        await touch(session, proposal.enrollment_id)
        return await _decided(session, proposal.id, RegressionProposalStatus.ACCEPTED, reason)

    @mutation("Decline a proposal to regress a painful exercise, with a reason (coach access). Nothing changes.")
    async def decline_regression(
        self,
        info: Info,
        input: Annotated[DeclineRegressionInput, strawberry.argument(description="The proposal, and the reason.")],
    ) -> RegressionProposalPayload:
        values, checks = given(input), Checks()
        reason = checks.text(values["reason"], (*AT, "reason"), rules.MAX_REASON)
        session = await info.context.write_session()
        proposal = await _locked(session, values, checks)
        checks.done()
        assert proposal is not None
        return await _decided(session, proposal.id, RegressionProposalStatus.DECLINED, reason)

    @mutation(
        "End a substitution (coach access): from the patient's next day on, the exercise is done as the plan has it. "
        "One that is to begin then never holds; what it replaced holds on."
    )
    async def end_exercise_substitution(
        self,
        info: Info,
        input: Annotated[
            EndExerciseSubstitutionInput, strawberry.argument(description="The substitution, and why it ends.")
        ],
    ) -> ExerciseSubstitutionPayload:
        values, checks = given(input), Checks()
        reason = _checked_reason(values, checks)
        session = await info.context.write_session()
        row = await _locked_substitution(session, values, checks)
        checks.done()
        assert row is not None
        enrollment: EnrollmentRow = await stored_row(session, enrollments, row.enrollment_id)
        await store_substitutions.end(session, row, enrollment.today, reason)
        await touch(session, row.enrollment_id)
        return ExerciseSubstitutionPayload(substitution=await stored_row(session, store_substitutions.by_ids, row.id))


def _checked_reason(values: Mapping[str, Any], checks: Checks) -> str | None:
    """The reason that was sent; None for an empty one. Faults are recorded in `checks`."""
    reason = values.get("reason")
    return None if reason is None else checks.text(reason, (*AT, "reason"), rules.MAX_REASON, empty=True) or None


async def _locked(session: WriteSession[Viewer], values: Mapping[str, Any], checks: Checks) -> rules.ProposalRow | None:
    """The open proposal that the viewer decides about, locked with its enrollment; None where it is refused."""
    key, if_updated_at = checks.key(values["id"], (*AT, "id")), values.get("if_updated_at")
    check_offset(if_updated_at, checks, *STALE)
    with checks.layer():
        visible: rules.ProposalRow | None = await stored_row(session, store.by_ids, key)
        if visible is None:
            raise NotFound(rules.NO_PROPOSAL, *AT, "id")
        await lock_enrollment(session, visible.enrollment_id)
        await store.lock(session, key)
        row: rules.ProposalRow = await stored_row(session, store.by_ids, key)
        if is_stale(if_updated_at, [row.updated_at]):
            raise stale_edit(session.viewer, _decider(row), row.updated_at, *STALE, proposal=row)
        if row.status != RegressionProposalStatus.OPEN:
            refusal = Conflict(_why_closed(row), *AT, "id")
            refusal.payload = {"proposal": row}
            raise refusal
        return row
    return None


def _decider(row: rules.ProposalRow) -> Person | None:
    if row.decided_by_id is None:
        return None
    return Person(row.decided_by_id, row.decided_by_name, row.decided_by_email, row.organization_id)


def _why_closed(row: rules.ProposalRow) -> str:
    """Why a proposal is decided about no more, and what to do."""
    if row.decided_at is None:
        return "It was withdrawn: its logs were corrected or deleted, or the enrollment ends. Read the list again."
    when = f"{row.decided_at:%Y-%m-%d}"
    return f"It was {row.status} by {row.decided_by_name} on {when} already; a new painful log makes another one."


async def _checked_option(
    session: WriteSession[Viewer],
    proposal: rules.ProposalRow,
    exercise_id: UUID,
    sent: Mapping[str, Any],
    checks: Checks,
) -> dict[str, Any]:
    """The amounts that are stored for an option. Faults are recorded in `checks`.

    Raises InvalidInput for an exercise that is no option, or that the patient's conditions speak against.
    """
    found: store_options.Options = await stored_row(session, store_options.with_basis, proposal.id)
    basis, options = found
    if basis is not None and exercise_id == basis.exercise_id:
        return _less(basis, sent, checks)
    if all(option.exercise_id != exercise_id for option in options):
        message = (
            "It is none of the proposal's `options`, as they are now: read them again, or move to another version."
        )
        raise InvalidInput(message, *AT, "exerciseId")
    if sent.get("per_side") or any(sent.get(name) is not None for name in BOUNDS):
        stored = {**AMOUNTS, **sent, "per_side": bool(sent.get("per_side"))}
        check_amount(stored, AT, checks)
        return stored
    return {"notes": sent.get("notes")}


def _less(basis: Basis, sent: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The amounts that are stored for less of the exercise that is done now. Faults are recorded in `checks`."""
    faults = excess(basis, sent)
    for name, message in faults:
        checks.refuse(message, *AT, API_NAMES.get(name, name))
    if sent.get("per_side") not in (None, basis.done.per_side):
        checks.refuse("It stays as it is now: leave it out.", *AT, "perSide")
    if not faults and not has_less(basis):
        checks.refuse("None of it can be less: accept another option, or decline.", *AT, "exerciseId")
    return less(basis, sent)


async def _require_planned(session: WriteSession[Viewer], enrollment: EnrollmentRow, exercise_id: UUID) -> None:
    """Raise Conflict where no version that holds today or later has an exercise."""
    if not await store_options.is_planned(session, enrollment.version_ids, exercise_id):
        message = "No version of the plan that holds today or later has the exercise: decline the proposal."
        raise Conflict(message, *AT, "id")


async def _require_room(session: WriteSession[Viewer], enrollment_id: UUID) -> None:
    """Raise Conflict where an enrollment has the most substitutions."""
    if len(await stored_row(session, store_substitutions.of_enrollments, enrollment_id)) >= rules.MAX_SUBSTITUTIONS:
        most = rules.MAX_SUBSTITUTIONS
        raise Conflict(
            f"It has {most} substitutions, which is the most: move the patient to another version.", *AT, "id"
        )


async def _decided(
    session: WriteSession[Viewer], id: UUID, status: RegressionProposalStatus, reason: str | None
) -> RegressionProposalPayload:
    """Store a decision. Returns its payload."""
    await store.decide(session, id, status.value, reason)
    return RegressionProposalPayload(proposal=await stored_row(session, store.by_ids, id))


async def _locked_substitution(
    session: WriteSession[Viewer], values: Mapping[str, Any], checks: Checks
) -> SubstitutionRow | None:
    """The substitution that the viewer ends, locked by its enrollment; None where it is refused."""
    key, if_updated_at = checks.key(values["id"], (*AT, "id")), values.get("if_updated_at")
    check_offset(if_updated_at, checks, *STALE)
    with checks.layer():
        visible: SubstitutionRow | None = await stored_row(session, store_substitutions.by_ids, key)
        if visible is None:
            raise NotFound(rules.NO_SUBSTITUTION, *AT, "id")
        require_coach(session.viewer, visible.organization_id, *AT, "id")
        await lock_enrollment(session, visible.enrollment_id)
        row: SubstitutionRow = await stored_row(session, store_substitutions.by_ids, key)
        if is_stale(if_updated_at, [row.updated_at]):
            editor = (
                None
                if row.ended_by_id is None
                else Person(row.ended_by_id, row.ended_by_name, row.ended_by_email, row.organization_id)
            )
            raise stale_edit(session.viewer, editor, row.updated_at, *STALE, substitution=row)
        if row.to_day is not None:
            refusal = Conflict(f"It ended on {row.to_day} already.", *AT, "id")
            refusal.payload = {"substitution": row}
            raise refusal
        return row
    return None
