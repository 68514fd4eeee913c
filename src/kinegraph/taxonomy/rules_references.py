"""References to terms in files, by slug or by name, and the terms that a file adds to a scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol  # Any: values of columns

from kinegraph.kit.text import distinct_slug, identity_of, slug_of

NAMELESS_SLUG = "term"
"""The slug of a name without letters and digits, such as an emoji."""


class TermNameRow(Protocol):
    """A term that a scope may use."""

    kind: str
    name: str
    slug: str
    is_own: bool
    """True for a term of the scope, False for a global one beside it."""


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term to store."""

    kind: str
    columns: Mapping[str, Any]
    """Name, identity, slug, and the area of a body region."""
    parent: str | None
    """The slug of the category above."""


class TermIndex:
    """The terms that a scope may use by name and slug, its own before global ones; a file's terms are added to them.

    The file's own slugs come first in references: another scope may have given the slug to another term.
    """

    def __init__(self, rows: Iterable[TermNameRow], *, prefers_names: bool) -> None:
        self._slugs: dict[str, set[str]] = {}
        self._by_name: dict[tuple[str, str], str] = {}
        self._in_file: dict[tuple[str, str], str] = {}
        self._prefers_names = prefers_names
        for row in sorted(rows, key=lambda row: not row.is_own):
            self._slugs.setdefault(row.kind, set()).add(row.slug)
            self._by_name.setdefault((row.kind, identity_of(row.name)), row.slug)

    def add(self, kind: str, columns: Mapping[str, Any]) -> str | None:
        """Add a term of a file. Returns its slug in the scope; None if the scope has a term of this name."""
        name = (kind, columns["identity"])
        existing = self._by_name.get(name)
        taken = self._slugs.setdefault(kind, set())
        slug = existing or distinct_slug(columns["slug"] or slug_of(columns["name"]) or NAMELESS_SLUG, taken)
        taken.add(slug)
        self._by_name[name] = slug
        if columns["slug"]:
            self._in_file[kind, columns["slug"]] = slug
        return None if existing else slug

    def slug_of(self, kind: str, reference: str) -> str | None:
        """The slug of the term that a text in a file means; None if there is none."""
        if (kind, reference) in self._in_file:
            return self._in_file[kind, reference]
        by_name = self._by_name.get((kind, identity_of(reference)))
        by_slug = reference if reference in self._slugs.get(kind, ()) else None
        return (by_name or by_slug) if self._prefers_names else (by_slug or by_name)
