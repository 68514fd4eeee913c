"""The exercises that are eligible for a session, and the reasons that exclude the others (docs/generator.md, Process).

The checks come in the order of seed 004: safety, the goal, muscles, equipment, difficulty and prerequisites. An
exercise has the first reason that holds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kinegraph.candidates.rules import Candidate, Catalogue, in_words, is_offered
from kinegraph.classification.rules_safety import Assessment
from kinegraph.programming.rules import Demand, Excluded, ExclusionReason, Request, Unmet

NOT_TRAINING = frozenset({"static_mobility", "dynamic_mobility", "loaded_stretch", "early_motion", "fitness_test"})
"""Classes that are no main or accessory exercise."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The exercises of a catalogue: those that may be chosen, and the others with their reasons.

    `assessments` are of those that no condition rules out.
    """

    eligible: Sequence[Candidate]
    excluded: Sequence[Excluded]
    assessments: Mapping[UUID, Assessment]


def sort_out(catalogue: Catalogue, request: Request) -> Sorted:
    """Check every exercise of a catalogue against a request."""
    shown = [each for each in catalogue.candidates if request.with_drafts or not each.is_draft]
    person = request.person
    assessments = {each.id: each.assessed(person) for each in shown if not each.is_ruled_out(person)}
    eligible: list[Candidate] = []
    excluded: list[Excluded] = []
    for each in shown:
        found = reason_against(each, request, assessments, catalogue)
        if found is None:
            eligible.append(each)
        else:
            excluded.append(Excluded(each, *found, person))
    return Sorted(eligible, excluded, assessments)


def reason_against(
    each: Candidate, request: Request, assessments: Mapping[UUID, Assessment], catalogue: Catalogue
) -> tuple[ExclusionReason, str | None] | None:
    """The first reason that excludes an exercise; None if it is eligible.

    Exercises that are ruled out have no assessment.
    """
    if not is_safe(each.id, assessments):
        return ExclusionReason.UNSAFE, None
    if not each.is_classified:
        return ExclusionReason.GOAL, "It has no class, so nobody knows how much of it to prescribe."
    if not is_training(each):
        return ExclusionReason.GOAL, "It is for warming up, mobility or testing, not for training."
    if each.prescription(request.goal) is None:
        return ExclusionReason.GOAL, f"It is not offered for {request.goal}."
    if not trains_targets(each, request):
        return ExclusionReason.MUSCLE, f"It trains {in_words(sorted(each.primary)) or 'no named muscle'}."
    if missing := each.lacks(request.equipment):
        return ExclusionReason.EQUIPMENT, f"It needs {in_words(missing)}."
    if each.difficulty > request.difficulty_max:
        return ExclusionReason.DIFFICULTY, f"Its difficulty is {each.difficulty}, more than {request.difficulty_max}."
    if jumped := _jumped_over(each, assessments, catalogue):
        return ExclusionReason.DIFFICULTY, f"It comes after {in_words(jumped)}, which the conditions rule out."
    return None


def trains_targets(each: Candidate, request: Request) -> bool:
    """True if at least half of an exercise's primary muscles are wanted, or the whole body is."""
    wanted = frozenset[str]().union(*(keys for _, keys in request.targets))
    return not wanted or 2 * len(each.primary & wanted) >= max(len(each.primary), 1)


def _jumped_over(each: Candidate, assessments: Mapping[UUID, Assessment], catalogue: Catalogue) -> list[str]:
    """The names of the prerequisites of an exercise, where none of them is offered to the person."""
    sources = [id for id in catalogue.easier.get(each.id, ()) if id in catalogue.by_id]
    if any(is_safe(id, assessments) for id in sources):
        return []
    return [catalogue.by_id[id].name for id in sources]


def is_safe(id: UUID, assessments: Mapping[UUID, Assessment]) -> bool:
    """True if an exercise is offered to the person. Those that a condition rules out have no assessment."""
    found = assessments.get(id)
    return found is not None and is_offered(found)


