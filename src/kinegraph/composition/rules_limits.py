"""The reasons that forbid adding an exercise to a session."""

from kinegraph.candidates.rules import STEADY, Candidate, in_words
from kinegraph.candidates.rules_treatments import served_by
from kinegraph.care.rules_exercises import OPPOSITE, PatternGroup, is_row
from kinegraph.classification.rules_classes import Unit
from kinegraph.composition.rules import MAX_SETS_PER_MUSCLE, Session
from kinegraph.composition.rules_order import in_order, is_main
from kinegraph.dosing.rules import LOADED
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import (
    ExclusionReason,
    counted_fatigue,
    exhausting_limit,
    fatigue_limit,
    is_or_are,
    minutes_of,
)
from kinegraph.programming.rules_eligible import LIGHT, TINY_FATIGUE, trains_targets
from kinegraph.programming.rules_places import CONDITIONING, is_counted_lift, is_evened, is_of_one_direction
from kinegraph.programming.rules_standard import SERVING, is_first_choice, is_of_one_part, is_special, is_twin

MAX_MAIN, MAX_ACCESSORY, MAX_SMALL_ENDURANCE = 8, 6, 10
"""Exercises of a section; of the one section of a session for endurance."""
MAX_STEADY, MAX_CONDITIONING = 1, 2
ONCE = frozenset({"barbell_squat", "floor_pull"})
"""Classes of which a session has one exercise."""
SHOULDER_AND_NECK = frozenset({"shoulder_pain", "neck_pain"})
"""Conditions with which pushes are never more than pulls."""
SMALL_HOLD_SECONDS = 10
MAX_LIFTS, MAX_CORE_SHARE = 2, 0.12
"""Lifts of one movement, and the part of the session that the trunk gets where it is not wanted itself."""
LEAST_DIFFICULTY = {TrainingGoal.STRENGTH: 3, TrainingGoal.HYPERTROPHY: 2}
"""Push-ups and pull-ups that are easier are none beyond the places, but for beginners and careful persons."""
Obstacle = tuple[ExclusionReason, str]

FOLLOWS: Obstacle = ExclusionReason.FATIGUE, "It would follow another exhausting exercise of the same muscle."
TEMPORARY = frozenset({ExclusionReason.BALANCE})
"""The obstacles that a further exercise may remove: FOLLOWS, and those with a reason in TEMPORARY."""


def is_permanent(found: Obstacle) -> bool:
    """True if an obstacle stays, whatever is added."""
    return found[0] not in TEMPORARY and found is not FOLLOWS


def obstacle_to_addition(session: Session, exercise: Candidate) -> Obstacle | None:
    """The obstacle to an exercise beyond the places, computed once for the session as it is."""
    if exercise.id not in session.obstacle_to_addition:
        session.obstacle_to_addition[exercise.id] = obstacle(session, exercise, is_additional=True)
    return session.obstacle_to_addition[exercise.id]


def obstacle(session: Session, exercise: Candidate, *, is_additional: bool) -> Obstacle | None:
    """The reason that forbids adding an exercise, or None. `is_additional`: its place is filled.

    The first exercise of a place for a muscle need not be balanced.
    """
    found = _beside_time(session, exercise, is_additional=is_additional) or _time(
        session, exercise, is_additional=is_additional
    )
    found = found or (_balance(session, exercise) if is_additional or not session.request.targets else None)
    if found is None and is_additional and exercise.id in session.passed_over:
        return ExclusionReason.CHOICE, "A standard exercise of this kind comes first, and does not fit the time."
    if found is None and is_additional and session.is_even and is_counted_lift(exercise):
        return ExclusionReason.BALANCE, "Squats, hinges, pushes and pulls have their sets: more would be uneven."
    if found is None and is_additional and session.is_closed:
        return ExclusionReason.CHOICE, "A movement that has no exercise yet comes first."
    return found


