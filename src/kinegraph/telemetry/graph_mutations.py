"""The mutations by which patients' apps send telemetry: the caller's own, with their consent."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any  # values of an input and of rows, by name
from uuid import UUID

import strawberry

from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound, Path
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.patient.rules import ConsentRequired
from kinegraph.telemetry import rules, rules_checks, rules_media, rules_pose, store, store_targets
from kinegraph.telemetry.graph_inputs import (
    RecordMediaEventsInput,
    RecordPoseFramesInput,
    ReportPlaybackErrorsInput,
    TelemetryPayload,
)
from kinegraph.telemetry.rules import BatchKind

AT = ("input",)
LEVELS = {BatchKind.ERRORS: 1, BatchKind.MEDIA: 2, BatchKind.POSE: 2}
"""The consent level (TELEMETRY) that each kind needs; poses need the biometric consent too."""


@strawberry.type
class Mutation:
    @mutation(
        "Store events of videos that the caller watched, all or none: with their consent (TELEMETRY, level 2); also "
        "late, out of order and again."
    )
    async def record_media_events(
        self,
        info: Info,
        input: Annotated[RecordMediaEventsInput, strawberry.argument(description="The batch of events.")],
    ) -> TelemetryPayload:
        values, checks = given(input), Checks()
        rules_checks.check_size(len(values["events"]), rules.MAX_EVENTS, "events", checks)
        rows = rules_media.checked_events(values["events"], datetime.now(UTC), checks)
        return await _store(info, BatchKind.MEDIA, values, rows, checks, (*AT, "events"))

    @mutation(
        "Store frames of a session in which the caller's poses were measured, all or none: with their consent "
        "(TELEMETRY, level 2, and BIOMETRIC). Without it nothing of them is stored or logged."
    )
    async def record_pose_frames(
        self,
        info: Info,
        input: Annotated[RecordPoseFramesInput, strawberry.argument(description="The session, and the frames.")],
    ) -> TelemetryPayload:
        values, checks = given(input), Checks()
        rules_checks.check_size(len(values["frames"]), rules.MAX_FRAMES, "frames", checks)
        plan_exercise_id = values.get("plan_exercise_id")
        place = {
            "session_id": rules_checks.checked_uuid(values["session_id"], (*AT, "sessionId"), checks),
            "exercise_id": checks.key(values["exercise_id"], (*AT, "exerciseId")),
            "plan_exercise_id": rules_checks.checked_key(plan_exercise_id, (*AT, "planExerciseId"), checks),
        }
        rows = rules_pose.checked_frames(values, place, datetime.now(UTC), checks)
        return await _store(info, BatchKind.POSE, values, rows, checks, AT)

    @mutation(
        "Store errors of playback on the caller's device, all or none: with their consent (TELEMETRY, level 1); also "
        "late, out of order and again."
    )
    async def report_playback_errors(
        self,
        info: Info,
        input: Annotated[ReportPlaybackErrorsInput, strawberry.argument(description="The batch of errors.")],
    ) -> TelemetryPayload:
        values, checks = given(input), Checks()
        rules_checks.check_size(len(values["errors"]), rules.MAX_ERRORS, "errors", checks)
        rows = rules_media.checked_errors(values["errors"], datetime.now(UTC), checks)
        return await _store(info, BatchKind.ERRORS, values, rows, checks, (*AT, "errors"))


async def _store(
    info: Info, kind: BatchKind, values: Mapping[str, Any], rows: list[dict[str, Any]], checks: Checks, at: Path
) -> TelemetryPayload:
    """Store a batch whose entries have their places below `at`. Raises Refused, with all that `checks` has."""
    organization_id = checks.key(values["organization_id"], (*AT, "organizationId"))
    client_id = checks.text(values["client_id"], (*AT, "clientId"), rules.MAX_CLIENT_ID, lines=False, exact=True)
    session = await info.context.write_session()
    with checks.layer():
        await _require_consent(session, organization_id, kind)
    if rows:
        with checks.layer():
            await _check_targets(session, organization_id, rows, at, checks)
    if rows and kind is BatchKind.POSE:
        stored = await store.telemetry_of(session).pose_spans(organization_id, rows[0]["session_id"])
        rules_pose.check_session(stored, rows, checks)
    checks.done()
    hashed = rules.hash_of(kind, {name: value for name, value in values.items() if name != "client_id"})
    batch = rules.Batch(kind, organization_id, session.viewer.user.id, client_id, hashed, rows)
    is_new = await store.telemetry_of(session).append(batch)
    return TelemetryPayload(stored_count=len(rows) if is_new else 0, is_repeated=not is_new)


async def _require_consent(session: WriteSession[Viewer], organization_id: UUID, kind: BatchKind) -> None:
    """Raise NotFound for an organization that is not the viewer's, and ConsentRequired."""
    if session.viewer.organization(organization_id) is None:
        raise NotFound("You belong to no such organization.", *AT, "organizationId")
    consents = await store_targets.consents(session, organization_id)
    missing = []
    if consents is None or consents.consent_level < LEVELS[kind]:
        missing.append(f"TELEMETRY, level {LEVELS[kind]}")
    if kind is BatchKind.POSE and (consents is None or not consents.has_biometric_consent):
        missing.append("BIOMETRIC, level 1")
    if missing:
        needed = " and ".join(f"recordConsent ({each})" for each in missing)
        message = f"You have not consented to this: drop it, or record your consent first, by {needed}."
        raise ConsentRequired(message, *AT)


async def _check_targets(
    session: WriteSession[Viewer], organization_id: UUID, rows: Sequence[dict[str, Any]], at: Path, checks: Checks
) -> None:
    """Check that the exercises of a batch are there, and set the enrollments of its rows. Faults are in `checks`.

    All frames of a batch name the same exercise, once.
    """
    exercise_ids = list({row["exercise_id"] for row in rows})
    planned_ids = list({row["plan_exercise_id"] for row in rows if row["plan_exercise_id"] is not None})
    existing = await store_targets.exercises(session, organization_id, exercise_ids)
    day = rows[0]["occurred_at"].date()
    planned = await store_targets.planned(session, organization_id, planned_ids, day) if planned_ids else {}
    is_session = at == AT
    for index, row in enumerate(rows[:1] if is_session else rows):
        place = at if is_session else (*at, str(index))
        found = planned.get(row["plan_exercise_id"])
        if row["exercise_id"] not in existing:
            checks.refusals.append(NotFound("There is no such exercise.", *place, "exerciseId"))
        if row["plan_exercise_id"] is not None and found is None:
            message = "You are and were enrolled in no version with this exercise."
            checks.refusals.append(NotFound(message, *place, "planExerciseId"))
        elif found is not None and found.exercise_id != row["exercise_id"]:
            checks.refuse("Must be of the exercise that `exerciseId` names.", *place, "planExerciseId")
    for row in rows if is_session else ():
        planned_row = planned.get(row["plan_exercise_id"])
        row["enrollment_id"] = planned_row and planned_row.enrollment_id
