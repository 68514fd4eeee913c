"""GraphQL enums: enums of a room's rules, with a description for each value."""

import enum
from typing import Any  # Strawberry adds its definition to the class

import strawberry


def described_enum(members: type[enum.Enum], description: str, **descriptions: str) -> None:
    """Declare a GraphQL enum with a description for each value. Raises KeyError for a value without one."""
    declared: Any = strawberry.enum(members, description=description)
    for value in declared.__strawberry_definition__.values:
        value.description = descriptions[value.name]
