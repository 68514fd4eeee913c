"""Replacing a workout's tree: from what stands and what was sent to what is to be stored.

Rows sent with their id keep it, wherever they stand now; the others are new; what was not sent goes. The
functions here only decide. `store_tree` does it, in a number of statements that does not depend on the tree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kinegraph.exercise.rules import reference_fault
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Path
from kinegraph.kit.ids import new_key
from kinegraph.workout.rules import NAMES, LoadUnit, SectionShape, checked_texts

MAX_SECTIONS = 50
MAX_MOVEMENTS = 500


@dataclass(frozen=True, slots=True)
class Tree:
    """Sections and movements as rows, in their order, ready to be stored."""

    sections: list[dict[str, Any]]
    movements: list[dict[str, Any]]
    places: dict[UUID, Path]
    """Where each section and movement stands in the input, by its id."""
    sent: set[UUID]
    """The ids that came with the input; the others are new."""

    @property
    def exercise_ids(self) -> list[UUID]:
        """Every exercise that the tree refers to, once."""
        return list(dict.fromkeys(movement["exercise_id"] for movement in self.movements))


def checked_tree(sections: Sequence[Mapping[str, Any]], at: Path, checks: Checks) -> Tree:
    """The tree in an input, each row with its own or a new id. Problems go to `checks`."""
    tree = Tree([], [], {}, set())
    if len(sections) > MAX_SECTIONS:
        checks.refuse(f"Must be at most {MAX_SECTIONS} sections; these are {len(sections)}.", *at)
        return tree
    if sum(len(section["movements"]) for section in sections) > MAX_MOVEMENTS:
        checks.refuse(f"Must have at most {MAX_MOVEMENTS} movements in all.", *at)
        return tree
    for order, section in enumerate(sections):
        _add_section(tree, section, order, (*at, str(order)), checks)
    return tree


def with_twins(sections: Sequence[Mapping[str, Any]], twins: Mapping[UUID, UUID]) -> list[dict[str, Any]]:
    """The sections as they were sent, each id of a library row replaced by that of its twin in the snapshot."""

    def own(values: Mapping[str, Any]) -> dict[str, Any]:
        key = parse_key(values["id"]) if values.get("id") is not None else None
        return {**values, "id": str(twins[key])} if key is not None and key in twins else dict(values)

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
    for place, movement in enumerate(values["movements"]):
        _add_movement(tree, movement, section["id"], place, (*at, "movements", str(place)), checks)


def _add_movement(
    tree: Tree, values: Mapping[str, Any], section_id: UUID, order: int, at: Path, checks: Checks
) -> None:
    row = {
        "id": _key(tree, values, at, checks),
        "section_id": section_id,
        "exercise_id": checks.key(values["exercise_id"], (*at, "exerciseId")),
        "sort_order": order,
        "prescription": checked_prescription(values.get("prescription"), (*at, "prescription"), checks),
        "notes": None,
        "label": None,
        "superset_group": None,
        **checked_texts(values, at, checks, NAMES),
    }
    tree.movements.append(row)


def _key(tree: Tree, values: Mapping[str, Any], at: Path, checks: Checks) -> UUID:
    """The row's own id, or a new one. An id can stand in a tree once."""
    key = new_key()
    if values.get("id") is not None:
        key = checks.key(values["id"], (*at, "id"))
        if key in tree.sent and parse_key(values["id"]):
            checks.refuse("This id stands in the tree twice, or as the row and as its copy.", *at, "id")
        tree.sent.add(key)
    tree.places[key] = at
    return key


def check_ids(tree: Tree, sections: Sequence[Any], movements: Sequence[Any], checks: Checks) -> None:
    """Ids that were sent must be of rows that stand in this workout now."""
    for rows, standing, what in (
        (tree.sections, sections, "section"),
        (tree.movements, movements, "movement"),
    ):
        known = {row.id for row in standing}
        for row in rows:
            if row["id"] in tree.sent and row["id"] not in known:
                message = f"This workout has no such {what}; leave the id out to add a new one."
                checks.refuse(message, *tree.places[row["id"]], "id")


def check_references(
    tree: Tree, movements: Sequence[Any], exercises: Mapping[UUID, Any], organization_id: UUID
) -> Iterator[Any]:
    """Refusals of exercises that cannot be newly referred to; a movement that keeps its exercise may keep it."""
    kept = {row.id: row.exercise_id for row in movements}
    for movement in tree.movements:
        exercise_id = movement["exercise_id"]
        if kept.get(movement["id"]) == exercise_id:
            continue
        path = (*tree.places[movement["id"]], "exerciseId")
        fault = reference_fault(exercises.get(exercise_id), organization_id, *path)
        if fault:
            yield fault


