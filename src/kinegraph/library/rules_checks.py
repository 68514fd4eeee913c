"""Checks of the inputs that override exercises and reset overrides (docs/domain.md, Overrides)."""

from collections.abc import Mapping, Sequence
from typing import Any  # Any: values of columns, by name

from kinegraph.exercise.rules import checked, refuse_lists_and_texts, without_absent
from kinegraph.exercise.rules_columns import TEXT_INPUTS, api_name
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path, Refusal
from kinegraph.library.rules import OVERRIDABLE_BY_KEY

MAX_FIELDS = 50
"""Maximum number of fields that are reset by name."""


class OverrideTargetNotCanonical(Refusal):
    """Only canonical exercises are overridden; edit the organization's own directly."""

    code = "OVERRIDE_TARGET_NOT_CANONICAL"


class ResetTargetNotCanonical(Refusal):
    """An organization's own exercise has no override to reset; delete it instead."""

    code = "RESET_TARGET_NOT_CANONICAL"


def checked_fields(fields: Sequence[str], checks: Checks) -> list[str]:
    """Check the names of fields to be reset, and return them. Those that cannot be overridden are faults."""
    if len(fields) > MAX_FIELDS:
        checks.refuse(f"Must be at most {MAX_FIELDS} names; these are {len(fields)}.", "fields")
    for index, name in enumerate(fields[:MAX_FIELDS]):
        if name not in OVERRIDABLE_BY_KEY:
            checks.refuse(f"Must be one of {', '.join(OVERRIDABLE_BY_KEY)}.", "fields", str(index))
    return [*fields]


def checked_overrides(values: Mapping[str, Any], at: Path, checks: Checks) -> tuple[dict[str, Any], list[str]]:
    """The values that an input sets in the diff, and the keys that it removes. Faults are recorded in `checks`."""
    refuse_lists_and_texts(values, at, checks)
    values = without_absent(values)
    cleaned = checked({column: value for column, value in values.items() if value is not None}, at, checks)
    null = [TEXT_INPUTS[name].name if name in TEXT_INPUTS else name for name, value in values.items() if value is None]
    return {api_name(column): value for column, value in cleaned.items()}, [*map(api_name, null)]


def differing(values: Mapping[str, Any], canonical: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values that differ from the canonical ones, and the keys of those that do not: these are no overrides.

    Spelling and order count: they are what the organization sees.
    """
    different = {key: value for key, value in values.items() if value != canonical[key]}
    return different, [key for key in values if key not in different]
