"""Requests for a session, the reasons that exclude exercises, and the demands that cannot be met."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from kinegraph.candidates.rules import Candidate, in_words
from kinegraph.care.rules_persons import condition_words
from kinegraph.classification.rules_safety import Assessment, Person
from kinegraph.classification.rules_severity import RANK, Traits, matrix
from kinegraph.layers.rules import TrainingGoal

MIN_MINUTES, MAX_MINUTES = 5, 180
DEFAULT_DIFFICULTY, EASY_DIFFICULTY = 3, 2
"""The greatest difficulty where the request does not say: an intermediate person; and that of beginners."""
UNCOUNTED_FATIGUE = 3
"""Exercises that tire no more do not count towards the fatigue of a session: they are limited by number and time."""


class ExclusionReason(StrEnum):
    """The reason that an exercise is not in the main or accessory part."""

    UNSAFE = "unsafe"
    GOAL = "goal"
    MUSCLE = "muscle"
    EQUIPMENT = "equipment"
    DIFFICULTY = "difficulty"
    FATIGUE = "fatigue"
    BALANCE = "balance"
    TIME = "time"
    CHOICE = "choice"


class Demand(StrEnum):
    """A demand of a request."""

    TARGET_MUSCLE = "target_muscle"
    MOVEMENT = "movement"
    SESSION_TIME = "session_time"
    WARM_UP = "warm_up"
    COOL_DOWN = "cool_down"
    TREATMENT = "treatment"


@dataclass(frozen=True, slots=True)
class Request:
    """A request, checked. `targets`: each name with the muscles whose training serves it; none for the whole body."""

    goal: TrainingGoal
    targets: tuple[tuple[str, frozenset[str]], ...]
    equipment: frozenset[str] | None
    minutes: int
    person: Person
    difficulty_max: int = DEFAULT_DIFFICULTY
    seed: int = 0
    with_cool_down: bool = False
    with_drafts: bool = False


@dataclass(frozen=True, slots=True)
class Excluded:
    """An exercise that is not in the main or accessory part, and the reason.

    `text` is the reason in words; it is None where it is unsafe for `person`: most of these texts are shown to nobody.
    """

    candidate: Candidate
    reason: ExclusionReason
    text: str | None
    person: Person | None = None

    @property
    def detail(self) -> str:
        """The reason in words."""
        if self.text is not None or self.person is None:
            return self.text or ""
        return _unsafe(self.candidate, self.candidate.assessed(self.person))


def _unsafe(candidate: Candidate, assessment: Assessment) -> str:
    if not assessment.is_classified:
        return "Nobody has classified it, so nobody knows whether it is safe."
    warnings = [each for each in assessment.warnings if each.is_avoid or assessment.is_safe]
    named = dict.fromkeys(each.condition for each in warnings)
    why = next((because for each in named if (because := because_of(candidate, each))), None)
    reason = f" {why}" if why else ""
    if not assessment.is_safe:
        return f"Not with {in_words(map(condition_words, named))}.{reason}"
    return f"Too risky with {in_words(map(condition_words, named))}.{reason}"


def because_of(candidate: Candidate, condition: str) -> str | None:
    """The reason that the severity matrix gives against an exercise with a condition; None where no rule matches."""
    if candidate.safety is None:
        return None
    traits = Traits(
        candidate.class_key,
        frozenset(candidate.safety.stressors),
        candidate.fatigue,
        candidate.pattern,
        candidate.regions,
        frozenset((*candidate.equipment, *candidate.equipment.values())),
    )
    matching = [rule for rule in matrix().get(condition, ()) if rule.matches(traits)]
    strictest = max(matching, key=lambda rule: RANK[rule.severity], default=None)
    return strictest.because if strictest is not None else None


@dataclass(frozen=True, slots=True)
class Unmet:
    """A demand that the workout does not meet: the reason, and a suggestion."""

    demand: Demand
    subject: str | None
    detail: str
    suggestion: str | None


def chance(seed: int, *names: str) -> float:
    """A number from 0 (included) to 1, the same for the same seed and names on every machine."""
    digest = sha256("\0".join((str(seed), *names)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def fatigue_limit(minutes: int) -> int:
    """The greatest sum of fatigue scores of main and accessory exercises [A]: 15 + 0.4 a minute, at most 48."""
    return min(15 + 4 * minutes // 10, 48)


def counted_fatigue(exercise: Candidate) -> int:
    """The fatigue of an exercise that counts in a session: none of small ones."""
    return exercise.fatigue if exercise.fatigue > UNCOUNTED_FATIGUE else 0


def exhausting_limit(difficulty_max: int) -> int:
    """The greatest number of exhausting exercises (fatigue of 7 and more) in a session [A]; beginners do fewer."""
    return 2 if difficulty_max <= EASY_DIFFICULTY else 4


def minutes_of(seconds: int) -> str:
    """Seconds in words, to half a minute."""
    halves = max(round(seconds / 30), 1)
    if halves <= 2:
        return "half a minute" if halves == 1 else "about a minute"
    return f"about {halves / 2:g} minutes"


def is_or_are(left: int) -> str:
    """The verb after minutes_of."""
    return "is" if round(left / 30) <= 2 else "are"
