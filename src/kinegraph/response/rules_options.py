"""The options of a proposal: easier exercises of the progression graph, and less of the same one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # amounts by column
from uuid import UUID

from kinegraph.candidates.rules import Candidate, is_offered
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_safety import Finding, found
from kinegraph.layers.rules import ProgressionType
from kinegraph.plan.rules import Prescription
from kinegraph.plan.rules_tree import AMOUNTS, BOUNDS
from kinegraph.response.rules_due import LIMITS, Amounts, halved, substituted

MAX_STEPS, MAX_OPTIONS = 3, 10
"""Regressions that are followed in sequence, and options of a proposal."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The painful prescription, the substitution of its exercise that lasts, and the patient's stored conditions."""

    organization_id: UUID
    conditions: Sequence[str]
    plan: Prescription
    """The prescription that the proposal's worst log was of."""
    lasting: Amounts | None
    """The substitution that lasts."""

    @property
    def done(self) -> Prescription:
        """The prescription as it is done with that substitution."""
        return self.plan if self.lasting is None else substituted(self.plan, self.lasting)

    @property
    def exercise_id(self) -> UUID:
        """The exercise that is done."""
        return self.done.exercise_id


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


def options_of(basis: Basis, exercises: Mapping[UUID, Candidate | None]) -> list[RegressionOption]:
    """The options of a proposal: regressions that suit the patient, and less of the same where that suits, too.

    Those without findings come first, then fewest steps, and less of the same last. An exercise that the patient's
    conditions rule out, or that software does not offer to them, is no option; what is easier still may be one.
    """
    person, organization_id = Person(basis.conditions), basis.organization_id
    done = {name: getattr(basis.done, name) for name in (*BOUNDS, "per_side")}
    amounts = {name: getattr(basis.plan, name) for name in (*LIMITS, "rest_seconds")}
    amounts |= {"hold_seconds": None, "per_side": False}
    options: list[RegressionOption] = []
    for id, steps in _reached(basis.exercise_id, exercises):
        exercise = exercises.get(id)
        if exercise is not None and exercise.status == "published" and is_offered(exercise.assessed(person)):
            findings = found({id: exercise}, {id: ()}, person)
            options.append(RegressionOption(organization_id, id, steps, **amounts, safety_findings=findings))
    options.sort(key=_has_findings)
    less, id = halved(done), basis.exercise_id
    if less is None or not suits(basis, exercises):
        return options[:MAX_OPTIONS]
    findings = found({id: exercises.get(id)}, {id: ()}, person)
    same = RegressionOption(organization_id, id, 0, **less, safety_findings=findings)
    return sorted([*options[: MAX_OPTIONS - 1], same], key=_has_findings)


def suits(basis: Basis, exercises: Mapping[UUID, Candidate | None]) -> bool:
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


def less(basis: Basis, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a substitution by less of the exercise that is done now: as much as was sent, half by default.

    What was not sent stays as it is.
    """
    lasting, said = basis.lasting, {name: value for name, value in sent.items() if value is not None}
    stored = {} if lasting is None else {name: getattr(lasting, name) for name in AMOUNTS}
    if all(name not in said for name in LIMITS):
        return {**stored, **said, "halvings": 1 + (0 if lasting is None else lasting.halvings)}
    if lasting is not None:
        is_same = lasting.substitute_id == lasting.exercise_id
        stored |= {name: getattr(basis.done, name) for name in (LIMITS if is_same else AMOUNTS)}
    return {**stored, **said}


def has_less(basis: Basis) -> bool:
    """True if less of the exercise can be done than is done now."""
    return halved({name: getattr(basis.done, name) for name in LIMITS}) is not None


def excess(basis: Basis, sent: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The amounts that are not less than what is done now, by column, each with the reason; empty without amounts."""
    faults, given = [], [name for name in LIMITS if sent.get(name) is not None]
    for name in given:
        most = getattr(basis.done, name)
        if most is None:
            faults.append((name, "The prescription has none: leave it out."))
        elif sent[name] > most:
            faults.append((name, f"Must be at most {most:,}, as it is now: less of the exercise is to be done."))
    if given and not faults and all(sent[name] == getattr(basis.done, name) for name in given):
        faults.append((given[0], "It is as much as now: at least one amount must be less."))
    return faults
