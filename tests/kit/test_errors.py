"""Refusals are a small tree with stable codes, every one of which the API can say."""

from importlib import import_module

import pytest

from kinegraph.kit import errors
from kinegraph.kit.errors import Conflict, Forbidden, InvalidInput, NotFound, Refusal, Refused
from kinegraph.kit.user_errors import UserError, UserErrorCode

for room in ("exercise.rules", "library.rules", "workout.rules", "workout.rules_tree", "identity.rules"):
    import_module(f"kinegraph.{room}")


def kinds(kind: type[Refusal]) -> list[type[Refusal]]:
    """A class of refusals and all below it."""
    return [kind, *(below for child in kind.__subclasses__() for below in kinds(child))]


@pytest.mark.parametrize("kind", kinds(Refusal), ids=lambda kind: kind.__name__)
def test_the_api_has_a_code_for_every_refusal(kind: type[Refusal]) -> None:
    assert UserError.of(kind("No.")).code is UserErrorCode(kind.code)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(InvalidInput, "INVALID_INPUT"), (NotFound, "NOT_FOUND"), (Forbidden, "FORBIDDEN"), (Conflict, "CONFLICT")],
)
def test_the_codes_of_the_four_common_refusals_are_stable(kind: type[Refusal], code: str) -> None:
    assert kind.code == code


def test_a_codes_value_is_its_name() -> None:
    assert all(code.value == code.name for code in UserErrorCode)


def test_a_refusals_path_is_text_all_the_way() -> None:
    refusal = InvalidInput("No.", "input", "sections", 3, "config")
    assert refusal.path == ("input", "sections", "3", "config")
    assert (refusal.message, str(refusal)) == ("No.", "No.")


def test_a_refusal_of_nothing_in_particular_has_no_field() -> None:
    assert UserError.of(NotFound("No.")).field is None
    assert UserError.of(NotFound("No.", "id")).field == ["id"]


def test_several_refusals_keep_their_order() -> None:
    first, second = InvalidInput("One.", "a"), Conflict("Two.", "b")
    refused = Refused([first, second])
    assert refused.refusals == (first, second)
    assert not isinstance(refused, Refusal)


def test_an_unauthenticated_request_is_no_refusal_of_an_input() -> None:
    assert not issubclass(errors.Unauthenticated, Refusal)
