"""The mutations of the progression graph."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any  # Any: values of columns, and rows read by field name
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.canonical.store_progressions import lock_graph
from kinegraph.exercise.rules import stored_id
from kinegraph.exercise.store import by_ids
from kinegraph.identity.graph_versions import (
    IF_UPDATED_AT,
    EditConflict,
    check_offset,
    conflict_field,
    is_stale,
    stale_edit,
)
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_platform_admin
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, payload, stored_row
from kinegraph.layers.graph import Progression
from kinegraph.layers.rules import ProgressionType
from kinegraph.progression import rules, store

ONLY_ADMINS = "Only platform admins write the progression graph of the canonical library."
GENERATED = "A regression mirrors a progression: write that one, in the other direction."


@strawberry.input
class ProgressionValues:
    """The values of an edge that may be changed."""

    recommended_wait_weeks: int | None = strawberry.field(
        default=UNSET, description="Weeks of training before the change, 0 to 104; null: not a matter of weeks."
    )
    sort_order: int | None = strawberry.field(
        default=UNSET, description="The order among edges from the same exercise, 0 to 1,000,000."
    )
    readiness_indicators: list[str] | None = strawberry.field(
        default=UNSET, description="How one sees that somebody is ready: at most 10 texts of at most 500."
    )
    transition_cues: list[str] | None = strawberry.field(
        default=UNSET, description="What to change in the first sessions: at most 10 texts of at most 500."
    )
    notes: str | None = strawberry.field(default=UNSET, description="What else to know, at most 2,000 characters.")


@strawberry.input(description='A new edge, read "to is the type of from".')
class CreateProgressionInput(ProgressionValues):
    from_exercise_id: strawberry.ID = strawberry.field(description="Where it begins: a published canonical exercise.")
    to_exercise_id: strawberry.ID = strawberry.field(description="Where it leads: another one.")
    type: ProgressionType = strawberry.field(
        description="What the end is of the beginning; regressions are written with their progressions."
    )


@strawberry.input(description="New values of an edge. An absent key is left as it is.")
class UpdateProgressionInput(ProgressionValues):
    id: strawberry.ID = strawberry.field(description="The edge's id.")
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@strawberry.input(description="The edge to delete.")
class DeleteProgressionInput:
    id: strawberry.ID = strawberry.field(description="The edge's id.")


@payload("The edge that was written.")
class ProgressionPayload:
    progression: Progression | None = strawberry.field(default=None, description="The edge as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@strawberry.type
class Mutation:
    @mutation(
        "Join two canonical exercises by an edge (platform admins). The regression of a progression, and a variation "
        "or complement in the other direction, are written with it. Progressions form no cycle."
    )
    async def create_progression(
        self,
        info: Info,
        input: Annotated[CreateProgressionInput, strawberry.argument(description="The ends, the type, the values.")],
    ) -> ProgressionPayload:
        values, checks = given(input), Checks()
        columns, kind = rules.checked_values(values, checks), ProgressionType(values["type"])
        if kind is ProgressionType.REGRESSION:
            checks.refuse(GENERATED, "input", "type")
        session = await info.context.write_session()
        with checks.layer():
            require_platform_admin(session.viewer, ONLY_ADMINS, "input")
            await lock_graph(session)
            start, end = await _ends(session, input)
            columns["difficulty_delta"] = rules.check_ends(kind, start, end, checks)
        checks.done()
        if kind is ProgressionType.PROGRESSION and await store.closes_cycle(session, start.id, end.id):
            raise rules.ClosesCycle("Progressions lead from there back to `from` already.", "input", "toExerciseId")
        id = await store.insert_edge(session, start.id, end.id, kind, columns)
        if id is None:
            raise rules.EdgeExists(f"There is a {kind} between them; update that one.", "input", "toExerciseId")
        if (other := rules.mirrored_type(kind)) is not None:
            mirrored = rules.mirrored_columns(kind, columns)
            mirrored["difficulty_delta"] = -columns["difficulty_delta"]
            await store.insert_edge(session, end.id, start.id, other, mirrored)
        return ProgressionPayload(progression=await stored_row(session, store.edges, id))

    @mutation("Change the values of an edge, not its ends or type (platform admins); its mirror changes with it.")
    async def update_progression(
        self,
        info: Info,
        input: Annotated[UpdateProgressionInput, strawberry.argument(description="Its id, and the new values.")],
    ) -> ProgressionPayload:
        values, checks, edge = given(input), Checks(), None
        check_offset(values.get("if_updated_at"), checks, "input", "ifUpdatedAt")
        columns = rules.checked_values(values, checks)
        session = await info.context.write_session()
        with checks.layer():
            edge = await _locked(session, input.id, values.get("if_updated_at"))
        checks.done()
        assert edge is not None
        await store.update_edge(session, edge.id, columns)
        await _change_mirror(session, edge, columns)
        return ProgressionPayload(progression=await stored_row(session, store.edges, edge.id))

    @mutation("Delete an edge with its mirror (platform admins). Seeding the library does not bring it back.")
    async def delete_progression(
        self,
        info: Info,
        input: Annotated[DeleteProgressionInput, strawberry.argument(description="Which edge is deleted.")],
    ) -> DeletePayload:
        session = await info.context.write_session()
        edge = await _locked(session, input.id, None)
        await store.delete_edge(session, edge.id)
        if (mirror := await _mirror(session, edge)) is not None:
            await store.delete_edge(session, mirror)
        return deleted(edge.id)


async def _ends(session: WriteSession[Viewer], input: CreateProgressionInput) -> tuple[Any, Any]:
    """The exercises that an edge joins. Raises Refused."""
    checks = Checks()
    sent = {"fromExerciseId": input.from_exercise_id, "toExerciseId": input.to_exercise_id}
    keys = [checks.key(stored_id(id), ("input", name)) for name, id in sent.items()]
    rows = await by_ids(session, keys)
    for name, row in zip(sent, rows, strict=True):
        with checks.layer():
            if fault := rules.end_fault(row, "input", name):
                raise fault
    checks.done()
    return rows[0], rows[1]


async def _locked(session: WriteSession[Viewer], id: str, if_updated_at: datetime | None) -> rules.StoredEdge:
    """The edge that a platform admin edits, with the graph locked. Raises Refusal."""
    require_platform_admin(session.viewer, ONLY_ADMINS, "input", "id")
    checks = Checks()
    key = checks.key(id, ("input", "id"))
    checks.done()
    await lock_graph(session)
    edge: rules.StoredEdge | None = await stored_row(session, store.edges, key)
    if edge is None:
        raise NotFound("There is no such edge.", "input", "id")
    if is_stale(if_updated_at, [edge.updated_at]):
        editor, is_deleted = await last_editor(session, "exercise_progressions", id=key), edge.deleted_at is not None
        at, stored = ("input", "ifUpdatedAt"), {} if is_deleted else {"progression": edge}
        raise stale_edit(session.viewer, editor, edge.updated_at, *at, is_deleted=is_deleted, **stored)
    if edge.deleted_at is not None:
        raise NotFound("There is no such edge.", "input", "id")
    if edge.progression_type == ProgressionType.REGRESSION:
        raise InvalidInput(GENERATED, "input", "id")
    return edge


async def _mirror(session: WriteSession, edge: rules.StoredEdge) -> UUID | None:
    """The id of the edge in the other direction; None where there is none."""
    other = rules.mirrored_type(edge.progression_type)
    return None if other is None else await store.mirror_of(session, edge, other)


async def _change_mirror(session: WriteSession, edge: rules.StoredEdge, columns: Mapping[str, Any]) -> None:
    """Change the edge in the other direction, as far as it repeats the values."""
    if (mirror := await _mirror(session, edge)) is not None:
        await store.update_edge(session, mirror, rules.mirrored_columns(edge.progression_type, columns))
