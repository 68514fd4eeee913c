"""The fields of an exercise that a file may set: their checks and their defaults."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any  # values of a file: JSON of any type

from kinegraph.canonical.rules import contraindications_by_training
from kinegraph.exercise import rules_details as details
from kinegraph.exercise.rules import checked
from kinegraph.exercise.rules_columns import COLUMNS, EXCHANGED, LISTS, MAX_ENTRIES, Kind, api_name
from kinegraph.exercise.rules_columns import DEFAULTS as COLUMN_DEFAULTS
from kinegraph.formats.records import one_line, quoted
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.taxonomy.rules import MAX_NAME_LENGTH, MAX_TERMS

TERMS: Mapping[str, str] = {"categories": "category", "body_regions": "body_region", "equipment_items": "equipment"}
"""The fields that name terms by slug, and their taxonomies."""

FIELDS = (*EXCHANGED, "instructions", "contraindications", *TERMS, "fatigue_score")
"""All fields that a file may set, in the order in which an export writes them."""

DEFAULTS: Mapping[str, Any] = {
    **{name: COLUMN_DEFAULTS[name] for name in EXCHANGED},
    **{name: [] for name in (*TERMS, "instructions", "contraindications")},
    "fatigue_score": None,
}
"""The values of a new row where its entry sets none."""

NUMBERS = frozenset({"fatigue_score", *(name for name in EXCHANGED if COLUMNS[name].kind is Kind.NUMBER)})
FLAGS = frozenset(name for name in EXCHANGED if COLUMNS[name].kind is Kind.FLAG)
CHOICES: Mapping[str, type[StrEnum]] = {name: values for name in EXCHANGED if (values := COLUMNS[name].terms)}
"""The fields whose values are members of an enum."""

INSTRUCTION = {"type": details.InstructionType, "body": None}
CONTRAINDICATION = {"condition": None, "severity": details.ContraindicationSeverity, "description": None}
BY_API_NAME: Mapping[str, str] = {api_name(name): name for name in FIELDS}
"""The fields by their names in files."""


def content_of(raw: Mapping[str, Any], checks: Checks, fields: Mapping[str, str] = BY_API_NAME) -> dict[str, Any]:
    """The content of a row whose fields have the API's names. Faults are recorded in `checks`."""
    fit = {}
    raw = _without_training(raw, checks)
    for key, value in raw.items():
        name = fields.get(key)
        if name is None:
            checks.refuse(f"There is no such field; there are {', '.join(fields)}.", one_line(key))
        elif name in COLUMNS and COLUMNS[name].is_required and value is None:
            advice = "" if name == "name" else "; leave it out to keep it as it is"  # a name is never left out of a row
            checks.refuse(f"Must not be null{advice}.", key)
        elif value is None or _is_typed(name, value, (key,), checks):
            fit[name] = _stored_value(name, value)
    return {name: _within_limits(name, value, checks) for name, value in fit.items()}


def _without_training(raw: Mapping[str, Any], checks: Checks) -> Mapping[str, Any]:
    """A row of the canonical library's own files, with contraindications in place of what they follow from."""
    if "training" not in raw:
        return raw
    found, faults = contraindications_by_training(raw)
    for fault in faults:
        checks.refuse(fault, "training")
    return {**{key: value for key, value in raw.items() if key != "training"}, "contraindications": found}


def _is_typed(name: str, value: Any, at: Path, checks: Checks) -> bool:
    """True if a value that is not null has its field's type."""
    if name in CHOICES:
        return is_choice(value, CHOICES[name], at, checks)
    if name in LISTS or name in TERMS:
        return is_list(value, at, checks, lambda entry, here: is_a(entry, str, here, checks))
    if name == "instructions":
        return is_list(value, at, checks, lambda entry, here: is_object(entry, INSTRUCTION, here, checks))
    if name == "contraindications":
        limit = details.MAX_CONTRAINDICATIONS
        return is_list(value, at, checks, lambda entry, here: is_object(entry, CONTRAINDICATION, here, checks), limit)
    if name in NUMBERS:
        return is_whole(value, at, checks)
    return is_a(value, bool if name in FLAGS else str, at, checks)


