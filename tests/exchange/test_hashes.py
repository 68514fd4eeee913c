"""The hash of an imported row names its fields, so that new columns leave earlier imports as they were."""

import dataclasses
from typing import Any  # values of any column

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.canonical import rules as canonical
from kinegraph.canonical.rules_files import shipped_files
from kinegraph.exchange.rules_fields import FIELDS
from kinegraph.exercise import rules_columns
from kinegraph.formats.hashes import digest, is_digest, is_unchanged

CONTENT = {"name": "Pull Wide", "cues": ["Up"], "difficulty": 3, "instructions": [{"type": "step", "body": "Hang."}]}
OLD_HASH = "i00080a0002e46408f3d0dbe2dcbcb4ece21942f539baf563748b09cdcb"
"""The hash of version 0.1 of the content above: name is bit 1, difficulty 17, cues 19, instructions 27."""

contents = st.dictionaries(st.sampled_from(FIELDS), st.none() | st.text(max_size=5) | st.lists(st.text(max_size=3)))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contents, contents)
def test_a_row_is_unchanged_when_the_fields_of_its_hash_have_the_same_values(
    content: dict[str, Any], others: dict[str, Any]
) -> None:
    hashed = digest(content)
    assert is_digest(hashed) and is_unchanged({**others, **content}, hashed)
    for name in content:
        assert not is_unchanged({**others, **content, name: "another value"}, hashed)


def test_a_hash_of_version_0_1_is_read_by_the_bit_positions_of_that_version() -> None:
    stored = {**dict.fromkeys(FIELDS), **CONTENT}
    assert is_digest(OLD_HASH) and is_unchanged(stored, OLD_HASH)
    for name in CONTENT:
        assert not is_unchanged({**stored, name: None}, OLD_HASH)


def test_a_hash_of_seeding_is_not_taken_for_a_hash_of_an_import() -> None:
    assert not is_digest("a" * 64) and not is_digest(None)


def test_a_new_column_changes_no_hash_of_the_canonical_library(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {row["slug"]: row["seed_hash"] for file in shipped_files() for row in canonical.entries_of(*file)}
    added = dataclasses.replace(rules_columns.COLUMNS["cues"], name="tempo_hints")
    monkeypatch.setitem(canonical.UNSET_VALUES, added.name, [])
    rows = [row for file in shipped_files() for row in canonical.entries_of(*file)]
    assert {row["slug"]: row["seed_hash"] for row in rows} == before
    assert all(row[added.name] == [] for row in rows)
