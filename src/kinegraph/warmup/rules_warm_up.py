"""Warm-up: the pulse is raised, the joints of the session are moved, the first lift is rehearsed.

With a condition of the heart it is one graded bout for the whole time.
"""

from collections.abc import Sequence

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.candidates.rules_regions import regions_of
from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.care.rules_persons import SHOULDER
from kinegraph.dosing.rules import LIGHT_SETUP
from kinegraph.dosing.rules_prescriptions import Chosen, light_prescription
from kinegraph.layers.rules import ProgressionType
from kinegraph.programming.rules import chance
from kinegraph.programming.rules_eligible import THERAPEUTIC, TINY_FATIGUE
from kinegraph.programming.rules_standard import is_first_choice
from kinegraph.warmup.rules import Light, best, is_near

MOBILITY, JUMP = "dynamic_mobility", "low_jump"
REHEARSING = frozenset(
    {"low_load_strengthening", "leg_compound", "bodyweight_upper_body", "isolation", "olympic_technique"}
)
"""Classes that rehearse a lift, where they tire little and need no weight."""
SIMPLE = frozenset({"wall", "chair", "resistance_band", "mini_band", "yoga_mat", "step"})
"""Equipment that is at hand beside the lift."""
MAX_REHEARSAL_FATIGUE, MAX_REHEARSAL_DIFFICULTY = 4, 2
MAX_BAR_DRILL_FATIGUE = 5
REHEARSED_BY_JUMPS = frozenset({"jump", "shock_jump", "sprint", "olympic_lift", "olympic_variant"})
"""Classes that low jumps, and drills with the bar, rehearse."""
PULSE_SECONDS = ((7, 40), (12, 60), (20, 90), (40, 120), (75, 150), (180, 180))
"""By the minutes of the session, how long the pulse is raised."""
GRADED = "Begin very easily, and do a little more each minute."
INDOOR_MINUTES = 15
"""In sessions up to this length the pulse is raised on the spot."""
PULSE_CLASSES = frozenset({STEADY, "balance_training", JUMP, "mixed_conditioning"})
MARCHING = frozenset({"hip_flexors"})
"""The muscles of marching, seated or on the spot."""
MAX_PULSE_FATIGUE, MAX_GENTLE_FATIGUE = 7, 5
MAX_JUMP_FATIGUE = 3
LEGS, ARMS = frozenset({"hip", "knee", "ankle"}), frozenset({"shoulder", "elbow", "wrist"})
DRILL_FATIGUE = 2
FLOW_FATIGUE, MAX_GENTLE_DIFFICULTY = 2, 2
MAX_MOBILITY_SECONDS = 110
LIFTS_OF_ARMS, ARMS_FIRST = frozenset({PatternGroup.PUSH, PatternGroup.PULL}), 3.0
"""Before presses and pulls something moves the shoulder, whatever else there is time for: the points of it."""
MAX_MOBILITY, LONG_MINUTES = 2, 45
"""Exercises of mobility; one more from LONG_MINUTES on."""


def warm_up(light: Light, seconds: int) -> list[Chosen]:
    """The warm-up within the time: something for the pulse, mobility of the joints, a rehearsal of the first lift."""
    if not light.ordered:
        return []
    pool = light.available()
    found = _pulse(light, pool, seconds)
    if light.context.is_heart:
        return found
    left = seconds - sum(each.seconds for each in found)
    rehearsal: list[Chosen] = []
    for first in _first_lifts(light):
        rehearsal += _rehearsal(light, first, pool, [*found, *rehearsal], left)
        left -= sum(each.seconds for each in rehearsal[-1:])
    found += _mobility(light, pool, [*found, *rehearsal], left)
    return found + rehearsal


