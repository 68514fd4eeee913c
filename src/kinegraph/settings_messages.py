"""Messages about wrong settings, in the words of an operator: the variable, its value, and what it takes."""

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin  # Any: the types and bounds of fields

from annotated_types import Ge, Le
from pydantic import AliasChoices, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

MAX_SHOWN_CHARACTERS = 60
"""The length of a wrong value in a message; the rest is cut off."""
NUMBERS = {int: "a whole number", float: "a number"}


def messages(error: ValidationError, model_fields: Mapping[str, FieldInfo], given: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each wrong variable. Secrets, and URLs that may hold a password, are not shown."""
    fields = {_aliases(field)[0]: field for field in model_fields.values()}
    faults = {str(fault["loc"][0]): fault for fault in error.errors() if fault["type"] != "default_factory_not_called"}
    for alias, fault in faults.items():
        name = next(name for name in _aliases(fields[alias]) if name in given)
        value = given[name] if len(given[name]) <= MAX_SHOWN_CHARACTERS else f"{given[name][:MAX_SHOWN_CHARACTERS]}…"
        shown = name if name.endswith(("_SECRET", "_URL")) else f"{name}={value!r}"
        yield f"{shown} cannot be used: {_expected(fields[alias], fault)}."


def _aliases(field: FieldInfo) -> list[str]:
    """The variables of a field, the preferred one first."""
    alias = field.validation_alias
    return [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]


def _expected(field: FieldInfo, fault: ErrorDetails) -> str:
    """What a field takes, from its validator's message or its type."""
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    kind, metadata = _type_of(field)
    if kind in NUMBERS:
        low = next(bound.ge for bound in metadata if isinstance(bound, Ge))
        high = next(bound.le for bound in metadata if isinstance(bound, Le))
        return f"it takes {NUMBERS[kind]} from {low} to {high}"
    choices = ("on", "off") if kind is bool else get_args(kind)
    return f"it takes one of {', '.join(choices)}"


def _type_of(field: FieldInfo) -> tuple[Any, Sequence[Any]]:
    """The type of a field's values and its bounds; of an optional field, those of the values that are not None."""
    kind, metadata = field.annotation, field.metadata
    if get_origin(kind) in (Union, UnionType):
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is Annotated:
        kind, *metadata = get_args(kind)
    return kind, metadata
