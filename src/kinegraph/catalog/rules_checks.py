"""Checks of the filters and the order of a list of exercises."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any  # Any: values of an input, by column

from kinegraph.catalog.rules import FILTERED, ExerciseSort, Filter, UnlistedName
from kinegraph.catalog.rules_names import EQUIPMENT, MAX_QUOTED, MUSCLES, unlisted_names
from kinegraph.classification.rules_classes import classes
from kinegraph.exercise.rules_columns import COLUMNS, Kind, api_name, sought_form
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.lexicon.rules_filter import sought_names
from kinegraph.taxonomy.rules import equipment_spellings
from kinegraph.taxonomy.rules_conditions import folded
from kinegraph.taxonomy.rules_muscles import muscles_meant, spellings_of


def checked_filter(values: Mapping[str, Any]) -> Filter:
    """Check the values of an input, and return the filter; an empty list is no condition, but of available equipment.

    Raises Refused for values that are malformed or too long.
    """
    checks = Checks()
    cleaned: dict[str, Any] = {}
    unlisted: list[UnlistedName] = []
    for name, value in values.items():
        path = ("filter", api_name(name))
        if name == "difficulty_in" and value is not None:
            cleaned[name] = _checked_numbers(value, path, checks) or None
        elif isinstance(value, list):
            texts = checks.texts(value, path, 255, 200)
            if name == "class_key":
                _check_classes(texts, path, checks)
            unlisted += unlisted_names(name, texts, map(sought_form(name), texts), path)
            is_condition = bool(texts) or name == "available_equipment"
            cleaned[name] = tuple(_sought(name, texts)) if is_condition else None
        elif name in ("category_id", "body_region_id", "equipment_id") and value is not None:
            cleaned[name] = checks.key(value, path)
        elif isinstance(value, str) and (name == "q" or (name in FILTERED and COLUMNS[name].kind is Kind.TEXT)):
            longest = 200 if name == "q" else max(200, COLUMNS[name].max_length)
            cleaned[name] = checks.text(value, path, longest, empty=True) or None
        elif value is not None and name in FILTERED and COLUMNS[name].kind is Kind.NUMBER:
            cleaned[name] = checks.whole(value, path, *COLUMNS[name].bounds)
        elif value is not None and name in ("stability_max", "skill_max"):
            cleaned[name] = checks.whole(value, path, 1, 5)
        else:
            cleaned[name] = value
    checks.done()
    columns = tuple((name, value) for name in FILTERED if (value := cleaned.pop(name, None)) is not None)
    return Filter(**cleaned, columns=columns, unlisted=tuple(unlisted))


def order_of(sort: ExerciseSort | None, wanted: Filter) -> tuple[ExerciseSort, str]:
    """The order of a list, and its name in cursors. By relevance to nothing is by name, as null is.

    Scores are comparable within one search only: the name has a digest of the text and of its terms in the lexicon, so
    that a cursor of another search is refused.
    """
    if sort is not ExerciseSort.RELEVANCE:
        return sort or ExerciseSort.NAME_ASC, f"{sort or ExerciseSort.NAME_ASC}"
    sought = sought_names(wanted.q or "")
    return (sort, f"{sort} {sought.digest}") if sought.words else (ExerciseSort.NAME_ASC, ExerciseSort.NAME_ASC)


def _check_classes(keys: Sequence[str], path: Path, checks: Checks) -> None:
    """Refuse keys of no class, with the nearest."""
    for position, key in enumerate(keys):
        if key not in classes():
            close = get_close_matches(folded(key[:MAX_QUOTED]), classes(), n=3, cutoff=0.6)
            hint = f"the nearest known: {', '.join(close)}" if close else "exerciseClasses lists them"
            checks.refuse(f"There is no class {key[:MAX_QUOTED]!r}; {hint}.", *path, str(position))


def _sought(name: str, texts: Sequence[str]) -> Iterable[str]:
    """The texts of a filter in the form in which they are compared; conditions and classes are quoted as sent.

    A muscle, a group or a synonym stands for everything that it means, in every spelling; equipment for singular and
    plural, with spaces, hyphens or underscores.
    """
    if name in ("safe_for", "class_key"):
        return texts
    form = sought_form(name)
    if name in EQUIPMENT:
        return dict.fromkeys(spelling for text in texts for spelling in equipment_spellings(form(text)))
    if name not in MUSCLES:
        return map(form, texts)
    meant = (spelling for text in texts for muscle in sorted(muscles_meant(text)) for spelling in spellings_of(muscle))
    return dict.fromkeys(map(form, (*texts, *meant)))


def _checked_numbers(values: Sequence[int], path: Path, checks: Checks) -> tuple[int, ...]:
    """The difficulties of a filter, at most 200 of them."""
    if not checks.few(values, path, 200):
        return ()
    low, high = COLUMNS["difficulty"].bounds
    return tuple(checks.whole(value, (*path, str(index)), low, high) for index, value in enumerate(values))
