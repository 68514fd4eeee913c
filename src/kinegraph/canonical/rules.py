"""The file format of canonical exercises: checking a file, and converting its entries to columns."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any  # JSON of the files

import jsonschema
import orjson

from kinegraph.authoring.rules import contraindications_of, profile_columns, safety_columns, training_faults
from kinegraph.authoring.rules_progressions import progression_faults
from kinegraph.authoring.rules_substitutes import Entry, candidates_of, substitutes_of
from kinegraph.canonical.rules_files import file_schema
from kinegraph.exercise.rules_columns import COLUMNS, DEFAULTS, EXCHANGED, Kind
from kinegraph.exercise.rules_details import condition_key
from kinegraph.kit.checks import character_fault
from kinegraph.video.rules import NO_VIDEO, video_columns

TERM_FIELDS = {"categories": "category", "bodyRegions": "body_region", "equipmentItems": "equipment"}
"""The fields of an entry that name global terms by slug, and the kind of each."""
MAX_ENTRIES = 20_000
"""Maximum number of entries in a file."""
MAX_ELEMENTS = 200
"""Number of elements of a list in an entry from which on it is not checked but refused."""
MAX_FAULTS = 20
"""Maximum number of faults in one error message."""
MAX_FOUND = 200
"""Number of faults after which no more are looked for: they come in the order of the rows."""

UNSET_VALUES = {name: DEFAULTS[name] for name in EXCHANGED if COLUMNS[name].kind in (Kind.LIST, Kind.FLAG)}
"""The values of columns that cannot be null, where an entry does not set them."""

NUMBERS = frozenset(name for name in EXCHANGED if COLUMNS[name].kind is Kind.NUMBER)

HASHED_DEFAULTS: Mapping[str, Any] = {
    "primary_muscles": [],
    "secondary_muscles": [],
    "equipment": [],
    "optional_equipment": [],
    "aliases": [],
    "discipline": [],
    "cues": [],
    "common_faults": [],
    "scaling_options": [],
    "is_unilateral": False,
}
"""Columns that an entry's hash contains though the entry does not set them.

Never edit: a column added here would change the hash of every entry, and seeding would overwrite what platform admins
have edited since. Columns that were added later are part of the hash where an entry sets them.
"""


class LibraryError(Exception):
    """The file is not a list of canonical exercises. The message has a line for each fault, with row and field."""


def library_of(
    shipped: Sequence[tuple[str, bytes]], progressions: Sequence[Mapping[str, Any]]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The exercises of each file of a library as columns. The files and the edges of its graph are checked.

    Raises LibraryError.
    """
    checked = [(name, checked_rows(name, content)) for name, content in shipped]
    rows = [row for _, entries in checked for row in entries]
    if faults := [*progression_faults(progressions, {row["slug"]: row["difficulty"] for row in rows})]:
        raise LibraryError("\n".join(f"progressions.json: {fault}" for fault in faults))
    candidates = candidates_of(rows)
    return [(name, columns_of(entries, candidates)) for name, entries in checked]


def entries_of(name: str, content: bytes, candidates: Sequence[Entry] = ()) -> list[dict[str, Any]]:
    """The exercises of a file as columns, as `checked_rows` and `columns_of` say. Raises LibraryError."""
    return columns_of(checked_rows(name, content), candidates)


def checked_rows(name: str, content: bytes) -> list[dict[str, Any]]:
    """The entries of a file. Raises LibraryError for a file that is not of the format."""
    try:
        rows: list[dict[str, Any]] = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise LibraryError(f"{name} is not JSON: {error}.") from None
    if isinstance(rows, list) and len(rows) > MAX_ENTRIES:
        raise LibraryError(f"{name}: the file: it has {len(rows):,} rows; at most {MAX_ENTRIES:,} are read.")
    try:
        faults = next((found for check in CHECKS if (found := [*islice(check(rows), MAX_FAULTS)])), [])
    except RecursionError:
        raise LibraryError(f"{name}: the file: its values are nested too deeply.") from None
    if faults:
        raise LibraryError("\n".join(f"{name}: {fault}" for fault in faults))
    return rows


def columns_of(rows: Sequence[Mapping[str, Any]], candidates: Sequence[Entry] = ()) -> list[dict[str, Any]]:
    """Checked entries as columns, each with the hash that seeding compares.

    `candidates`: the entries among which one is named for each condition that rules an exercise out.
    """
    names = {each.slug: each.name for each in candidates}
    substitutes = {
        slug: {condition: names[other] for condition, other in found.items()}
        for slug, found in substitutes_of(rows, candidates).items()
    }
    return [_as_columns(row, substitutes.get(row["slug"])) for row in rows]


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(file_schema())


@cache
def _training_validator() -> jsonschema.Draft202012Validator:
    schema = {"$defs": file_schema()["$defs"], "$ref": "#/$defs/exercise/properties/training"}
    return jsonschema.Draft202012Validator(schema)


def _long_lists(rows: Any) -> Iterator[str]:
    """The lists in rows that are too long to be looked into: the JSON Schema compares each element with all others."""
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        training = row.get("training") if isinstance(row, dict) else None
        for path, fault in (*_of_long_lists(row), *_of_long_lists(training, "training")):
            yield _fault_message(rows, [index, *path], "", fault)


