"""Suggestions of exercises while somebody types."""

from typing import Annotated

import strawberry

from kinegraph.catalog.rules import Filter
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.graph import edge, field
from kinegraph.lexicon.rules_query import MAX_LENGTH, require_words
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.search.graph_hits import TextRange
from kinegraph.search.store_scope import scope_of, searched_organization
from kinegraph.search.store_suggestions import suggestions

MAX_SUGGESTIONS = 100


@strawberry.type(description="An exercise that may be meant by what was typed so far.")
class ExerciseSuggestion:
    exercise: EffectiveExercise = edge(effective, ("organization_id", "id"), "The exercise as it is seen there.")
    text: str = strawberry.field(description="Its name, or the alias that has what was typed.")
    highlights: list[TextRange] = strawberry.field(
        description="The parts of the text that were typed.", metadata={"assumed_size": 2}
    )


@strawberry.type
class Query:
    @field(
        "Exercises with words that begin as those of `prefix`, in names and aliases of any language, for boxes that "
        "suggest while somebody types: names that begin so first. Without organizationId, or where the caller does not "
        "belong to it or may not browse its library: canonical exercises alone.",
        assumed_size=8,
    )
    async def suggest_exercises(
        self,
        info: Info,
        prefix: Annotated[str, strawberry.argument(description=f"What was typed, 1 to {MAX_LENGTH} characters.")],
        organization_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Whose library; null: the canonical one.")
        ] = None,
        limit: Annotated[
            int | None, strawberry.argument(description=f"Suggestions, 1 to {MAX_SUGGESTIONS}; null is the default.")
        ] = 8,
    ) -> list[ExerciseSuggestion]:
        checks = Checks()
        count = checks.whole(8 if limit is None else limit, ("limit",), 1, MAX_SUGGESTIONS)
        with checks.layer():
            require_words(prefix, "prefix")
        checks.done()
        sent = None if organization_id is None else require_key(organization_id, "organizationId")
        viewer: Viewer = await info.context.viewer()
        scope = scope_of(viewer, Filter(), searched_organization(viewer, sent))
        found: list[ExerciseSuggestion] = await info.context.load(suggestions, prefix, scope=scope, limit=count)
        return found
