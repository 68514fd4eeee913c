"""The options of a proposal: easier exercises of the progression graph, and less of the same one.

Amounts are those of the days on which an answer would hold, not of the day that hurt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any  # amounts by column
from uuid import UUID

from kinegraph.candidates.rules import Candidate, is_offered
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_safety import Finding, done_twice, found
from kinegraph.layers.rules import ProgressionType
from kinegraph.plan.rules import Prescription
from kinegraph.plan.rules_tree import AMOUNTS, BOUNDS
from kinegraph.response.rules_amounts import (
    CAPS,
    MAX_SENT,
    Amounts,
    NewSubstitution,
    Substituted,
    is_less,
    substituted,
)

MAX_STEPS, MAX_OPTIONS = 3, 10
"""Regressions that are followed in sequence, and options of a proposal."""


@dataclass(frozen=True, slots=True)
class Basis:
    """All that the options of a proposal follow from. Without `days` there is none: no day to come has the exercise."""

    organization_id: UUID
    planned_id: UUID
    """The exercise of the plan."""
    conditions: Sequence[str]
    """The patient's stored conditions."""
    days: Sequence[tuple[date, Prescription]]
    """The different prescriptions of the exercise from the patient's next day on, each with its first day."""
    chain: Sequence[Amounts] = ()
    """The substitution that lasts, after those that it replaced."""
    painful: frozenset[UUID] = frozenset()
    """The exercises of the patient that hurt, and of which no clinician has taken the substitution back."""
    beside: Mapping[UUID, tuple[int, bool]] = field(default_factory=dict)
    """The exercises that are done in other places on days on which the answer holds: on how many, and whether only in
    other enrollments."""

    @property
    def exercise_id(self) -> UUID:
        """The exercise that is done."""
        return self.chain[-1].substitute_id if self.chain else self.planned_id

    def done(self, *answers: Amounts) -> list[Substituted]:
        """The prescriptions of `days` as they are done, with an answer that holds from the first one on."""
        return [substituted(plan, (*self.chain, *answers)) for _, plan in self.days]


@dataclass(frozen=True, slots=True)
class Most:
    """The most of each amount on any day to come."""

    sets: int | None
    reps: int | None
    duration_seconds: int | None
    hold_seconds: int | None


@dataclass(frozen=True, slots=True)
class RegressionOption:
    """An exercise that may be done in place of the painful one, after so many regressions; 0: less of the same.

    The amounts are those of the first day, `on`.
    """

    organization_id: UUID
    exercise_id: UUID
    steps: int
    on: date
    sets: int | None
    reps: int | None
    duration_seconds: int | None
    hold_seconds: int | None
    rest_seconds: int | None
    per_side: bool
    most: Most
    differs_by_day: bool
    safety_findings: Sequence[Finding] = ()
    """Warnings: what rules an exercise out makes it no option."""


def regressions_of(candidate: Candidate | None) -> list[UUID]:
    """The exercises that the regressions of an exercise lead to, in their order."""
    edges = () if candidate is None else candidate.edges
    return [edge.to_id for edge in edges if edge.type is ProgressionType.REGRESSION]


def options_of(basis: Basis, exercises: Mapping[UUID, Candidate | None]) -> list[RegressionOption]:
    """The options of a proposal: regressions that suit the patient, and less of the same where that suits, too.

    Those without findings come first, then fewest steps, and less of the same last. An exercise that the patient's
    conditions rule out, that software does not offer to them, or that hurt them, is no option; what is easier still
    may be one.
    """
    if not basis.days:
        return []
    person, options = Person(basis.conditions), []
    for id, steps in _reached(basis.exercise_id, exercises):
        exercise = exercises.get(id)
        is_fit = exercise is not None and exercise.status == "published" and is_offered(exercise.assessed(person))
        if is_fit and id not in basis.painful:
            options.append(_option(basis, answer_of(basis, id, {}), steps, exercise))
    options.sort(key=_has_findings)
    id = basis.exercise_id
    less = answer_of(basis, id, {})
    if not suits(basis, exercises) or unchanged_day(basis, less) is not None:
        return options[:MAX_OPTIONS]
    return sorted([*options[: MAX_OPTIONS - 1], _option(basis, less, 0, exercises.get(id))], key=_has_findings)


def _option(basis: Basis, answer: NewSubstitution, steps: int, exercise: Candidate | None) -> RegressionOption:
    """The option of an answer, as it would be done."""
    done, id = basis.done(capped(basis, answer)), answer.substitute_id
    first = {name: getattr(done[0], name) for name in (*BOUNDS, "per_side")}
    shown = {tuple(getattr(each, name) for name in first) for each in done}
    return RegressionOption(
        basis.organization_id,
        id,
        steps,
        basis.days[0][0],
        **first,
        most=Most(**{name: _most(done, name) for name in CAPS}),
        differs_by_day=len(shown) > 1,
        safety_findings=_findings(basis, id, exercise),
    )


