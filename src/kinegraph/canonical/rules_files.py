"""The files of the canonical library that ship with Kinegraph."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any  # JSON of the files

import orjson

from kinegraph.taxonomy.rules import TaxonomyKind

ROOM = files("kinegraph.canonical")
LIBRARY = ROOM / "exercises"


def shipped_taxonomies() -> dict[TaxonomyKind, list[dict[str, Any]]]:
    """The global terms of each taxonomy (docs/domain.md, Taxonomies)."""
    lists = orjson.loads((ROOM / "taxonomy.json").read_bytes())
    return {
        TaxonomyKind.CATEGORY: lists["categories"],
        TaxonomyKind.BODY_REGION: lists["bodyRegions"],
        TaxonomyKind.EQUIPMENT: lists["equipment"],
    }


def shipped_files() -> list[tuple[str, bytes]]:
    """The files of the shipped library, by name."""
    names = sorted(f.name for f in LIBRARY.iterdir() if f.name.endswith(".json") and f.name != "schema.json")
    return [(name, (LIBRARY / name).read_bytes()) for name in names]


def shipped_rows() -> list[dict[str, Any]]:
    """The entries of all files of the shipped library."""
    return [row for _, content in shipped_files() for row in orjson.loads(content)]


@cache
def least_stressors() -> Mapping[str, frozenset[str]]:
    """By class, the stressors that all entries of it have. Valid as long as the process: the files ship with it."""
    found: dict[str, frozenset[str]] = {}
    for training in (row["training"] for row in shipped_rows() if "training" in row):
        stressors = frozenset(training["stressors"])
        found[training["class"]] = found.get(training["class"], stressors) & stressors
    return found


def shipped_progressions() -> list[dict[str, Any]]:
    """The edges of the progression graph as they were authored."""
    edges: list[dict[str, Any]] = orjson.loads((ROOM / "progressions.json").read_bytes())
    return edges


@cache
def file_schema() -> dict[str, Any]:
    """The JSON Schema of a file of canonical exercises."""
    schema: dict[str, Any] = orjson.loads((LIBRARY / "schema.json").read_bytes())
    return schema
