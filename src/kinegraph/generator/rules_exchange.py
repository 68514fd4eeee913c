"""Exchange of exercises that have to be modified, and equal sets of the movements, in a session that is full."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any  # a prescription is JSON

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.care.rules import FAST_CLASSES
from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.composition.rules import Session
from kinegraph.composition.rules_limits import obstacle
from kinegraph.composition.rules_scores import choose, fitting_for, preference, score
from kinegraph.dosing.rules import TimedPrescription, is_eased
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules_eligible import LIGHT
from kinegraph.programming.rules_places import HIP_SIDE, REST, Place, is_counted_lift, is_evened, places_of
from kinegraph.programming.rules_standard import is_first_choice


def exchange_warned(session: Session, pool: Sequence[Candidate]) -> None:
    """Replace each chosen exercise that has to be modified by one of its place that need not be, where one fits.

    A place is left as it is where another chosen exercise, that need not be modified, fills it too.
    It comes before further exercises, so what those left in the session counts no more.
    """
    session.is_closed = session.may_add_light = session.may_add_warned = False
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


SHOULDER = frozenset({"anterior_deltoid", "lateral_deltoid", "posterior_deltoid"})
LARGE = (
    *(frozenset({muscle}) for muscle in ("hamstrings", "quadriceps", "chest")),
    frozenset({"lats", "rhomboids", "middle_traps"}),
    SHOULDER,
)
"""The large muscles of the body: none stays without a set while one that has sets gets more exercises."""


PRESSED = frozenset({"anterior_deltoid"})
"""A part of the shoulder that every press trains."""


def untrained(session: Session) -> list[frozenset[str]]:
    """The large muscles without a set in a session for muscles; of wanted groups each part of them counts.

    For strength the whole body has its lifts: muscles that none of them trains first are no purpose.
    """
    request = session.request
    wanted = frozenset[str]().union(*(keys for _, keys in request.targets))
    if request.goal is TrainingGoal.POWER or (request.goal is TrainingGoal.STRENGTH and not wanted):
        return []
    parts = [frozenset({muscle}) for large in LARGE for muscle in sorted(large & wanted - PRESSED)] if wanted else LARGE
    return [each for each in parts if not any(map(session.sets_of, each))]


def add_untrained(session: Session, pool: Sequence[Candidate]) -> None:
    """Add a small exercise for each large muscle that has no set, before other muscles get further exercises.

    Where the time is short for it, the trunk gives its third set, or in a session for the whole body one lift; not for
    the shoulder, which presses and rows train too.
    """
    session.may_add_light = session.may_add_warned = False
    session.forget()
    for muscles in untrained(session):
        of_muscle = [e for e in pool if e.primary & muscles and not e.is_compound and is_first_choice(e)]
        before = session.chosen.copy()
        for each in (None, *_giving_third_sets(session, with_lifts=muscles.isdisjoint(SHOULDER))):
            if each is not None and (fewer := _with_fewer(session, each)) is not None:
                session.prescribe(each, fewer)
            found = choose(fitting_for(session, REST, of_muscle), session, REST, is_additional=True)
            if found is not None:
                session.add(found, session.seconds_left, is_additional=True)
                break
            session.chosen = before.copy()
            session.forget()


def _giving_third_sets(session: Session, *, with_lifts: bool) -> list[Candidate]:
    """Exercises with a third set that treat no condition: of the trunk, then lifts; the least loss of time first."""
    third = [
        e for e in session.exercises if e.class_key != STEADY and not session.is_treatment(e) and _sets(session, e) > 2
    ]
    trunk = [e for e in third if e.pattern_group is PatternGroup.CORE]
    lifts = [e for e in third if is_counted_lift(e)] if with_lifts and not session.request.targets else []

    def seconds(each: Candidate) -> int:
        fewer = _with_fewer(session, each)
        return session.chosen[each.id][1].seconds - fewer.seconds if fewer is not None else 0

    return [*trunk, *sorted(lifts, key=lambda e: (seconds(e), e.pattern_group is PatternGroup.PULL, e.key))]


def _sets(session: Session, exercise: Candidate) -> int:
    return int(session.chosen[exercise.id][1].prescription["sets"])


def _with_fewer(session: Session, exercise: Candidate) -> TimedPrescription | None:
    """The prescription of a chosen exercise with one set less; None where it has its least."""
    sets = _sets(session, exercise)
    return next((timed for timed in session.fitting(exercise) if timed.prescription["sets"] == sets - 1), None)


def fill(session: Session) -> None:
    """Give the chosen exercises fuller prescriptions while time and muscles permit.

    What treats a condition has its sets first. Then compact ones come first, then those with the fewest sets, of these
    the lifts of several joints and the side of a sore hip, then steady work.
    """

    def sets(each: Candidate) -> tuple[bool, bool, bool, int, bool]:
        timed = session.chosen[each.id][1]
        is_small = not each.is_compound or each.class_key in LIGHT
        is_small = is_small and session.assigned.get(HIP_SIDE.name) != each.id
        is_served = not is_underserved(session, each)
        return each.class_key == STEADY, is_served, not timed.is_compact, timed.prescription["sets"], is_small

    while any(_raise(session, exercise) for exercise in sorted(session.exercises, key=sets)):
        pass


TREATMENT_SETS, TENDON_SETS = 2, 3
"""The sets that what treats a condition has before anything else has a second one."""


def is_underserved(session: Session, exercise: Candidate) -> bool:
    """True for a treatment with fewer sets than it should have before others have a second one."""
    if exercise.class_key == STEADY or not session.is_treatment(exercise):
        return False
    wanted = TENDON_SETS if exercise.class_key == "tendon_loading" else TREATMENT_SETS
    return _sets(session, exercise) < wanted


def favour_treatments(session: Session) -> None:
    """Take sets from what treats nothing, until each treatment has its own, where that frees the time for it."""
    for each in [each for each in session.exercises if is_underserved(session, each)]:
        while is_underserved(session, each) and _favour(session, each):
            pass
    fill(session)


def _favour(session: Session, treatment: Candidate) -> bool:
    """Give a treatment its next fuller prescription, with the time of others' sets; False where that is impossible."""
    before = session.chosen.copy()
    while not _raise(session, treatment):
        given = _giving(session)
        if given is None:
            session.chosen = before
            session.forget()
            return False
        session.prescribe(*given)
    return True


