"""The fields of an exercise that a file may set: their checks, their defaults, and the hash of what a row sets."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from kinegraph.exchange.rules import Entry, Fault, Parsed
from kinegraph.exercise import rules_details as details
from kinegraph.exercise import rules_terms as terms
from kinegraph.exercise.rules import LISTS, MAX_ENTRIES, NEVER_NULL, api_name, checked
from kinegraph.formats.csv import Cell, Column
from kinegraph.formats.readers import read
from kinegraph.formats.records import File, Format, Raw, one_line
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Path
from kinegraph.kit.ids import slug_of
from kinegraph.taxonomy.rules import MAX_NAME_LENGTH, MAX_TERMS

COLUMNS = (
    "slug", "name", "status", "description", "athlete_notes", "category", "kind", "movement_pattern",
    "plane_of_motion", "mechanics", "force_vector", "is_unilateral", "primary_muscles", "secondary_muscles",
    "equipment", "optional_equipment", "aliases", "difficulty", "discipline", "cues", "common_faults",
    "scaling_options", "video_url", "thumbnail_url", "source", "source_url", "license_attribution",
)  # fmt: skip
"""The exercise's own columns."""

TERMS: Mapping[str, str] = {"categories": "category", "body_regions": "body_region", "equipment_items": "equipment"}
"""The fields that name terms by slug, and their taxonomies."""

FIELDS = (*COLUMNS, "instructions", "contraindications", *TERMS, "fatigue_score")
"""Everything that a file may set. The places are part of stored hashes: new ones are added at the end."""

PROVENANCE: Mapping[str, int] = {"source": 100, "license_attribution": 10_000}
"""Text columns that the API does not write, and their longest value."""

DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys(FIELDS),
    **{name: [] for name in (*LISTS, *TERMS, "instructions", "contraindications")},
    "status": "published",
    "category": "other",
    "kind": "strength_compound",
    "is_unilateral": False,
}
"""What a new row says where its entry sets nothing."""


def digest(content: Mapping[str, Any]) -> str:
    """A hash that says of which fields it is: the fields as bits in ten hex digits, and the hash of their values."""
    bits = sum(1 << place for place, name in enumerate(FIELDS) if name in content)
    values = orjson.dumps([content[name] for name in FIELDS if name in content], option=orjson.OPT_SORT_KEYS)
    return f"i{bits:010x}{hashlib.sha256(values).hexdigest()[:48]}"


def is_digest(text: str | None) -> bool:
    """Whether a stored hash is one of ours; the seed's are plain hex digits."""
    return text is not None and len(text) == 59 and text.startswith("i") and _is_hex(text[1:])


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text)


def still_says(content: Mapping[str, Any], hashed: str | None) -> bool:
    """Whether a row's content is what this hash was made of; what the hash says nothing of does not count."""
    if hashed is None or not is_digest(hashed):
        return False
    bits = int(hashed[1:11], 16)
    return digest({name: content[name] for place, name in enumerate(FIELDS) if bits >> place & 1}) == hashed


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


_TYPES = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}


def is_a(value: Any, kind: type, at: Path, checks: Checks) -> bool:
    """Whether a value is of a type of JSON's."""
    if isinstance(value, kind):
        return True
    checks.refuse(f"Must be {_TYPES[kind]}; this is {_called(value)}.", *at)
    return False


def _called(value: Any) -> str:
    return next(
        (words for kind, words in _TYPES.items() if isinstance(value, kind)), "null" if value is None else "a number"
    )


def is_whole(value: Any, at: Path, checks: Checks) -> bool:
    """Whether a value is a whole number; 3.0 is one."""
    if isinstance(value, int | float) and not isinstance(value, bool) and -1e9 < value < 1e9 and value == int(value):
        return True
    checks.refuse("Must be a whole number.", *at)
    return False


def is_list(value: Any, at: Path, checks: Checks, each: Callable[[Any, Path], bool]) -> bool:
    """Whether a value is a list that is not too long, whose entries all are what `each` says."""
    if not is_a(value, list, at, checks):
        return False
    if len(value) > MAX_ENTRIES:
        checks.refuse(f"Must have at most {MAX_ENTRIES} entries; this has {len(value):,}.", *at)
        return False
    fit = [each(entry, (*at, str(place))) for place, entry in enumerate(value)]
    return all(fit)


def is_part(value: Any, fields: Mapping[str, type[StrEnum] | None], at: Path, checks: Checks) -> bool:
    """Whether a value is an object of these fields, of which a description may be left out."""
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
    """Whether a value is a word of a vocabulary, in any spelling that `as_term` takes."""
    if not is_a(value, str, at, checks):
        return False
    if as_term(value) in [*choices]:
        return True
    checks.refuse(f"Must be one of {', '.join(choices)}; this is {one_line(value)!r}.", *at)
    return False


def as_term(word: str) -> str:
    """A word of a vocabulary as it is stored: the API's spelling and a heading's are taken too."""
    return "_".join(word.lower().replace("-", " ").replace("_", " ").split())


MAX_KEY_LENGTH = 255


CELLS: Mapping[str, Cell] = {
    **dict.fromkeys((*LISTS, *TERMS), Cell.LIST),
    "instructions": Cell.INSTRUCTIONS,
    "contraindications": Cell.CONTRAINDICATIONS,
    "is_unilateral": Cell.FLAG,
    "difficulty": Cell.WHOLE,
    "fatigue_score": Cell.WHOLE,
}
"""How the cells of a CSV column are read; of those not named, as text."""

CSV_COLUMNS = [Column(api_name(name), CELLS.get(name, Cell.TEXT), name in NEVER_NULL) for name in FIELDS]
"""The columns that a CSV file may have."""


def read_file(format: Format, file: File) -> Parsed:
    """The entries of a file, and what is wrong with its rows. Raises FileError for what is no such file at all."""
    rows = read(format, file, CSV_COLUMNS)
    found = parsed(rows.rows)
    found.skipped += rows.skipped
    return found


def parsed(rows: Iterable[Raw]) -> Parsed:
    """The entries of the rows that can be imported, and what is wrong with the others."""
    found = Parsed()
    places: dict[str, int] = {}
    for row in rows:
        checks = Checks()
        for message, path in row.faults:
            checks.refuse(message, *path)
        id = _checked_id(row, checks)
        content = content_of(row.fields, checks) if row.fields or not checks.refusals else {}
        key = checks.text(_key(row), (row.key_field,), MAX_KEY_LENGTH, lines=False) if _key(row) else ""
        if key and places.setdefault(key, row.location.row) != row.location.row:
            checks.refuse(f"The same stands in row {places[key]:,}.", row.key_field)
        elif not key and not checks.refusals:
            checks.refuse("Must be given: it tells the row from others.", row.key_field)
        found.faults += _faults(row, checks)
        if not checks.refusals:
            slug = content.get("slug") if row.finds_by_slug else None
            found.entries.append(Entry(row.location, key, content, id, slug, row.base))
    return found


def _checked_id(row: Raw, checks: Checks) -> UUID | None:
    """The id of the stored row that a row was exported from."""
    id = parse_key(row.id) if row.id else None
    if row.id and id is None:
        checks.refuse("Must be an id that Kinegraph gave out (a UUID).", "id")
    return id


def _key(row: Raw) -> str:
    """What finds the row again in a later file."""
    name = row.location.name
    return f"csv:{slug_of(name) or name}" if row.is_key_of_name and name else row.key


def _faults(row: Raw, checks: Checks) -> list[Fault]:
    return [Fault(row.location, ".".join(map(str, each.path)) or "(the row)", each.message) for each in checks.refusals]
