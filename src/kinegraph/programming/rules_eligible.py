"""The exercises that are eligible for a session, and the reasons that exclude the others (docs/generator.md, Process).

An exercise has the first reason that holds; `reason_against` has their order.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kinegraph.candidates.rules import STEADY, Candidate, Catalogue, in_words, is_offered, with_article
from kinegraph.candidates.rules_treatments import with_treatments
from kinegraph.care.rules import EARLY_FATIGUE, CareRule, care_rules_of, excluded_by
from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.care.rules_persons import CAREFUL
from kinegraph.classification.rules_safety import Assessment
from kinegraph.layers.rules import PrescriptionRange, TrainingGoal
from kinegraph.programming.rules import Demand, Excluded, ExclusionReason, Request, Unmet
from kinegraph.programming.rules_places import AEROBIC_MUSCLES, CONDITIONING, Place, in_sentence, muscles_in_sentence

NOT_TRAINING = frozenset({"static_mobility", "dynamic_mobility", "loaded_stretch", "early_motion", "fitness_test"})
"""Classes that are no main or accessory exercise."""
LIGHT = frozenset({"low_load_strengthening", "tendon_loading", "balance_training"})
"""Classes of physiotherapy: chosen last for a person without conditions."""
SMALL = frozenset({"isolation", "dynamic_trunk", "isometric_hold", "low_load_strengthening"})
"""Classes that are accessory exercises of a session for strength, with the repetitions of hypertrophy."""
THERAPEUTIC = frozenset(
    {"pelvic_floor", "diaphragm", "neck", "deep_neck_flexors", "levator_scapulae", "peroneals", "tibialis_posterior"}
    | {"tibialis_anterior", "foot_intrinsics", "forearms", "forearm_rotators", "wrist_extensors", "wrist_flexors"}
)
"""Muscles that exercises of physiotherapy train only for a condition, or where one of them is wanted."""
TRUNK = frozenset({"abdominals", "obliques", "transverse_abdominis", "erector_spinae", "quadratus_lumborum"})
THIGH = frozenset({"quadriceps", "hamstrings", "hip_flexors"})
TINY_FATIGUE = 1
"""Exercises of physiotherapy that tire no more are for persons with conditions."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The eligible exercises of a catalogue, and the others with the reasons that exclude them.

    `assessments` are of those that no condition rules out; `ranges` have what is prescribed of eligible ones.
    """

    eligible: Sequence[Candidate]
    excluded: Sequence[Excluded]
    assessments: Mapping[UUID, Assessment]
    ranges: Mapping[UUID, PrescriptionRange]
    near: Mapping[UUID, frozenset[UUID]]
    """By exercise, those that train the same."""


def eligibility_of(catalogue: Catalogue, request: Request) -> Eligibility:
    """The eligibility of every exercise of a catalogue for a request."""
    wanted = [each for each in catalogue.candidates if request.with_drafts or not each.is_draft]
    shown = [each.adapted(request.equipment) for each in wanted]
    person, care_rules = request.person, care_rules_of(request.person)
    assessments = {
        each.id: with_treatments(each, each.assessed(person), person) for each in shown if not each.is_ruled_out(person)
    }
    is_careful = not person.having.isdisjoint(CAREFUL)
    eligible: list[Candidate] = []
    excluded: list[Excluded] = []
    ranges: dict[UUID, PrescriptionRange] = {}
    for each in shown:
        prescribed = offered(each, request.goal, assessments.get(each.id), is_careful=is_careful)
        found = reason_against(each, prescribed, request, assessments, catalogue, care_rules)
        if found is None and prescribed is not None:
            eligible.append(each)
            ranges[each.id] = prescribed
        elif found is not None:
            excluded.append(Excluded(each, *found, person))
    return Eligibility(eligible, excluded, assessments, ranges, catalogue.near)


def offered(
    each: Candidate, goal: TrainingGoal, assessment: Assessment | None, *, is_careful: bool = False
) -> PrescriptionRange | None:
    """What is prescribed of an exercise for a goal; None where it is not offered. Holds last as for hypertrophy.

    Small exercises serve strength as accessories, those of the trunk power too. What treats a condition of the person
    serves each goal. `is_careful`: to careful persons the easiest push-up is training for strength.
    """
    own = each.prescription(goal)
    if own is not None and not (goal is TrainingGoal.STRENGTH and each.class_key == "isometric_hold"):
        return own
    is_treatment = assessment is not None and bool(assessment.indicated_for)
    is_accessory = each.class_key in SMALL and (
        goal is TrainingGoal.STRENGTH or (goal is TrainingGoal.POWER and each.pattern_group is PatternGroup.CORE)
    )
    is_easy_lift = is_careful and goal is TrainingGoal.STRENGTH and each.class_key == "bodyweight_upper_body"
    if is_accessory or is_treatment or is_easy_lift:
        found = each.prescription(TrainingGoal.HYPERTROPHY)
        return found or own or (each.prescription(TrainingGoal.ENDURANCE) if is_treatment or is_easy_lift else None)
    return own


def reason_against(
    each: Candidate,
    prescribed: PrescriptionRange | None,
    request: Request,
    assessments: Mapping[UUID, Assessment],
    catalogue: Catalogue,
    care_rules: Sequence[CareRule] = (),
) -> tuple[ExclusionReason, str | None] | None:
    """The first reason that excludes an exercise; None if it is eligible.

    Exercises that are ruled out have no assessment. `prescribed` is its range for the goal.
    """
    if not is_safe(each.id, assessments):
        return ExclusionReason.UNSAFE, None
    is_treatment = bool(assessments[each.id].indicated_for)
    if care_rules and (why := excluded_by(each, care_rules, request.person, is_treatment=is_treatment)):
        return ExclusionReason.UNSAFE, why
    if not each.is_classified:
        return ExclusionReason.GOAL, "It has no class, so nobody knows how much of it to prescribe."
    if not is_training(each):
        return ExclusionReason.GOAL, f"It is {USE[use_of(each)]}."
    if prescribed is None:
        return ExclusionReason.GOAL, f"It does not suit training for {request.goal}."
    if not is_treatment and not trains_targets(each, request):
        return ExclusionReason.MUSCLE, _trains(each, request)
    if missing := each.lacks(request.equipment):
        return ExclusionReason.EQUIPMENT, f"It needs {in_words(map(with_article, missing))}."
    if each.difficulty > request.difficulty_max:
        return ExclusionReason.DIFFICULTY, f"Its difficulty is {each.difficulty}, more than {request.difficulty_max}."
    if is_only_therapy(each, request, assessments[each.id]):
        return ExclusionReason.GOAL, "It is physiotherapy for conditions that the person does not have."
    if jumped := _jumped_over(each, assessments, catalogue):
        return ExclusionReason.DIFFICULTY, f"It comes after {in_words(jumped)}, which the conditions rule out."
    return None


USE = {"test": "a test, not training", "warm_up": "for warming up", "stretch": "a stretch, a massage or breathing"}


def use_of(each: Candidate) -> str:
    """The use of an exercise that is no training, as a key of USE."""
    if each.kind == "test":
        return "test"
    return "stretch" if each.class_key in ("static_mobility", "loaded_stretch") else "warm_up"


def _trains(each: Candidate, request: Request) -> str:
    if each.class_key in CONDITIONING:
        return "It trains the heart and the whole body, not a single muscle."
    is_wanted = any(each.primary & keys for _, keys in request.targets)
    mostly = ", most of which is not wanted" if is_wanted else ""
    return f"It trains {in_words(sorted(each.primary)) or 'no named muscle'}{mostly}."


def is_only_therapy(each: Candidate, request: Request, assessment: Assessment) -> bool:
    """True for an exercise of physiotherapy that treats no condition of the person, and no wanted muscle."""
    if each.class_key not in LIGHT or assessment.indicated_for:
        return False
    if is_of_first_weeks(each):
        return True
    wanted = [keys for _, keys in request.targets if keys & each.primary & THERAPEUTIC]
    if each.primary <= THERAPEUTIC:
        return not any(keys <= THERAPEUTIC for keys in wanted)
    is_tiny = each.fatigue <= TINY_FATIGUE or each.class_key == "balance_training"
    return is_tiny and not len(request.person)


def is_of_first_weeks(each: Candidate) -> bool:
    """True for isolated light drills of the thigh, as after an operation: they are for those whom they treat."""
    is_isolated = each.class_key == "low_load_strengthening" and not each.is_compound and each.fatigue <= EARLY_FATIGUE
    return is_isolated and bool(each.primary) and each.primary <= THIGH


def trains_targets(each: Candidate, request: Request) -> bool:
    """True if at least half of an exercise's primary muscles are wanted, or the whole body is.

    Conditioning trains no single muscle; steady work with the legs is wanted where the legs are.
    """
    wanted = frozenset[str]().union(*(keys for _, keys in request.targets))
    if not wanted:
        return True
    if each.class_key in CONDITIONING and not _serves_legs(each, request, wanted):
        return False
    if each.pattern_group is PatternGroup.CORE and each.primary & TRUNK and not each.primary & wanted & TRUNK:
        return False
    return 2 * len(each.primary & wanted) >= max(len(each.primary), 1)


def _serves_legs(each: Candidate, request: Request, wanted: frozenset[str]) -> bool:
    if request.goal is TrainingGoal.POWER:
        return True
    return each.class_key == STEADY and wanted >= AEROBIC_MUSCLES


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


def unmet_place(place: Place, request: Request, excluded: Sequence[Excluded]) -> Unmet:
    """The unmet demand of a place: the reasons that exclude exercises for it, and a suggestion."""
    if place.target is not None:
        near = [each for each in excluded if place.is_filled_by(each.candidate)]
        return _unmet(Demand.TARGET_MUSCLE, place.name, f"trains {muscles_in_sentence(place)}", near, request)
    near = [each for each in excluded if place.is_filled_by(each.candidate)]
    return _unmet(Demand.MOVEMENT, place.name, f"is {in_sentence(place)}", near, request)


def _unmet(demand: Demand, subject: str, does: str, near: Sequence[Excluded], request: Request) -> Unmet:
    by_reason = Counter(each.reason for each in near)
    is_safe_wanted = bool(len(request.person)) and ExclusionReason.UNSAFE in by_reason
    safe = "safe " if is_safe_wanted else ""
    where = "" if request.equipment is None else " with this equipment" if request.equipment else " without equipment"
    detail = f"No {safe}exercise for {request.goal} {does}{where}."
    if by_reason:
        said = [f"{n} {'is' if n == 1 else 'are'} {MEANS[reason]}" for reason, n in by_reason.most_common()]
        detail = f"{detail} Of the others {in_words(said)}."
    return Unmet(demand, subject, detail, _suggestion(near, request))


MEANS = {
    ExclusionReason.UNSAFE: "not safe",
    ExclusionReason.GOAL: "not for this goal",
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
            ways[1, 1, f"exercises of difficulty {each.candidate.difficulty}"] += 1
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
