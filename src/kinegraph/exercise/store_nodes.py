"""Reading exercises and their child rows by their ids (`node`)."""

from collections.abc import Sequence
from typing import Any, TypeVar  # Any: a suggested video is a dict of its fields
from uuid import UUID

from kinegraph.exercise.rules import ExerciseRow, is_visible
from kinegraph.exercise.rules_details import ContraindicationRow, InstructionRow
from kinegraph.exercise.store import by_ids
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import is_coached
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.video.rules_suggestions import SuggestionKey, suggestions


async def shown(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[ExerciseRow | None]:
    """Exercises that the viewer may read by their id, in key order."""
    return [row if row is not None and is_visible(session.viewer, row) else None for row in await by_ids(session, ids)]


Detail = TypeVar("Detail", InstructionRow, ContraindicationRow)


async def _of_shown_exercises(session: ReadSession[Viewer], rows: Sequence[Detail]) -> list[Detail]:
    """The child rows, of these, of exercises that the viewer may read by their id."""
    ids = list({row.exercise_id for row in rows})
    seen = {row.id for row in await shown(session, ids) if row is not None} if ids else set()
    return [row for row in rows if row.exercise_id in seen]


async def instructions(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[InstructionRow | None]:
    """Instructions by id, in key order."""
    rows: list[InstructionRow] = await session.fetch(
        """
        SELECT id, exercise_id, type, body, image_key, image_mime, sort_order
        FROM exercise_instructions
        WHERE id = ANY ($1)
        """,
        ids,
    )
    return in_key_order(await _of_shown_exercises(session, rows), ids)


async def contraindications(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[ContraindicationRow | None]:
    """Contraindications by id, in key order."""
    rows: list[ContraindicationRow] = await session.fetch(
        """
        SELECT id, exercise_id, condition, severity, description
        FROM exercise_contraindications
        WHERE id = ANY ($1)
        """,
        ids,
    )
    return in_key_order(await _of_shown_exercises(session, rows), ids)


async def suggested_videos(session: ReadSession[Viewer], keys: Sequence[SuggestionKey]) -> list[dict[str, Any] | None]:
    """Suggested videos in key order, as coaches and platform admins see them of exercises that they may read."""
    rows = await shown(session, list({exercise_id for exercise_id, _ in keys}))
    found: dict[SuggestionKey, dict[str, Any]] = {}
    for row in rows:
        if row is not None and is_coached(session.viewer, row.organization_id):
            found |= suggestions(row)
    return [found.get(key) for key in keys]
