"""Checking a workout's new tree against its stored rows, and the bounds of prescriptions and section configs.

A row that is sent with its id is an update of that row, which may move to another section or position; a row without an
id is new; a stored row that is not sent is deleted. The functions here only decide; `store_tree` writes, with a number
of statements that does not depend on the size of the tree (docs/domain.md, Workouts and Prescriptions).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # values of an input and of rows to store, by name
from uuid import UUID

from kinegraph.exercise.rules import reference_fault, stored_id
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Path, Refusal
from kinegraph.kit.rows import new_key
from kinegraph.workout.rules import NAMES, LoadUnit, SectionShape, checked_texts
from kinegraph.workout.rules_rows import MovementRow, SectionRow

MAX_SECTIONS = 50
MAX_MOVEMENTS = 500


@dataclass(frozen=True, slots=True)
class Tree:
    """The sections and movements of an input as rows, in their order, ready to be stored."""

    sections: list[dict[str, Any]]
    movements: list[dict[str, Any]]
    section_paths: list[Path]
    movement_paths: list[Path]
    """The path of each section and of each movement in the input, in the same order. Ids may occur twice."""
    sent: set[UUID]
    """The ids that came with the input; the others are new."""

    @classmethod
    def empty(cls) -> "Tree":
        """A tree to add an input's rows to."""
        return cls([], [], [], [], set())

    @property
    def exercise_ids(self) -> list[UUID]:
        """The exercises that the tree refers to, each once."""
        return list(dict.fromkeys(movement["exercise_id"] for movement in self.movements))


def checked_tree(sections: Sequence[Mapping[str, Any]], at: Path, checks: Checks) -> Tree:
    """The tree of an input, each row with the id that was sent or a new one. Faults are recorded in `checks`."""
    tree = Tree.empty()
    if len(sections) > MAX_SECTIONS:
        checks.refuse(f"Must be at most {MAX_SECTIONS} sections; these are {len(sections)}.", *at)
        return tree
    if sum(len(section["movements"]) for section in sections) > MAX_MOVEMENTS:
        checks.refuse(f"Must have at most {MAX_MOVEMENTS} movements in all.", *at)
        return tree
    for order, section in enumerate(sections):
        _add_section(tree, section, order, (*at, str(order)), checks)
    return tree


def with_copied_ids(sections: Sequence[Mapping[str, Any]], copied_ids: Mapping[UUID, UUID]) -> list[dict[str, Any]]:
    """The sections as they were sent, with the id of a library row replaced by that of its copy in the snapshot."""

    def own(values: Mapping[str, Any]) -> dict[str, Any]:
        key = None if values.get("id") is None else parse_key(values["id"])
        return {**values, "id": str(copied_ids[key])} if key and key in copied_ids else dict(values)

    return [{**own(section), "movements": [own(movement) for movement in section["movements"]]} for section in sections]


def _add_section(tree: Tree, values: Mapping[str, Any], order: int, at: Path, checks: Checks) -> None:
    shape = SectionShape(values["shape"]) if values.get("shape") else None
    section = {
        "id": _key(tree, values, at, checks),
        "type": values.get("type") or "main",
        "title": None,
        "description": None,
        **checked_texts(values, at, checks, NAMES),
        "sort_order": order,
        "shape": shape,
        "config": checked_config(shape, values.get("config"), (*at, "config"), checks),
    }
    tree.sections.append(section)
    tree.section_paths.append(at)
    for position, movement in enumerate(values["movements"]):
        add_movement(tree, movement, section["id"], position, (*at, "movements", str(position)), checks)