def _beside_time(session: Session, exercise: Candidate, *, is_additional: bool) -> Obstacle | None:
    """The reason that forbids adding an exercise, apart from time and balance; None if there is none."""
    if found := _special(session, exercise, is_additional=is_additional):
        return found
    if is_additional and (found := _addition(session, exercise)):
        return found
    if found := _sets(session, exercise, is_additional=is_additional):
        return found
    return _choice(session, exercise) or _fatigue(session, exercise) or _order(session, exercise)


def _special(session: Session, exercise: Candidate, *, is_additional: bool) -> Obstacle | None:
    """Special exercises are no choice for beginners and conditions, and for others the last."""
    if not is_special(exercise) or session.is_treatment(exercise):
        return None
    if not is_additional and not len(session.request.person) and not session.context.is_beginner:
        return None
    return ExclusionReason.CHOICE, "It is a special exercise: a standard exercise of this kind comes first."


def _addition(session: Session, exercise: Candidate) -> Obstacle | None:
    """The obstacle to an additional exercise: its class does not serve the goal, it is warned, or is a variation."""
    is_light = exercise.class_key in LIGHT
    serves = len(session.request.person) > 0 if is_light else exercise.class_key in SERVING[session.request.goal]
    if not serves and not session.is_treatment(exercise):
        why = "It is too light for a person without conditions" if is_light else "Exercises of its kind do little"
        return ExclusionReason.CHOICE, f"{why}, in training for {session.request.goal}."
    if not trains_targets(exercise, session.request):
        return ExclusionReason.CHOICE, "It treats a condition, and trains none of the wanted muscles."
    prescribed = session.range_of(exercise)
    is_small_hold = prescribed.unit is Unit.SECONDS and prescribed.max <= SMALL_HOLD_SECONDS
    is_for_frail = exercise.is_compound and not session.context.is_easy
    is_tiny = (
        is_small_hold or is_for_frail or exercise.fatigue <= TINY_FATIGUE or exercise.class_key == "tendon_loading"
    )
    may_add = session.may_add_light and not (is_small_hold and exercise.pattern_group is not PatternGroup.CORE)
    if is_light and is_tiny and not session.is_treatment(exercise) and not may_add:
        return ExclusionReason.CHOICE, "It is too light to be more than a first step."
    if exercise.class_key == "isometric_hold" and exercise.pattern_group is not PatternGroup.CORE:
        return ExclusionReason.CHOICE, "Exercises that move the joint come before holds."
    least = LEAST_DIFFICULTY.get(session.request.goal, 1) if not session.context.is_easy else 1
    if exercise.class_key == "bodyweight_upper_body" and exercise.difficulty < least:
        return ExclusionReason.CHOICE, f"It is too easy for {session.request.goal}."
    if session.is_warned(exercise) and not (session.may_add_warned and _is_wanted_warned(session, exercise)):
        return ExclusionReason.CHOICE, "It would have to be modified, and others need not be."
    if exercise.class_key in ONCE and any(each.class_key == exercise.class_key for each in session.exercises):
        return ExclusionReason.CHOICE, "The session has a heavy lift of this kind already."
    if exercise.pattern_group is PatternGroup.CORE and session.is_early_floor(exercise):
        return ExclusionReason.CHOICE, "On the floor it would come before the lifts."
    if found := _share_of_movement(session, exercise):
        return found
    near = session.found.near[exercise.id]
    twin = next((each for each in session.exercises if each.id in near and is_twin(each, exercise)), None)
    if twin is not None:
        return ExclusionReason.CHOICE, f"It is a variation of {twin.name}, which is in the session."
    is_push = exercise.pattern_group is PatternGroup.PUSH and not session.request.person.having.isdisjoint(
        SHOULDER_AND_NECK
    )
    if is_push and session.count(PatternGroup.PUSH) >= session.count(PatternGroup.PULL):
        return ExclusionReason.BALANCE, "With this shoulder or neck the session has no more pushes than pulls."
    return None


