"""The laws of generated workouts (docs/generator.md, Laws), as functions that yield the violations."""

from collections.abc import Iterator
from itertools import pairwise

from kinegraph.candidates.rules import Candidate, Catalogue, is_offered
from kinegraph.candidates.rules_sides import OPPOSITE
from kinegraph.generator.rules import MAX_SETS_PER_MUSCLE, Generated, exhausting_limit, fatigue_limit
from kinegraph.generator.rules_assembly import generated
from kinegraph.generator.rules_session import Session, follow_too_closely
from kinegraph.kit.checks import Checks
from kinegraph.programming.rules import Chosen, Demand, ExclusionReason, Request
from kinegraph.programming.rules_eligible import sort_out
from kinegraph.programming.rules_prescriptions import TimedPrescription
from kinegraph.workout.rules import SectionType
from kinegraph.workout.rules_tree import checked_prescription

TRAINING = (SectionType.MAIN, SectionType.ACCESSORY)


def movements(workout: Generated, *types: SectionType) -> list[Chosen]:
    """The movements of the sections of these types, or of all, in their order."""
    return [each for section in workout.sections if not types or section.type in types for each in section.movements]


def faults(workout: Generated, catalogue: Catalogue) -> Iterator[str]:
    """The violations of laws in a workout, a line each. It is generated again, to compare."""
    if generated(workout.request, catalogue) != workout:
        yield "the same request gives another workout"
    yield from _of_each(workout)
    yield from _of_all(workout, catalogue)
    yield from _of_answers(workout, catalogue)


def _of_each(workout: Generated) -> Iterator[str]:
    request = workout.request
    for each in movements(workout):
        exercise, name = each.candidate, each.candidate.key
        checks = Checks()
        if checked_prescription(each.prescription, ("prescription",), checks) != each.prescription or checks.refusals:
            yield f"{name}: createWorkout would not take its prescription {each.prescription}"
        if not is_offered(exercise.assessed(request.person)) or exercise.assessed(request.person) != each.assessment:
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
        offered = each.candidate.prescription(request.goal)
        if offered is None:
            yield f"{each.candidate.key}: it is not offered for {request.goal}"
        elif each.prescription["sets"] > (offered.sets or 3):
            yield f"{each.candidate.key}: it has more sets than its profile says"
        if request.targets and not any(each.candidate.primary & keys for _, keys in request.targets):
            yield f"{each.candidate.key}: it trains no wanted muscle"


def _of_all(workout: Generated, catalogue: Catalogue) -> Iterator[str]:
    request = workout.request
    trained = [each.candidate for each in movements(workout, *TRAINING)]
    if workout.estimated_seconds > 60 * request.minutes:
        yield f"it takes {workout.estimated_seconds} seconds"
    roots = [each.candidate.root_id for each in movements(workout)]
    if len(roots) != len(set(roots)):
        yield "an exercise is there twice"
    for one, other in pairwise(trained):
        if follow_too_closely(one, other):
            yield f"{one.key} and {other.key}: two exhausting ones in a row"
    if sum(each.fatigue for each in trained) > fatigue_limit(request.minutes):
        yield "it tires too much"
    if sum(each.is_exhausting for each in trained) > exhausting_limit(request.difficulty_max):
        yield "it has too many exhausting exercises"
    if not _session(workout, catalogue).is_balanced:
        yield f"it is not balanced: {[each.side for each in trained]}"
    for muscle in {muscle for each in trained for muscle in each.primary}:
        sets = sum(e.prescription["sets"] for e in movements(workout, *TRAINING) if muscle in e.candidate.primary)
        if sets > MAX_SETS_PER_MUSCLE:
            yield f"{muscle}: {sets} sets"
    order = [SectionType.WARMUP, *TRAINING, SectionType.COOLDOWN]
    if [section.type for section in workout.sections] != [t for t in order if movements(workout, t)]:
        yield "the sections are not in their order, or one is empty"


def _session(workout: Generated, catalogue: Catalogue) -> Session:
    """The session of a workout, with all the time that there could be."""
    found = sort_out(catalogue, workout.request)
    chosen = {
        each.candidate.id: (each.candidate, TimedPrescription(dict(each.prescription), each.seconds))
        for each in movements(workout, *TRAINING)
    }
    return Session(workout.request, found.eligible, found.assessments, 10**6, chosen)


def _of_answers(workout: Generated, catalogue: Catalogue) -> Iterator[str]:
    request, trained = workout.request, movements(workout, *TRAINING)
    said = {each.subject for each in workout.unmet_demands}
    for name, keys in request.targets:
        if name not in said and not any(each.candidate.primary & keys for each in trained):
            yield f"{name}: it is neither trained nor unmet"
        if name in said and any(each.candidate.primary & keys for each in trained):
            yield f"{name}: it is trained, and said to be unmet"
    if not request.targets and not trained and not workout.unmet_demands:
        yield "an empty workout says nothing"
    has_warm_up = bool(movements(workout, SectionType.WARMUP))
    if trained and not has_warm_up and Demand.WARM_UP not in {each.demand for each in workout.unmet_demands}:
        yield "a warm-up is missing"
    shown = {each.id for each in catalogue.candidates if request.with_drafts or not each.is_draft}
    listed = [each.candidate.id for each in workout.excluded] + [each.candidate.id for each in movements(workout)]
    if sorted(listed) != sorted(shown):
        yield "an exercise is neither in the workout nor left out, or both"
    for each in workout.excluded:
        if not _is_true(each.reason, each.candidate, request):
            yield f"{each.candidate.key}: the reason {each.reason} is not true ({each.detail})"


def _is_true(reason: ExclusionReason, exercise: Candidate, request: Request) -> bool:
    wanted = frozenset[str]().union(*(keys for _, keys in request.targets))
    offered = is_offered(exercise.assessed(request.person))
    if reason is ExclusionReason.UNSAFE:
        return not offered
    if reason is ExclusionReason.GOAL:
        is_training = exercise.is_classified and exercise.kind not in ("mobility", "test")
        return not is_training or exercise.prescription(request.goal) is None or exercise.class_key == "early_motion"
    if reason is ExclusionReason.MUSCLE:
        return bool(wanted) and 2 * len(exercise.primary & wanted) < max(len(exercise.primary), 1)
    if reason is ExclusionReason.EQUIPMENT:
        return bool(exercise.lacks(request.equipment))
    if reason is ExclusionReason.DIFFICULTY:
        return exercise.difficulty > request.difficulty_max or len(request.person) > 0
    eligible = offered and exercise.prescription(request.goal) is not None and not exercise.lacks(request.equipment)
    return eligible and (reason is not ExclusionReason.BALANCE or exercise.side in OPPOSITE)
