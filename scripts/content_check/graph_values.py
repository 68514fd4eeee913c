"""The shipped progression graph as the laws of `graph` look at it: exercises by slug, and edges by type."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any  # JSON of the files

import orjson

from kinegraph.authoring.rules_progressions import SYMMETRIC
from kinegraph.canonical.rules_files import shipped_progressions, shipped_rows
from kinegraph.taxonomy.rules_muscles import members

Edge = Mapping[str, Any]
Row = Mapping[str, Any]
Pair = tuple[str, str]


def _expanded(keys: Sequence[str]) -> frozenset[str]:
    return frozenset[str]().union(*(members(key) for key in keys))


@dataclass(frozen=True)
class Graph:
    """The exercises of a library by slug, and the authored edges between them."""

    rows: Mapping[str, Row]
    edges: Sequence[Edge]

    def pairs(self, kind: str) -> list[Pair]:
        """The ends of the edges of a type, as they were authored."""
        return [(edge["from"], edge["to"]) for edge in self.edges if edge["type"] == kind]

    def degrees(self, kind: str) -> Counter[str]:
        """The number of edges of a type that leave each exercise, with those that follow from symmetry."""
        pairs = self.pairs(kind)
        found = Counter(start for start, _ in pairs)
        return found + Counter(end for _, end in pairs) if kind in SYMMETRIC else found

    def difficulty(self, slug: str) -> int:
        """The difficulty of an exercise, 1 to 5."""
        return int(self.rows[slug]["difficulty"])

    def fatigue(self, slug: str) -> int:
        """The fatigue score of an exercise, 1 to 10."""
        return int(self.rows[slug].get("fatigueScore") or 0)

    def class_of(self, slug: str) -> str:
        """The training class of an exercise."""
        return str(self.rows[slug]["training"]["class"])

    @cached_property
    def primary(self) -> Mapping[str, frozenset[str]]:
        """The primary muscles by slug; a muscle group stands for its muscles."""
        return {slug: _expanded(row["primaryMuscles"]) for slug, row in self.rows.items()}

    @cached_property
    def involved(self) -> Mapping[str, frozenset[str]]:
        """The primary and secondary muscles by slug."""
        return {
            slug: self.primary[slug] | _expanded(row.get("secondaryMuscles", ())) for slug, row in self.rows.items()
        }

    @cached_property
    def tests(self) -> frozenset[str]:
        """The slugs of fitness tests."""
        return frozenset(slug for slug, row in self.rows.items() if row["kind"] == "test")


def shipped_graph() -> Graph:
    """The graph of the library that ships with Kinegraph."""
    return Graph({row["slug"]: row for row in shipped_rows()}, shipped_progressions())


def decided(name: str) -> frozenset[str]:
    """The slugs of a list of `graph_decisions.json`: exercises that a law leaves out, for a reason written there."""
    decisions = orjson.loads(Path(__file__).with_name("graph_decisions.json").read_bytes())
    return frozenset(slug for group in decisions[name] for slug in group["slugs"])
