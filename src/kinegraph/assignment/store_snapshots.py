"""Pinning a completed assignment to a snapshot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import WriteSession
from kinegraph.workout import store, store_tree

COACHED = "kinegraph.coached"
"""The setting of the organizations that the viewer coaches, which policies read."""


async def pin(session: WriteSession[Viewer], id: UUID) -> None:
    """Give an assignment that the viewer sees its snapshot, where it has none yet.

    The tree is locked, so that the snapshot has an edit of the library workout whole or not at all.
    """
    assignment = await store_tree.lock_assignment(session, id)
    if assignment is None or assignment.snapshot_workout_id is not None:
        return
    await store.lock_tree(session, assignment.workout_id)
    async with _coach_access(session, assignment.organization_id):
        await store_tree.fork(session, assignment)


@asynccontextmanager
async def _coach_access(session: WriteSession[Viewer], organization_id: UUID) -> AsyncIterator[None]:
    """A block with coach access to an organization: an athlete who completes an assignment may write its snapshot.

    It is for fixed statements only. If the block raises, the mutation's savepoint takes the setting back.
    """
    if session.viewer.coaches(organization_id):
        yield
        return
    before = await session.fetch_value("SELECT current_setting($1)", COACHED)
    await _set_coached(session, f"{{{organization_id}}}")
    yield
    await _set_coached(session, before)


async def _set_coached(session: WriteSession[Viewer], organizations: str) -> None:
    await session.fetch("SELECT set_config($1, $2, true)", COACHED, organizations)
