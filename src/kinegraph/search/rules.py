"""Modes of a search, and where what it finds comes from."""

from enum import StrEnum


class SearchMode(StrEnum):
    """The lists that a search fuses."""

    HYBRID = "HYBRID"
    LEXICAL = "LEXICAL"
    SEMANTIC = "SEMANTIC"


class SearchSource(StrEnum):
    """Where a found exercise comes from."""

    CANONICAL = "CANONICAL"
    ORG = "ORG"
    CUSTOMIZED = "CUSTOMIZED"
