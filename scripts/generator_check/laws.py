"""The laws of generated workouts (docs/generator.md, Laws), as functions that yield the violations."""

from collections.abc import Iterator
from itertools import pairwise

from generator_check.laws_of_advice import faults_of_advice
from generator_check.laws_of_care import faults_of_care
from generator_check.laws_of_choice import faults_of_choice
from generator_check.laws_of_prescriptions import faults_of_prescriptions
from kinegraph.candidates.rules import STEADY, Candidate, Catalogue, is_offered
from kinegraph.candidates.rules_treatments import with_treatments
from kinegraph.care.rules import care_rules_of, excluded_by
from kinegraph.care.rules_exercises import OPPOSITE
from kinegraph.composition.rules import MAX_SETS_PER_MUSCLE, Session
from kinegraph.composition.rules_limits import is_balanced
from kinegraph.composition.rules_order import MIDDLE, Phase, follow_too_closely, phase_of
from kinegraph.dosing.rules import TimedPrescription
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.generator.rules import Generated
from kinegraph.generator.rules_assembly import generated
from kinegraph.generator.rules_unmet import COMPLETE
from kinegraph.programming.rules import Demand, ExclusionReason, counted_fatigue, exhausting_limit, fatigue_limit
from kinegraph.programming.rules_eligible import (
    Eligibility,
    eligibility_of,
    is_only_therapy,
    is_training,
    trains_targets,
)
from kinegraph.programming.rules_places import is_evened
from kinegraph.workout.rules import SectionType

TRAINING = (SectionType.MAIN, SectionType.ACCESSORY)


def movements(workout: Generated, *types: SectionType) -> list[Chosen]:
    """The movements of the sections of these types, or of all, in their order."""
    return [each for section in workout.sections if not types or section.type in types for each in section.movements]


def faults(workout: Generated, catalogue: Catalogue) -> Iterator[str]:
    """The violations of laws in a workout, a line each. It is generated again, to compare."""
    if generated(workout.request, catalogue) != workout:
        yield "the same request gives another workout"
    found = eligibility_of(catalogue, workout.request)
    session = session_of(workout, found)
    yield from _of_each(workout)
    yield from _of_all(workout, session)
    yield from _of_order(workout, session)
    yield from faults_of_prescriptions(workout, movements(workout, *TRAINING), session)
    yield from faults_of_choice(workout, movements(workout, *TRAINING), session)
    yield from faults_of_advice(workout, movements(workout, *TRAINING))
    yield from faults_of_care(workout, movements(workout, *TRAINING), session)
    yield from _of_answers(workout, catalogue, found)


def session_of(workout: Generated, found: Eligibility) -> Session:
    """The session of a workout, with all the time that there could be."""
    chosen = {
        each.candidate.id: (each.candidate, TimedPrescription(dict(each.prescription), each.seconds))
        for each in movements(workout, *TRAINING)
    }
    return Session(workout.request, found, 10**6, chosen=chosen)


def _of_each(workout: Generated) -> Iterator[str]:
    request = workout.request
    for each in movements(workout):
        exercise, name = each.candidate, each.candidate.key
        assessment = with_treatments(exercise, exercise.assessed(request.person), request.person)
        if not is_offered(assessment) or assessment != each.assessment:
            yield f"{name}: it is not safe"
        if exercise.is_draft and not request.with_drafts:
            yield f"{name}: it is a draft"
        if exercise.lacks(request.equipment):
            yield f"{name}: its equipment is not there"
        if exercise.difficulty > request.difficulty_max:
            yield f"{name}: it is too difficult"
        if not exercise.is_classified:
            yield f"{name}: it has no class"
    for each in movements(workout, *TRAINING):
        is_wanted = any(each.candidate.primary & keys for _, keys in request.targets)
        if request.targets and not is_wanted and not each.assessment.indicated_for:
            yield f"{each.candidate.key}: it trains no wanted muscle"


