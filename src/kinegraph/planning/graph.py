"""The mutations of single sessions and exercises of a plan's working copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any  # values of an input, by name
from uuid import UUID

import strawberry

from kinegraph.identity.graph_versions import check_offset
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import stored_row
from kinegraph.plan import store as store_plans
from kinegraph.plan import store_tree
from kinegraph.plan.graph_mutations import check_against_stored, lock_edited_plan, require_current_plan
from kinegraph.plan.rules import MAX_TITLE_LENGTH, MAX_WEEKS, PlanRow, checked_text, require_not_archived
from kinegraph.plan.rules_tree import (
    SentTree,
    Tree,
    Values,
    add_exercise,
    add_session,
    changes,
    check_amount,
    checked_amounts,
    checked_day,
)
from kinegraph.planning import rules, store
from kinegraph.planning.graph_details import (
    AddPlanExerciseInput,
    AddPlanSessionInput,
    MovePlanExerciseInput,
    MovePlanSessionInput,
    PlanExercisePayload,
    PlanSessionPayload,
    RemoveFromPlanPayload,
    RemovePlanExerciseInput,
    RemovePlanSessionInput,
    UpdatePlanExerciseInput,
    UpdatePlanSessionInput,
)

AT = ("input",)
STALE = (*AT, "ifUpdatedAt")


@strawberry.type
class Mutation:
    @mutation("Add a session to a plan's working copy (coach access).")
    async def add_plan_session(
        self,
        info: Info,
        input: Annotated[AddPlanSessionInput, strawberry.argument(description="The session and its place.")],
    ) -> PlanSessionPayload:
        values, checks, sent = given(input), Checks(), SentTree()
        key = checks.key(values["plan_id"], (*AT, "planId"))
        edit = await _edit_of_plan(info, key, values.get("if_updated_at"), checks)
        session = add_session(sent, values, edit.weeks, AT, checks)
        position = rules.checked_position(values.get("position"), AT, checks)
        await _check_sent(edit, sent, checks)
        new = rules.with_session(edit.tree, session, position)
        new = Tree(new.sessions, [*new.exercises, *sent.tree.exercises])
        rules.check_size(new, AT, checks)
        checks.done()
        return await _written_session(edit, new, session["id"])

    @mutation("Change a session of a plan's working copy (coach access).")
    async def update_plan_session(
        self,
        info: Info,
        input: Annotated[UpdatePlanSessionInput, strawberry.argument(description="Its id, and the new values.")],
    ) -> PlanSessionPayload:
        values, checks = given(input), Checks()
        edit = await _edit_of_rows(info, values, {"id": "session"}, checks)
        title = checked_text(values.get("title"), (*AT, "title"), checks, MAX_TITLE_LENGTH, lines=False)
        checks.done()
        id = edit.ids["id"]
        changed = {"title": title} if "title" in values else {}
        new = [{**each, **changed} if each["id"] == id else each for each in edit.tree.sessions]
        return await _written_session(edit, Tree(new, edit.tree.exercises), id)

    @mutation("Move a session of a plan's working copy to another day or place (coach access). It keeps its ids.")
    async def move_plan_session(
        self,
        info: Info,
        input: Annotated[MovePlanSessionInput, strawberry.argument(description="The session and its new place.")],
    ) -> PlanSessionPayload:
        values, checks = given(input), Checks()
        edit = await _edit_of_rows(info, values, {"session_id": "session"}, checks)
        position = rules.checked_position(values.get("position"), AT, checks)
        session = edit.tree.session(edit.ids["session_id"]) or {"id": edit.ids["session_id"], "week": 1, "day": 1}
        sent = {name: session[name] if values.get(name) is None else values[name] for name in ("week", "day")}
        moved = {**session, **checked_day(sent, edit.weeks, AT, checks)}
        checks.done()
        return await _written_session(edit, rules.with_session(edit.tree, moved, position), session["id"])

    @mutation("Remove a session with its exercises from a plan's working copy (coach access). Versions keep theirs.")
    async def remove_plan_session(
        self,
        info: Info,
        input: Annotated[
            RemovePlanSessionInput, strawberry.argument(description="The session, and the state it was read in.")
        ],
    ) -> RemoveFromPlanPayload:
        checks = Checks()
        edit = await _edit_of_rows(info, given(input), {"session_id": "session"}, checks)
        checks.done()
        id = edit.ids["session_id"]
        return await _removed(edit, rules.without_session(edit.tree, id), id)

    @mutation("Add an exercise to a session of a plan's working copy (coach access).")
    async def add_plan_exercise(
        self,
        info: Info,
        input: Annotated[AddPlanExerciseInput, strawberry.argument(description="The exercise and its place.")],
    ) -> PlanExercisePayload:
        values, checks, sent = given(input), Checks(), SentTree()
        edit = await _edit_of_rows(info, values, {"session_id": "session"}, checks)
        exercise = add_exercise(sent, values, edit.ids["session_id"], 0, AT, checks)
        position = rules.checked_position(values.get("position"), AT, checks)
        await _check_sent(edit, sent, checks)
        new = rules.with_exercise(edit.tree, exercise, position)
        rules.check_size(new, AT, checks, exercise["session_id"])
        checks.done()
        return await _written_exercise(edit, new, exercise["id"])

    @mutation("Change how much of an exercise is to be done in a plan's working copy, or replace it (coach access).")
    async def update_plan_exercise(
        self,
        info: Info,
        input: Annotated[UpdatePlanExerciseInput, strawberry.argument(description="Its id, and the new values.")],
    ) -> PlanExercisePayload:
        values, checks, sent = given(input), Checks(), SentTree()
        edit = await _edit_of_rows(info, values, {"id": "exercise"}, checks)
        stored = edit.tree.exercise(edit.ids["id"])
        changed = checked_amounts(values, AT, checks)
        if values.get("exercise_id") is not None:
            replaced = {"exercise_id": values["exercise_id"], "sets": 1}
            changed["exercise_id"] = add_exercise(sent, replaced, edit.ids["id"], 0, AT, checks)["exercise_id"]
            if stored is None or changed["exercise_id"] != stored["exercise_id"]:
                await _check_sent(edit, sent, checks)
        exercise: Values = {**(stored or {"id": edit.ids["id"]}), **changed}
        if stored is not None:
            check_amount(exercise, AT, checks)
        checks.done()
        return await _written_exercise(edit, rules.with_values(edit.tree, exercise), exercise["id"])

    @mutation("Move an exercise within its session or to another one of the plan (coach access). It keeps its ids.")
    async def move_plan_exercise(
        self,
        info: Info,
        input: Annotated[MovePlanExerciseInput, strawberry.argument(description="The exercise and its new place.")],
    ) -> PlanExercisePayload:
        values, checks = given(input), Checks()
        kinds = {"plan_exercise_id": "exercise", "session_id": "session"}
        edit = await _edit_of_rows(info, values, kinds, checks)
        position = rules.checked_position(values.get("position"), AT, checks)
        exercise = edit.tree.exercise(edit.ids["plan_exercise_id"]) or {"id": None, "session_id": None}
        moved = {**exercise, "session_id": edit.ids.get("session_id", exercise["session_id"])}
        new = rules.with_exercise(edit.tree, moved, position)
        rules.check_size(new, (*AT, "sessionId"), checks, moved["session_id"])
        checks.done()
        return await _written_exercise(edit, new, moved["id"])

    @mutation("Remove an exercise from a session of a plan's working copy (coach access). Versions keep theirs.")
    async def remove_plan_exercise(
        self,
        info: Info,
        input: Annotated[
            RemovePlanExerciseInput, strawberry.argument(description="The exercise, and the state it was read in.")
        ],
    ) -> RemoveFromPlanPayload:
        checks = Checks()
        edit = await _edit_of_rows(info, given(input), {"plan_exercise_id": "exercise"}, checks)
        checks.done()
        id = edit.ids["plan_exercise_id"]
        return await _removed(edit, rules.without_exercise(edit.tree, id), id)


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of a working copy: its plan, which is locked, and its tree; None and an empty one where it was refused.

    `ids` are those of the rows that the input names, by its keys.
    """

    session: WriteSession[Viewer]
    plan: PlanRow | None
    tree: Tree
    ids: Mapping[str, UUID]

    @property
    def weeks(self) -> int:
        """The number of weeks of the plan; the maximum where it was refused."""
        return self.plan.weeks if self.plan else MAX_WEEKS


