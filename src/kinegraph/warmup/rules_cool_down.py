"""Cool-down: easing off after work for the heart, then stretches of the muscles that were trained most."""

from collections import Counter
from collections.abc import Sequence

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.care.rules import is_standing_pose
from kinegraph.dosing.rules import LIGHT_SETUP, TimedPrescription
from kinegraph.dosing.rules_prescriptions import Chosen, light_prescription
from kinegraph.programming.rules import chance
from kinegraph.warmup.rules import Light, best, is_near

STRETCH = "static_mobility"
MAX_STRETCHES = 3
EASING_SECONDS, HEART_EASING_SECONDS = 180, 300
"""Seconds of easy walking or pedalling after steady work, and with a condition of the heart or blood pressure."""
SHORT_EASING, LEFT_FOR_STRETCH = 45, 120
"""The least seconds of easing off, and those that are left for a stretch of both sides."""
STRETCH_SECONDS = (45, 30)
"""The longest hold of a stretch; the second where the first does not fit."""
ARMS = frozenset({"triceps", "biceps", "brachialis", "forearms"})
"""Muscles that are stretched after exercises of their own, not after presses and pulls."""
LAST = 0.01
"""The part of the points of a pose whose muscles work: it comes where no stretch is left."""
CLOSING_SECONDS = 120
"""Seconds of easy walking where no stretch ends the session."""
EASING_CONDITIONS = frozenset({"hypertension", "uncontrolled_hypertension"})
MAX_EASING_FATIGUE = 5
MARCHING_CLASSES, MARCHING = ("balance_training", "low_load_strengthening"), frozenset({"hip_flexors"})
"""Marching on the spot or seated, which ends a session where nobody can walk."""
ENDS_OF_RANGE = frozenset({"deep-squat-hold", "downward-dog", "pigeon-pose", "couch-stretch"})
"""Poses at the end of the range of large joints: for persons without conditions only."""


def cool_down(light: Light, seconds: int, work: Sequence[Chosen]) -> list[Chosen]:
    """The cool-down within the time, for the exercises that were done."""
    if not seconds:
        return []
    pool = light.available()
    found = _easing(light, pool, seconds, work)
    left = seconds - sum(each.seconds for each in found)
    trained = _trained(work)
    stretches = [each for each in pool if each.class_key == STRETCH and _suits(each, light)]
    while sum(each.candidate.class_key == STRETCH for each in found) < MAX_STRETCHES:
        stretched = [each.candidate for each in found if each.candidate.class_key == STRETCH]
        covered = frozenset(muscle for each in stretched for muscle in each.primary)

        def points(each: Candidate, covered: frozenset[str] = covered) -> float:
            new = max((trained[muscle] for muscle in each.primary - covered), default=0)
            is_trained = 2 * len(each.primary & trained.keys()) >= len(each.primary)
            value = new + chance(light.request.seed, "cool-down", each.key) if new and is_trained else 0.0
            return value * LAST if is_standing_pose(each) else value

        for each in best(stretches, points, found):
            timed = _stretched(each, light, left)
            if timed is not None:
                found.append(light.chosen(each, timed))
                left -= timed.seconds
                break
        else:
            break
    return found or _eased(light, pool, CLOSING_SECONDS, seconds)


def _stretched(each: Candidate, light: Light, left: int) -> TimedPrescription | None:
    """A stretch within the seconds that are left, a shorter one where the time is short; None where none fits."""
    for longest in STRETCH_SECONDS:
        timed = light_prescription(each, light.context, is_stretch=True, longest=longest)
        if timed is not None and timed.seconds <= left:
            return timed
    return None


def why_no_stretch(light: Light, seconds: int, work: Sequence[Chosen]) -> str:
    """The reason that a cool-down has no stretch, in words."""
    if not seconds:
        return "fits so short a session"
    trained = _trained(work)
    stretches = [
        each
        for each in light.catalogue.candidates
        if each.class_key == STRETCH and 2 * len(each.primary & trained.keys()) >= max(len(each.primary), 1)
    ]
    suitable = {each.id for each in light.available() if _suits(each, light)}
    if any(each.id in suitable for each in stretches):
        return "fits the time that is left for it"
    is_person = len(light.request.person) > 0
    if is_person and any(not each.lacks(light.request.equipment) for each in stretches):
        return "suits the conditions"
    return "is in the library" if not stretches else "is possible with this equipment and level"


def _trained(work: Sequence[Chosen]) -> Counter[str]:
    """The sets of each primary muscle; a bout of steady work counts as two."""
    found: Counter[str] = Counter()
    for each in work:
        sets = 2 if each.candidate.class_key == STEADY else each.prescription["sets"]
        muscles = each.candidate.primary - ARMS if each.candidate.is_compound else each.candidate.primary
        found.update(dict.fromkeys(muscles, sets))
    return found


def _easing(light: Light, pool: Sequence[Candidate], seconds: int, work: Sequence[Chosen]) -> list[Chosen]:
    """Easy steady work at the end, where the session was for the heart, or the person has to stop slowly."""
    is_slow = light.context.is_heart or not light.request.person.having.isdisjoint(EASING_CONDITIONS)
    if not is_slow and not any(each.candidate.class_key == STEADY for each in work):
        return []
    wanted = HEART_EASING_SECONDS if is_slow else EASING_SECONDS
    return _eased(light, pool, min(wanted, max(seconds - LEFT_FOR_STRETCH, SHORT_EASING)), seconds)


def _eased(light: Light, pool: Sequence[Candidate], wanted: int, seconds: int) -> list[Chosen]:
    """Easy steady work or marching of the wanted seconds, within those that there are."""
    easy = [each for each in pool if each.class_key == STEADY and each.fatigue <= MAX_EASING_FATIGUE]
    easy += [each for each in pool if each.class_key in MARCHING_CLASSES and each.primary == MARCHING]

    def points(each: Candidate) -> float:
        return 1.0 + (each.class_key == STEADY) + 3 - 0.5 * each.fatigue + 0.1 * len(each.equipment)

    for each in best(easy, points, ()):
        timed = light_prescription(each, light.context, min(wanted, max(seconds - LIGHT_SETUP, 1)))
        if timed is not None and timed.seconds <= seconds:
            return [light.chosen(each, timed)]
    return []


def _suits(each: Candidate, light: Light) -> bool:
    """True for a stretch of the parts that the session trains, which is not too demanding for the person."""
    return is_near(each, light.request) and not _is_demanding(each, light)


def _is_demanding(each: Candidate, light: Light) -> bool:
    return light.is_gentle and (each.key in ENDS_OF_RANGE or each.difficulty > 2)