def add_movement(tree: Tree, values: Mapping[str, Any], section_id: UUID, order: int, at: Path, checks: Checks) -> None:
    """Add an input's movement to a tree, with the id that was sent or a new one. Faults are recorded in `checks`."""
    row = {
        "id": _key(tree, values, at, checks),
        "section_id": section_id,
        "exercise_id": checks.key(stored_id(values["exercise_id"]), (*at, "exerciseId")),
        "sort_order": order,
        "prescription": checked_prescription(values.get("prescription"), (*at, "prescription"), checks),
        "notes": None,
        "label": None,
        "superset_group": None,
        **checked_texts(values, at, checks, NAMES),
    }
    tree.movements.append(row)
    tree.movement_paths.append(at)


def _key(tree: Tree, values: Mapping[str, Any], at: Path, checks: Checks) -> UUID:
    """The id that was sent with a row, or a new one. An id that was sent twice is a fault."""
    key = new_key()
    if values.get("id") is not None:
        key = checks.key(values["id"], (*at, "id"))
        if key in tree.sent and parse_key(values["id"]):
            checks.refuse("This id stands in the tree twice, or as the row and as its copy.", *at, "id")
        tree.sent.add(key)
    return key


def check_ids(tree: Tree, sections: Sequence[SectionRow], movements: Sequence[MovementRow], checks: Checks) -> None:
    """Check that each id that was sent is of a stored row of this workout."""
    for rows, paths, stored, noun in (
        (tree.sections, tree.section_paths, sections, "section"),
        (tree.movements, tree.movement_paths, movements, "movement"),
    ):
        stored_ids = {row.id for row in stored}
        for row, path in zip(rows, paths, strict=True):
            if row["id"] in tree.sent and row["id"] not in stored_ids:
                message = f"This workout has no such {noun}; leave the id out to add a new one."
                checks.refuse(message, *path, "id")


def check_references(
    tree: Tree, movements: Sequence[MovementRow], exercises: Mapping[UUID, Any], organization_ids: Collection[UUID]
) -> Iterator[Refusal]:
    """The refusals of exercises that cannot be newly referred to; a movement's stored exercise is always allowed."""
    current = {row.id: row.exercise_id for row in movements}
    for movement, at in zip(tree.movements, tree.movement_paths, strict=True):
        exercise_id = movement["exercise_id"]
        if current.get(movement["id"]) == exercise_id:
            continue
        fault = reference_fault(exercises.get(exercise_id), organization_ids, *at, "exerciseId")
        if fault:
            yield fault


DAY_SECONDS = 86_400

CONFIG_BOUNDS: Mapping[str, tuple[int, int]] = {
    "cap_seconds": (1, DAY_SECONDS),
    "rounds": (1, 1_000),
    "interval_seconds": (1, DAY_SECONDS),
    "work_seconds": (1, DAY_SECONDS),
    "rest_seconds": (0, DAY_SECONDS),
}

CONFIG_KEYS: Mapping[SectionShape, tuple[str, ...]] = {
    SectionShape.LINEAR: (),
    SectionShape.AMRAP: ("cap_seconds",),
    SectionShape.EMOM: ("interval_seconds", "rounds"),
    SectionShape.FOR_TIME: ("cap_seconds", "rounds"),
    SectionShape.TABATA: ("work_seconds", "rest_seconds", "rounds"),
    SectionShape.REP_SCHEME: ("rep_scheme", "cap_seconds"),
    SectionShape.ROUNDS: ("rounds", "rest_seconds"),
    SectionShape.INTERVALS: ("work_seconds", "rest_seconds", "rounds"),
}
"""The config keys that each shape accepts; a section without a shape has no config."""

PRESCRIPTION_BOUNDS: Mapping[str, tuple[int, int]] = {
    "sets": (1, 100),
    "reps_min": (0, 10_000),
    "reps_max": (1, 10_000),
    "duration_seconds": (1, DAY_SECONDS),
    "calories": (1, 10_000),
    "rest_seconds": (0, DAY_SECONDS),
}