MAX_NAMED = 3
"""Maximum number of changes that a suggestion names."""


def unmet_target(subject: str, keys: frozenset[str], request: Request, excluded: Sequence[Excluded]) -> Unmet:
    """The unmet demand for a muscle: the reasons that exclude exercises for it, and a suggestion."""
    near = [each for each in excluded if each.candidate.primary & keys]
    return _unmet(Demand.TARGET_MUSCLE, subject, f"trains {subject.replace('_', ' ')}", near, request)


def unmet_movement(subject: str, request: Request, excluded: Sequence[Excluded]) -> Unmet:
    """The unmet demand for a movement: the reasons that exclude exercises for it, and a suggestion."""
    near = [each for each in excluded if each.candidate.side == subject]
    return _unmet(Demand.MOVEMENT, subject, f"is a {subject} movement", near, request)


def _unmet(demand: Demand, subject: str, does: str, near: Sequence[Excluded], request: Request) -> Unmet:
    by_reason = Counter(each.reason for each in near)
    safe = "safe " if len(request.person) else ""
    where = "" if request.equipment is None else " with this equipment" if request.equipment else " without equipment"
    detail = f"No {safe}exercise for {request.goal} {does}{where}."
    if by_reason:
        said = ", ".join(f"{number} {MEANS[reason]}" for reason, number in by_reason.most_common())
        detail = f"{detail} Of those that do: {said}."
    return Unmet(demand, subject, detail, _suggestion(near, request))


MEANS = {
    ExclusionReason.UNSAFE: "not safe",
    ExclusionReason.GOAL: "not offered for the goal",
    ExclusionReason.MUSCLE: "of other muscles",
    ExclusionReason.EQUIPMENT: "without their equipment",
    ExclusionReason.DIFFICULTY: "too difficult",
    ExclusionReason.FATIGUE: "too tiring beside the others",
    ExclusionReason.BALANCE: "against the balance",
    ExclusionReason.TIME: "too long",
    ExclusionReason.CHOICE: "not needed",
}


def _suggestion(near: Sequence[Excluded], request: Request) -> str | None:
    """The single changes of the request that would give most exercises."""
    ways: Counter[tuple[int, int, str]] = Counter()
    needed = [frozenset(each.candidate.lacks(request.equipment)) for each in near if _lacks_equipment(each, request)]
    for items in set(needed):
        ways[0, len(items), in_words(sorted(items))] = sum(other <= items for other in needed)
    for each in near:
        if each.reason is ExclusionReason.DIFFICULTY and each.candidate.difficulty > request.difficulty_max:
            ways[1, 1, f"difficultyMax {each.candidate.difficulty}"] += 1
        is_of_other_goal = each.reason is ExclusionReason.GOAL and is_training(each.candidate)
        if is_of_other_goal and not each.candidate.lacks(request.equipment):
            others = (goal for goal in type(request.goal) if each.candidate.prescription(goal) is not None)
            ways.update((2, 1, f"the goal {goal.name}") for goal in others)
    if ways:
        best = sorted(ways.items(), key=lambda pair: (*pair[0][:2], -pair[1], pair[0][2]))
        text = "; ".join(f"{way} would give {number}" for (_, _, way), number in best[:MAX_NAMED])
        return f"{text[0].upper()}{text[1:]}."
    if any(each.reason is ExclusionReason.UNSAFE for each in near):
        return "A clinician decides whether a modified exercise is possible."
    return None


def _lacks_equipment(each: Excluded, request: Request) -> bool:
    """True if equipment is all that an exercise lacks."""
    return each.reason is ExclusionReason.EQUIPMENT and each.candidate.difficulty <= request.difficulty_max


def is_training(each: Candidate) -> bool:
    """True for main and accessory exercises: no mobility, no test."""
    return each.kind not in ("mobility", "test") and each.class_key not in NOT_TRAINING
