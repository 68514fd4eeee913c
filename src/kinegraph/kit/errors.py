"""Refusals: expected errors of a caller's request, as a small tree of exceptions. All other errors are masked.

Each has a stable code, a message that says what to do, and the path into the caller's input, argument first:
`("input", "sections", "0", "shape")`. A mutation answers them as `userErrors`; a query as GraphQL errors. A room
declares a code by a subclass of Refusal in its `rules`; its docstring describes the code in the API (`codes`).
"""

from collections.abc import Mapping
from typing import Any, ClassVar  # Any: the values of a payload

Path = tuple[str, ...]


class Refusal(Exception):
    """One expected error: something that the caller asked for cannot be done."""

    code: ClassVar[str]
    """Stable, for programs to branch on. A class that sets none has that of the class above."""
    is_temporary: ClassVar[bool] = False
    """True if the same request may succeed later."""
    payload: Mapping[str, Any] = {}
    """Fields that the refused mutation's payload has beside `userErrors`, such as what is stored now."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.path: Path = tuple(str(element) for element in path)

    @property
    def refusals(self) -> tuple["Refusal", ...]:
        """Itself alone; `Refused` has the same attribute."""
        return (self,)


class InvalidInput(Refusal):
    """The input is not of the form or size it must have."""

    code = "INVALID_INPUT"


class NotFound(Refusal):
    """There is no such thing, or none that the caller may see."""

    code = "NOT_FOUND"


class Forbidden(Refusal):
    """The caller's role does not allow it."""

    code = "FORBIDDEN"


class Conflict(Refusal):
    """Something stored stands against it, such as a slug that is taken."""

    code = "CONFLICT"


def codes() -> dict[str, str]:
    """The codes of all refusals that were imported, with their descriptions, sorted by code."""
    kinds = [Refusal]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return dict(sorted((kind.code, kind.__doc__ or "") for kind in kinds if "code" in vars(kind)))


class Refused(Exception):
    """All refusals of one input together."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = (*refusals,)


class Unauthenticated(Exception):
    """Nobody is signed in, or the token is not valid; the message says which."""


class TokenRefused(Unauthenticated):
    """A valid token whose user does not exist, or has had their tokens revoked since."""


class AnswerTooLarge(Exception):
    """The answer to a request would be larger than the server's limit; `size` says what it would hold."""

    def __init__(self, size: str) -> None:
        super().__init__(f"The answer would hold {size}: ask for fewer fields or smaller pages.")


class OutOfTime(Exception):
    """The request took longer than the server's limit; `duration` says how long."""

    def __init__(self, duration: str) -> None:
        super().__init__(f"The request took {duration}: ask for less at once, or try again later.")
