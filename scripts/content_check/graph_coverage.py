"""Laws of the progression graph as a whole: which exercises have edges of each type, roots, and connected ladders."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from content_check.graph import MIN_PREPARED_FATIGUE, PLAIN
from content_check.graph_values import Graph, decided
from kinegraph.authoring.rules_progressions import edges_of

COMPOUNDS = frozenset({
    "barbell_squat", "floor_pull", "loaded_hinge", "free_weight_compound", "leg_compound", "machine_compound",
    "bodyweight_upper_body",
})  # fmt: skip
OLYMPIC = frozenset({"olympic_lift", "olympic_variant", "olympic_technique", "ballistic"})
LADDERED = COMPOUNDS | OLYMPIC | frozenset({
    "isolation", "long_length_eccentric", "dynamic_trunk", "isometric_hold", "carry", "low_jump", "jump", "shock_jump",
    "gymnastic_strength", "cyclic_gymnastics", "balance_skill", "early_motion", "low_load_strengthening",
    "tendon_loading", "balance_training",
})  # fmt: skip
"""Classes in which an exercise of difficulty 1 to 3 leads to a harder one."""

MACHINES = ("machine", "bench_press", "glute_ham_raise", "back_extension_bench", "rowing_", "ski_erg", "air_bike")
SPECIAL = frozenset({"rack", "gymnastic_rings", "swimming_pool", "sled", "treadmill", "stationary_bike"})
BALANCED = frozenset({"push", "pull", "squat", "hinge"})
MIN_COMPONENT, MIN_CONNECTED = 4, 0.95


def special_equipment(equipment: Sequence[str]) -> frozenset[str]:
    """The machines, cables, racks, rings, pools and sleds of an exercise."""
    return frozenset(each for each in equipment if each in SPECIAL or any(name in each for name in MACHINES))


def progressions(graph: Graph) -> Iterator[str]:
    """Every exercise of difficulty 1 to 3 leads to a harder one, or is decided to be the last of a ladder."""
    leading, tops = graph.degrees("progression"), decided("tops")
    for slug in graph.rows:
        if graph.class_of(slug) in LADDERED and graph.difficulty(slug) <= 3 and not leading[slug] and slug not in tops:
            yield f"{slug}: no progression leaves it, and it is no decided end of a ladder"
    yield from (f"{slug}: a progression leaves this decided end" for slug in tops if leading[slug])


def roots(graph: Graph) -> Iterator[str]:
    """Every exercise but tests has an easier one, or is a decided root of difficulty 1 or 2."""
    reached, chosen = {end for _, end in graph.pairs("progression")}, decided("roots")
    for slug in graph.rows.keys() - reached - graph.tests - chosen:
        yield f"{slug}: no progression reaches it, and it is no decided root"
    for slug in chosen:
        if slug in reached or graph.difficulty(slug) > 2:
            yield f"{slug}: a decided root of difficulty {graph.difficulty(slug)}, or one that progressions reach"


def patterns(graph: Graph) -> Iterator[str]:
    """Every movement pattern begins with exercises of difficulty 1 or 2 that no rung of the same pattern precedes."""
    pattern = {slug: row["movementPattern"] for slug, row in graph.rows.items() if slug not in graph.tests}
    preceded = {end for start, end in graph.pairs("progression") if pattern[start] == pattern[end]}
    begun = {pattern[slug] for slug in pattern.keys() - preceded if graph.difficulty(slug) <= 2}
    yield from (f"{each}: no exercise of difficulty 1 or 2 begins it" for each in set(pattern.values()) - begun)


def variations(graph: Graph) -> Iterator[str]:
    """Every compound and olympic exercise has a variation, or a rung of the same pattern beside it."""
    found, without = graph.degrees("variation"), decided("withoutVariation")
    pattern = {slug: row["movementPattern"] for slug, row in graph.rows.items()}
    beside = {slug for pair in graph.pairs("progression") if pattern[pair[0]] == pattern[pair[1]] for slug in pair}
    for slug in graph.rows:
        if graph.class_of(slug) in COMPOUNDS | OLYMPIC and not found[slug] and slug not in without | beside:
            yield f"{slug}: no variation, and no rung of its pattern beside it"


def substitutes(graph: Graph) -> Iterator[str]:
    """Every exercise on a machine, cable, rack, rings, sled or in a pool has a substitute that needs none of them.

    A rung beside it that shares a primary muscle counts too: a pair of exercises has one edge.
    """
    without = decided("withoutSubstitute")
    targets = _replacements(graph)
    for slug, row in graph.rows.items():
        needed = special_equipment(row["equipment"])
        if (
            needed
            and slug not in without
            and all(needed & set(_equipment(graph, end)) for end in targets.get(slug, ()))
        ):
            yield f"{slug}: no substitute without {', '.join(sorted(needed))}"


def _replacements(graph: Graph) -> Mapping[str, list[str]]:
    """The exercises to do in place of one: its substitutes, and the rungs beside it that share a primary muscle."""
    found: dict[str, list[str]] = {}
    for start, end in graph.pairs("substitution"):
        found.setdefault(start, []).append(end)
    for start, end in graph.pairs("progression"):
        if graph.primary[start] & graph.primary[end]:
            found.setdefault(start, []).append(end)
            found.setdefault(end, []).append(start)
    return found


def _equipment(graph: Graph, slug: str) -> Sequence[str]:
    found: Sequence[str] = graph.rows[slug]["equipment"]
    return found


def without_plain_substitute(graph: Graph) -> list[str]:
    """Exercises with special equipment that have no substitute with dumbbells, bands, wall or chair alone.

    Those that are decided to have none are left out.
    """
    plain = {
        slug
        for slug, others in _replacements(graph).items()
        if any(set(_equipment(graph, other)) <= PLAIN for other in others)
    }
    special = {slug for slug, row in graph.rows.items() if special_equipment(row["equipment"])}
    return sorted(special - plain - decided("withoutPlainSubstitute"))


def preparations(graph: Graph) -> Iterator[str]:
    """Every exercise with a fatigue of 6 or more has a preparation."""
    found = graph.degrees("preparation")
    for slug in graph.rows:
        if graph.fatigue(slug) >= MIN_PREPARED_FATIGUE and not found[slug]:
            yield f"{slug}: a fatigue of {graph.fatigue(slug)}, and no preparation"


def complements(graph: Graph) -> Iterator[str]:
    """Every compound push, pull, squat and hinge has a complement."""
    found = graph.degrees("complementary")
    for slug, row in graph.rows.items():
        if row["kind"] == "strength_compound" and row["movementPattern"] in BALANCED and not found[slug]:
            yield f"{slug}: no complement"


def _components(graph: Graph) -> dict[str, int]:
    """The size of each exercise's connected component of progressions."""
    joined: dict[str, set[str]] = {slug: set() for slug in graph.rows}
    for start, end in graph.pairs("progression"):
        joined[start].add(end)
        joined[end].add(start)
    sizes: dict[str, int] = {}
    for slug in joined:
        if slug not in sizes:
            component, waiting = {slug}, [slug]
            while waiting:
                new = joined[waiting.pop()] - component
                component |= new
                waiting += new
            sizes |= dict.fromkeys(component, len(component))
    return sizes


