"""The contract that clients were promised, `contract.graphql`: the schema has all of it."""

from pathlib import Path

from graphql import DangerousChangeType, build_schema, find_breaking_changes, find_dangerous_changes

from kinegraph.api.schema import sdl
from tests.shipped import exported_schema

FOLDER = Path(__file__).parent
CONTRACT = FOLDER / "contract.graphql"
ORIGINAL = FOLDER.parents[2] / "shared" / "contract.graphql"
"""The file that the contract is a copy of, where it lies beside the checkout."""

promised = build_schema(CONTRACT.read_text())
exported = exported_schema()


def test_nothing_that_was_promised_is_missing() -> None:
    missing = sorted(change.description for change in find_breaking_changes(promised, exported))
    assert missing == [], "the schema has lost what was promised"


def test_every_default_equals_the_promised_one() -> None:
    changes = find_dangerous_changes(promised, exported)
    assert [c.description for c in changes if c.type is DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE] == []


def test_the_contract_equals_its_source_where_that_is_present() -> None:
    copies = [path for path in (CONTRACT, ORIGINAL) if path.exists()]
    assert {path.read_text() for path in copies} == {CONTRACT.read_text()}


def test_the_contract_has_the_types_that_were_promised_first() -> None:
    built = {"Workout", "Section", "Movement", "Comment", "Exercise", "EffectiveExercise", "Organization", "User"}
    assert built <= set(promised.type_map) & set(exported.type_map)


def test_the_comparison_finds_changes_of_the_contract() -> None:
    """The comparison itself: it finds a field, an argument and a value that are gone, and a type that changed."""
    text = sdl()
    for old, new in (
        ("  totalCount: Int!", "  totalCount: Float!"),
        ("  PERCENT_1RM\n", "  PERCENT\n"),
        ("  workout(\n", "  workoutt(\n"),
        ("  customizedFields: [String!]!", "  customizedFields: [String!]"),
    ):
        assert old in text, old
        assert find_breaking_changes(exported, build_schema(text.replace(old, new))), old