def _pulse(light: Light, pool: Sequence[Candidate], seconds: int) -> list[Chosen]:
    wanted = next(value for minutes, value in PULSE_SECONDS if light.request.minutes <= minutes)
    if light.context.is_heart:
        wanted = max(seconds - LIGHT_SETUP, 20)
    used = regions_of(frozenset(muscle for each in light.ordered for muscle in each.primary))

    is_indoors = light.request.minutes <= INDOOR_MINUTES

    def points(each: Candidate) -> float:
        if not _raises_pulse(each, light):
            return 0.0
        regions = regions_of(each.involved)
        value = 1.0 + 0.5 * len(regions & used) / max(len(regions), 1)
        value += (-1.0 if is_indoors else 0.5) * (each.class_key == STEADY) - 0.3 * (
            each.class_key == "balance_training" and not light.is_gentle and not is_indoors
        )
        value -= (
            1.0 * (not regions & used)
            + 0.5 * (each.class_key == "low_load_strengthening")
            + 0.4 * (each.fatigue > MAX_GENTLE_FATIGUE)
        )
        value += light.context.is_heart and each in light.ordered
        value -= light.is_gentle and "fall_risk" in each.stressors
        return value + 0.5 * chance(light.request.seed, "pulse", each.key)

    for each in best(pool, points, ()):
        timed = light_prescription(each, light.context, min(wanted, max(seconds - LIGHT_SETUP, 20)))
        if timed is not None and timed.seconds <= seconds:
            if light.context.is_heart:
                timed.prescription["notes"] = GRADED
            return [light.chosen(each, timed)]
    return []


def _raises_pulse(each: Candidate, light: Light) -> bool:
    """True for steady work, marching, and for persons without conditions easy jumps: rhythmic, with the whole body."""
    if each.class_key == "low_load_strengthening":
        return each.primary == MARCHING and not each.is_unilateral and light.is_gentle
    if each.class_key not in PULSE_CLASSES or each.pattern not in ("conditioning", "locomotion"):
        return False
    if each.class_key == STEADY:
        return each.fatigue <= (MAX_GENTLE_FATIGUE if light.is_gentle else MAX_PULSE_FATIGUE) and _is_at_hand(each)
    prescribed = each.prescription(light.request.goal) or next(
        (found for goal in type(light.request.goal) if (found := each.prescription(goal)) is not None), None
    )
    if prescribed is None or prescribed.unit != "seconds":
        return False
    if each.class_key == "balance_training":
        return "hip_flexors" in each.primary
    return not light.is_gentle and each.fatigue <= MAX_JUMP_FATIGUE


def _is_at_hand(each: Candidate) -> bool:
    """True for steady work that begins at once: no pool, no road bicycle."""
    return "swimming_pool" not in each.equipment and "bicycle" not in each.equipment


def _first_lifts(light: Light) -> list[Candidate]:
    """The first lift of several joints, and the first exercise if it trains another region."""
    lifts = [each for each in light.ordered if each.class_key != STEADY and not each.primary <= THERAPEUTIC]
    first = next((each for each in lifts if each.is_compound), lifts[0] if lifts else None)
    if first is None:
        return []
    others = [each for each in lifts[:1] if each.class_key != "balance_training"]
    return [first, *(each for each in others if not regions_of(each.primary) & regions_of(first.primary))]


def _rehearsal(
    light: Light, first: Candidate, pool: Sequence[Candidate], beside: Sequence[Chosen], left: int
) -> list[Chosen]:
    """An easy exercise of a lift's kind: a preparation that the library names, or one without a weight."""
    pool = [each for each in pool if not _is_needed(each, light)]
    prepared = {edge.to_id for edge in first.edges if edge.type is ProgressionType.PREPARATION}

    def points(each: Candidate) -> float:
        if not _rehearses(each, first, light, is_prepared=each.id in prepared):
            return 0.0
        same = len(each.primary & first.primary) / max(len(each.primary | first.primary), 1)
        value = (
            1.0
            - 0.5 * each.is_unilateral
            + 3.0 * (each.class_key == JUMP)
            + 2.0 * same
            + 1.0 * (each.id in prepared)
            + 1.0 * (each.pattern_group is first.pattern_group)
        )
        return value + 0.5 * chance(light.request.seed, "rehearsal", each.key)

    for each in best(pool, points, beside):
        timed = light_prescription(each, light.context)
        if timed is not None and timed.seconds <= left:
            return [light.chosen(each, timed)]
    return []


def _is_needed(each: Candidate, light: Light) -> bool:
    """True for a standard exercise of a wanted muscle that nothing trains: it is left for the session itself."""
    wanted = frozenset[str]().union(*(keys for _, keys in light.request.targets))
    trained = frozenset(muscle for one in light.ordered for muscle in one.primary)
    return is_first_choice(each) and bool(each.primary & wanted - trained)


