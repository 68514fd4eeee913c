"""Reading and writing taxonomies: terms, and the tags that join exercises to them."""

from collections.abc import Mapping, Sequence
from typing import Any  # values to write, by column; what a taxonomy has, by field
from uuid import UUID

import asyncpg

from kinegraph.kit.errors import NotFound, Refusal, Refused
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.kit.text import MAX_SLUG_LENGTH, distinct_slug, slug_of
from kinegraph.taxonomy.rules import (
    OwnedRow,
    TaggedTermRow,
    TaxonomyKind,
    TermInUse,
    TermRow,
    TermTaken,
    named,
    taxonomy_id,
)
from kinegraph.taxonomy.rules_references import NAMELESS_SLUG

TABLES: Mapping[TaxonomyKind, str] = {
    TaxonomyKind.CATEGORY: "exercise_categories",
    TaxonomyKind.BODY_REGION: "exercise_body_regions",
    TaxonomyKind.EQUIPMENT: "exercise_equipment",
}

MAX_SLUG_ATTEMPTS = 3

View = UUID | None
"""The organization whose own terms are shown in addition to the global ones; None for global ones alone."""

_OWN = {TaxonomyKind.CATEGORY: "parent_id, NULL", TaxonomyKind.BODY_REGION: "NULL::uuid, body_area"}

TERMS = " UNION ALL ".join(
    f"""
    SELECT id, organization_id, name, name_key, slug, sort_order, '{kind}' AS kind,
           {_OWN.get(kind, "NULL::uuid, NULL")}{" AS body_area" if number == 0 else ""}
    FROM {table}"""
    for number, (kind, table) in enumerate(TABLES.items())
).replace("parent_id, NULL AS body_area", "parent_id, NULL::varchar AS body_area")
"""SELECT of all terms of the three taxonomies, as one relation."""

TERM_COLUMNS = "term.id, term.organization_id, term.name, term.slug, term.kind, term.parent_id, term.body_area"
ORDER = "term.organization_id IS NOT NULL, term.sort_order, term.name_key, term.id"


async def taxonomies(session: ReadSession, views: Sequence[View]) -> list[dict[str, Any]]:
    """Each view's id, and its terms by taxonomy, global ones first; of the categories those without a parent."""
    rows: list[TermRow] = await session.fetch_list(
        f"""
        SELECT wanted.position, wanted.view_id, {TERM_COLUMNS}
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (view_id, position)
        JOIN ({TERMS}) AS term
            ON term.organization_id IS NULL OR term.organization_id = wanted.view_id
        WHERE term.parent_id IS NULL
        ORDER BY wanted.position, {ORDER}
        """,
        views,
    )
    return [
        {
            "id": taxonomy_id(view),
            "categories": [row for row in group if row.kind == TaxonomyKind.CATEGORY],
            "body_regions": [row for row in group if row.kind == TaxonomyKind.BODY_REGION],
            "equipment": [row for row in group if row.kind == TaxonomyKind.EQUIPMENT],
        }
        for view, group in zip(views, grouped_by_position(rows, len(views)), strict=True)
    ]


async def terms(session: ReadSession, keys: Sequence[tuple[View, UUID]]) -> list[TermRow | None]:
    """Terms by view and id, in key order; None for a term that the view does not show."""
    found = {(row.view_id, row.id): row for row in await _joined(session, keys, "term.id = wanted.id")}
    return [found.get(key) for key in keys]


async def terms_in_views(session: ReadSession, views: Sequence[View], ids: Sequence[UUID]) -> list[TermRow | None]:
    """Terms by id, in its order, each as the first of these views shows it; None for one that none of them shows."""
    found = await terms(session, [(view, id) for id in ids for view in views])
    groups = (found[start : start + len(views)] for start in range(0, len(found), len(views)))
    return [next((term for term in group if term is not None), None) for group in groups]


