"""Enums of a room's rules, declared to GraphQL with a meaning for each value."""

import enum
from typing import Any

import strawberry


def described_enum(members: type[enum.Enum], description: str, **meanings: str) -> None:
    """Declare an enum of a room's rules as a GraphQL enum. Raises KeyError for a value without a meaning."""
    declared: Any = strawberry.enum(members, description=description)
    for value in declared.__strawberry_definition__.values:
        value.description = meanings[value.name]
