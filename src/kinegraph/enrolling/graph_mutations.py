"""The mutations that enroll patients, move them to other versions, and override findings."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any  # values of an input and of a payload, by name
from uuid import UUID

import strawberry

from kinegraph.enrolling import rules, rules_moves, store
from kinegraph.enrolling.graph import (
    EnrollmentPayload,
    EnrollPatientInput,
    MoveEnrollmentInput,
    OverrideEnrollmentFindingsInput,
)
from kinegraph.enrolling.graph_changes import AT, changed, locked, written
from kinegraph.enrolling.graph_safety import checked_overrides, checked_safety
from kinegraph.enrollment import rules_safety, store_blocks, store_safety
from kinegraph.enrollment.graph import check_key
from kinegraph.enrollment.rules import EnrollmentRow, EnrollmentStatus
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.identity.store import members
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import stored_row
from kinegraph.patient import store_writing as store_patients
from kinegraph.plan import store as store_plans
from kinegraph.plan.rules import NO_PLAN, PlanArchived, PlanRow, PlanStatus, VersionRow


@strawberry.type
class Mutation:
    @mutation(
        "Enroll a patient in a plan (coach access), in the version that was published last. Where a condition of the "
        "patient rules an exercise of it out, it is refused as SAFETY_BLOCK, unless each such finding is overridden."
    )
    async def enroll_patient(
        self,
        info: Info,
        input: Annotated[EnrollPatientInput, strawberry.argument(description="Who, in what, and from when.")],
    ) -> EnrollmentPayload:
        values, checks, plan = given(input), Checks(), None
        plan_id, patient_id = (checks.key(values[f"{name}_id"], (*AT, f"{name}Id")) for name in ("plan", "patient"))
        session = await info.context.write_session()
        with checks.layer():
            plan = await _enrollable(session, plan_id)
        owners = [plan.organization_id] if plan else session.viewer.coached()
        with checks.layer():
            await _require_member(session, owners, patient_id)
        today = await store_safety.today_of(session, plan.organization_id if plan else None, patient_id)
        starts_on: date = values["starts_on"]
        rules.check_start(starts_on, today, checks)
        first = max(today, starts_on)
        overrides = await checked_overrides(session, values.get("overrides") or [], first, checks)
        version_id = plan.current_version_id if plan else None
        findings: list[rules_safety.Finding] = []
        if plan is not None and version_id is not None and not checks.refusals:
            with checks.layer():
                await _require_none_running(session, plan_id, patient_id)
            rules.check_after_earlier(starts_on, await store.ended_on(session, plan_id, patient_id), checks)
            key = plan.organization_id, patient_id, None, (version_id,)
            findings = await checked_safety(session, key, overrides, first, checks)
        checks.done()
        assert plan is not None and version_id is not None
        id = await _enroll(session, plan, version_id, patient_id, starts_on)
        of = {"organization_id": plan.organization_id, "patient_id": patient_id}
        await store.record_overrides(session, id, of, overrides)
        return await written(session, id, findings, version_id)

    @mutation(
        "Move a patient to another version of their plan from a day on (coach access). It is checked as enrolling is. "
        "Days that are over, and logs, stay as they are; moves that are to come from the day on are replaced."
    )
    async def move_enrollment(
        self,
        info: Info,
        input: Annotated[MoveEnrollmentInput, strawberry.argument(description="The enrollment, and the version.")],
    ) -> EnrollmentPayload:
        values, checks = given(input), Checks()
        key, if_updated_at = changed(values, checks)
        reason = rules.checked_reason(values.get("reason"), (*AT, "reason"), checks)
        numbered = _checked_version(values, checks)
        session = await info.context.write_session()
        row = await locked(session, key, if_updated_at, AT, checks)
        version = await _version_of(session, row, numbered, checks)
        day = None if row is None else rules.checked_move(values.get("from_day"), row, (*AT, "from"), checks)
        if row is not None and version is not None and day is not None and not checks.refusals:
            with checks.layer():
                held = await store.held_versions(session, row.id)
                rules_moves.require_movable(held, version.id, day, row.today, AT)
        first = day or await store_safety.today_of(session, None, key)
        overrides = await checked_overrides(session, values.get("overrides") or [], first, checks)
        findings: list[rules_safety.Finding] = []
        if row is not None and version is not None and not checks.refusals:
            of_version = row.organization_id, row.patient_id, row.id, (version.id,)
            findings = await checked_safety(session, of_version, overrides, first, checks)
            findings += await store_blocks.lasting(session, row.id, version.id)
        checks.done()
        assert row is not None and version is not None and day is not None
        await store.hold(session, row, version.id, day)
        statuses, versions = (row.status, row.status), (row.last_version_id, version.id)
        await store.record_move(session, row.id, store.owner_columns(row), statuses, versions, day, reason)
        await store.record_overrides(session, row.id, store.owner_columns(row), overrides)
        await store.touch(session, row.id)
        return await written(session, row.id, findings, version.id)

    @mutation("Override findings of an enrollment, each with a reason and an end (coach access). The findings stay.")
    async def override_enrollment_findings(
        self,
        info: Info,
        input: Annotated[
            OverrideEnrollmentFindingsInput, strawberry.argument(description="The enrollment, and the overrides.")
        ],
    ) -> EnrollmentPayload:
        values, checks = given(input), Checks()
        key, if_updated_at = changed(values, checks)
        if not values["overrides"]:
            checks.refuse("Must have at least one entry.", *rules_safety.AT)
        session = await info.context.write_session()
        row = await locked(session, key, if_updated_at, AT, checks)
        first = max(row.today, row.starts_on) if row else await store_safety.today_of(session, None, key)
        overrides = await checked_overrides(session, values["overrides"], first, checks)
        if row is not None and not checks.refusals:
            (findings,) = await store_safety.findings(session, [check_key(row)])
            checked = await store_safety.checked_versions(session, row.version_ids)
            rules_safety.matched(findings, overrides, checked, checks)
            rules_safety.check_reach(findings, overrides, row.starts_on, first, checks)
        checks.done()
        assert row is not None
        await store.record_overrides(session, row.id, store.owner_columns(row), overrides)
        await store.touch(session, row.id)
        (findings,) = await store_safety.findings(session, [check_key(row)])
        return await written(session, row.id, findings)


async def _enrollable(session: WriteSession[Viewer], plan_id: UUID) -> PlanRow:
    """A plan in which the viewer may enroll patients, locked. Raises NotFound, Forbidden and PlanNotPublished."""
    path = (*AT, "planId")
    if await stored_row(session, store_plans.by_ids, plan_id) is None:
        raise NotFound(NO_PLAN, *path)
    await store.lock_plan(session, plan_id)
    plan: PlanRow | None = await stored_row(session, store_plans.by_ids, plan_id)
    if plan is None:
        raise NotFound(NO_PLAN, *path)
    require_coach(session.viewer, plan.organization_id, *path)
    if plan.status == PlanStatus.ARCHIVED:
        raise PlanArchived("The plan is archived: nobody is newly enrolled in it. Restore it, or use another.", *path)
    if plan.current_version_id is None:
        raise rules.PlanNotPublished("The plan has no version yet: publish it first (publishTreatmentPlan).", *path)
    return plan


async def _require_member(session: WriteSession, organization_ids: list[UUID], patient_id: UUID) -> None:
    """Raise NotFound where a user belongs to none of the organizations; where there are none, nothing is said."""
    if organization_ids and patient_id not in await members(session, organization_ids, [patient_id]):
        raise NotFound("The organization has no such member.", *AT, "patientId")


async def _require_none_running(session: WriteSession[Viewer], plan_id: UUID, patient_id: UUID) -> None:
    """Raise Conflict where the patient has a running enrollment in the plan."""
    if await store.has_running(session, plan_id, patient_id):
        raise _is_running()


def _is_running() -> Conflict:
    message = "The patient has a running enrollment in this plan: move it to another version, or end it first."
    return Conflict(message, *AT, "patientId")


async def _enroll(
    session: WriteSession[Viewer], plan: PlanRow, version_id: UUID, patient_id: UUID, starts_on: date
) -> UUID:
    """Store an enrollment, its first version and its first move. Raises Conflict where another one was faster."""
    owner = {"organization_id": plan.organization_id, "patient_id": patient_id}
    values = {**owner, "plan_id": plan.id, "version_id": version_id, "starts_on": starts_on}
    id = await store.insert(session, values)
    if id is None:
        await _require_none_running(session, plan.id, patient_id)
        raise _is_running()
    await store_patients.add(session, plan.organization_id, patient_id)
    await store.insert_version(session, id, owner, plan.id, version_id, starts_on)
    status = EnrollmentStatus.ACTIVE.value
    await store.record_move(session, id, owner, (None, status), (None, version_id), starts_on, None)
    return id


def _checked_version(values: Mapping[str, Any], checks: Checks) -> tuple[UUID | None, int | None]:
    """The id and the number of the version that were sent. Faults are recorded in `checks`."""
    id, number = values.get("version_id"), values.get("version_number")
    if number is not None:
        checks.whole(number, (*AT, "versionNumber"), 1, 2**31 - 1)
    return None if id is None else checks.key(id, (*AT, "versionId")), number


async def _version_of(
    session: WriteSession[Viewer], row: EnrollmentRow | None, sent: tuple[UUID | None, int | None], checks: Checks
) -> VersionRow | None:
    """A version of the enrollment's plan, by its id or number; without both the last one. Faults are recorded.

    Where the enrollment was refused (None), it may be of any plan that the viewer sees.
    """
    (id, number), found = sent, None
    if id is not None:
        found = await stored_row(session, store_plans.versions, id)
        if found is None or (row is not None and found.plan_id != row.plan_id):
            _refuse_version("versionId", checks)
            return None
        if number not in (None, found.number):
            checks.refuse("It is the number of another version: send versionId or versionNumber.", *AT, "versionNumber")
    elif row is not None and number is not None:
        if 0 < number < 2**31:
            found = await stored_row(session, store_plans.numbered_versions, (row.plan_id, number))
        if found is None:
            _refuse_version("versionNumber", checks)
    elif row is not None:
        plan: PlanRow = await stored_row(session, store_plans.by_ids, row.plan_id)
        found = await stored_row(session, store_plans.versions, plan.current_version_id)
    return found


def _refuse_version(name: str, checks: Checks) -> None:
    with checks.layer():
        raise NotFound("The plan of the enrollment has no such version.", *AT, name)
