"""Candidates: exercises with their training layers, and the catalogue that they form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol  # Any: JSON columns
from uuid import UUID

from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.classification.rules_safety import OFFERED_BELOW, Assessment, Person
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.layers.rules import PrescriptionRange, ProfileRow, ProgressionType, TrainingGoal, prescription_range
from kinegraph.layers.rules_safety import SafetyRow, ShownSafety, assessed

ALTERNATIVES: Mapping[str, tuple[str, ...]] = {"kettlebell": ("dumbbell",), "dumbbell": ("kettlebell",)}
"""By required equipment, what is used in its place where it is optional.

A band is none of a cable or a weight: the steps do not say where it is fixed, and it pulls the other way.
"""


class CandidateRow(ProfileRow, SafetyRow, Protocol):
    """A row of the statement that loads candidates: the exercise, its override and its layers."""

    id: UUID
    view_id: UUID
    organization_id: UUID | None
    root_id: UUID
    slug: str | None
    name: str
    status: str
    overrides: Mapping[str, Any] | None
    regions: Sequence[str]
    edges: Sequence[Sequence[Any]] | None
    """The edges that leave it: type and end, in their order."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge of the progression graph that leaves an exercise."""

    type: ProgressionType
    to_id: UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """An exercise that software may choose: its effective values and its training layers."""

    id: UUID
    organization_id: UUID
    """The organization that sees it so."""
    is_own: bool
    root_id: UUID
    """The exercise that it was copied from first, or its own id: copies are not chosen beside each other."""
    slug: str | None
    name: str
    status: str
    """published, draft, archived, or deleted."""
    kind: str
    pattern: str | None
    plane: str | None
    vector: str | None
    mechanics: str | None
    is_unilateral: bool
    primary: frozenset[str]
    secondary: frozenset[str]
    regions: frozenset[str]
    """The slugs of the body regions that it is tagged with."""
    pattern_group: PatternGroup
    equipment: Mapping[str, str]
    """The names of the equipment that it needs, by the form in which they are compared."""
    optional_equipment: Mapping[str, str]
    """The names of the equipment that helps but is not needed, in the same form."""
    difficulty: int
    """1 to 5; UNKNOWN_DIFFICULTY where nobody has said."""
    class_key: str | None
    is_compound: bool
    fatigue: int
    tempo: str | None
    layer: ProfileRow
    safety: ShownSafety | None
    edges: tuple[Edge, ...]
    stored: "Candidate | None" = None
    """The exercise without the organization's override; None where there is none."""
    alternatives: tuple[str, ...] = ()
    """The names of optional equipment in place of required: see `adapted`."""
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """A memo of values derived from this candidate, which never changes: entries are valid as long as it."""

    @property
    def key(self) -> str:
        """A name that is the same in every installation for an exercise of the shipped library."""
        return self.slug or str(self.id)

    @property
    def versions(self) -> "Sequence[Candidate]":
        """The exercise as the organization sees it, and as it is stored where that differs.

        Rules of safety hold where they hold for one of them: an override makes nothing safer.
        """
        return (self,) if self.stored is None else (self, self.stored)

    @property
    def stressors(self) -> frozenset[str]:
        """Keys of its stressors; none where it has no class."""
        return frozenset(self.safety.stressors) if self.safety is not None else frozenset()

    @property
    def is_draft(self) -> bool:
        """True for an organization's exercise that is not published yet."""
        return self.status == ExerciseStatus.DRAFT

    @property
    def is_classified(self) -> bool:
        """True if its class is known; without one, nobody knows how it is dosed."""
        return self.class_key is not None

    @property
    def is_exhausting(self) -> bool:
        """True if it tires so much that the same muscle needs another exercise, or a pause, after it."""
        return self.fatigue >= EXHAUSTING

    @property
    def involved(self) -> frozenset[str]:
        """Its primary and secondary muscles."""
        return self.primary | self.secondary

    def prescription(self, goal: TrainingGoal | None) -> PrescriptionRange | None:
        """The prescription of its profile for a goal; None where it is not offered for it, or has no class."""
        if goal not in self.memo:
            self.memo[goal] = prescription_range(self.layer, goal) if self.is_classified else None
        found: PrescriptionRange | None = self.memo[goal]
        return found

    def assessed(self, person: Person) -> Assessment:
        """The assessment of the exercise for a person."""
        return assessed(self.safety, person)

    def is_ruled_out(self, person: Person) -> bool:
        """True if a condition rules it out for certain: a quick check before `assessed`, which lists what it finds."""
        if self.safety is None or not person.having.isdisjoint(self.safety.indicated_for):
            return False
        return not person.having.isdisjoint(self.safety.avoid_if)

    def lacks(self, available: frozenset[str] | None) -> list[str]:
        """The names of the equipment that it needs and that is not available; None means everything is."""
        return [] if available is None else [name for key, name in self.equipment.items() if key not in available]

    def adapted(self, available: frozenset[str] | None) -> "Candidate":
        """The exercise as it is done with this equipment: what is optional takes the place of what is not available.

        What is optional and of the same use as what is required (ALTERNATIVES) is an alternative of it: nobody holds a
        dumbbell in addition to the kettlebell.
        """
        if available is None or not self.optional_equipment or available >= self.equipment.keys():
            return self
        used = {key: key if key in available else self._alternative(key, available) for key in self.equipment}
        changed = tuple(piece for key, piece in used.items() if piece != key)
        if not changed:
            return self
        if changed not in self.memo:
            names = {**self.optional_equipment, **self.equipment}
            self.memo[changed] = replace(
                self,
                equipment={piece: names[piece] for piece in used.values()},
                alternatives=tuple(names[piece] for piece in changed),
                memo={},
            )
        found: Candidate = self.memo[changed]
        return found

    def _alternative(self, key: str, available: frozenset[str]) -> str:
        """The key of the available alternative of required equipment; its own key where there is none."""
        return next((e for e in ALTERNATIVES.get(key, ()) if e in available and e in self.optional_equipment), key)


