"""A small document cannot cause an unbounded amount of work."""

import pytest
from graphql import parse

from kinegraph.api.limits import (
    MAX_CHARACTERS,
    MAX_COMPARISONS,
    MAX_FIELDS,
    MAX_LEVELS,
    comparisons,
    selects_nothing,
    size,
)
from tests.conftest import Api, World

LEVEL = "{0}: members {{ nodes {{ organization {{ ...F{1} }} }} }} "
TOO_MUCH = f"The document asks for too much: at most {MAX_FIELDS:,} fields, fragments written out."
TOO_DEEP = f"The document is nested too deeply: at most {MAX_LEVELS} levels of fields."
TOO_OFTEN = (
    "The document selects the same fields at the same place too often: at most 100,000 pairs of them can be compared."
)
TOO_LONG = f"The document is too long: at most {MAX_CHARACTERS:,} characters. Send values as variables."
SPREAD = "".join(f"fragment F{n} on Query {{ viewer {{ user {{ id }} }} }} " for n in range(400))


def branching(levels: int, names: str = "ab") -> str:
    """A document of a few hundred bytes whose fields multiply with each fragment."""
    fragments = "".join(
        f"fragment F{i} on Organization {{ {''.join(LEVEL.format(name, i + 1) for name in names)} }} "
        for i in range(levels)
    )
    last = f"fragment F{levels} on Organization {{ id }}"
    return f"{{ viewer {{ memberships {{ organization {{ ...F0 }} }} }} }} {fragments} {last}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a }", (1, 1)),
        ("{ a b: c { d } }", (2, 3)),
        ("{ ... { a { b } } ...F } fragment F on Query { c { d { e } } }", (3, 5)),
        ("query A { a } query B { b { c } }", (2, 2)),
        ("{ ...F ...F ...F } fragment F on Query { a { b } }", (2, 6)),
        ("{ ...Missing a }", (1, 1)),
        ("{ ...F } fragment F on Query { a ...F }", (1, 2)),
    ],
)
def test_a_documents_size_counts_its_fragments_wherever_they_are_spread(text: str, expected: tuple[int, int]) -> None:
    assert size(parse(text)) == expected


def test_thirty_doubling_fragments_are_measured_without_expanding_them() -> None:
    levels, fields = size(parse(branching(30)))
    assert levels == 3 + 3 * 30 + 1
    assert fields > 2**30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a b c }", 3),
        ("{ a b: a b { c } }", 3 + 1 + 1),
        ("{ a { b b b } a }", (2 + 1) + (3 + 3)),
        ("{ a { b } ... { a { b } } }", (2 + 1) + (2 + 1)),
        ("{ ...F ...F ...G } fragment F on Query { a } fragment G on Query { a }", (2 + 1 + 1) + 1 + 1),
        ("{ a ...F } fragment F on Query { a ...F }", (2 + 1) + (2 + 1)),
    ],
)
def test_fields_of_one_key_at_one_position_are_compared_in_pairs_through_fragments(text: str, expected: int) -> None:
    assert comparisons(parse(text))[0] == expected


def test_counting_of_comparisons_stops_soon_after_the_limit() -> None:
    assert MAX_COMPARISONS < comparisons(parse(branching(30)))[0] < 2 * MAX_COMPARISONS


@pytest.mark.parametrize(("text", "empty"), [("{ }", True), ("{ a { } }", True), ("{ a { b } }", False)])
def test_an_empty_selection_is_found_at_any_depth(text: str, empty: bool) -> None:
    assert selects_nothing(parse(text)) is empty


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (branching(7, "abcd"), TOO_MUCH),
        (branching(13, "a"), TOO_DEEP),
        ("{ " + "viewer { user { id } } " * 260 + "}", TOO_OFTEN),
        ("{ " + " ".join(f"...F{n}" for n in range(400)) + " } " + SPREAD, TOO_OFTEN),
        ("{ viewer { user { id } } }".ljust(MAX_CHARACTERS + 1), TOO_LONG),
    ],
)
async def test_a_document_beyond_a_bound_is_refused_with_the_bound(
    api: Api, world: World, text: str, message: str
) -> None:
    organization = await world.organization()
    response = await api.post(text, organization.coach)
    assert response.status_code == 400
    assert [error["message"] for error in response.json()["errors"]] == [message]


async def test_a_document_within_every_bound_is_answered(api: Api, world: World) -> None:
    organization = await world.organization()
    data = await api.run("{ " + "viewer { user { id } } " * 50 + "}", organization.coach)
    assert data == {"viewer": {"user": {"id": str(organization.coach.id)}}}
    assert (await api.run(branching(3), organization.coach))["viewer"]