def share_connected(graph: Graph) -> float:
    """The share of exercises, tests and mobility left out, in a component of at least four by progressions."""
    sizes = _components(graph)
    counted = [slug for slug, row in graph.rows.items() if row["kind"] not in ("test", "mobility")]
    return sum(sizes[slug] >= MIN_COMPONENT for slug in counted) / len(counted)


def connected(graph: Graph) -> Iterator[str]:
    """At least 95 % of the exercises, tests and mobility left out, lie in a component of at least four."""
    share = share_connected(graph)
    if share < MIN_CONNECTED:
        yield f"{share:.1%} of the exercises lie in a component of {MIN_COMPONENT}, not {MIN_CONNECTED:.0%}"


COVERAGE_LAWS = (progressions, roots, patterns, variations, substitutes, preparations, complements, connected)


def figures(graph: Graph) -> Iterator[str]:
    """Lines: how many edges there are of each type, and what the laws count."""
    authored, all_edges = Counter(edge["type"] for edge in graph.edges), edges_of(graph.edges)
    generated = Counter(str(edge["progression_type"]) for edge in all_edges)
    yield f"{len(graph.rows)} exercises, {len(graph.edges)} authored edges, {len(all_edges)} edges in all"
    yield from (f"  {kind}: {generated[kind]}, of which {authored[kind]} authored" for kind in sorted(generated))
    yield f"  in a component of at least {MIN_COMPONENT}: {share_connected(graph):.1%}"
    plain = without_plain_substitute(graph)
    yield f"  special equipment, and no substitute with {', '.join(sorted(PLAIN))}: {len(plain)} ({', '.join(plain)})"
