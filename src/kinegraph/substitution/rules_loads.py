"""Conversions of loads for substitutes: the only table of these numbers.

Sources: [S] Saeterbakken, van den Tillaar and Fimland 2011 (J Sports Sci 29:533): of the chest press with a barbell,
people lift 97 % on a Smith machine and 83 % with dumbbells in sum. [A] marks numbers set by the authors: they are where
to begin, and the repetitions decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kinegraph.candidates.rules import Candidate
from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.substitution.rules_resistance import Resistance, resistance_of


@dataclass(frozen=True, slots=True)
class Conversion:
    """A conversion of a load: the new load is `low` to `high` times the old one; None where there is no ratio."""

    text: str
    low: float | None = None
    high: float | None = None


TABLE: Mapping[tuple[Resistance, Resistance], Conversion] = {
    (Resistance.BARBELL, Resistance.DUMBBELLS): Conversion(
        "Take about 40 % of the bar's load in each hand: people lift some 83 % of it with two dumbbells.", 0.38, 0.42
    ),  # [S], per hand
    (Resistance.DUMBBELLS, Resistance.BARBELL): Conversion(
        "Load the bar with about 2.4 times one dumbbell; begin with twice of it.", 2.0, 2.4
    ),  # [S], the inverse; the first sessions below it
    (Resistance.BARBELL, Resistance.SMITH_MACHINE): Conversion("Begin with 95 % of the bar's load.", 0.9, 0.97),  # [S]
    (Resistance.SMITH_MACHINE, Resistance.BARBELL): Conversion(
        "Begin with 85 % of the load: the bar is not guided any more.", 0.8, 0.9
    ),  # [A]
    (Resistance.BARBELL, Resistance.ONE_WEIGHT): Conversion(
        "One weight of about a third of the bar's load; where the hands cannot hold more, do more repetitions.",
        0.25,
        0.4,
    ),  # [A]
    (Resistance.ONE_WEIGHT, Resistance.BARBELL): Conversion(
        "Begin with a bar of 1.5 times the weight, and add slowly.", 1.0, 2.0
    ),  # [A]
    (Resistance.DUMBBELLS, Resistance.ONE_WEIGHT): Conversion(
        "One weight as heavy as both dumbbells together, where it can be held.", 1.5, 2.0
    ),  # [A], of one dumbbell
    (Resistance.ONE_WEIGHT, Resistance.DUMBBELLS): Conversion("Half the weight in each hand.", 0.5, 0.6),  # [A]
}
"""Conversions by the old and the new resistance; the factors apply to the bar, or to one dumbbell."""

TO_MACHINE = Conversion(
    "Machines differ too much for a ratio: begin with half of the load that you used, and find the one that "
    "leaves 2 repetitions in reserve.",
    0.5,
    0.6,
)  # [A]
FROM_MACHINE = Conversion(
    "A machine's load says little: begin with one that leaves 4 repetitions in reserve, and add from set to set."
)  # [A]
TO_BAND = Conversion("Choose a band with which the prescribed repetitions leave 2 in reserve.")  # [A]
TO_BODY_WEIGHT = Conversion(
    "Without a load: do repetitions until 2 are left in reserve, lower slowly, and add a pause where it becomes easy."
)  # [A]
NO_RATIO = Conversion(
    "Begin light: with a load that leaves 3 of the prescribed repetitions in reserve, and add from set to set."
)  # [A]
TO_ONE_SIDE = Conversion(
    "One side works alone: take 50 to 60 % of the load that both sides lifted, with the same repetitions on each side.",
    0.5,
    0.6,
)  # [A]
TO_BOTH_SIDES = Conversion(
    "Both sides work together: begin with 1.6 times the load of one side.", 1.5, 1.8
)  # [A], the inverse with a reserve

MACHINES = frozenset({Resistance.MACHINE, Resistance.CABLE})


def conversion_of(old: Candidate, new: Candidate) -> Conversion | None:
    """The conversion of the load from one exercise to another; None where the load stays, or there is none."""
    before, after = resistance_of(old), resistance_of(new)
    by_side = _of_sides(old, new, before, after)
    if before == after:
        return by_side
    if after is Resistance.BODY_WEIGHT:
        return TO_BODY_WEIGHT
    if before is Resistance.BODY_WEIGHT:
        return TO_BAND if after is Resistance.BAND else NO_RATIO
    if after is Resistance.BAND:
        return TO_BAND
    if after in MACHINES:
        return TO_MACHINE
    found = FROM_MACHINE if before in MACHINES else TABLE.get((before, after), NO_RATIO)
    if by_side is None or None in (found.low, found.high, by_side.low, by_side.high):
        return found
    low, high = (round(one * other, 2) for one, other in ((found.low, by_side.low), (found.high, by_side.high)))  # type: ignore[operator]  # none of them is None
    return Conversion(f"{found.text} {by_side.text}", low, high)


HELD_IN_ONE_HAND = frozenset({Resistance.DUMBBELLS, Resistance.ONE_WEIGHT})
LEGS = frozenset({PatternGroup.SQUAT, PatternGroup.HINGE})


def _of_sides(old: Candidate, new: Candidate, before: Resistance, after: Resistance) -> Conversion | None:
    """The conversion between both sides together and one at a time.

    A weight that one hand holds is a load of one side already: there it concerns the legs alone.
    """
    if old.is_unilateral == new.is_unilateral or Resistance.BODY_WEIGHT in (before, after):
        return None
    if after in HELD_IN_ONE_HAND and new.pattern_group not in LEGS:
        return None
    return TO_ONE_SIDE if new.is_unilateral else TO_BOTH_SIDES
