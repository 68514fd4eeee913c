"""Exchange of exercises that have to be modified, where time that came back later suffices for others of their kind."""

from collections.abc import Sequence

from kinegraph.candidates.rules import Candidate
from kinegraph.composition.rules import Session
from kinegraph.composition.rules_limits import obstacle
from kinegraph.composition.rules_scores import score, tier
from kinegraph.programming.rules_places import Place, places_of


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
    own = tier(exercise, session, place)
    better = [
        each
        for each in pool
        if each.id not in session.chosen
        and place.is_filled_by(each)
        and not session.is_warned(each)
        and tier(each, session, place) < own
    ]
    if not better:
        return
    before = session.chosen.copy()
    del session.chosen[exercise.id]
    session.forget()
    possible = [each for each in better if obstacle(session, each, is_extra=True) is None]
    if not possible:
        session.chosen = before
        session.forget()
        return
    found = min(possible, key=lambda e: (*tier(e, session, place), -score(e, session, place), e.key))
    for name, id in session.assigned.items():
        if id == exercise.id:
            session.assigned[name] = found.id
    session.add(found, 0)
