"""The score by which eligible exercises are ranked for a place in a session [A]."""

from collections.abc import Mapping, Sequence

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.care.rules_exercises import PatternGroup, is_bridge
from kinegraph.care.rules_persons import DISC, FALLS
from kinegraph.composition.rules import Session
from kinegraph.composition.rules_limits import is_permanent, obstacle, obstacle_to_addition
from kinegraph.composition.rules_order import loads_back
from kinegraph.dosing.rules import is_gripped, is_heavy_lift
from kinegraph.layers.rules import ProgressionType, TrainingGoal
from kinegraph.programming.rules import ExclusionReason, chance
from kinegraph.programming.rules_eligible import LIGHT, THERAPEUTIC
from kinegraph.programming.rules_places import Place, is_representative
from kinegraph.programming.rules_standard import first_choices, is_first_choice, is_special

CLASSES: Mapping[TrainingGoal, Mapping[str, float]] = {
    TrainingGoal.STRENGTH: {
        **dict.fromkeys(("barbell_squat", "floor_pull"), 3.0),
        "free_weight_compound": 2.5,
        **dict.fromkeys(("bodyweight_upper_body", "loaded_hinge"), 2.0),
        "leg_compound": 1.0,
        **dict.fromkeys(("carry", "isolation", "machine_compound"), 0.5),
    },
    TrainingGoal.HYPERTROPHY: {
        "free_weight_compound": 3.0,
        **dict.fromkeys(("machine_compound", "loaded_hinge", "barbell_squat"), 2.5),
        **dict.fromkeys(("leg_compound", "bodyweight_upper_body", "isolation"), 2.0),
        **dict.fromkeys(("dynamic_trunk", "floor_pull"), 1.0),
    },
    TrainingGoal.ENDURANCE: {
        **dict.fromkeys(("leg_compound", "bodyweight_upper_body"), 2.5),
        **dict.fromkeys(("machine_compound", "free_weight_compound", "steady_cardio", "isolation"), 2.0),
        **dict.fromkeys(("carry", "dynamic_trunk", "isometric_hold", "ballistic"), 1.5),
        **dict.fromkeys(("barbell_squat", "mixed_conditioning"), 0.5),
    },
    TrainingGoal.POWER: {
        **dict.fromkeys(("olympic_variant", "jump"), 3.0),
        "ballistic": 2.5,
        **dict.fromkeys(("olympic_lift", "free_weight_compound", "barbell_squat"), 2.0),
        **dict.fromkeys(("sprint", "floor_pull", "shock_jump"), 1.0),
    },
}
"""The classes that serve a goal best; others score 0."""
FIRST_CHOICE, FIRST_RANK, SPECIAL, FIRST_OF_ALL = 3.0, 2.0, 4.0, 1.5
"""Points of first choices, of the first of them, of special exercises; for strength, of the first of a list."""
ONE_LEG, FIRM_GRIP = 5.0, 2.0
"""For beginners and careful persons a lift of both legs is the standard; with a sore grip, what needs none and
no plates to be carried."""
EASIER_RUNG, TOO_EASY, TOO_EASY_FOR_STRENGTH = 1.0, 0.3, 0.8
PREFERRED, WANTED = 3.0, 3.0
ONE_SIDE, OTHER_EQUIPMENT, FLOOR_TRUNK = 2.0, 1.0, 3.0
"""Of isolation one side at a time, which takes twice the time; of equipment in place of what is meant;
of the trunk on the floor, where the one block on the floor comes before the lifts."""
LOW, LOW_HINGE = FALLS | DISC | {"pregnancy"}, 4.0
"""Conditions with which no dumbbell is lifted from the floor in place of a kettlebell, whose handle is higher."""
NO_LOAD, NO_LOAD_ENDURANCE, MACHINE, BAR_FOR_STRENGTH = 2.5, 1.5, 2.0, 1.0
SAME_MOVEMENT, NEW_PLANE, NEIGHBOUR, BENT_OVER = 1.5, 0.5, 2.0, 3.0
"""`BENT_OVER`: rows bent over, beside a lift that loads the lower back already."""
PER_SET, PER_SET_BEFORE = 0.15, 0.3
SECONDS_PER_POINT, FATIGUE = 20, 0.7
RISK_PER_POINT, INDICATED, TENDON, NO_MUSCLE = 20.0, 2.0, 4.0, 2.0
HARD_STEADY, EASY_STEADY_FATIGUE = 4.0, 5
LIGHT_CLASS, LIGHT_CLASS_WITH_CONDITIONS = 5.0, 2.5
CHANCE = 1.5
"""Points that are added or subtracted; CHANCE times a number from 0 to 1, by the seed."""


