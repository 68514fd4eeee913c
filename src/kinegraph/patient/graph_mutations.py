"""The mutations of patients: their calendar and language, their consents, their conditions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any  # values of an input and of a payload, by name
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph_versions import (
    IF_UPDATED_AT,
    EditConflict,
    check_offset,
    conflict_field,
    is_stale,
    stale_edit,
)
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import members
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, NotFound, Refused
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import payload, stored_row
from kinegraph.layers.graph_safety import condition_keys
from kinegraph.layers.rules_safety import MAX_CONDITIONS
from kinegraph.patient import rules, store, store_writing
from kinegraph.patient.graph import Patient

AT, STALE = ("input",), ("input", "ifUpdatedAt")


@strawberry.input
class PatientInput:
    """The fields of an input that identify a patient."""

    organization_id: strawberry.ID = strawberry.field(description="An organization of the caller's.")
    patient_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="The user who is the patient, in an organization that the caller coaches; null: the caller.",
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@strawberry.input(description="New values of a patient. An absent key is left as it is; none may be null.")
class UpdatePatientInput(PatientInput):
    time_zone: str | None = strawberry.field(
        default=UNSET, description="A time zone of the IANA database, such as Asia/Jerusalem; case does not count."
    )
    language: rules.Language | None = strawberry.field(default=UNSET, description="The language in which they read.")


@strawberry.input(description="A consent that a patient gives or withdraws.")
class RecordConsentInput(PatientInput):
    kind: rules.ConsentKind = strawberry.field(description="The data that it is about.")
    level: int = strawberry.field(
        description="TELEMETRY: 0 to 3; BIOMETRIC, CONDITIONS: 0 or 1. 0 withdraws it; the conditions are then "
        "deleted. For a patient, at most the level that they last chose themselves, if they did."
    )


@strawberry.input(description="All conditions of a patient, in place of those that are stored.")
class SetPatientConditionsInput(PatientInput):
    conditions: list[str] = strawberry.field(
        description=f"At most {MAX_CONDITIONS}: keys or synonyms (contraindicationConditions); none deletes them."
    )


@payload("The patient that was written.")
class PatientPayload:
    patient: Patient | None = strawberry.field(default=None, description="The patient as stored now.")
    conflict: EditConflict | None = conflict_field()


@strawberry.type
class Mutation:
    @mutation("Set a patient's time zone and language: the patient, or a coach for them.")
    async def update_patient(
        self,
        info: Info,
        input: Annotated[UpdatePatientInput, strawberry.argument(description="The patient, and the new values.")],
    ) -> PatientPayload:
        values, checks = given(input), Checks()
        columns: dict[str, Any] = {name: values[name] for name in ("time_zone", "language") if name in values}
        for name, value in columns.items():
            if value is None:
                path = "timeZone" if name == "time_zone" else name
                checks.refuse("Must not be null; leave it out to keep it as it is.", *AT, path)
        key = _checked_key(values, checks)
        session = await info.context.write_session()
        if columns.get("time_zone") is not None:
            existing = await store_writing.time_zones(session)
            columns["time_zone"] = rules.checked_time_zone(columns["time_zone"], existing, (*AT, "timeZone"), checks)
        return await _write(session, key, values, checks, columns)

    @mutation(
        "Record that a patient gives or withdraws a consent: the patient, or a coach for them, which is shown. Once a "
        "patient has chosen a level themselves, others may lower it, and only the patient raises it again "
        "(CONSENT_REQUIRED). Recording again what one has recorded already changes nothing."
    )
    async def record_consent(
        self,
        info: Info,
        input: Annotated[RecordConsentInput, strawberry.argument(description="The patient, and the consent.")],
    ) -> PatientPayload:
        values, checks = given(input), Checks()
        kind = rules.ConsentKind(values["kind"])
        level = rules.checked_level(kind, values["level"], (*AT, "level"), checks)
        key = _checked_key(values, checks)
        session = await info.context.write_session()
        return await _write(session, key, values, checks, rules.consent_columns(kind, level), (kind, level))

    @mutation("Set a patient's conditions, with their consent: the patient, or a coach for them.")
    async def set_patient_conditions(
        self,
        info: Info,
        input: Annotated[SetPatientConditionsInput, strawberry.argument(description="The patient, and all of them.")],
    ) -> PatientPayload:
        values, checks, conditions = given(input), Checks(), list[str]()
        key = _checked_key(values, checks)
        session = await info.context.write_session()
        organization_id = key[0] if session.viewer.organization(key[0]) is not None else None
        with checks.layer():
            conditions = [*await condition_keys(info, organization_id, values["conditions"], *AT, "conditions")]
        return await _write(session, key, values, checks, {"conditions": conditions})


def _checked_key(values: Mapping[str, Any], checks: Checks) -> tuple[UUID, UUID | None]:
    """The ids of the organization and of the patient (None: the caller). Faults are recorded in `checks`."""
    check_offset(values.get("if_updated_at"), checks, *STALE)
    organization_id = checks.key(values["organization_id"], (*AT, "organizationId"))
    patient_id = values.get("patient_id")
    return organization_id, None if patient_id is None else checks.key(patient_id, (*AT, "patientId"))


async def _write(
    session: WriteSession[Viewer],
    sent: tuple[UUID, UUID | None],
    values: Mapping[str, Any],
    checks: Checks,
    columns: Mapping[str, Any],
    consent: tuple[rules.ConsentKind, int] | None = None,
) -> PatientPayload:
    """Store columns of a patient, and the consent that they follow from. Raises Refused, with all that `checks` has."""
    key = sent[0], sent[1] or session.viewer.user.id
    stored: rules.PatientRow | None = None
    with checks.layer():
        stored = await _locked(session, key, values.get("if_updated_at"))
    if stored is not None and columns.get("conditions") and not stored.has_conditions_consent:
        message = "The patient has not consented to this: record it first, by recordConsent (CONDITIONS, level 1)."
        checks.refusals.append(rules.ConsentRequired(message, *AT, "conditions"))
    checks.done()
    id = await store_writing.lock(session, key)
    if consent is not None:
        with checks.layer():
            is_new = await _is_new(session, key, consent)
        checks.done()
        if is_new:
            await store_writing.record_consent(session, key, *consent)
    await store_writing.update(session, id, columns)
    return PatientPayload(patient=await stored_row(session, store.by_keys, key))


async def _locked(
    session: WriteSession[Viewer], key: rules.PatientKey, if_updated_at: datetime | None
) -> rules.PatientRow:
    """The patient as stored now, locked. Raises NotFound, Refused, InvalidInput and StaleEdit."""
    stranger = NotFound("The organization has no such member, or you do not coach them.", *AT, "patientId")
    if session.viewer.organization(key[0]) is None:
        existing = {session.viewer.user.id, *await members(session, session.viewer.coached(), [key[1]])}
        foreign = NotFound("You belong to no such organization.", *AT, "organizationId")
        raise Refused([foreign] if key[1] in existing else [foreign, stranger])
    visible: rules.PatientRow | None = await stored_row(session, store.by_keys, key)
    if visible is None:
        raise stranger
    if visible.updated_at is None:
        if if_updated_at is not None and if_updated_at.tzinfo is not None:
            raise InvalidInput("Nothing is stored yet that it could be the version of; leave it out.", *STALE)
        return visible
    id = await store_writing.lock(session, key)
    stored: rules.PatientRow = await stored_row(session, store.by_keys, key)
    assert stored.updated_at is not None
    if is_stale(if_updated_at, [stored.updated_at]):
        editor = await last_editor(session, "patients", id=id)
        raise stale_edit(session.viewer, editor, stored.updated_at, *STALE, patient=stored)
    return stored


async def _is_new(session: WriteSession[Viewer], key: rules.PatientKey, consent: tuple[rules.ConsentKind, int]) -> bool:
    """True if a consent is to be recorded: it differs from the one that holds, or is the first choice of its recorder.

    What others have recorded is confirmed by the patient once. Raises ConsentRequired where somebody else records more
    than the patient chose, or than was recorded since.
    """
    kind, level = consent
    before = await store_writing.decisions(session, key, kind)
    is_patient = session.viewer.user.id == key[1]
    if not is_patient and before.most_by_others is not None and level > before.most_by_others:
        raise rules.ConsentRequired(_chosen(before), *AT, "level")
    stored: rules.PatientRow = await stored_row(session, store.by_keys, key)
    held = int(getattr(stored, rules.COLUMNS[kind]))
    return held != level or before.last_by is None or (is_patient and before.last_by != key[1])


def _chosen(before: rules.DecisionsRow) -> str:
    if before.most_by_others != before.own_level:
        chosen = f"chose level {before.own_level}, and level {before.most_by_others} was recorded for them since"
    elif before.own_level == 0:
        chosen = "refused this consent, or withdrew it, themselves"
    else:
        chosen = f"chose level {before.own_level} themselves"
    return f"The patient {chosen}: only they may raise it, with their own account."
