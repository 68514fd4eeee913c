"""Findings of a patient's conditions against the exercises of a version, and the overrides of findings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol  # Any: values of an input, by name
from uuid import UUID

from kinegraph.candidates.rules import Candidate, in_words
from kinegraph.checking.rules import CheckLevel
from kinegraph.checking.rules_overrides import OverrideReason
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_calendar import Position, day_of
from kinegraph.exercise.rules import stored_id
from kinegraph.kit.checks import Checks, day_after
from kinegraph.kit.errors import Refusal
from kinegraph.layers.rules_safety import keys_of
from kinegraph.taxonomy.rules_conditions import MAX_CONDITION_LENGTH

MAX_OVERRIDES = 100
"""Overrides that are sent at once."""
MAX_OVERRIDE_DAYS = 365
MAX_NOTE = 1_000
MAX_NAMED = 5
"""Findings that the message of a refusal names."""
RECENT_DAYS = 14
"""The days of which a painful log, and an end, are recent."""
DISCONTINUED = ("archived", "deleted")
"""Where a candidate stands that has left the library."""
AT = ("input", "overrides")


class SafetyBlock(Refusal):
    """A condition of the patient rules an exercise of the plan out, and no coach has overridden it."""

    code = "SAFETY_BLOCK"


class OverrideRow(Protocol):
    """An override of a finding, with the name of the coach who recorded it."""

    id: UUID
    organization_id: UUID
    enrollment_id: UUID
    patient_id: UUID
    exercise_id: UUID
    condition: str
    reason: str
    note: str | None
    expires_on: date
    author_id: UUID
    author_name: str
    author_email: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that speaks against an exercise of a version, or against a substitute.

    Without a condition nobody has classified the exercise, it is a substitute that was archived or deleted or that is
    done on the same days in another place, or it hurt the patient in another place.
    """

    organization_id: UUID
    exercise_id: UUID
    name: str
    level: CheckLevel
    condition: str | None
    reason: str
    modification: str | None
    places: Sequence[Position]
    override: OverrideRow | None = None


def found(
    exercises: Mapping[UUID, Candidate | None],
    places: Mapping[UUID, Sequence[Position]],
    person: Person,
    overrides: Iterable[OverrideRow] = (),
    substitutes: Collection[UUID] = (),
) -> list[Finding]:
    """What speaks against the exercises for a person: what is ruled out first, then by name and condition.

    Of several overrides of the same the last one counts. `substitutes` are the exercises that are done in place of
    those of the plan: one that was archived or deleted is a finding, too.
    """
    latest = {(each.exercise_id, each.condition): each for each in overrides}
    findings = [
        finding
        for id, exercise in exercises.items()
        if exercise is not None
        for finding in _of_exercise(exercise, places[id], person, latest)
    ]
    findings += [
        _discontinued(exercise, places[id])
        for id, exercise in exercises.items()
        if id in substitutes and exercise is not None and exercise.status in DISCONTINUED
    ]
    return sorted(findings, key=order)


def order(finding: Finding) -> tuple[CheckLevel, str, str, str]:
    """The sort key of findings: what is ruled out first, then by name and condition."""
    return finding.level, finding.name, str(finding.exercise_id), finding.condition or ""


def is_blocked(exercises: Iterable[Candidate | None], person: Person, overridden: Collection[tuple[UUID, str]]) -> bool:
    """True if a condition rules one of the exercises out, without an override of that: an exercise and a condition."""
    return any(
        warning.is_avoid and (exercise.id, warning.condition) not in overridden
        for exercise in exercises
        if exercise is not None and exercise.safety and not person.having.isdisjoint(exercise.safety.avoid_if)
        for warning in exercise.assessed(person).warnings
    )


