"""Searching exercises, by one statement (`search.sql`)."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from operator import attrgetter
from typing import Protocol
from uuid import UUID

from kinegraph.catalog.rules import Filter
from kinegraph.catalog.store_filters import STORED, conditions
from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.language.rules_text import EVERY_PART, Part
from kinegraph.lexicon.rules_query import SearchQuery, analysed
from kinegraph.library.rules import OVERRIDABLE_BY_KEY
from kinegraph.library.store_columns import EFFECTIVE
from kinegraph.search.rules import SEMANTIC_WEIGHTS, TRIGRAM_WEIGHTS, class_of
from kinegraph.search.store_scope import Scope
from kinegraph.vectors.rules import Vector

ALTERNATIVE = ("integer[]", "real[]", "real[]", "text[]", "text[]", "text[]")
attributes = attrgetter("slot", "share", "weight", "in_name", "in_alias", "elsewhere")

BRACES = {name: re.compile(f"-- {{ {name}\n.*?-- }} {name}\n", re.DOTALL) for name in ("organization", "vectors")}
FILTER = "true /* filter */"
NEAREST_FILTER = "true /* filter of canonical rows e */"
OWN_FILTER = "true /* filter of own rows */"
"""The places of the statement where the caller's filter goes."""
FILTERED = """EXISTS (SELECT FROM exercises e
                 LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = $1
                 WHERE e.id = s.exercise_id AND {})"""


class HitRow(Protocol):
    """A found exercise: its score and its ranks in the lists, from 1; None where a list does not have it."""

    id: UUID
    score: float
    organization_id: UUID | None
    lexical_rank: int | None
    trigram_rank: int | None
    semantic_rank: int | None
    source: str


@cache
def statement() -> str:
    """The text of `search.sql`."""
    return (files("kinegraph.search") / "search.sql").read_text()


NO_VECTORS = """semantic AS (
    SELECT NULL::uuid AS id, NULL::text AS slug, NULL::text AS name_key, false AS is_own, NULL::bigint AS rank
    WHERE false
),
"""
"""The list of vectors where there is none."""


@lru_cache(200)
def filtered(effective: str = "", stored: str = "", *, has_organization: bool = True, has_vector: bool = True) -> str:
    """The statement with the conditions of a filter, of effective values and of stored ones; empty without a filter.

    Left out is what a search without an organization or a vector does not need: to begin it takes time, too.
    """
    text = statement()
    if not has_organization:
        text = BRACES["organization"].sub("", text)
    if not has_vector:
        text = BRACES["vectors"].sub(NO_VECTORS, text)
    places = ((FILTER, FILTERED, effective), (NEAREST_FILTER, "{}", effective), (OWN_FILTER, "{}", stored))
    for place, where, condition in places:
        text = text.replace(place, where.format(condition) if condition else "true")
    return text


async def search(
    session: ReadSession,
    queries: Sequence[str],
    scope: Scope,
    wanted: Filter,
    limit: int,
    parts: frozenset[Part] = EVERY_PART,
    vector: Vector | None = None,
    is_semantic: bool = False,
) -> list[list[HitRow]]:
    """The hits of each checked query, best first. `parts` are those of the analysis: all, except to measure one.

    `vector` is that of the queries; None: by the lexical lists alone. `is_semantic`: by the vector alone.
    """
    return [
        await _search(session, analysed(query, parts), scope, wanted, limit, vector or (), is_semantic=is_semantic)
        for query in queries
    ]


async def _search(
    session: ReadSession,
    query: SearchQuery,
    scope: Scope,
    wanted: Filter,
    limit: int,
    vector: Sequence[float],
    *,
    is_semantic: bool,
) -> list[HitRow]:
    arguments = Arguments()
    of_class = class_of(query)
    for value, kind in (
        (scope.organization_id, "uuid"),
        (scope.is_coached, "boolean"),
        (list(scope.canonical_statuses), "text[]"),
        (list(scope.own_statuses), "text[]"),
        (query.every, "text"),
        (query.some, "text[]"),
        *zip(map(list, zip(*map(attributes, query.alternatives), strict=True)), ALTERNATIVE, strict=True),
        ([name for name, _ in query.exact], "text[]"),
        ([weight for _, weight in query.exact], "real[]"),
        (query.text, "text"),
        (0.0 if is_semantic else 1.0, "real"),
        (TRIGRAM_WEIGHTS[of_class], "real"),
        (limit, "integer"),
        (list(OVERRIDABLE_BY_KEY), "text[]"),
        (query.is_misspelled and not is_semantic, "boolean"),
        (vector, "real[]"),
        (1.0 if is_semantic else SEMANTIC_WEIGHTS[of_class], "real"),
    ):
        arguments.bind(value, kind)
    of_viewer = {"restricted_by": "$1::uuid"}
    effective = " AND ".join(conditions(wanted, {**EFFECTIVE, **of_viewer}, arguments))
    stored = " AND ".join(conditions(wanted, {**STORED, **of_viewer}, arguments)) if vector else ""
    has_organization = scope.organization_id is not None
    text = filtered(effective, stored, has_organization=has_organization, has_vector=bool(vector))
    return await session.fetch(text, *arguments.values)
