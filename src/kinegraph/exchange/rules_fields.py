"""A row's fields, held against the API's rules: of the right type, from the vocabulary, within the limits."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from kinegraph.exchange.rules_content import FIELDS, PROVENANCE, TERMS
from kinegraph.exchange.rules_shapes import as_term, is_a, is_choice, is_list, is_part, is_whole, one_line
from kinegraph.exercise import rules_details as details
from kinegraph.exercise import rules_terms as terms
from kinegraph.exercise.rules import LISTS, MAX_ENTRIES, NEVER_NULL, api_name, checked
from kinegraph.exercise.rules_taxonomy import MAX_NAME_LENGTH, MAX_TERMS
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path

CHOICES: Mapping[str, type[StrEnum]] = {
    "status": terms.ExerciseStatus,
    "category": terms.ExerciseCategory,
    "kind": terms.ExerciseKind,
    "movement_pattern": terms.MovementPattern,
    "plane_of_motion": terms.PlaneOfMotion,
}
"""Fields of one word out of a vocabulary."""

INSTRUCTION = {"type": details.InstructionType, "body": None}
CONTRAINDICATION = {"condition": None, "severity": details.ContraindicationSeverity, "description": None}
BY_API_NAME: Mapping[str, str] = {api_name(name): name for name in FIELDS}
"""The fields as files spell them."""


def content_of(raw: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The content of a row whose fields are spelled as in the API; what is wrong goes to `checks`."""
    if "name" not in raw:
        checks.refuse("Must be given.", "name")
    fit = {}
    for key, value in raw.items():
        name = BY_API_NAME.get(key)
        if name is None:
            checks.refuse(f"There is no such field; there are {', '.join(BY_API_NAME)}.", one_line(key))
        elif name in NEVER_NULL and value is None:
            checks.refuse("Must not be null; leave it out to keep it as it is.", key)
        elif value is None or _is_typed(name, value, (key,), checks):
            fit[name] = _stored_value(name, value)
    return {name: _within_limits(name, value, checks) for name, value in fit.items()}


def _is_typed(name: str, value: Any, at: Path, checks: Checks) -> bool:
    """Whether a value that is not null is of its field's type."""
    if name in CHOICES:
        return is_choice(value, CHOICES[name], at, checks)
    if name in LISTS or name in TERMS:
        return is_list(value, at, checks, lambda entry, here: is_a(entry, str, here, checks))
    if name == "instructions":
        return is_list(value, at, checks, lambda entry, here: is_part(entry, INSTRUCTION, here, checks))
    if name == "contraindications":
        return is_list(value, at, checks, lambda entry, here: is_part(entry, CONTRAINDICATION, here, checks))
    if name in ("difficulty", "fatigue_score"):
        return is_whole(value, at, checks)
    return is_a(value, bool if name == "is_unilateral" else str, at, checks)


def _stored_value(name: str, value: Any) -> Any:
    """A value of the right type as it is stored; a null list is an empty one."""
    if name in CHOICES and value is not None:
        return as_term(value)
    if name in ("difficulty", "fatigue_score") and value is not None:
        return int(value)
    if value is None and (name in LISTS or name in TERMS or name in ("instructions", "contraindications")):
        return []
    part = {"instructions": "type", "contraindications": "severity"}.get(name)
    return [{**entry, part: as_term(entry[part])} for entry in value] if part else value


def _within_limits(name: str, value: Any, checks: Checks) -> Any:
    """A value of the right type, cleaned and within the limits."""
    at = (api_name(name),)
    if name == "instructions":
        return [*_parts(details.checked_instructions(value, at, checks), INSTRUCTION)]
    if name == "contraindications":
        return [*_parts(details.checked_contraindications(value, at, checks), CONTRAINDICATION)]
    if name in TERMS:
        return sorted(checks.texts(value, at, MAX_NAME_LENGTH, MAX_TERMS))
    if name in LISTS:  # `checked` would split a single entry at its commas, which is for what people type
        return checks.texts(value, at, LISTS[name], MAX_ENTRIES)
    if value is None or name == "fatigue_score":
        return value if value is None else checks.whole(value, at, 1, 10)
    if name in PROVENANCE:
        return checks.text(value, at, PROVENANCE[name])
    return checks.url(value, at) if name == "source_url" else checked({name: value}, (), checks)[name]


def _parts(entries: Sequence[Mapping[str, Any]], fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from ({name: entry[name] for name in fields} for entry in entries)
