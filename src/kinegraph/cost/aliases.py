"""Limits of the fields that are selected of one object: of the root, of introspection, and of aliases of one field."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from graphql import FieldNode

MAX_INTROSPECTIONS = 4
"""Maximum number of `__schema` and `__type` in an operation. An IDE has one or two."""


class TooManyAliases(Exception):
    """An operation selects too many fields at one place; the message says which, and how many it may."""


@dataclass(frozen=True, slots=True)
class AliasLimits:
    """How many fields the root of an operation may have, and how often any other object may have one field."""

    root_fields: int
    aliases: int


def require_few(fields: Iterable[FieldNode], limits: AliasLimits, *, is_root: bool = False) -> None:
    """Require few fields, one for each response key of an object, and few aliases of each. Raises TooManyAliases."""
    names = Counter(field.name.value for field in fields)
    count = names.total() - names["__typename"]
    if is_root and count > limits.root_fields:
        most = f"at most {limits.root_fields} fields of the root; these are {count}"
        raise TooManyAliases(f"The document asks for too much at once: {most}. Send several requests.")
    if (count := names["__schema"] + names["__type"]) > MAX_INTROSPECTIONS:
        raise TooManyAliases(f"The document introspects too often: at most {MAX_INTROSPECTIONS} times, not {count}.")
    for name, count in names.most_common(1):
        if count > limits.aliases:
            most = f"at most {limits.aliases} times, under different aliases; these are {count}"
            raise TooManyAliases(f"The document asks for `{name}` of one object too often: {most}.")
