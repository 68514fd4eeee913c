"""How much of an exercise is done on a day: the plan's prescription, changed by the accepted substitutions in sequence.

A substitution never gives more than the plan says of that day, nor more than the one before it: its amounts are caps
(docs/domain.md, Pain response).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol  # Any: amounts by column
from uuid import UUID

from kinegraph.plan.rules import Prescription
from kinegraph.plan.rules_tree import AMOUNTS

CAPS = ("sets", "reps", "duration_seconds", "hold_seconds")
"""The amounts that a substitution caps, in the order in which they are halved."""
MEASURES = ("reps", "duration_seconds")
"""The amounts of which a prescription has one: how much is done in a set."""
MAX_SENT: Mapping[str, int] = {"reps": 100, "duration_seconds": 1_800, "hold_seconds": 60}
"""The most of an amount that no day to come has: repetitions or seconds of a set, and seconds of a hold."""


class Amounts(Prescription, Protocol):
    """A substitution as far as it says what is done in place of the plan's exercise, and at most how much of it.

    `exercise_id` is that of the plan.
    """

    substitute_id: UUID
    is_halved: bool


@dataclass(slots=True, kw_only=True)
class Substituted:
    """A prescription of a plan as it is to be done."""

    exercise_id: UUID
    sets: int | None
    reps: int | None
    duration_seconds: int | None
    hold_seconds: int | None
    rest_seconds: int | None
    per_side: bool
    notes: str | None


@dataclass(slots=True, kw_only=True)
class NewSubstitution(Substituted):
    """A substitution that may be accepted, as far as it says what is done."""

    substitute_id: UUID
    is_halved: bool = False


def has_amounts(row: Any) -> bool:
    """True if it says itself at most how much is done."""
    return any(getattr(row, name) is not None for name in CAPS)


def halved(amounts: Mapping[str, Any], by: Prescription) -> dict[str, Any] | None:
    """Half of the first of CAPS that is more than 1, rounded up; None where nothing can be halved.

    Amounts of which the substitution says more than 1 come first: a time in all that it halved is so also after a move
    to a version that has repetitions beside it.
    """
    for name in sorted(CAPS, key=lambda name: (getattr(by, name) or 0) < 2):
        value = amounts[name]
        if value is not None and value > 1:
            return {**amounts, name: (value + 1) // 2}
    return None


def is_less(one: Prescription, other: Prescription) -> bool:
    """True if a prescription has less of one amount than another one of the same exercise.

    The same numbers without `per_side` are no less: on paper they look alike, and many will do each side as before.
    """
    pairs = [(getattr(one, name), getattr(other, name)) for name in CAPS]
    return any(less is not None and more is not None and less < more for less, more in pairs)


def _amounts(row: Prescription) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AMOUNTS}


def substituted(plan: Prescription, chain: Sequence[Amounts]) -> Substituted:
    """A prescription with the substitutions that were accepted one after the other, the last of which holds."""
    done, exercise_id = _amounts(plan), plan.exercise_id
    least: dict[str, int] = {}
    for by in chain:
        least = _lesser(least, done)
        is_same = by.substitute_id == exercise_id
        done = _within(_of_same(done, by) if is_same else _of_other(done, by, least), least)
        done = (halved(done, by) or done) if by.is_halved else done
        exercise_id = by.substitute_id
    return Substituted(exercise_id=exercise_id, **done)


def _lesser(least: Mapping[str, int], done: Mapping[str, Any]) -> dict[str, int]:
    """The least of each amount so far, measures of both sides; also of one that a later substitution does not have."""
    found = {name: done[name] * _sides(done, name) for name in CAPS if done[name] is not None}
    return {**least, **{name: min(value, least.get(name, value)) for name, value in found.items()}}


def _sides(done: Mapping[str, Any], name: str) -> int:
    """How often an amount counts: a measure twice where it is of each side."""
    return 2 if name in MEASURES and done["per_side"] else 1


def _within(done: Mapping[str, Any], least: Mapping[str, int]) -> dict[str, Any]:
    """Amounts of which none is more than the least so far; what cannot be divided between two sides is not per side."""
    is_whole = any(done[name] is not None and least.get(name, 2) < 2 for name in MEASURES)
    done = {**done, "per_side": done["per_side"] and not is_whole}
    most = {name: value // _sides(done, name) for name, value in least.items() if done[name] is not None}
    return {**done, **{name: min(done[name], value) for name, value in most.items()}}


def _of_same(done: Mapping[str, Any], by: Amounts) -> dict[str, Any]:
    """The amounts of the exercise that is done already: its own, capped; `perSide` may be taken back."""
    notes = done["notes"] if by.notes is None else by.notes
    return _capped({**done, "per_side": done["per_side"] and by.per_side, "notes": notes}, by)


def _of_other(done: Mapping[str, Any], by: Amounts, least: Mapping[str, int]) -> dict[str, Any]:
    """The amounts of another exercise: those of the day, without what was said of the exercise before it.

    Where the day has neither of the measures that the substitution says, the substitution's are done, and its hold.
    Else it is held only where the day was, and as long as the day says only where that is the day's one measure.
    """
    said = [name for name in MEASURES if getattr(by, name) is not None]
    is_by = bool(said) and all(done[name] is None for name in said)
    hold = by.hold_seconds if is_by or "hold_seconds" in least else None
    if not is_by and all(done[name] is None for name in MEASURES):
        hold = done["hold_seconds"] if done["hold_seconds"] is not None else hold
    has_measure = is_by or done["per_side"] or any(done[name] is not None for name in MEASURES)
    of = {**done, "hold_seconds": hold, "per_side": by.per_side and has_measure, "notes": by.notes}
    if is_by:
        of |= {name: getattr(by, name) for name in MEASURES}
        of["sets"] = done["sets"] or 1
    return _capped(of, by)


def _capped(amounts: Mapping[str, Any], by: Amounts) -> dict[str, Any]:
    """Amounts of which each is at most the substitution's, and the rest at least."""
    said = {name: getattr(by, name) for name in CAPS if getattr(by, name) is not None}
    capped = {name: min(amounts[name], most) for name, most in said.items() if amounts[name] is not None}
    rests = [rest for rest in (amounts["rest_seconds"], by.rest_seconds) if rest is not None]
    return {**amounts, **capped, "rest_seconds": max(rests, default=None)}