def _findings(basis: Basis, id: UUID, exercise: Candidate | None) -> list[Finding]:
    """The safety findings of an option: those of a substitute of the enrollment, without its places."""
    findings = found({id: exercise}, {id: ()}, Person(basis.conditions), (), {id})
    if exercise is not None and id != basis.planned_id and id in basis.beside:
        findings.append(done_twice(exercise, *basis.beside[id], ()))
    return findings


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


def answer_of(basis: Basis, exercise_id: UUID, sent: Mapping[str, Any]) -> NewSubstitution:
    """The substitution by an exercise with the amounts that were sent; less of the same is half without any."""
    is_same = exercise_id == basis.exercise_id
    values: dict[str, Any] = {name: sent.get(name) for name in AMOUNTS}
    is_sided = is_same and any(each.per_side for each in basis.done())
    is_one_side = is_sided and sent.get("per_side") is False
    values["per_side"] = is_sided and not is_one_side if is_same else bool(sent.get("per_side"))
    is_halved = is_same and not is_one_side and all(values[name] is None for name in CAPS)
    return NewSubstitution(exercise_id=basis.planned_id, substitute_id=exercise_id, is_halved=is_halved, **values)


def capped(basis: Basis, answer: NewSubstitution) -> NewSubstitution:
    """An answer that says of each amount at most that of the days to come, so that no later version gives more.

    Of another exercise, measures are not said where a day has none of them: it would be done by what is said then. The
    hold of a day that has nothing else caps those of the other days, which are held then, too.
    """
    done = basis.done() if answer.substitute_id == basis.exercise_id else basis.done(answer)
    rests = [each.rest_seconds for each in done if each.rest_seconds is not None]
    most: dict[str, Any] = {name: _most(done, name) for name in CAPS}
    most["rest_seconds"] = min(rests) if len(rests) == len(done) else None
    if most["sets"] is None and any(value is not None for value in most.values()):
        most["sets"] = 1  # no day has sets, so that the others are amounts in all
    own = {name: getattr(answer, name) for name in most if getattr(answer, name) is not None}
    found = replace(answer, **{**most, **own})
    if basis.done(found) == basis.done(answer):
        return found
    return replace(answer, sets=found.sets, hold_seconds=found.hold_seconds, rest_seconds=found.rest_seconds)


def faults_of(basis: Basis, answer: NewSubstitution, sent: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The amounts that were sent and are more than what is done, by column or `exercise_id`, each with the reason."""
    is_same, done = answer.substitute_id == basis.exercise_id, basis.done()
    then, faults = basis.done(answer), list[tuple[str, str]]()
    for name in (name for name in CAPS if sent.get(name) is not None):
        now, most = _most(done, name), _most(then, name)
        if most is None or (now is None and (is_same or name == "sets")):
            faults.append((name, "No day to come has any: leave it out."))
        elif sent[name] > (limit := min(most, MAX_SENT[name] if now is None else now)):
            faults.append((name, f"Must be at most {limit:,}, the most of a day to come: more is done on none."))
    rests = [each.rest_seconds for each in done if each.rest_seconds is not None]
    if rests and sent.get("rest_seconds") is not None and sent["rest_seconds"] < min(rests):
        faults.append(("rest_seconds", f"Must be at least {min(rests):,}, as it is now: a shorter rest is not less."))
    if is_same and sent.get("per_side") and not any(each.per_side for each in done):
        faults.append(("per_side", "It is not per side now, and would be more: leave it out."))
    elif not is_same and answer.per_side and not all(each.per_side for each in then):
        faults.append(("per_side", "On a day to come it would be more than now: leave it out."))
    day = unchanged_day(basis, answer) if is_same and not faults else None
    if day is not None:
        faults.append(_not_less(*day, answer))
    return faults


def _most(done: Sequence[Substituted], name: str) -> int | None:
    """The most of an amount on any of the days; None where none has it."""
    return max((value for each in done if (value := getattr(each, name)) is not None), default=None)


def unchanged_day(basis: Basis, answer: NewSubstitution) -> tuple[date, Substituted] | None:
    """The first of the days on which an answer of the same exercise is not less, with what is done; None: on none."""
    days = zip(basis.days, basis.done(), basis.done(answer), strict=True)
    return next(((on, now) for (on, _), now, then in days if not is_less(then, now)), None)


def _not_less(on: date, now: Substituted, answer: NewSubstitution) -> tuple[str, str]:
    """The refusal of an answer that is not less on a day, on which this is done."""
    named = {"sets": "sets {}", "reps": "repetitions {}", "duration_seconds": "{} s", "hold_seconds": "held {} s"}
    words = ", ".join(text.format(getattr(now, name)) for name, text in named.items() if getattr(now, name) is not None)
    if answer.is_halved:
        return "exercise_id", f"On {on} none of it can be less ({words}): accept another option, or decline."
    field = next((name for name in CAPS if getattr(answer, name) is not None), "per_side")
    return field, f"On {on} it is no less ({words}): send less, or no amounts, so that each day's are halved."
