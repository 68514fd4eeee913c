"""The types of found exercises."""

import strawberry

from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import edge
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.search.rules import SearchMode, SearchSource

described_enum(
    SearchMode,
    "The lists that a search fuses. Where the server has no service for embeddings, all three are LEXICAL, and "
    "`extensions.search` of the answer says so.",
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
        description="Sum over the lists of their weight / (60 + rank). Comparable within one answer only."
    )
    lexical_rank: int | None = strawberry.field(description="Its rank by full text.")
    trigram_rank: int | None = strawberry.field(description="Its rank by likeness of name and aliases to the query.")
    semantic_rank: int | None = strawberry.field(description="Its rank by likeness of meaning.")
