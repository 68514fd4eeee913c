"""Laws of the progression graph, edge by edge: muscles, fatigue, equipment, waits, texts and the number of edges."""

import re
from collections.abc import Iterator

from content_check.graph_values import Graph
from kinegraph.authoring.rules_progressions import progression_faults

PLAIN = frozenset({"dumbbell", "resistance_band", "wall", "chair"})
"""Equipment that a substitute may need wherever somebody trains."""

OLYMPIC = frozenset({"olympic_lift", "olympic_variant", "olympic_technique"})
MAX_PREPARATION_FATIGUE, MAX_BAR_DRILL_FATIGUE, MIN_PREPARED_FATIGUE = 3, 5, 6
MAX_FATIGUE_FALL = 2
ADVANCED = frozenset({"shock_jump", "olympic_lift"})
MIN_ADVANCED_WAIT_WEEKS = 4
MAX_DEGREES = {"progression": 4, "variation": 5, "substitution": 4, "preparation": 3, "complementary": 4}
"""The most edges of a type that leave an exercise. An exercise balances at most four others."""

GENERAL_TAGS = frozenset({"glutes", "rotator_cuff", "forearms"})
"""Muscle tags that opposite movements share: squat and hinge, outward and inward rotation, grip and release."""


def ends(graph: Graph) -> Iterator[str]:
    """Both ends of an edge exist; it stands there once, within its bounds of difficulty; progressions have no cycle."""
    yield from progression_faults(graph.edges, {slug: graph.difficulty(slug) for slug in graph.rows})


def one_relation(graph: Graph) -> Iterator[str]:
    """A pair of exercises is joined by one authored edge: what is harder is no mere variation, and so on."""
    kinds: dict[frozenset[str], list[str]] = {}
    for edge in graph.edges:
        kinds.setdefault(frozenset((edge["from"], edge["to"])), []).append(edge["type"])
    for pair, found in kinds.items():
        if len(found) > 1:
            yield f"{' and '.join(sorted(pair))}: {', '.join(sorted(found))}"


def muscles(graph: Graph) -> Iterator[str]:
    """Exercises share a primary muscle along substitutions; along progressions and variations one that works in both.

    Complements share no primary muscle, general tags excepted.
    """
    primary, involved = graph.primary, graph.involved
    for kind in ("progression", "variation"):
        for start, end in graph.pairs(kind):
            if not (primary[start] & involved[end] or involved[start] & primary[end]):
                yield f"{start} > {end} ({kind}): no primary muscle is shared"
    for start, end in graph.pairs("substitution"):
        if not primary[start] & primary[end]:
            yield f"{start} > {end} (substitution): no primary muscle is shared"
    for start, end in graph.pairs("complementary"):
        shared = set(graph.rows[start]["primaryMuscles"]) & set(graph.rows[end]["primaryMuscles"])
        if shared - GENERAL_TAGS:
            yield f"{start} > {end} (complementary): {', '.join(sorted(shared))} is primary in both"


def substitutes(graph: Graph) -> Iterator[str]:
    """A substitute needs other equipment, or it removes a stressor."""
    for start, end in graph.pairs("substitution"):
        source, target = graph.rows[start], graph.rows[end]
        is_other = not set(source["equipment"]) <= set(target["equipment"])
        if not is_other and set(source["training"]["stressors"]) <= set(target["training"]["stressors"]):
            yield f"{start} > {end}: the substitute needs the same equipment, and loads the same"


def preparations(graph: Graph) -> Iterator[str]:
    """A preparation is light, comes before a demanding exercise, and moves a region of it."""
    for start, end in graph.pairs("preparation"):
        most = MAX_BAR_DRILL_FATIGUE if graph.class_of(start) in OLYMPIC else MAX_PREPARATION_FATIGUE
        regions = [set(graph.rows[slug]["bodyRegions"]) for slug in (start, end)]
        if graph.fatigue(end) > most:
            yield f"{start} > {end}: the preparation has a fatigue of {graph.fatigue(end)}, at most {most}"
        if graph.fatigue(start) < MIN_PREPARED_FATIGUE:
            yield f"{start} > {end}: a fatigue of {graph.fatigue(start)} needs no preparation"
        if not (regions[0] & regions[1] or "full-body" in regions[0] | regions[1]):
            yield f"{start} > {end}: no body region is shared"


