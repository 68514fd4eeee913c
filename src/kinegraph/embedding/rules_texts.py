"""The texts of exercises and workouts that are embedded."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol  # Any: an exercise's row or an effective exercise, by column

MAX_TEXT = 8_000
"""Maximum length of a text that is embedded, in characters; what is beyond is left out."""


class Section(Protocol):
    """A section of a workout, with the names of its exercises as the organization sees them."""

    title: str | None
    type: str
    description: str | None
    names: Sequence[str] | None


def exercise_text(exercise: Any) -> str:
    """The text of an exercise, stored or effective: one line for each column that has something."""
    lines = (
        exercise.name,
        _labelled("Also", exercise.aliases),
        _labelled("Movement", _words(exercise.category, exercise.movement_pattern)),
        _labelled("Disciplines", exercise.discipline),
        _labelled("Muscles", exercise.primary_muscles),
        _labelled("Assisting", exercise.secondary_muscles),
        _labelled("Equipment", exercise.equipment),
        exercise.description,
        _labelled("Cues", exercise.cues),
    )
    return _joined(lines)


def workout_text(title: str | None, description: str | None, sections: Iterable[Section]) -> str:
    """The text of a workout: its title and description, and a line for each section with its exercises."""
    return _joined((title, description, *map(_section_text, sections)))


def _section_text(section: Section) -> str:
    about = _joined(_words(section.title or section.type, section.description), separator=": ")
    return _joined((about, ", ".join(section.names or ())), separator=": ")


def _labelled(label: str, words: Sequence[str] | None) -> str:
    return f"{label}: {', '.join(_words(*words))}" if words else ""


def _words(*words: str | None) -> list[str]:
    """The words that there are, as they are written in texts: `anterior_deltoid` has no underscore."""
    return [str(word).replace("_", " ") for word in words if word]


def _joined(lines: Iterable[str | None], separator: str = "\n") -> str:
    return separator.join(line for line in lines if line)[:MAX_TEXT]
