"""The vectors of the texts that a document searches, obtained before its transaction begins."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast  # arguments as graphql-core coerced them

from kinegraph.kit.context import Info, Preparation
from kinegraph.kit.errors import InvalidInput
from kinegraph.lexicon.rules_query import require_words
from kinegraph.search.rules import SearchMode
from kinegraph.vectors.rules import Absence, Found, Vector, text_of


async def find_vectors(preparation: Preparation) -> Found:
    """The vectors of all texts that a document searches by meaning, by the form of each text."""
    texts = dict.fromkeys(text for each in preparation.arguments if (text := _text(each)) is not None)
    found: Found = await preparation.services.vectors.find(
        [*texts], preparation.charge, is_signed_in=preparation.is_signed_in
    )
    return found


def _text(arguments: Mapping[str, Any]) -> str | None:
    """The text whose vector a search needs; None where it needs none, or is going to be refused."""
    if arguments.get("mode") is not SearchMode.LEXICAL:
        with suppress(InvalidInput):
            require_words(arguments["q"], "q")
            return text_of(arguments["q"])
    return None


def vector_of(info: Info, q: str, mode: SearchMode | None) -> Vector | None:
    """The vector of a search; None for a lexical one, and where there is none, which `extensions` of the answer say."""
    if mode is SearchMode.LEXICAL:
        return None
    found = cast(Found, info.context.prepared.get(find_vectors, {})).get(text_of(q), Absence.EMBEDDINGS_UNAVAILABLE)
    if isinstance(found, Absence):
        info.context.note("search", info.path.as_list(), mode=SearchMode.LEXICAL.value, reason=found.value)
        return None
    return found
