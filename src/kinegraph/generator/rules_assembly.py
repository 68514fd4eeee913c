"""Assembly of a workout: main and accessory exercises by need, a warm-up for them, a cool-down if it is wanted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kinegraph.candidates.rules import Candidate, Catalogue
from kinegraph.candidates.rules_sides import Side
from kinegraph.generator.rules import Generated, PlannedSection
from kinegraph.generator.rules_scores import choose
from kinegraph.generator.rules_session import Session, in_order, is_main
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Chosen, Demand, Excluded, ExclusionReason, Request, Unmet
from kinegraph.programming.rules_eligible import Sorted, sort_out, unmet_movement, unmet_target
from kinegraph.programming.rules_light import cool_down, warm_up
from kinegraph.workout.rules import SectionType

WHOLE_BODY = (Side.SQUAT, Side.PUSH, Side.HINGE, Side.PULL, Side.CORE, Side.OTHER)
POWER_BODY = (Side.OTHER, Side.SQUAT, Side.PUSH, Side.HINGE, Side.PULL, Side.CORE)
"""The movements of a session for the whole body, in the order in which places are filled."""
SHORT_SHARE = 0.6
"""A session that takes less of the wanted time is reported."""
WARM_UP_SHARE, MIN_WARM_UP, MAX_WARM_UP = 0.15, 90, 600
COOL_DOWN_SHARE, MIN_COOL_DOWN, MAX_COOL_DOWN = 0.1, 90, 420
"""The share of the time, and its least and greatest seconds."""

Need = tuple[str, frozenset[str] | None, Side | None]
"""A place of the session: its name, the muscles that it is for, or the side."""


def generated(request: Request, catalogue: Catalogue) -> Generated:
    """The workout for a request. It always answers: `unmet_demands` has the demands that cannot be met."""
    found = sort_out(catalogue, request)
    total = request.minutes * 60
    for_warm_up = _share(total, WARM_UP_SHARE, MIN_WARM_UP, MAX_WARM_UP)
    for_cool_down = _share(total, COOL_DOWN_SHARE, MIN_COOL_DOWN, MAX_COOL_DOWN) if request.with_cool_down else 0
    session = Session(request, found.eligible, found.assessments, total - for_warm_up - for_cool_down)
    needs = _needs(request)
    _choose(session, needs)
    ordered = in_order(session.exercises) or []
    main = [_chosen(session, each) for each in ordered if is_main(each)]
    accessory = [_chosen(session, each) for each in ordered if not is_main(each)]
    light = warm_up(ordered, catalogue, request, found.assessments, for_warm_up)
    ending = cool_down(ordered, catalogue, request, found.assessments, for_cool_down)
    parts = (
        (SectionType.WARMUP, "Warm-up", light),
        (SectionType.MAIN, "Main part", main),
        (SectionType.ACCESSORY, "Accessory work", accessory),
        (SectionType.COOLDOWN, "Cool-down", ending),
    )
    sections = [PlannedSection(type, title, movements) for type, title, movements in parts if movements]
    in_session = {each.candidate.id for section in sections for each in section.movements}
    excluded = [each for each in (*found.excluded, *_left_out(session)) if each.candidate.id not in in_session]
    unmet = [*_unmet(session, needs, found), *_unmet_light(request, ordered, light, ending)]
    workout = Generated(_title(request), request, sections, excluded, unmet)
    short = [] if unmet else _shorter(workout)
    return replace(workout, unmet_demands=[*unmet, *short])


def _share(total: int, share: float, least: int, most: int) -> int:
    return min(max(int(total * share), least), most)


def _title(request: Request) -> str:
    names = [name.replace("_", " ") for name, _ in request.targets]
    of = f"{', '.join(names[:3])}{' and others' if len(names) > 3 else ''}" or "whole body"
    return f"{request.goal.capitalize()}: {of}, {request.minutes} minutes"[:255]


def _needs(request: Request) -> list[Need]:
    if request.targets:
        return [(name, keys, None) for name, keys in request.targets]
    sides = POWER_BODY if request.goal is TrainingGoal.POWER else WHOLE_BODY
    return [(str(side), None, side) for side in sides]


def _serves(exercise: Candidate, need: Need) -> bool:
    _, keys, side = need
    return bool(exercise.primary & keys) if keys is not None else exercise.side is side


def _choose(session: Session, needs: Sequence[Need]) -> None:
    """Fill the places: each need once, by a main exercise or else an accessory one; then more while there is time."""
    main = [each for each in session.eligible if is_main(each)]
    accessory = [each for each in session.eligible if not is_main(each)]
    for pool in (main, accessory):
        for need in needs:
            if not any(_serves(each, need) for each in session.exercises):
                _fill(session, need, pool, is_extra=False)
    session.fill()
    pools = (main, accessory) if session.request.goal is TrainingGoal.STRENGTH else (accessory, main)
    while sum(_fill(session, need, pool, is_extra=True) for pool in pools for need in _least_served(session, needs)):
        pass
    session.fill()


def _least_served(session: Session, needs: Sequence[Need]) -> list[Need]:
    """The needs, those with the fewest sets first."""
    return sorted(needs, key=lambda need: sum(_sets(session, need)))


def _sets(session: Session, need: Need) -> Iterator[int]:
    return (timed.prescription["sets"] for each, timed in session.chosen.values() if _serves(each, need))


def _fill(session: Session, need: Need, pool: Sequence[Candidate], *, is_extra: bool) -> bool:
    """Add the best exercise of a pool for a need, if there is one; at first with its least prescription."""
    fitting = [each for each in pool if each.id not in session.chosen and _serves(each, need)]
    found = choose(fitting, session, need[1], is_extra=is_extra)
    if found is None:
        return False
    session.add(found, session.seconds_left if is_extra else 0)
    return True


def _chosen(session: Session, exercise: Candidate) -> Chosen:
    timed = session.chosen[exercise.id][1]
    return Chosen(exercise, session.assessments[exercise.id], timed.prescription, timed.seconds)


def _left_out(session: Session) -> Iterator[Excluded]:
    """The eligible exercises that were not chosen, each with its reason."""
    for each in session.eligible:
        if each.id not in session.chosen:
            found = session.obstacle(each, is_extra=True)
            assert found is not None, "everything that fits was chosen"
            yield Excluded(each, *found)


def _unmet(session: Session, needs: Sequence[Need], found: Sorted) -> Iterator[Unmet]:
    request = session.request
    for need in needs:
        name, keys, side = need
        is_optional = side is Side.OTHER or (side is Side.CORE and request.goal is TrainingGoal.POWER)
        if is_optional or any(_serves(each, need) for each in session.exercises):
            continue
        fitting = [each for each in session.eligible if _serves(each, need)]
        if fitting:
            yield _no_room(session, need, fitting)
        elif keys is not None:
            yield unmet_target(name, keys, request, found.excluded)
        else:
            yield unmet_movement(name, request, found.excluded)


def _no_room(session: Session, need: Need, fitting: Sequence[Candidate]) -> Unmet:
    """The unmet demand of a place for which nothing was chosen, though eligible exercises exist."""
    name, keys, _ = need
    shortest = min(fitting, key=lambda each: (session.options(each)[-1].seconds, each.key))
    obstacle = session.obstacle(shortest, is_extra=False)
    short = max(session.options(shortest)[-1].seconds - session.seconds_left, 60)
    minutes = session.request.minutes + -(-short // 60)
    demand = Demand.TARGET_MUSCLE if keys is not None else Demand.MOVEMENT
    why = obstacle[1] if obstacle is not None else ""
    is_time = session.options(shortest)[-1].seconds > session.seconds_left
    return Unmet(
        Demand.SESSION_TIME if is_time else demand,
        name,
        f"There is no room for {name.replace('_', ' ')}: the shortest exercise is {shortest.name}. {why}",
        f"sessionMinutes {minutes} would leave room for it." if is_time else None,
    )


def _shorter(workout: Generated) -> Iterator[Unmet]:
    """The demand for time, where a session is much shorter, with the most frequent reason that excludes exercises."""
    minutes, wanted = workout.estimated_seconds // 60, workout.request.minutes
    if minutes < SHORT_SHARE * wanted:
        named = Counter(each.reason for each in workout.excluded if each.reason in LATE)
        why = f" Most others are left out for {named.most_common(1)[0][0]}." if named else ""
        suggestion = "More target muscles, more equipment or a greater difficultyMax give more to choose from."
        yield Unmet(Demand.SESSION_TIME, None, f"It takes {minutes} of {wanted} minutes.{why}", suggestion)


LATE = frozenset({ExclusionReason.FATIGUE, ExclusionReason.BALANCE, ExclusionReason.CHOICE, ExclusionReason.EQUIPMENT})
"""Reasons that exclude exercises which would be suitable otherwise."""


def _unmet_light(
    request: Request, ordered: Sequence[Candidate], light: Sequence[Chosen], ending: Sequence[Chosen]
) -> Iterator[Unmet]:
    if ordered and not light:
        yield Unmet(
            Demand.WARM_UP, None, "No exercise for a warm-up is safe, fits the equipment and the time.",
            "Begin with 5 minutes of easy movement, and with light loads.",
        )  # fmt: skip
    if request.with_cool_down and not ending:
        yield Unmet(Demand.COOL_DOWN, None, "No stretch of the trained muscles is safe and fits the time.", None)
