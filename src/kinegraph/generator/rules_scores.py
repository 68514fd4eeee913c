"""The score by which the generator ranks eligible exercises for a place in a session [A]."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.candidates.rules import Candidate
from kinegraph.generator.rules_session import CLASSES, LIGHT, Session
from kinegraph.layers.rules import ProgressionType
from kinegraph.programming.rules import chance

EASIER_RUNG = 1.5
TOO_EASY = 0.3
SAME_MOVEMENT, NEW_PLANE, NEIGHBOUR = 1.5, 0.5, 1.0
PER_SET = 0.15
RISK_PER_POINT, INDICATED = 20.0, 2.0
LIGHT_CLASS, LIGHT_CLASS_WITH_CONDITIONS = 5.0, 2.0
CHANCE = 1.5
"""Points that are added or subtracted; CHANCE times a number from 0 to 1, by the seed."""


def score(exercise: Candidate, session: Session, need: frozenset[str] | None) -> float:
    """The score of an exercise for the session as it is; `need`: the muscles that the place is for, if any."""
    request = session.request
    points = CLASSES[request.goal].get(exercise.class_key or "", 0.0)
    points += CHANCE * chance(request.seed, exercise.key)
    points -= TOO_EASY * max(min(request.difficulty_max, 3) - exercise.difficulty, 0)
    points -= EASIER_RUNG * has_harder_rung(exercise, session)
    if need and exercise.primary:
        points += 3.0 * len(exercise.primary & need) / len(exercise.primary)
    if exercise.class_key in LIGHT:
        points -= LIGHT_CLASS_WITH_CONDITIONS if len(request.person) else LIGHT_CLASS
    assessment = session.assessments[exercise.id]
    points += INDICATED * bool(assessment.indicated_for) - assessment.score / RISK_PER_POINT
    points -= PER_SET * max((session.sets_of(muscle) for muscle in exercise.primary), default=0)
    return points + _variety(exercise, session)


def has_harder_rung(exercise: Candidate, session: Session) -> bool:
    """True if a progression leads to a harder exercise that is eligible too: that one fits the person better."""
    rungs = session.by_id
    return any(
        edge.type is ProgressionType.PROGRESSION
        and (rung := rungs.get(edge.to_id)) is not None
        and rung.difficulty > exercise.difficulty
        for edge in exercise.edges
    )


def _variety(exercise: Candidate, session: Session) -> float:
    others = session.exercises
    planes = {other.plane for other in others}
    movement = exercise.side, exercise.vector
    is_same = any((other.side, other.vector) == movement for other in others)
    is_near = any(other.id in _neighbours(exercise) for other in others)
    return NEW_PLANE * (exercise.plane not in planes) - SAME_MOVEMENT * is_same - NEIGHBOUR * is_near


def _neighbours(exercise: Candidate) -> set[UUID]:
    """The exercises of the same ladder, and variations: they train the same."""
    near = (ProgressionType.PROGRESSION, ProgressionType.REGRESSION, ProgressionType.VARIATION)
    return {edge.to_id for edge in exercise.edges if edge.type in near}


def choose(
    pool: Sequence[Candidate], session: Session, need: frozenset[str] | None, *, is_extra: bool
) -> Candidate | None:
    """The best exercise of a pool that may be added to the session; None where there is none."""
    ranked = sorted(pool, key=lambda each: (-score(each, session, need), each.key))
    return next((each for each in ranked if session.obstacle(each, is_extra=is_extra) is None), None)
