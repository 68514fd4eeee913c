"""The shipped library as a catalogue, made of its files without a database."""

import re
from collections import defaultdict
from functools import cache
from types import SimpleNamespace
from typing import Any  # values of rows, by column
from uuid import NAMESPACE_URL, UUID, uuid5

from kinegraph.authoring.rules import profile_columns, safety_columns
from kinegraph.authoring.rules_progressions import edges_of
from kinegraph.candidates.rules import Candidate, Catalogue
from kinegraph.candidates.store import candidate_of
from kinegraph.canonical.rules_files import shipped_progressions, shipped_rows

GYM = UUID(int=1)
"""The organization whose view the catalogue is."""
MORE_COLUMNS = {"organization_id": None, "status": "published", "overrides": None, "view_id": GYM, "added": None}


def id_of(slug: str) -> UUID:
    """The id of an entry in these catalogues."""
    return uuid5(NAMESPACE_URL, slug)


def row_of(entry: dict[str, Any], edges: list[Any] | None = None, **changes: Any) -> Any:
    """The row that the database would have of an entry."""
    snake = {re.sub("[A-Z]", lambda letter: "_" + letter.group().lower(), key): value for key, value in entry.items()}
    named = {key: snake.get(key) for key in ("movement_pattern", "plane_of_motion", "force_vector", "mechanics")}
    layers = {**profile_columns(entry), **safety_columns(entry)}
    id = id_of(entry["slug"])
    row = {**MORE_COLUMNS, **named, **snake, **layers, "id": id, "root_id": id, "edges": edges, "is_classified": True}
    row.setdefault("is_unilateral", False)
    for name in ("secondary_muscles", "optional_equipment"):
        row.setdefault(name, [])
    row["regions"] = row.get("body_regions", [])
    return SimpleNamespace(**{**row, **changes})


@cache
def shipped_entries() -> dict[str, dict[str, Any]]:
    """The entries of the shipped library that have a class, by slug."""
    return {entry["slug"]: entry for entry in shipped_rows() if "training" in entry}


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue of an organization without exercises of its own."""
    edges: dict[str, list[Any]] = defaultdict(list)
    for edge in sorted(edges_of(shipped_progressions()), key=lambda edge: edge["sort_order"]):
        if edge["to_slug"] in shipped_entries():
            edges[edge["from_slug"]].append([edge["progression_type"], str(id_of(edge["to_slug"]))])
    found = [candidate_of(row_of(entry, edges[slug])) for slug, entry in shipped_entries().items()]
    return Catalogue(GYM, tuple(sorted(found, key=lambda each: each.key)))


def shipped(slug: str) -> Candidate:
    """A candidate of the shipped library."""
    return shipped_catalogue().by_id[id_of(slug)]