def _is_wanted_warned(session: Session, exercise: Candidate) -> bool:
    """True for first choices, and for light training that is the treatment of a condition of the person."""
    is_light = exercise.class_key == "low_load_strengthening"
    is_first = is_first_choice(exercise) and not exercise.alternatives
    return is_first or (is_light and bool(served_by([exercise]) & session.request.person.conditions))


def is_second_of_part(session: Session, exercise: Candidate) -> bool:
    """True for a second small exercise of the calves, the abductors of the hip, or the rotator cuff."""
    if not session.is_small(exercise):
        return False
    return any(not each.is_compound and is_of_one_part(each, exercise) for each in session.exercises)


def _share_of_movement(session: Session, exercise: Candidate) -> Obstacle | None:
    """At most two lifts of a movement, three where one group alone is wanted, and a part of the time for the trunk."""
    targets = session.request.targets
    if exercise.is_compound and exercise.pattern_group in OPPOSITE:
        most = MAX_LIFTS + (len(targets) == 1)
        if sum(each.is_compound and each.pattern_group is exercise.pattern_group for each in session.exercises) >= most:
            return ExclusionReason.CHOICE, f"The session has {most} lifts of this movement already."
    lifts = [each for each in session.exercises if each.is_compound]
    is_second_row = len(targets) != 1 and is_row(exercise) and any(map(is_row, lifts))
    if is_second_row or (is_evened(session.request) and any(is_of_one_direction(each, exercise) for each in lifts)):
        return ExclusionReason.CHOICE, "The session has a lift of this movement and direction already."
    if is_second_of_part(session, exercise):
        return ExclusionReason.CHOICE, "One exercise of these muscles is enough in a session."
    is_unloaded = exercise.mechanics == "bodyweight" and exercise.class_key == "leg_compound"
    if is_unloaded and any(_is_loaded_twin(each, exercise) for each in session.exercises):
        return ExclusionReason.CHOICE, "A loaded exercise of this movement was chosen."
    if not exercise.is_compound and sum(each.primary >= exercise.primary for each in session.exercises) >= MAX_LIFTS:
        return ExclusionReason.CHOICE, "Two exercises train the same muscles already."
    if exercise.pattern_group is PatternGroup.CORE and not any(exercise.primary & keys for _, keys in targets):
        seconds = sum(
            timed.seconds for each, timed in session.chosen.values() if each.pattern_group is PatternGroup.CORE
        )
        least = min((timed.seconds for timed in session.fitting(exercise, is_additional=True)), default=0)
        if seconds + least > MAX_CORE_SHARE * 60 * session.request.minutes:
            return ExclusionReason.CHOICE, "The trunk has its part of the session already."
    return None


def _is_loaded_twin(one: Candidate, exercise: Candidate) -> bool:
    return (
        one.pattern_group is exercise.pattern_group
        and one.mechanics in LOADED
        and one.is_unilateral == exercise.is_unilateral
    )


def _time(session: Session, exercise: Candidate, *, is_additional: bool) -> Obstacle | None:
    fitting = session.fitting(exercise, is_additional=is_additional)
    if not fitting:
        options = [timed for timed in session.options(exercise) if not (is_additional and timed.is_compact)]
        least = min((timed.seconds for timed in options), default=session.options(exercise)[-1].seconds)
        return ExclusionReason.TIME, f"It needs {minutes_of(least)}: too great a part of the session."
    least = min((timed.seconds for timed in fitting if session.fits_sets(exercise, timed)), default=fitting[-1].seconds)
    if least <= session.seconds_left:
        return None
    left = max(session.seconds_left, 0)
    return (
        ExclusionReason.TIME,
        f"It needs {minutes_of(least)}; {minutes_of(left) if left else 'no time'} {is_or_are(left)} left.",
    )


def _choice(session: Session, exercise: Candidate) -> Obstacle | None:
    if exercise.root_id in session.summary.roots:
        copy = next(each for each in session.exercises if each.root_id == exercise.root_id)
        return ExclusionReason.CHOICE, f"It is a copy of {copy.name}, which is in the session."
    if len(session.chosen) >= MAX_ACCESSORY and (found := _full_section(session, exercise)):
        return found
    if exercise.class_key == STEADY:
        return _cardio(session, {STEADY}, MAX_STEADY)
    return (
        _cardio(session, CONDITIONING - {STEADY, "jump"}, MAX_CONDITIONING)
        if exercise.class_key in CONDITIONING
        else None
    )