def score(exercise: Candidate, session: Session, place: Place) -> float:
    """The score of an exercise for a place of the session as it is."""
    key = exercise.id, place.name
    if key not in session.scores:
        session.scores[key] = _independent_score(exercise, session, place)
    points = session.scores[key] - PER_SET * max((session.sets_of(muscle) for muscle in exercise.primary), default=0)
    return points + _variety(exercise, session)


def _independent_score(exercise: Candidate, session: Session, place: Place) -> float:
    """The points that do not depend on what was chosen before."""
    request, context = session.request, session.context
    key = exercise.class_key or ""
    points = CLASSES[request.goal].get(key, 0.0)
    points += CHANCE * chance(request.seed, exercise.key)
    rank = first_choices(request.goal).get(exercise.key)
    points += FIRST_CHOICE + FIRST_RANK * rank if rank is not None else 0.0
    points += FIRST_OF_ALL * (
        rank == 1.0 and exercise.is_compound and request.goal is TrainingGoal.STRENGTH and not context.is_easy
    )
    points -= SPECIAL * is_special(exercise)
    is_heavy = request.goal is TrainingGoal.STRENGTH and not context.is_easy
    points -= (TOO_EASY_FOR_STRENGTH if is_heavy else TOO_EASY) * max(
        min(request.difficulty_max, 3) - exercise.difficulty, 0
    )
    points -= EASIER_RUNG * has_harder_rung(exercise, session)
    if place.muscles and exercise.primary:
        points += WANTED * len(exercise.primary & place.muscles) / len(exercise.primary)
    points += PREFERRED * (
        bool(place.preferred & exercise.primary) + (place.vector is not None and place.vector == exercise.vector)
    )
    if key in LIGHT and not session.is_treatment(exercise) and (rank is None or key == "tendon_loading"):
        points -= LIGHT_CLASS_WITH_CONDITIONS if len(request.person) else LIGHT_CLASS
    assessment = session.assessments[exercise.id]
    points += INDICATED * bool(assessment.indicated_for) - assessment.score / RISK_PER_POINT
    points += TENDON * (bool(assessment.indicated_for) and key == "tendon_loading")
    is_one_side = key == "isolation" and exercise.is_unilateral and not assessment.indicated_for
    points -= ONE_SIDE * is_one_side
    points -= NO_MUSCLE * (exercise.primary <= THERAPEUTIC) + HARD_STEADY * (
        context.is_easy and key == STEADY and exercise.fatigue > EASY_STEADY_FATIGUE
    )
    if session.prefers_short:
        points -= session.options(exercise)[-1].seconds / SECONDS_PER_POINT + FATIGUE * exercise.fatigue
    return points + _load_points(exercise, session)


def _load_points(exercise: Candidate, session: Session) -> float:
    """The points of an exercise for its load: a machine, a bar, one leg, other equipment than is meant."""
    goal, context, mechanics = session.request.goal, session.context, exercise.mechanics
    is_squat = exercise.pattern_group is PatternGroup.SQUAT
    is_leg, points = is_squat or exercise.pattern_group is PatternGroup.HINGE, 0.0
    if exercise.alternatives:
        is_low = exercise.pattern_group is PatternGroup.HINGE and not LOW.isdisjoint(session.request.person.having)
        points -= LOW_HINGE if is_low else OTHER_EQUIPMENT
    is_lifted = is_gripped(exercise) or (is_bridge(exercise) and mechanics == "free_weight")
    points -= FIRM_GRIP * (context.spares_grip and is_lifted and exercise.is_compound)
    if context.is_easy:
        is_standing = is_leg and exercise.is_compound and (context.is_beginner or context.is_heart)
        points -= ONE_LEG * (is_standing and exercise.is_unilateral)
        points += MACHINE * (mechanics in ("machine", "cable") and exercise.class_key != STEADY)
    if goal is TrainingGoal.ENDURANCE and not context.is_careful:
        points -= NO_LOAD_ENDURANCE * (is_squat and mechanics == "bodyweight")
    elif goal in (TrainingGoal.STRENGTH, TrainingGoal.HYPERTROPHY) and not context.is_easy:
        points -= NO_LOAD * (is_leg and mechanics == "bodyweight")
        points += BAR_FOR_STRENGTH * (goal is TrainingGoal.STRENGTH and is_heavy_lift(exercise))
    return points