NAMES = {"id": "id", "session_id": "sessionId", "plan_exercise_id": "planExerciseId"}
MISSING = {"session": rules.NO_SESSION, "exercise": rules.NO_EXERCISE}


async def _edit_of_plan(info: Info, key: UUID, if_updated_at: datetime | None, checks: Checks) -> Edit:
    """Begin the edit of a plan. Faults are recorded in `checks`."""
    check_offset(if_updated_at, checks, *STALE)
    session = await info.context.write_session()
    plan, tree = await _locked(session, key, if_updated_at, checks, "planId")
    return Edit(session, plan, tree, {})


async def _edit_of_rows(info: Info, values: Mapping[str, Any], kinds: Mapping[str, str], checks: Checks) -> Edit:
    """Begin the edit of the plan whose working copy has the rows that an input names. Faults are recorded in `checks`.

    `kinds` has what each key of the input names: a session or an exercise.
    """
    if_updated_at = values.get("if_updated_at")
    check_offset(if_updated_at, checks, *STALE)
    sent = {key: values[key] for key in kinds if values.get(key) is not None}
    malformed = len(checks.refusals)
    ids = {key: checks.key(value, (*AT, NAMES[key])) for key, value in sent.items()}
    wrong = {refusal.path for refusal in checks.refusals[malformed:]}
    session = await info.context.write_session()
    plan, tree = None, Tree()
    plan_id = await store.plan_of(session, [*ids.values()])
    if plan_id is not None:
        plan, tree = await _locked(session, plan_id, if_updated_at, checks, NAMES[next(iter(ids))])
    for key, id in ids.items():
        found = tree.session(id) if kinds[key] == "session" else tree.exercise(id)
        if found is None and (*AT, NAMES[key]) not in wrong and not _is_refused(checks, (*AT, NAMES[key])):
            checks.refusals.append(NotFound(MISSING[kinds[key]], *AT, NAMES[key]))
    return Edit(session, plan, tree, ids)


