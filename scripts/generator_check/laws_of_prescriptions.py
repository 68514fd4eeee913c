"""The laws of prescriptions: how much, how long, and that they agree with the advice beside them."""

import re
from collections.abc import Iterator, Sequence

from kinegraph.candidates.rules import STEADY
from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.composition.rules import BRIEF_MINUTES, MAX_SHARE, MAX_SHORT_SHARE, Session
from kinegraph.dosing.rules import SHORT_MINUTES, is_eased, is_thrown, work_seconds
from kinegraph.dosing.rules_advice import advice_of, contradicts
from kinegraph.dosing.rules_amounts import (
    EASY_REST,
    FEW_CONTRACTIONS,
    MAX_CONTRACTIONS,
    MAX_TRUNK_SECONDS,
    MIN_PER_SIDE,
    MIN_REPETITIONS,
    MIN_TRUNK_REPETITIONS,
    THROW_REST,
    has_many,
)
from kinegraph.dosing.rules_prescriptions import FAST, PAUSED, Chosen, lies_on_sore_side
from kinegraph.generator.rules import Generated
from kinegraph.generator.rules_exchange import CLEARLY_MORE, is_rested, is_underserved
from kinegraph.kit.checks import Checks
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules_places import AEROBIC, places_of
from kinegraph.workout.rules import SectionType
from kinegraph.workout.rules_tree import checked_prescription

MIN_AEROBIC, MIN_BRIEF_AEROBIC, MAX_AEROBIC = 0.37, 0.32, 0.66
"""The part of the training that steady work takes where the session has it: 40 to 60 %, up to 65 % for the heart, in
sessions up to half an hour 36 % at least."""
MAX_PER_SIDE, MAX_EASY_REPETITIONS, MAX_POWER_REPETITIONS = 15, 15, 5
MIN_FIVE_MINUTE_WORK = 0.65
MIN_REST = 30
"""Seconds of rest between sets of repetitions."""
UNUSED_SHARE, SHORT_UNUSED_SHARE, MIN_UNUSED = 0.05, 0.15, 120


