"""Reading and changing an organization's own row: its name, what its members see, and its thresholds of pain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol  # Any: values to write, by column
from uuid import UUID

from kinegraph.identity.rules import Organization, Viewer
from kinegraph.identity.store_people import EditorRow, last_editor
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.organization.rules import Thresholds


class VersionRow(Protocol):
    """The version of an organization's row."""

    id: UUID
    updated_at: datetime


class ThresholdsRow(Protocol):
    """The thresholds of pain of an organization."""

    id: UUID
    pain_amber_from: int
    pain_red_from: int


async def versions(session: ReadSession, ids: Sequence[UUID]) -> list[datetime | None]:
    """The time of the last change of each organization, in key order."""
    rows: list[VersionRow] = await session.fetch("SELECT id, updated_at FROM organizations WHERE id = ANY ($1)", ids)
    return [None if row is None else row.updated_at for row in in_key_order(rows, ids)]


async def thresholds(session: ReadSession, ids: Sequence[UUID]) -> list[Thresholds | None]:
    """The thresholds of pain of each organization, in key order."""
    rows: list[ThresholdsRow] = await session.fetch(
        "SELECT id, pain_amber_from, pain_red_from FROM organizations WHERE id = ANY ($1)", ids
    )
    found = in_key_order(rows, ids)
    return [None if row is None else Thresholds(row.pain_amber_from, row.pain_red_from) for row in found]


async def lock(session: WriteSession, id: UUID) -> None:
    """Lock the row, which the viewer may change, until the transaction ends."""
    await session.fetch("SELECT FROM organizations WHERE id = $1 FOR NO KEY UPDATE", id)


async def editor(session: ReadSession, id: UUID) -> EditorRow | None:
    """The user who made the last change of an organization's row, and its time."""
    rows = "(SELECT id, id AS organization_id, updated_at, updated_by_user_id FROM organizations)"
    return await last_editor(session, rows, id=id)


async def update(session: WriteSession[Viewer], id: UUID, values: Mapping[str, Any]) -> None:
    """Store new values, and let the session's viewer have the organization as it is stored now."""
    await session.update("organizations", id, values)
    row = await session.fetch_row(
        "SELECT id, name, slug, members_see_library, members_see_each_other FROM organizations WHERE id = $1", id
    )
    viewer, own = session.viewer, session.viewer.by_organization[id]
    changed = replace(own, organization=Organization(*row or ()))
    session.viewer = replace(viewer, by_organization={**viewer.by_organization, id: changed})