def _of_long_lists(fields: Any, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The fault of each field of an object that is a list of more than MAX_ELEMENTS, with its path."""
    for field, value in fields.items() if isinstance(fields, dict) else ():
        if isinstance(value, list) and len(value) > MAX_ELEMENTS:
            yield (*path, field), f"it has {len(value):,} elements, which is too long"


def _faults(rows: Any) -> Iterator[str]:
    """Every fault: those that the JSON Schema finds, by row and field; bad characters; slugs that occur twice."""
    for error in sorted(islice(_validator().iter_errors(rows), MAX_FOUND), key=_rank):
        yield _fault_message(rows, [*error.absolute_path], _field_in(error), error.message)
    if not isinstance(rows, list):
        return
    for path, text in _texts(rows, []):
        if fault := character_fault(text):
            yield _fault_message(rows, path, "", fault)
    first: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        slug = row.get("slug") if isinstance(row, dict) else None
        if isinstance(slug, str) and first.setdefault(slug, number) != number:
            yield f"row {number}, field slug: {slug!r} stands in row {first[slug]} too"


def _training_faults(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The faults of training in rows that the JSON Schema accepts."""
    for index, row in enumerate(rows):
        for path, fault in training_faults(row):
            yield _fault_message(rows, [index, *path], "", fault)


CHECKS = (_long_lists, _faults, _training_faults)
"""The checks of a file's rows. Each looks at rows in which the ones before it found no fault."""


def _rank(error: jsonschema.ValidationError) -> list[tuple[int, str]]:
    """The sort key of a fault: indexes of its path as numbers, fields by name."""
    return [(element, "") if isinstance(element, int) else (-1, element) for element in error.absolute_path]


def _texts(value: Any, path: list[str | int]) -> Iterator[tuple[list[str | int], str]]:
    """Every text in a file, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, (list, dict)):
        for element, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, [*path, element])


def _fault_message(rows: Any, path: list[str | int], field_name: str, message: str) -> str:
    """The line of one fault: row, its name, field, message. `field_name` is used where the path ends at the row."""
    if not path:
        return f"the file: {_short(message)}"
    row, *inner = path
    entry = rows[row]
    name = entry.get("name") if isinstance(entry, dict) else None
    of = f" ({' '.join(name.split())})"[:80] if isinstance(name, str) and name.strip() else ""
    field = ".".join(map(str, inner)) or field_name or "(the row)"
    return f"row {int(row) + 1}{of}, field {field}: {_short(message)}"


def _field_in(error: jsonschema.ValidationError) -> str:
    """The field that a row lacks or must not have, which the error's path does not contain."""
    quoted = re.findall(r"'([^']*)'", error.message)
    if error.validator == "additionalProperties":
        return quoted[-1] if quoted else ""
    return quoted[0] if error.validator == "required" and quoted else ""


def _short(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:120]} … {message[-60:]}"


def contraindications_by_training(row: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The contraindications that follow from the `training` of a row of any form, or the faults of it."""
    training = row["training"]
    faults = [f"{field}: {fault}" for (field,), fault in islice(_of_long_lists(training), MAX_FAULTS)]
    faults = faults or [
        _short(each.message) for each in islice(_training_validator().iter_errors(training), MAX_FAULTS)
    ]
    faults = faults or [f"{'.'.join(map(str, path[1:]))}: {fault}" for path, fault in training_faults(row)]
    return ([] if faults else contraindications_of(row)), faults


def _as_columns(row: Mapping[str, Any], substitutes: Mapping[str, str] | None) -> dict[str, Any]:
    """An entry's values by column; a missing list is empty.

    Child rows are under the keys instructions, contraindications, terms, profile and safety.
    """
    row = dict(row)
    against = contraindications_of(row) if "training" in row else row.get("contraindications", ())
    details: dict[str, Any] = {
        "instructions": [{**each, "sort_order": index} for index, each in enumerate(row.pop("instructions", ()))],
        "contraindications": [
            {**each, "condition_key": condition_key(each["condition"]), "sort_order": index}
            for index, each in enumerate(against)
        ],
        "terms": [{"kind": kind, "slug": slug} for name, kind in TERM_FIELDS.items() for slug in row.get(name, ())],
        "fatigue_score": _whole(row.get("fatigueScore")),
    }
    if "training" in row:
        details |= {"profile": profile_columns(row), "safety": safety_columns(row, substitutes)}
    for name in (*TERM_FIELDS, "contraindications", "fatigueScore", "training"):
        row.pop(name, None)
    given = {re.sub(r"[A-Z]", lambda letter: "_" + letter.group().lower(), key): value for key, value in row.items()}
    given |= {name: _whole(value) for name, value in given.items() if name in NUMBERS}
    hashed = orjson.dumps({**HASHED_DEFAULTS, **given, **details}, option=orjson.OPT_SORT_KEYS)
    video = {**NO_VIDEO, **given, **video_columns(given, None)}
    return {**UNSET_VALUES, **video, **details, "seed_hash": hashlib.sha256(hashed).hexdigest()}


def _whole(value: float | None) -> int | None:
    """A whole number as an integer: JSON Schema accepts 3.0 as one."""
    return None if value is None else int(value)
