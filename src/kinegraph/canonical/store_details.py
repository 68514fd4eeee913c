"""The child rows of the entries of canonical exercises."""

from collections.abc import Mapping, Sequence
from typing import Any  # JSON of the files

from kinegraph.authoring.rules_columns import PROFILE, SAFETY
from kinegraph.exercise.store_details import CONTRAINDICATION, INSTRUCTION

DETAILS: Mapping[str, Mapping[str, str]] = {
    "exercise_instructions": {name: INSTRUCTION[name] for name in ("type", "body", "sort_order")},
    "exercise_contraindications": CONTRAINDICATION,
    "exercise_tags": {"kind": "text", "term_id": "uuid"},
    "exercise_programming_profiles": PROFILE,
    "exercise_safety_constraints": SAFETY,
}
"""The child tables that an entry has rows of, and their columns."""

NAMED = {
    "exercise_instructions": "instructions",
    "exercise_contraindications": "contraindications",
    "exercise_tags": "terms",
}
"""The keys of an entry with the rows of a child table."""

EMPTY: Mapping[str, Any] = {"text[]": [], "jsonb": {}}
WITHOUT_CLASS: Mapping[str, Any] = {name: EMPTY.get(kind) for name, kind in PROFILE.items()}
"""The profile of an entry without a class."""


def details_of(entry: Mapping[str, Any], table: str) -> Sequence[Mapping[str, Any]]:
    """An entry's rows of one child table."""
    if table == "exercise_programming_profiles":
        score = entry["fatigue_score"]
        found = entry.get("profile") or (score is not None and {**WITHOUT_CLASS, "fatigue_score": score})
        return [found] if found else []
    if table == "exercise_safety_constraints":
        return [entry["safety"]] if "safety" in entry else []
    rows: Sequence[Mapping[str, Any]] = entry[NAMED[table]]
    return rows
