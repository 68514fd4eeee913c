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


def halved(amounts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Half of the first of CAPS that is more than 1, rounded up; None where nothing can be halved."""
    for name in CAPS:
        value = amounts[name]
        if value is not None and value > 1:
            return {**amounts, name: (value + 1) // 2}
    return None


def is_less(one: Prescription, other: Prescription) -> bool:
    """True if a prescription has less of one amount than another one of the same exercise."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in CAPS]
    return any(less is not None and more is not None and less < more for less, more in pairs)


def substituted(plan: Prescription, chain: Sequence[Amounts]) -> Substituted:
    """A prescription with the substitutions that were accepted one after the other, the last of which holds."""
    done, exercise_id = {name: getattr(plan, name) for name in AMOUNTS}, plan.exercise_id
    least: dict[str, int] = {}
    for by in chain:
        least = _lesser(least, done)
        done = _of_same(done, by) if by.substitute_id == exercise_id else _of_other(done, by)
        done |= {name: min(done[name], most) for name, most in least.items() if done[name] is not None}
        done = (halved(done) or done) if by.is_halved else done
        exercise_id = by.substitute_id
    return Substituted(exercise_id=exercise_id, **done)


def _lesser(least: Mapping[str, int], done: Mapping[str, Any]) -> dict[str, int]:
    """The least of each amount so far, also of a measure that a later substitution does not have."""
    found = {name: done[name] for name in CAPS if done[name] is not None}
    return {**least, **{name: min(value, least.get(name, value)) for name, value in found.items()}}


def _of_same(done: Mapping[str, Any], by: Amounts) -> dict[str, Any]:
    """The amounts of the exercise that is done already: its own, capped; `perSide` stays."""
    return _capped({**done, "notes": done["notes"] if by.notes is None else by.notes}, by)


def _of_other(done: Mapping[str, Any], by: Amounts) -> dict[str, Any]:
    """The amounts of another exercise: those of the day, without what was said of the exercise before it.

    Where the day has neither of the measures that the substitution says, the substitution's are done.
    """
    of = {**done, "hold_seconds": by.hold_seconds, "per_side": by.per_side, "notes": by.notes}
    said = [name for name in MEASURES if getattr(by, name) is not None]
    if said and all(done[name] is None for name in said):
        of |= {name: getattr(by, name) for name in MEASURES}
        of["sets"] = done["sets"] or 1
    return _capped(of, by)


def _capped(amounts: Mapping[str, Any], by: Amounts) -> dict[str, Any]:
    """Amounts of which each is at most the substitution's, and the rest at least."""
    said = {name: getattr(by, name) for name in CAPS if getattr(by, name) is not None}
    capped = {name: min(amounts[name], most) for name, most in said.items() if amounts[name] is not None}
    rests = [rest for rest in (amounts["rest_seconds"], by.rest_seconds) if rest is not None]
    return {**amounts, **capped, "rest_seconds": max(rests, default=None)}
