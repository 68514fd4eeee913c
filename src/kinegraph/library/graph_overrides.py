"""The mutations of overrides."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from kinegraph.exercise.graph import ExerciseId
from kinegraph.exercise.graph_details import DetailInputs, stored_files
from kinegraph.exercise.graph_mutations import ExerciseOverrideInput
from kinegraph.exercise.rules import ExerciseRow, is_published, is_readable, stored_id
from kinegraph.exercise.rules_columns import api_name
from kinegraph.exercise.store import by_ids
from kinegraph.identity.graph import OrganizationId
from kinegraph.identity.graph_versions import (
    IF_UPDATED_AT,
    EditConflict,
    check_offset,
    conflict_field,
    is_stale,
    stale_edit,
)
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import payload, stored_row
from kinegraph.library import rules, rules_checks, store, store_overrides
from kinegraph.library.graph import EffectiveExercise

IfViewUpdatedAt = Annotated[
    datetime | None, strawberry.argument(description=f"{IF_UPDATED_AT} It is the EffectiveExercise's.")
]


@payload("The exercise as the organization sees it after the change.")
class EffectiveExercisePayload:
    exercise: EffectiveExercise | None = strawberry.field(default=None, description="The exercise as merged now.")
    conflict: EditConflict | None = conflict_field()


@strawberry.type
class Mutation:
    @mutation(
        "Change what an organization sees of a canonical exercise (coach access). Merges with what it overrode before. "
        "A value that equals the canonical one is no override: the field goes back to the canonical row."
    )
    @takes_input("The exercise, the organization, and what differs there.")
    async def upsert_exercise_override(
        self,
        info: Info,
        exercise_id: ExerciseId,
        organization_id: OrganizationId,
        overrides: Annotated[ExerciseOverrideInput, strawberry.argument(description="What differs; null clears.")],
        if_updated_at: IfViewUpdatedAt = None,
    ) -> EffectiveExercisePayload:
        sent, checks, target = given(overrides), Checks(), None
        details = DetailInputs.pop_from(sent, ("overrides",), checks)
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        values, removed = rules_checks.checked_overrides(sent, ("overrides",), checks)
        files = await stored_files(info, details)
        session = await info.context.write_session()
        with checks.layer():
            organization, row = target = await _target(session, exercise_id, organization_id)
            if row.organization_id is not None:
                raise rules_checks.OverrideTargetNotCanonical(
                    "Overrides can only target canonical exercises", "exerciseId"
                )
            await _require_current_exercise(session, (organization, row.id), if_updated_at)
            if not is_published(row):
                raise NotFound("Only published exercises can be overridden.", "exerciseId")
        with checks.layer():
            details.require_usable(files, (target[0], target[1].id) if target else None)
        checks.done()
        await details.mark_used(session, files, organization, row.id)
        values |= {api_name(name): url for name, url in details.addresses(files, info.context.address).items()}
        canonical = {name: getattr(row, rules.OVERRIDABLE_BY_KEY[name]) for name in values}
        values, equal = rules_checks.differing(values, canonical)
        if values or removed or equal:
            replaced = {name: canonical[name] for name in values}
            await store_overrides.upsert_override(session, (organization, row.id), values, replaced, [*removed, *equal])
        return await _merged(session, organization, row.id)

    @mutation("Drop what an organization overrides of a canonical exercise (coach access): all of it, or some fields.")
    @takes_input("The exercise, the organization, and what it no longer overrides.")
    async def reset_exercise_override(
        self,
        info: Info,
        exercise_id: ExerciseId,
        organization_id: OrganizationId,
        fields: Annotated[
            list[str] | None, strawberry.argument(description="Names as in customizedFields; null drops everything.")
        ] = None,
        if_updated_at: IfViewUpdatedAt = None,
    ) -> EffectiveExercisePayload:
        session, checks = await info.context.write_session(), Checks()
        names = None if fields is None else rules_checks.checked_fields(fields, checks)
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        with checks.layer():
            organization, row = await _target(session, exercise_id, organization_id)
            if row.organization_id is not None:
                message = "Cannot reset an org-custom exercise; delete it instead"
                raise rules_checks.ResetTargetNotCanonical(message, "exerciseId")
            await _require_current_exercise(session, (organization, row.id), if_updated_at)
        checks.done()
        key = (organization, row.id)
        if names is None:
            await store_overrides.reset_override(session, key)
        elif names:
            await store_overrides.upsert_override(session, key, {}, {}, names)
        return await _merged(session, organization, row.id)


async def _target(session: WriteSession[Viewer], exercise_id: str, organization_id: str) -> tuple[UUID, ExerciseRow]:
    """The organization and the exercise of an override, locked. Raises InvalidInput, NotFound and Forbidden.

    Nothing is locked for a caller who may not write it.
    """
    checks = Checks()
    organization = checks.key(organization_id, ("organizationId",))
    exercise = checks.key(stored_id(exercise_id), ("exerciseId",))
    with checks.layer():
        require_coach(session.viewer, organization, "organizationId")
    if not checks.refusals:
        await store_overrides.lock_override(session, (organization, exercise))
    row = (await by_ids(session, [exercise]))[0]
    is_shown = row is not None and (
        is_readable(session.viewer, row) if row.organization_id is None else row.deleted_at is None
    )
    if row is None or not is_shown or row.organization_id not in (None, organization):
        with checks.layer():
            raise NotFound("There is no such exercise.", "exerciseId")
    checks.done()
    assert row is not None
    return organization, row


async def _require_current_exercise(
    session: WriteSession[Viewer], key: store.ExerciseKey, if_updated_at: datetime | None
) -> None:
    """Raise StaleEdit for an edit of another version of the effective exercise, which is locked."""
    if if_updated_at is None:
        return
    exercise = await stored_row(session, store.effective, key)
    version: datetime = exercise.row.version
    if not is_stale(if_updated_at, [version]):
        return
    editor = await last_editor(session, "exercise_org_overrides", organization_id=key[0], exercise_id=key[1])
    if editor is not None and editor.updated_at != version:
        editor = None  # the canonical row was changed since
    is_deleted = exercise.row.deleted_at is not None
    raise stale_edit(session.viewer, editor, version, "ifUpdatedAt", is_deleted=is_deleted, exercise=exercise)


async def _merged(session: WriteSession, organization: UUID, exercise: UUID) -> EffectiveExercisePayload:
    return EffectiveExercisePayload(exercise=await stored_row(session, store.effective, (organization, exercise)))
