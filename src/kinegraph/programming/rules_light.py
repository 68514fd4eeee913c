"""Warm-up and cool-down: exercises for the muscles and joints that the session uses."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from kinegraph.candidates.rules import Candidate, Catalogue
from kinegraph.candidates.rules_regions import regions_of
from kinegraph.classification.rules_safety import Assessment
from kinegraph.layers.rules import ProgressionType
from kinegraph.programming.rules import Chosen, Request, chance
from kinegraph.programming.rules_eligible import is_safe
from kinegraph.programming.rules_prescriptions import light_prescription

MOBILITY, ACTIVATION, STRETCH = "dynamic_mobility", "low_load_strengthening", "static_mobility"
PULSE = frozenset({"low_jump", "mixed_conditioning", "balance_training"})
"""Classes that raise the pulse in a warm-up, where they are done in seconds and tire little."""
MAX_WARM_UP_FATIGUE, MAX_BAR_DRILL_FATIGUE = 3, 5
"""Fatigue scores of a warm-up; drills with the bar prepare for the olympic lifts."""
MAX_WARM_UP, MAX_COOL_DOWN = 5, 4
"""Exercises of a section."""
PREPARED = 4.0
"""Points for an exercise that the library names as a preparation of one in the session."""


def warm_up(
    ordered: Sequence[Candidate],
    catalogue: Catalogue,
    request: Request,
    assessments: Mapping[UUID, Assessment],
    seconds: int,
) -> list[Chosen]:
    """At most MAX_WARM_UP exercises within the time: one that raises the pulse, then those that prepare the session."""
    if not ordered:
        return []
    prepared = {edge.to_id for each in ordered for edge in each.edges if edge.type is ProgressionType.PREPARATION}
    pool = _available(ordered, catalogue, request, assessments)
    pool = [each for each in pool if _warms_up(each, prepared)]
    used = frozenset(muscle for each in ordered for muscle in each.involved)

    def points(each: Candidate, covered: frozenset[str]) -> float:
        new = (each.primary & used) - covered
        regions = regions_of(each.primary) & regions_of(used - covered)
        base = PREPARED * (each.id in prepared) + 1.0 * len(new) + 0.5 * len(regions)
        base += {MOBILITY: 1.0, ACTIVATION: 0.3}.get(each.class_key or "", 0.0) - 0.3 * each.difficulty
        return base + chance(request.seed, "warm-up", each.key) if new or regions or each.id in prepared else 0.0

    first = [each for each in pool if each.class_key in PULSE and each.id not in prepared]
    rest = [each for each in pool if each.class_key not in PULSE or each.id in prepared]
    raised = _greedy(first, lambda each, _: 1.0 + chance(request.seed, "pulse", each.key), assessments, seconds // 3, 1)
    left = seconds - sum(each.seconds for each in raised)
    return raised + _greedy(rest, points, assessments, left, MAX_WARM_UP - len(raised))


def _available(
    ordered: Sequence[Candidate], catalogue: Catalogue, request: Request, assessments: Mapping[UUID, Assessment]
) -> list[Candidate]:
    """Exercises that the person may do with what is there, and that are not in the session, nor copies of one."""
    roots = {each.root_id for each in ordered}
    return [
        each
        for each in catalogue.candidates
        if is_safe(each.id, assessments)
        and each.is_classified
        and not each.lacks(request.equipment)
        and each.difficulty <= request.difficulty_max
        and each.root_id not in roots
        and each.kind != "test"
    ]


def _warms_up(each: Candidate, prepared: set[UUID]) -> bool:
    if each.id in prepared:
        return each.fatigue <= MAX_BAR_DRILL_FATIGUE and each.class_key != STRETCH
    if each.fatigue > MAX_WARM_UP_FATIGUE:
        return False
    if each.class_key in PULSE:
        timed = light_prescription(each)
        is_whole_body = each.pattern in ("conditioning", "locomotion")
        return is_whole_body and timed is not None and "distance_meters" not in timed.prescription
    return each.class_key in (MOBILITY, ACTIVATION)


def cool_down(
    ordered: Sequence[Candidate],
    catalogue: Catalogue,
    request: Request,
    assessments: Mapping[UUID, Assessment],
    seconds: int,
) -> list[Chosen]:
    """At most MAX_COOL_DOWN stretches of the muscles that the session trained, within the time."""
    if not seconds:
        return []
    used = frozenset(muscle for each in ordered for muscle in each.primary)
    pool = [each for each in _available(ordered, catalogue, request, assessments) if each.class_key == STRETCH]

    def points(each: Candidate, covered: frozenset[str]) -> float:
        new = (each.primary & used) - covered
        return len(new) + chance(request.seed, "cool-down", each.key) if new else 0.0

    return _greedy(pool, points, assessments, seconds, MAX_COOL_DOWN, is_stretch=True)


def _greedy(
    pool: Sequence[Candidate],
    points: Callable[[Candidate, frozenset[str]], float],
    assessments: Mapping[UUID, Assessment],
    seconds: int,
    most: int,
    *,
    is_stretch: bool = False,
) -> list[Chosen]:
    """The exercises with the most points for muscles that none before covers, while the time suffices."""
    found: list[Chosen] = []
    options = {each.id: light_prescription(each, is_stretch=is_stretch) for each in pool}
    while len(found) < most:
        covered = frozenset(muscle for each in found for muscle in each.candidate.primary)
        roots = {each.candidate.root_id for each in found}
        left = seconds - sum(each.seconds for each in found)
        fitting = [
            (value, each, timed)
            for each in pool
            if each.root_id not in roots
            and (timed := options[each.id]) is not None
            and timed.seconds <= left
            and (value := points(each, covered)) > 0
        ]
        if not fitting:
            break
        _, best, timed = max(fitting, key=lambda each: (each[0], each[1].key))
        found.append(Chosen(best, assessments[best.id], timed.prescription, timed.seconds))
    return found