LOAD_BOUNDS: Mapping[LoadUnit, tuple[float, float]] = {
    LoadUnit.KG: (0, 1_000),
    LoadUnit.LB: (0, 2_500),
    LoadUnit.PERCENT_1RM: (0, 200),
    LoadUnit.RPE: (1, 10),
    LoadUnit.RIR: (0, 10),
    LoadUnit.BODYWEIGHT: (0, 10),
}
"""Bounds of a load in each unit. Loads are stored in the unit that the coach typed; a value in BODYWEIGHT is a multiple
of the athlete's own, and may be left out."""


def checked_config(
    shape: SectionShape | None, config: Mapping[str, Any] | None, at: Path, checks: Checks
) -> dict[str, Any] | None:
    """Check a section's config, and return it as it is stored; None where it is empty."""
    values = {key: value for key, value in (config or {}).items() if value is not None}
    allowed = CONFIG_KEYS[shape] if shape else ()
    for key, value in values.items():
        path = (*at, NAMES.get(key, key))
        if key not in allowed:
            checks.refuse(_foreign_key(shape, allowed), *path)
        elif key == "rep_scheme":
            _check_rep_scheme(value, path, checks)
        else:
            checks.whole(value, path, *CONFIG_BOUNDS[key])
    return values or None


def _foreign_key(shape: SectionShape | None, allowed: tuple[str, ...]) -> str:
    """The message for a config key that the shape does not accept."""
    if shape is None:
        return "A section without a shape has no config; give it a shape."
    accepted = " and ".join(NAMES.get(key, key) for key in allowed)
    return f"A section of shape {shape.name} takes {accepted or 'no config'}, not this."


def _check_rep_scheme(scheme: list[int], path: Path, checks: Checks) -> None:
    if not 1 <= len(scheme) <= 100:
        checks.refuse(f"Must have 1 to 100 entries; this has {len(scheme)}.", *path)
        return
    for position, reps in enumerate(scheme):
        checks.whole(reps, (*path, str(position)), 1, 10_000)


def checked_prescription(values: Mapping[str, Any] | None, at: Path, checks: Checks) -> dict[str, Any] | None:
    """Check a movement's prescription, and return it without nulls, false and empty texts; None if nothing is left."""
    given = {key: value for key, value in (values or {}).items() if value is not None and value is not False}
    for key, bounds in PRESCRIPTION_BOUNDS.items():
        if key in given:
            checks.whole(given[key], (*at, NAMES.get(key, key)), *bounds)
    if "reps_max" in given and given["reps_max"] < given.get("reps_min", 0):
        checks.refuse("Must not be less than repsMin.", *at, "repsMax")
    if "distance_meters" in given:
        checks.number(given["distance_meters"], (*at, "distanceMeters"), 0, 1_000_000)
    if "load" in given:
        given["load"] = _checked_load(given["load"], (*at, "load"), checks)
    for key, max_length in (("tempo", 20), ("notes", 2_000)):
        if key in given:
            given[key] = checks.text(given[key], (*at, key), max_length, empty=True)
    if given.get("tempo") and not _is_tempo(given["tempo"]):
        checks.refuse("Must be 3 or 4 numbers (or X for explosive) joined by hyphens, such as 3-1-1-0.", *at, "tempo")
    return {key: value for key, value in given.items() if value != ""} or None


def _is_tempo(tempo: str) -> bool:
    """True if a text is eccentric-pause-concentric (-pause): seconds each, or X for as fast as possible."""
    phases = tempo.split("-")
    numbers = all(phase in ("X", "x") or (phase.isascii() and phase.isdigit() and len(phase) <= 2) for phase in phases)
    return numbers and len(phases) in (3, 4)


def _checked_load(load: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    unit, value = LoadUnit(load["unit"]), load.get("value")
    if value is not None:
        checks.number(value, (*at, "value"), *LOAD_BOUNDS[unit])
    elif unit is not LoadUnit.BODYWEIGHT:
        checks.refuse(f"Must be given for a load in {unit.name}.", *at, "value")
    return {"value": value, "unit": unit.value} if value is not None else {"unit": unit.value}