def faults_of_prescriptions(workout: Generated, trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    """The violations in the prescriptions of a workout."""
    for section in workout.sections:
        for each in section.movements:
            yield from _of_movement(each, section.type)
    for each in trained:
        yield from _of_trained(each, workout, session)
    yield from _of_scales(trained, session)
    yield from _of_rests(trained, session)
    yield from _of_treatments(trained, session)
    yield from _of_warm_up(workout, trained)
    yield from _of_time(workout, trained)


def _of_movement(each: Chosen, section: SectionType) -> Iterator[str]:
    name, checks = each.candidate.key, Checks()
    if checked_prescription(each.prescription, ("prescription",), checks) != each.prescription or checks.refusals:
        yield f"{name}: createWorkout would not take its prescription {each.prescription}"
    if contradicts(each.prescription, each.assessment):
        yield f"{name}: the prescription {dict(each.prescription)} contradicts {each.notes}"
    if section in (SectionType.WARMUP, SectionType.COOLDOWN) and each.assessment.warnings:
        yield f"{name}: something speaks against it in {section}"
    if each.prescription.get("per_side") and lies_on_sore_side(each.candidate, each.assessment):
        yield f"{name}: the sore side is lain on"
    if each.prescription.get("per_side") and each.prescription.get("reps_max", 0) > MAX_PER_SIDE:
        yield f"{name}: {each.prescription['reps_max']} repetitions a side"


def _of_trained(each: Chosen, workout: Generated, session: Session) -> Iterator[str]:
    request, name, given = workout.request, each.candidate.key, each.prescription
    prescribed = session.found.ranges.get(each.candidate.id)
    if prescribed is None:
        yield f"{name}: it is not offered for {request.goal}"
    elif given["sets"] > _most_sets(each, prescribed.sets or 3) and each.candidate.class_key != STEADY:
        yield f"{name}: it has more sets than its profile says"
    share = MAX_SHORT_SHARE if request.minutes <= SHORT_MINUTES else MAX_SHARE
    seconds = each.seconds - _lighter_seconds(each, session)
    if each.candidate.class_key != STEADY and seconds > share * 60 * request.minutes:
        yield f"{name}: it takes {each.seconds} seconds of {request.minutes} minutes"
    is_body = each.candidate.class_key == "bodyweight_upper_body"
    if session.context.is_easy and is_body and given.get("reps_max", 0) > MAX_EASY_REPETITIONS:
        yield f"{name}: {given['reps_max']} repetitions for a beginner"
    is_power = request.goal is TrainingGoal.POWER and each.candidate.prescription(request.goal) is not None
    if (
        is_power
        and given.get("reps_max", 0) > MAX_POWER_REPETITIONS
        and each.candidate.class_key not in ("low_jump", "ballistic")
    ):
        yield f"{name}: {given['reps_max']} repetitions for power"
    down, pause, up, *_ = [*str(given.get("tempo", "")).split("-"), "", "", ""]
    is_fast = FAST in given.get("notes", "") and up == "X" and not PAUSED.search(each.candidate.name)
    if is_fast and (pause != "0" or down not in ("X", "0", "1", "2")):
        yield f"{name}: fast after a pause, or slowly lowered: {given['tempo']}"
    if is_brief_trunk(each) and "reps_max" in given:
        work = work_seconds(each.candidate, given)
        if work > MAX_TRUNK_SECONDS and given["reps_max"] > MIN_TRUNK_REPETITIONS:
            yield f"{name}: a set of the trunk takes {work} seconds"
    if prescribed is not None:
        most = MIN_REPETITIONS if has_many(each.candidate, prescribed) else prescribed.max
        yield from _of_agreement(each, most, session)
    if "load" not in given and _needs_effort(each):
        yield f"{name}: nothing says how hard it is"


def _lighter_seconds(each: Chosen, session: Session) -> int:
    """The seconds of lighter sets: set-up, working sets and rests alone count for the greatest part of a session."""
    given = each.prescription
    options = [t for t in session.options(each.candidate) if t.prescription["sets"] == given["sets"]]
    return next((t.lighter_seconds for t in options if t.prescription.get("notes") == given.get("notes")), 0)


def _most_sets(each: Chosen, of_profile: int) -> int:
    return MAX_CONTRACTIONS if _is_contraction(each) else of_profile


def _is_contraction(each: Chosen) -> bool:
    return "pelvic_floor" in each.candidate.primary and "duration_seconds" in each.prescription


def _of_agreement(each: Chosen, most: int, session: Session) -> Iterator[str]:
    """A prescription does not contradict itself."""
    given, name, advice = each.prescription, each.candidate.key, advice_of(each.assessment)
    load, rest = given.get("load", {}), given.get("rest_seconds", 0)
    if is_thrown(each.candidate) and (rest > THROW_REST or (FAST in given.get("notes", "") and load)):
        yield f"{name}: a throw has an effort, or rests {rest} seconds"
    if "reps_max" in given and given["sets"] > 1 and rest < MIN_REST:
        yield f"{name}: it rests {rest} seconds"
    if _is_contraction(each) and not FEW_CONTRACTIONS <= given["sets"] <= MAX_CONTRACTIONS:
        yield f"{name}: {given['sets']} contractions"
    if advice.is_light and "Before the working sets" in given.get("notes", ""):
        yield f"{name}: lighter sets before a light load"
    if is_brief_trunk(each):
        return
    least = min(MIN_PER_SIDE if given.get("per_side") else MIN_REPETITIONS, most, advice.repetitions or most)
    if not is_eased(given, session.context):
        return
    if given["reps_max"] < least:
        yield f"{name}: {given['reps_max']} repetitions with {load}"
    if rest > max(EASY_REST, advice.rest_seconds or 0):
        yield f"{name}: it rests {rest} seconds with {load}"
    if re.search("8[05] % of the load", given.get("notes", "")):
        yield f"{name}: heavy lighter sets with {load}"


def is_brief_trunk(each: Chosen) -> bool:
    """True for drills of the trunk on one side after the other: their time limits the repetitions."""
    return bool(each.prescription.get("per_side")) and each.candidate.pattern_group is PatternGroup.CORE


def _of_scales(trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    """Beginners and careful persons have one scale of effort for repetitions: those left in reserve."""
    for each in trained:
        load = each.prescription.get("load", {})
        is_fast = session.request.goal is TrainingGoal.POWER
        if session.context.is_easy and not is_fast and "reps_max" in each.prescription and load.get("unit") == "rpe":
            yield f"{each.candidate.key}: its effort is RPE {load['value']}, of others repetitions in reserve"


def _of_rests(trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    """No lift rests longer than one that tires clearly more, and is not eased."""
    lifts = [each for each in trained if is_rested(each.candidate, each.prescription)]
    for one in lifts:
        for other in lifts:
            is_heavier = one.candidate.fatigue >= other.candidate.fatigue + CLEARLY_MORE
            is_heavier &= is_eased(one.prescription, session.context) <= is_eased(other.prescription, session.context)
            if is_heavier and one.prescription["rest_seconds"] < other.prescription["rest_seconds"]:
                yield f"{other.candidate.key} rests longer than {one.candidate.key}, which tires more"


def _of_treatments(trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    """A treatment has all its sets before another exercise has a second set in whose time they would fit."""
    free = [e for e in trained if not e.assessment.indicated_for and e.candidate.class_key != STEADY]
    given = sum(_of_more_sets(each, session) for each in free)
    left = 60 * session.request.minutes - sum(each.seconds for each in trained)
    for each in trained:
        if not is_underserved(session, each.candidate):
            continue
        fuller = [t for t in session.fitting(each.candidate) if t.seconds > each.seconds]
        has_room = bool(fuller) and session.has_room(each.candidate, 1)
        if has_room and 0 < fuller[-1].seconds - each.seconds <= given and left >= 0:
            yield f"{each.candidate.key}: it treats, has {each.prescription['sets']} sets, and others have more"


def _of_more_sets(each: Chosen, session: Session) -> int:
    """The seconds that an exercise has beyond its least sets."""
    least = min((t.seconds for t in session.fitting(each.candidate)), default=each.seconds)
    return max(each.seconds - least, 0)


def _of_warm_up(workout: Generated, trained: Sequence[Chosen]) -> Iterator[str]:
    """The exercise that raises the pulse in the warm-up is easier than the steady work of the session."""
    hard = [each.prescription["load"]["value"] for each in trained if each.candidate.class_key == STEADY]
    for each in (e for section in workout.sections if section.type is SectionType.WARMUP for e in section.movements):
        load = each.prescription.get("load", {})
        if hard and not any(e.assessment.warnings for e in trained) and load.get("value", 0) >= min(hard):
            yield f"{each.candidate.key}: it warms up with RPE {load['value']}"


def _needs_effort(each: Chosen) -> bool:
    return each.candidate.class_key in (STEADY, "carry", "mixed_conditioning") and "reps_max" not in each.prescription


def _of_time(workout: Generated, trained: Sequence[Chosen]) -> Iterator[str]:
    request = workout.request
    seconds = sum(each.seconds for each in trained)
    steady = sum(each.seconds for each in trained if each.candidate.class_key == STEADY)
    warned = any(each.assessment.warnings for each in trained if each.candidate.class_key == STEADY)
    is_aerobic = AEROBIC in places_of(request) and steady and not warned
    least_share = MIN_BRIEF_AEROBIC if request.minutes <= BRIEF_MINUTES else MIN_AEROBIC
    is_full = workout.estimated_seconds >= 0.9 * 60 * request.minutes
    if is_aerobic and is_full and not least_share * seconds <= steady <= MAX_AEROBIC * seconds + 60:
        yield f"steady work takes {steady} of {seconds} seconds"
    has_said = bool(workout.unmet_demands)
    whole = 60 * request.minutes
    least = whole - max(UNUSED_SHARE * whole, min(MIN_UNUSED, SHORT_UNUSED_SHARE * whole))
    if workout.estimated_seconds < least and not has_said:
        yield f"only {workout.estimated_seconds} seconds of {request.minutes} minutes are used, and nothing says so"
    if request.minutes == 5 and not has_said and seconds < MIN_FIVE_MINUTE_WORK * 300:
        yield f"{seconds} seconds of work in five minutes"
    suggested = {each.suggestion for each in workout.unmet_demands if (each.suggestion or "").startswith("With ")}
    if len(suggested) > 1:
        yield f"several numbers of minutes are suggested: {suggested}"