STEADY = "steady_cardio"
"""The class of steady work."""
EXHAUSTING = 7
"""The fatigue score from which on an exercise is exhausting."""


NEAR = (ProgressionType.PROGRESSION, ProgressionType.REGRESSION, ProgressionType.VARIATION)


def is_offered(assessment: Assessment) -> bool:
    """True if software offers the exercise to that person: not ruled out, and a score below 60."""
    return assessment.is_safe and assessment.score < OFFERED_BELOW


def in_words(names: Iterable[str]) -> str:
    """Names as a list in a sentence, with spaces for underscores."""
    words = [name.replace("_", " ") for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def with_article(name: str) -> str:
    """Equipment in a sentence: "a dumbbell", "weight plates"."""
    word = name.replace("_", " ")
    return word if word.endswith("s") else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


@dataclass(frozen=True)
class Catalogue:
    """All candidates of an organization, sorted by key."""

    organization_id: UUID
    candidates: tuple[Candidate, ...]

    @cached_property
    def by_id(self) -> Mapping[UUID, Candidate]:
        """The candidates by id."""
        return {each.id: each for each in self.candidates}

    @cached_property
    def easier(self) -> Mapping[UUID, tuple[UUID, ...]]:
        """By exercise, those whose progressions lead to it: its prerequisites."""
        found: dict[UUID, list[UUID]] = {}
        for each in self.candidates:
            for edge in each.edges:
                if edge.type is ProgressionType.PROGRESSION and not each.is_own:
                    found.setdefault(edge.to_id, []).append(each.id)
        return {id: tuple(sources) for id, sources in found.items()}

    @cached_property
    def near(self) -> Mapping[UUID, frozenset[UUID]]:
        """By exercise, those of the same ladder, and variations: they train the same."""
        return {each.id: frozenset(edge.to_id for edge in each.edges if edge.type in NEAR) for each in self.candidates}

    @cached_property
    def equipment_names(self) -> Mapping[str, str]:
        """The equipment that the exercises name, by the form in which names are compared."""
        named = [{**each.optional_equipment, **each.equipment} for each in self.candidates]
        return {key: name for each in named for key, name in each.items()}

    @cached_property
    def muscles(self) -> frozenset[str]:
        """The muscles that the exercises name."""
        return frozenset(muscle for each in self.candidates for muscle in each.involved)