def _full_section(session: Session, exercise: Candidate) -> Obstacle | None:
    is_of_main = is_main(exercise, session)
    if session.main_count is None:
        session.main_count = sum(is_main(each, session) for each in session.exercises)
    count = session.main_count if is_of_main else len(session.chosen) - session.main_count
    most = MAX_SMALL_ENDURANCE if session.is_aerobic else MAX_MAIN if is_of_main else MAX_ACCESSORY
    if count < most:
        return None
    return ExclusionReason.CHOICE, f"The section has {most} exercises already."


def _cardio(session: Session, keys: frozenset[str] | set[str], most: int) -> Obstacle | None:
    if sum(each.class_key in keys for each in session.exercises) < most:
        return None
    return ExclusionReason.CHOICE, f"The session has {most} exercise{'s' if most > 1 else ''} of this kind already."


def _sets(session: Session, exercise: Candidate, *, is_additional: bool) -> Obstacle | None:
    if session.fits_most(exercise):
        return None
    possible = session.fitting(exercise, is_additional=is_additional) or session.options(exercise)
    if any(session.fits_sets(exercise, timed) for timed in possible):
        return None
    sets = min(timed.prescription["sets"] for timed in possible)
    full = [m for m in sorted(exercise.primary) if session.sets_of(m) + sets > MAX_SETS_PER_MUSCLE]
    return ExclusionReason.FATIGUE, f"{in_words(full).capitalize()} would have more than {MAX_SETS_PER_MUSCLE} sets."


def _fatigue(session: Session, exercise: Candidate) -> Obstacle | None:
    limit = fatigue_limit(session.request.minutes)
    more = counted_fatigue(exercise)
    if more and session.summary.fatigue + more > limit:
        return (
            ExclusionReason.FATIGUE,
            f"The lifts of the session tire as much as {session.request.minutes} minutes allow.",
        )
    most = exhausting_limit(session.request.difficulty_max)
    if exercise.is_exhausting and session.summary.exhausting >= most:
        return ExclusionReason.FATIGUE, f"The session has {most} exhausting exercises already."
    return None


def _balance(session: Session, exercise: Candidate) -> Obstacle | None:
    opposite = OPPOSITE.get(exercise.pattern_group)
    most = max(1, len(session.request.targets))
    if opposite is None or session.count(exercise.pattern_group) < session.count(opposite) + most:
        return None
    if not has_unused(session, opposite):
        return None
    return ExclusionReason.BALANCE, f"Another {exercise.pattern_group} would need another {opposite} beside it."


def has_unused(session: Session, group: PatternGroup) -> bool:
    """True if an eligible exercise of the group could be added, were there time.

    One that takes too great a part of the session could not, nor a lift once the sets of the movements are equal.
    """
    if group not in session.has_unused:
        session.has_unused[group] = any(
            each.pattern_group is group
            and each.id not in session.chosen
            and not (session.is_even and is_counted_lift(each))
            and session.fitting(each, is_additional=True)
            and _beside_time(session, each, is_additional=True) is None
            for each in session.eligible
        )
    return session.has_unused[group]


def is_balanced(session: Session) -> bool:
    """The rule of balance: of opposite groups one has at most one exercise more, unless the other has no further.

    With wanted groups of muscles it may be one more for each: their places need one exercise each, of any movement.
    """
    most = max(1, len(session.request.targets))
    return all(
        session.count(group) - session.count(opposite) <= most or not has_unused(session, opposite)
        for group, opposite in OPPOSITE.items()
    )


def _order(session: Session, exercise: Candidate) -> Obstacle | None:
    if not exercise.is_exhausting or in_order([*session.exercises, exercise], session) is not None:
        return None
    return FOLLOWS
