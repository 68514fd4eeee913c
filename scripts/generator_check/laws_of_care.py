"""The laws of conditions: nothing loads what is sore, one block on the floor, a graded warm-up, when to stop."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from generator_check.laws_of_prescriptions import is_brief_trunk
from kinegraph.candidates.rules import STEADY
from kinegraph.candidates.rules_treatments import served_by
from kinegraph.care.rules import FAST_CLASSES, care_rules_of, excluded_by, is_on_floor
from kinegraph.care.rules_exercises import OPPOSITE, PatternGroup
from kinegraph.care.rules_persons import FLOOR, HEART, SLOW, STANDING
from kinegraph.care.rules_stop import UNKNOWN
from kinegraph.composition.rules import MAX_ACCESSORY_SHARE, Session
from kinegraph.composition.rules_limits import MAX_CORE_SHARE, MAX_LIFTS
from kinegraph.composition.rules_order import arranged, comes_first, loads_back, phase_of
from kinegraph.dosing.rules_advice import LOAD
from kinegraph.dosing.rules_amounts import MIN_HEART_REST, MIN_PER_SIDE, MIN_REPETITIONS, has_floor
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.generator.rules import Generated
from kinegraph.generator.rules_assembly import SHORTEST_WITH_COOL_DOWN, is_circuit
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Demand
from kinegraph.programming.rules_places import is_counted_lift, is_evened
from kinegraph.programming.rules_standard import ONCE_MUSCLES
from kinegraph.warmup.rules import is_near
from kinegraph.warmup.rules_cool_down import MAX_EASING_FATIGUE, STRETCH
from kinegraph.workout.rules import SectionType

LIGHT = (SectionType.WARMUP, SectionType.COOLDOWN)
HEART_MINUTES, HEART_SECONDS = 30, 360


def faults_of_care(workout: Generated, trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    """The violations in what a workout does for the conditions of a person, and in its order and messages."""
    yield from _of_bars(workout)
    yield from _of_floor(workout, trained)
    yield from _of_heart(workout, trained)
    yield from _of_advice(workout, trained)
    for each in trained:
        yield from _of_amounts(each, workout, session)
    yield from _of_shares(workout, trained, session)
    yield from _of_messages(workout, trained)
    yield from _of_light(workout, session)


def _of_bars(workout: Generated) -> Iterator[str]:
    person = workout.request.person
    for section in workout.sections:
        is_light = section.type in LIGHT
        care_rules = care_rules_of(person, is_light=is_light)
        for each in section.movements:
            is_treatment = bool(each.assessment.indicated_for) and not is_light
            if why := excluded_by(each.candidate, care_rules, person, is_treatment=is_treatment):
                yield f"{each.candidate.key}: {why}"
            if "X" in each.prescription.get("tempo", "") and not _may_be_fast(each, workout):
                yield f"{each.candidate.key}: it is done as fast as possible"


def _may_be_fast(each: Chosen, workout: Generated) -> bool:
    is_fast = workout.goal is TrainingGoal.POWER or each.candidate.class_key in FAST_CLASSES
    return is_fast and workout.request.person.having.isdisjoint(SLOW)


def _of_floor(workout: Generated, trained: Sequence[Chosen]) -> Iterator[str]:
    having = workout.request.person.having
    for section in workout.sections:
        if section.type in LIGHT and not having.isdisjoint(STANDING):
            for each in section.movements:
                if is_on_floor(each.candidate):
                    yield f"{each.candidate.key}: it is on the floor, in {section.type}"
    on_floor = [position for position, each in enumerate(trained) if is_on_floor(each.candidate)]
    if on_floor and not having.isdisjoint(FLOOR) and on_floor[-1] - on_floor[0] >= len(on_floor):
        yield f"the floor is no block: {[each.candidate.key for each in trained]}"


def _of_heart(workout: Generated, trained: Sequence[Chosen]) -> Iterator[str]:
    if workout.request.person.having.isdisjoint(HEART):
        return
    for section in workout.sections:
        seconds = sum(each.seconds for each in section.movements)
        is_short = workout.request.minutes >= HEART_MINUTES and seconds < HEART_SECONDS
        if section.type is SectionType.WARMUP and (len(section.movements) > 1 or is_short):
            yield f"the warm-up has {len(section.movements)} exercises and {seconds} seconds"
    for each in trained:
        if each.prescription["sets"] > 1 and each.prescription.get("rest_seconds", 0) < MIN_HEART_REST:
            yield f"{each.candidate.key}: it rests {each.prescription.get('rest_seconds')} seconds"


def _of_advice(workout: Generated, trained: Sequence[Chosen]) -> Iterator[str]:
    for each in trained:
        if LOAD.search(each.notes or ""):
            yield f"{each.candidate.key}: a part of an unknown load: {each.notes}"
    if bool(workout.stop_rules) != bool(len(workout.request.person)):
        yield "nothing says when to stop"
    if any(each.text == UNKNOWN for each in workout.stop_rules):
        yield f"no text says when to stop with {[each.condition for each in workout.stop_rules]}"
    treated = {c for section in workout.sections for e in section.movements for c in e.assessment.indicated_for}
    treated |= served_by(e.candidate for section in workout.sections for e in section.movements)
    said = {each.subject for each in workout.unmet_demands if each.demand is Demand.TREATMENT}
    if both := treated & said:
        yield f"{both}: treated, and said not to be"
    for chain in workout.request.person.chains if trained else ():
        if treated.isdisjoint(chain) and chain[0] not in said:
            yield f"{chain[0]}: it is neither treated nor unmet"


def _of_amounts(each: Chosen, workout: Generated, session: Session) -> Iterator[str]:
    given, prescribed = each.prescription, session.found.ranges.get(each.candidate.id)
    if (
        prescribed is None
        or "reps_max" not in given
        or each.notes
        or is_brief_trunk(each)
        or not has_floor(each.candidate, prescribed, session.context)
    ):
        return
    least = MIN_PER_SIDE if given.get("per_side") or each.candidate.is_unilateral else MIN_REPETITIONS
    if given["reps_min"] < least:
        yield f"{each.candidate.key}: {given['reps_min']} repetitions at least, for {workout.goal}"


def _of_shares(workout: Generated, trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    exercises = [each.candidate for each in trained]
    for position, one in enumerate(exercises):
        for other in exercises[:position]:
            if comes_first(one, other, phase_of(one, session), phase_of(other, session)):
                yield f"{other.key} comes before {one.key}"
    for each in trained:
        is_long = (
            session.is_accessory(each.candidate) and each.seconds > MAX_ACCESSORY_SHARE * 60 * workout.request.minutes
        )
        if is_long and each.prescription["sets"] > session.fitting(each.candidate)[-1].prescription["sets"]:
            yield f"{each.candidate.key}: an accessory exercise takes {each.seconds} seconds"
    is_easy = session.context.is_easy
    backs = [loads_back(each, is_easy=is_easy) for each in exercises]
    if arranged(session) != exercises and any(a and b for a, b in pairwise(backs)):
        yield f"two lifts of the lower back in succession: {[each.key for each in exercises]}"
    yield from _of_evenness(workout, session)
    for part in ONCE_MUSCLES:
        small = [each for each in exercises if session.is_accessory(each) and not each.primary.isdisjoint(part)]
        if len(small) > 1 and not workout.request.targets:
            yield f"{[each.key for each in small]}: two accessory exercises of the same part"
    if workout.request.targets or workout.goal is TrainingGoal.POWER:
        return
    free = [each for each in trained if not each.assessment.indicated_for and each.candidate.class_key != STEADY]
    for group in OPPOSITE:
        lifts = [each for each in free if each.candidate.pattern_group is group and each.candidate.is_compound]
        if len(lifts) > MAX_LIFTS:
            yield f"{group}: {len(lifts)} lifts"
    core = [each for each in free if each.candidate.pattern_group is PatternGroup.CORE]
    least = sum(each.seconds * min(2 / each.prescription["sets"], 1) for each in core)
    if len(core) > 1 and least > MAX_CORE_SHARE * 60 * workout.request.minutes + 60:
        yield f"the trunk has {least:.0f} seconds at least"


def _of_light(workout: Generated, session: Session) -> Iterator[str]:
    """Warm-up and cool-down are of the trained parts; a cool-down is there wherever easy steady work is possible."""
    exercises = session.exercises
    light = {section.type: section.movements for section in workout.sections if section.type in LIGHT}
    for each in (e.candidate for movements in light.values() for e in movements):
        is_moved = each.class_key in (STRETCH, "dynamic_mobility")
        if is_moved and not is_near(each, workout.request):
            yield f"{each.key}: it is for the arms or the trunk, in a session of the legs"
    is_wanted = workout.request.with_cool_down and workout.request.minutes >= SHORTEST_WITH_COOL_DOWN
    if exercises and is_wanted and SectionType.COOLDOWN not in light:
        possible = [e for e in session.eligible if e.class_key == STEADY and e.fatigue <= MAX_EASING_FATIGUE]
        if any(not session.assessments[e.id].warnings for e in possible):
            yield "nothing ends the session"


def _of_evenness(workout: Generated, session: Session) -> Iterator[str]:
    """No movement has two sets more than another, unless its lifts have their least, or another has no time."""
    there = session.sets_by_group()
    lacks_time = any(each.demand is Demand.SESSION_TIME and each.subject for each in workout.unmet_demands)
    if not is_evened(workout.request) or lacks_time or not there:
        return
    for each, timed in session.chosen.values():
        is_most = is_counted_lift(each) and there[each.pattern_group] > min(there.values()) + 1
        fewer = [t for t in session.fitting(each) if t.prescription["sets"] == timed.prescription["sets"] - 1]
        if is_most and there[each.pattern_group] == max(there.values()) and fewer and not session.is_treatment(each):
            yield f"{each.key}: {timed.prescription['sets']} sets, of {dict(there)}"


def _of_messages(workout: Generated, trained: Sequence[Chosen]) -> Iterator[str]:
    for section in workout.sections:
        if "circuit" in section.title and not is_circuit(section.movements):
            yield "a circuit has exercises of different sets"
    ending = [
        each for section in workout.sections[-1:] if section.type is SectionType.COOLDOWN for each in section.movements
    ]
    has_stretch = any(each.candidate.class_key == STRETCH for each in ending)
    is_said = any(each.demand is Demand.COOL_DOWN for each in workout.unmet_demands)
    if workout.request.with_cool_down and trained and has_stretch == is_said:
        yield "a stretch is missing and not said, or there and said to be missing"
