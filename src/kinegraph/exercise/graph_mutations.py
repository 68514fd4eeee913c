"""The mutations of exercises and their inputs: create, update, delete, clone. A key that is not sent is UNSET."""

from datetime import datetime
from typing import Annotated, Any  # Any: values of an input, by column
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.exercise import rules, store, store_clone
from kinegraph.exercise.graph import ExerciseId, ExercisePayload
from kinegraph.exercise.graph_columns import input_fields
from kinegraph.exercise.graph_details import (
    ContraindicationInput,
    DetailInputs,
    InstructionInput,
    named_details,
    possible_owners,
    replace_details,
    stored_files,
)
from kinegraph.exercise.rules_columns import COLUMNS, REGISTRY
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.identity.graph import OrganizationId
from kinegraph.identity.graph_inputs import takes_row
from kinegraph.identity.graph_versions import IF_UPDATED_AT, IfUpdatedAt, check_offset, is_stale, stale_edit
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks, parse_key, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, stored_row
from kinegraph.video.rules import locked_columns, require_unlocked, require_video, video_columns


@strawberry.input
@input_fields(column for column in REGISTRY if column.is_overridable)
class ExerciseValues:
    """The columns that canonical, own and overridden exercises have in common."""


@strawberry.input
class EditedExercise:
    """The exercise that is changed, and the state that it was read in."""

    id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The exercise's id, or an EffectiveExercise's."
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@strawberry.input
class UploadedFiles:
    """Files that were uploaded for an existing exercise."""

    video_upload_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="An upload for this exercise (EXERCISE_VIDEO), in place of videoUrl.",
    )
    thumbnail_upload_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="An upload for this exercise (EXERCISE_THUMBNAIL), in place of thumbnailUrl.",
    )


@strawberry.input(
    description="Fields that an organization may override. A key that is null goes back to the canonical value; "
    "one that is absent is left as it is."
)
class ExerciseOverrideInput(ExerciseValues, UploadedFiles):
    pass


@strawberry.input
@input_fields(column for column in REGISTRY if not column.is_overridable)
class ExerciseInput(ExerciseValues):
    """The values of a new exercise and of an existing one."""

    instructions: list[InstructionInput] | None = strawberry.field(
        default=UNSET, description="All of its instructions, in order; they take the place of those it has."
    )
    contraindications: list[ContraindicationInput] | None = strawberry.field(
        default=UNSET, description="All of its contraindications; they take the place of those it has."
    )
    term_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="All of the taxonomy terms that it is tagged with, of any kind."
    )


@strawberry.input(
    description="New values of an exercise. An absent key is left as it is; null clears what may be empty."
)
class UpdateExerciseInput(EditedExercise, ExerciseInput, UploadedFiles):
    pass


@strawberry.input(description="A new exercise.")
class CreateExerciseInput(ExerciseInput):
    organization_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Whose own it becomes; null or absent makes a canonical row (platform admins)."
    )
    name: str = strawberry.field(description="The name to show, 1 to 255 characters on one line.")
    slug: str | None = strawberry.field(
        default=UNSET, description="Lower-case words joined by hyphens; unique among canonical rows."
    )
    status: ExerciseStatus | None = strawberry.field(default=UNSET, description="Published where it is not given.")