def tests(graph: Graph) -> Iterator[str]:
    """A test is no rung: no progression leaves or reaches it."""
    for start, end in graph.pairs("progression"):
        if graph.tests & {start, end}:
            yield f"{start} > {end}: a test is no rung"


def waits(graph: Graph) -> Iterator[str]:
    """Kipping, muscle-ups, shock jumps and full olympic lifts are waited for, and need two measured signs."""
    for edge in graph.edges:
        end = edge["to"]
        is_advanced = graph.class_of(end) in ADVANCED or re.search("kipping|butterfly|muscle-up", end)
        if edge["type"] != "progression" or not is_advanced:
            continue
        if (edge.get("waitWeeks") or 0) < MIN_ADVANCED_WAIT_WEEKS:
            yield f"{edge['from']} > {end}: waits {edge.get('waitWeeks')} weeks, at least {MIN_ADVANCED_WAIT_WEEKS}"
        if sum(bool(re.search(r"\d", text)) for text in edge.get("readinessIndicators", ())) < 2:
            yield f"{edge['from']} > {end}: fewer than two readiness indicators with a number"


def fatigue(graph: Graph) -> Iterator[str]:
    """Along a progression fatigue falls by at most two."""
    for start, end in graph.pairs("progression"):
        if graph.fatigue(end) < graph.fatigue(start) - MAX_FATIGUE_FALL:
            yield f"{start} > {end}: fatigue falls from {graph.fatigue(start)} to {graph.fatigue(end)}"


def texts(graph: Graph) -> Iterator[str]:
    """A progression has a wait, two or three signs of readiness, one or two cues; equal difficulty has a reason."""
    for edge in graph.edges:
        if edge["type"] != "progression":
            continue
        named = f"{edge['from']} > {edge['to']}"
        signs, cues = edge.get("readinessIndicators", ()), edge.get("transitionCues", ())
        if not 2 <= len(signs) <= 3 or not all(re.search(r"\d", sign) for sign in signs):
            yield f"{named}: two or three readiness indicators, each with a number"
        if not 1 <= len(cues) <= 2:
            yield f"{named}: one or two transition cues"
        if edge.get("waitWeeks") is None:
            yield f"{named}: no wait"
        if graph.difficulty(edge["from"]) == graph.difficulty(edge["to"]) and "notes" not in edge:
            yield f"{named}: equal difficulty, and no note says why it is harder"


FAULTY = re.compile(r"(short|long|small|big|wide|narrow|deep|shallow|fast|quick|high|low|stiff|loose) \w+", re.I)


def cues(graph: Graph) -> Iterator[str]:
    """A cue for the change does not ask for what is a fault of the harder exercise."""
    for edge in graph.edges:
        for fault in graph.rows[edge["to"]]["commonFaults"]:
            named = FAULTY.match(fault)
            for cue in edge.get("transitionCues", ()):
                if named is not None and re.search(rf"(?<!no )(?<!not )\b{named[0]}\b", cue, re.I):
                    yield f"{edge['from']} > {edge['to']}: the cue {cue!r} is the fault {fault!r}"


def orders(graph: Graph) -> Iterator[str]:
    """The edges of an exercise are ordered by type from 0 without a gap, and are not too many."""
    for kind, most in MAX_DEGREES.items():
        found: dict[str, list[int]] = {}
        for edge in graph.edges:
            if edge["type"] == kind:
                found.setdefault(edge["from"], []).append(edge["sortOrder"])
        for slug, orders_found in found.items():
            if sorted(orders_found) != list(range(len(orders_found))):
                yield f"{slug} ({kind}): the sort orders are {sorted(orders_found)}"
        yield from (f"{slug}: {count} edges ({kind})" for slug, count in graph.degrees(kind).items() if count > most)


EDGE_LAWS = (ends, one_relation, muscles, substitutes, preparations, tests, waits, fatigue, texts, cues, orders)