def _rehearses(each: Candidate, first: Candidate, light: Light, *, is_prepared: bool) -> bool:
    if first.class_key in REHEARSED_BY_JUMPS and each.class_key == JUMP and not light.is_gentle:
        return each.pattern == "other" or is_prepared
    if (
        each.class_key not in REHEARSING
        or not each.primary & first.involved
        or each.mechanics not in ("bodyweight", "band")
    ):
        is_drill = is_prepared and each.class_key == "olympic_technique" and each.fatigue <= MAX_BAR_DRILL_FATIGUE
        return is_drill and first.class_key in REHEARSED_BY_JUMPS
    is_for_frail = each.class_key == "low_load_strengthening" and each.is_compound
    if is_for_frail and not light.is_gentle:
        return False
    is_standard = each.class_key == "low_load_strengthening" or is_first_choice(each)
    if each.pattern_group is PatternGroup.CORE and each.fatigue <= TINY_FATIGUE:
        return False
    if not is_standard or each.primary <= THERAPEUTIC or not SIMPLE.issuperset(each.equipment):
        return False
    if each.fatigue > min(MAX_REHEARSAL_FATIGUE, max(first.fatigue, 2)) or each.difficulty > MAX_REHEARSAL_DIFFICULTY:
        return False
    prescribed = next(
        (found for goal in type(light.request.goal) if (found := each.prescription(goal)) is not None), None
    )
    is_of_kind = is_prepared or each.pattern_group is first.pattern_group or first.pattern_group is PatternGroup.OTHER
    return prescribed is not None and prescribed.unit == "reps" and is_of_kind


def _mobility(light: Light, pool: Sequence[Candidate], beside: Sequence[Chosen], left: int) -> list[Chosen]:
    """Dynamic mobility, for regions that the session uses and none before has moved; before presses the shoulder."""
    weights = _weights(light.ordered)
    moving = [
        each
        for each in pool
        if _is_mobility(each, light) and not _is_flow(each, light) and is_near(each, light.request)
    ]
    has_lift_of_arms = any(each.is_compound and each.pattern_group in LIFTS_OF_ARMS for each in light.ordered)
    found: list[Chosen] = []
    most = MAX_MOBILITY + (light.request.minutes >= LONG_MINUTES)
    while len(found) < most:
        covered = frozenset(region for each in found for region in regions_of(each.candidate.primary))

        def points(each: Candidate, covered: frozenset[str] = covered) -> float:
            regions = regions_of(each.primary)
            new = sum(weights.get(region, 0.0) for region in regions - covered)
            value = new / max(len(regions), 1) ** 0.5
            value += ARMS_FIRST * (has_lift_of_arms and "shoulder" in regions - covered)
            return value + 0.5 * chance(light.request.seed, "mobility", each.key) if new else 0.0

        for each in best(moving, points, [*beside, *found]):
            timed = light_prescription(each, light.context)
            if timed is not None and timed.seconds <= min(left, MAX_MOBILITY_SECONDS):
                found.append(light.chosen(each, timed))
                left -= timed.seconds
                break
        else:
            return found
    return found


def _is_mobility(each: Candidate, light: Light) -> bool:
    """True for dynamic mobility, and with a sore shoulder for a light set of what treats it.

    Motion of the first weeks is for those whom it treats: the shoulder of others is past it.
    """
    if each.class_key == MOBILITY:
        return True
    treats = bool(light.assessments[each.id].indicated_for)
    is_sore = not light.request.person.having.isdisjoint(SHOULDER)
    is_drill = each.class_key == "early_motion" or (
        each.class_key == "low_load_strengthening" and each.fatigue <= DRILL_FATIGUE and not each.primary <= THERAPEUTIC
    )
    return is_sore and treats and is_drill and regions_of(each.primary) <= {"shoulder"}


def _weights(ordered: Sequence[Candidate]) -> dict[str, float]:
    """By region, how much the session uses it; the first exercises count more."""
    found: dict[str, float] = {}
    for position, each in enumerate(ordered):
        for region in regions_of(each.primary):
            found[region] = found.get(region, 0.0) + 1.0 / (1 + position // 2)
    return found


def _is_flow(each: Candidate, light: Light) -> bool:
    """True for flows through many positions, which beginners and persons with conditions are spared."""
    is_flow = each.tempo is None and each.fatigue >= FLOW_FATIGUE
    return light.is_gentle and (is_flow or each.difficulty > MAX_GENTLE_DIFFICULTY)