async def children_of(session: ReadSession, keys: Sequence[tuple[View, UUID]]) -> list[list[TermRow]]:
    """The children of each term that the view shows."""
    groups: dict[tuple[View, UUID | None], list[TermRow]] = {key: [] for key in keys}
    for row in await _joined(session, keys, "term.parent_id = wanted.id"):
        groups[row.view_id, row.parent_id].append(row)
    return [groups[key] for key in keys]


async def _joined(session: ReadSession, keys: Sequence[tuple[View, UUID]], on: str) -> list[TermRow]:
    """The terms that the keys' views show and the condition `on` joins to `wanted`, each with its view."""
    return await session.fetch_list(
        f"""
        SELECT wanted.view_id, {TERM_COLUMNS}
        FROM unnest($1::uuid[], $2::uuid[]) AS wanted (view_id, id)
        JOIN ({TERMS}) AS term
            ON {on} AND (term.organization_id IS NULL OR term.organization_id = wanted.view_id)
        ORDER BY {ORDER}
        """,
        [view for view, _ in keys],
        [id for _, id in keys],
    )


async def terms_of(session: ReadSession, exercise_ids: Sequence[UUID]) -> list[dict[str, list[TermRow]]]:
    """The terms that each exercise is tagged with, by kind."""
    rows: list[TaggedTermRow] = await session.fetch_list(
        f"""
        SELECT tag.exercise_id, tag.organization_id AS view_id, {TERM_COLUMNS}
        FROM exercise_tags tag
        JOIN ({TERMS}) AS term
            ON term.id = tag.term_id AND term.kind = tag.kind
        WHERE tag.exercise_id = ANY ($1)
        ORDER BY {ORDER}
        """,
        exercise_ids,
    )
    found: dict[UUID, dict[str, list[TermRow]]] = {id: {} for id in exercise_ids}
    for row in rows:
        found[row.exercise_id].setdefault(row.kind, []).append(row)
    return [found[id] for id in exercise_ids]


async def replace_tags(session: WriteSession, exercise: OwnedRow, terms: Sequence[TermRow]) -> int:
    """Tag an exercise with these terms and no others. Returns how many tags were written."""
    sent = [{"kind": term.kind, "id": term.id, "organization_id": term.organization_id} for term in terms]
    deleted = await session.run(
        "DELETE FROM exercise_tags WHERE exercise_id = $1 AND term_id <> ALL ($2)",
        exercise.id,
        [term.id for term in terms],
    )
    try:
        return deleted + await session.run(
            """
            INSERT INTO exercise_tags (exercise_id, organization_id, kind, term_id, term_organization_id)
            SELECT $1, $2, sent.kind, sent.id, sent.organization_id
            FROM jsonb_to_recordset($3) AS sent (kind text, id uuid, organization_id uuid)
            ON CONFLICT DO NOTHING
            """,
            exercise.id,
            exercise.organization_id,
            sent,
        )
    except asyncpg.ForeignKeyViolationError:
        raise NotFound("A term was deleted meanwhile.", "input", "termIds") from None


async def insert_term(session: WriteSession, kind: TaxonomyKind, values: Mapping[str, Any]) -> UUID:
    """Store a new term. A slug is made of the name where none is given.

    Raises TermTaken, at the field of the input that another term has, and NotFound.
    """
    if values["slug"] is not None:
        return await _inserted(session, kind, values)
    for attempt in range(MAX_SLUG_ATTEMPTS):
        try:
            async with session.savepoint():
                return await _inserted(session, kind, {**values, "slug": await _free_slug(session, kind, values)})
        except TermTaken as taken:  # of a slug: by another transaction, meanwhile
            if taken.path[-1] != "slug" or attempt + 1 == MAX_SLUG_ATTEMPTS:
                raise
    raise AssertionError("The last attempt returns or raises.")