def _stored_value(name: str, value: Any) -> Any:
    """A value of the right type in its stored form; a null list becomes an empty one."""
    if name in CHOICES and value is not None:
        return as_term(value)
    if name in NUMBERS and value is not None:
        return int(value)
    if value is None and (name in LISTS or name in TERMS or name in ("instructions", "contraindications")):
        return []
    term = {"instructions": "type", "contraindications": "severity"}.get(name)
    return [{**entry, term: as_term(entry[term])} for entry in value] if term else value


def _within_limits(name: str, value: Any, checks: Checks) -> Any:
    """A value of the right type, cleaned and within the limits."""
    at = (api_name(name),)
    if name == "instructions":
        return [*_only_fields(details.checked_instructions(value, at, checks), INSTRUCTION)]
    if name == "contraindications":
        return [*_only_fields(details.checked_contraindications(value, at, checks), CONTRAINDICATION)]
    if name in TERMS:
        return sorted(checks.texts(value, at, MAX_NAME_LENGTH, MAX_TERMS))
    if value is None or name == "fatigue_score":
        return value if value is None else checks.whole(value, at, 1, 10)
    return checked({name: value}, (), checks)[name]


def _only_fields(entries: Sequence[Mapping[str, Any]], fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries with these fields alone."""
    yield from ({name: entry[name] for name in fields} for entry in entries)


_TYPES = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}


def is_a(value: Any, kind: type, at: Path, checks: Checks) -> bool:
    """True if a value has this type; a fault is recorded otherwise."""
    if isinstance(value, kind):
        return True
    checks.refuse(f"Must be {_TYPES[kind]}; this is {_type_name(value)}.", *at)
    return False


def _type_name(value: Any) -> str:
    return next(
        (name for kind, name in _TYPES.items() if isinstance(value, kind)), "null" if value is None else "a number"
    )


def is_whole(value: Any, at: Path, checks: Checks) -> bool:
    """True if a value is a whole number, such as 3 or 3.0."""
    if isinstance(value, int | float) and not isinstance(value, bool) and -1e9 < value < 1e9 and value == int(value):
        return True
    checks.refuse("Must be a whole number.", *at)
    return False


def is_list(
    value: Any, at: Path, checks: Checks, each: Callable[[Any, Path], bool], max_entries: int = MAX_ENTRIES
) -> bool:
    """True if a value is a list of at most so many entries for which `each` is true."""
    if not is_a(value, list, at, checks):
        return False
    if len(value) > max_entries:
        checks.refuse(f"Must have at most {max_entries} entries; this has {len(value):,}.", *at)
        return False
    fit = [each(entry, (*at, str(index))) for index, entry in enumerate(value)]
    return all(fit)


def is_object(value: Any, fields: Mapping[str, type[StrEnum] | None], at: Path, checks: Checks) -> bool:
    """True if a value is an object of these fields; a description is optional."""
    if not is_a(value, dict, at, checks):
        return False
    for key in value.keys() - fields.keys():
        checks.refuse(f"There is no such field; there are {', '.join(fields)}.", *at, one_line(key))
    fit = [_is_field_of(value.get(name), name, choices, (*at, name), checks) for name, choices in fields.items()]
    return value.keys() <= fields.keys() and all(fit)


def _is_field_of(value: Any, name: str, choices: type[StrEnum] | None, at: Path, checks: Checks) -> bool:
    if value is None and name == "description":
        return True
    if value is None:
        checks.refuse("Must be given.", *at)
        return False
    return is_choice(value, choices, at, checks) if choices else is_a(value, str, at, checks)


def is_choice(value: Any, choices: type[StrEnum], at: Path, checks: Checks) -> bool:
    """True if a value is a member of an enum, in any spelling that `as_term` accepts."""
    if not is_a(value, str, at, checks):
        return False
    if as_term(value) in [*choices]:
        return True
    checks.refuse(f"Must be one of {', '.join(choices)}; this is {quoted(value)}.", *at)
    return False


def as_term(word: str) -> str:
    """The stored spelling of an enum's member: `Strength Compound` and `STRENGTH_COMPOUND` are `strength_compound`."""
    return "_".join(word.lower().replace("-", " ").replace("_", " ").split())
