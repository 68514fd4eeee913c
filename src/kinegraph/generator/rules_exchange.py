"""Exchange of exercises that have to be modified, and equal sets of the movements, in a session that is full."""

from collections.abc import Sequence

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.composition.rules import Session
from kinegraph.composition.rules_limits import obstacle
from kinegraph.composition.rules_scores import preference, score
from kinegraph.programming.rules_eligible import LIGHT
from kinegraph.programming.rules_places import Place, is_counted_lift, is_evened, places_of


def exchange_warned(session: Session, pool: Sequence[Candidate]) -> None:
    """Replace each chosen exercise that has to be modified by one of its place that need not be, where one fits.

    A place is left as it is where another chosen exercise, that need not be modified, fills it too.
    It comes before further exercises, so what those left in the session counts no more.
    """
    session.is_closed = session.may_add_warned = False
    session.passed_over.clear()
    for each in [each for each in session.exercises if session.is_warned(each)]:
        place = next((p for p in places_of(session.request) if p.is_filled_by(each) and not p.is_optional), None)
        if place is not None and not any(place.is_filled_by(e) and not session.is_warned(e) for e in session.exercises):
            _exchange(session, each, place, pool)


def _exchange(session: Session, exercise: Candidate, place: Place, pool: Sequence[Candidate]) -> None:
    own = preference(exercise, session, place)
    better = [
        each
        for each in pool
        if each.id not in session.chosen
        and place.is_filled_by(each)
        and not session.is_warned(each)
        and preference(each, session, place) < own
    ]
    if not better:
        return
    before = session.chosen.copy()
    del session.chosen[exercise.id]
    session.forget()
    possible = [each for each in better if obstacle(session, each, is_additional=True) is None]
    if not possible:
        session.chosen = before
        session.forget()
        return
    found = min(possible, key=lambda e: (*preference(e, session, place), -score(e, session, place), e.key))
    for name, id in session.assigned.items():
        if id == exercise.id:
            session.assigned[name] = found.id
    session.add(found, 0)


def fill(session: Session) -> None:
    """Give the chosen exercises fuller prescriptions while time and muscles permit.

    Compact ones come first, then those with the fewest sets, of these the lifts of several joints, then steady work.
    """

    def sets(each: Candidate) -> tuple[bool, bool, int, bool]:
        timed = session.chosen[each.id][1]
        is_small = not each.is_compound or each.class_key in LIGHT
        return each.class_key == STEADY, not timed.is_compact, timed.prescription["sets"], is_small

    while any(_raise(session, exercise) for exercise in sorted(session.exercises, key=sets)):
        pass


def _raise(session: Session, exercise: Candidate) -> bool:
    """Give an exercise the next fuller prescription, if that is possible."""
    timed = session.chosen[exercise.id][1]
    fuller = [each for each in session.fitting(exercise) if each.seconds > timed.seconds]
    if not fuller:
        return False
    next_one = fuller[-1]
    more = next_one.prescription["sets"] - timed.prescription["sets"]
    if session.is_even and is_counted_lift(exercise) and not _stays_even(session, exercise, more):
        return False
    if not session.has_room(exercise, more) or next_one.seconds - timed.seconds > session.seconds_left:
        return False
    session.prescribe(exercise, next_one)
    return True


def _stays_even(session: Session, exercise: Candidate, more: int) -> bool:
    there = session.sets_by_group()
    return there[exercise.pattern_group] + more <= min(there.values()) + 1


def even_out(session: Session) -> None:
    """Take sets from the movements that have most, until none has more than one set more than another.

    A treatment keeps its sets, and every lift its least. No lift is added from now on.
    """
    if not is_evened(session.request):
        return
    while any(_lower(session, group) for group in _most_served(session)):
        fill(session)
    session.is_even = True
    session.forget()
    fill(session)


def _most_served(session: Session) -> list[PatternGroup]:
    """The movements with two sets more than another and more, those with most first."""
    there = session.sets_by_group()
    found = [group for group in there if there[group] > min(there.values()) + 1]
    return sorted(found, key=lambda group: (-there[group], group))


def _lower(session: Session, group: PatternGroup) -> bool:
    """Take a set from the lift of a movement that has most; False where each has its least."""
    session.is_even = True
    lifts = [
        e for e in session.exercises if is_counted_lift(e) and e.pattern_group is group and not session.is_treatment(e)
    ]
    for each in sorted(lifts, key=lambda e: -int(session.chosen[e.id][1].prescription["sets"])):
        sets = session.chosen[each.id][1].prescription["sets"]
        fewer = [timed for timed in session.fitting(each) if timed.prescription["sets"] == sets - 1]
        if fewer:
            session.prescribe(each, fewer[0])
            return True
    return False