@strawberry.type
class Mutation:
    @mutation("Create an exercise of an organization (coach access), or a canonical one (platform admins).")
    async def create_exercise(
        self,
        info: Info,
        input: Annotated[CreateExerciseInput, strawberry.argument(description="The new exercise.")],
    ) -> ExercisePayload:
        values = {name: value for name, value in given(input).items() if value is not None}
        checks, named = Checks(), None
        owner = values.pop("organization_id", None)
        organization_id = None if owner is None else checks.key(owner, ("input", "organizationId"))
        columns, details = _checked_input(values, checks)
        files = await stored_files(info, details)
        session = await info.context.write_session()
        with checks.layer():
            details.require_usable(files, None)
        with checks.layer():
            require_video(columns, None, ("input", "videoDurationSeconds"))
        owners = possible_owners(session.viewer)
        with checks.layer():
            rules.require_writer(session.viewer, organization_id, "input", "organizationId")
            owners = [organization_id]
        with checks.layer():
            named = await named_details(session, owners, details, files)
        with checks.layer():
            if organization_id is None and session.viewer.is_platform_admin and columns.get("slug"):
                await store.require_free_slug(session, columns["slug"])
        checks.done()
        assert named is not None
        columns |= video_columns(columns, None)
        id = await store.insert(session, {**columns, "organization_id": organization_id})
        await replace_details(session, await _lock_row(session, id), details, files, named)
        return await exercise_payload(session, id)

    @mutation("Change an exercise: an organization's own (coach access), or a canonical one (platform admins).")
    @takes_row
    async def update_exercise(
        self,
        info: Info,
        id: ExerciseId,
        input: Annotated[UpdateExerciseInput, strawberry.argument(description="Its id, and the new values.")],
        if_updated_at: IfUpdatedAt = None,
    ) -> ExercisePayload:
        checks, row, named = Checks(), None, None
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        columns, details = _checked_input(given(input), checks)
        files = await stored_files(info, details)
        session = await info.context.write_session()
        columns |= details.addresses(files, info.context.address)
        with checks.layer():
            row = await lock_edited(session, id, if_updated_at, checks, "id", "ifUpdatedAt")
        with checks.layer():
            details.require_usable(files, (row.organization_id, row.id) if row else None)
        if row is not None:
            _check_against(row, columns, details, checks)
        with checks.layer():
            owners = [row.organization_id] if row else possible_owners(session.viewer)
            named = await named_details(session, owners, details, files)
        checks.done()
        assert row is not None and named is not None
        await store.update(session, row.id, {**columns, **video_columns(columns, row.video_url)})
        await replace_details(session, row, details, files, named)
        return await exercise_payload(session, row.id)

    @mutation("Delete an exercise softly: it leaves the library; workouts that use it still show it, as discontinued.")
    @takes_input("The exercise to delete.")
    async def delete_exercise(self, info: Info, id: ExerciseId) -> DeletePayload:
        session = await info.context.write_session()
        row = await lock_writable(session, id, "id")
        await store.delete(session, row.id)
        return deleted(row.id)

    @mutation(
        "Copy an exercise, canonical or the organization's own, into the organization (coach access): its stored "
        "fields, instructions with their pictures, contraindications and tags. The copy is a draft without slug, and "
        "stands for itself: what changes in one does not change in the other. Overrides are not copied."
    )
    @takes_input("The exercise to copy, and where to.")
    async def clone_exercise(
        self,
        info: Info,
        id: ExerciseId,
        organization_id: OrganizationId,
        name: Annotated[str | None, strawberry.argument(description="The copy's name; the source's if null.")] = None,
    ) -> ExercisePayload:
        session, checks = await info.context.write_session(), Checks()
        organization = checks.key(organization_id, ("organizationId",))
        source = checks.key(rules.stored_id(id), ("id",))
        owners = session.viewer.coached()
        with checks.layer():
            require_coach(session.viewer, organization, "organizationId")
            owners = [organization]
        named = None if name is None else checks.text(name, ("name",), COLUMNS["name"].max_length, lines=False)
        with checks.layer():
            if fault := rules.reference_fault((await store.by_ids(session, [source]))[0], owners, "id"):
                raise fault
        checks.done()
        copy_id = await store_clone.clone(session, source, organization, named)
        if copy_id is None:
            raise rules.ExerciseNotAvailable("The exercise was discontinued meanwhile; choose another.", "id")
        return await exercise_payload(session, copy_id)


def _checked_input(values: dict[str, Any], checks: Checks) -> tuple[dict[str, Any], DetailInputs]:
    """Check an input, and return its columns and its details. Faults are recorded in `checks`."""
    details = DetailInputs.pop_from(values, ("input",), checks)
    rules.refuse_lists_and_texts(values, ("input",), checks)
    return rules.checked(values, ("input",), checks), details


def _check_against(row: rules.ExerciseRow, columns: dict[str, Any], details: DetailInputs, checks: Checks) -> None:
    """Check an input's values against the exercise that is stored. Faults are recorded in `checks`."""
    with checks.layer():
        rules.require_move(row.status, columns.get("status") or row.status, "input", "status")
    with checks.layer():
        require_video(columns, row.video_url, ("input", "videoDurationSeconds"))
    with checks.layer():
        require_unlocked(row, columns, details.path_of(locked_columns(columns)))


async def lock_edited(
    session: WriteSession[Viewer], id: str, if_updated_at: datetime | None, checks: Checks, *path: str
) -> rules.ExerciseRow | None:
    """Lock the exercise that the viewer wants to write, and return it. An edit of another version is a fault.

    The last two names of `path` are those of the id and of the version, the ones before lead to both.

    None where it was deleted since that version. Raises NotFound and Forbidden.
    """
    key = None if if_updated_at is None else parse_key(rules.stored_id(id))
    if key is not None:
        await store.lock(session, key)
        row: Any = await stored_row(session, store.by_ids, key)
        if row is not None and is_stale(if_updated_at, [row.updated_at]) and rules.is_edited_by(session.viewer, row):
            editor, is_deleted = await last_editor(session, "exercises", id=key), row.deleted_at is not None
            at, stored = (*path[:-2], path[-1]), {"exercise": row}
            refusal = stale_edit(session.viewer, editor, row.updated_at, *at, is_deleted=is_deleted, **stored)
            checks.refusals.append(refusal)
            if is_deleted:
                return None
    return await lock_writable(session, id, *path[:-1])


async def lock_writable(session: WriteSession[Viewer], id: str, *path: str) -> rules.ExerciseRow:
    """Lock the exercise that the viewer wants to write, and return it. Raises NotFound and Forbidden."""
    key = require_key(rules.stored_id(id), *path)
    exercise = (await store.by_ids(session, [key]))[0]
    if exercise is None or not rules.is_visible(session.viewer, exercise):
        raise NotFound("There is no such exercise.", *path)
    rules.require_writer(session.viewer, exercise.organization_id, *path)
    return await _lock_row(session, key, *path)


async def _lock_row(session: WriteSession, id: UUID, *path: str) -> rules.ExerciseRow:
    row = await store.lock(session, id)
    if row is None:
        raise NotFound("The exercise was deleted meanwhile.", *path)
    return row


async def exercise_payload(session: WriteSession, id: UUID) -> ExercisePayload:
    """The payload of a mutation that wrote this exercise: the row as it is stored now."""
    return ExercisePayload(exercise=await stored_row(session, store.by_ids, id))
