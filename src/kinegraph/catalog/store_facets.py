"""Facets: the number of exercises of a list that have each value, counted by one statement."""

from collections.abc import Iterable

from kinegraph.catalog.rules import FacetRow
from kinegraph.catalog.store_filters import Columns

VALUES = ("category", "kind", "movement_pattern", "difficulty", "status")
"""The facets of columns with one value."""

LISTS = ("primary_muscles", "secondary_muscles", "equipment", "discipline")
"""The facets of list columns, which count by entry without case; the value is the most frequent spelling."""

TERMS = {"categories": "category", "body_regions": "body_region", "equipment_items": "equipment"}
"""The facets of taxonomy terms, and the taxonomies."""


def counted_columns(columns: Columns) -> str:
    """The columns that the listing statement has to select of exercise e."""
    values = [f"{columns[name]}::text AS {name}" for name in VALUES]
    lists = [f"{columns[name]} AS {name}" for key in LISTS for name in (key, f"{key}_keys")]
    return ", ".join(["e.id", *values, *lists])


def counting_statement(listing: str) -> str:
    """A statement over the rows of `listing`: name of the facet, value and count, most frequent first.

    A category counts exercises that are tagged below it, too.
    """
    counts = [
        f"SELECT '{name}', upper({name}), count(*) FROM listed WHERE {name} IS NOT NULL GROUP BY 2" for name in VALUES
    ]
    counts += [
        f"SELECT '{name}', mode() WITHIN GROUP (ORDER BY entry.word COLLATE \"C\"), count(DISTINCT id) "
        f"FROM listed, unnest({name}, {name}_keys) AS entry (word, key) GROUP BY entry.key"
        for name in LISTS
    ]
    counts += [
        f"SELECT '{name}', tag.{kind}_id::text, count(*) FROM listed JOIN exercise_tags tag "
        f"ON tag.exercise_id = listed.id WHERE tag.{kind}_id IS NOT NULL GROUP BY 2"
        for name, kind in TERMS.items()
        if kind != "category"
    ]
    counts.append(
        "SELECT 'categories', above.above_id::text, count(DISTINCT listed.id) FROM listed "
        "JOIN exercise_tags tag ON tag.exercise_id = listed.id JOIN above ON above.id = tag.category_id GROUP BY 2"
    )
    return f"""
        WITH RECURSIVE listed AS MATERIALIZED ({listing}),
        above (id, above_id) AS (
            SELECT id, id FROM exercise_categories
            UNION
            SELECT above.id, category.parent_id
            FROM above JOIN exercise_categories category ON category.id = above.above_id
            WHERE category.parent_id IS NOT NULL)
        SELECT *
        FROM ({" UNION ALL ".join(counts)}) AS facet (name, value, count)
        ORDER BY name, count DESC, value
    """


def by_facet(rows: Iterable[FacetRow]) -> dict[str, list[FacetRow]]:
    """The rows of each facet; an empty list for a facet without rows."""
    facets: dict[str, list[FacetRow]] = {name: [] for name in (*VALUES, *LISTS, *TERMS)}
    for row in rows:
        facets[row.name].append(row)
    return facets
