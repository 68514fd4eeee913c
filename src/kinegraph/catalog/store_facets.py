"""Facets: how many exercises of a list there are of each value, counted in one statement."""

from collections.abc import Iterable
from typing import Any

from kinegraph.catalog.store_filters import Columns
from kinegraph.kit.rows import Row

VALUES = ("category", "kind", "movement_pattern", "difficulty", "status")
LISTS = ("primary_muscles", "secondary_muscles", "equipment", "discipline")
TERMS = {"categories": "category", "body_regions": "body_region", "equipment_items": "equipment"}
"""Facets whose values are a column's, a list's entries, and the terms of one kind."""


class Facets:
    """The statement that counts, over the rows of another one."""

    def columns(self, columns: Columns) -> str:
        """What that one must select of exercise e."""
        values = [f"{columns[name]}::text AS {name}" for name in VALUES]
        return ", ".join(["e.id", *values, *(f"{columns[name]} AS {name}" for name in LISTS)])

    def statement(self, listed: str) -> str:
        """Rows of facet, value and count, most frequent first. A category counts what is tagged below it too."""
        parts = [
            f"SELECT '{name}', upper({name}), count(*) FROM listed WHERE {name} IS NOT NULL GROUP BY 2"
            for name in VALUES
        ]
        parts += [
            f"SELECT '{name}', entry, count(DISTINCT id) FROM listed, unnest({name}) AS entry GROUP BY 2"
            for name in LISTS
        ]
        parts += [
            f"SELECT '{name}', tag.{kind}_id::text, count(*) FROM listed JOIN exercise_tags tag "
            f"ON tag.exercise_id = listed.id WHERE tag.{kind}_id IS NOT NULL GROUP BY 2"
            for name, kind in TERMS.items()
            if kind != "category"
        ]
        parts.append(
            "SELECT 'categories', above.above_id::text, count(DISTINCT listed.id) FROM listed "
            "JOIN exercise_tags tag ON tag.exercise_id = listed.id JOIN above ON above.id = tag.category_id GROUP BY 2"
        )
        return f"""
            WITH RECURSIVE listed AS MATERIALIZED ({listed}),
            above (id, above_id) AS (
                SELECT id, id FROM exercise_categories
                UNION
                SELECT above.id, category.parent_id
                FROM above JOIN exercise_categories category ON category.id = above.above_id
                WHERE category.parent_id IS NOT NULL)
            SELECT *
            FROM ({" UNION ALL ".join(parts)}) AS facet (name, value, count)
            ORDER BY name, count DESC, value
        """


FACETS = Facets()


def by_facet(rows: Iterable[Row]) -> dict[str, Any]:
    """The counts of each facet."""
    found: dict[str, list[Any]] = {name: [] for name in (*VALUES, *LISTS, *TERMS)}
    for row in rows:
        found[row.name].append(row)
    return found
