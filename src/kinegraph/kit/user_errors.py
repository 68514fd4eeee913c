"""Payloads of mutations, and refusals as data: `userErrors`, the last field of every payload."""

import enum
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, dataclass_transform  # Any: GraphQL reads a row's fields by name
from uuid import UUID

import strawberry
from strawberry.types.field import StrawberryField

from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import Refusal
from kinegraph.kit.sessions import ReadSession

Class = TypeVar("Class", bound=type)
Key = TypeVar("Key")


class UserErrorCode(enum.StrEnum):
    """The codes of every refusal, in the spelling of the API."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    CONFLICT = "CONFLICT"
    OVERRIDE_TARGET_NOT_CANONICAL = "OVERRIDE_TARGET_NOT_CANONICAL"
    RESET_TARGET_NOT_CANONICAL = "RESET_TARGET_NOT_CANONICAL"
    EXERCISE_NOT_VISIBLE = "EXERCISE_NOT_VISIBLE"
    EXERCISE_NOT_AVAILABLE = "EXERCISE_NOT_AVAILABLE"
    EXERCISE_IN_USE = "EXERCISE_IN_USE"
    SNAPSHOT_IMMUTABLE = "SNAPSHOT_IMMUTABLE"
    PLAN_NOT_PUBLISHED = "PLAN_NOT_PUBLISHED"
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"


described_enum(
    UserErrorCode,
    "Why something was refused; stable, for programs to branch on.",
    INVALID_INPUT="The input is not of the form or size it must have.",
    NOT_FOUND="There is no such thing, or none that the caller may see.",
    FORBIDDEN="The caller's role does not allow it.",
    CONFLICT="Something stored stands against it, such as a slug that is taken.",
    OVERRIDE_TARGET_NOT_CANONICAL="Only canonical exercises are overridden; edit the organization's own directly.",
    RESET_TARGET_NOT_CANONICAL="An organization's own exercise has no override to reset; delete it instead.",
    EXERCISE_NOT_VISIBLE="The exercise does not exist, or is another organization's.",
    EXERCISE_NOT_AVAILABLE="The exercise is archived, deleted or another's draft, and cannot be newly referred to.",
    EXERCISE_IN_USE="Something refers to the exercise, so it cannot go.",
    SNAPSHOT_IMMUTABLE="A snapshot workout cannot be deleted.",
    PLAN_NOT_PUBLISHED="The plan has no published version.",
    UPLOAD_NOT_FOUND="There is no such upload, or its file has not arrived.",
    SERVICE_UNAVAILABLE="A service that is needed does not answer; try again later.",
)


@strawberry.type(description="A refusal that the caller can act on, as data: nothing was stored.")
class UserError:
    code: UserErrorCode = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why and what to do, for people.")
    field: list[str] | None = strawberry.field(
        description='Path of the input at fault from the argument on, e.g. ["input", "sections", "0", "shape"].'
    )

    @classmethod
    def of(cls, refusal: Refusal) -> "UserError":
        """The refusal as the API says it."""
        return cls(code=UserErrorCode(refusal.code), message=refusal.message, field=list(refusal.path) or None)


def user_errors() -> Any:
    """The field `userErrors` of a payload."""
    return strawberry.field(default_factory=list, description="Why nothing was stored; empty where it was.")


@strawberry.type(description="What a deletion did.")
class DeletePayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The id of what was deleted.")
    user_errors: list[UserError] = user_errors()


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def payload(description: str) -> Callable[[Class], Class]:
    """Declare a mutation's payload: the GraphQL type of the class's fields and, as the last one, `userErrors`.

    Each field needs a default, which a refused mutation answers.
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
