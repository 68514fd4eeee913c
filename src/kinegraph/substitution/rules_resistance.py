"""Kinds of resistance."""

from enum import StrEnum

from kinegraph.candidates.rules import Candidate


class Resistance(StrEnum):
    """A kind of resistance: the load of an exercise."""

    BARBELL = "barbell"
    DUMBBELLS = "dumbbells"
    """Two of them, also kettlebells: one in each hand."""
    ONE_WEIGHT = "one weight"
    """One dumbbell, kettlebell, plate or ball."""
    SMITH_MACHINE = "Smith machine"
    MACHINE = "machine"
    CABLE = "cable"
    BAND = "band"
    BODY_WEIGHT = "body weight"
    OTHER = "other"


BARS = frozenset({"barbell", "trap_bar", "ez_bar"})
ONE = frozenset({"kettlebell", "weight_plate", "medicine_ball", "slam_ball", "sandbag"})


def resistance_of(exercise: Candidate) -> Resistance:
    """The resistance of an exercise, from its mechanics and equipment."""
    needs = set(exercise.equipment)
    if exercise.mechanics == "machine":
        return Resistance.SMITH_MACHINE if "smith_machine" in needs else Resistance.MACHINE
    by_mechanics = {"cable": Resistance.CABLE, "band": Resistance.BAND, "bodyweight": Resistance.BODY_WEIGHT}
    if exercise.mechanics in by_mechanics:
        return by_mechanics[exercise.mechanics]
    if needs & BARS:
        return Resistance.BARBELL
    if exercise.alternatives:  # a dumbbell for one kettlebell, or a kettlebell in each hand
        return Resistance.ONE_WEIGHT if "dumbbell" in needs else Resistance.DUMBBELLS
    if "dumbbell" in needs:
        return Resistance.DUMBBELLS
    return Resistance.ONE_WEIGHT if needs & ONE else Resistance.OTHER
