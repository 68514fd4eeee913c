"""The progression graph of the shipped library: checking its file, and the edges that follow from it.

An edge is read "`to` is the <type> of `from`". Authored are progressions, variations, substitutions, preparations and
complements. Regressions mirror progressions, without their notes; variations and complements hold in both directions.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any  # JSON of the file

import orjson

SYMMETRIC = frozenset({"variation", "complementary"})
AUTHORED = frozenset({"progression", "variation", "substitution", "preparation", "complementary"})
MAX_DELTA = {"progression": (0, 2), "variation": (-1, 1), "substitution": (-1, 1), "preparation": (-4, 0)}
"""The least and greatest difference of difficulty, of types that have bounds. Complements have (-2, 2)."""


def edges_of(authored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """All edges as columns, with their ends by slug: authored ones, and those that follow from them.

    Of one exercise and type, edges that follow come after the authored ones, in the order of the file.
    """
    edges: dict[tuple[str, str, str], dict[str, Any]] = {}
    for position, entry in enumerate(authored):
        edge = _columns(entry, position)
        edges[edge["from_slug"], edge["to_slug"], edge["progression_type"]] = edge
    counts = Counter((start, kind) for start, _, kind in edges)
    for edge in [*edges.values()]:
        mirrored = _mirrored(edge)
        if mirrored is not None:
            start, end, kind = mirrored["from_slug"], mirrored["to_slug"], mirrored["progression_type"]
            if (start, end, kind) not in edges:
                edges[start, end, kind] = {**mirrored, "sort_order": counts[start, kind]}
                counts[start, kind] += 1
    return [{**edge, "seed_hash": _hash(edge)} for edge in edges.values()]


def _columns(entry: Mapping[str, Any], position: int) -> dict[str, Any]:
    return {
        "from_slug": entry["from"],
        "to_slug": entry["to"],
        "progression_type": entry["type"],
        "recommended_wait": entry.get("waitWeeks"),
        "sort_order": entry.get("sortOrder", position),
        "readiness_indicators": entry.get("readinessIndicators", []),
        "transition_cues": entry.get("transitionCues", []),
        "notes": entry.get("notes"),
    }


def _mirrored(edge: Mapping[str, Any]) -> dict[str, Any] | None:
    """The edge in the other direction that follows from one: a regression of a progression, or the same type."""
    kind = edge["progression_type"]
    if kind != "progression" and kind not in SYMMETRIC:
        return None
    ends = {"from_slug": edge["to_slug"], "to_slug": edge["from_slug"]}
    if kind in SYMMETRIC:
        return {**edge, **ends}
    return {
        **edge,
        **ends,
        "progression_type": "regression",
        "recommended_wait": None,
        "readiness_indicators": [],
        "transition_cues": [],
        "notes": None,
    }


def _hash(edge: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(edge, option=orjson.OPT_SORT_KEYS)).hexdigest()


def progression_faults(authored: Sequence[Mapping[str, Any]], difficulties: Mapping[str, int]) -> Iterator[str]:
    """The faults of edges: unknown ends, itself, twice, bounds of difficulty, cycles. `difficulties` are by slug."""
    seen: set[tuple[str, str, str]] = set()
    for edge in authored:
        start, end, kind = edge["from"], edge["to"], edge["type"]
        named = f"{start} > {end} ({kind})"
        if kind not in AUTHORED:
            yield f"{named}: the type is not authored"
        unknown = [slug for slug in (start, end) if slug not in difficulties]
        if unknown:
            yield f"{named}: there is no exercise {', '.join(unknown)}"
            continue
        if start == end:
            yield f"{named}: it joins the exercise to itself"
        if (start, end, kind) in seen or (kind in SYMMETRIC and (end, start, kind) in seen):
            yield f"{named}: it stands there twice"
        seen.add((start, end, kind))
        low, high = MAX_DELTA.get(kind, (-2, 2))
        delta = difficulties[end] - difficulties[start]
        if not low <= delta <= high:
            yield f"{named}: the difficulty changes by {delta}, not by {low} to {high}"
    yield from _cycles([(edge["from"], edge["to"]) for edge in authored if edge["type"] == "progression"])


def _cycles(edges: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A fault for each exercise from which progressions lead back to it."""
    harder: dict[str, list[str]] = {}
    for start, end in edges:
        harder.setdefault(start, []).append(end)
    for start in harder:
        reached, waiting = set[str](), [*harder[start]]
        while waiting:
            current = waiting.pop()
            if current not in reached:
                reached.add(current)
                waiting += harder.get(current, ())
        if start in reached:
            yield f"{start}: its progressions lead back to it"
