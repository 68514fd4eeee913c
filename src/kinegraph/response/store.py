"""Reading proposals, as coaches see them: others see none."""

from collections.abc import Sequence
from itertools import chain
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import Lists
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.response.rules import ProposalRow

COLUMNS = f"""p.id, p.organization_id, p.enrollment_id, p.patient_id, p.exercise_id, p.log_id, p.log_ids, p.light,
               p.pain_score, p.performed_on, p.status, p.reason, p.decided_at, p.created_at, p.updated_at,
               p.decided_by_id, {name_column("decided_by")}, {email_column("decided_by")}"""
JOINS = f"""{user_join("decided_by", "p.decided_by_id")}
            {member_join("decided_by", "p.decided_by_id", "p.organization_id")}"""

ListKey = tuple[UUID, UUID | None]
"""An organization, and the enrollment that a list is restricted to (None: all)."""


async def by_ids(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[ProposalRow | None]:
    """Proposals of organizations that the viewer coaches, in key order."""
    rows: list[ProposalRow] = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM regression_proposals p
        {JOINS}
        WHERE p.id = ANY ($1) AND p.organization_id = ANY ($2)
        """,
        ids,
        session.viewer.coached(),
    )
    seen(session, "RegressionProposal", rows)
    return in_key_order(rows, ids)


async def lock(session: WriteSession, id: UUID) -> None:
    """Lock the row of a proposal, which logs change too, until the transaction ends."""
    await session.fetch("SELECT FROM regression_proposals WHERE id = $1 FOR NO KEY UPDATE", id)


async def decide(session: WriteSession[Viewer], id: UUID, status: str, reason: str | None) -> None:
    """Store the viewer's decision about a proposal."""
    await session.run(
        """
        UPDATE regression_proposals
        SET status = $2, reason = $3, decided_by_id = $4, decided_at = now(), updated_at = now()
        WHERE id = $1
        """,
        id,
        status,
        reason,
        session.viewer.user.id,
    )


async def pages(
    session: ReadSession[Viewer], keys: Sequence[ListKey], window: Window, status: str | None = None
) -> list[Page]:
    """A page of each key's proposals, the newest first."""
    sort = {"p.created_at": "timestamptz", "p.id": "uuid"}
    lists = _lists(session.viewer, keys, status)
    found = await lists.pages(session, window, COLUMNS, sort, joins=JOINS, descending=True)
    seen(session, "RegressionProposal", chain.from_iterable(page.rows for page in found))
    return found


async def counts(session: ReadSession[Viewer], keys: Sequence[ListKey], status: str | None = None) -> list[int]:
    """The number of each key's proposals."""
    return await _lists(session.viewer, keys, status).counts(session)


def _lists(viewer: Viewer, keys: Sequence[ListKey], status: str | None) -> Lists:
    """The proposals of each key, of organizations that the viewer coaches."""
    coached, enrollments = viewer.coached(), [id for _, id in keys]
    organizations = [id if id in coached else None for id, _ in keys]
    lists = Lists(
        "regression_proposals p",
        "p.organization_id = list.organization_id",
        organization_id=organizations,
        enrollment_id=enrollments,
    )
    lists.conditions += ["p.enrollment_id = list.enrollment_id"] if None not in enrollments else []
    lists.conditions += [f"p.status = {lists.arguments.bind(status, 'text')}"] if status else []
    return lists
