"""The state of a session during assembly: the chosen exercises, their prescriptions, the time that is left."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.care.rules import is_on_floor
from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.care.rules_persons import CAREFUL, DISC, FALLS, FLOOR, GRIP, HEART, NO_BREATH_HOLD, SLOW
from kinegraph.classification.rules_safety import Assessment, Person
from kinegraph.dosing.rules import SHORT_MINUTES, PrescriptionContext, TimedPrescription, is_thrown
from kinegraph.dosing.rules_prescriptions import Chosen, timed_prescriptions
from kinegraph.layers.rules import PrescriptionRange, TrainingGoal
from kinegraph.programming.rules import EASY_DIFFICULTY, ExclusionReason, Request, counted_fatigue
from kinegraph.programming.rules_eligible import Eligibility
from kinegraph.programming.rules_places import Place, is_counted_lift, places_of

MAX_SETS_PER_MUSCLE = 12
"""Sets of main and accessory exercises with one primary muscle [A]: more in one session add fatigue, hardly effect."""
MAX_SETS = 8
"""No prescription has more sets, but for steady work in intervals, whose sets do not count here."""
MAX_SHARE, MAX_SHORT_SHARE = 0.22, 0.25
"""The greatest part of the session that one exercise takes; MAX_SHORT_SHARE in sessions of at most SHORT_MINUTES."""
MAX_ACCESSORY_SHARE, MIN_ACCESSORY_MINUTES = 0.12, 30
"""The greatest part for an accessory exercise with more than its least sets, in sessions of so many minutes or more."""
MIN_STEADY_SHARE, MIN_HEART_STEADY_SHARE, MAX_STEADY_SHARE, MAX_HEART_STEADY_SHARE = 0.43, 0.52, 0.6, 0.65
"""The part of the main part that is steady work, where the session has it: at first and at most, and with a heart
condition."""
MIN_BRIEF_STEADY_SHARE, BRIEF_MINUTES = 0.36, 30
"""That share at first in sessions up to so long: the movements get a second set before it is more."""
MAX_OTHER_STEADY = 600
"""Seconds of steady work in a session for another goal than endurance: for a condition that it treats."""


def prescription_context_of(request: Request) -> PrescriptionContext:
    """The context that the prescriptions of a request are for."""
    person: Person = request.person
    return PrescriptionContext(
        request.goal,
        request.minutes,
        is_beginner=request.difficulty_max <= EASY_DIFFICULTY,
        is_careful=not person.having.isdisjoint(CAREFUL),
        is_heart=not person.having.isdisjoint(HEART),
        breathes_out=not person.having.isdisjoint(NO_BREATH_HOLD),
        spares_spine=not person.having.isdisjoint(DISC),
        spares_grip=not person.having.isdisjoint(GRIP),
        is_slow=not person.having.isdisjoint(SLOW),
        is_unsteady=not person.having.isdisjoint(FALLS),
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of the chosen exercises of a session: sets by primary muscle, seconds, fatigue, planes and so on."""

    sets: Mapping[str, int]
    """The sets with each primary muscle; steady work and throws, which tire little, have none."""
    seconds: int
    fatigue: int
    exhausting: int
    planes: frozenset[str | None]
    movements: frozenset[tuple[PatternGroup, str | None]]
    roots: frozenset[UUID]


