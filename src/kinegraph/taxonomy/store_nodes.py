"""Reading taxonomies and terms by their ids (`node`)."""

from collections.abc import Sequence
from typing import Any  # what a taxonomy has, by field
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.taxonomy.rules import TermRow
from kinegraph.taxonomy.store import TERM_COLUMNS, TERMS, View, taxonomies


async def shown_taxonomies(session: ReadSession[Viewer], views: Sequence[tuple[View]]) -> list[dict[str, Any] | None]:
    """The taxonomies of views (each a tuple of one), in key order; None for organizations that are not the viewer's."""
    shown = [view for (view,) in views if view is None or view in session.viewer.by_organization]
    found = dict(zip(shown, await taxonomies(session, shown), strict=True)) if shown else {}
    return [found.get(view) for (view,) in views]


async def own_terms(session: ReadSession, ids: Sequence[UUID]) -> list[TermRow | None]:
    """Terms by id, in key order, each in the view of its own organization, a global one in that of none."""
    rows: list[TermRow] = await session.fetch(
        f"SELECT term.organization_id AS view_id, {TERM_COLUMNS} FROM ({TERMS}) AS term WHERE term.id = ANY ($1)", ids
    )
    return in_key_order(rows, ids)