def _is_refused(checks: Checks, path: tuple[str, ...]) -> bool:
    """True if there is a refusal of this path."""
    return any(refusal.path == path for refusal in checks.refusals)


async def _locked(
    session: WriteSession[Viewer], plan_id: UUID, if_updated_at: datetime | None, checks: Checks, name: str
) -> tuple[PlanRow | None, Tree]:
    """Lock a plan, and return it with its working copy. Faults are recorded in `checks`, at the path of `name`."""
    plan = None
    with checks.layer():
        edit = await lock_edited_plan(session, plan_id, *AT, name, if_updated_at=if_updated_at)
        plan = edit.plan
        await require_current_plan(session, edit, if_updated_at, *STALE)
        require_not_archived(plan, *AT, name)
    return plan, await store_tree.current_tree(session, plan.id) if plan else Tree()


async def _check_sent(edit: Edit, sent: SentTree, checks: Checks) -> None:
    """Check the ids and the exercises of an input's rows, all of which are new. Faults are recorded in `checks`."""
    owners = None if edit.plan is None else [edit.plan.organization_id]
    await check_against_stored(edit.session, sent, None if edit.plan is None else Tree(), owners, checks)


async def _write(edit: Edit, new: Tree) -> PlanRow:
    """Store what differs, and return the plan as it is stored now."""
    assert edit.plan is not None
    difference = changes(new, edit.tree)
    await store_tree.write(edit.session, edit.plan.id, edit.plan.organization_id, difference)
    plan: PlanRow = await stored_row(edit.session, store_plans.by_ids, edit.plan.id)
    return plan


async def _written_session(edit: Edit, new: Tree, id: UUID) -> PlanSessionPayload:
    plan: Any = await _write(edit, new)
    return PlanSessionPayload(session=await stored_row(edit.session, store_plans.sessions, id), plan=plan)


async def _written_exercise(edit: Edit, new: Tree, id: UUID) -> PlanExercisePayload:
    plan: Any = await _write(edit, new)
    return PlanExercisePayload(plan_exercise=await stored_row(edit.session, store_plans.exercises, id), plan=plan)


async def _removed(edit: Edit, new: Tree, id: UUID) -> RemoveFromPlanPayload:
    plan: Any = await _write(edit, new)
    return RemoveFromPlanPayload(deleted_id=strawberry.ID(str(id)), plan=plan)
