"""Assembly of a workout: treatment, places, more while there is time, a warm-up, a cool-down if it is wanted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kinegraph.candidates.rules import STEADY, Candidate, Catalogue
from kinegraph.composition.rules import (
    BRIEF_MINUTES,
    MIN_BRIEF_STEADY_SHARE,
    MIN_HEART_STEADY_SHARE,
    MIN_STEADY_SHARE,
    Session,
    prescription_context_of,
)
from kinegraph.composition.rules_order import arranged, is_main
from kinegraph.composition.rules_scores import choose, fitting_for
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.generator.rules import Generated, PlannedSection
from kinegraph.generator.rules_exchange import (
    add_untrained,
    even_out,
    even_rests,
    exchange_warned,
    favour_treatments,
    fill,
)
from kinegraph.generator.rules_unmet import (
    is_incomplete,
    lacks_time_for,
    left_out,
    shorter,
    unmet_light,
    unmet_places,
    unmet_treatments,
)
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Demand, Request
from kinegraph.programming.rules_eligible import eligibility_of
from kinegraph.programming.rules_places import AEROBIC, REST, VERTICAL, Place, places_of
from kinegraph.warmup.rules import Light
from kinegraph.warmup.rules_cool_down import cool_down
from kinegraph.warmup.rules_warm_up import warm_up
from kinegraph.workout.rules import SectionType

WARM_UP_SHARE, MIN_WARM_UP, MAX_WARM_UP = 0.15, 55, 540
COOL_DOWN_SHARE, MIN_COOL_DOWN, MAX_COOL_DOWN = 0.1, 80, 420
"""The share of the time, and its least and greatest seconds."""
HEART_WARM_UP, HEART_COOL_DOWN = 375, 420
MAX_ROUNDS = 3
SHORTEST_WITH_COOL_DOWN = 12
"""Shorter sessions end with the last exercise."""
MINUTES_PER_TREATMENT, MAX_TREATMENTS = 30, 3
TREATED_TWICE, MINUTES_FOR_TWO = frozenset({"achilles_tendinopathy", "shoulder_impingement"}), 45
"""Conditions with two treatments from so many minutes on: the calf with a straight and a bent knee,
the rotator cuff and the shoulder blade."""


def generated(request: Request, catalogue: Catalogue) -> Generated:
    """The workout for a request. It always answers: `unmet_demands` has the demands that cannot be met.

    What warm-up and cool-down leave of their time goes to the training.
    """
    found = eligibility_of(catalogue, request)
    total = request.minutes * 60
    context = prescription_context_of(request)
    for_warm_up = _for_warm_up(total, is_heart=context.is_heart)
    for_cool_down = _for_cool_down(request, is_heart=context.is_heart)
    session = Session(request, found, total - for_warm_up - for_cool_down)
    places = places_of(request)
    _choose(session, places)
    if is_incomplete(session, places):
        session = Session(request, found, session.budget, prefers_short=True, options_by_id=session.options_by_id)
        _choose(session, places)
    _complete(session, places, session.eligible)
    if not session.chosen:
        _add_more(session, places, session.eligible)
    ordered = arranged(session)
    light = Light(ordered, catalogue, request, context, found.assessments)
    warming = warm_up(light, for_warm_up)
    ending = cool_down(light, for_cool_down, [session.chosen_one(each) for each in ordered])
    session.budget = total - sum(each.seconds for each in (*warming, *ending))
    taken = {each.candidate.root_id for each in (*warming, *ending)}
    pool = [each for each in session.eligible if each.root_id not in taken]
    _complete(session, places, pool)
    if not session.is_closed:
        add_untrained(session, pool)
        _add_more(session, places, pool)
        even_out(session)
        add_untrained(session, pool)
        _add_more(session, places, pool)
    _finish(session, places, pool)
    workout = Generated(_title(request), request, _sections(session, warming, ending), [])
    in_workout = {each.candidate.id for section in workout.sections for each in section.movements}
    excluded = [
        each for each in (*found.excluded, *left_out(session, in_workout)) if each.candidate.id not in in_workout
    ]
    trained = [session.chosen_one(each) for each in session.exercises]
    unmet = [
        *unmet_places(session, places, excluded),
        *unmet_treatments(session, catalogue, [*trained, *warming]),
        *unmet_light(light, warming, ending, (for_cool_down, trained)),
    ]
    workout = replace(workout, excluded=excluded)
    short = [] if any(each.demand is Demand.SESSION_TIME for each in unmet) else shorter(workout)
    return replace(workout, unmet_demands=[*unmet, *short])


def _share(total: int, share: float, least: int, most: int) -> int:
    return min(max(int(total * share), least), most)


def _for_warm_up(total: int, *, is_heart: bool) -> int:
    found = _share(total, WARM_UP_SHARE, MIN_WARM_UP, MAX_WARM_UP)
    return max(found, min(HEART_WARM_UP, total // 4)) if is_heart else found


def _for_cool_down(request: Request, *, is_heart: bool) -> int:
    if not request.with_cool_down or request.minutes < SHORTEST_WITH_COOL_DOWN:
        return 0
    found = _share(60 * request.minutes, COOL_DOWN_SHARE, MIN_COOL_DOWN, MAX_COOL_DOWN)
    return max(found, min(HEART_COOL_DOWN, 60 * request.minutes // 5)) if is_heart else found


def _title(request: Request) -> str:
    names = [name.replace("_", " ") for name, _ in request.targets]
    of = f"{', '.join(names[:3])}{' and others' if len(names) > 3 else ''}" or "whole body"
    return f"{request.goal.capitalize()}: {of}, {request.minutes} minutes"[:255]


def _sections(session: Session, warming: Sequence[Chosen], ending: Sequence[Chosen]) -> list[PlannedSection]:
    """The sections that are not empty. In a short session the exercises are done one after the other, in rounds."""
    ordered = arranged(session)
    size = max((place + 1 for place, each in enumerate(ordered) if is_main(each, session)), default=0)
    movements = [session.chosen_one(each) for each in ordered]
    main, accessory = movements[:size], movements[size:]
    circuit = ", as a circuit" if session.context.is_short and is_circuit(main) else ""
    parts = (
        (SectionType.WARMUP, "Warm-up", warming),
        (SectionType.MAIN, f"Main part{circuit}", main),
        (SectionType.ACCESSORY, "Accessory work", accessory),
        (SectionType.COOLDOWN, "Cool-down", ending),
    )
    return [PlannedSection(type, title, each) for type, title, each in parts if each]


def is_circuit(movements: Sequence[Chosen]) -> bool:
    """True if exercises are done in rounds: all have the same sets, two at least."""
    sets = {each.prescription["sets"] for each in movements}
    return len(movements) > 1 and len(sets) == 1 and min(sets) > 1


def _choose(session: Session, places: Sequence[Place]) -> None:
    """Fill the places: treatment of the conditions first, then each place once, with the least that is prescribed."""
    if AEROBIC in places and (found := _fill(session, AEROBIC, session.eligible, is_additional=False)):
        _lengthen(session, found)
    _treat(session)
    _fill_places(session, places, session.eligible)


def _lengthen(session: Session, exercise: Candidate) -> None:
    """Give steady work the least part of the session that it should have, if it can be so long."""
    is_brief = session.request.minutes <= BRIEF_MINUTES
    share = MIN_BRIEF_STEADY_SHARE if is_brief else MIN_STEADY_SHARE
    wanted = (MIN_HEART_STEADY_SHARE if session.context.is_heart else share) * session.budget
    options = session.fitting(exercise)
    timed = next((timed for timed in reversed(options) if timed.seconds >= wanted), options[0])
    session.prescribe(exercise, timed)


def _treat(session: Session) -> None:
    """Add exercises that treat the conditions: as many as there are conditions or half hours, within the limit.

    In a session for the whole body lifts come first, which train a movement too.
    """
    conditions = sorted({c for each in session.eligible for c in session.assessments[each.id].indicated_for})
    wanted = max(len(conditions), session.request.minutes // MINUTES_PER_TREATMENT)
    if session.request.minutes >= MINUTES_FOR_TWO and not TREATED_TWICE.isdisjoint(conditions):
        wanted = max(wanted, 2)
    wanted = min(wanted, MAX_TREATMENTS)
    for is_second in (False, True):
        for condition in conditions:
            treated = [each for each in session.exercises if condition in session.assessments[each.id].indicated_for]
            count = sum(session.is_treatment(each) for each in session.exercises)
            if len(treated) <= is_second and count < wanted + (AEROBIC in places_of(session.request)):
                near = {id for each in treated for id in session.found.near[each.id]}
                muscles = [each.primary for each in treated if each.class_key != STEADY]
                pool = [
                    each
                    for each in session.eligible
                    if condition in session.assessments[each.id].indicated_for
                    and each.id not in near
                    and each.primary not in muscles
                ]
                pool, place = _without_steady(pool, session), Place(f"for {condition}")
                lifts = [] if session.request.targets else [each for each in pool if each.is_compound]
                if _fill(session, place, lifts, is_additional=False) is None:
                    _fill(session, place, pool, is_additional=False)


def _without_steady(pool: Sequence[Candidate], session: Session) -> list[Candidate]:
    """A pool without steady work, where it has anything else, or where the session has steady work already."""
    others = [each for each in pool if each.class_key != STEADY]
    return others or [each for each in pool if AEROBIC not in places_of(session.request)]


def _complete(session: Session, places: Sequence[Place], pool: Sequence[Candidate]) -> None:
    """Fill the places that are empty, exchange what has to be modified, and give fuller sets, while there is time."""
    _fill_places(session, places, pool)
    exchange_warned(session, pool)
    fill(session)
    session.is_closed = lacks_time_for(session, places)


def _add_more(session: Session, places: Sequence[Place], pool: Sequence[Candidate]) -> None:
    """Further exercises beyond the places, while there is time."""
    main, small = _halves(pool)
    is_heavy = session.request.goal in (TrainingGoal.STRENGTH, TrainingGoal.POWER)
    pools = (main, small) if is_heavy or session.is_aerobic else (small, main)
    wanted = [*(replace(place, name=f"more {place.name}", preferred=frozenset()) for place in places), REST]
    passes = ((False, False), (True, False), (True, True)) if len(session.request.person) else ((False, False),)
    for session.may_add_light, session.may_add_warned in passes:
        session.forget()
        session.blocked.clear()
        session.passed_over.clear()
        session.waiting.clear()
        while _has_time(session, pool) and sum(
            _fill(session, place, part, is_additional=True) is not None
            for part in pools
            for place in _least_served(session, wanted)
        ):
            pass
        fill(session)


def _has_time(session: Session, pool: Sequence[Candidate]) -> bool:
    """True if the time that is left is enough for any further exercise: a quick check before each is ranked."""
    left, others = session.seconds_left, (each for each in pool if each.id not in session.chosen)
    return any(timed.seconds <= left for each in others for timed in session.fitting(each, is_additional=True))


def _finish(session: Session, places: Sequence[Place], pool: Sequence[Candidate]) -> None:
    """Give treatments their sets and lifts their rests; what that leaves of the time goes to further exercises."""
    for _ in range(MAX_ROUNDS):
        left = session.seconds_left
        favour_treatments(session)
        even_rests(session)
        if session.is_closed or session.seconds_left <= left:
            return
        _add_more(session, places, pool)
    even_rests(session)


def _halves(pool: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """The exercises of several joints, and those of one."""
    return [each for each in pool if each.is_compound], [each for each in pool if not each.is_compound]


def _fill_places(session: Session, places: Sequence[Place], pool: Sequence[Candidate]) -> None:
    """Add an exercise for each place that has none yet."""
    for place in places:
        is_there = _is_treated(session, place) or (place is VERTICAL and session.fills(place))
        if place.name not in session.assigned and not is_there:
            small = [each for each in pool if not each.is_compound] if _is_small(place, session) else []
            if _fill(session, place, small, is_additional=False) is None:
                _fill(session, place, pool, is_additional=False)


def _is_small(place: Place, session: Session) -> bool:
    """True for a wanted muscle that a chosen exercise trains already: an exercise of one joint is best for it."""
    return place.name == place.target and session.fills(place)


def _is_treated(session: Session, place: Place) -> bool:
    """True if an exercise that treats a condition fills the place."""
    return any(place.is_filled_by(each) and session.is_treatment(each) for each in session.exercises)


def _least_served(session: Session, places: Sequence[Place]) -> list[Place]:
    """The places, those with the fewest sets first; the place of what fits no other last."""
    return sorted(places, key=lambda place: (place is REST, sum(_sets(session, place))))


def _sets(session: Session, place: Place) -> Iterator[int]:
    return (timed.prescription["sets"] for each, timed in session.chosen.values() if place.is_filled_by(each))


def _fill(session: Session, place: Place, pool: Sequence[Candidate], *, is_additional: bool) -> Candidate | None:
    """Add the best exercise of a pool for a place, if there is one; at first with its least prescription."""
    fitting = fitting_for(session, place, pool)
    if is_additional:
        fitting = [each for each in fitting if each.id not in session.blocked]
    found = choose(fitting, session, place, is_additional=is_additional)
    if found is not None:
        session.assigned.setdefault(place.name, found.id)
        session.add(found, session.seconds_left if is_additional else 0, is_additional=is_additional)
    return found
