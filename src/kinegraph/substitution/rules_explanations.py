"""The explanation of a substitute in sentences."""

from collections.abc import Sequence

from kinegraph.candidates.rules import Candidate, in_words
from kinegraph.classification.rules_safety import Assessment, Person
from kinegraph.layers.rules import ProgressionType

RELATION = {
    ProgressionType.SUBSTITUTION: "the library names it as a replacement",
    ProgressionType.VARIATION: "a variation of it",
    ProgressionType.REGRESSION: "the easier exercise on the same ladder",
    ProgressionType.PROGRESSION: "the next harder exercise on the same ladder",
}


def explanation(
    replaced: Candidate,
    each: Candidate,
    shared: Sequence[str],
    is_same_pattern: bool,
    relation: ProgressionType | None,
    assessment: Assessment,
    person: Person,
) -> str:
    """The explanation of a substitute in sentences: muscles, movement, the graph, equipment, what changes, safety."""
    sentences = [
        _trains(shared, is_same_pattern, replaced.pattern),
        f"{RELATION[relation].capitalize()}." if relation is not None else "",
        _equipment(replaced, each),
        _changes(replaced, each),
        _safety(assessment, person),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _trains(shared: Sequence[str], is_same_pattern: bool, pattern: str | None) -> str:
    muscles = f"Trains {in_words(shared)} too" if shared else "Trains a related movement"
    return f"{muscles}, with the same movement ({pattern})." if is_same_pattern else f"{muscles}."


def _equipment(replaced: Candidate, each: Candidate) -> str:
    if not each.equipment:
        return "Needs no equipment." if replaced.equipment else ""
    if set(each.equipment) <= set(replaced.equipment):
        return "Needs nothing that the exercise itself does not need." if each.equipment != replaced.equipment else ""
    new = [name for key, name in each.equipment.items() if key not in replaced.equipment]
    gone = [name for key, name in replaced.equipment.items() if key not in each.equipment]
    return f"Uses {in_words(new)}" + (f" instead of {in_words(gone)}." if gone else ".")


def _changes(replaced: Candidate, each: Candidate) -> str:
    said = []
    if each.difficulty != replaced.difficulty:
        harder = "Harder" if each.difficulty > replaced.difficulty else "Easier"
        said.append(f"{harder}: difficulty {each.difficulty} instead of {replaced.difficulty}.")
    if each.is_unilateral != replaced.is_unilateral:
        said.append("One side at a time." if each.is_unilateral else "Both sides together.")
    return " ".join(said)


def _safety(assessment: Assessment, person: Person) -> str:
    said = []
    if assessment.indicated_for:
        said.append(f"It is a treatment of {in_words(assessment.indicated_for)}.")
    if assessment.warnings:
        said += [
            f"With {warning.condition.replace('_', ' ')}: {warning.modification or 'with care'}."
            for warning in assessment.warnings
        ]
    elif len(person) and not assessment.indicated_for:
        said.append("Nothing speaks against it for these conditions.")
    return " ".join(said)