async def require_free(session: WriteSession, kind: TaxonomyKind, values: Mapping[str, Any]) -> None:
    """Raise Refused where another term of the scope has a new one's name, or its slug, so that both are refused."""
    rows = await session.fetch(
        f"""
        SELECT min(name) FILTER (WHERE identity = $2) AS name, min(slug) FILTER (WHERE slug = $3) AS slug
        FROM {TABLES[kind]}
        WHERE organization_id IS NOT DISTINCT FROM $1 AND (identity = $2 OR slug = $3)
        """,
        values["organization_id"],
        values["identity"],
        values["slug"],
    )
    stored = {"name": rows[0].name, "slug": rows[0].slug}
    taken: list[Refusal] = [_taken(field, value, "input") for field, value in stored.items() if value is not None]
    if taken:
        raise Refused(taken)


async def _free_slug(session: WriteSession, kind: TaxonomyKind, values: Mapping[str, Any]) -> str:
    """A slug made of a term's name, which no term of its scope and no global one has."""
    slug = slug_of(values["name"]) or NAMELESS_SLUG
    rows = await session.fetch(
        f"""
        SELECT slug FROM {TABLES[kind]}
        WHERE (organization_id = $1 OR organization_id IS NULL) AND starts_with(slug, $2)
        """,
        values["organization_id"],
        slug[: MAX_SLUG_LENGTH - 10],
    )
    return distinct_slug(slug, {row.slug for row in rows})


async def _inserted(session: WriteSession, kind: TaxonomyKind, values: Mapping[str, Any]) -> UUID:
    try:
        return await session.insert(TABLES[kind], values)
    except asyncpg.UniqueViolationError as error:
        raise _taken(_field(error), None, "input") from None
    except asyncpg.ForeignKeyViolationError:
        raise NotFound("The parent was deleted meanwhile.", "input", "parentId") from None


def _field(error: asyncpg.UniqueViolationError) -> str:
    """The field of a term that another one has already."""
    return "slug" if str(error.constraint_name).endswith("_slug_idx") else "name"


def _taken(field: str, stored: str | None, *path: str) -> TermTaken:
    """The refusal of a term whose name, or slug, another one has, which is quoted as it is stored if that is known."""
    whose = f"this {field}" if stored is None else f"the {field} {stored}"
    if field == "slug":
        return TermTaken(f"The taxonomy has a term of {whose} already; choose another.", *path, "slug")
    message = f"The taxonomy has a term of {whose} already; use that, or choose another name."
    return TermTaken(message, *path, "name")


async def rename_term(session: WriteSession, kind: TaxonomyKind, id: UUID, name: str) -> None:
    """Set a term's name; its slug does not change. Raises TermTaken."""
    values = named(name)
    stored: str | None = await session.fetch_value(
        f"""
        SELECT other.name
        FROM {TABLES[kind]} term
        JOIN {TABLES[kind]} other ON other.organization_id IS NOT DISTINCT FROM term.organization_id
        WHERE term.id = $1 AND other.id <> $1 AND other.identity = $2
        """,
        id,
        values["identity"],
    )
    if stored is not None:
        raise _taken("name", stored)
    try:
        await session.update(TABLES[kind], id, values)
    except asyncpg.UniqueViolationError as error:  # another transaction was faster
        raise _taken(_field(error), None) from None


async def delete_term(session: WriteSession, kind: TaxonomyKind, id: UUID) -> int:
    """Delete a term, with the tags of deleted exercises. Returns the number of terms deleted, 0 or 1.

    Raises TermInUse where the tag of another exercise or a term below refers to it.
    """
    await session.run(
        """
        DELETE FROM exercise_tags
        WHERE term_id = $1 AND EXISTS (SELECT FROM exercises e WHERE e.id = exercise_id AND e.deleted_at IS NOT NULL)
        """,
        id,
    )
    try:
        return await session.run(f"DELETE FROM {TABLES[kind]} WHERE id = $1", id)
    except asyncpg.ForeignKeyViolationError:
        message = "Exercises are tagged with this term, or terms lie below it; take these away first."
        raise TermInUse(message, "id") from None
