"""The rules of terms: what a new one needs, and why one is refused (docs/domain.md, Taxonomies)."""

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Protocol  # Any: values of an input, by name
from uuid import UUID

import orjson

from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Conflict, Path
from kinegraph.kit.text import identity_of, slug_of

MAX_NAME_LENGTH = 100
MAX_TERMS = 50
"""Maximum number of terms that one exercise is tagged with."""


class TaxonomyKind(StrEnum):
    """One of the three taxonomies."""

    CATEGORY = "category"
    BODY_REGION = "body_region"
    EQUIPMENT = "equipment"


class TermRow(Protocol):
    """A term, and the organization in whose view it is shown."""

    id: UUID
    organization_id: UUID | None
    view_id: UUID | None
    name: str
    slug: str
    kind: str
    parent_id: UUID | None
    body_area: str | None


class TaggedTermRow(TermRow, Protocol):
    """A term that an exercise is tagged with."""

    exercise_id: UUID


class OwnedRow(Protocol):
    """A row that belongs to an organization, or to none: an exercise that is tagged."""

    id: UUID
    organization_id: UUID | None


class TermTaken(Conflict):
    """The taxonomy has a term of that name, or of that slug, already."""


class TermInUse(Conflict):
    """The term cannot be deleted while a tag or a term below refers to it."""


def checked_term(values: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    """Check a new term's input, and return its columns; the slug is None where none is given.

    Faults are recorded in `checks`.
    """
    kind = TaxonomyKind(values["kind"])
    name = checked_name(values["name"], (*at, "name"), checks)
    slug = values.get("slug")
    if slug is not None and (not slug or slug_of(slug) != slug):
        checks.refuse("Must be lower-case letters and digits in groups joined by hyphens.", *at, "slug")
        slug = None  # so that it is not looked up
    area = values.get("body_area")
    if kind is TaxonomyKind.BODY_REGION:
        if area is None:
            checks.refuse("A body region needs its area, such as Upper Body.", *at, "bodyArea")
        else:
            area = checks.text(area, (*at, "bodyArea"), MAX_NAME_LENGTH, lines=False)
    elif area is not None:
        checks.refuse("Only body regions have an area.", *at, "bodyArea")
    if kind is not TaxonomyKind.CATEGORY and values.get("parent_id") is not None:
        checks.refuse("Only categories nest.", *at, "parentId")
    if kind is TaxonomyKind.CATEGORY and values.get("parent_id") is not None:
        checks.key(values["parent_id"], (*at, "parentId"))
    return {**named(name), "slug": slug, **({"body_area": area} if kind is TaxonomyKind.BODY_REGION else {})}


def named(name: str) -> dict[str, str]:
    """The columns of a term's name."""
    return {"name": name, "identity": identity_of(name)}


def checked_name(name: str, at: Path, checks: Checks) -> str:
    """Check a term's name, and return it trimmed. Faults are recorded in `checks`."""
    return checks.text(name, at, MAX_NAME_LENGTH, lines=False)


def taxonomy_id(organization_id: UUID | None) -> str:
    """The id of the taxonomies that an organization sees; None for the global terms alone."""
    return f"taxonomy:{organization_id}" if organization_id else "taxonomy"


def taxonomy_key(id: str) -> tuple[UUID | None] | None:
    """The organization of a taxonomy's id, or none, in a tuple of one; None for other ids."""
    prefix, _, organization = id.partition(":")
    key = parse_key(organization)
    return (key,) if prefix == "taxonomy" and (key or id == prefix) else None


def equipment_key(name: str) -> str:
    """The form in which names of equipment are compared: one word, without case, in the singular."""
    key = identity_of(name).replace("-", "_").replace(" ", "_")
    return key[:-1] if key.endswith("s") and not key.endswith("ss") else key


def equipment_spellings(name: str) -> list[str]:
    """The name of equipment in the form in which names are compared, and its other spellings: those of its key."""
    key = equipment_key(name)
    plural = f"{key}s"
    return [*dict.fromkeys((name, *(each.replace("_", sign) for each in (key, plural) for sign in "_ -")))]


NOTHING = frozenset({"none", "bodyweight", "body_weight", "nothing"})
"""Names that mean no equipment."""
MAX_COMPARED = 60
"""Characters of an unknown name that are compared with the known ones."""


@cache
def equipment_names() -> frozenset[str]:
    """The names of equipment, in the singular."""
    return frozenset(orjson.loads((files("kinegraph.taxonomy") / "equipment.json").read_bytes()))


@cache
def _keys() -> dict[str, str]:
    """The names by the form in which they are compared."""
    return {equipment_key(name): name for name in sorted(equipment_names())}


def is_equipment(text: str) -> bool:
    """True if a text is in the vocabulary, in singular or plural, or means no equipment."""
    key = equipment_key(text)
    return key in _keys() or key in NOTHING


def nearest_equipment(text: str) -> list[str]:
    """At most three known names that are like an unknown one."""
    close = get_close_matches(equipment_key(text[:MAX_COMPARED]), _keys(), n=3, cutoff=0.6)
    return [_keys()[key] for key in close]
