"""The types of found exercises."""

from dataclasses import dataclass, fields
from uuid import UUID

import strawberry

from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import edge
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.search.rules import SearchMode, SearchSource
from kinegraph.search.rules_highlights import MAX_HIGHLIGHTED, HighlightField
from kinegraph.search.store import HitRow
from kinegraph.search.store_highlights import highlights_of

described_enum(
    SearchMode,
    "The lists that a search fuses. Where a query has no vector, all three are LEXICAL, and `extensions.search` of the "
    "answer has the reason: NO_EMBEDDINGS (the server has no service for embeddings), EMBEDDINGS_UNAVAILABLE (the "
    "service failed, or did not answer in time) or EMBEDDINGS_LIMITED (too many new texts).",
    HYBRID="All lists.",
    LEXICAL="Full text and trigrams.",
    SEMANTIC="Embeddings alone.",
)
described_enum(
    SearchSource,
    "Where a found exercise comes from.",
    CANONICAL="The canonical library, as it stands there.",
    ORG="The organization's own exercises.",
    CUSTOMIZED="The canonical library, with the organization's override.",
)


described_enum(
    HighlightField,
    "The field of an exercise whose text is highlighted.",
    NAME="Its name.",
    ALIAS="One of its aliases.",
)


@strawberry.type(description="A part of a text, in UTF-16 code units, as JavaScript counts.")
class TextRange:
    start: int = strawberry.field(description="How many units are before it.")
    length: int = strawberry.field(description="How many units it has.")


@strawberry.type(
    description="A name or an alias with words of the query, or with terms that it means. Only what stands in the text "
    "is highlighted."
)
class SearchHighlight:
    field: HighlightField = strawberry.field(description="The field of the exercise that the text is of.")
    text: str = strawberry.field(description="The whole text, as it is shown.")
    ranges: list[TextRange] = strawberry.field(
        description="The parts that are highlighted, in their order; they do not overlap.",
        metadata={"assumed_size": 2},
    )


@dataclass(frozen=True, slots=True)
class FoundHit:
    """A hit with the query that it answers, which highlights are computed from."""

    query: str
    id: UUID
    organization_id: UUID | None
    source: str
    score: float
    lexical_rank: int | None
    trigram_rank: int | None
    semantic_rank: int | None

    @classmethod
    def of(cls, query: str, row: HitRow) -> "FoundHit":
        """The hit of a row."""
        return cls(query, *(getattr(row, field.name) for field in fields(cls)[1:]))


@strawberry.type(
    description="A found exercise. Ranks are its positions in the lists that were fused, from 1; null where a list "
    "does not have it."
)
class ExerciseSearchHit:
    exercise: EffectiveExercise = edge(
        effective,
        ("organization_id", "id"),
        "The exercise as the organization sees it; without one, as the canonical library has it.",
    )
    source: SearchSource = strawberry.field(description="Where it comes from.")
    score: float = strawberry.field(
        description="Sum over the lists of their weight / (60 + rank); the canonical row's where it takes the place of "
        "one with its slug that has more. Comparable within one answer only."
    )
    lexical_rank: int | None = strawberry.field(description="Its rank by full text.")
    trigram_rank: int | None = strawberry.field(description="Its rank by likeness of name and aliases to the query.")
    semantic_rank: int | None = strawberry.field(description="Its rank by likeness of meaning.")
    highlights: list[SearchHighlight] = edge(
        highlights_of,
        ("organization_id", "id", "query"),
        f"What matched in its name and aliases, the name first, at most {MAX_HIGHLIGHTED}; none where it was found by "
        "other texts alone. One more statement for all hits, and nothing where it is not selected.",
        assumed_size=2,
    )
