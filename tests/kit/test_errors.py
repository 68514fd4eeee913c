"""Refusals are a small tree with stable codes, every one of which the API can say."""

import pytest
from graphql import GraphQLEnumType

from kinegraph.api.schema import UNUSED_CODES, schema
from kinegraph.kit import errors
from kinegraph.kit.errors import Conflict, Forbidden, InvalidInput, NotFound, Refusal, Refused
from kinegraph.kit.user_errors import UserError


def kinds(kind: type[Refusal]) -> list[type[Refusal]]:
    """All classes of refusals below one."""
    return [each for child in kind.__subclasses__() for each in (child, *kinds(child))]


def shown() -> GraphQLEnumType:
    """The codes as the API shows them."""
    found = schema._schema.type_map["UserErrorCode"]
    assert isinstance(found, GraphQLEnumType)
    return found


@pytest.mark.parametrize("kind", kinds(Refusal), ids=lambda kind: kind.__name__)
def test_the_api_has_a_code_for_every_refusal(kind: type[Refusal]) -> None:
    refusal = kind.__new__(kind)
    Refusal.__init__(refusal, "No.")  # whatever else a kind takes
    assert shown().coerce_output_value(UserError.of(refusal).code) == kind.code


def test_the_api_has_no_code_but_the_refusals_and_the_promised_ones() -> None:
    declared = [kind.code for kind in kinds(Refusal) if "code" in vars(kind)]
    assert sorted(shown().values) == sorted([*declared, *UNUSED_CODES])


@pytest.mark.parametrize(
    ("kind", "code"),
    [(InvalidInput, "INVALID_INPUT"), (NotFound, "NOT_FOUND"), (Forbidden, "FORBIDDEN"), (Conflict, "CONFLICT")],
)
def test_the_codes_of_the_four_common_refusals_are_stable(kind: type[Refusal], code: str) -> None:
    assert kind.code == code


def test_all_elements_of_a_refusals_path_are_text() -> None:
    refusal = InvalidInput("No.", "input", "sections", 3, "config")
    assert refusal.path == ("input", "sections", "3", "config")
    assert (refusal.message, str(refusal)) == ("No.", "No.")


def test_a_refusal_without_a_path_has_no_field() -> None:
    assert UserError.of(NotFound("No.")).field is None
    assert UserError.of(NotFound("No.", "id")).field == ["id"]


def test_several_refusals_stay_in_their_order() -> None:
    first, second = InvalidInput("One.", "a"), Conflict("Two.", "b")
    refused = Refused([first, second])
    assert refused.refusals == (first, second)
    assert not isinstance(refused, Refusal)


def test_an_unauthenticated_request_is_no_refusal_of_an_input() -> None:
    assert not issubclass(errors.Unauthenticated, Refusal)
