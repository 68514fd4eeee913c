"""The highlights of found exercises, of which all names and aliases are read by one statement."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.sessions import ReadSession
from kinegraph.search.rules_highlights import Highlight, highlights

HighlightKey = tuple[UUID | None, UUID, str]
"""The organization whose texts are shown, the exercise, and the query."""


async def highlights_of(session: ReadSession, keys: Sequence[HighlightKey]) -> list[list[Highlight]]:
    """The highlights for each key; none for an exercise that is gone."""
    rows = await session.fetch_list(
        """
        SELECT wanted.position, coalesce(o.overrides ->> 'name', e.name) AS name,
               coalesce(kinegraph_texts(o.overrides -> 'aliases'), e.aliases) AS aliases
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, exercise_id, position)
        JOIN exercises e
            ON e.id = wanted.exercise_id
        LEFT JOIN exercise_org_overrides o
            ON o.exercise_id = e.id AND o.organization_id = wanted.organization_id
        """,
        [organization for organization, _, _ in keys],
        [exercise for _, exercise, _ in keys],
    )
    texts = {row.position: row for row in rows}
    return [
        highlights(q, row.name, row.aliases) if (row := texts.get(position)) else []
        for position, (_, _, q) in enumerate(keys, 1)
    ]
