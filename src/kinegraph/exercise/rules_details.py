"""Instructions, which tell the athlete how, and contraindications, which tell who should not (seed 000)."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path

MAX_INSTRUCTIONS = 50
MAX_CONTRAINDICATIONS = 50
MAX_BODY_LENGTH = 2_000
MAX_CONDITION_LENGTH = 120
MAX_KEY_LENGTH = 1_024


class InstructionType(StrEnum):
    """What an instruction is about."""

    PREPARATION = "preparation"
    STEP = "step"
    FORM_CUE = "form_cue"
    BREATHING = "breathing"
    SAFETY = "safety"


class ContraindicationSeverity(StrEnum):
    """How strongly a condition speaks against an exercise."""

    WARNING = "warning"
    RESTRICTION = "restriction"
    ABSOLUTE = "absolute"


def checked_instructions(values: Sequence[Mapping[str, Any]] | None, at: Path, checks: Checks) -> list[dict[str, Any]]:
    """An exercise's instructions in their order, cleaned; `image` is what was sent as imageKey."""
    found = []
    for place, value in _each(values, at, MAX_INSTRUCTIONS, checks):
        here = (*at, str(place))
        image = value.get("image_key")
        found.append(
            {
                "type": value["type"],
                "body": checks.text(value["body"], (*here, "body"), MAX_BODY_LENGTH),
                "image": checks.text(image, (*here, "imageKey"), MAX_KEY_LENGTH, lines=False) if image else None,
                "sort_order": place,
            }
        )
    return found


def checked_contraindications(
    values: Sequence[Mapping[str, Any]] | None, at: Path, checks: Checks
) -> list[dict[str, Any]]:
    """An exercise's contraindications in their order, cleaned; one condition stands once."""
    found: list[dict[str, Any]] = []
    for place, value in _each(values, at, MAX_CONTRAINDICATIONS, checks):
        here = (*at, str(place))
        condition = checks.text(value["condition"], (*here, "condition"), MAX_CONDITION_LENGTH, lines=False)
        if any(condition_key(condition) == other["condition_key"] for other in found):
            checks.refuse("This condition stands in the list twice.", *here, "condition")
        text = value.get("description")
        found.append(
            {
                "condition": condition,
                "condition_key": condition_key(condition),
                "severity": value["severity"],
                "description": checks.text(text, (*here, "description"), MAX_BODY_LENGTH) if text else None,
                "sort_order": place,
            }
        )
    return found


def _each(
    values: Sequence[Mapping[str, Any]] | None, at: Path, most: int, checks: Checks
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if values is not None and len(values) > most:
        checks.refuse(f"Must have at most {most} entries; this has {len(values)}.", *at)
        return
    yield from enumerate(values or ())


def condition_key(condition: str) -> str:
    """A condition as filters compare it: `Knee pain`, `knee-pain` and `KNEE_PAIN ` are one. It is kept beside it."""
    plain = unicodedata.normalize("NFKC", condition).casefold()
    return "_".join(re.findall(r"[^\W_]+", plain))[:255]


def paired(stored: Sequence[Any], entries: Sequence[Mapping[str, Any]], content: Sequence[str]) -> list[Any]:
    """For each entry the stored row that it is, or None: one that says the same, else the next that nobody took."""
    left = [*stored]
    found: list[Any] = [None] * len(entries)
    for place, entry in enumerate(entries):
        same = next((row for row in left if all(row[name] == entry[name] for name in content)), None)
        if same is not None:
            found[place] = same
            left.remove(same)
    for place, row in enumerate(found):
        if row is None and left:
            found[place] = left.pop(0)
    return found
