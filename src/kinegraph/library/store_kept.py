"""Exercises, as an organization sees them, that are kept in memory for later queries."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.kept import Shelf
from kinegraph.kit.pieces import Pieces, weight_of
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.rules import COLUMNS, EffectiveExercise

KEPT = frozenset((*COLUMNS, "id", "slug", "organization_id", "status", "deleted_at"))
"""The columns that are kept: what an organization sees of an exercise, and what the merge needs."""

MADE = frozenset(("customized_fields", "is_discontinued"))
"""What is asked of an exercise and made of these."""


def shelves(
    session: ReadSession, organizations: Iterable[UUID], names: frozenset[str] | None
) -> dict[Any, Shelf] | None:
    """What is kept of exercises as each organization sees them; None where not all may be, or not all of the names is.

    All members of an organization see the same of its exercises, and row-level security lets nobody else see it.
    """
    viewer: Viewer | None = session.viewer
    if session.kept is None or viewer is None or names is None or not names <= KEPT | MADE:
        return None
    if not all(viewer.organization(organization) for organization in organizations):
        return None
    return {
        organization: session.kept.shelf(("library", organization), viewer.version(organization))
        for organization in organizations
    }


def put(shelf: Shelf, exercise: EffectiveExercise) -> None:
    """Put an exercise on its shelf, where it keeps what is written down of it."""
    shelf[exercise.row[0]] = exercise
    exercise.pieces = Pieces(shelf)
    shelf.grow(weight_of(exercise.row) + weight_of(exercise.diff.values()))
