"""The mutations that decide about proposals, and that end substitutions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any  # values of an input, by name
from uuid import UUID

import strawberry

from kinegraph.enrolling.graph_safety import checked_overrides, require_present
from kinegraph.enrolling.rules import require_running
from kinegraph.enrolling.store import lock as lock_enrollment
from kinegraph.enrolling.store import owner_columns, record_overrides, touch
from kinegraph.enrollment import rules_safety, store_safety
from kinegraph.enrollment.graph import check_key
from kinegraph.enrollment.rules import ENDED, EnrollmentRow
from kinegraph.enrollment.rules_safety import Finding
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
from kinegraph.library.store import effective
from kinegraph.plan.rules_tree import AMOUNTS, API_NAMES, checked_amounts
from kinegraph.response import rules, store, store_options, store_substitutions
from kinegraph.response.graph_inputs import (
    AcceptRegressionInput,
    DeclineRegressionInput,
    EndExerciseSubstitutionInput,
    ExerciseSubstitutionPayload,
    RegressionProposalPayload,
)
from kinegraph.response.rules import RegressionProposalStatus
from kinegraph.response.rules_due import SubstitutionRow, holding
from kinegraph.response.rules_options import answer_of, capped, faults_of, unchanged_day

AT = ("input",)
STALE = (*AT, "ifUpdatedAt")
NAMES = {**API_NAMES, "exercise_id": "exerciseId", "per_side": "perSide"}
"""The names of the input, by column where they differ."""


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
        sent = checked_amounts({name: each for name, each in values.items() if each is not None}, AT, checks)
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
                await require_present(session, enrollment, (*AT, "id"))
                hurting_id, amounts = await _checked_option(session, proposal, exercise_id, sent, checks)
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
        decided = await _decided(session, proposal.id, RegressionProposalStatus.ACCEPTED, reason)
        (found,) = await store_safety.findings(session, [check_key(enrollment)])
        findings: Any = [each for each in found if each.exercise_id in (exercise_id, hurting_id)]
        decided.safety_findings = findings
        return decided

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
        "One that is to begin then never holds; what it replaced holds on. What is done again is checked as enrolling "
        "is: SAFETY_BLOCK where a condition rules it out, unless each such finding is overridden."
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
        enrollment: EnrollmentRow | None = None
        first = await store_safety.today_of(session, None, session.viewer.user.id)
        if row is not None:
            enrollment = await stored_row(session, enrollments, row.enrollment_id)
            first = enrollment.today + timedelta(days=1)
            with checks.layer():
                await require_present(session, enrollment, (*AT, "id"))
        overrides = await checked_overrides(session, values.get("overrides") or [], first, checks)
        findings: list[Finding] = []
        held, done_id = None, None
        if row is not None and enrollment is not None and not checks.refusals:
            await store_substitutions.end(session, row, enrollment.today, reason)
            held = await _held_next(session, enrollment, row)
            done_id = held.substitute_id if held is not None else row.exercise_id
            findings = await _checked_return(session, enrollment, done_id, overrides, checks)
        checks.done()
        assert row is not None and enrollment is not None and done_id is not None
        await record_overrides(session, row.enrollment_id, owner_columns(enrollment), overrides)
        await touch(session, row.enrollment_id)
        found: Any = findings
        following: Any = held
        return ExerciseSubstitutionPayload(
            substitution=await stored_row(session, store_substitutions.by_ids, row.id),
            exercise=await stored_row(session, effective, (row.organization_id, done_id)),
            next=following,
            safety_findings=found,
        )


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
) -> tuple[UUID, dict[str, Any]]:
    """The exercise that is done until now, and the amounts that are stored for an option. Faults are in `checks`.

    Raises Conflict where no day to come has the exercise of the plan, and InvalidInput for an exercise that is no
    option, or that the patient's conditions speak against.
    """
    found: store_options.Options = await stored_row(session, store_options.with_basis, proposal.id)
    basis, options = found
    if basis is None or not basis.days:
        raise Conflict("No day to come of the enrollment has the exercise: decline the proposal.", *AT, "id")
    answer = answer_of(basis, exercise_id, sent)
    if all(option.exercise_id != exercise_id for option in options):
        least = answer_of(basis, exercise_id, {})
        if exercise_id != basis.exercise_id or unchanged_day(basis, least) is None:
            message = "It is none of the proposal's `options`, as they are now: read them again, or move to another "
            raise InvalidInput(f"{message}version.", *AT, "exerciseId")
        answer, sent = least, {}
    for name, reason in faults_of(basis, answer, sent):
        checks.refuse(reason, *AT, NAMES.get(name, name))
    if not checks.refusals:
        answer = capped(basis, answer)
    amounts = {name: getattr(answer, name) for name in AMOUNTS}
    return basis.exercise_id, {**amounts, "is_halved": answer.is_halved}


async def _held_next(
    session: WriteSession[Viewer], enrollment: EnrollmentRow, row: SubstitutionRow
) -> SubstitutionRow | None:
    """The substitution of the same exercise that holds from the patient's next day on, once one has ended."""
    rows: list[SubstitutionRow] = await stored_row(session, store_substitutions.of_enrollments, row.enrollment_id)
    own = [each for each in rows if each.exercise_id == row.exercise_id]
    return holding(own, enrollment.today + timedelta(days=1))


async def _checked_return(
    session: WriteSession[Viewer],
    enrollment: EnrollmentRow,
    exercise_id: UUID,
    overrides: list[dict[str, Any]],
    checks: Checks,
) -> list[Finding]:
    """What speaks against the exercise that is done again once a substitution has ended. Faults are in `checks`."""
    first = enrollment.today + timedelta(days=1)
    (found,) = await store_safety.findings(session, [check_key(enrollment)])
    findings = [each for each in found if each.exercise_id == exercise_id]
    if overrides:
        versions = await store_safety.checked_versions(session, enrollment.version_ids)
        rules_safety.matched(findings, overrides, versions, checks)
    if enrollment.status not in ENDED:
        with checks.layer():
            rules_safety.require_overridden(findings, overrides, first)
    return findings


async def _require_room(session: WriteSession[Viewer], enrollment_id: UUID) -> None:
    """Raise Conflict where an enrollment has the most substitutions."""
    if len(await stored_row(session, store_substitutions.of_enrollments, enrollment_id)) >= rules.MAX_SUBSTITUTIONS:
        most = rules.MAX_SUBSTITUTIONS
        message = f"It has {most} substitutions, which is the most: end the enrollment, and enroll the patient anew."
        raise Conflict(message, *AT, "id")


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
