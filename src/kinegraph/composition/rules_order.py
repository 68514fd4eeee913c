"""The order of a session: skill and speed, treatment, large lifts, one leg, isolation, trunk, carries, steady work."""

from collections.abc import Callable, Sequence
from enum import IntEnum

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.care.rules_exercises import PatternGroup, is_bridge, is_row
from kinegraph.composition.rules import Session
from kinegraph.dosing.rules import is_heavy_lift
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules_eligible import LIGHT
from kinegraph.programming.rules_places import CONDITIONING

FAST_FIRST = frozenset({"olympic_lift", "olympic_variant", "olympic_technique", "jump", "shock_jump", "sprint"})
"""Fast classes that come first in a session."""
SKILL = frozenset({"gymnastic_strength", "balance_skill"})
LARGE_FIRST = {PatternGroup.SQUAT: 0, PatternGroup.HINGE: 1, PatternGroup.PULL: 2, PatternGroup.PUSH: 3}
"""Of equally tiring lifts those of the legs come first, and pulls before presses."""


FRESH = frozenset({"wrist_extensors", "wrist_flexors", "forearms", "forearm_rotators", "rotator_cuff"}) | {
    "infraspinatus", "supraspinatus", "subscapularis", "teres_minor", "serratus_anterior",
}  # fmt: skip
"""Muscles that hold the load or the shoulder in every lift of the arms: their drills come after the lifts."""


Rule = Callable[[Candidate, Candidate], bool]


class Phase(IntEnum):
    """The place of an exercise in the order of a session."""

    FAST = 0
    TREATMENT = 1
    LARGE = 2
    ONE_LEG = 3
    SMALL = 4
    TRUNK = 5
    CARRY = 6
    STEADY = 7


MIDDLE = frozenset({Phase.LARGE, Phase.ONE_LEG, Phase.SMALL})
"""Phases whose exercises may be mixed, so that no two exhausting exercises of a muscle follow one another."""
LIFTS = frozenset({Phase.LARGE, Phase.ONE_LEG})
"""Phases of lifts: they come before isolation, and of a movement the heaviest comes first."""


def phase_of(exercise: Candidate, session: Session) -> Phase:
    """The phase of an exercise in a session."""
    key = exercise.class_key
    if key == STEADY:
        return Phase.TREATMENT if session.context.is_heart and session.is_treatment(exercise) else Phase.STEADY
    if key in FAST_FIRST or key in SKILL or (key == "ballistic" and session.request.goal is TrainingGoal.POWER):
        return Phase.FAST
    if session.is_in_floor_block(exercise):
        return Phase.TREATMENT if session.treats_on_floor else Phase.TRUNK
    if session.is_treatment(exercise) and not is_needed_fresh(exercise):
        return Phase.TREATMENT
    if key == "carry" or key in CONDITIONING:
        return Phase.CARRY
    if exercise.pattern_group is PatternGroup.CORE:
        return Phase.TRUNK
    is_light = key in LIGHT and not (session.context.is_easy and key == "low_load_strengthening")
    if not exercise.is_compound or is_light:
        return Phase.SMALL
    is_one_leg = exercise.is_unilateral and exercise.pattern_group in (PatternGroup.SQUAT, PatternGroup.HINGE)
    return Phase.ONE_LEG if is_one_leg else Phase.LARGE


def is_needed_fresh(exercise: Candidate) -> bool:
    """True for drills of the wrist and the rotator cuff: the lifts need these muscles first."""
    return not exercise.is_compound and bool(exercise.primary) and exercise.primary <= FRESH


def is_main(exercise: Candidate, session: Session) -> bool:
    """True for exercises of the main part: large lifts and treatment; for endurance every exercise."""
    return session.is_aerobic or phase_of(exercise, session) <= Phase.ONE_LEG


def arranged(session: Session) -> list[Candidate]:
    """The exercises of a session in their order; no two lifts of the lower back in succession, where that can be."""
    return in_order(session.exercises, session, spares_back=True) or in_order(session.exercises, session) or []


