"""The mutation that enqueues the embedding of exercises."""

from collections.abc import Mapping
from typing import Annotated, Any  # Any: arguments of a job are JSON
from uuid import UUID

import strawberry

from kinegraph.background.graph_mutations import JobPayload, admin_session, enqueue_job
from kinegraph.background.rules import JobKind
from kinegraph.embedding import store
from kinegraph.embedding.rules import MAX_IDS, NO_KEY
from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.store import by_ids
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, NotFound
from kinegraph.kit.graph import mutation, takes_input
from kinegraph.kit.sessions import WriteSession

ExerciseIds = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description=f"Ids of exercises, at most {MAX_IDS}; null for all that need a vector."),
]


@strawberry.type
class Mutation:
    @mutation(
        "Embed exercises for the search by meaning: those whose texts have changed since, with the overrides of "
        "organizations where no ids are given. It enqueues a job and returns it at once. Exercises are embedded by "
        "themselves after each change; this is for those that were missed. Platform admins only."
    )
    @takes_input("The exercises to embed.")
    async def embed_exercises(self, info: Info, ids: ExerciseIds = None) -> JobPayload:
        checks = Checks()
        keys = None if ids is None else _keys(ids, checks)
        session = await admin_session(info)
        rows = [] if keys is None else await _rows(session, keys, checks)
        checks.done()
        if not info.context.capabilities.has_embeddings:
            raise Conflict(NO_KEY)
        await store.mark_exercises(session, [row.id for row in rows], [row.organization_id for row in rows])
        arguments: dict[str, Any] = {"sweep": True} if keys is None else {"ids": [str(row.id) for row in rows]}
        return await enqueue_job(info, JobKind.EMBED_EXERCISES, arguments)


def _keys(ids: list[strawberry.ID], checks: Checks) -> dict[int, UUID]:
    """The exercises' keys by their index. Faults are recorded in `checks`."""
    if len(ids) > MAX_IDS:
        checks.refuse(f"Must be at most {MAX_IDS} ids; these are {len(ids)}.", "ids")
    keys = {}
    for index, id in enumerate(ids[:MAX_IDS]):
        with checks.layer():
            keys[index] = require_key(id, "ids", str(index))
    return keys


async def _rows(session: WriteSession, keys: Mapping[int, UUID], checks: Checks) -> list[ExerciseRow]:
    """The exercises of keys. Those that are not found are recorded in `checks`."""
    rows = await by_ids(session, list(keys.values()))
    found = [row for row in rows if row is not None and row.deleted_at is None]
    ids = {row.id for row in found}
    for index, key in keys.items():
        if key not in ids:
            checks.refusals.append(NotFound("There is no such exercise.", "ids", str(index)))
    return found
