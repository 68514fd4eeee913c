"""The options of a proposal: easier exercises of the progression graph, and less of the same one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol  # Any: amounts by column
from uuid import UUID

from kinegraph.candidates.rules import Candidate, is_offered
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_safety import Finding, found
from kinegraph.layers.rules import ProgressionType

MAX_STEPS, MAX_OPTIONS = 3, 10
"""Regressions that are followed in sequence, and options of a proposal."""

NUMBERS = ("sets", "reps", "duration_seconds", "hold_seconds", "rest_seconds")


class BasisRow(Protocol):
    """The exercise that the patient does now, how much of it, and the conditions that they have agreed to be stored."""

    proposal_id: UUID
    organization_id: UUID
    patient_id: UUID
    exercise_id: UUID
    conditions: Sequence[str]
    sets: int | None
    reps: int | None
    duration_seconds: int | None
    hold_seconds: int | None
    rest_seconds: int | None
    per_side: bool


@dataclass(frozen=True, slots=True)
class RegressionOption:
    """An exercise that may be done in place of the painful one, after so many regressions; 0: less of the same."""

    organization_id: UUID
    exercise_id: UUID
    steps: int
    sets: int | None
    reps: int | None
    duration_seconds: int | None
    hold_seconds: int | None
    rest_seconds: int | None
    per_side: bool
    safety_findings: Sequence[Finding] = ()
    """Warnings: what rules an exercise out makes it no option."""


def regressions_of(candidate: Candidate | None) -> list[UUID]:
    """The exercises that the regressions of an exercise lead to, in their order."""
    edges = () if candidate is None else candidate.edges
    return [edge.to_id for edge in edges if edge.type is ProgressionType.REGRESSION]


def options_of(basis: BasisRow, exercises: Mapping[UUID, Candidate | None]) -> list[RegressionOption]:
    """The options of a proposal: regressions that suit the patient, and less of the same where that suits, too.

    Those without findings come first, then fewest steps, and less of the same last. An exercise that the patient's
    conditions rule out, or that software does not offer to them, is no option; what is easier still may be one.
    """
    person, organization_id = Person(basis.conditions), basis.organization_id
    amounts = {name: getattr(basis, name) for name in (*NUMBERS, "per_side")}
    options: list[RegressionOption] = []
    for id, steps in _reached(basis.exercise_id, exercises):
        exercise = exercises.get(id)
        if exercise is not None and exercise.status == "published" and is_offered(exercise.assessed(person)):
            findings = found({id: exercise}, {id: ()}, person)
            options.append(RegressionOption(organization_id, id, steps, **amounts, safety_findings=findings))
    options.sort(key=_has_findings)
    less, id = halved(amounts), basis.exercise_id
    if less is None or not suits(basis, exercises):
        return options[:MAX_OPTIONS]
    findings = found({id: exercises.get(id)}, {id: ()}, person)
    same = RegressionOption(organization_id, id, 0, **less, safety_findings=findings)
    return sorted([*options[: MAX_OPTIONS - 1], same], key=_has_findings)


def suits(basis: BasisRow, exercises: Mapping[UUID, Candidate | None]) -> bool:
    """True if the patient may go on with the exercise that they do now: it is not ruled out, nor advised against."""
    exercise = exercises.get(basis.exercise_id)
    return exercise is not None and is_offered(exercise.assessed(Person(basis.conditions)))


def _has_findings(option: RegressionOption) -> bool:
    return bool(option.safety_findings)


def _reached(start: UUID, exercises: Mapping[UUID, Candidate | None]) -> Iterable[tuple[UUID, int]]:
    """The exercises that regressions lead to, with their number, nearest first and each once."""
    reached, level = {start}, [start]
    for steps in range(1, MAX_STEPS + 1):
        following = [id for each in level for id in regressions_of(exercises.get(each))]
        level = [id for id in dict.fromkeys(following) if id not in reached]
        reached |= {*level}
        yield from ((id, steps) for id in level)


def halved(amounts: Mapping[str, Any]) -> dict[str, Any] | None:
    """About half as much: of the sets, else of the repetitions, else of the time; None where nothing can be halved."""
    for name in ("sets", "reps", "duration_seconds"):
        value = amounts[name]
        if value is not None and value > 1:
            return {**amounts, name: (value + 1) // 2}
    return None
