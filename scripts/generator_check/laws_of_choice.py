"""The laws of choice: every movement before a second of any, around warnings, treatment early, nothing special."""

from collections.abc import Iterator, Sequence

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.care.rules_exercises import PatternGroup, is_row
from kinegraph.composition.rules import Session
from kinegraph.composition.rules_limits import obstacle
from kinegraph.composition.rules_order import is_needed_fresh
from kinegraph.composition.rules_scores import preference
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.generator.rules import Generated
from kinegraph.generator.rules_exchange import untrained
from kinegraph.generator.rules_unmet import is_served
from kinegraph.programming.rules import Demand, ExclusionReason
from kinegraph.programming.rules_places import Place, is_evened, is_of_one_direction, places_of
from kinegraph.programming.rules_standard import is_first_choice, is_special

SHORTEST_WITH_TREATMENT = 15
MANY_SETS = 6
BALANCED = (PatternGroup.SQUAT, PatternGroup.HINGE, PatternGroup.PUSH, PatternGroup.PULL, PatternGroup.CORE)


def faults_of_choice(workout: Generated, trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    """The violations in what was chosen for a workout."""
    yield from _of_places(workout, trained, session)
    yield from _of_directions(workout, trained)
    yield from _of_untrained(trained, session)
    if workout.request.minutes >= SHORTEST_WITH_TREATMENT:
        yield from _of_treatment(trained, session)
    for each in trained:
        if each.assessment.warnings and not each.assessment.indicated_for:
            yield from _of_warned(each.candidate, session, each.seconds)
        if is_special(each.candidate) and len(workout.request.person) and not each.assessment.indicated_for:
            yield f"{each.candidate.key}: it is special, for a person with conditions"


def _of_places(workout: Generated, trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    said = {each.subject: each for each in workout.unmet_demands}
    empty = [p for p in places_of(workout.request) if not p.is_optional and not is_served(session, p)]
    for place in empty:
        if place.name not in said:
            yield f"{place.name}: it is neither trained nor unmet"
    lacks_time = any(place.name in said and said[place.name].demand is Demand.SESSION_TIME for place in empty)
    if workout.request.targets or not lacks_time:
        return
    for group in BALANCED:
        of_group = [e for e in trained if e.candidate.pattern_group is group and not e.assessment.indicated_for]
        if len([e for e in of_group if e.candidate.class_key not in (STEADY, "jump", "ballistic")]) > 1:
            yield f"{group}: it has two exercises, and another movement has no time"


def _of_untrained(trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    """No muscle with many sets has a small exercise where a large one without any could have it."""
    if session.request.targets:
        return
    missing = frozenset[str]().union(*untrained(session))
    small = [e.candidate for e in trained if session.is_small(e.candidate) and not session.is_warned(e.candidate)]
    for each in small:
        sets = int(session.chosen[each.id][1].prescription["sets"])
        if not missing or min((session.sets_of(muscle) for muscle in each.primary), default=0) < MANY_SETS + sets:
            continue
        own_entry = session.chosen.pop(each.id)
        session.forget()
        pool = [e for e in session.eligible if e.primary & missing and not session.is_warned(e) and is_first_choice(e)]
        for other in pool:
            least = min((t.seconds for t in session.fitting(other, is_additional=True)), default=10**6)
            if least <= own_entry[1].seconds and obstacle(session, other, is_additional=True) is None:
                yield f"{each.key}: its muscles have many sets, and {other.key} would train one that has none"
        session.chosen[each.id] = own_entry
        session.forget()


def _of_directions(workout: Generated, trained: Sequence[Chosen]) -> Iterator[str]:
    """In a session for the whole body no second row, and no second press or pull of a direction."""
    lifts = [each.candidate for each in trained]
    if not is_evened(workout.request):
        return
    for position, one in enumerate(lifts):
        for other in lifts[:position]:
            if is_of_one_direction(one, other) or (is_row(one) and is_row(other)):
                yield f"{one.key} and {other.key}: two lifts of one movement and direction"


def _of_treatment(trained: Sequence[Chosen], session: Session) -> Iterator[str]:
    treated = [position for position, each in enumerate(trained) if each.assessment.indicated_for]
    possible = [each for each in session.eligible if session.is_treatment(each) and session.fitting(each)]
    if possible and trained and not treated and any(_is_free(each, session) for each in possible):
        yield f"none of the treatments is there: {[each.key for each in possible][:5]}"
    lifts = [p for p in treated if trained[p].candidate.class_key != STEADY]
    lifts = [p for p in lifts if not is_needed_fresh(trained[p].candidate)]
    first = [p for p, each in enumerate(trained) if not _is_fast(each)]
    if lifts and min(lifts) > first[0] + 1:
        yield f"treatment begins at place {min(lifts) + 1}"


def _is_fast(each: Chosen) -> bool:
    return each.candidate.class_key in (
        "jump",
        "olympic_variant",
        "olympic_lift",
        "olympic_technique",
        "ballistic",
        "sprint",
        "shock_jump",
    )


def _is_free(exercise: Candidate, session: Session) -> bool:
    found = obstacle(session, exercise, is_additional=False)
    return found is None or found[0] is ExclusionReason.TIME


def _of_warned(exercise: Candidate, session: Session, seconds: int) -> Iterator[str]:
    """A warned exercise is there only where no other of its kind could be in its stead, within these seconds."""
    places = [p for p in places_of(session.request) if p.is_filled_by(exercise) and not p.is_optional]
    own_entry = session.chosen.pop(exercise.id)
    session.forget()
    for place in places[:1]:
        better = _better(exercise, place, session, seconds)
        if better is not None and not any(
            place.is_filled_by(each) and not session.is_warned(each) for each in session.exercises
        ):
            yield f"{exercise.key}: it has to be modified, and {better.key} need not be"
    session.chosen[exercise.id] = own_entry
    session.forget()


def _better(exercise: Candidate, place: Place, session: Session, seconds: int) -> Candidate | None:
    own = preference(exercise, session, place)
    return next(
        (
            each
            for each in session.eligible
            if each.id not in session.chosen
            and each.id != exercise.id
            and place.is_filled_by(each)
            and not session.is_warned(each)
            and preference(each, session, place) < own
            and min((timed.seconds for timed in session.fitting(each)), default=10**6) <= seconds
            and obstacle(session, each, is_additional=True) is None
        ),
        None,
    )