@dataclass
class Session:
    """The exercises that were chosen so far, each with its possible prescriptions and the one that it has."""

    request: Request
    found: Eligibility
    budget: int
    """Seconds of the main and accessory exercises."""
    prefers_short: bool = False
    """True if exercises that take little time and tire little are preferred, so that each movement has one."""
    chosen: dict[UUID, tuple[Candidate, TimedPrescription]] = field(default_factory=dict)
    has_unused: dict[PatternGroup, bool] = field(default_factory=dict)
    """By pattern group, whether another exercise could be added, for the session as it is."""
    assigned: dict[str, UUID] = field(default_factory=dict)
    """By the name of a place, the exercise that was chosen for it."""
    may_add_light: bool = False
    may_add_warned: bool = False
    """True once nothing is left to add but what is a first step; and once nothing is left that need not be modified."""
    blocked: set[UUID] = field(default_factory=set)
    """Exercises with an obstacle that stays, whatever other exercises are added."""
    waiting: list[Candidate] = field(default_factory=list)
    """Standard exercises that do not fit the time that is left."""
    passed_over: set[UUID] = field(default_factory=set)
    """Exercises that are not added, because a standard one of their place does not fit the time that is left."""
    is_even: bool = False
    """True once the sets of squats, hinges, pushes and pulls are equal: no other lift is added."""
    is_closed: bool = False
    """True if a movement has no exercise for lack of time: no other movement gets a second one."""
    scores: dict[tuple[UUID, str], float] = field(default_factory=dict)
    """The points of exercises for a place that do not depend on the session."""
    main_count: int | None = None
    """The exercises of the main part; None until it is computed for the session as it is."""
    obstacle_to_addition: dict[UUID, tuple[ExclusionReason, str] | None] = field(default_factory=dict)
    """The reasons that forbid adding exercises to the session as it is."""
    _summary: Summary | None = None
    _fitting: dict[UUID, Sequence[TimedPrescription]] = field(default_factory=dict)
    options_by_id: dict[UUID, Sequence[TimedPrescription]] = field(default_factory=dict)

    @property
    def eligible(self) -> Sequence[Candidate]:
        """The exercises that may be chosen."""
        return self.found.eligible

    @property
    def assessments(self) -> Mapping[UUID, Assessment]:
        """The assessment of each exercise for the person."""
        return self.found.assessments

    @cached_property
    def context(self) -> PrescriptionContext:
        """The context of the prescriptions."""
        return prescription_context_of(self.request)

    @cached_property
    def by_id(self) -> Mapping[UUID, Candidate]:
        """The eligible exercises by id."""
        return {each.id: each for each in self.eligible}

    @cached_property
    def gathers_floor(self) -> bool:
        """True if what is done on the floor is done in one block."""
        return not self.request.person.having.isdisjoint(FLOOR)

    def is_in_floor_block(self, exercise: Candidate) -> bool:
        """True if an exercise belongs to the one block on the floor."""
        return self.gathers_floor and is_on_floor(exercise)

    def is_early_floor(self, exercise: Candidate) -> bool:
        """True if an exercise that treats nothing would be on the floor before the lifts, beside a treatment there."""
        return not self.is_treatment(exercise) and self.is_in_floor_block(exercise) and self.treats_on_floor

    @property
    def treats_on_floor(self) -> bool:
        """True if a treatment is done on the floor: the block is early then."""
        return any(self.is_treatment(each) and is_on_floor(each) for each in self.exercises)

    def range_of(self, exercise: Candidate) -> PrescriptionRange:
        """The prescription of an eligible exercise."""
        return self.found.ranges[exercise.id]

    @property
    def exercises(self) -> list[Candidate]:
        """The chosen exercises, in the order in which they were chosen."""
        return [each for each, _ in self.chosen.values()]

    @property
    def summary(self) -> Summary:
        """The totals of the chosen exercises, computed once after each change."""
        if self._summary is None:
            sets: Counter[str] = Counter()
            for each, timed in self.chosen.values():
                if each.class_key != STEADY and not is_thrown(each):
                    sets.update(dict.fromkeys(each.primary, timed.prescription["sets"]))
            self._summary = Summary(
                sets,
                sum(timed.seconds for _, timed in self.chosen.values()),
                sum(counted_fatigue(each) for each in self.exercises),
                sum(each.is_exhausting for each in self.exercises),
                frozenset(each.plane for each in self.exercises),
                frozenset((each.pattern_group, each.vector) for each in self.exercises),
                frozenset(each.root_id for each in self.exercises),
            )
        return self._summary

    def prescribe(self, exercise: Candidate, timed: TimedPrescription) -> None:
        """Give an exercise a place in the session with a prescription, or another prescription."""
        self.chosen[exercise.id] = exercise, timed
        self.forget()

    def forget(self) -> None:
        """Forget what was computed for the exercises that were there."""
        self.has_unused.clear()
        self.obstacle_to_addition.clear()
        self.main_count = None
        self._summary = None

    @property
    def seconds_left(self) -> int:
        """The seconds that no exercise takes yet."""
        return self.budget - self.summary.seconds

    def is_warned(self, exercise: Candidate) -> bool:
        """True if a condition of the person speaks against the exercise, and none is treated by it."""
        return bool(self.assessments[exercise.id].warnings) and not self.is_treatment(exercise)

    def is_treatment(self, exercise: Candidate) -> bool:
        """True if the exercise treats a condition of the person."""
        return bool(self.assessments[exercise.id].indicated_for)

    @property
    def is_aerobic(self) -> bool:
        """True if steady work is a purpose of the session."""
        return self.request.goal is TrainingGoal.ENDURANCE

    def longest(self, exercise: Candidate) -> int:
        """The greatest seconds that an exercise takes."""
        if exercise.class_key == STEADY:
            most = MAX_HEART_STEADY_SHARE if self.context.is_heart else MAX_STEADY_SHARE
            return int(most * self.budget) if self.is_aerobic else MAX_OTHER_STEADY
        share = MAX_SHORT_SHARE if self.request.minutes <= SHORT_MINUTES else MAX_SHARE
        return int(share * 60 * self.request.minutes)

    def options(self, exercise: Candidate) -> Sequence[TimedPrescription]:
        """The prescriptions of an exercise, from the fullest to the least."""
        if exercise.id not in self.options_by_id:
            self.options_by_id[exercise.id] = timed_prescriptions(
                exercise, self.found.ranges.get(exercise.id), self.context, self.assessments[exercise.id]
            )
        return self.options_by_id[exercise.id]

    def fitting(self, exercise: Candidate, *, is_additional: bool = False) -> Sequence[TimedPrescription]:
        """The prescriptions that take no too great part of the session; of additional exercises no compact ones."""
        found = self._fitting.get(exercise.id)
        if found is None:
            longest = self.longest(exercise)
            found = [timed for timed in self.options(exercise) if timed.counted_seconds <= longest]
            if self.is_accessory(exercise):
                short = [timed for timed in found if timed.seconds <= MAX_ACCESSORY_SHARE * 60 * self.request.minutes]
                found = short or found[-1:]
            if exercise.class_key != STEADY:  # the time for steady work depends on the budget
                self._fitting[exercise.id] = found
        return [timed for timed in found if not timed.is_compact] if is_additional else found

    @cached_property
    def _single(self) -> Sequence[Place]:
        """The places of muscles that are wanted themselves, not as a part of a group."""
        return [place for place in places_of(self.request) if place.name == place.target]

    def is_accessory(self, exercise: Candidate) -> bool:
        """True for small exercises, whose part of the time is limited; short sessions have too few for a limit."""
        return self.request.minutes >= MIN_ACCESSORY_MINUTES and self.is_small(exercise)

    def is_small(self, exercise: Candidate) -> bool:
        """True for an exercise of one joint that treats nothing, and whose muscle is not wanted itself.

        The trunk has a limit of its own.
        """
        if exercise.is_compound or exercise.pattern_group is PatternGroup.CORE:
            return False
        is_small = exercise.class_key != STEADY and not self.is_treatment(exercise)
        return is_small and not any(place.is_filled_by(exercise) for place in self._single)

    def sets_of(self, muscle: str) -> int:
        """The sets of chosen exercises with a primary muscle; steady work has none."""
        return self.summary.sets.get(muscle, 0)

    def count(self, group: PatternGroup) -> int:
        """The number of chosen exercises of a pattern group."""
        return sum(each.pattern_group is group for each in self.exercises)

    def fits_sets(self, exercise: Candidate, timed: TimedPrescription) -> bool:
        """True if no primary muscle gets too many sets."""
        return self.has_room(exercise, timed.prescription["sets"])

    def fits_most(self, exercise: Candidate) -> bool:
        """True if even the most sets would fit."""
        return self.has_room(exercise, MAX_SETS)

    def has_room(self, exercise: Candidate, sets: int) -> bool:
        """True if each primary muscle may have so many sets more."""
        if exercise.class_key == STEADY or is_thrown(exercise):
            return True
        there = self.summary.sets
        return all(there.get(muscle, 0) + sets <= MAX_SETS_PER_MUSCLE for muscle in exercise.primary)

    def add(self, exercise: Candidate, seconds: int, *, is_additional: bool = False) -> None:
        """Add an exercise with the fullest prescription that takes at most these seconds, or the least."""
        options = [t for t in self.fitting(exercise, is_additional=is_additional) if self.fits_sets(exercise, t)]
        timed = next((timed for timed in options if timed.seconds <= seconds), options[-1])
        self.prescribe(exercise, timed)

    def sets_by_group(self) -> Mapping[PatternGroup, int]:
        """The sets of the lifts of each movement that has one."""
        found: Counter[PatternGroup] = Counter()
        for each, timed in self.chosen.values():
            if is_counted_lift(each):
                found[each.pattern_group] += timed.prescription["sets"]
        return found

    def chosen_one(self, exercise: Candidate) -> Chosen:
        """A chosen exercise with its prescription."""
        timed = self.chosen[exercise.id][1]
        return Chosen(exercise, self.assessments[exercise.id], timed.prescription, timed.seconds)

    def fills(self, place: Place) -> bool:
        """True if a chosen exercise fills a place."""
        return any(map(place.is_filled_by, self.exercises))
