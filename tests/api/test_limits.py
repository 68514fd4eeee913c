"""A small document cannot ask for an endless amount of work."""

import pytest
from graphql import parse

from kinegraph.api.limits import MOST_FIELDS, MOST_LEVELS, MOST_REPEATS, repeats, selects_nothing, size
from tests.conftest import Api, World

STEP = "{0}: members {{ nodes {{ organization {{ ...F{1} }} }} }} "
TOO_MUCH = f"The document asks for too much: at most {MOST_FIELDS:,} fields, fragments written out."
TOO_DEEP = f"The document is nested too deeply: at most {MOST_LEVELS} levels of fields."
TOO_OFTEN = f"A selection names one response key more than {MOST_REPEATS} times."


def branching(steps: int, names: str = "ab") -> str:
    """A document of a few hundred bytes whose fields multiply with each fragment."""
    fragments = "".join(
        f"fragment F{i} on Organization {{ {''.join(STEP.format(name, i + 1) for name in names)} }} "
        for i in range(steps)
    )
    last = f"fragment F{steps} on Organization {{ id }}"
    return f"{{ viewer {{ memberships {{ organization {{ ...F0 }} }} }} }} {fragments} {last}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a }", (1, 1)),
        ("{ a b: c { d } }", (2, 3)),
        ("{ ... { a { b } } ...F } fragment F on Query { c { d { e } } }", (3, 5)),
        ("query A { a } query B { b { c } }", (2, 2)),
        ("{ ...F ...F ...F } fragment F on Query { a { b } }", (2, 6)),
    ],
)
def test_a_documents_size_counts_its_fragments_wherever_they_are_spread(text: str, expected: tuple[int, int]) -> None:
    assert size(parse(text)) == expected


def test_thirty_doublings_are_measured_without_being_written_out() -> None:
    levels, fields = size(parse(branching(30)))
    assert levels == 3 + 3 * 30 + 1
    assert fields > 2**30


@pytest.mark.parametrize(("text", "most"), [("{ a b c }", 1), ("{ a b: a b { c } }", 2), ("{ a { b b b } a }", 3)])
def test_repeats_counts_response_keys_within_one_selection(text: str, most: int) -> None:
    assert repeats(parse(text)) == most


@pytest.mark.parametrize(("text", "empty"), [("{ }", True), ("{ a { } }", True), ("{ a { b } }", False)])
def test_an_empty_selection_is_noticed_at_any_depth(text: str, empty: bool) -> None:
    assert selects_nothing(parse(text)) is empty


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (branching(7, "abcd"), TOO_MUCH),
        (branching(13, "a"), TOO_DEEP),
        ("{ " + "viewer { user { id } } " * (MOST_REPEATS + 1) + "}", TOO_OFTEN),
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
    data = await api.run("{ " + "viewer { user { id } } " * MOST_REPEATS + "}", organization.coach)
    assert data == {"viewer": {"user": {"id": str(organization.coach.id)}}}
    assert (await api.run(branching(3), organization.coach))["viewer"]
