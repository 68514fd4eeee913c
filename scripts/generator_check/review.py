"""Twenty requests for people as coaches and physiotherapists meet them, printed with their workouts as Markdown.

PYTHONPATH=src:scripts python -m generator_check.review        # to be read line by line (docs/generator-review.md)
"""

from collections import Counter
from collections.abc import Sequence

from generator_check.library import shipped_catalogue
from kinegraph.candidates.rules_regions import trained_by
from kinegraph.care.rules_persons import condition_words
from kinegraph.classification.rules_safety import Person
from kinegraph.generator.rules import Generated
from kinegraph.generator.rules_assembly import generated
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Request
from kinegraph.taxonomy.rules_muscles import members

HOME = ("dumbbell", "resistance_band", "wall", "chair")
BANDS = ("resistance_band", "chair", "wall", "yoga_mat")
STRENGTH, HYPERTROPHY, ENDURANCE, POWER = TrainingGoal
CASES: Sequence[
    tuple[str, TrainingGoal, Sequence[str], Sequence[str] | None, int, Sequence[str], int]
] = (
    ("Beginner, general health, at home", ENDURANCE, (), HOME, 30, (), 2),
    ("Healthy lifter, hypertrophy, whole body, gym", HYPERTROPHY, (), None, 60, (), 3),
    ("Strength, lower body, gym, experienced", STRENGTH, ("legs",), None, 75, (), 4),
    ("Strength, push, gym", STRENGTH, ("chest", "shoulders", "triceps"), None, 60, (), 4),
    ("Woman 28 weeks pregnant, used to training, home", ENDURANCE, (), HOME, 30, ("pregnancy",), 2),
    ("Knee osteoarthritis, 68 years, chair and band", ENDURANCE, ("legs",), BANDS, 30, ("knee_osteoarthritis",), 2),
    ("Lumbar disc herniation, gym", HYPERTROPHY, (), None, 45, ("lumbar_disc_herniation",), 3),
    ("Shoulder impingement, upper body, gym", HYPERTROPHY, ("chest", "back", "shoulders"), None, 45,
     ("shoulder_impingement",), 3),
    ("Controlled hypertension, gym", HYPERTROPHY, (), None, 45, ("hypertension",), 3),
    ("Stable coronary disease in cardiac rehabilitation", ENDURANCE, (), None, 45, ("cardiovascular_disease",), 2),
    ("Osteoporosis, 72 years, balance disorder, home", STRENGTH, (), HOME, 30, ("osteoporosis", "balance_disorder"), 2),
    ("Postpartum 10 weeks, diastasis, home", ENDURANCE, ("core",), HOME, 20, ("postpartum", "diastasis_recti"), 2),
    ("ACL reconstruction 5 months ago, gym", STRENGTH, ("legs",), None, 60, ("acl_reconstruction",), 3),
    ("Power athlete, whole body, gym", POWER, (), None, 60, (), 4),
    ("No equipment, whole body", ENDURANCE, (), (), 15, (), 3),
    ("Five minutes, core, no equipment", ENDURANCE, ("core",), (), 5, (), 3),
    ("Achilles tendinopathy, runner, legs, gym", STRENGTH, ("legs",), None, 45, ("achilles_tendinopathy",), 3),
    ("Tennis elbow and wrist pain, whole body, gym", HYPERTROPHY, (), None, 45,
     ("elbow_tendinopathy", "wrist_pain"), 3),
    ("Hip pain (osteoarthritis) and knee pain, heavy, gym", ENDURANCE, (), None, 45, ("hip_pain", "knee_pain"), 2),
    ("Neck pain and desk work, back and shoulders, bands", ENDURANCE, ("back", "shoulders"), BANDS, 20,
     ("neck_pain",), 2),
)  # fmt: skip
"""Title, goal, target muscles, equipment (None is everything), minutes, conditions, greatest difficulty."""


def request_of(position: int) -> Request:
    """The request of a case; its number is the seed."""
    _, goal, muscles, equipment, minutes, conditions, difficulty = CASES[position]
    return Request(
        goal=goal,
        targets=tuple((name, trained_by(members(name))) for name in muscles),
        equipment=None if equipment is None else frozenset(equipment),
        minutes=minutes,
        person=Person(conditions),
        difficulty_max=difficulty,
        seed=position + 1,
        with_cool_down=True,
    )


def amount(prescription: dict[str, object]) -> str:
    """A prescription in one line."""
    said = f"{prescription['sets']} x "
    if "reps_max" in prescription:
        said += f"{prescription['reps_min']}-{prescription['reps_max']}"
    for key, unit in (("duration_seconds", "s"), ("distance_meters", "m"), ("calories", "kcal")):
        if key in prescription:
            said += f"{prescription[key]} {unit}"
    said += " a side" if prescription.get("per_side") else ""
    load = prescription.get("load")
    said += f", {load['unit'].upper()} {load['value']}" if isinstance(load, dict) else ""
    said += f", tempo {prescription['tempo']}" if "tempo" in prescription else ""
    return said + (f", rest {prescription['rest_seconds']} s" if "rest_seconds" in prescription else "")


def printed(position: int, workout: Generated) -> list[str]:
    """The lines of a case and its workout."""
    title, goal, muscles, equipment, minutes, conditions, difficulty = CASES[position]
    gear = "everything" if equipment is None else ", ".join(equipment) or "nothing"
    wanted = f"Goal {goal.name}; muscles: {', '.join(muscles) or 'whole body'}; equipment: {gear}"
    person = f"conditions: {', '.join(conditions) or 'none'}; difficulty at most {difficulty}"
    lines = [
        f"\n## {position + 1}. {title}, {minutes} minutes\n",
        f"{wanted}; {person}. The exercises take {workout.estimated_seconds / 60:.1f} minutes.",
    ]
    lines += [f"\nStop: {each.text}" for each in workout.stop_rules]
    for section in workout.sections:
        lines.append(f"\n### {section.title} ({sum(each.seconds for each in section.movements) / 60:.1f} minutes)\n")
        for each in section.movements:
            found = each.candidate
            lines.append(f"- **{found.name}** ({', '.join(sorted(found.primary))}; difficulty {found.difficulty}, "
                         f"fatigue {found.fatigue}): {amount(dict(each.prescription))}; {each.seconds} s")  # fmt: skip
            said = [each.prescription.get("notes"), *(each.notes or "").split("\n")]
            lines += [f"  - {note}" for note in said if note]
            if each.assessment.indicated_for:
                lines.append(f"  - for {', '.join(map(condition_words, each.assessment.indicated_for))}")
    lines.append("\nUnmet demands:" + ("" if workout.unmet_demands else " none"))
    lines += [
        f"- {(each.subject or 'time').replace('_', ' ')}: {each.detail} {each.suggestion or ''}"
        for each in workout.unmet_demands
    ]
    counts = Counter(str(each.reason) for each in workout.excluded)
    lines.append(f"\nLeft out: {', '.join(f'{number} {reason}' for reason, number in counts.items())}. Some of them:")
    lines += [f"- {each.candidate.name}: {each.reason}. {each.detail}" for each in workout.excluded[::40]]
    return lines


def main() -> None:
    """Print every case."""
    for position in range(len(CASES)):
        print("\n".join(printed(position, generated(request_of(position), shipped_catalogue()))))


if __name__ == "__main__":
    main()
