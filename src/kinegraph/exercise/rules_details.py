"""The rules of an exercise's instructions and contraindications (docs/domain.md, Exercises)."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol, TypeVar  # Any: values of an input, by name
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.kit.text import identity_of

MAX_INSTRUCTIONS = 50
MAX_CONTRAINDICATIONS = 100
MAX_BODY_LENGTH = 2_000
MAX_CONDITION_LENGTH = 120
MAX_KEY_LENGTH = 1_024


class InstructionType(StrEnum):
    """The subject of an instruction."""

    PREPARATION = "preparation"
    STEP = "step"
    FORM_CUE = "form_cue"
    BREATHING = "breathing"
    SAFETY = "safety"


class ContraindicationSeverity(StrEnum):
    """The severity of a contraindication."""

    WARNING = "warning"
    RESTRICTION = "restriction"
    ABSOLUTE = "absolute"


class InstructionRow(Protocol):
    """An instruction of an exercise."""

    id: UUID
    exercise_id: UUID
    type: str
    body: str
    image_key: str | None
    image_mime: str | None
    sort_order: int


class ContraindicationRow(Protocol):
    """A contraindication of an exercise."""

    id: UUID
    exercise_id: UUID
    condition: str
    severity: str
    description: str | None


StoredRow = TypeVar("StoredRow")
"""The type of the rows of one child table."""


def checked_instructions(values: Sequence[Mapping[str, Any]] | None, at: Path, checks: Checks) -> list[dict[str, Any]]:
    """Check the instructions of an input, and return them cleaned, in their order; `image` is the sent imageKey."""
    found = []
    for position, value in _entries(values, at, MAX_INSTRUCTIONS, checks):
        path = (*at, str(position))
        image = value.get("image_key")
        found.append(
            {
                "type": value["type"],
                "body": checks.text(value["body"], (*path, "body"), MAX_BODY_LENGTH),
                "image": checks.text(image, (*path, "imageKey"), MAX_KEY_LENGTH, lines=False) if image else None,
                "sort_order": position,
            }
        )
    return found


def checked_contraindications(
    values: Sequence[Mapping[str, Any]] | None, at: Path, checks: Checks
) -> list[dict[str, Any]]:
    """Check the contraindications of an input, and return them cleaned, in their order. A condition may occur once."""
    found: list[dict[str, Any]] = []
    for position, value in _entries(values, at, MAX_CONTRAINDICATIONS, checks):
        path = (*at, str(position))
        condition = checks.text(value["condition"], (*path, "condition"), MAX_CONDITION_LENGTH, lines=False)
        if any(condition_key(condition) == other["condition_key"] for other in found):
            checks.refuse("This condition stands in the list twice.", *path, "condition")
        text = value.get("description")
        found.append(
            {
                "condition": condition,
                "condition_key": condition_key(condition),
                "severity": value["severity"],
                "description": checks.text(text, (*path, "description"), MAX_BODY_LENGTH) if text else None,
                "sort_order": position,
            }
        )
    return found


def _entries(
    values: Sequence[Mapping[str, Any]] | None, at: Path, max_entries: int, checks: Checks
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each entry of a list with its position; none of a list that is too long, which is recorded in `checks`."""
    if values is not None and checks.few(values, at, max_entries):
        yield from enumerate(values)


def condition_key(condition: str) -> str:
    """The form of a condition that is stored to compare it: two conditions are the same if it is."""
    return identity_of(condition)


def paired(
    stored: Sequence[StoredRow], entries: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> list[StoredRow | None]:
    """The stored row that each entry becomes: one with equal columns, else the next that is left; None: a new row."""
    left = [*stored]
    found: list[StoredRow | None] = [None] * len(entries)
    for index, entry in enumerate(entries):
        same = next((row for row in left if all(getattr(row, name) == entry[name] for name in columns)), None)
        if same is not None:
            found[index] = same
            left.remove(same)
    for index, row in enumerate(found):
        if row is None and left:
            found[index] = left.pop(0)
    return found
