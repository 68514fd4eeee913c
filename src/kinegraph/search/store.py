"""Searching exercises, by one statement (`search.sql`)."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import compress
from typing import Protocol
from uuid import UUID

from kinegraph.catalog.rules import Filter
from kinegraph.catalog.store_filters import STORED, conditions
from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.language.rules_fulltext import Needed, any_of, needed
from kinegraph.language.rules_text import EVERY_PART, Part
from kinegraph.lexicon.rules_query import SearchQuery, analysed
from kinegraph.library.rules import OVERRIDABLE_BY_KEY
from kinegraph.library.store_columns import EFFECTIVE
from kinegraph.search.rules import SEMANTIC_WEIGHTS, TRIGRAM_WEIGHTS, class_of
from kinegraph.search.store_scope import Scope
from kinegraph.vectors.rules import Vector

PARTS = ("organization", "begun", "misspelled", "vectors", "fused", "several", "some")
BRACES = {name: re.compile(f"-- {{ {name}\n.*?-- }} {name}\n", re.DOTALL) for name in PARTS}
"""The parts of the statement that a search may do without."""
FILTER = "true /* filter */"
NEAREST_FILTER = "true /* filter of canonical rows e */"
OWN_FILTER = "true /* filter of own rows */"
"""The places of the statement where the caller's filter goes."""
KEYS = "'{}' /* keys that an override may have */"
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
    text = (files("kinegraph.search") / "search.sql").read_text()
    return text.replace(KEYS, f"'{{{', '.join(OVERRIDABLE_BY_KEY)}}}'::text[]")


@lru_cache(200)
def filtered(effective: str = "", stored: str = "", parts: frozenset[str] = frozenset(PARTS)) -> str:
    """The statement with the conditions of a filter, of effective values and of stored ones; empty without a filter.

    It has these parts of those between braces: to begin one that a search does not need takes time, too.
    """
    text = statement()
    for name in BRACES.keys() - parts:
        text = BRACES[name].sub("", text)
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


def _parts(scope: Scope, query: SearchQuery, has_vector: bool, *, is_begun: bool, is_semantic: bool) -> frozenset[str]:
    """The parts of the statement that a search needs."""
    is_misspelled = query.is_misspelled and not is_semantic
    is_needed = (
        scope.organization_id is not None,
        is_begun,
        is_misspelled,
        has_vector,
        is_misspelled or has_vector,
        bool(query.others),
        bool(query.some),
    )
    return frozenset(compress(PARTS, is_needed))


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
    of_words = needed(query.texts) if scope.organization_id else Needed("", "", "")
    for value, kind in (
        (scope.organization_id, "uuid"),
        (scope.is_coached, "boolean"),
        (list(scope.canonical_statuses), "text[]"),
        (list(scope.own_statuses), "text[]"),
        ("\n".join(query.every), "text"),
        ("\n".join(query.some), "text"),
        ([each.slot for each in query.alternatives], "integer[]"),
        ([each.share * each.weight for each in query.alternatives], "real[]"),
        ("\n".join([any_of(each.texts) for each in query.alternatives]), "text"),
        ("\n".join([name for name, _ in query.exact]), "text"),
        ([weight for _, weight in query.exact], "real[]"),
        (query.text, "text"),
        (0.0 if is_semantic else 1.0, "real"),
        (TRIGRAM_WEIGHTS[of_class], "real"),
        (limit, "integer"),
        (vector, "real[]"),
        (1.0 if is_semantic else SEMANTIC_WEIGHTS[of_class], "real"),
        (query.others, "text"),
        (of_words.stems, "text"),
        (of_words.words, "text"),
        (of_words.beginnings, "text"),
    ):
        arguments.bind(value, kind)
    of_viewer = {"restricted_by": "$1::uuid"}
    effective = " AND ".join(conditions(wanted, {**EFFECTIVE, **of_viewer}, arguments))
    stored = " AND ".join(conditions(wanted, {**STORED, **of_viewer}, arguments)) if vector else ""
    parts = _parts(scope, query, bool(vector), is_begun=bool(of_words.beginnings), is_semantic=is_semantic)
    text = filtered(effective, stored, parts)
    return await session.fetch(text, *arguments.values)