def _giving(session: Session) -> tuple[Candidate, TimedPrescription] | None:
    """The exercise that treats nothing and gives a set, with what it is left: small ones first, of these with most."""
    others = [e for e in session.exercises if e.class_key != STEADY and not session.is_treatment(e)]
    for each in sorted(others, key=lambda e: (is_counted_lift(e), -_sets(session, e))):
        fewer = _with_fewer(session, each)
        if fewer is not None:
            return each, fewer
    return None


def even_rests(session: Session) -> None:
    """Shorten the rests of lifts until none rests longer than one that tires clearly more, and is not eased."""
    lifts = [each for each, timed in session.chosen.values() if is_rested(each, timed.prescription)]
    rests: dict[tuple[int, bool], int] = {}
    for each in sorted(lifts, key=lambda e: -e.fatigue):
        timed = session.chosen[each.id][1]
        rest = timed.prescription["rest_seconds"]
        eased = is_eased(timed.prescription, session.context)
        heavier = [
            r for (fatigue, other), r in rests.items()
            if fatigue >= each.fatigue + CLEARLY_MORE and other <= eased
        ]  # fmt: skip
        least = min(heavier, default=rest)
        if least < rest:
            shorter = (timed.prescription["sets"] - 1) * (rest - least)
            given = {**timed.prescription, "rest_seconds": least}
            session.prescribe(each, replace(timed, prescription=given, seconds=timed.seconds - shorter))
        rests[each.fatigue, eased] = min(rests.get((each.fatigue, eased), rest), rest, least)


CLEARLY_MORE = 2


def is_rested(exercise: Candidate, prescription: Mapping[str, Any]) -> bool:
    """True for lifts with rests whose length nothing but the load decides: no throws, jumps, or drills of a tendon."""
    is_lift = exercise.is_compound and exercise.class_key not in FAST_CLASSES and exercise.class_key != "tendon_loading"
    return is_lift and "reps_max" in prescription and "rest_seconds" in prescription


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
    for each in sorted(lifts, key=lambda e: -_sets(session, e)):
        fewer = _with_fewer(session, each)
        if fewer is not None:
            session.prescribe(each, fewer)
            return True
    return False