def has_harder_rung(exercise: Candidate, session: Session) -> bool:
    """True if a progression leads to a harder standard exercise that is eligible: that one fits the person better."""
    rungs = session.by_id
    return any(
        edge.type is ProgressionType.PROGRESSION
        and (rung := rungs.get(edge.to_id)) is not None
        and rung.difficulty > exercise.difficulty
        and is_first_choice(rung)
        and not session.is_warned(rung)
        for edge in exercise.edges
    )


def _variety(exercise: Candidate, session: Session) -> float:
    summary = session.summary
    is_same = (exercise.pattern_group, exercise.vector) in summary.movements
    is_near = not session.found.near[exercise.id].isdisjoint(session.chosen)
    tires_back = (
        exercise.pattern_group is PatternGroup.PULL and loads_back(exercise) and any(map(loads_back, session.exercises))
    )
    is_early_trunk = exercise.pattern_group is PatternGroup.CORE and session.is_early_floor(exercise)
    return (
        NEW_PLANE * (exercise.plane not in summary.planes)
        - SAME_MOVEMENT * is_same
        - NEIGHBOUR * is_near
        - BENT_OVER * tires_back
        - FLOOR_TRUNK * is_early_trunk
    )


def preference(exercise: Candidate, session: Session, place: Place) -> tuple[bool, bool, bool]:
    """The sort key before the score, False first: is special, does not represent the movement, is warned.

    A standard exercise that has to be modified comes before an isolation, and for power what is fast before the rest.
    """
    is_warned = session.is_warned(exercise)
    is_full = is_representative(exercise, place, is_easy=session.context.is_easy)
    if session.request.goal is TrainingGoal.POWER and not session.context.is_slow:
        is_full = is_full and exercise.prescription(TrainingGoal.POWER) is not None
    return is_special(exercise), not is_full or (is_warned and not is_first_choice(exercise)), is_warned


def fitting_for(session: Session, place: Place, pool: Sequence[Candidate]) -> list[Candidate]:
    """The exercises of a pool that fill a place; of those that have to be modified a part of a group gets mild ones."""
    is_part = place.target is not None and place.name != place.target
    return [
        each
        for each in pool
        if place.is_filled_by(each)
        and each.id not in session.chosen
        and not (is_part and session.is_warned(each) and not _is_mild(each))
    ]


def _is_mild(exercise: Candidate) -> bool:
    """True for exercises that may be modified easily: the first choices of coaches, and light loads."""
    return is_first_choice(exercise) or exercise.class_key == "low_load_strengthening"


def choose(pool: Sequence[Candidate], session: Session, place: Place, *, is_additional: bool) -> Candidate | None:
    """The best exercise of a pool that may be added to the session; None where there is none."""
    if not is_additional:
        ranked = sorted(
            pool, key=lambda each: (*preference(each, session, place), -score(each, session, place), each.key)
        )
        return next((each for each in ranked if obstacle(session, each, is_additional=False) is None), None)
    allowed = [each for each in pool if _may_be_added(each, session)]
    if any(place.is_filled_by(each) for each in session.waiting):
        passed = [each.id for each in allowed if not is_first_choice(each)]
        session.passed_over.update(passed)
        for id in passed:
            session.obstacle_to_addition.pop(id, None)
        allowed = [each for each in allowed if is_first_choice(each)]

    def rank(each: Candidate) -> tuple[bool, float, str]:
        return session.is_warned(each), _trained(each, session) - score(each, session, place), each.key

    return min(allowed, key=rank, default=None)


def _trained(exercise: Candidate, session: Session) -> float:
    """The points that an exercise beyond the places loses for the sets that its muscles have."""
    return PER_SET_BEFORE * max((session.sets_of(muscle) for muscle in exercise.primary), default=0)


def _may_be_added(exercise: Candidate, session: Session) -> bool:
    """True if an exercise may be added beyond the places. A permanent obstacle to it is stored in `blocked`."""
    found = obstacle_to_addition(session, exercise)
    if found is not None and is_permanent(found):
        session.blocked.add(exercise.id)
        is_long = found[0] is ExclusionReason.TIME and bool(session.fitting(exercise, is_additional=True))
        if is_long and is_first_choice(exercise):
            session.waiting.append(exercise)
    return found is None
