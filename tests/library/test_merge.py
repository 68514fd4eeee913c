"""Properties of the merge that hold for any row and any diff."""

from types import SimpleNamespace
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinegraph.exercise.rules_columns import OVERRIDABLE as COLUMNS
from kinegraph.kit.checks import Checks
from kinegraph.library.rules import OVERRIDABLE_BY_KEY, merge
from kinegraph.library.rules_checks import checked_overrides
from tests.exercise.samples import OVERRIDABLE as ALLOWLIST

GYM = UUID("0197c1a2-0000-7000-8000-000000000001")
values: st.SearchStrategy[Any] = st.none() | st.text(max_size=5) | st.integers(1, 5) | st.lists(st.text(max_size=3))
rows = st.fixed_dictionaries(dict.fromkeys(COLUMNS, values))
odd_keys = st.sampled_from(
    ["slug", "id", "embedding", "status", "organizationId", "athlete_notes", "", "Name", "__class__"]
)
diffs = st.dictionaries(st.sampled_from(ALLOWLIST) | odd_keys | st.text(max_size=4), values)


def canonical(columns: dict[str, Any], organization_id: UUID | None = None) -> SimpleNamespace:
    """A row of the table."""
    return SimpleNamespace(
        **columns, id=UUID(int=1), organization_id=organization_id, slug="squat", status="published", deleted_at=None
    )


def supplied(diff: dict[str, Any]) -> dict[str, Any]:
    """The values that a diff overrides: allowlisted keys that are not null."""
    return {key: value for key, value in diff.items() if key in ALLOWLIST and value is not None}


PROMISED = (
    "name", "description", "athleteNotes", "category", "kind", "movementPattern", "primaryMuscles", "secondaryMuscles",
    "equipment", "aliases", "difficulty", "discipline", "cues", "commonFaults", "scalingOptions", "videoUrl",
    "thumbnailUrl",
)  # fmt: skip
"""Overridable fields that clients were promised (tests/api/contract.graphql)."""


def test_the_promised_fields_are_overridable_and_no_identity_is() -> None:
    assert set(PROMISED) <= set(OVERRIDABLE_BY_KEY)
    assert not {"id", "slug", "status", "source", "sourceUrl", "licenseAttribution"} & set(OVERRIDABLE_BY_KEY)


@settings(max_examples=200, deadline=None)
@given(rows, diffs)
def test_the_merge_takes_exactly_the_overridden_keys_and_the_rest_from_the_row(
    columns: dict[str, Any], diff: dict[str, Any]
) -> None:
    merged = merge(canonical(columns), diff, GYM)
    for key, column in OVERRIDABLE_BY_KEY.items():
        assert getattr(merged, column) == supplied(diff).get(key, columns[column])


@settings(max_examples=100, deadline=None)
@given(rows, diffs)
def test_customized_fields_are_the_supplied_keys_sorted(columns: dict[str, Any], diff: dict[str, Any]) -> None:
    assert merge(canonical(columns), diff, GYM).customized_fields == sorted(supplied(diff))


@settings(max_examples=100, deadline=None)
@given(rows, diffs)
def test_values_of_other_columns_never_come_from_the_diff(columns: dict[str, Any], diff: dict[str, Any]) -> None:
    merged: Any = merge(canonical(columns), diff, GYM)
    assert (merged.slug, merged.status, merged.id, merged.deleted_at) == ("squat", "published", UUID(int=1), None)
    assert merged.organization_id == GYM


@settings(max_examples=100, deadline=None)
@given(rows, diffs)
def test_an_organizations_own_row_is_never_merged(columns: dict[str, Any], diff: dict[str, Any]) -> None:
    merged = merge(canonical(columns, GYM), diff, GYM)
    assert merged.customized_fields == []
    assert {column: getattr(merged, column) for column in COLUMNS} == columns


@settings(max_examples=100, deadline=None)
@given(rows, diffs)
def test_unknown_and_null_keys_make_no_difference(columns: dict[str, Any], diff: dict[str, Any]) -> None:
    with_odd, without = merge(canonical(columns), diff, GYM), merge(canonical(columns), supplied(diff), GYM)
    assert with_odd.customized_fields == without.customized_fields
    assert [getattr(with_odd, c) for c in COLUMNS] == [getattr(without, c) for c in COLUMNS]


@settings(max_examples=50, deadline=None)
@given(rows, st.sampled_from([None, {}, {"slug": "x"}, {"name": None}]))
def test_a_diff_that_supplies_nothing_customizes_nothing(columns: dict[str, Any], diff: dict[str, Any] | None) -> None:
    merged = merge(canonical(columns), diff, GYM)
    assert (bool(merged.diff), merged.customized_fields) == (False, [])


@settings(max_examples=50, deadline=None)
@given(rows, diffs)
def test_merging_changes_neither_the_row_nor_the_diff(columns: dict[str, Any], diff: dict[str, Any]) -> None:
    row, row_before, diff_before = canonical(columns), dict(columns), dict(diff)
    merge(row, diff, GYM)
    assert diff == diff_before
    assert {column: getattr(row, column) for column in COLUMNS} == row_before


@pytest.mark.parametrize(
    ("status", "deleted_at", "discontinued"),
    [("published", None, False), ("draft", None, False), ("archived", None, True), ("published", "now", True)],
)
def test_archived_and_deleted_rows_are_discontinued(status: str, deleted_at: str | None, discontinued: bool) -> None:
    row = SimpleNamespace(organization_id=None, status=status, deleted_at=deleted_at)
    assert merge(row, {"name": "x"}, GYM).is_discontinued is discontinued


@settings(max_examples=100, deadline=None)
@given(st.sets(st.sampled_from(sorted(set(COLUMNS) - {"difficulty"}))), st.booleans())
def test_null_keys_of_an_input_are_removed_and_the_others_set(nulls: set[str], with_difficulty: bool) -> None:
    sent = {**dict.fromkeys(nulls), **({"difficulty": 4} if with_difficulty else {})}
    wanted, removed = checked_overrides(sent, ("overrides",), Checks())
    assert wanted == ({"difficulty": 4} if with_difficulty else {})
    assert sorted(removed) == sorted(key for key, column in OVERRIDABLE_BY_KEY.items() if column in nulls)


def test_every_fault_of_an_override_is_refused_with_its_path() -> None:
    checks = Checks()
    checked_overrides({"name": "", "cues": ["ok", ""], "difficulty": 0, "video_url": None}, ("overrides",), checks)
    assert [refusal.path for refusal in checks.refusals] == [
        ("overrides", "name"),
        ("overrides", "cues", "1"),
        ("overrides", "difficulty"),
    ]