DAY = 86_400

CONFIG_BOUNDS: Mapping[str, tuple[int, int]] = {
    "cap_seconds": (1, DAY),
    "rounds": (1, 1_000),
    "interval_seconds": (1, DAY),
    "work_seconds": (1, DAY),
    "rest_seconds": (0, DAY),
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
"""What each shape's config may hold; a section without a shape has none."""

PRESCRIPTION_BOUNDS: Mapping[str, tuple[int, int]] = {
    "sets": (1, 100),
    "reps_min": (0, 10_000),
    "reps_max": (1, 10_000),
    "duration_seconds": (1, DAY),
    "calories": (1, 10_000),
    "rest_seconds": (0, DAY),
}

LOAD_BOUNDS: Mapping[LoadUnit, tuple[float, float]] = {
    LoadUnit.KG: (0, 1_000),
    LoadUnit.LB: (0, 2_500),
    LoadUnit.PERCENT_1RM: (0, 200),
    LoadUnit.RPE: (1, 10),
    LoadUnit.RIR: (0, 10),
    LoadUnit.BODYWEIGHT: (0, 10),
}
"""Loads are kept in the unit that the coach typed; a bodyweight's value is a multiple of it, and may be left out."""


def checked_config(
    shape: SectionShape | None, config: Mapping[str, Any] | None, at: Path, checks: Checks
) -> dict[str, Any] | None:
    """A section's config as it is stored; None where it says nothing."""
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
    """Why a config key does not belong."""
    if shape is None:
        return "A section without a shape has no config; give it a shape."
    taken = " and ".join(NAMES.get(key, key) for key in allowed)
    return f"A section of shape {shape.name} takes {taken or 'no config'}, not this."


def _check_rep_scheme(scheme: list[int], path: Path, checks: Checks) -> None:
    if not 1 <= len(scheme) <= 100:
        checks.refuse(f"Must have 1 to 100 entries; this has {len(scheme)}.", *path)
        return
    for place, reps in enumerate(scheme):
        checks.whole(reps, (*path, str(place)), 1, 10_000)


def checked_prescription(values: Mapping[str, Any] | None, at: Path, checks: Checks) -> dict[str, Any] | None:
    """A movement's prescription as it is stored: only what was said; None where nothing was."""
    said = {key: value for key, value in (values or {}).items() if value is not None and value is not False}
    for key, bounds in PRESCRIPTION_BOUNDS.items():
        if key in said:
            checks.whole(said[key], (*at, NAMES.get(key, key)), *bounds)
    if "reps_max" in said and said["reps_max"] < said.get("reps_min", 0):
        checks.refuse("Must not be less than repsMin.", *at, "repsMax")
    if "distance_meters" in said:
        checks.number(said["distance_meters"], (*at, "distanceMeters"), 0, 1_000_000)
    if "load" in said:
        said["load"] = _checked_load(said["load"], (*at, "load"), checks)
    for key, longest in (("tempo", 20), ("notes", 2_000)):
        if key in said:
            said[key] = checks.text(said[key], (*at, key), longest, empty=True)
    if said.get("tempo") and not _is_tempo(said["tempo"]):
        checks.refuse("Must be 3 or 4 numbers (or X for explosive) joined by hyphens, such as 3-1-1-0.", *at, "tempo")
    return {key: value for key, value in said.items() if value != ""} or None


def _is_tempo(tempo: str) -> bool:
    """Eccentric-pause-concentric and, where it is given, pause: seconds, or X for as fast as possible."""
    parts = tempo.split("-")
    numbers = all(part in ("X", "x") or (part.isascii() and part.isdigit() and len(part) <= 2) for part in parts)
    return numbers and len(parts) in (3, 4)


def _checked_load(load: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    unit, value = LoadUnit(load["unit"]), load.get("value")
    if value is not None:
        checks.number(value, (*at, "value"), *LOAD_BOUNDS[unit])
    elif unit is not LoadUnit.BODYWEIGHT:
        checks.refuse(f"Must be given for a load in {unit.name}.", *at, "value")
    return {"value": value, "unit": unit.value} if value is not None else {"unit": unit.value}