def _of_exercise(
    exercise: Candidate,
    places: Sequence[Position],
    person: Person,
    overrides: Mapping[tuple[UUID, str], OverrideRow],
) -> list[Finding]:
    """The findings of one exercise; that nobody has classified it is one of them."""
    assessment = exercise.assessed(person)
    key = exercise.organization_id, exercise.id, exercise.name
    findings = [
        Finding(
            *key,
            CheckLevel.BLOCK if warning.is_avoid else CheckLevel.WARN,
            warning.condition,
            f"It is ruled out by {in_words([warning.condition])}."
            if warning.is_avoid
            else f"Against it speaks {in_words([warning.condition])}.",
            warning.modification,
            places,
            overrides.get((exercise.id, warning.condition)),
        )
        for warning in assessment.warnings
    ]
    if person and not assessment.is_classified:
        reason = "Nobody has classified it, so that nothing listed does not mean safe."
        findings.append(Finding(*key, CheckLevel.WARN, None, reason, None, places))
    return findings


def _discontinued(exercise: Candidate, places: Sequence[Position]) -> Finding:
    """The finding of a substitute that has left the library."""
    reason = "It was archived or deleted after it was planned or accepted."
    return Finding(exercise.organization_id, exercise.id, exercise.name, CheckLevel.WARN, None, reason, None, places)


@dataclass(frozen=True, slots=True)
class Pain:
    """The pain of an exercise in a place, of this enrollment or of another one, and what was accepted there."""

    score: int
    performed_on: date
    is_elsewhere: bool
    substitute: Candidate | None
    is_again: bool
    """True where it is the place itself, and a substitution was ended."""

    def reason(self, exercise: Candidate) -> str:
        """The reason of the finding of an exercise that is to be done in another place."""
        where = "In another enrollment" if self.is_elsewhere else "In another place of this plan"
        pain = f"a pain of {self.score} on {self.performed_on}"
        if self.is_again:
            return f"It was changed here after {pain}; that was ended, and it is to be done again."
        if self.substitute is None:
            return f"{where} it has {pain}, about which nobody has decided; here it is to be done."
        is_less = self.substitute.id == exercise.id
        done = "less of it was to be done" if is_less else f"it was replaced by {self.substitute.name}"
        return f"{where} {done} after {pain}; here it is to be done."


def hurt_before(exercise: Candidate, pain: Pain, places: Sequence[Position]) -> Finding:
    """The finding of an exercise that is to be done, though it hurt in another place."""
    reason = pain.reason(exercise)
    return Finding(exercise.organization_id, exercise.id, exercise.name, CheckLevel.WARN, None, reason, None, places)


def done_twice(exercise: Candidate, days: int, is_elsewhere: bool, places: Sequence[Position]) -> Finding:
    """The finding of a substitute that is done on so many days in another place already."""
    where = "in another enrollment" if is_elsewhere else "in another place of this plan"
    reason = f"It is done {where} on {days} {'day' if days == 1 else 'days'} of its own already: it is done twice then."
    return Finding(exercise.organization_id, exercise.id, exercise.name, CheckLevel.WARN, None, reason, None, places)


def goes_on(planned: Candidate, substitute: Candidate, places: Sequence[Position]) -> Finding:
    """The finding of a substitution that lasts, where a version is assigned that has its exercise."""
    what = "Less of it is done" if planned.id == substitute.id else f"It is done in place of {planned.name}"
    reason = (
        f"{what} in this version, too: a substitution lasts. Of sets, repetitions, time and hold it gives at most "
        "what was accepted; one of which nothing was accepted is as in this version. Is it still right?"
    )
    key = substitute.organization_id, substitute.id, substitute.name
    return Finding(*key, CheckLevel.WARN, None, reason, None, places)


def checked_overrides(sent: Sequence[Mapping[str, Any]], first: date, checks: Checks) -> list[dict[str, Any]]:
    """The columns of the overrides that were sent. Faults are recorded in `checks`.

    `first` is the day from which on they are needed: today, or the first day of the version where that is to come. An
    override that ended before would let the exercise through without ever having held.
    """
    if len(sent) > MAX_OVERRIDES:
        checks.refuse(f"Must have at most {MAX_OVERRIDES} entries; this has {len(sent)}.", *AT)
        return []
    return [_checked_override(values, (*AT, str(index)), first, checks) for index, values in enumerate(sent)]


