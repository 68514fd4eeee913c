"""The mutations of treatment plans: creating, changing, copying, publishing, archiving and deleting one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any  # values of an input, by name
from uuid import UUID

import strawberry

from kinegraph.exercise.store import by_ids as exercises_by_ids
from kinegraph.identity.graph_inputs import takes_row
from kinegraph.identity.graph_versions import IfUpdatedAt, check_offset, is_stale, stale_edit
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, stored_row
from kinegraph.plan import rules, rules_tree, store, store_tree, store_versions
from kinegraph.plan.graph import PlanId
from kinegraph.plan.graph_details import (
    CreateTreatmentPlanInput,
    DuplicateTreatmentPlanInput,
    PublishPlanPayload,
    TreatmentPlanPayload,
    UpdateTreatmentPlanInput,
)

Reason = Annotated[
    str | None, strawberry.argument(description="Why, in the clinician's words; at most 2,000 characters.")
]


@strawberry.type
class Mutation:
    @mutation("Create a treatment plan, with its sessions in the same transaction (coach access). It is a draft.")
    async def create_treatment_plan(
        self,
        info: Info,
        input: Annotated[CreateTreatmentPlanInput, strawberry.argument(description="The new plan.")],
    ) -> TreatmentPlanPayload:
        values, checks, at = given(input), Checks(), ("input",)
        session = await info.context.write_session()
        organization_id = checks.key(values.pop("organization_id"), (*at, "organizationId"))
        with checks.layer():
            require_coach(session.viewer, organization_id, *at, "organizationId")
        coached = None if checks.refusals else [organization_id]
        sent = values.pop("sessions", None) or []
        columns = rules.checked_columns(values, at, checks)
        tree = rules_tree.checked_tree(sent, _weeks(columns), (*at, "sessions"), checks)
        await check_against_stored(session, tree, rules_tree.Tree(), coached, checks)
        checks.done()
        author = {"organization_id": organization_id, "author_id": session.viewer.user.id}
        id = await store_tree.insert(session, {**columns, **author})
        await store_tree.write(session, id, organization_id, rules_tree.changes(tree.tree, rules_tree.Tree()))
        return await written(session, id)

    @mutation(
        "Change a treatment plan's working copy (coach access): its values, and all its sessions where they are sent. "
        "No version changes by it."
    )
    @takes_row
    async def update_treatment_plan(
        self,
        info: Info,
        id: PlanId,
        input: Annotated[UpdateTreatmentPlanInput, strawberry.argument(description="Its id, and the new values.")],
        if_updated_at: IfUpdatedAt = None,
    ) -> TreatmentPlanPayload:
        values, checks, plan, tree = given(input), Checks(), None, None
        key = checks.key(id, ("id",))
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        session = await info.context.write_session()
        with checks.layer():
            edit = await lock_edited_plan(session, key, "id", if_updated_at=if_updated_at)
            plan = edit.plan
            await require_current_plan(session, edit, if_updated_at, "ifUpdatedAt")
            rules.require_not_archived(plan, "id")
        columns = rules.checked_columns(values, ("input",), checks)
        stored = await store_tree.current_tree(session, plan.id) if plan else rules_tree.Tree()
        if values.get("sessions") is not None:
            weeks = _weeks(columns, plan)
            tree = rules_tree.checked_tree(values["sessions"], weeks, ("input", "sessions"), checks)
            await check_against_stored(session, tree, stored if plan else None, _owners(plan), checks)
        elif "sessions" in values:
            checks.refuse("Must not be null; leave it out to retain the sessions.", "input", "sessions")
        elif "weeks" in columns:
            rules_tree.check_shortened(stored, columns["weeks"], ("input", "weeks"), checks)
        checks.done()
        assert plan is not None
        await store_tree.update(session, plan.id, columns)
        if tree is not None:
            await store_tree.write(session, plan.id, plan.organization_id, rules_tree.changes(tree.tree, stored))
        return await written(session, plan.id)

    @mutation(
        "Copy a treatment plan's working copy to a new draft of the same organization (coach access). The copy stands "
        "for itself."
    )
    async def duplicate_treatment_plan(
        self,
        info: Info,
        input: Annotated[
            DuplicateTreatmentPlanInput, strawberry.argument(description="The plan, and the copy's title.")
        ],
    ) -> TreatmentPlanPayload:
        checks, plan, values = Checks(), None, given(input)
        key = checks.key(values["plan_id"], ("input", "planId"))
        titled = {"title": values["title"]} if values.get("title") is not None else {}
        columns = rules.checked_columns(titled, ("input",), checks)
        session = await info.context.write_session()
        with checks.layer():
            plan = (await lock_edited_plan(session, key, "input", "planId")).plan
        checks.done()
        assert plan is not None
        title = columns.get("title") or rules.copied_title(plan.title)
        return await written(session, await store_tree.duplicate(session, plan, {"title": title}))

    @mutation(
        "Publish a treatment plan's working copy as its next version (coach access). The version is immutable; "
        "patients stay in theirs until they are moved. Refused without exercises, with one that was discontinued, and "
        "where nothing has changed since the last version."
    )
    @takes_input("The plan to publish, and why.")
    async def publish_treatment_plan(
        self, info: Info, id: PlanId, reason: Reason = None, if_updated_at: IfUpdatedAt = None
    ) -> PublishPlanPayload:
        checks, plan, exercise_ids = Checks(), None, []
        key = checks.key(id, ("id",))
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        why = rules.checked_text(reason, ("reason",), checks, rules.MAX_REASON_LENGTH)
        session = await info.context.write_session()
        with checks.layer():
            edit = await lock_edited_plan(session, key, "id", if_updated_at=if_updated_at)
            await require_current_plan(session, edit, if_updated_at, "ifUpdatedAt")
            plan = edit.plan
            rules.require_not_archived(plan, "id")
        if plan is not None:
            with checks.layer():
                exercise_ids = await _require_publishable(session, plan)
        checks.done()
        assert plan is not None
        version_id = await store_versions.publish(session, plan, exercise_ids, why)
        version = await stored_row(session, store.versions, version_id)
        return PublishPlanPayload(plan=await stored_row(session, store.by_ids, plan.id), version=version)

    @mutation(
        "Archive a treatment plan (coach access): nobody is newly enrolled in it, and it is not edited. Running "
        "enrollments go on."
    )
    @takes_input("The plan to archive.")
    async def archive_treatment_plan(
        self, info: Info, id: PlanId, if_updated_at: IfUpdatedAt = None
    ) -> TreatmentPlanPayload:
        return await _set_archived(info, id, if_updated_at, is_archived=True)

    @mutation("Restore an archived treatment plan (coach access): published where it has a version, else a draft.")
    @takes_input("The plan to restore.")
    async def restore_treatment_plan(
        self, info: Info, id: PlanId, if_updated_at: IfUpdatedAt = None
    ) -> TreatmentPlanPayload:
        return await _set_archived(info, id, if_updated_at, is_archived=False)

    @mutation("Delete a treatment plan that was never published, softly (coach access). Others are archived.")
    @takes_input("The plan to delete.")
    async def delete_treatment_plan(self, info: Info, id: PlanId) -> DeletePayload:
        session = await info.context.write_session()
        plan = (await lock_edited_plan(session, require_key(id, "id"), "id")).plan
        if plan.current_version_id is not None:
            raise rules.PlanPublished("The plan has published versions, which stay: archive it instead.", "id")
        await store_tree.delete(session, plan.id)
        return deleted(plan.id)


@dataclass(frozen=True, slots=True)
class EditedPlan:
    """A plan whose row is locked for an edit."""

    plan: rules.PlanRow
    is_deleted: bool = False
    """True if it was deleted since it was read: `require_current_plan` refuses the edit."""


async def lock_edited_plan(
    session: WriteSession[Viewer], key: UUID, *path: str, if_updated_at: datetime | None = None
) -> EditedPlan:
    """Lock the plan that the viewer wants to edit. Raises NotFound and Forbidden.

    With another version than the stored one it may be a deleted plan.
    """
    await store_tree.lock_plan(session, key)
    plan: rules.PlanRow | None = await stored_row(session, store.by_ids, key)
    if plan is None:
        gone = await store_tree.deleted_plan(session, key) if if_updated_at else None
        if gone is None or not is_stale(if_updated_at, [gone.updated_at]):
            raise NotFound(rules.NO_PLAN, *path)
        return EditedPlan(gone, is_deleted=True)
    require_coach(session.viewer, plan.organization_id, *path)
    return EditedPlan(plan)


async def require_current_plan(
    session: WriteSession[Viewer], edit: EditedPlan, if_updated_at: datetime | None, *path: str
) -> None:
    """Raise StaleEdit for an edit of another version of a plan than the stored one."""
    plan, is_deleted = edit.plan, edit.is_deleted
    if is_stale(if_updated_at, [plan.updated_at]):
        editor = await last_editor(session, "treatment_plans", id=plan.id)
        shown = None if is_deleted else plan
        raise stale_edit(session.viewer, editor, plan.updated_at, *path, is_deleted=is_deleted, plan=shown)


async def check_against_stored(
    session: WriteSession[Viewer],
    sent: rules_tree.SentTree,
    stored: rules_tree.Tree | None,
    organization_ids: list[UUID] | None,
    checks: Checks,
) -> None:
    """Check the ids and the exercises of a tree against a plan's stored rows. All faults are recorded in `checks`.

    Where the plan was refused (None), ids and references are those of any plan that the viewer coaches.
    """
    if stored is None:
        stored = await store_tree.coached_rows(session, sent.sent)
    with checks.layer():
        rules_tree.check_ids(sent, stored, checks)
    ids = sent.exercise_ids
    exercises = dict(zip(ids, await exercises_by_ids(session, ids), strict=True))
    with checks.layer():
        owners = session.viewer.coached() if organization_ids is None else organization_ids
        checks.refusals += rules_tree.check_references(sent, stored, exercises, owners)


async def written(session: WriteSession[Viewer], id: UUID) -> TreatmentPlanPayload:
    """The payload with a plan as it is stored now."""
    return TreatmentPlanPayload(plan=await stored_row(session, store.by_ids, id))


def _owners(plan: rules.PlanRow | None) -> list[UUID] | None:
    return None if plan is None else [plan.organization_id]


def _weeks(columns: Mapping[str, Any], plan: rules.PlanRow | None = None) -> int:
    """The number of weeks that the sessions of an input must be in; the maximum where it was refused."""
    weeks: int = columns.get("weeks", plan.weeks if plan else rules.MAX_WEEKS)
    return weeks if 1 <= weeks <= rules.MAX_WEEKS else rules.MAX_WEEKS


async def _require_publishable(session: WriteSession[Viewer], plan: rules.PlanRow) -> list[UUID]:
    """The exercises of a plan's working copy, each once. Raises Refused where it cannot become a version."""
    tree, checks = await store_tree.current_tree(session, plan.id), Checks()
    ids = list(dict.fromkeys(each["exercise_id"] for each in tree.exercises))
    views = await store_versions.views_of(session, plan.organization_id, ids)
    checks.refusals += rules_tree.publication_faults(tree, views, ("id",))
    checks.done()
    if (await store_versions.unpublished_changes(session, [plan.id]))[0] is False:
        latest = await stored_row(session, store.versions, plan.current_version_id)
        raise rules.NothingToPublish(plan, latest, "id")
    (versions,) = await store.versions_of(session, [plan.id])
    if len(versions) >= rules.MAX_VERSIONS:
        checks.refuse(f"The plan has {rules.MAX_VERSIONS} versions, the most that it may have: duplicate it.", "id")
    checks.done()
    return ids


async def _set_archived(
    info: Info, id: str, if_updated_at: datetime | None, *, is_archived: bool
) -> TreatmentPlanPayload:
    """Archive or restore a plan, and return the payload of the mutation. It is done once, however often it is sent."""
    checks, plan = Checks(), None
    key = checks.key(id, ("id",))
    check_offset(if_updated_at, checks, "ifUpdatedAt")
    session = await info.context.write_session()
    with checks.layer():
        edit = await lock_edited_plan(session, key, "id", if_updated_at=if_updated_at)
        await require_current_plan(session, edit, if_updated_at, "ifUpdatedAt")
        plan = edit.plan
    checks.done()
    assert plan is not None
    if is_archived != (plan.status == rules.PlanStatus.ARCHIVED):
        restored = rules.PlanStatus.DRAFT if plan.current_version_id is None else rules.PlanStatus.PUBLISHED
        status = rules.PlanStatus.ARCHIVED if is_archived else restored
        await store_tree.update(session, plan.id, {"status": status.value})
    return await written(session, plan.id)
