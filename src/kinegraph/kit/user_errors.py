"""Payloads of mutations, and refusals as data: `userErrors`, the last field of every payload."""

import enum
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar, cast, dataclass_transform  # Any: Strawberry's definitions; a row is no GraphQL type
from uuid import UUID

import strawberry
from strawberry.types.enum import EnumValue
from strawberry.types.field import StrawberryField

from kinegraph.kit.errors import Refusal
from kinegraph.kit.sessions import ReadSession

Class = TypeVar("Class", bound=type)
Key = TypeVar("Key")


@strawberry.enum(description="Why something was refused; stable, for programs to branch on.")
class UserErrorCode(enum.StrEnum):
    """The codes of refusals. Each room declares its own (`kit.errors`), so that the values are added afterwards."""


def set_codes(descriptions: Mapping[str, str]) -> None:
    """Set the values of the GraphQL enum UserErrorCode, by code, before a schema is built with it."""
    definition: Any = vars(UserErrorCode)["__strawberry_definition__"]
    definition.values = [EnumValue(code, code, description=text) for code, text in descriptions.items()]


@strawberry.type(description="A refusal that the caller can act on, as data: nothing was stored.")
class UserError:
    code: UserErrorCode = strawberry.field(description="Why, as a stable code for programs to branch on.")
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
    about = "Why nothing was stored; empty where it was."
    return strawberry.field(default_factory=list, description=about, metadata={"assumed_size": 1})


@strawberry.type(description="What a deletion did.")
class DeletePayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The id of what was deleted.")
    user_errors: list[UserError] = user_errors()


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def payload(description: str) -> Callable[[Class], Class]:
    """Declare a mutation's payload: the GraphQL type of the class's fields and, as the last one, `userErrors`.

    Each field needs a default. A refused mutation answers it, except where the refusal brings a value
    (`Refusal.payload`).
    """

    def declare(cls: Class) -> Class:
        cls.__annotations__["user_errors"] = list[UserError]
        cls.user_errors = user_errors()  # type: ignore[attr-defined]  # the field is added here
        return strawberry.type(cls, description=description)

    return declare


async def stored_row(session: ReadSession, batch: Callable[..., Awaitable[Sequence[Any]]], key: Key) -> Any:
    """The row of one key as it is stored now, read by a batch function; None without one."""
    (row,) = await batch(session, [key])
    return row


def deleted(id: UUID) -> DeletePayload:
    """The payload of a mutation that deleted the row of this id."""
    return DeletePayload(deleted_id=strawberry.ID(str(id)))
