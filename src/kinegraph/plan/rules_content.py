"""The hash of an exercise's content as an organization shows it to patients, by which a later change of it is known.

A hash begins with the number of its form: the fields that it was made of. So a field that is added to the content one
day makes a new form, and versions that were published before are still compared by the fields of their own.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import orjson

from kinegraph.exercise.rules_columns import REGISTRY
from kinegraph.exercise.rules_details import InstructionRow
from kinegraph.library.rules import EffectiveExercise

_IN_FORM = {column.name: column.content_form for column in REGISTRY if column.content_form}

FORM = f"{max(_IN_FORM.values())}"
"""The form of new hashes."""

CONTENT_COLUMNS: Mapping[str, Sequence[str]] = {
    f"{form}": tuple(sorted((name for name in _IN_FORM if _IN_FORM[name] <= form), key=_IN_FORM.__getitem__))
    for form in sorted({*_IN_FORM.values()})
}
"""The effective columns of each form, beside the instructions: what somebody reads or watches who does the exercise.

What describes it for searching, for training or for clinicians (muscles, difficulty, terms, layers,
contraindications) is no content. The first form has its columns in the order of the registry, each later one the column
that was added to the form before it (`Column.content_form`). Stored hashes were made so: no form ever changes.
"""

INSTRUCTION_COLUMNS = ("type", "body", "image_key")


def form_of(content_hash: str) -> str:
    """The form of a stored hash; FORM for a text that is no hash, which equals none."""
    form, _, _ = content_hash.partition(":")
    return form if form in CONTENT_COLUMNS else FORM


def hash_of(exercise: EffectiveExercise, instructions: Iterable[InstructionRow], form: str = FORM) -> str:
    """The hash of an exercise's content."""
    columns = [getattr(exercise, column) for column in CONTENT_COLUMNS[form]]
    steps = [[getattr(step, column) for column in INSTRUCTION_COLUMNS] for step in instructions]
    return f"{form}:{hashlib.sha256(orjson.dumps([columns, steps])).hexdigest()[:48]}"
