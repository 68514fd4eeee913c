"""Refusals as data: `userErrors`, the last field of every mutation's payload."""

import enum
from collections.abc import Mapping
from typing import Any, cast  # Any: Strawberry adds its definition to the class

import strawberry
from strawberry.types.enum import EnumValue

from kinegraph.kit.errors import Refusal


@strawberry.enum(description="Why something was refused; stable, for programs to branch on.")
class UserErrorCode(enum.StrEnum):
    """The codes of refusals. Each room declares its own (`kit.errors`), so that the values are added afterwards."""


def set_codes(descriptions: Mapping[str, str]) -> None:
    """Set the values of the GraphQL enum UserErrorCode, by code, before a schema is built with it."""
    definition: Any = vars(UserErrorCode)["__strawberry_definition__"]
    definition.values = [EnumValue(code, code, description=text) for code, text in descriptions.items()]


@strawberry.type(description="A refusal that the caller can act on, as data: nothing was stored.")
class UserError:
    code: UserErrorCode = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why and what to do, for people.")
    field: list[str] | None = strawberry.field(
        description='Path of the input at fault from the argument on, e.g. ["input", "sections", "0", "shape"].'
    )

    @classmethod
    def of(cls, refusal: Refusal) -> "UserError":
        """The refusal as the API shows it."""
        return cls(code=cast(UserErrorCode, refusal.code), message=refusal.message, field=list(refusal.path) or None)


def user_errors() -> Any:
    """Declare the field `userErrors` of a payload."""
    return strawberry.field(default_factory=list, description="Why nothing was stored; empty where it was.")


@strawberry.type(description="What a deletion did.")
class DeletePayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The id of what was deleted.")
    user_errors: list[UserError] = user_errors()