def _of_all(workout: Generated, session: Session) -> Iterator[str]:
    request = workout.request
    trained = [each.candidate for each in movements(workout, *TRAINING)]
    if workout.estimated_seconds > 60 * request.minutes:
        yield f"it takes {workout.estimated_seconds} seconds"
    for light in (SectionType.WARMUP, SectionType.COOLDOWN):
        beside = [e.candidate for e in movements(workout, light) if e.candidate.class_key != STEADY]
        roots = [each.root_id for each in (*trained, *beside)]
        if len(roots) != len(set(roots)):
            yield f"an exercise is there twice: {[each.key for each in (*trained, *beside)]}"
    if sum(counted_fatigue(each) for each in trained) > fatigue_limit(request.minutes):
        yield "it tires too much"
    if sum(each.is_exhausting for each in trained) > exhausting_limit(request.difficulty_max):
        yield "it has too many exhausting exercises"
    if not _is_balanced(session):
        yield f"it is not balanced: {[each.pattern_group for each in trained]}"
    for muscle in {muscle for each in trained for muscle in each.primary}:
        if session.sets_of(muscle) > MAX_SETS_PER_MUSCLE:
            yield f"{muscle}: {session.sets_of(muscle)} sets"


def _is_balanced(session: Session) -> bool:
    """Where the movements have equal sets, no lift more is owed to any."""
    session.is_even = is_evened(session.request)
    found = is_balanced(session)
    session.is_even = False
    session.forget()
    return found


def _of_order(workout: Generated, session: Session) -> Iterator[str]:
    order = [SectionType.WARMUP, *TRAINING, SectionType.COOLDOWN]
    if [section.type for section in workout.sections] != [t for t in order if movements(workout, t)]:
        yield "the sections are not in their order, or one is empty"
    trained = [each.candidate for each in movements(workout, *TRAINING)]
    for one, other in pairwise(trained):
        if follow_too_closely(one, other):
            yield f"{one.key} and {other.key}: two exhausting ones in a row"
    phases = [phase_of(each, session) for each in trained]
    groups = [Phase.LARGE if phase in MIDDLE else phase for phase in phases]
    if groups != sorted(groups):
        yield f"the order is wrong: {[phase.name for phase in phases]}"


def _of_answers(workout: Generated, catalogue: Catalogue, found: Eligibility) -> Iterator[str]:
    request, trained = workout.request, movements(workout, *TRAINING)
    said = {each.subject for each in workout.unmet_demands}
    for name, keys in request.targets:
        is_said = any(subject is not None and subject.split(":")[0] == name for subject in said)
        if not is_said and not any(each.candidate.primary & keys for each in trained):
            yield f"{name}: it is neither trained nor unmet"
        if name in said and any(each.candidate.primary & keys for each in trained):
            yield f"{name}: it is trained, and said to be unmet"
    if not request.targets and not trained and not workout.unmet_demands:
        yield "an empty workout says nothing"
    has_warm_up = bool(movements(workout, SectionType.WARMUP))
    if trained and not has_warm_up and Demand.WARM_UP not in {each.demand for each in workout.unmet_demands}:
        yield "a warm-up is missing"
    shown = {each.id for each in catalogue.candidates if request.with_drafts or not each.is_draft}
    listed = [each.candidate.id for each in workout.excluded] + list({e.candidate.id for e in movements(workout)})
    if sorted(listed) != sorted(shown):
        yield "an exercise is neither in the workout nor left out, or both"
    for each in workout.excluded:
        if not _is_true(each.reason, each.candidate, workout, found):
            yield f"{each.candidate.key}: the reason {each.reason} is not true ({each.detail})"
        if each.detail == COMPLETE:
            yield f"{each.candidate.key}: it fits, and was not chosen"
        if not each.detail:
            yield f"{each.candidate.key}: its reason has no words"


def _is_true(reason: ExclusionReason, exercise: Candidate, workout: Generated, found: Eligibility) -> bool:
    request = workout.request
    assessment = with_treatments(exercise, exercise.assessed(request.person), request.person)
    bars, is_treatment = care_rules_of(request.person), bool(assessment.indicated_for)
    offered = is_offered(assessment)
    if reason is ExclusionReason.UNSAFE:
        return not offered or excluded_by(exercise, bars, request.person, is_treatment=is_treatment) is not None
    if reason is ExclusionReason.GOAL:
        is_other = exercise.prescription(request.goal) is None
        return not is_training(exercise) or is_other or is_only_therapy(exercise, request, assessment)
    if reason is ExclusionReason.MUSCLE:
        return not trains_targets(exercise, request)
    if reason is ExclusionReason.EQUIPMENT:
        return bool(exercise.lacks(request.equipment))
    if reason is ExclusionReason.DIFFICULTY:
        return exercise.difficulty > request.difficulty_max or len(request.person) > 0
    eligible = offered and exercise.id in found.ranges and not exercise.lacks(request.equipment)
    return eligible and (reason is not ExclusionReason.BALANCE or exercise.pattern_group in OPPOSITE)
