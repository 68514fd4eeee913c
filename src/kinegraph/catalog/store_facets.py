"""Facets: the number of exercises of a list that have each value, counted by one statement.

A facet is counted without its own filters (`rules.FACETS`). So the statement lists once the exercises that fail the
filters of at most one facet, with its name: each facet counts those that fail none, and those that fail only its own.
"""

from collections.abc import Iterable, Sequence

from kinegraph.catalog.rules_facets import FACET_OF, FacetRow
from kinegraph.catalog.store_filters import Columns

OF_VALUES = ("category", "kind", "movement_pattern", "difficulty", "status")
"""The facets of columns with one value."""

OF_LISTS = ("primary_muscles", "secondary_muscles", "muscles", "equipment", "discipline")
"""The facets of list columns, which count by entry without case; the value is the most frequent spelling."""

OF_TERMS = {"categories": "category", "body_regions": "body_region", "equipment_items": "equipment"}
"""The facets of taxonomy terms, and the taxonomies."""


def listing_statement(columns: Columns, source: str, where: Sequence[str], filters: Iterable[tuple[str, str]]) -> str:
    """The statement that lists exercises e of `source`; `filters` has the conditions of the filter, by field."""
    common, own = [*where], dict[str, list[str]]()
    for name, condition in filters:
        facet = FACET_OF.get(name)
        (common if facet is None else own.setdefault(facet, [])).append(condition)
    failed = [f"CASE WHEN {' AND '.join(each)} THEN NULL ELSE '{facet}' END" for facet, each in own.items()]
    lists = dict(columns)
    for end in ("", "_keys"):
        lists[f"muscles{end}"] = f"({columns[f'primary_muscles{end}']} || {columns[f'secondary_muscles{end}']})"
    counted = [
        "e.id",
        *(f"{columns[name]}::text AS {name}" for name in OF_VALUES),
        *(f"{lists[name]} AS {name}" for key in OF_LISTS for name in (key, f"{key}_keys")),
        f"array_remove(ARRAY[{', '.join(failed)}]::text[], NULL) AS failed",
    ]
    return f"SELECT {', '.join(counted)} FROM {source} WHERE {' AND '.join(common)}"


def counting_statement(listing: str) -> str:
    """A statement over the rows of `listing`: name of the facet, value and count, most frequent first.

    A category counts exercises that are tagged below it, too.
    """
    found = "failed <@ ARRAY['{}']"
    counts = [
        f"SELECT '{name}', upper({name}), sum(number)::bigint FROM valued "
        f"WHERE {found.format(name)} AND {name} IS NOT NULL GROUP BY 2"
        for name in OF_VALUES
    ]
    counts += [_of_list(name, found.format(name)) for name in OF_LISTS]
    counts += [
        f"SELECT '{name}', tag.{kind}_id::text, count(*) FROM listed JOIN exercise_tags tag "
        f"ON tag.exercise_id = listed.id WHERE {found.format(name)} AND tag.{kind}_id IS NOT NULL GROUP BY 2"
        for name, kind in OF_TERMS.items()
        if kind != "category"
    ]
    counts.append(
        "SELECT 'categories', above_id::text, count(*) FROM (SELECT DISTINCT listed.number, above.above_id FROM listed "
        "JOIN exercise_tags tag ON tag.exercise_id = listed.id JOIN above ON above.id = tag.category_id "
        f"WHERE {found.format('categories')}) AS tagged GROUP BY 2"
    )
    values = ", ".join(OF_VALUES)
    return f"""
        WITH RECURSIVE listed AS MATERIALIZED (
            SELECT *, row_number() OVER () AS number
            FROM ({listing}) AS candidate
            WHERE cardinality(candidate.failed) <= 1),
        valued AS MATERIALIZED (
            SELECT {values}, failed, count(*) AS number FROM listed GROUP BY {values}, failed),
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


def _of_list(name: str, found: str) -> str:
    """The counts of a list's entries. Many exercises have the same list: its entries are counted once for all of them.

    An exercise that has an entry twice counts once: where the entry is first.
    """
    return f"""
        SELECT '{name}', (array_agg(word ORDER BY words DESC, word COLLATE "C"))[1], sum(exercises)::bigint
        FROM (SELECT entry.key, entry.word, sum(number) AS words,
                     sum(number) FILTER (WHERE entry.place = array_position(same.keys, entry.key)) AS exercises
              FROM (SELECT {name} AS entries, {name}_keys AS keys, count(*) AS number
                    FROM listed WHERE {found} GROUP BY {name}, {name}_keys) AS same,
                   unnest(same.entries, same.keys) WITH ORDINALITY AS entry (word, key, place)
              GROUP BY entry.key, entry.word) AS spelling
        GROUP BY key"""


def by_facet(rows: Iterable[FacetRow]) -> dict[str, list[FacetRow]]:
    """The rows of each facet; an empty list for a facet without rows."""
    facets: dict[str, list[FacetRow]] = {name: [] for name in (*OF_VALUES, *OF_LISTS, *OF_TERMS)}
    for row in rows:
        facets[row.name].append(row)
    return facets
