"""The mutations that pause, resume and end enrollments, and the lock that all changes of an enrollment take."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any  # values of an input and of a payload, by name
from uuid import UUID

import strawberry

from kinegraph.enrolling import rules, store
from kinegraph.enrolling.graph import (
    PAST,
    REASON,
    TODAY,
    EnrollmentPayload,
    PauseEnrollmentInput,
    ResumeEnrollmentInput,
)
from kinegraph.enrolling.graph_safety import require_present
from kinegraph.enrollment.graph import EnrollmentId
from kinegraph.enrollment.rules import ENDED, EnrollmentRow, EnrollmentStatus
from kinegraph.enrollment.rules_calendar import Pause, pause_on
from kinegraph.enrollment.rules_safety import Finding
from kinegraph.enrollment.store import by_ids, pauses_of
from kinegraph.identity.graph_versions import IfUpdatedAt, check_offset, is_stale, stale_edit
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, NotFound, Path
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import stored_row
from kinegraph.patient.store_writing import lock_logs
from kinegraph.plan.store import discontinued_of

AT = ("input",)
ACTIVE, PAUSED = EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED


@strawberry.type
class Mutation:
    @mutation(
        "Set the status of an enrollment from a day on (coach access). PAUSED opens a pause, ACTIVE ends it; COMPLETED "
        "and CANCELLED end the enrollment, and nothing follows them."
    )
    @takes_input("The enrollment, its new status, and from when on.")
    async def set_enrollment_status(
        self,
        info: Info,
        id: EnrollmentId,
        status: Annotated[EnrollmentStatus, strawberry.argument(description="The new status.")],
        on: Annotated[
            date | None,
            strawberry.argument(
                description=f"The first day for which it counts; if null {TODAY}. {PAST}; an end is not before the "
                "start, and at the latest a day after that, and the status is the present one until then."
            ),
        ] = None,
        reason: Annotated[str | None, strawberry.argument(description=REASON)] = None,
        if_updated_at: IfUpdatedAt = None,
    ) -> EnrollmentPayload:
        checks = Checks()
        key, if_updated_at = changed({"id": id, "if_updated_at": if_updated_at}, checks, ())
        why = rules.checked_reason(reason, ("reason",), checks)
        session = await info.context.write_session()
        row = await locked(session, key, if_updated_at, (), checks, is_end=status in ENDED)
        if row is not None:
            with checks.layer():
                rules.require_following(row, status, ("status",))
                if status is PAUSED:
                    await _pause(session, row, (on, None), why, ("on",), checks)
                elif status is ACTIVE:
                    await _resume(session, row, on, why, ("on",), checks)
                else:
                    await _end(session, row, status, on, why, checks)
        checks.done()
        return await written(session, key)

    @mutation("Pause an enrollment (coach access): on days that are over, from today on, or on days to come.")
    async def pause_enrollment(
        self,
        info: Info,
        input: Annotated[PauseEnrollmentInput, strawberry.argument(description="The enrollment, and the days.")],
    ) -> EnrollmentPayload:
        values, checks = given(input), Checks()
        key, if_updated_at = changed(values, checks)
        why = rules.checked_reason(values.get("reason"), (*AT, "reason"), checks)
        session = await info.context.write_session()
        row = await locked(session, key, if_updated_at, AT, checks)
        if row is not None:
            days = values.get("from_day"), values.get("to_day")
            await _pause(session, row, days, why, (*AT, "from"), checks)
        checks.done()
        return await written(session, key)

    @mutation("End a pause of an enrollment (coach access), or take one back that is to come.")
    async def resume_enrollment(
        self,
        info: Info,
        input: Annotated[ResumeEnrollmentInput, strawberry.argument(description="The enrollment, and the day.")],
    ) -> EnrollmentPayload:
        values, checks = given(input), Checks()
        key, if_updated_at = changed(values, checks)
        why = rules.checked_reason(values.get("reason"), (*AT, "reason"), checks)
        session = await info.context.write_session()
        row = await locked(session, key, if_updated_at, AT, checks)
        if row is not None:
            with checks.layer():
                await _resume(session, row, values.get("on"), why, (*AT, "on"), checks)
        checks.done()
        return await written(session, key)


def changed(values: Mapping[str, Any], checks: Checks, at: Path = AT) -> tuple[UUID, datetime | None]:
    """The id and the version of the enrollment that is changed. Faults are recorded in `checks`."""
    if_updated_at: datetime | None = values.get("if_updated_at")
    check_offset(if_updated_at, checks, *at, "ifUpdatedAt")
    return checks.key(values["id"], (*at, "id")), if_updated_at


async def locked(
    session: WriteSession[Viewer],
    key: UUID,
    if_updated_at: datetime | None,
    at: Path,
    checks: Checks,
    *,
    is_end: bool = False,
) -> EnrollmentRow | None:
    """A running enrollment that the viewer may change, locked. Faults are recorded in `checks`.

    That of a patient who has left the organization can be ended, and not changed otherwise. An end waits for the logs
    of the patient, which may open proposals, and these wait for it.
    """
    with checks.layer():
        visible: EnrollmentRow | None = await stored_row(session, by_ids, key)
        if visible is None:
            raise NotFound(rules.NO_ENROLLMENT, *at, "id")
        require_coach(session.viewer, visible.organization_id, *at, "id")
        if is_end:
            await lock_logs(session, [(visible.organization_id, visible.patient_id)])
        await store.lock(session, key)
        row: EnrollmentRow = await stored_row(session, by_ids, key)
        with checks.layer():
            if is_stale(if_updated_at, [row.updated_at]):
                editor = await last_editor(session, "enrollments", id=key)
                stale = (*at, "ifUpdatedAt")
                raise stale_edit(session.viewer, editor, row.updated_at, *stale, enrollment=row)
        rules.require_running(row, (*at, "id"))
        if not is_end:
            await require_present(session, row, (*at, "id"))
        return row
    return None


async def written(
    session: WriteSession[Viewer], id: UUID, findings: Sequence[Finding] = (), assigned: UUID | None = None
) -> EnrollmentPayload:
    """The payload of an enrollment as it is stored now, and of the version that was assigned, if one was."""
    row: Any = await stored_row(session, by_ids, id)
    found: Any = list(findings)
    gone: Any = [] if assigned is None else await discontinued_of(session, assigned)
    return EnrollmentPayload(enrollment=row, safety_findings=found, discontinued=gone)


async def _pauses(session: WriteSession, id: UUID) -> list[Pause]:
    return [(row.from_day, row.to_day) for row in await stored_row(session, pauses_of, id)]


async def _pause(
    session: WriteSession[Viewer],
    row: EnrollmentRow,
    days: tuple[date | None, date | None],
    reason: str | None,
    path: Path,
    checks: Checks,
) -> None:
    """Store a pause, unless `checks` has faults. It begins today where no day is sent."""
    first = rules.checked_day(days[0], row, path, checks)
    rules.check_pause(first, days[1], await _pauses(session, row.id), path, checks)
    if not checks.refusals:
        await store.pause(session, row, first, days[1])
        await _record(session, row, (ACTIVE, PAUSED), first, reason)


async def _resume(
    session: WriteSession[Viewer], row: EnrollmentRow, on: date | None, reason: str | None, path: Path, checks: Checks
) -> None:
    """End the pause in which a day lies, unless `checks` has faults. Raises Conflict where it is not paused."""
    day = rules.checked_day(on, row, path, checks)
    if checks.refusals:
        return
    if pause_on(await _pauses(session, row.id), day) is None:
        raise Conflict(f"It is not paused on {day}; `pauses` has the days.", *path)
    await store.resume(session, row.id, day)
    await _record(session, row, (PAUSED, ACTIVE), day, reason)


async def _end(
    session: WriteSession[Viewer],
    row: EnrollmentRow,
    status: EnrollmentStatus,
    on: date | None,
    reason: str | None,
    checks: Checks,
) -> None:
    """Complete or cancel an enrollment, unless `checks` has faults."""
    day = rules.checked_end(on, row, ("on",), checks)
    if not checks.refusals:
        await store.end(session, row, status.value, day)
        await _record(session, row, (EnrollmentStatus(row.status), status), day, reason)


async def _record(
    session: WriteSession[Viewer],
    row: EnrollmentRow,
    statuses: tuple[EnrollmentStatus, EnrollmentStatus],
    day: date,
    reason: str | None,
) -> None:
    """Record a change of status."""
    values = (statuses[0].value, statuses[1].value)
    versions = row.last_version_id, row.last_version_id
    await store.record_move(session, row.id, store.owner_columns(row), values, versions, day, reason)
    await store.touch(session, row.id)