def in_order(exercises: Sequence[Candidate], session: Session, *, spares_back: bool = False) -> list[Candidate] | None:
    """The exercises in the order of their phases, in the middle of the session as near to it as possible.

    No two exhausting exercises with a common primary muscle follow one another, the heaviest lift of a movement is its
    first, and isolation follows the lifts; None where that is impossible. The floor is one block, at the phase's end,
    and begins with treatment.
    """
    phases = {each.id: phase_of(each, session) for each in exercises}
    turns = {each.id: position for position, each in enumerate(exercises)}

    def rank(each: Candidate) -> tuple[int, bool, bool, bool, bool, int, int, int]:
        is_floor = session.is_in_floor_block(each)
        is_tiring, large = each.is_exhausting, LARGE_FIRST.get(each.pattern_group, 4)
        is_bar = is_tiring and is_heavy_lift(each)
        place = large, -each.fatigue // 3, turns[each.id]
        is_later = is_floor and not session.is_treatment(each)
        phase = Phase.LARGE if phases[each.id] is Phase.ONE_LEG else phases[each.id]
        return phase, is_floor, is_later, not is_tiring, is_tiring and not is_bar, *place

    def group(each: Candidate) -> int:
        phase = phases[each.id]
        return Phase.LARGE if phase in MIDDLE else phase

    def is_first(one: Candidate, other: Candidate) -> bool:
        return comes_first(one, other, phases[one.id], phases[other.id])

    backs = {each.id for each in exercises if spares_back and loads_back(each, is_easy=session.context.is_easy)}

    def is_close(one: Candidate, other: Candidate) -> bool:
        return follow_too_closely(one, other) or (one.id in backs and other.id in backs)

    found: list[Candidate] = []
    return found if _arranged(found, sorted(exercises, key=rank), group, (is_first, is_close)) else None


def comes_first(one: Candidate, other: Candidate, phase: Phase, next_phase: Phase) -> bool:
    """True if one exercise has to come before another: lifts before isolation, of a movement the heaviest first.

    A hip thrust loads no lower back: it is compared with bridges, not with deadlifts.
    """
    if phase not in LIFTS:
        return False
    if next_phase is Phase.SMALL:
        return True
    is_same = one.pattern_group is other.pattern_group and one.pattern_group in LARGE_FIRST
    is_same = is_same and is_bridge(one) == is_bridge(other)
    return next_phase in LIFTS and is_same and _heaviness(one, phase) > _heaviness(other, next_phase)


def _heaviness(exercise: Candidate, phase: Phase) -> tuple[bool, bool, int]:
    return phase is Phase.LARGE, is_heavy_lift(exercise), exercise.fatigue


def _arranged(
    found: list[Candidate],
    waiting: Sequence[Candidate],
    group: Callable[[Candidate], int],
    rules: tuple[Rule, Rule],
) -> bool:
    """Append the waiting exercises in the first order that is allowed; False where there is none.

    `rules`: whether one comes before another, and whether two may not follow one another.
    """
    is_first, is_close = rules
    if not waiting:
        return True
    for position, each in enumerate(waiting):
        if group(each) != group(waiting[0]):
            break
        if found and is_close(found[-1], each):
            continue
        if any(other is not each and is_first(other, each) for other in waiting):
            continue
        found.append(each)
        if _arranged(found, [*waiting[:position], *waiting[position + 1 :]], group, rules):
            return True
        found.pop()
    return False


def loads_back(exercise: Candidate, *, is_easy: bool = False) -> bool:
    """True for lifts with a free weight that the muscles of the lower back hold: on the back, or bent forward.

    `is_easy`: for beginners and careful persons a row with one arm, and a hinge against a cable or band, are too.
    """
    stressors, mechanics = exercise.stressors, exercise.mechanics
    if is_easy and exercise.is_compound and mechanics in ("cable", "band"):
        return exercise.pattern_group is PatternGroup.HINGE and not is_bridge(exercise)
    if not exercise.is_compound or mechanics != "free_weight":
        return False
    is_bent = is_easy and is_row(exercise) and "prone_lying" not in stressors and "bench" not in exercise.equipment
    return is_bent or not stressors.isdisjoint({"axial_load", "hinge_load"})


def follow_too_closely(one: Candidate, next_one: Candidate) -> bool:
    """True if both are exhausting and share a primary muscle."""
    return one.is_exhausting and next_one.is_exhausting and bool(one.primary & next_one.primary)