def _checked_override(values: Mapping[str, Any], at: tuple[str, ...], first: date, checks: Checks) -> dict[str, Any]:
    note = values.get("note")
    columns = {
        "exercise_id": checks.key(stored_id(values["exercise_id"]), (*at, "exerciseId")),
        "condition": checks.text(values["condition"], (*at, "condition"), MAX_CONDITION_LENGTH, lines=False),
        "reason": values["reason"],
        "note": None if note is None else checks.text(note, (*at, "note"), MAX_NOTE, empty=True) or None,
        "expires_on": values["expires_on"],
    }
    if columns["note"] is None and columns["reason"] in (OverrideReason.OTHER, OverrideReason.MODIFIED):
        checks.refuse("Must say the reason or the modification.", *at, "note")
    latest = day_after(first, MAX_OVERRIDE_DAYS)
    if not first <= values["expires_on"] <= latest:
        checks.refuse(f"Must be from {first}, the first day for which it is needed, to {latest}.", *at, "expiresOn")
    return columns


def check_reach(
    findings: Sequence[Finding], overrides: Sequence[Mapping[str, Any]], starts_on: date, first: date, checks: Checks
) -> None:
    """Check that an override holds on the first day from `first` on at which its exercise is done, if there is one."""
    for index, override in enumerate(overrides):
        own = [each for each in findings if each.exercise_id == override["exercise_id"]]
        days = [day_of(starts_on, place.week, place.day) for each in own for place in each.places]
        needed = min((day for day in days if day >= first), default=first)
        if first <= override["expires_on"] < needed:
            message = f"Must be {needed} or later: that is the first day on which the exercise is done."
            checks.refuse(message, *AT, str(index), "expiresOn")


def matched(
    findings: Sequence[Finding],
    overrides: Sequence[dict[str, Any]],
    versions: Mapping[int, Collection[UUID]],
    checks: Checks,
) -> None:
    """Give each override the key of the condition that it is of, and refuse those of which there is no finding.

    `versions` has the exercises of the versions that were checked, by the numbers of these.
    """
    checked = {exercise_id for exercises in versions.values() for exercise_id in exercises}
    warned: dict[UUID, set[str]] = {}
    for finding in findings:
        if finding.condition is not None:
            warned.setdefault(finding.exercise_id, set()).add(finding.condition)
    for index, override in enumerate(overrides):
        conditions, keys = warned.get(override["exercise_id"], set()), keys_of(override["condition"])
        if len(keys) == 1 and keys[0] in conditions:
            override["condition"] = keys[0]
        elif conditions:
            named = f"send one of these: {', '.join(sorted(conditions))}."
            checks.refuse(f"This condition does not speak against it; {named}", *AT, str(index), "condition")
        elif override["exercise_id"] in checked:
            message = "No stored condition of the patient speaks against this exercise: leave the override out."
            checks.refuse(message, *AT, str(index), "exerciseId")
        else:
            named = " or ".join(f"version {number}" for number in sorted(versions))
            checks.refuse(f"This exercise is not in {named}: leave the override out.", *AT, str(index), "exerciseId")


def require_overridden(findings: Sequence[Finding], overrides: Sequence[Mapping[str, Any]], first: date) -> None:
    """Raise SafetyBlock unless each finding that rules an exercise out is overridden on the day `first`."""
    sent = {(override["exercise_id"], override["condition"]) for override in overrides}
    blocked = [
        each
        for each in findings
        if each.level is CheckLevel.BLOCK
        and (each.exercise_id, each.condition) not in sent
        and (each.override is None or each.override.expires_on < first)
    ]
    if blocked:
        named = [f"{each.name} ({each.condition})" for each in blocked[:MAX_NAMED]]
        more = [f"{len(blocked) - MAX_NAMED} more"] if len(blocked) > MAX_NAMED else []
        message = f"The patient's conditions rule out {in_words([*named, *more])}: change the plan, or override each."
        refusal = SafetyBlock(message, *AT)
        refusal.payload = {"safety_findings": list(findings)}
        raise refusal
