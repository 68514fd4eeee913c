"""The demands that a workout does not meet, in words, with what would help; why exercises were not chosen."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil
from uuid import UUID

from kinegraph.candidates.rules import Candidate, Catalogue, in_words
from kinegraph.candidates.rules_treatments import CHOSEN, served_by
from kinegraph.care.rules_persons import condition_words
from kinegraph.composition.rules import Session
from kinegraph.composition.rules_limits import obstacle
from kinegraph.composition.rules_scores import fitting_for, preference, score
from kinegraph.dosing.rules_advice import shown_warnings
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.generator.rules import Generated
from kinegraph.programming.rules import Demand, Excluded, ExclusionReason, Unmet
from kinegraph.programming.rules_eligible import unmet_place
from kinegraph.programming.rules_places import Place, in_sentence, places_of
from kinegraph.warmup.rules import Light
from kinegraph.warmup.rules_cool_down import STRETCH, why_no_stretch

Ending = tuple[int, Sequence[Chosen]]
UNUSED_SHARE, SHORT_UNUSED_SHARE, MIN_UNUSED = 0.05, 0.15, 120
"""A session is reported that leaves 5 % of the wanted time and two minutes unused; up to 13 minutes, 15 %."""
TRAINING_SHARE = 0.7
"""The part of added minutes that training gets; the rest is for warm-up and cool-down."""
LATE = frozenset(
    {ExclusionReason.UNSAFE, ExclusionReason.FATIGUE, ExclusionReason.BALANCE, ExclusionReason.CHOICE}
    | {ExclusionReason.TIME}
)
"""Reasons that exclude exercises which would be suitable otherwise."""
UNSAFE_RATIO = 3
"""Safety is the reason where it excludes more than so many times as many exercises as all others together."""
COMPLETE = "The session is complete without it."
WHY = {
    ExclusionReason.TIME: "What is left of the time is too short for another one.",
    ExclusionReason.UNSAFE: "Most others are not safe for the person.",
    ExclusionReason.FATIGUE: "More would tire too much.",
    ExclusionReason.BALANCE: "More would be against the balance of the movements.",
    ExclusionReason.CHOICE: "Others would repeat what is there.",
}


def unmet_places(session: Session, places: Sequence[Place], excluded: Sequence[Excluded]) -> Iterator[Unmet]:
    """The places that stay empty. Those that only lack time have one suggestion together."""
    empty = [place for place in places if not place.is_optional and not is_served(session, place)]
    best = {place.name: _best(session, place) for place in empty}
    for_time = {name: each for name, each in best.items() if each is not None and _lacks_time(session, each)}
    needed = sum(session.options(each)[-1].seconds for each in for_time.values()) - session.seconds_left
    minutes = session.request.minutes + max(ceil(needed / 60 / TRAINING_SHARE), 1)
    what = "they would all fit" if len(for_time) > 1 else "it would fit"
    for place in empty:
        each = best[place.name]
        if each is None and any(map(place.is_filled_by, session.eligible)):
            detail = f"Every {in_sentence(place).split(maxsplit=1)[1]} would have to be changed for the conditions."
            yield Unmet(Demand.TARGET_MUSCLE, place.name, detail, "A clinician can choose one.")
        elif each is None:
            yield unmet_place(place, session.request, excluded)
        elif place.name in for_time:
            detail = f"There is no time left for {in_sentence(place)}, such as {each.name}."
            yield Unmet(Demand.SESSION_TIME, place.name, detail, f"With about {minutes} minutes {what}.")
        else:
            found = obstacle(session, each, is_additional=False)
            demand = Demand.TARGET_MUSCLE if place.target is not None else Demand.MOVEMENT
            why = f" {each.name}: {found[1]}" if found is not None else ""
            yield Unmet(demand, place.name, f"There is no room for {in_sentence(place)}.{why}", None)


def is_served(session: Session, place: Place) -> bool:
    """True if an exercise fills a place, or trains the muscle that was wanted."""
    is_whole = place.name == place.target
    return session.fills(place) or (is_whole and any(each.primary & place.muscles for each in session.exercises))


def lacks_time_for(session: Session, places: Sequence[Place]) -> bool:
    """True if a movement of the whole body has no exercise, because the time does not suffice."""
    empty = [p for p in places if p.target is None and not p.is_optional and not session.fills(p)]
    return any(each is not None and _lacks_time(session, each) for each in (_best(session, place) for place in empty))


def is_incomplete(session: Session, places: Sequence[Place]) -> bool:
    """True if a place is empty for which exercises exist: others took the time, or tire too much."""
    empty = [place for place in places if not place.is_optional and not is_served(session, place)]
    return any(_best(session, place) is not None for place in empty)


def _best(session: Session, place: Place) -> Candidate | None:
    fitting = fitting_for(session, place, session.eligible)
    return min(fitting, key=lambda e: (*preference(e, session, place), -score(e, session, place), e.key), default=None)


def _lacks_time(session: Session, exercise: Candidate) -> bool:
    found = obstacle(session, exercise, is_additional=False)
    return found is not None and found[0] is ExclusionReason.TIME


def allowed_unused(minutes: int) -> float:
    """The seconds of a session that may be left without a word."""
    return max(UNUSED_SHARE * 60 * minutes, min(MIN_UNUSED, SHORT_UNUSED_SHARE * 60 * minutes))


def shorter(workout: Generated) -> Iterator[Unmet]:
    """The demand for time, where a session is shorter, with the most frequent reason that excludes exercises."""
    seconds, wanted = workout.estimated_seconds, workout.request.minutes
    if 0 < seconds < 60 * wanted - allowed_unused(wanted):
        wanted_muscles = frozenset[str]().union(*(keys for _, keys in workout.request.targets))
        near = [e for e in workout.excluded if not wanted_muscles or e.candidate.primary & wanted_muscles]
        named = Counter(each.reason for each in near if each.reason in LATE)
        unsafe = named.pop(ExclusionReason.UNSAFE, 0)
        is_unsafe = unsafe > UNSAFE_RATIO * named.total()
        common = ExclusionReason.UNSAFE if is_unsafe else next((reason for reason, _ in named.most_common(1)), None)
        why = f" {WHY[common]}" if common is not None else ""
        suggestion = f"{_more_choice(workout, is_unsafe=is_unsafe)} would give more to choose from."
        detail = f"The exercises take about {round(seconds / 60)} of {wanted} minutes.{why}"
        yield Unmet(Demand.SESSION_TIME, None, detail, suggestion)


def _more_choice(workout: Generated, *, is_unsafe: bool) -> str:
    """The changes of a request that would give more exercises: those that are possible."""
    request = workout.request
    ways = ["more target muscles"] if request.targets else []
    if not is_unsafe:
        ways += ["more equipment"] if request.equipment is not None else []
        ways += ["harder exercises"] if any(e.reason is ExclusionReason.DIFFICULTY for e in workout.excluded) else []
    words = " or ".join([", ".join(ways[:-1]), ways[-1]] if len(ways) > 1 else ways or ["another goal"])
    return f"{words[0].upper()}{words[1:]}"


def unmet_treatments(session: Session, catalogue: Catalogue, trained: Sequence[Chosen]) -> Iterator[Unmet]:
    """The conditions that no exercise of the workout treats."""
    if not trained:
        return
    treated = {condition for each in trained for condition in each.assessment.indicated_for}
    treated |= served_by(each.candidate for each in trained)
    in_library = {c for each in catalogue.candidates if each.safety is not None for c in each.safety.indicated_for}
    for condition in sorted(session.request.person.conditions - treated):
        chain = next((chain for chain in session.request.person.chains if condition in chain), (condition,))
        if not treated.isdisjoint(chain):
            continue
        is_there = condition in in_library or condition in CHOSEN
        detail = "suits the person, the equipment and the time" if is_there else "is in the library"
        words = f"No exercise for {condition_words(condition)} {detail}."
        yield Unmet(Demand.TREATMENT, condition, words, "A physiotherapist can add one.")


def unmet_light(light: Light, warming: Sequence[Chosen], ending: Sequence[Chosen], work: Ending) -> Iterator[Unmet]:
    """The demands for a warm-up and a cool-down; `work`: the seconds for the cool-down, and what was trained."""
    seconds, trained = work
    if trained and not warming:
        yield Unmet(
            Demand.WARM_UP, None, "No exercise for a warm-up is safe, fits the equipment and the time.",
            "Begin with 5 minutes of easy movement, and with light loads.",
        )  # fmt: skip
    if light.request.with_cool_down and light.ordered and not any(e.candidate.class_key == STRETCH for e in ending):
        why = why_no_stretch(light, seconds, trained)
        yield Unmet(Demand.COOL_DOWN, None, f"No stretch of the trained muscles {why}.", None)


def _warned_by(session: Session, exercise: Candidate) -> str:
    named = dict.fromkeys(each.condition for each in shown_warnings(session.assessments[exercise.id]))
    return in_words(map(condition_words, named)) or "the conditions"


def _against_modified(session: Session, exercise: Candidate) -> str:
    """The reason against an exercise that has to be modified, where the chosen one is modified too or is not."""
    place = next((p for p in places_of(session.request) if p.is_filled_by(exercise)), None)
    beside = [each for each in session.exercises if place is not None and place.is_filled_by(each)]
    if beside and all(map(session.is_warned, beside)):
        return f"{beside[0].name} was chosen for this place; both have to be modified."
    return f"It would have to be modified with {_warned_by(session, exercise)}."


def left_out(session: Session, in_workout: set[UUID]) -> Iterator[Excluded]:
    """The eligible exercises that were not chosen, each with its reason."""
    for each in session.eligible:
        if each.id not in in_workout:
            found = obstacle(session, each, is_additional=True)
            found = found or (ExclusionReason.CHOICE, COMPLETE)
            if session.is_warned(each):
                found = ExclusionReason.CHOICE, _against_modified(session, each)
            yield Excluded(each, *found)
