"""Whether a value out of a file is of the type that its field takes; what is wrong goes to the checks."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from kinegraph.exercise.rules import MAX_ENTRIES
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path

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


def one_line(text: str) -> str:
    """A text of a file's as a message shows it."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
